"""What the system says that stands around a client: its guards, web servers, sudo, packages."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry

ENTRIES = (
    Entry(
        key="guard-denied",
        title="SELinux or AppArmor forbids the program that",
        meaning="The kernel refused by its policy (mandatory access control), not by the file's "
        "owner or mode: being root does not help. The CA has nothing to do with it.",
        causes=(
            "A file has the label of the place it was made in (moved, restored, or made by hand), "
            "or lies where the policy lets this program read or write nothing.",
            "A service or hook was started outside of its unit, and runs in another domain.",
            "A snap or container whose profile leaves the path out.",
        ),
        steps=(
            "The denial names program, path and what was asked (name=, comm=, denied_mask= or "
            "scontext= and tcontext=).",
            "SELinux: give the files their labels back (restorecon -R on the folder), or add a "
            "rule for a path of your own (semanage fcontext).",
            "AppArmor: keep to paths that the profile allows, or add a rule in its folder local/ "
            "and load it anew. Do not switch the guard off for the whole machine.",
        ),
        phrases=(
            "apparmor denied",
            "avc denied",
            "selinux is preventing",
            "selinux|apparmor prevent|prevents|preventing|blocked|blocks|denied|denies",
        ),
        sources=("nextcloud-snap#491", "certbot#4716", "audit2allow(1)"),
        hides=("permission", "files-failed", "deploy-failed"),
    ),
    Entry(
        key="snap-broken",
        title="snap cannot start or set up the client",
        meaning="The words are snapd's: the client itself did not run, and the CA was not asked.",
        causes=(
            "snapd, or the base snap that the client needs (core, core20, core24), is missing, too "
            "old or damaged.",
            "AppArmor or the kernel of this machine (container, old release) does not do what snap "
            "needs, or a folder of snap's was moved or made a link.",
        ),
        steps=(
            "Bring snapd and its bases up to date, then the client (snap refresh).",
            "If it stays, remove the client's snap and install it again; what lies below "
            "/etc/letsencrypt stays. In containers without snap take pip in an environment of its "
            "own.",
        ),
        phrases=(
            "cannot snap_exec",
            "version snapd outdated",
            "cannot perform the following tasks",
            "cannot open seccomp filter",
            "snap_confine * not confined",
            "cannot find required base",
            "cannot change profile * snap",
            "snap mount * failed exit|status",
            "error cannot communicate with server * snapd",
        ),
        sources=("certbot#8721", "certbot#9372"),
        hides=("client-not-found", "permission"),
    ),
    Entry(
        key="key-mismatch",
        title="Certificate and private key do not belong together",
        meaning="The service was given a certificate and the key of another one. The CA issues for "
        "the key in the request, so the two lie in different files or versions here.",
        causes=(
            "One of the two was copied from an older issuance, or only one was copied.",
            "Leaf and intermediate stand in the wrong order: the first in the file has to be the "
            "certificate itself.",
            "The service points at two different lineages or versions.",
        ),
        steps=(
            "Let both come from the same folder of the client's (live/NAME), at the same time, and "
            "the certificate first in the chain's file.",
            "Then test the service's configuration, and reload it.",
        ),
        phrases=(
            "key values mismatch",
            "certificate|cert and private_key|key not match",
            "private_key not match certificate|cert|public",
            "private_key and certificate not match",
            "inconsistent private_key",
            "first certificate is ca certificate",
        ),
        cases=(
            Case(
                r"first certificate is",
                "The file, or what the client keeps, begins with a CA's certificate where the "
                "server's own has to be the first.",
                (
                    "Leaf and intermediate were put together in the wrong order, or only the "
                    "CA's certificate was stored.",
                    "An older version of the client took the wrong one out of the CA's answer.",
                ),
                (
                    "Put the server's own certificate first; or have the client order anew into "
                    "an empty place, after an update of it.",
                ),
                title="A CA's certificate stands where the server's own has to be the first",
            ),
        ),
        sources=("OpenSSL", "nginx"),
        hides=("deploy-failed", "key-not-made", "pem-unreadable", "plugin-not-working"),
        step="deploy",
    ),
    Entry(
        key="web-server-broken",
        title="The web server's own configuration does not pass, or it does not start",
        meaning="nginx or Apache refuses its configuration, or does not come up. Clients that use "
        "it stop there, and after a renewal the old certificate stays in use.",
        causes=(
            "A line that is named above (file and line), often a certificate's path that does not "
            "exist (any more), or a module that is not loaded.",
            "Another program has its port, or it was started outside of its unit.",
        ),
        steps=(
            "Have it test its configuration (nginx -t, apachectl configtest) and mend the line "
            "that it names.",
            "See why it does not start (systemctl status, journalctl -u). If the certificate was "
            "issued before, do not order again: mend the server and reload it.",
        ),
        cases=(
            Case(
                beside=r"super-user privileges|error log file: open\(\)[^\n]{0,120}denied",
                meaning="The client had the web server's configuration tested as a user who may "
                "not read or write the server's files, so that the test fails whatever stands in "
                "it. The server itself may run well.",
                causes=("The client runs as another user than root.",),
                steps=(
                    "Run the client as root where it works on the web server, or let it use a web "
                    "root only, which needs no test.",
                ),
                title="The web server's test was run without root rights",
            ),
            Case(
                r"find (?:the )?(?:nginx|apache|httpd)\w* conf",
                "The client wants to read the web server's configuration and does not find it, or "
                "no block of it for this name.",
                (
                    "The server lies elsewhere (built by hand, a panel, a container), or is not in "
                    "the PATH; the name stands in no server_name.",
                ),
                (
                    "Give the client the file's path (acme.sh: --nginx /path/to/nginx.conf), or "
                    "use a web root (-w) or DNS.",
                ),
                title="The client does not find the web server's configuration",
            ),
            Case(
                r"\[emerg\]|duplicate (?:location|listen|default|\"|upstream)|is duplicate"
                r"|conflicting "
                r"|already defined|unknown directive|unexpected [\"'}{;]"
                r"|directive is not (?:allowed"
                r"|terminated)|invalid (?:number|parameter|value|variable)|expecting",
                "The web server does not take a line of its own configuration, named above with "
                "file and number. Whoever has it test or load that (certbot, a panel, a hook) "
                "stops there. The CA refused nothing.",
                (
                    "A directive stands twice (in two files), is unknown to this version, or is "
                    "misspelt; a client or a package has added a line.",
                ),
                (
                    "Mend or take out that line ({file}), then have the server test its "
                    "configuration (nginx -t, apachectl configtest).",
                    "Run the client again. If the certificate was issued before, only reload the "
                    "server.",
                ),
                title="A line of the web server's own configuration is wrong",
            ),
            Case(
                r"\.pid\b",
                "The service may not write its pid file: it was started outside of its unit "
                "before, so that the file belongs to somebody else, or the file's SELinux label "
                "is wrong.",
                ("certbot, a hook or a person started it by hand, or before its unit did.",),
                (
                    "Stop each process of it, remove the pid file, and start it by systemctl only. "
                    "In hooks use systemctl reload.",
                ),
                title="The web server may not write its pid file",
            ),
            Case(
                r"(?:unit|service)\b[^\n]{0,60}(?:not[ -]found|not loaded)|no such unit",
                "The service that the hook or client restarts has another name here, or does not "
                "run under this manager (container, other distribution).",
                ("apache2 is called httpd elsewhere; in containers there is no systemd.",),
                ("Name the service as it is called here, in the hook or the client's settings.",),
                title="The service that is to be reloaded does not exist under this name",
            ),
            Case(
                r"not been booted with systemd|connect to bus",
                "The hook or client calls systemctl, and this container or system has no systemd.",
                ("A container; WSL; a chroot; another init.",),
                (
                    "Reload the service by its own command (nginx -s reload, apachectl graceful), "
                    "or from the host.",
                ),
                title="There is no systemd here to reload a service with",
            ),
        ),
        phrases=(
            "!no nginx http block found",
            "!apache|nginx config file has errors",
            "!problem with nginx|apache config",
            "!failed to restore config and restart server",
            "!cannot|can_not find config file for domain",
            "configuration_file * test failed",
            "ah00526 syntax_error",
            "apache2ctl|apachectl|configtest * syntax_error|failed",
            "failed configure at least one certificate and key",
            "job for nginx|apache2|httpd|haproxy|postfix|dovecot failed",
            "failed restart|reload|start nginx|apache2|httpd|haproxy|postfix|dovecot",
            "unit nginx|apache2|httpd|haproxy|postfix|dovecot not_found|not_loaded",
            "failed start nginx http",
            "!can_not|cannot|could_not|not find nginx|apache|httpd conf",
            "nginx * open * pid failed",
            "system has not been booted with systemd",
            "failed connect to bus * systemctl|systemd",
        ),
        shown=(
            r"nginx: \[emerg\] [^\n]{3,400} in /[^\s:]{3,200}:\d{1,6}",
            r"AH\d{5}: Syntax error on line \d{1,6} of /[^\s:]{3,200}",
        ),
        names=r"(?: in | of )(?P<file>/[^\s:]{3,200}(?::\d{1,6})?)",
        sources=("nginx", "Apache httpd", "systemctl(1)", "certbot#8346"),
        vague=True,
        hides=("deploy-failed", "plugin-not-working", "renewals-failed"),
    ),
    Entry(
        key="sudo-refused",
        title="sudo refuses, or asks for a password where nobody can give one",
        meaning="The client or its hook calls sudo without a terminal, and this user may not use "
        "it so. The CA has nothing to do with it.",
        causes=("No rule for this command (NOPASSWD) in sudoers; a job that ran as root before.",),
        steps=(
            "Run the job as root (root's crontab, a unit of the system), without sudo in it.",
            "Or allow exactly that command to the user in a file below /etc/sudoers.d (visudo).",
        ),
        cases=(
            Case(
                r"using sudo",
                "acme.sh keeps everything in the home of the user that runs it, and refuses to "
                "start under sudo, which mixes two users.",
                ("The command was typed with sudo in front.",),
                (
                    "Become root first (sudo -i, su -) and run acme.sh there, where it is "
                    "installed for root; or run it as the user, without sudo.",
                ),
                title="acme.sh does not run under sudo",
            ),
        ),
        phrases=(
            "!seems that you using sudo",
            "sudo terminal is required",
            "sudo no_tty present",
            "sudo password is required",
            "is not in sudoers file",
            "sudo must have tty",
        ),
        sources=("sudo(8)",),
        hides=("deploy-failed", "prompt-without-terminal", "permission"),
    ),
)  # fmt: skip
