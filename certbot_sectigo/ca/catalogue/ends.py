"""How a client is ended from outside: by the kernel, by what started it, by a crash."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry

ENTRIES = (
    Entry(
        key="out-of-memory",
        title="The machine, or the container, ran out of memory",
        meaning="The client got no more memory, or was killed for it (signal 9, exit code 137). "
        "Neither network nor CA are at fault. If it was killed at the end of an order, the "
        "certificate may have been issued.",
        causes=(
            "A small machine without swap, or a memory limit of the container or unit that is too "
            "low.",
            "Another program has used the memory up.",
        ),
        steps=(
            "See what there is, and who was killed: `free -m`",
            "Add swap, raise the limit (resources.limits.memory, MemoryMax=), or stop what takes "
            "the memory; then run the client again.",
        ),
        phrases=(
            "out memory killed|kill",
            "oom killed|killer|kill",
            "oomkilled",
            "killed process * certbot|acme|lego|traefik|caddy|cert_manager",
            "killed certbot|acme|lego|dehydrated|simp_le|letsencrypt",
            "cannot allocate memory",
            "memory_error",
            "enomem|errno_12",
            "fork out memory",
            "out_of_memory_exception",
            "status_9_kill|status 9 kill|sigkill",
            "result oom_kill",
            "signal killed|kill|9",
            "exit_code|exit_status|exited|code|status|rc 137",
        ),
        sources=("certbot#10649", "acme-companion#557", "systemd.exec(5)"),
        hides=("deploy-failed", "renewals-failed", "unit-ended"),
    ),
    Entry(
        key="unit-ended",
        title="The client was ended from outside, crashed, or did not start",
        meaning="The words above are of what started the client, not of the client.",
        causes=("What the unit, the container or the script sets does not fit.",),
        steps=("Run the client's command by hand, as the same user.",),
        cases=(
            Case(
                r"operation timed out|result 'timeout'|\bsigterm\b|15/TERM|\b143\b",
                "It took longer than its starter allows, and was told to end.",
                (
                    "A timeout of the unit (TimeoutStartSec=) or the job that is shorter than the "
                    "random sleep of certbot renew (up to 8 minutes), or than the CA takes.",
                ),
                (
                    "Raise or remove that timeout, then run it again; look first whether the "
                    "certificate was issued.",
                ),
                title="The client was ended by what had started it: it took too long",
            ),
            Case(
                r"SEGV|segmentation|\bABRT\b|\baborted\b|\bILL\b|illegal instruction|core dumped"
                r"|\b13[249]\b",
                "The program crashed: a fault of the program, or of a library that it uses.",
                (
                    "A library (OpenSSL, cryptography) that is damaged, or built for another "
                    "processor or system.",
                ),
                (
                    "Update or reinstall the client with its libraries; in a container take the "
                    "image of this processor.",
                ),
                title="The client crashed",
            ),
            Case(
                r"\b203/|/EXEC|exec format|(?:status"
                r"|code)\W{0,3}(?:exited, )?(?:status=)?\b(?:203|12[67])\b"
                r"|no such file|command not found|not executable",
                "The program that was to start is not there, or may not be executed.",
                (
                    "A path in the unit (ExecStart=) or the script that is wrong since an update; "
                    "a missing x bit or interpreter; a file system mounted noexec.",
                ),
                ("Put the program's whole path into ExecStart= or the script.",),
                title="The client did not start: its program is not there, or no program",
            ),
            Case(
                r"status=2[0-4]\d\b|/(?:CHDIR|USER|NAMESPACE|CREDENTIALS|STDOUT)",
                "The unit's surroundings could not be set up, so the client did not start.",
                (
                    "A directory (WorkingDirectory=, ReadWritePaths=), user or mount that the unit "
                    "names does not exist.",
                ),
                ("Make what it names, or take the line out of the unit.",),
                title="The client did not start: something that its unit names is missing",
            ),
        ),
        phrases=(
            "start operation timed_out",
            "failed with result timeout|signal|core|watchdog",
            "code dumped status",
            "code killed status",
            "segmentation fault|violation",
            "illegal instruction",
            "core dumped",
            "code exited status 203|200|209|216|217|226|238|243",
            "exit_code|exit_status|exited|code|status|rc 139|134|132|143",
            "exec format error",
        ),
        sources=("systemd.exec(5)",),
        hides=("renewals-failed", "ca-timeout"),
    ),
)
