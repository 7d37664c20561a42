"""Validations by HTTP-01 that fail, and what the client sees of them (RFC 8555 section 8.3)."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.http01_cases import ADDRESSES, ALPN, OTHER_ANSWERS, REDIRECTED
from certbot_sectigo.ca.catalogue.model import Entry

ENTRIES = (
    Entry(
        key="http01-timeout",
        cases=REDIRECTED,
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
            ADDRESSES,
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
            "!verify error|err * timeout|timed_out",
        ),
        sources=("RFC 8555 section 8.3",),
        hides=("http01-connection", "ca-timeout", "ca-connect-timeout", "validation-failed"),
    ),
    Entry(
        key="http01-connection",
        cases=REDIRECTED,
        title="The CA could not connect to this machine (HTTP-01)",
        meaning="The CA tried http://{name}/ on port 80 and nothing accepted the connection.",
        causes=(
            "Nothing listens on port 80, or only on IPv4 or IPv6.",
            "The name's address is another machine; an AAAA record leads elsewhere.",
            "A firewall rejects the connection, or a redirect leads to a closed port (443).",
        ),
        steps=(
            ADDRESSES,
            "While the client runs port 80 has to lead to it: `ss -ltnp 'sport = :80'`",
        ),
        phrases=(
            "!unable contact * addresses try as fallback",
            "!server neither reachable via http",
            "!could not connect to client verify",
            "!verify|challenge error|err|failed * could_not connect",
            "!verify error|err * connection refused|reset",
            "!error getting validation data",
            "!challenge marked invalid * could_not connect",
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
            ADDRESSES,
        ),
        phrases=(
            "!invalid response from http|https",
            "!key authorization file not match",
            "!key_authorization not|mismatch|incorrect|wrong|does",
            "!not the key_authorization",
            "!well known acme challenge * status|error|http|code 404|403|401|500|502|503",
            "!well known acme challenge * 404|403|401|500|502|503",
            "!response received * match challenge",
            "!url|challenge|acme token not_found|unknown * well_known|acme_challenge|uri|path",
            "!cannot|unable|could_not retrieve|get|find acme challenge * token",
            "!no information found solve challenge",
            "!redirect target * long|invalid",
            "!invalid host|port|hostname in redirect",
        ),
        types=("incorrectResponse",),
        cases=OTHER_ANSWERS,
        at=(("dns-01", "dns01-wrong-record", ""), (ALPN, "validation-tls", "")),
        sources=("RFC 8555 section 8.3", "win-acme#2211", "win-acme#825"),
        hides=("ca-unavailable", "lacks-authorization", "not-acme", "validation-failed"),
    ),
)  # fmt: skip
