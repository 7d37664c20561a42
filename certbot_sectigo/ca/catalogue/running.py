"""What keeps a client itself from running: locks, plugins, reloads, bundles of roots."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry

ENTRIES = (
    Entry(
        key="another-instance",
        title="Another certbot is running, or another run of the client",
        meaning="The client locks its directories, so that only one run works on them at a time, "
        "and another process holds the lock. Nothing was asked of the CA.",
        causes=(
            "A timer's renewal; certbot's may sleep up to 8 minutes before it starts.",
            "A run that hangs, or one that was started twice (a job each minute, two containers "
            "on one volume).",
        ),
        steps=(
            "Wait, then repeat; this shows what runs: `ps aux | grep -E 'certbot|acme|lego'`",
            "End a run that hangs. Do not delete lock files of one that is alive.",
        ),
        phrases=(
            "!another instance certbot already running",
            "directory in use by process",
            "lock * held|owned|taken|used by another|other|process|instance",
            "lock * already held|taken|locked",
            "another|other process|instance|client|run has|holds|holding|owns * lock",
            "lock_file|lockfile|pidfile|pid_file * exists|present|held",
            "unable|cannot|can_not|could_not|couldnt|failed|failure acquire|acquiring|obtain|get|"
            "take lock|mutex",
            "another|other instance|process|copy is|already running",
            "already running * instance|process|pid|lock",
            "blocking_io_error * resource temporarily unavailable",
            "lock * resource temporarily unavailable",
            "resource temporarily unavailable * lock",
            "timed_out|timeout * waiting|acquire|acquiring lock",
        ),
        sources=("certbot", "certmagic", "dehydrated", "acmetool"),
        hides=("renewals-failed", "ca-timeout", "issuance-pending"),
    ),
    Entry(
        key="hook-not-found",
        title="A hook's program is not there, or may not be executed",
        meaning="certbot looks at the programs of its hooks before it does anything else, and "
        "stops. Nothing was renewed, and the CA was asked nothing. That the text speaks of PATH "
        "says only where it looked.",
        causes=(
            "The program named is misspelt, was removed, or is not in the PATH of cron or the "
            "timer.",
            "The hook is kept in the renewal file or in cli.ini from an earlier run.",
        ),
        steps=(
            "Write the hook with its whole path, or take it out: pre_hook, post_hook and "
            "renew_hook in {config}/renewal/{lineage}.conf, or in {config}/cli.ini .",
            "--disable-hook-validation leaves only the check away.",
        ),
        cases=(
            Case(
                beside=r"exists, but is not executable|not executable|-rw-[r-][w-]-[r-][w-]- ",
                title="A hook's program may not be executed",
                meaning="The program of a hook is there, but is not marked as executable: {file}. "
                "certbot looks at that before it does anything else, and stops. Neither certbot "
                "nor a web server is missing, and the CA was asked nothing.",
                causes=("The script was made or copied without the right to be executed.",),
                steps=(
                    "Make it executable (its first line has to name the interpreter, such as "
                    "#!/bin/sh), then run certbot again: `chmod +x {file}`",
                    "Or correct or take out the hook: renew_hook (pre_hook, post_hook) in "
                    "{config}/cli.ini or {config}/renewal/{lineage}.conf .",
                ),
            ),
        ),
        phrases=(
            "!hook command|program|script * not executable",
            "!hook command|program|script * not found|path",
            "!unable|failed|cannot|could_not find * hook command|program|script",
            "!unable|failed|cannot|could_not find executable * path",
        ),
        # certbot itself has the two mixed up: "/path-hook command pre exists"
        names=r"(?:(?<=hook command )|(?<=executable )|(?<!\S)(?=\S{1,200}-hook command \w))[\"']?"
        r"(?P<file>[/\w.-]*/[^\s\"',:]{1,200}?)(?=-hook command|[\s\"',:]|\Z)",
        sources=("certbot#6481",),
        hides=("deploy-failed", "client-not-found", "renewals-failed", "permission"),
    ),
    Entry(
        key="auth-hook-failed",
        title="The hook that answers the challenge failed",
        meaning="With manual authentication certbot has a program of yours answer the challenge "
        "(--manual-auth-hook): it writes the file or the DNS record. That program ended with an "
        "error, so the CA most likely found nothing; a validation that fails after that follows.",
        causes=(
            "The program could not write the record: the DNS provider's interface refused, or its "
            "credentials are wrong.",
            "It ends with a number that it takes from elsewhere (an HTTP status such as 200) in "
            "place of 0, though it worked.",
        ),
        steps=(
            "Run the program by hand with what certbot gives it (CERTBOT_DOMAIN, "
            "CERTBOT_VALIDATION in its environment), and see what it prints.",
            "Mend that; have it end with 0 where it worked and with another number where not.",
        ),
        phrases=(
            "!manual_auth_hook * reported|returned|error_code|exit_code|exited|failed",
            "!auth_hook * reported|returned|error_code|exit_code|exited|failed",
            "!deploy_challenge hook * returned|error_code|exit_code|exited|failed|non_zero",
            "!challenge hook|script|command * returned|exited|failed * non_zero|status|code",
        ),
        cases=(
            Case(
                r"deploy_challenge",
                "The client has a program of yours (its hook) write the file or the DNS record of "
                "a challenge. That program ended with an error, or was ended, so the client "
                "stopped there. The CA was not asked to look.",
                steps=(
                    "Run the hook by hand as the client calls it (dehydrated: HOOK "
                    "deploy_challenge NAME TOKEN VALUE), as the same user, and see what it says.",
                    "Mend that: most often the DNS provider's token, or the way out to its "
                    "interface.",
                ),
            ),
        ),
        sources=("certbot", "bunkerweb#3783"),
        hides=("deploy-failed", "validation-failed", "renewals-failed"),
    ),
    Entry(
        key="manual-unattended",
        title="The certificate was got by hand, and a renewal has nobody who answers its challenge",
        meaning="It was ordered with --manual: somebody wrote the file or the DNS record that "
        "certbot showed. A renewal runs without anybody, so certbot needs a program for that "
        "(--manual-auth-hook), or another way to answer. The CA was not asked.",
        causes=(
            "The first order was a manual one, most often for a wildcard by DNS, and no hook was "
            "given.",
        ),
        steps=(
            "Order it once more with what can answer by itself, and the renewal does the same: a "
            "DNS plugin for the provider of the zone, or webroot where it need not be DNS; at "
            "Sectigo, where the domains are validated in advance, the plugin sectigo-eab.",
            "Or write a hook, and give it with --manual-auth-hook (and --manual-cleanup-hook).",
            "Until then order by hand again, with --manual and the same --cert-name.",
        ),
        phrases=(
            "!authentication script must provided * manual_auth_hook",
        ),
        sources=("certbot", "certbot#5308"),
        hides=("plugin-not-working", "renewals-failed", "flag-missing"),
    ),
    Entry(
        key="curl-broken",
        title="curl, with which the client asks, could not start on this machine",
        meaning="curl ended before it connected to anybody (its exit codes 2, 4, 27 and 48 are "
        "about itself). The CA was not asked, and what the client says of a validation after that "
        "only follows.",
        causes=(
            "After an update curl and its libraries (libcurl, OpenSSL) do not fit each other.",
            "curl was built without what the client asks of it.",
        ),
        steps=(
            "Run curl by hand (curl -V), as the client's user, and see what it says.",
            "Complete the update, or install curl with its libraries anew, and start the service "
            "again.",
        ),
        phrases=(
            "libcurl errors * error code 2|4|27|48",
            "!curl failed initialize|initialise|initialization",
        ),
        sources=("acme.sh", "opnsense/plugins#3871"),
        hides=("validation-failed", "panel-script-failed", "ca-unreachable"),
    ),
    Entry(
        key="plugin-broken",
        title="A plugin of the client cannot be loaded",
        meaning="The client found the plugin and could not load it. The text names the plugin and, "
        "at its end, the reason. The CA was asked nothing.",
        causes=(
            "A library that the plugin needs is missing, damaged, or of a version that does not "
            "fit, often after the client or its Python was updated.",
            "The plugin is no longer looked after, or is of another version than the client.",
        ),
        steps=(
            "Update or reinstall the plugin with all that it needs, the same way as it came (apt, "
            "snap, pip in the client's own environment, the container's image).",
            "If nothing needs it, remove it. With certbot, see which plugins load then: "
            "`certbot plugins`",
            "If it stays, tell those who make the plugin.",
        ),
        phrases=(
            "!plugin not found|valid|was|or invalid",
            "!plugin errored while loading",
            "!broken_implementation|broken_method_implementation",
            "!failed implement interface certbot",
            "plugin * error|errored|failed|exception|problem while|when|during|at loading|import|"
            "importing",
            "failed|error|unable|cannot|could_not|problem load|loading|import|importing|"
            "instantiate plugin|plugins|assembly",
            "plugin|assembly could_not|cannot|not|failed be|to loaded|load|imported|instantiated",
        ),
        sources=("certbot", "win-acme", "Posh-ACME"),
        hides=("client-bug", "plugin-not-working", "renewals-failed"),
    ),
    Entry(
        key="ca-bundle-unreadable",
        title="The file of root certificates on this machine is missing or cannot be read",
        meaning="To check the CA's server the client needs a file of root certificates (a CA "
        "bundle), and could not read it. Neither network nor CA are at fault: no connection was "
        "judged yet.",
        causes=(
            "The package ca-certificates is not installed, or the container or chroot is without "
            "it.",
            "A path set for it is wrong: REQUESTS_CA_BUNDLE, SSL_CERT_FILE, CURL_CA_BUNDLE, curl's "
            "--cacert, Apache's MDCACertificateFile.",
            "The user that the client runs as may not read the file.",
        ),
        steps=(
            "See what is set, and whether the file is there: `env | grep -iE "
            "'ca_bundle|ssl_cert'; ls -lL /etc/ssl/certs/ca-certificates.crt "
            "/etc/pki/tls/certs/ca-bundle.crt`",
            "Install ca-certificates, or mend the path. Do not switch verification off.",
        ),
        phrases=(
            "problem with ssl ca cert",
            "error setting certificate verify|file",
            "could_not|cannot|unable|failed find|load|read|open|loading|reading suitable|tls|ca|"
            "trusted|root|system bundle|cacert|ca_bundle|ca_file|root|roots|ca_certificate|"
            "ca_certificates|trust_store",
            "invalid path * ca_bundle|ca_certificate|ca_certificates|bundle",
            "could_not find suitable tls ca certificate bundle",
            "libcurl errors * error code 77",
            "curl returned|error|exit with 77",
            "curl 77",
            "request failed 77",
            "failed load system roots",
            "no such file directory * cacert|ca_certificates|ca_bundle|cabundle",
            "cacert|ca_certificates|ca_bundle|cabundle * no such|not found|unreadable|permission",
        ),
        shown=(
            r"(?:(?<=/ssl|/tls)/cert\.pem|/ca-certificates\.crt|/(?:tls-)?ca-bundle\.(?:crt|pem)"
            r"|/cacert\.pem|/ca-root-nss\.crt)\b[\"']?(?:: |, |\s)[^\n/]{0,60}"
            r"(?:[Nn]o such file|[Nn]ot found|[Pp]ermission denied)",
        ),
        bystander=True,
        sources=("curl", "requests", "mod_md", "Go"),
        hides=("ca-certificate", "ca-unreachable", "ca-timeout", "not-acme", "permission"),
        network=True,
    ),
    Entry(
        key="canceled-here",
        title="The client broke off what it was doing: it was told to",
        meaning="'Canceled' is of the program's own: it stopped a request that was under way, "
        "since it loaded a new configuration, was shut down, or its caller went away. The CA did "
        "not refuse, and nothing timed out.",
        causes=(
            "The configuration was loaded anew, or the service restarted, in the middle of it.",
            "A program around the client gave up earlier than the client.",
        ),
        steps=(
            "See what comes after it in the log: the client begins again by itself.",
            "If it comes again and again, find what reloads or restarts it, and have that happen "
            "less often.",
        ),
        phrases=(
            "context_canceled|context_cancelled",
            "operation|request|order|issuance|renewal was|been canceled|cancelled|aborted because|"
            "by|due * reload|restart|shutdown|user|configuration",
            "interrupted|canceled|cancelled by signal|user|shutdown|reload",
            "keyboard_interrupt",
        ),
        sources=("Go", "certmagic"),
        hides=("zerossl-eab-api", "another-instance", "ca-timeout", "ca-unreachable",
               "order-refused", "order-invalid"),
    ),
)  # fmt: skip
