"""Trouble of the machine that a client runs on: packages and programs."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry

ENTRIES = (
    Entry(
        key="python-packages",
        title="The Python that the client runs in lacks a package, or has one that does not fit",
        meaning="The client did not start. Nothing is wrong with accounts or certificates, and "
        "nothing below /etc/letsencrypt has to change.",
        causes=(
            "pip installed packages over those of the distribution (below /usr/local), so that "
            "two versions are mixed.",
            "The distribution's or the container's Python was updated, and the client's "
            "environment is of the one before.",
            "A plugin was installed for another Python than certbot's.",
        ),
        steps=(
            "See which certbot runs and whose Python it is: `which -a certbot ; head -1 "
            '"$(command -v certbot)"`',
            "See what pip has put beside the distribution's packages: "
            "`ls -d /usr/local/lib/python3*/*-packages/*`",
            "Take those out with the pip that brought them (pip uninstall), and reinstall certbot "
            "from where it is (apt, dnf); or install certbot with its plugins into an "
            "environment of its own (snap, pipx, a venv).",
        ),
        cases=(
            Case(
                beside=r"(?:unattended-upgrade|\bapt(?:-get)?\b|dpkg|Upgrade: |Unpacking "
                r"|Setting up |\b(?:dnf|yum|zypper|snap) )[\s\S]{0,3000}\bcertbot\b",
                title="certbot was started while its packages were being replaced",
                meaning="The text shows an update of certbot's packages beside the failure: one "
                "part was new already and the other still old. Nothing is wrong with accounts or "
                "certificates, and it passes by itself when the update is done.",
                causes=(
                    "The timer started certbot in the very moment of the update.",
                    "If it stays afterwards: the update was not finished, or pip's packages lie "
                    "over those of the distribution.",
                ),
                steps=(
                    "Once the update is done run the client again, or leave it to its timer.",
                    "Only if it stays: finish the update (apt-get -f install), reinstall certbot "
                    "and its Python package, and look for what pip left: "
                    "`ls -d /usr/local/lib/python3*/*-packages/*`",
                ),
                says=r"version_?conflict|distribution_?not_?found|no module named|cannot import",
            ),
            Case(
                r"\bpip\d?(?:\.\d+)?: (?:command )?not found",
                "The client, or the panel around it, wanted to install its plugin by pip, and pip "
                "itself is not there. Neither the CA nor the DNS provider was asked.",
                (
                    "The image, container or system comes without pip, or it lies outside of the "
                    "PATH.",
                ),
                (
                    "Install it there (apk add py3-pip, apt install python3-pip), or update the "
                    "image; what is installed in a container by hand is gone when it is made anew.",
                    "Or take a package or image that has the plugin in it.",
                ),
                title="pip, which was to install the client's plugin, is not there",
            ),
            Case(
                r"conflicting dependencies|resolution ?impossible",
                "pip found no versions of the packages that go together, so the plugin was not "
                "installed. Neither the CA nor the DNS provider was asked: credentials are not "
                "the matter.",
                (
                    "The versions that the client, or the panel around it, asks for have ruled "
                    "each other out since one of the packages was released anew.",
                ),
                (
                    "Update the client or panel, or go back to its version before this one.",
                    "Or install versions that go together by hand, as the lines below the error "
                    "name them.",
                ),
                title="The plugin's packages rule each other out, so pip installed none",
            ),
            Case(
                r"X509Extension\b",
                "The client's library acme is older than the pyOpenSSL beside it, which has "
                "dropped what it uses. The client did not start; no CA or provider was asked.",
                (
                    "pip took a newer pyOpenSSL than this certbot knows; a plugin often holds "
                    "certbot back at an older version.",
                ),
                (
                    "Update certbot and its plugins together.",
                    "Where a plugin does not allow that, install an older pyOpenSSL in the same "
                    "environment, or take another plugin; a new environment alone brings the same "
                    "versions again.",
                ),
                title="certbot's library is older than the pyOpenSSL beside it",
            ),
            Case(
                r"unknown url type|ssl module|_ssl\b",
                "The Python that the client runs in was built without TLS, so it can open no https "
                "URL. The CA was not asked.",
                (
                    "A Python of one's own (built, pyenv, a NAS) without OpenSSL's headers, or "
                    "whose OpenSSL was removed or replaced.",
                ),
                (
                    "Take the distribution's Python, or build it anew with OpenSSL's development "
                    "files; then it can import ssl.",
                ),
                title="The client's Python cannot do TLS",
            ),
        ),
        phrases=(
            "cannot install * package versions have conflicting dependencies",
            "resolution_impossible * dependency_conflicts|dependencies|pip",
            "!failed import required python library",
            "pip_not_found|pip3_not_found|pip_command_not_found|pip3_command_not_found",
            "module_not_found_error",
            "no module named",
            "distribution_not_found",
            "the distribution was not found",
            "version_conflict|contextual_version_conflict",
            "package_not_found_error",
            "import_error cannot import name",
            "cannot import name",
            "module has_no attribute openssl|x509|lib|crypto|ssl|pyopenssl",
            "module lib has_no attribute",
            "attribute_error module has_no attribute",
            "requirement parse",
            "unexpected_keyword argument",
            "unknown openssl error",
            "undefined symbol",
            "panic_exception",
            "bad interpreter",
            "import_error",
            "module missing required functionality",
            "urlopen error unknown url type https",
            "ssl module is not available",
            "cffi library",
            "no function constant or global variable",
            "error while loading shared libraries|library",
            "symbol lookup error",
            "version glibc|openssl not_found|found",
        ),
        sources=("certbot#4934", "certbot#6721", "setuptools"),
        hides=("client-bug", "plugin-missing", "option-unknown", "answer-unusable"),
    ),
    Entry(
        key="pip-refused",
        title="pip could not install the client or a plugin of its",
        meaning="Nothing was asked of the CA: a package was to be installed, and pip refused or "
        "could not build it. The client that is there already was not changed.",
        causes=("The package, its version and the Python here do not fit each other.",),
        steps=(
            "Install the client and its plugins the same way, all by apt or dnf, all by snap, or "
            "all by pip in one environment of their own.",
        ),
        cases=(
            Case(
                r"externally.managed",
                "The distribution does not let pip change the system's own Python. A plugin has to "
                "come the same way as the client: pip's packages are never seen by the certbot of "
                "snap.",
                ("pip was called outside of a virtual environment (PEP 668).",),
                (
                    "With the distribution's client take the plugin's package of it "
                    "(python3-certbot-dns-...), with the snap the plugin's snap.",
                    "Else install both into an environment of their own (python3 -m venv, then "
                    "that environment's pip). Do not use --break-system-packages.",
                ),
                title="The distribution forbids pip to change the system's Python",
            ),
            Case(
                r"\bnpm (?:err|error|warn|i|ci|install|run)\b|\beresolve\b|\byarn (?:add"
                r"|install)|node-gyp",
                "A package of the client's, or of a program around it, was to be installed by npm, "
                "and npm found no versions that go together or could not fetch or build them. "
                "Neither the CA nor a DNS provider was asked.",
                ("A package was released anew, or Node.js here is older or newer than it wants.",),
                (
                    "Update the program as a whole, or go back to the version that worked; take an "
                    "image that has the parts in it.",
                ),
                title="npm could not install a part of the client",
            ),
            Case(
                r"subprocess-exited|\bwheels?\b|\bgcc\b|\brustc?\b|\bcargo\b|compiler"
                r"|failed (?:to )?build",
                "A package had to be built here and could not be: no ready one fits this machine.",
                (
                    "An old pip or Python, or a processor for which there are no wheels (ARM, "
                    "musl); compiler, Rust or header files are missing.",
                ),
                (
                    "Update pip first; take the distribution's package or an image that has the "
                    "plugin; else install compiler, Rust and the headers of Python, OpenSSL and "
                    "libffi.",
                ),
                title="A Python package could not be built on this machine",
            ),
        ),
        phrases=(
            "externally_managed_environment",
            "environment is externally managed",
            "subprocess_exited_with error",
            "pip subprocess * not run successfully",
            "failed building|build wheel|installable",
            "no matching distribution found",
            "could_not find version that satisfies requirement",
            "cant|cannot|not find rust compiler",
            "command failed pip install",
            "npm err * eresolve|enotfound|gyp|could_not resolve dependency",
        ),
        vague=True,  # most often tried after the client had failed
        sources=("PEP 668", "nginx-proxy-manager#2515", "certbot-dns-infomaniak#39"),
        hides=("python-packages", "deploy-failed"),
    ),
    Entry(
        key="module-shadowed",
        title="A file of yours is taken for a module of Python's",
        meaning="Python looks for modules first in the folder that it is started in, or that the "
        "script lies in. {file} has the name of a standard module and was imported in its place, "
        "by code that expects Python's own. Neither certbot nor its packages are broken.",
        causes=(
            "The client is run in the folder of that file, or by a script that lies there.",
            "PYTHONPATH names that folder.",
        ),
        steps=(
            "Rename {file} to something that no module is called, and remove the folder "
            "__pycache__ beside it.",
            "Or run the client from another folder, such as /, and without PYTHONPATH.",
        ),
        phrases=("same name as * standard library module",),
        sources=("The Python documentation on sys.path",),
        hides=("python-packages",),
    ),
    Entry(
        key="client-not-found",
        title="The client's program is not where it is looked for",
        meaning="What should start the client did not find it. Nothing was asked of the CA.",
        causes=(
            "It is not installed here, or in another container.",
            "cron and systemd have a shorter PATH than a login; the snap's is /snap/bin.",
        ),
        steps=(
            "See where it is: `which -a certbot`",
            "Name it with its whole path in the cron table, unit or script.",
        ),
        phrases=(
            # One behind the other: an object may be called letsencrypt, and not be found.
            *(
                f"{name}_{said}"
                for name in ("certbot", "certbot_auto", "letsencrypt", "lego", "dehydrated")
                for said in ("not_found", "command_not_found", "no_such_file",
                             "executable_file_not_found")
            ),
            "certbot|certbot_auto|letsencrypt not recognized * command|cmdlet|program",
            "spawn * certbot|letsencrypt enoent",
            "spawn certbot|letsencrypt enoent",
        ),
        sources=("sh(1)", "Node.js"),
    ),
    Entry(
        key="snap-plugin-trust",
        title="snap connects a certbot plugin only after it was told to trust it",
        meaning="The setting trust-plugin-with-root has to be 'ok' when a plugin is connected. "
        "Files and their owners have nothing to do with it.",
        causes=(
            "The setting was never made, or for another snap.",
            "It was made, and snapd or the certbot snap is too old, or a plugin that is there "
            "already stands in the way.",
            "Plugins of certbot were connected before; each change asks again.",
        ),
        steps=(
            "Trust it: `snap set certbot trust-plugin-with-root=ok`",
            "With that set, install or connect the plugin again, for example: "
            "`snap connect certbot:plugin certbot-dns-PROVIDER`",
            "If both are done: bring snapd and certbot up to date, remove all certbot-dns-* snaps, "
            "and install them again: `snap refresh core certbot ; snap list`",
        ),
        phrases=(
            "!trust plugin with root",
            "!run hook prepare plug plugin",
            "!only connect this interface if you trust",
        ),
        sources=("certbot#8182", "certbot#8924"),
        hides=("permission", "lacks-authorization", "snap-broken"),
    ),
)  # fmt: skip
