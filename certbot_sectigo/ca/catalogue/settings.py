"""What other clients say of their own settings and of the shell that they run in."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry

ENTRIES = (
    Entry(
        key="client-settings",
        title="A setting of the client's is missing, misspelt, or names what is not there",
        meaning="The client stopped at its own configuration, which the words above name. The CA "
        "was not asked for this certificate, and refused nothing.",
        causes=(
            "A name that is defined elsewhere under another spelling, or in a file that is not "
            "loaded.",
            "A setting of another version of the client.",
        ),
        steps=(
            "Look up the word that is quoted in the client's manual, for the version that runs.",
            "Mend the configuration, and have the client load it anew.",
        ),
        cases=(
            Case(
                r"\bresolver",
                "A router asks for a certificate resolver that Traefik does not have: it uses its "
                "own default certificate instead, and asks no CA.",
                (
                    "The name differs from the one below certificatesResolvers.",
                    "The resolver stands in the dynamic configuration or in labels; only the "
                    "static one (traefik.yml, command line) may define it, and is read at the "
                    "start alone.",
                    "The resolver was left out since its storage (acme.json) could not be used: "
                    "an earlier line says so.",
                ),
                (
                    "Define the resolver in the static configuration with e-mail, storage and a "
                    "challenge, under the name that the router gives, and restart Traefik.",
                ),
                title="Traefik has no certificate resolver of the name that a router gives",
            ),
            Case(
                r"challenge not specified|select \w+ or \w+ challenge|no challenge (?:is |was )?"
                r"(?:specified|configured|defined|enabled)",
                "The client was not told by which challenge it proves that a name is yours, so it "
                "asked no CA.",
                ("No challenge stands in its configuration, or in another place or version.",),
                (
                    "Choose one in the client's configuration: HTTP-01 with its entry point (port "
                    "80), TLS-ALPN-01 (port 443), or DNS-01 with a provider.",
                ),
                title="The client was not told which challenge to use",
            ),
            Case(
                r"module not registered|unknown (?:dns )?(?:module|provider)|not compiled",
                "The program that runs knows no module by the name that its configuration has: it "
                "was built without it, or the name is misspelt.",
                (
                    "The module's name is misspelt in the configuration: compare it letter by "
                    "letter, above all where the module was built in.",
                    "A DNS provider or another module is not part of the usual program or image.",
                ),
                (
                    "Take a program or image that has it (Caddy: xcaddy build --with MODULE, or "
                    "caddy add-package MODULE), and see with the list of modules that it is "
                    "there.",
                ),
                title="The client has no module of the name that its configuration has",
            ),
            Case(
                r"perhaps misspelled|invalid command",
                "Apache does not know a directive, so it does not start or reload.",
                ("The module that has it (MDomain: mod_md) is not loaded.", "A misprint."),
                (
                    "Load the module (Debian: a2enmod md), and test the configuration before the "
                    "restart (apachectl configtest).",
                ),
                title="Apache does not know a directive",
            ),
            Case(
                r"overlap",
                "A name may belong to one managed domain of mod_md only.",
                ("Two MDomain lines, often in two files, name it.",),
                ("Take the name out of one of them, or join both.",),
                title="A name stands in two managed domains of mod_md",
            ),
            Case(
                r"input should be|should be a valid|must be (?:an? |one of)|einval",
                "The program checked the settings of the certificate before it did anything, and "
                "does not take the value of one: the words above name it and the kind of value "
                "that belongs there. The CA was asked nothing.",
                (
                    "A setting was left out or is of another kind (text for a number, yes for "
                    "true), such as the agreement to the CA's terms (tos).",
                    "Whoever calls the program (a provider, a module, a script) is of another "
                    "version than it.",
                ),
                (
                    "Give each setting that is named a value of that kind (tos: true, if the terms "
                    "are agreed to; an id: a number).",
                    "If it cannot be set, update what calls the program.",
                ),
                title="A setting has a value of the wrong kind",
            ),
            Case(
                r"cannot be changed",
                "The command renews what is kept, and was given an option that would change it. "
                "Nothing was renewed, and the CA was not asked.",
                ("An option that belongs to the making of a certificate stands beside --renew, as "
                 "after an update of the client that looks at it more closely.",),
                ("Take that option out of the scheduled command; change the renewal in the "
                 "client's menu, or make it anew.",),
                title="An option does not go with the renewal of what is kept",
            ),
            Case(
                r"parameter|argument",
                "A value that the command needs was not given, is empty, or is of another kind; "
                "it stopped before it asked anybody.",
                ("A variable that is empty, a plugin that is not named, a name of an option that "
                 "another version has.",),
                (
                    "Give the parameter that is quoted. For DNS-01 Posh-ACME wants -Plugin (before "
                    "version 4: -DnsPlugin) with its -PluginArgs.",
                ),
                title="A parameter of the command is empty or does not fit",
            ),
        ),
        phrases=(
            "!router uses non_existent|nonexistent|unknown resolver",
            "!get|find nginx_proxy|docker_gen container id",
            "!certificate_resolver|cert_resolver|certresolver not_found|unknown|non_existent|"
            "nonexistent|undefined",
            "!acme challenge not specified",
            "!select http or dns challenge",
            "!module not_registered dns|tls|acme",
            "!module not_registered * dns_provider",
            "!unrecognized|unknown dns_provider",
            "!invalid command mdomain|mdomainset|mdexternalaccountbinding * misspelled",
            "!managed_domains * overlap",
            "!renewal parameters cannot be changed",
            "cannot validate|bind argument|parameter",
            "cannot process argument|parameter transformation|binding",
            "parameter cannot found * matches parameter",
            "parameter_binding_exception|parameter_binding_validation_exception",
            "missing argument|value for parameter|option",
            "input should be a valid",
            "!no ca|acme|directory url|server|configuration has_been|was "
            "specified|configured|set|given",
            "einval * should|must|invalid|required|expected",
            "unsupported|missing|invalid required|block|argument|attribute|type * line",
            "unknown|unrecognized directive|subdirective|property|global_option",
            "cannot|failed unmarshal|decode * into|configuration|config",
        ),
        sources=("traefik#6605", "Caddy", "mod_md", "Posh-ACME#109"),
        hides=("deploy-failed", "validation-failed", "order-refused"),
    ),
    Entry(
        key="path-is-folder",
        title="A folder is named where a file belongs",
        meaning="The client, or a command of its script, was to write or read a file and found a "
        "folder of that name. The CA refused nothing; a certificate may have been issued.",
        causes=(
            "An option that wants a file got a folder (acme.sh: --cert-file, --key-file, "
            "--fullchain-file, --ca-file).",
            "A variable in the path is empty, such as a token that never came: then the answer "
            "before it was empty, and its request is what failed.",
            "A container's volume was mounted before the file was there, so a folder was made.",
        ),
        steps=(
            "Give the whole path with the file's name. acme.sh keeps the paths in its file of the "
            "domain (Le_RealCertPath and others, in ~/.acme.sh/NAME/NAME.conf).",
            "Where the path ends with a slash and the name is missing, look at the lines before.",
        ),
        phrases=(
            "line is_a_directory",
            "read|open|write|create|rename is_a_directory",
            "cat|grep|cp|mv|install|openssl|tee|touch|cannot * is_a_directory",
            "cp omitting directory",
            "errno_21|eisdir|is_a_directory_error",
        ),
        sources=("errno(3)", "acme.sh#3483", "getssl#365"),
        hides=("pem-unreadable", "file-refused", "order-refused", "files-failed"),
    ),
    Entry(
        key="script-failed",
        title="The client's script stumbled in its shell",
        meaning="The words above are the shell's, not a CA's: the script met something that this "
        "shell does not do, or a value that was empty.",
        causes=(
            "The script runs in another shell than it is written for (sh, zsh or busybox in place "
            "of bash).",
            "A value was empty, since the answer before it was empty or another than expected.",
            "The script is old, or was damaged by an editor (line ends of Windows).",
        ),
        steps=(
            "Start it as its first line says (#!), or with bash in front.",
            "Update the client; run it again with its debug option, and look at what comes before "
            "the line that is quoted.",
        ),
        cases=(
            Case(
                r"unexpected EOF|looking for matching",
                "The shell that runs the client's script found a quotation mark that does not "
                "end. 'EOF' is the script's end, and has nothing to do with the network.",
                (
                    "A value of the configuration that the script takes over has a quotation mark, "
                    "a bracket or a $ in it.",
                    "The script itself is faulty in this version.",
                ),
                (
                    "Look at the values of the configuration (name, e-mail, password, options) for "
                    "such signs, and take them out.",
                    "Else update the add-on or image, or go back to the version before.",
                ),
                title="The client's script has a quotation mark that does not end",
            ),
            Case(
                r"command not found|: not found",
                "A script of the container or client calls a command or function of its own that "
                "is not there: its parts do not fit each other. The CA was asked nothing.",
                (
                    "Image and mounted scripts are of different versions, an update was made in "
                    "part, or the script was changed.",
                ),
                (
                    "Update both (the image and the files that it mounts), and make the container "
                    "anew; take changes of your own out.",
                ),
                title="A script calls a command that is not there",
            ),
            Case(
                r"valid application|unable to start|parse|ampersand",
                "The client called a script of yours and Windows, or PowerShell, could not start "
                "or read it: not one line of it ran. The CA is not meant.",
                (
                    "A PowerShell script is no program: it has to be called by powershell.exe.",
                    "Signs that PowerShell takes for its own (&, {}, quotation marks) stand in the "
                    "parameters, or the file is damaged.",
                ),
                (
                    "Call it as powershell.exe -File SCRIPT.ps1, with the parameters behind, each "
                    "in quotation marks.",
                    "Run the same command by hand, as the user that the task runs as.",
                ),
                title="A script that the client calls cannot be started or read",
            ),
            Case(
                r"\\r|\^M|carriage",
                "The script's lines end as on Windows, and the shell takes the sign at their end "
                "for a part of each command.",
                ("It was edited or copied on Windows.",),
                ("Bring its line ends back (dos2unix FILE), or download it anew.",),
            ),
        ),
        phrases=(
            "assignment to invalid subscript",
            "bad substitution",
            "syntax_error near unexpected token",
            "syntax_error unexpected",
            "syntax_error operand expected",
            "unexpected end of file * line|syntax",
            "line unbound variable",
            "parameter not set",
            "unary|binary operator expected",
            "integer expression expected",
            "ambiguous redirect",
            "not valid identifier",
            "illegal number",
            "line r command_not_found",
            "!script is unable start",
            "!curl no url specified",
            "!script error * parser_error|ampersand|parse_exception",
            "not_a valid application for this os|win32|platform",
            "unexpected eof * looking|matching",
            "looking matching",
            "syntax_error * line",
            "bad_interpreter * m no_such_file",
        ),
        shown=(
            r"(?m)\S{1,200}(?:entrypoint|acme|cert|letsencrypt)\S{0,200}: line \d{1,6}: \w{2,60}: "
            r"command not found",
        ),
        sources=("bash(1)", "dehydrated#511"),
        vague=True,
        hides=("bad-csr", "order-refused", "ca-unreachable", "client-not-found"),
    ),
)  # fmt: skip
