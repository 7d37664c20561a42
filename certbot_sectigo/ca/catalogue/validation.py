"""Validations that fail: HTTP-01, DNS-01, TLS-ALPN-01 (RFC 8555 section 8)."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry

_ADDRESSES = (
    "See whether both addresses are this machine's: `dig +short A {name} ; dig +short AAAA {name}`"
)
_REDIRECTED = (
    Case(
        r"https://[^\s\"']*acme-challenge|:443\b",
        "The CA asked http://{name}/ on port 80, was redirected to https, and got no connection "
        "there: port 443 is what cannot be reached from outside.",
        (
            "Port 80 redirects everything to https, and a firewall keeps 443 closed, or nothing "
            "listens there.",
            "The redirect leads to another machine, or to an IPv6 address (AAAA) nobody answers "
            "at.",
        ),
        (
            "From outside: `curl -vL http://{name}/.well-known/acme-challenge/x`",
            "Leave /.well-known/acme-challenge/ out of the redirect, or open port 443.",
            _ADDRESSES,
        ),
    ),
    Case(
        r"\[?\b[0-9a-f]{1,4}:[0-9a-f]{1,4}:[0-9a-f:]{2,}",
        "The CA used the name's IPv6 address (AAAA record), and nobody answered there.",
        (
            "The AAAA record leads to another machine, or nothing listens on IPv6 here.",
            "A firewall is closed for IPv6 only.",
        ),
        (_ADDRESSES, "Mend IPv6 on port 80, or take the AAAA record away."),
    ),
)
ENTRIES = (
    Entry(
        key="http01-timeout",
        cases=_REDIRECTED,
        title="The CA got no answer from this machine (HTTP-01)",
        meaning="The CA asked http://{name}/ on port 80, or what that redirects to, and waited in "
        "vain.",
        causes=(
            "A firewall (or the provider's security group) drops port 80 from outside.",
            "The name's address is another machine, or an IPv6 address (AAAA) nobody answers at.",
            "Port 80 redirects to a port (443) that is not open from outside.",
        ),
        steps=(
            "From outside: `curl -vL http://{name}/.well-known/acme-challenge/x`",
            _ADDRESSES,
        ),
        phrases=(
            "!timeout during read * slow overloaded",
            "!timeout during connect",
            "!timeout|timed_out * likely firewall",
            "timeout|timed_out * firewall",
            "!timeout|timed_out * well known acme challenge",
            "!well known acme challenge * timeout|timed_out",
            "!fetching http|https * timeout|timed_out",
            "!timeout after connect",
        ),
        sources=("RFC 8555 section 8.3",),
        hides=("http01-connection", "ca-timeout", "ca-connect-timeout", "validation-failed"),
    ),
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
        phrases=(
            "!propagation check failed * wrong status_code|status",
            "!self_check|selfcheck failed|error",
            "!failed perform self_check",
            "!wrong status_code * expected 200",
            "!propagation check failed * get http",
            "!confirmed record * http validation failed",
            "!cannot validate any hostname",
            "!could not|cannot|unable reach|fetch|access * well known acme challenge",
            "!local|pre check|validation|verification * challenge * failed|error",
        ),
        sources=("cert-manager#5532",),
        hides=(
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
        key="dns01-propagation-check",
        title="The client's own look for the TXT record failed",
        meaning="Before it asks the CA the client looks whether the zone's name servers have the "
        "record (port 53 from here), and got no answer or not the record.",
        causes=(
            "Port 53 to the outside is closed for this machine or container.",
            "The DNS provider is slow, or the record was written to another zone.",
        ),
        steps=(
            "From where the client runs, at each name server of the zone: "
            "`dig +short TXT _acme-challenge.{name} @NAMESERVER`",
            "Give the client resolvers that it can reach, or a longer time for propagation.",
        ),
        phrases=(
            "!time_limit exceeded last error",
            "!propagation time_limit|timeout exceeded",
            "!propagation check|dns failed|timed_out|timeout|incomplete",
            "!propagation check * not",
            "!timed_out|timeout waiting for dns",
            "!waiting dns propagation|record * timeout|timed_out|failed",
            "!ns|nameserver|nameservers * not return expected txt",
            "!dns record * not propagated|yet",
        ),
        sources=("traefik-duckdns-letsencrypt#5",),
        at=(("finalize", "issue-time-limit", r"time.?limit"),),
        hides=("server-time-limit", "ca-timeout", "ca-connect-timeout", "dns-problem",
               "ca-unreachable", "ca-name-resolution"),
    ),
    Entry(
        key="http01-connection",
        cases=_REDIRECTED,
        title="The CA could not connect to this machine (HTTP-01)",
        meaning="The CA tried http://{name}/ on port 80 and nothing accepted the connection.",
        causes=(
            "Nothing listens on port 80, or only on IPv4 or IPv6.",
            "The name's address is another machine; an AAAA record leads elsewhere.",
            "A firewall rejects the connection, or a redirect leads to a closed port (443).",
        ),
        steps=(
            _ADDRESSES,
            "While the client runs port 80 has to lead to it: `ss -ltnp 'sport = :80'`",
        ),
        phrases=(
            "!unable contact * addresses try as fallback",
            "!server neither reachable via http",
            "!could not connect to client verify",
            "!fetching http|https * connection refused|reset",
            "!fetching http|https * error|no route|unreachable|eof",
            "!well known acme challenge * connection|network refused|reset|unreachable|no",
        ),
        types=("connection",),
        sources=("RFC 8555 section 6.7",),
        hides=("ca-unreachable", "ca-connect-timeout", "validation-failed"),
    ),
    Entry(
        key="http01-wrong-answer",
        title="The CA found another answer than the client's (HTTP-01)",
        meaning="Something answered at http://{name}/, but not with the file of this order.",
        causes=(
            "The web root is not the one that the web server serves for this name.",
            "A redirect, a proxy, a login page or a rule answers for /.well-known/ .",
            "The name leads to another machine, or AAAA to another than A.",
            "Two clients validate the same name at once.",
        ),
        steps=(
            "Put a file into the web root below .well-known/acme-challenge/ and fetch it from "
            "outside: `curl -v http://{name}/.well-known/acme-challenge/FILE`",
            _ADDRESSES,
        ),
        phrases=(
            "!invalid response from http|https",
            "!key authorization file not match",
            "!key_authorization not|mismatch|incorrect|wrong|does",
            "!not the key_authorization",
            "!well known acme challenge * status|error|http|code 404|403|401|500|502|503",
            "!well known acme challenge * 404|403|401|500|502|503",
            "!response received * match challenge",
            "!redirect loop|target * detected|long|invalid",
            "!invalid host|port|hostname in redirect",
        ),
        types=("incorrectResponse",),
        sources=("RFC 8555 section 8.3", "win-acme#2211", "win-acme#825"),
        hides=("lacks-authorization", "not-acme", "validation-failed"),
    ),
    Entry(
        key="dns-problem",
        title="The CA could not resolve a name",
        meaning="The CA's question to the DNS for {name} found no usable answer.",
        causes=(
            "The name has no A or AAAA record (yet), or it is misspelt.",
            "The zone's servers fail (SERVFAIL), often DNSSEC: an old DS record at the registry.",
            "A name known only inside the organisation.",
        ),
        steps=(
            "From outside: `dig {name} A @1.1.1.1 ; dig {name} AAAA @1.1.1.1`",
            "Follow it from the root: `dig +trace {name}`, and have DNSSEC checked.",
        ),
        phrases=(
            "!no ip_addresses|ip_address found",
            "!dns problem",
            "!problem with dns query",
            "!nxdomain|servfail looking",
            "!could not resolve domain_name",
            "nxdomain",
            "servfail",
            "!no valid ip addresses|address",
            "!no valid a records|record",
        ),
        types=("dns", "unknownHost", "dnssec"),
        cases=(
            Case(
                r"nxdomain",
                "The public DNS says that {name}, or the zone above it, does not exist.",
                (
                    "The name is misspelt, or was never put into the zone.",
                    "The domain is not registered any more, or its delegation is missing or wrong.",
                    "A name known only inside the organisation.",
                ),
                (
                    "From outside: `dig {name} A @1.1.1.1 ; dig +trace SOA {name}`",
                    "Make the record, or mend the delegation, then order again.",
                ),
            ),
        ),
        sources=("RFC 8555 section 6.7",),
        hides=("validation-failed",),
    ),
    Entry(
        key="dns01-wrong-record",
        title="The CA did not find the TXT record it was told of (DNS-01)",
        meaning="The record _acme-challenge.{name} is missing or holds something else.",
        causes=(
            "The CA looked before all name servers had the record.",
            "An old record was left there, or another client's.",
            "The DNS plugin writes to another zone or view than the public one.",
        ),
        steps=(
            "At each of the zone's name servers: "
            "`dig +short TXT _acme-challenge.{name} @NAMESERVER`",
            "Give the plugin more time (--dns-...-propagation-seconds).",
        ),
        phrases=(
            "!incorrect|wrong txt record",
            "!no txt record",
            "!txt record not|no found|fits|match",
            "!acme challenge * no|incorrect txt",
            "!nxdomain looking txt",
        ),
        sources=("RFC 8555 section 8.4",),
        hides=("dns-problem", "validation-failed"),
    ),
    Entry(
        key="validation-tls",
        title="The CA met a TLS error while validating",
        meaning="A redirect to https, or TLS-ALPN-01, ended in a handshake that failed.",
        causes=("A broken or outdated TLS set-up behind a redirect from port 80.",),
        steps=("Except /.well-known/acme-challenge/ from the redirect to https.",),
        phrases=(
            "!server only speaks http not tls",
            "!not|cannot negotiate alpn",
            "!no certs|certificates presented * challenge",
            "!tls error during domain|verification|validation",
            "!fetching https * tls|certificate|handshake",
            "!not negotiate acme tls",
            "!incorrect validation certificate * tls_alpn",
        ),
        types=("tls",),
        sources=("RFC 8555 section 6.7",),
    ),
)  # fmt: skip
