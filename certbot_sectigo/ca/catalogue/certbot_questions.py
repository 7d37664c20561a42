"""What certbot would ask its user, where nobody can answer."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry, Weight

ENTRIES = (
    Entry(
        key="register-unattended",
        title="certbot may not ask, and was not told how to register",
        meaning="An account has to be registered first, and e-mail address or consent are missing.",
        causes=("There is no account for this server here: is it the right --config-dir?",),
        steps=("Add --agree-tos and --email you@example.org .",),
        phrases=(
            "!should register before running non_interactively",
            "!register before running * interactive|interactively",
            "!provide agree tos * email",
        ),
        sources=("certbot",),
        hides=("prompt-without-terminal",),
    ),
    Entry(
        key="prompt-without-terminal",
        title="The client asked a question where nobody can answer",
        meaning="It ran from cron, a timer, a container or a script and wanted an answer: e-mail "
        "address, consent, which account, or yes or no. That an input ended (EOF) is of the "
        "question, not of the network.",
        causes=("An option is missing that answers the question beforehand.",),
        steps=(
            "Run it once by hand at a terminal and see what it asks.",
            "For unattended runs: certbot -n with the options that answer it (--agree-tos, "
            "--email, --cert-name, --keep-until-expiring, ...).",
        ),
        phrases=(
            "eof_error",
            "bug in pythondialog|dialog",
            "error opening terminal",
            "eof when reading a line",
            "eof while|when reading * input|stdin|answer",
            "!cannot prompt user",
            "non_interactive * prompt|prompting|input|question",
            "prompt|prompting|input|question * non_interactive",
            "inappropriate ioctl for device",
            "python_dialog_bug|dialog_error",
            "!unable prompt|ask user",
            "stdin is not a terminal|tty",
            "input is not a terminal|tty",
        ),
        sources=("certbot#1790", "acmetool#188", "dmi-tcat#446"),
        hides=("renewals-failed",),
    ),
    Entry(
        key="flag-missing",
        title="certbot would have to ask, and may not",
        meaning="A decision is open; the text names the option that makes it.",
        steps=(
            "Answer the question that stands behind it by an option, or in the renewal file; "
            "certbot certonly asks it at a terminal, certbot renew never does.",
        ),
        cases=(
            Case(
                r"(?:input|select|enter) the webroot|webroot for",
                "certbot proves the name through a web server's folder (webroot), and nobody told "
                "it which: the renewal file of {lineage} has no web root for {name}. No challenge "
                "was tried, and the CA was not asked.",
                (
                    "The renewal file was edited, or a name was added whose web root it does not "
                    "list (webroot_path, [[webroot_map]]).",
                ),
                (
                    "Write the folder into {config}/renewal/{lineage}.conf: below [[webroot_map]] "
                    "a line for the name, such as {name} = /var/www/html",
                    "Or order once with it (certbot certonly --webroot -w DIR -d NAME, with all "
                    "names of the certificate): certbot keeps it.",
                ),
                title="certbot does not know the web root of a name",
            ),
            Case(
                r"how would you like to (?:authenticate|prove)|authenticator",
                "certbot was not told how to prove the names.",
                ("Neither the command nor the renewal file names an authenticator.",),
                (
                    "Name one: --webroot -w DIR, --standalone, --nginx, --apache, or -a with a "
                    "plugin's name.",
                ),
            ),
            Case(
                r"existing certificate that contains a portion|expand and replace",
                "There is a certificate with some of the names, and certbot would ask whether it "
                "may be replaced by one with all of them.",
                ("Names were added.",),
                ("Add --expand, or take another --cert-name for a certificate beside it.",),
            ),
            Case(
                r"which names would you like|activate https for|no names were found",
                "certbot was not told the names and found none, or several, in the web server's "
                "configuration.",
                ("No -d was given, or an empty variable.",),
                ("Name them: -d NAME, once for each.",),
            ),
        ),
        phrases=("!missing command line flag", "!missing_commandline_flag"),
        sources=("certbot",),
        weight=Weight.SYMPTOM,
        hides=("renewals-failed",),
    ),
)  # fmt: skip
