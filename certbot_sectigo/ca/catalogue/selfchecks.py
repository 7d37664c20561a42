"""What clients look at themselves before they ask the CA to validate, and what stops them there."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry

ENTRIES = (
    Entry(
        key="http01-selfcheck",
        title="The client's own look at the challenge failed before the CA was asked",
        meaning="The client fetches the challenge's URL itself first, from inside, and did not "
        "get its answer. The CA has not looked yet.",
        causes=(
            "The name leads to an address that cannot be reached from inside (no hairpin NAT).",
            "The ingress or web server does not lead /.well-known/acme-challenge/ to the solver.",
        ),
        steps=(
            "From where the client runs: `curl -v http://{name}/.well-known/acme-challenge/x`",
            "Mend that route (split DNS, ingress class), or turn the client's own check off.",
        ),
        shown=(
            r"(?i)wrote (?:the )?(?:challenge )?file to [^\n]{1,300}, but (?:couldn'?t|could not) "
            r"(?:down)?load [^\n]{0,300}",
        ),
        cases=(
            Case(
                r"wrote (?:the )?(?:challenge )?file",
                beside=r"name or service not known|no such host|name does not resolve|nxdomain"
                r"|name resolution|nodename nor servname|no address associated",
                meaning="The client wrote the challenge's file and wanted to fetch it itself, and "
                "could not resolve the name {name} where it runs. The CA was not asked.",
                causes=(
                    "The name has no A or AAAA record, such as a name that a panel adds by itself "
                    "(www, mail, autoconfig).",
                    "The resolver here keeps an old answer, or does not know the public zone.",
                ),
                steps=(
                    "Compare inside and outside: `dig +short A {name} ; dig +short A {name} "
                    "@1.1.1.1`",
                    "Make the record, or leave this name out of the certificate.",
                ),
                title="A name of the certificate does not resolve, seen from the client",
            ),
            Case(
                r"wrote (?:the )?(?:challenge )?file",
                "The client wrote the challenge's file and fetched it itself, as the CA would, and "
                "did not get it. The CA was not asked.",
                (
                    "The own web server denies it: a rule (deny, names that begin with a dot, a "
                    "login), or another one that answers before the client's.",
                    "The web server's user may not read the file, or enter a folder above it "
                    "(owner, mode, SELinux).",
                    "The name leads to another machine, or nowhere from inside.",
                ),
                (
                    "Let /.well-known/acme-challenge/ through before all other rules, or give the "
                    "web server's user the right to read the folder; its error log says which.",
                    "See it answered: `curl -v http://{name}/.well-known/acme-challenge/x`",
                ),
                title="The own web server does not hand out the challenge's file",
            ),
            Case(
                r"ca marked some",
                "The CA asked for the challenge and refused what it found, or found nobody; this "
                "client does not show which. Its own look from inside had failed before.",
                (
                    "The folder that the client writes to is not the one that the web server "
                    "serves for this name.",
                    "Port 80 cannot be reached, or the name leads to another machine.",
                ),
                (
                    "See it from outside: `curl -v http://{name}/.well-known/acme-challenge/x`",
                    "Give the client the web root of this name.",
                ),
                title="The CA could not fetch the challenge, or found another answer (HTTP-01)",
            ),
            Case(
                r"no such host|nxdomain|servfail|server misbehaving|not be resolved|name or service"
                r"|name resolution|name does not resolve",
                "The client fetches the challenge's URL itself first, and could not resolve the "
                "name where it runs. The CA has not looked yet.",
                (
                    "The record is new, or missing; a resolver inside keeps an old answer.",
                    "The resolver inside (split DNS, the cluster's) does not know the name.",
                ),
                (
                    "Compare inside and outside: `dig +short A {name} ; dig +short A {name} "
                    "@1.1.1.1`",
                    "Make the record, or give the client a resolver that knows the public zone.",
                ),
            ),
            Case(
                r"status code|(?:status|http|got|returned|response"
                r"|error)\W{1,4}(?:code\W{1,3})?(?:40[134]"
                r"|50[0-4])\b|did not return|unexpected (?:body|"
                r"response)|key authorization|presented key",
                "The client fetches the challenge's URL itself first, and got another answer than "
                "its own. The CA has not looked yet.",
                (
                    "The ingress, gateway or web server does not lead "
                    "/.well-known/acme-challenge/ to the client's solver (class, host or path), or "
                    "the solver is not up yet.",
                    "A rule for all paths (login, redirect, another site) answers first.",
                ),
                (
                    "From where the client runs: `curl -v http://{name}/.well-known/acme-challenge/"
                    "x`",
                    "Mend that route: ingress class, host, and that path before others.",
                ),
            ),
            Case(
                r"x509: |\btls: |certificate (?:is|has|verify|signed|not|expired)|ssl (?:error"
                r"|certificate"
                r" problem)|self-signed",
                "The client fetches the challenge's URL itself first, was redirected to https, and "
                "does not trust the certificate there. The CA would not mind that.",
                ("Port 80 redirects to https, where a certificate of its own or an old one is.",),
                (
                    "Leave /.well-known/acme-challenge/ out of the redirect, or turn the client's "
                    "own check off.",
                ),
            ),
            Case(
                r"timed? ?out|timeout|while waiting for socket",
                "The client, or the panel, fetches the challenge's URL itself first, and got no "
                "answer in time. The CA has not looked yet.",
                (
                    "The name leads to another machine (an old A or AAAA record, a content "
                    "network), or to an address that inside does not reach (no hairpin NAT).",
                    "A firewall drops port 80, or the web server hangs.",
                ),
                (
                    "See where it leads: `dig +short A {name} ; dig +short AAAA {name}`",
                    "From where the client runs: `curl -v "
                    "http://{name}/.well-known/acme-challenge/x`",
                    "Correct the record or open port 80; or leave the name out.",
                ),
            ),
            Case(
                r"connection refused|econnrefused",
                "The client fetches the challenge's URL itself first, and nothing listens where "
                "the name leads to. The CA has not looked yet.",
                (
                    "Nothing listens on port 80 of that address, or not from inside (the load "
                    "balancer's own address, no hairpin NAT).",
                    "The name's address is another machine.",
                ),
            ),
        ),
        phrases=(
            "!cannot|could_not reach challenge dir|directory|file|url",
            "!propagation check failed * wrong status_code|status",
            "!self_check|self_verify|selfcheck|self_test failed|error",
            "!propagation check failed * presented key",
            "!failed perform self_check",
            "!wrong status_code * expected 200",
            "!propagation check failed * get http",
            "!confirmed record * http validation failed",
            "!cannot validate any hostname",
            "!could not|cannot|unable reach|fetch|access * well known acme challenge",
            "!preliminary validation failed|error",
            "!local|pre check|validation|verification * challenge * failed|error",
        ),
        at=(("dns-01", "dns01-propagation-check", ""),),
        sources=("cert-manager#5532",),
        hides=(
            "dns01-propagation-check",
            "http01-timeout",
            "http01-connection",
            "http01-wrong-answer",
            "dns01-wrong-record",
            "not-acme",
            "validation-failed",
            "ca-unreachable",
            "ca-timeout",
            "ca-connect-timeout",
        ),
    ),
    Entry(
        key="own-address-differs",
        title="The client compares this machine's address with the DNS, and they differ",
        meaning="Before it asks the CA the client looks up its own public address and the name's, "
        "and goes on only where they are the same. They are not, so the CA was not asked: it has "
        "refused nothing. Lines such as 'cannot validate any hostnames' only follow.",
        causes=(
            "The name's A or AAAA record is another machine's, or an old address.",
            "This machine is behind a proxy, NAT or a content network, so that its own address is "
            "none that the DNS names.",
        ),
        steps=(
            "Compare: `dig +short A {name} ; dig +short AAAA {name}`",
            "Correct the record; or, where the address is right and only cannot be seen from here, "
            "turn the check off (mailcow: SKIP_IP_CHECK=y).",
        ),
        cases=(
            Case(
                r"timed out|no servers could be reached|servfail|refused",
                "The client asks the DNS for the name's address before it asks the CA, and its "
                "resolver did not answer. The CA was not asked: it has refused nothing.",
                (
                    "The resolver of the container or machine (/etc/resolv.conf, 127.0.0.11, "
                    "unbound) does not run, or port 53 is closed for it.",
                ),
                (
                    "See in the client's container what it resolves, and by which server "
                    "(/etc/resolv.conf).",
                    "Mend or restart that resolver, or let port 53 (UDP and TCP) out.",
                ),
                title="The client's resolver does not answer",
            ),
            Case(
                r"no_?ipv6|(?:dns returned|aaaa)[^\n]{0,40}?[0-9a-f]{1,4}:[0-9a-f:]{3,}",
                "The name has an AAAA record, and the client finds no IPv6 address, or another "
                "one, on this machine. It then looks at IPv6 only and does not ask the CA at all: "
                "nothing was refused. NO_IPV6_LINK stands for 'none was found'.",
                (
                    "The machine, or the containers' network, has no working IPv6.",
                    "The AAAA record is a left-over, or of another machine.",
                ),
                (
                    "See what the DNS says: `dig +short AAAA {name}`",
                    "Give the machine and its containers IPv6 with that address; or remove the "
                    "AAAA record, so that the A record counts.",
                    "Only where the address is right and cannot be seen from inside, turn the "
                    "check off (mailcow: SKIP_IP_CHECK=y).",
                ),
                title="The name has an AAAA record, and this machine has no such IPv6 address",
            ),
        ),
        phrases=(
            "!cannot|not|unable match your|our|own|server ip * hostname|dns|domain|name",
            "!your|server|own ip * not match * hostname|dns|domain|record * acme|challenge|"
            "certificate|validation",
        ),
        sources=("mailcow",),
        hides=("http01-selfcheck", "validation-failed", "ca-unreachable"),
    ),
    Entry(
        key="panel-dcv",
        title="The panel's own check that a name leads to this server failed (DCV)",
        meaning="Before it asks the CA the panel (cPanel, AutoSSL) fetches a file of its own from "
        "each name, or looks for a TXT record, and leaves a name out that does not pass. The CA "
        "has refused nothing.",
        causes=(
            "The name leads to another server (an old A or AAAA record, a content network, DNS "
            "that is kept elsewhere).",
            "A rule of the web site answers for /.well-known/ (.htaccess, redirect, login).",
            "The DNS of the domain is not kept on this server, so its TXT record is not seen.",
        ),
        steps=(
            "See where it leads: `dig +short A {name} ; dig +short AAAA {name}`",
            "Correct the records, or have /.well-known/pki-validation/ and "
            "/.well-known/acme-challenge/ answered without rules; names that belong elsewhere: "
            "leave them out of AutoSSL.",
        ),
        cases=(
            Case(
                r"timed? ?out|timeout|while waiting for socket",
                "Before it asks the CA the panel (cPanel, AutoSSL) fetches a file of its own from "
                "each name, and got no answer in time from {name}. The CA has refused nothing.",
                (
                    "The name leads to another machine, or to an address that this server cannot "
                    "reach.",
                    "A firewall drops port 80, or the web server hangs.",
                ),
                title="The panel's own check got no answer from a name (DCV)",
            ),
        ),
        phrases=(
            "!failed|unable|cannot|could_not|queried fetch|for dcv|domain_control_validation|"
            "temporary file",
            "!dcv|domain_control_validation error|failed|failure",
            "!domain|domains failed|fail|failing dcv",
            "!local http|dns dcv|validation error|failed",
        ),
        sources=("cPanel",),
        hides=("http01-selfcheck", "dns01-propagation-check", "dns01-wrong-record",
               "http01-wrong-answer", "http01-timeout", "dns-problem", "ca-timeout",
               "ca-unreachable", "ca-connect-timeout"),
    ),
)  # fmt: skip
