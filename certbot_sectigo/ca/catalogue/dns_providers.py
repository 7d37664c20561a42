"""What clients say of the interface of a DNS provider, by which they write records."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry

ENTRIES = (
    Entry(
        key="provider-unreachable",
        title="The DNS provider's interface did not answer, or wants a pause",
        meaning="The client asked the interface of the host that is named, which is not the CA's, "
        "most often to write the TXT record of a challenge, and got no usable answer. The CA was "
        "reached or not asked yet; it is not the matter.",
        causes=(
            "The provider's interface is down or busy, or limits how often it is asked (429).",
            "This machine's way out to that host (firewall, proxy, DNS) is closed.",
        ),
        steps=(
            "Try that host from the same machine, as the same user, with curl -v; see the "
            "provider's status page.",
            "Wait some minutes and run the client again, once; let fewer runs work at the same "
            "time.",
        ),
        cases=(
            Case(
                r"\b429\b|too many requests|rate.?limit",
                "The client asked the interface of the host that is named, which is not the CA's, "
                "and that wants a pause: too many questions came from this account or address. "
                "The CA is not the matter, nor are the credentials.",
                ("Many names or machines ask with one token, or a loop does.",),
                (
                    "Wait, then run the client again, once; spread the renewals over the day.",
                    "Update the client's DNS plugin: newer ones ask less often.",
                ),
                title="The DNS provider's interface wants a pause (429)",
            ),
        ),
        shown=(
            r"(?:host=['\"]|https?://)(?![^\s'\"]{0,100}(?:acme|letsencrypt|zerossl|sectigo))"
            r"(?:[\w-]{1,40}\.){0,3}(?:api|dnsapi|rest|route53|domrobot|management)[\w-]{0,20}\."
            r"[\w.-]{3,100}[^\n]{0,300}?(?:Max retries exceeded|[Tt]imed out|timeout"
            r"|[Cc]onnection (?:refused|reset)|no such host|Name or service not known"
            r"|too many \d{3} error)",
            r"(?:GET|POST|PUT|PATCH|DELETE) https?://(?:[\w-]{1,40}\.){0,3}(?:api|dnsapi|rest)"
            r"[\w-]{0,20}\.(?![^\s/]{0,100}(?:acme|letsencrypt|zerossl|sectigo))[^\s:]{3,300}: "
            r"(?:status |HTTP )?(?:429|5\d\d)\b",
        ),
        sources=("cloudflare/certbot-dns-cloudflare#6",),
        bystander=True,
        passing=True,
        hides=("dns-plugin-error", "rate-limited", "client-bug"),
    ),
    Entry(
        key="dns-plugin-error",
        title="The DNS provider's interface refused, or the client's DNS plugin stumbled over it",
        meaning="The client wanted to write a TXT record and could not. The CA was not asked yet, "
        "so its server and its URL are not what is wrong.",
        causes=(
            "The credentials of the provider's interface are wrong, expired or limited.",
            "The provider's interface changed or failed, and the plugin is older.",
            "The zone of the name is not at this provider or not in this account.",
        ),
        steps=(
            "Check the plugin's credentials file, and try the provider's interface with it.",
            "Update the plugin's package, where and how it was installed.",
        ),
        cases=(
            Case(
                r"not needed when|both .{0,60} and .{0,60}(?:given|set)|mutually exclusive",
                "The credentials file of the client's DNS plugin holds two ways to log in at once, "
                "and the plugin takes one only. Neither provider nor CA was asked.",
                ("A token stands beside an e-mail address and a global key, as a panel or an "
                 "add-on may write it.",),
                (
                    "Leave one of them: a token with the right to edit the zone is the better one; "
                    "take the e-mail address and the global key out, or leave them empty.",
                    "If a panel or add-on writes the file, update it.",
                ),
                title="The DNS plugin's credentials name two ways to log in",
            ),
            Case(
                r"invalid header (?:field )?value|(?:illegal|invalid character in) header"
                r"|return characters|leading whitespace",
                "A key or token that the client sends in a header has a sign in it that may not "
                "stand there, most often the end of a line (shown as \\n). Nothing was sent.",
                ("The secret was made with echo or from a file with a line end, or was copied "
                 "with a blank.",),
                (
                    "Make the secret anew without the line end (printf '%s' or echo -n; kubectl "
                    "create secret --from-literal), then have the client read it again.",
                ),
                title="A key or token has a line end or a blank in it",
            ),
            Case(
                r"file not found: |no such file[^\n]{0,80}\.(?:ini|json)\b",
                "The client does not find the credentials file of its DNS plugin where the option "
                "or the renewal file says. Neither provider nor CA was asked.",
                (
                    "The path is relative, or begins with ~ , which is another user's home under "
                    "sudo, cron or a timer; it was moved, or is not in this container.",
                ),
                (
                    "Write the whole path of the credentials file into the option, and into the "
                    "line dns_..._credentials of the renewal file: {config}/renewal",
                ),
                title="The DNS plugin's credentials file is not where the client looks",
            ),
            Case(
                r"pars(?:e|ing) (?:failed|credentials)|not found in the configuration"
                r"|missing propert",
                "The client read the credentials file of its DNS plugin, and does not find in it "
                "what it needs. Neither provider nor CA was asked.",
                (
                    "The file is of another form than 'name = value' (a BIND key file, JSON, "
                    "blanks or quotes too many), or holds names of another plugin or version.",
                ),
                (
                    "Write the credentials file as the plugin's manual shows it, with one "
                    "dns_..._ = value in each line.",
                ),
                title="The DNS plugin's credentials file does not hold what it needs",
            ),
            Case(
                beside=r"you (?:must|have to|need to|did(?:n't| not)|don't) "
                r"(?:specify|provide|set|give)"
                r"|please (?:specify|provide|set|export) [^\n]{0,40}(?:key|token|user|secret|"
                r"password|path)",
                meaning="The client has no credentials for the DNS provider's interface: what it "
                "looks for, a line before says. Nobody was asked yet.",
                causes=(
                    "The variable, file or option is not set where the client runs (cron, sudo and "
                    "containers have an environment of their own), or is spelt otherwise.",
                ),
                steps=(
                    "Set what the line before names, and run it again; acme.sh keeps it afterwards "
                    "in its account.conf.",
                ),
                title="The client was not given credentials for the DNS provider",
            ),
            Case(
                r"(?:not|n't) (?:yet )?(?:specif|set\b|defin|provid|given|configur)"
                r"|\bmissing (?:\w+ )?(?:properties|property|credential|api|key|token|user"
                r"|secret|env|"
                r"variable|value|option|some)|credentials? (?:information )?(?:is |are )?missing"
                r"|(?:key|token|user\w*|secret|password|id|credentials?|email) (?:is |are )?"
                r"(?:empty|missing|required)|please (?:set|specify|define|provide|export)",
                "The client was given no credentials, or not all of them, for the DNS provider's "
                "interface, so it wrote no record. The CA was not asked to look.",
                (
                    "A variable or field for the key, token or user is not set, has another name "
                    "than this plugin wants, or is not known where the client runs (cron, "
                    "service, container).",
                ),
                (
                    "Set what the words above name, in the place from which the client takes it "
                    "(variables, plugin's data in the panel, credentials file).",
                ),
                title="The client has no credentials for the DNS provider's interface",
            ),
            Case(
                r"authenticat(?!ors?\b)|api[ _-]?(?:key|token)|\bcredentials?\b|unauthori[sz]ed"
                r"|(?<![\d.:/-])40[13](?![\d.:/-])|\bforbidden\b|access[ _-]?denied|permission"
                r"|not (?:been )?(?:authori[sz]ed|granted)|\blog-?in\b|\bpassword\b"
                r"|\bsignature\b|invalid request headers"
                r"|\b(?:invalid|wrong|expired|bad|access|auth|bearer) token"
                r"|(?<!presenting )\btoken\b.{0,20}(?:invalid|not|expired|wrong|rejected|refused)",
                "The DNS provider's interface did not let the client in, or not at this zone. The "
                "CA was not asked yet.",
                (
                    "The token, key or password that the client has for it is wrong, has expired, "
                    "was replaced, or may not edit this zone.",
                    "The provider lets in certain addresses only.",
                ),
                (
                    "Make a new token at the provider, with the right to edit the DNS of this "
                    "zone, and put it where the client keeps it (credentials file, form, "
                    "variable); try it with curl first.",
                ),
                title="The DNS provider's interface refused the client's credentials",
            ),
            Case(
                r"(?:zone|domain):? [\\\"'`]{0,3}[a-z]{2,12}(?:\.[\\\"'`]{0,3}(?=[:\s]|\Z)"
                r"|[\\\"'`]{1,3}"
                r" (?:not|could|was|doesn))",
                "The client asked the DNS provider's interface for a zone of one label, such as "
                "com. , the registry's: one above the name's own. It takes for the zone what the "
                "resolver of this machine says (SOA), and that knew no zone of yours. The CA was "
                "not asked yet.",
                (
                    "The resolver that the client uses answers otherwise than the public DNS (a "
                    "filter, a router that takes all DNS to itself, split DNS), or the domain is "
                    "not registered or not delegated.",
                    "The token may not see the zone, or it is in another account: some plugins go "
                    "on upwards then.",
                ),
                (
                    "Where the client runs, with its resolver, and then with another (@1.1.1.1): "
                    "`dig +short SOA {name}`",
                    "Give the client a public resolver (Traefik: resolvers; lego: "
                    "--dns.resolvers), and a token that may read and edit the zone.",
                ),
                title="The client's DNS plugin looks for the zone one level too high (com.)",
            ),
            Case(
                r"(?:zone|domain|service|account).{0,80}not (?:be )?(?:found|exist)"
                r"|no (?:hosted )?zones?\b"
                r"|not find.{0,60}(?:zone|domain)|(?:find|determine|identify).{0,40}zone"
                r"|start of authority|\bSOA\b"
                r"|invalid domain",
                "The client asked the DNS provider's interface for the zone of the name, and did "
                "not find it there. The CA was not asked yet.",
                (
                    "The zone of the name is not at this provider or not in this account, or the "
                    "token may not see it.",
                    "The client took a wrong part of the name for the zone, as with names of many "
                    "labels, sub-zones and CNAMEs.",
                ),
                (
                    "See which zones the account has, and who is in charge of the name: "
                    "`dig +short SOA {name}`",
                    "Order the name of the zone itself where the plugin cannot do deeper names, or "
                    "update the plugin.",
                ),
                title="The client's DNS plugin does not find the zone of the name",
            ),
            Case(
                r"already exists|duplicate|conflict|identical record|\btaken\b",
                "The record that the client wanted to write is there already. The CA was not asked "
                "yet.",
                ("A run before did not clean up, or two run at once.",),
                ("Remove the old _acme-challenge records at the provider, then run it again.",),
            ),
        ),
        # a plugin's own fault, in whatever language PowerShell tells it
        shown=(
            r"FullyQualifiedErrorId {0,3}: FormatError,Submit-ChallengeValidation",
            r"Submit-ChallengeValidation ?: (?=\S{0,200}\.ps1:\d|[^\n]{0,60}JSON)"
            r"(?![^\n]{0,200}(?:urn:|acme:error))",
        ),
        phrases=(
            "!error determining zone_id|zone", "!encountered error when making query",
            "!encountered error finding managed zone", "!cname found pointing to wrong domain",
            "!dns_add_command|dns_del_command failed", "!google cloud project * determined",
            "!adding|creating|deleting temporary record for zone",
            "!error|failed|unable|cannot|could_not add|adding|create|creating|delete|deleting|"
            "update|updating|present|set|write txt|dns record|records|challenge",
            "!unable|cannot|could_not determine|find|identify zone|zone_identifier|zone_id",
            "!error|failed * determin|determining|find|finding zone * domain|name|id",
            "!unable determine|find zone|base domain|managed_zone",
            "!error|failed finding|find|get|getting dns|hosted zone|zones",
            "!presenting token|challenge * error|failed",
            "!error presenting token|challenge|acme",
            "!dns|provider api error|exception * record|zone|txt",
            "!invalid domain * dns_api|api",
            "!not find|load|define * dns_api|api hook|file",
            "!api file not|incorrect * function|define|correct",
            "!credential information missing",
            "!missing property|properties * credential",
            "!failed change|query route 53",
            "!zone * not_found in azuredns|azure_dns|route53|cloudflare|clouddns|cloud_dns|dns",
            "!could not|cannot|unable determine|find soa|authoritative nameserver|record",
            "!error add|adding txt for|to domain",
            "!api threw|returned|raised|gave unexpected|error|exception * zone|domain|record|txt",
            "!error|failed creating acme_dns registration",
            "!validation plugin * unable generate option",
            # Files of Posh-ACME's plugins, in which an exception was thrown
            "!dnsplugins|dns_plugins|plugins * ps1 char",
            "!submit_challenge_validation|publish_challenge underlying connection was_closed",
            "!no hosted_zone found|for",
            "!find start of authority",
            "!find start of authority * nxdomain|servfail|refused",
            "dns zone not_found",
            "404 zone not_found",
            "!plugin_error file not_found",
            "!failed|error|unable determine * hosted_zone|zone id",
            "!instantiating * challenge solver",
            "!challenge solver * unable assume role",
            "!renew cert|certificate * error file not_found ini|credentials|conf|json",
            "!error parsing credential configuration",
            "ini * not_found in the configuration for",
            "!determine zone for|of domain",
            "!supplied|provided valid * api credential",
            "unable to locate credential",
            "dns * credential|token|api_key invalid|rejected|expired|unauthorized|forbidden",
            "!error * parsing|reading credential * dns",
            "!not specify|specified|define|provide * api_key|token|api|credential|secret|username",
            "!error|failed|unable|exception * using|by|from|calling|with the * api",
            "!plugin_error * zone|domain|record|api|token|credential|service|txt",
            "!dns_api_key|dnsapikey * not needed when",
            "!api_key|token|email not needed when using",
            "!invalid|illegal header|field value * key|token|authorization|auth|b",
            "!invalid character header content",
            "!invalid leading whitespace * header",
            "api token|key * invalid|valid|expired|provide|required",
        ),
        sources=("certbot#9799", "nginx-proxy-manager#3274"),
        hides=("not-acme", "dns01-wrong-record", "answer-unusable", "ca-unreachable",
               "ca-tls-handshake"),
    ),
)  # fmt: skip
