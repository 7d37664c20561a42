"""Validations that fail: HTTP-01, DNS-01, TLS-ALPN-01 (RFC 8555 section 8)."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Entry, Weight

_PREVALIDATE = (
    "Or have the domain validated in Sectigo Certificate Manager (Domains): then no challenge "
    "is needed and no port has to be open."
)
ENTRIES = (
    Entry(
        key="http01-timeout",
        title="The CA got no answer from this machine (HTTP-01)",
        meaning="The CA asked http://{name}/ on port 80 and waited in vain.",
        causes=(
            "A firewall (or the provider's security group) drops port 80 from outside.",
            "The name's address is another machine, or an IPv6 address (AAAA) nobody answers at.",
        ),
        steps=(
            "From outside:  curl -v http://{name}/.well-known/acme-challenge/x",
            "dig +short A {name} ; dig +short AAAA {name}   are they this machine?",
            _PREVALIDATE,
        ),
        phrases=(
            "timeout during connect",
            "timeout|timed_out * firewall",
            "timeout|timed_out * well known acme challenge",
            "well known acme challenge * timeout|timed_out",
            "fetching http * timeout|timed_out",
            "type_connection|acme_error_connection * timeout|timed_out",
        ),
        sources=("RFC 8555 section 8.3",),
        hides=("http01-connection", "ca-timeout"),
    ),
    Entry(
        key="http01-connection",
        title="The CA could not connect to this machine (HTTP-01)",
        meaning="The CA tried http://{name}/ on port 80 and nothing accepted the connection.",
        causes=(
            "Nothing listens on port 80 while certbot runs (another --http-01-port or address is "
            "set; a container whose port is not published).",
            "The name's address is another machine; an AAAA record leads elsewhere.",
            "A firewall rejects the connection.",
        ),
        steps=(
            "dig +short A {name} ; dig +short AAAA {name}   are they this machine?",
            "ss -ltnp 'sport = :80'   while certbot runs; port 80 has to lead to certbot.",
            _PREVALIDATE,
        ),
        phrases=(
            "type_connection|acme_error_connection",
            "could not connect to client verify",
            "fetching http * connection refused|reset",
            "well known acme challenge * connection|network refused|reset|unreachable|no",
        ),
        sources=("RFC 8555 section 6.7",),
        hides=("ca-unreachable",),
    ),
    Entry(
        key="http01-wrong-answer",
        title="The CA found another answer than certbot's (HTTP-01)",
        meaning="Something answered at http://{name}/, but not with the file of this order.",
        causes=(
            "The web root is not the one that the web server serves for this name.",
            "A redirect, a proxy, a login page or a rule answers for /.well-known/ .",
            "The name leads to another machine, or AAAA to another than A.",
            "Two clients validate the same name at once.",
        ),
        steps=(
            "Put a file into the web root below .well-known/acme-challenge/ and fetch it from "
            "outside:  curl -v http://{name}/.well-known/acme-challenge/FILE",
            "Compare  dig +short A {name} ; dig +short AAAA {name}  with this machine.",
            _PREVALIDATE,
        ),
        phrases=(
            "invalid response from http|https",
            "key authorization file not match",
            "key_authorization not|mismatch|incorrect|wrong|does",
            "not the key_authorization",
            "well known acme challenge * status|error|http|code 404|403|401|500|502|503",
            "well known acme challenge * 404|403|401|500|502|503",
            "type_incorrect_response|error_incorrect_response",
            "response received * match challenge",
        ),
        sources=("RFC 8555 section 8.3", "win-acme#2211"),
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
            "dig {name} A @1.1.1.1   and   dig {name} AAAA @1.1.1.1   from outside",
            "dig +trace {name}  and a DNSSEC check of the zone.",
            _PREVALIDATE,
        ),
        phrases=(
            "acme_error_dns|acme_error_dnssec|error_unknown_host|type_unknown_host",
            "type_dns|type_dnssec detail",
            "dns problem",
            "problem with dns query",
            "nxdomain|servfail looking",
            "could not resolve domain_name",
            "nxdomain",
            "servfail",
        ),
        sources=("RFC 8555 section 6.7",),
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
            "dig +short TXT _acme-challenge.{name}  at each of the zone's name servers.",
            "Give the plugin more time (--dns-...-propagation-seconds).",
            _PREVALIDATE,
        ),
        phrases=(
            "incorrect|wrong txt record",
            "no txt record",
            "txt record not|no found|fits|match",
            "acme challenge * no|incorrect txt",
        ),
        sources=("RFC 8555 section 8.4",),
        hides=("dns-problem",),
    ),
    Entry(
        key="validation-tls",
        title="The CA met a TLS error while validating",
        meaning="A redirect to https, or TLS-ALPN-01, ended in a handshake that failed.",
        causes=("A broken or outdated TLS set-up behind a redirect from port 80.",),
        steps=("Except /.well-known/acme-challenge/ from the redirect to https.",),
        phrases=("type_tls|acme_error_tls", "tls error during domain|verification|validation"),
        sources=("RFC 8555 section 6.7",),
    ),
    Entry(
        key="validation-failed",
        title="A validation failed",
        meaning="The CA could not convince itself that a name is yours; this line does not say "
        "why.",
        causes=(
            "The name is not pre-validated for this ACME account, so a challenge was asked for; "
            "with Sectigo that is often the wrong account.",
            "Port 80 cannot be reached, or the answer is wrong.",
        ),
        steps=(
            "Feed the whole debug log:  certbot-sectigo explain "
            "/var/log/letsencrypt/letsencrypt.log",
            "certbot-sectigo accounts probe {names}",
        ),
        phrases=(
            "some|all challenges failed",
            "failed to authenticate some domains",
            "challenge failed for domain",
            "challenge did not pass|validate",
            "challenge|authorization is|status|returned invalid",
            "authorization failed * challenges",
            "verify error",
            "all authorizations not finalized",
        ),
        sources=("certbot", "acme.sh", "dehydrated"),
        weight=Weight.SYMPTOM,
    ),
    Entry(
        key="port-taken",
        title="Port 80 is taken on this machine",
        meaning="A challenge has to be answered, and another program has the port.",
        causes=("A web server runs here (nginx, Apache, HAProxy, a container).",),
        steps=(
            "ss -ltnp 'sport = :80'   shows which one.",
            "Answer through that web server: --sectigo-eab-webroot DIR (or --webroot -w DIR), "
            "where DIR is what it serves for the name.",
            _PREVALIDATE,
        ),
        phrases=(
            "could not bind * already|in use",
            "bind * address already|in use",
            "tcp_port|port 80 * already|in use",
            "port already in use",
        ),
        sources=("certbot", "lego"),
    ),
    Entry(
        key="port-forbidden",
        title="Port 80 may not be opened by this user",
        meaning="Ports below 1024 are for root, or for programs with CAP_NET_BIND_SERVICE.",
        causes=("The client does not run as root.",),
        steps=("Run it as root (sudo), or answer through a web root.",),
        phrases=(
            "could not bind * permissions|permission",
            "bind * permission denied",
        ),
        sources=("certbot", "lego"),
        hides=("permission",),
    ),
)
