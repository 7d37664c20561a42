"""Sentences of certbot itself, about accounts, plugins and options."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry, Weight

ENTRIES = (
    Entry(
        key="choose-account",
        title="certbot has several accounts for this server and was not told which",
        meaning="certbot would ask in a menu, and may not. It shows only four digits of each "
        "account, and --account wants all 32.",
        causes=(
            "A second EAB pair was registered, or an account was copied here.",
            "The renewal file names no account, or --server was given at renew, which makes "
            "certbot forget the account that is pinned.",
        ),
        steps=(
            "Print the right account: `certbot-sectigo accounts pick {names}`",
            "For good: `certbot-sectigo accounts pin {other} --cert-name {lineage}`",
        ),
        phrases=("!please choose account", "!choose an account"),
        sources=("certbot", "certbot#9805"),
        hides=("flag-missing",),
    ),
    Entry(
        key="pinned-account-missing",
        title="The account that the certificate is pinned to is not there",
        meaning="The renewal file of {lineage} names account {account}, and certbot has no "
        "such folder for that server.",
        causes=(
            "The folder was deleted or renamed, or 'unregister' was run.",
            "The renewal file came from another machine, without accounts/.",
            "The server in the renewal file was changed.",
        ),
        steps=(
            "See what is here: `certbot-sectigo accounts list`",
            "See what was taken out of service: `certbot-sectigo accounts archived`",
            "If it is there: `certbot-sectigo accounts restore {account}`",
            "Else pin the lineage to another account of the same kid: "
            "`certbot-sectigo accounts pin {other} --cert-name {lineage}`",
        ),
        phrases=("!account at * does not exist", "!account_not_found"),
        sources=("certbot", "bunkerweb#3783"),
        hides=("account-unknown",),
    ),
    Entry(
        key="accounts-folder-migration",
        title="certbot could not join the accounts of two of a CA's servers",
        meaning="certbot keeps one folder of accounts for an older and a newer server of the same "
        "CA and makes one a link to the other. The folder that was to become the link holds "
        "something. No account is lost.",
        causes=(
            "Both folders have accounts, made before and after the CA's server changed.",
            "Several certbots ran at once.",
        ),
        steps=(
            "See which accounts are where, and which certificates use them: "
            "`certbot-sectigo accounts list`",
            "Keep both folders and update certbot: newer ones leave a folder alone that holds "
            "something.",
            "Do not delete accounts: certificates are renewed with them.",
        ),
        phrases=(
            "!directory not empty * accounts",
            "!errno_39|enotempty * accounts",
            "!file exists * accounts * directory",
        ),
        sources=("certbot#6207",),
        hides=("renewal-file-broken", "renewals-failed"),
    ),
    Entry(
        key="account-exists",
        title="certbot registers only one account for each server",
        meaning="certbot register refuses a second account, also with another EAB pair.",
        steps=("Make it beside the first: `certbot-sectigo accounts register --credentials FILE`",),
        phrases=(
            "!existing account * registration duplicate account",
            "!duplicate account unsupported",
        ),
        sources=("certbot",),
    ),
    Entry(
        key="server-demands-eab",
        title="certbot would have to register a new account, and got no EAB pair",
        meaning="certbot found no account for this server ({server}), so it wants to register "
        "one, and the directory says that this needs EAB.",
        causes=(
            "The first certificate from this server.",
            "There is an account, but for another URL or in another --config-dir.",
        ),
        steps=("See for which servers there are accounts: `certbot-sectigo accounts list`",),
        phrases=("!please use eab kid * eab hmac", "!use eab kid hmac key"),
        sources=("certbot",),
        hides=("eab-required",),
    ),
    Entry(
        key="plugin-missing",
        title="The certbot that ran does not have the plugin",
        meaning="The command, or the renewal file of {lineage}, asks for a plugin that the certbot "
        "which ran, {certbot}, does not have. Account, certificate and renewal file are all "
        "right, even where certbot calls that file invalid.",
        causes=(
            "A timer or cron table starts another certbot than the one that has the plugin: "
            "/usr/bin/certbot of the distribution or the snap, while the plugin is in an "
            "environment beside it.",
            "The plugin is a package of its own (certbot-dns-... for a DNS provider) and is not "
            "installed there, or not after certbot or its Python was updated.",
        ),
        steps=(
            "See all certbots: `which -a certbot`",
            "See which plugins one has: `certbot plugins`",
            "Install the plugin's package where that certbot is: by apt, snap or pip, the same "
            "way as certbot.",
            "Then, with that certbot: `certbot renew --cert-name {lineage}`",
        ),
        phrases=(
            "!requested plugin does not appear installed",
            "!plugin does not appear installed",
            "namespace object has no attribute",
        ),
        sources=("certbot",),
        hides=("renewal-file-broken", "option-unknown", "renewals-failed"),
    ),
    Entry(
        key="option-unknown",
        title="This certbot does not know an option",
        meaning="The program that ran is older than the option, or the option is of a plugin that "
        "is not installed where it is, or of no certbot.",
        causes=(
            "The plugin was installed with another Python than certbot's (snap, pipx, venv).",
            "certbot is older than the option.",
            "The option is misspelt, or another client's.",
        ),
        steps=(
            "See all certbots: `which -a certbot`",
            "See version and plugins: `certbot --version ; certbot plugins`",
            "Install the plugin where certbot is, or a current certbot (snap, pip in a venv).",
        ),
        cases=(
            Case(
                r"--eab-(?:kid|hmac-key|hmac-alg)(?![\w-])",
                "This certbot is older than External Account Binding: --eab-kid and --eab-hmac-key "
                "came with certbot 0.29.0 (2018), --eab-hmac-alg with 4.2.0. Kid and key are not "
                "looked at.",
                ("certbot is too old.", "Another, older certbot runs than the one you updated."),
                (
                    "See which certbot runs, and how old it is: "
                    "`type -a certbot ; certbot --version`",
                    "Install a current certbot (snap, backports, pip in a venv), and take the old "
                    "one away. Leaving the options out does not help where the CA wants EAB.",
                ),
            ),
            Case(
                r"--(?:eab|hmac|kid|key-?id|external-account)[\w-]*",
                "No certbot has an option of this name. Its options for External Account Binding "
                "are --eab-kid, --eab-hmac-key and --eab-hmac-alg. Nothing was asked of the CA.",
                ("It is misspelt, or another client's.",),
                (
                    "Give kid and HMAC key as --eab-kid and --eab-hmac-key, or write both into a "
                    "file for the plugin sectigo-eab (--sectigo-eab-credentials), where no list "
                    "of processes shows them.",
                ),
                title="certbot has no option of this name",
            ),
        ),
        phrases=(
            "unrecognized arguments",
            "!authenticator|installer could_not determined or * installed",
            "!could not select or initialize requested authenticator|installer",
            "flag provided but not defined",
        ),
        sources=("certbot",),
    ),
    Entry(
        key="option-argument",
        title="An option got no value, or one that begins with '-'",
        meaning="A kid or HMAC key that begins with '-' looks like an option.",
        causes=("The value begins with '-'.", "A variable in a script is empty."),
        steps=(
            "Write --eab-kid=VALUE, with the equals sign.",
            "Better put both into a file: there they also stay out of the process list and logs.",
        ),
        phrases=("expected one argument", "flag needs argument"),
        sources=("certbot#7114",),
    ),
    Entry(
        key="dry-run-elsewhere",
        title="The test run went to Let's Encrypt's staging server, not to this CA",
        meaning="certbot --dry-run asks Let's Encrypt's staging server unless a server is given; "
        "what it says tells nothing about another CA. With --server it would issue a real "
        "certificate.",
        steps=(
            "Lineages of the plugin sectigo-eab are never tested there. To test an account: "
            "`certbot-sectigo accounts probe {names}`",
        ),
        phrases=("!acme staging v02 api letsencrypt org",),
        hosts=("acme-staging-v02.api.letsencrypt.org",),
        clients=("certbot",),
        sources=("certbot",),
        weight=Weight.HARMLESS,
    ),
    Entry(
        key="plugin-not-working",
        title="A certbot plugin reports a problem with its set-up",
        meaning="The plugin refused to start; the text behind 'The error was' says why.",
        steps=("Mend what that text names, for example with nginx -t or apachectl configtest.",),
        phrases=(
            "!selected vhost would conflict",
            "plugin is not working",
            "may be problems with existing configuration",
            "!error while running nginx|apache|apache2|apachectl|httpd",
            "!not automatically find matching server block",
            "!unable|cannot|could_not find virtual_host|vhost listening|matching",
            "!nginx|apache restart failed",
            "does not exist or is not directory",
        ),
        cases=(
            Case(
                r"find (?:a )?(?:virtual ?host|vhost|matching)|matching server block",
                "certbot's plugin looked through the web server's configuration for the host that "
                "answers for the name, and found none. The CA was not asked to look.",
                (
                    "No server_name (nginx) or ServerName (Apache) names it, or no host of it "
                    "listens on port 80.",
                    "Its file is not loaded (sites-enabled), or the plugin cannot read it.",
                ),
                (
                    "Give the name a host with server_name or ServerName that listens on port 80, "
                    "load it, and test the configuration (nginx -t, apachectl configtest).",
                    "Or take the web root of what answers there: certbot's --webroot.",
                ),
                title="certbot finds no host for the name in the web server's configuration",
            ),
            Case(
                r"does not exist or is not a directory",
                "The folder that certbot is to write the challenge into is not there, or is a "
                "file. The CA was not asked to look.",
                (
                    "The web root was moved or removed, or is misspelt in webroot_path or below "
                    "[[webroot_map]] in the renewal file; in a container it is not mounted.",
                    "A path was written where a list belongs, so that one letter is taken for it.",
                ),
                (
                    "Name the folder that the web server serves for the name, with its whole "
                    "path, by --webroot -w, and run it once: the renewal file keeps it.",
                ),
                title="The web root that certbot is to use does not exist",
            ),
        ),
        sources=("certbot",),
        weight=Weight.SYMPTOM,
        hides=("renewals-failed",),
    ),
)
