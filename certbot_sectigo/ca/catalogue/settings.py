"""What other clients say of their own settings."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry

ENTRIES = (
    Entry(
        key="names-are-letters",
        title="The names that were asked for are single letters",
        meaning="The client ordered a certificate for each letter of a name: a text was given "
        "where a list of names belongs.",
        causes=("The setting for the names holds one text instead of a list.",),
        steps=("Set the names as a list (in YAML: '- www.example.org'), and start the client "
               "anew.",),
        shown=(
            r"\bdomains? \\?\"[a-wz]\\?\"[^\n]{0,80}\[[a-wz]\]",
            r"\bdomains?\b[^\n]{0,20}\[\\?[\"']?[a-z]\\?[\"']?"
            r"(?:[, ]{1,2}\\?[\"']?[a-z]\\?[\"']?){2,60}\]",
        ),
        sources=("the-littlest-jupyterhub#310",),
        hides=("order-refused",),
    ),
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
                r"\bacme_(?:issuer|shared_zone)\b|\bissuer \S{1,80} is missing",
                "nginx does not start, or kept its old configuration: its ACME module does not "
                "take a line, or misses one. The CA was asked nothing.",
                (
                    "A directive that the module needs is missing (resolver, uri, the zone), or "
                    "acme_certificate names an issuer that no acme_issuer block defines.",
                ),
                (
                    "Mend the line that is named, and test it before the reload: nginx -t .",
                ),
                title="A line of nginx's that is about ACME is missing or wrong",
            ),
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
                r"caddyfile",
                "Caddy stopped at its configuration, at the file and line that the words above "
                "name: a directive is unknown there, or has too many or too few values. It did not "
                "start (or kept its old configuration), and asked no CA.",
                (
                    "A value is missing, such as a variable that is empty (email, a token).",
                    "The directive is one of another version or of a module that is not built in, "
                    "or stands in the wrong block.",
                ),
                ("Mend that line, and test it before the restart: caddy validate --config "
                 "Caddyfile --adapter caddyfile .",),
                title="A line of the Caddyfile is wrong, so Caddy does not start",
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
                r"only one (?:may|can) be",
                "Two settings that rule each other out are given at once, so the client does not "
                "know what to do; nothing was asked of the CA for this name.",
                (
                    "They come from two places, such as annotations of an Ingress beside the "
                    "issuer's solver, or options beside a file.",
                ),
                ("Leave one of the two that are named, and have it tried anew.",),
                title="Two settings rule each other out",
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
                r"\b(?:parameter|argument) (?:['\"\w-]|on|cannot)|(?:missing|unknown|unexpected"
                r"|required|the)"
                r" (?:mandatory )?(?:parameter|argument)|parameter_?binding",
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
            "!server value conflicts with staging",
            "!flag for non_interactive mode * conflict",
            "!allow_subset_of_names with wildcard|csr * not supported",
            "!renew verb is currently|capable * renewing",
            "!exactly one of cert_path|cert_name * specified",
            "!path to certificate or key not defined",
            "!missing parts of webroot configuration",
            "!every requested domain|identifier must have webroot",
            "!replace|renew * certificate with a test certificate",
            "!unsupported rsa key_length", "!unsupported elliptic_curve",
            "!appear|appears to be url not fqdn",
            "!wellknown directory not exist",
            "!challenge_type * need|needs hook script",
            "!specified config file not exist",
            "!dehydrated_user|dehydrated_group * invalid",
            "!basedir not exist",
            "!domains_txt|domains.txt not found", "!csr not_found",
            "!exiting due to config errors",
            "!csr needs to have subject_alt_name|subjectaltname", "!inconsistent requests from csr",
            "!acme_issuer resolver is not configured",
            "!acme_shared_zone must|is * parameter|duplicate|invalid",
            "!in nginx conf issuer * missing", "!issuer * is missing in * nginx",
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
            "!both ingress name|class * specified",
            "!only one may be specified at_a_time",
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
            "!parsing caddyfile token|tokens|error",
            "!adapting config using caddyfile * error|unrecognized|wrong|unknown",
            "!wrong argument count * line ending",
            "unknown|unrecognized directive|subdirective|property|global_option",
            "cannot|failed unmarshal|decode * configuration|config",
        ),
        sources=("traefik#6605", "Caddy", "mod_md", "Posh-ACME#109"),
        hides=("deploy-failed", "validation-failed", "order-refused", "solver-missing"),
    ),
)  # fmt: skip
