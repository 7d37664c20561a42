"""Sentences of certbot itself, about accounts, options and its own files."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Entry, Weight

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
            "certbot-sectigo accounts pick {names}   prints the right account; with --format flag "
            "the words certbot needs.",
            "For good:  certbot-sectigo accounts pin ID --cert-name {lineage}",
            "New certificates:  certbot certonly --authenticator sectigo-eab "
            "--sectigo-eab-credentials FILE {names}   never asks.",
        ),
        phrases=("please choose account", "choose an account"),
        sources=("certbot", "certbot#9805"),
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
            "certbot-sectigo accounts list  and  certbot-sectigo accounts archived",
            "If it was taken out of service:  certbot-sectigo accounts restore {account}",
            "Else pin the lineage to another account of the same kid:  certbot-sectigo accounts "
            "pin ID --cert-name {lineage}",
        ),
        phrases=("account at * does not exist", "account_not_found"),
        sources=("certbot", "bunkerweb#3783"),
        hides=("account-unknown",),
    ),
    Entry(
        key="account-unparsable",
        title="An account file on this machine is damaged",
        meaning="One file below accounts/ that does not parse stops every run of certbot that has "
        "no pinned account.",
        causes=("The disk was full, or a copy was cut off; somebody edited the file.",),
        steps=(
            "certbot-sectigo accounts list  names the file.",
            "Bring it back from a backup, or take the account out:  certbot-sectigo accounts clean",
        ),
        phrases=(
            "josepy errors deserialization_error",
            "deserialization_error",
            "could not decode field|uri|body",
            "unterminated string",
        ),
        sources=("certbot",),
    ),
    Entry(
        key="account-exists",
        title="certbot registers only one account for each server",
        meaning="certbot register refuses a second account, also with another EAB pair.",
        steps=(
            "certbot-sectigo accounts register --credentials FILE   makes it beside the first; so "
            "does the first  certbot certonly --authenticator sectigo-eab "
            "--sectigo-eab-credentials FILE ...",
        ),
        phrases=("existing account * registration duplicate account", "duplicate account "
                 "unsupported"),
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
        steps=(
            "certbot-sectigo accounts list  shows for which servers there are accounts.",
            "certbot certonly --authenticator sectigo-eab --sectigo-eab-credentials FILE {names}",
        ),
        phrases=("please use eab kid * eab hmac", "use eab kid hmac key"),
        sources=("certbot",),
        hides=("eab-required",),
    ),
    Entry(
        key="option-unknown",
        title="This certbot does not know an option",
        meaning="The certbot that ran is not the one you think of: the plugin is not installed in "
        "its environment, or it is too old (--eab-kid came with 0.31).",
        causes=(
            "certbot-sectigo was installed with another Python than certbot's (snap, pipx, venv).",
            "certbot is older than 0.31.",
        ),
        steps=(
            "type -a certbot ; certbot --version ; certbot plugins   (sectigo-eab must be listed)",
            "Install the plugin where certbot is: in its venv, or  pipx inject certbot "
            "certbot-sectigo",
        ),
        phrases=(
            "unrecognized arguments",
            "authenticator|installer could_not determined or * installed",
            "could not select or initialize requested authenticator|installer",
            "flag provided but not defined",
        ),
        sources=("certbot",),
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
            "The plugin was installed with CERTBOT_PLUGIN_PATH, which is not set in the timer's "
            "service.",
            "certbot or its Python was updated, and the plugin not installed again.",
        ),
        steps=(
            "certbot-sectigo doctor   names the timer or cron table and what mends it.",
            "type -a certbot   shows all certbots; in what  certbot plugins  prints, the right one "
            "has sectigo-eab.",
            "Then, with that certbot:  certbot renew --cert-name {lineage}",
        ),
        phrases=(
            "requested plugin does not appear installed",
            "plugin does not appear installed",
            "namespace object has no attribute",
        ),
        sources=("certbot",),
        hides=("renewal-file-broken", "option-unknown"),
    ),
    Entry(
        key="option-argument",
        title="An option got no value, or one that begins with '-'",
        meaning="A kid or HMAC key that begins with '-' looks like an option to certbot.",
        causes=(
            "The value begins with '-'.",
            "A variable in a script is empty.",
        ),
        steps=(
            "Put kid and key into a file and use  --sectigo-eab-credentials FILE : there, they "
            "also stay out of the process list and the logs.",
            "Else write --eab-kid=VALUE, with the equals sign.",
        ),
        phrases=("expected one argument", "flag needs argument"),
        sources=("certbot#7114",),
    ),
    Entry(
        key="another-instance",
        title="Another certbot is running",
        meaning="certbot locks its directories; only one may work at a time.",
        causes=("A timer's renewal; it may sleep up to 8 minutes before it starts.",),
        steps=("Wait, then repeat; ps aux | grep certbot  shows it. Do not delete lock files.",),
        phrases=("another instance certbot already running", "directory in use by process"),
        sources=("certbot",),
    ),
    Entry(
        key="register-unattended",
        title="certbot may not ask, and was not told how to register",
        meaning="An account has to be registered first, and e-mail address or consent are "
        "missing.",
        causes=("There is no account for this server here: is it the right --config-dir?",),
        steps=(
            "Add --agree-tos and --email you@example.org ; the plugin needs --agree-tos only.",
        ),
        phrases=("should register before running non_interactively",
                 "register before running * interactive|interactively",
                 "provide agree tos * email"),
        sources=("certbot",),
    ),
    Entry(
        key="flag-missing",
        title="certbot would have to ask, and may not",
        meaning="A decision is open; the text names the option that makes it.",
        steps=("Add the option that is named, or run it once by hand without -n.",),
        phrases=("missing command line flag", "missing_commandline_flag"),
        sources=("certbot",),
        weight=Weight.SYMPTOM,
    ),
    Entry(
        key="renewal-file-broken",
        title="A renewal file is damaged, so its certificate is not renewed",
        meaning="certbot passes over the lineage; the others are renewed.",
        causes=(
            "Files below live/ or archive/ were moved or deleted, or links became plain files.",
            "The renewal file was edited or cut off.",
        ),
        steps=(
            "certbot certificates   names the file.",
            "Bring it back from a backup; else issue again with the same --cert-name.",
        ),
        phrases=(
            "renewal configuration|config file * broken|lacks|unexpected",
            "renewal config * broken",
            "renewal configuration * produced unexpected error",
            "required file reference",
            "expected * be symlink",
            "error while|occurred parsing * renewal",
        ),
        sources=("certbot",),
    ),
    Entry(
        key="live-directory-exists",
        title="A folder of that name exists in live/ or archive/ without a renewal file",
        meaning="certbot does not write over it.",
        causes=("A lineage was removed by hand (rm) instead of with certbot delete.",),
        steps=(
            "Move the left-over folders live/NAME and archive/NAME away, or use another "
            "--cert-name.",
        ),
        phrases=("live directory exists", "archive directory exists"),
        sources=("certbot",),
    ),
    Entry(
        key="permission",
        title="A file may not be read or written by this user",
        meaning="certbot's directories belong to root.",
        causes=("The command was not run as root.", "The file system is read-only."),
        steps=("Run it as root (sudo), or with --config-dir, --work-dir and --logs-dir of your "
               "own.",),
        phrases=(
            "permission denied",
            "operation not permitted",
            "either run as root",
            "read only file system",
        ),
        sources=("certbot",),
    ),
    Entry(
        key="disk-full",
        title="The disk is full",
        meaning="A file could not be written to its end.",
        steps=("df -h ; df -i   and make room before anything else is run.",),
        phrases=("no space left on device", "disk quota exceeded"),
        sources=("errno(3)",),
    ),
    Entry(
        key="dry-run-elsewhere",
        title="The test run went to Let's Encrypt's staging server, not to this CA",
        meaning="certbot --dry-run asks Let's Encrypt's staging server unless a server is given; "
        "what it says tells nothing about Sectigo. With --server it would issue a real "
        "certificate.",
        steps=(
            "Lineages of the plugin sectigo-eab are never tested there. To test an account:  "
            "certbot-sectigo accounts probe {names}",
        ),
        phrases=("acme staging v02 api letsencrypt org",),
        sources=("certbot",),
        weight=Weight.HARMLESS,
    ),
    Entry(
        key="plugin-not-working",
        title="A certbot plugin reports a problem with its set-up",
        meaning="The plugin refused to start; the text behind 'The error was' says why.",
        steps=("Mend what that text names, for example with nginx -t or apachectl configtest.",),
        phrases=("plugin is not working", "may be problems with existing configuration"),
        sources=("certbot",),
        weight=Weight.SYMPTOM,
    ),
)  # fmt: skip
