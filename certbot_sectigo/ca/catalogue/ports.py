"""The port at which a challenge is answered, on this machine."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry

ENTRIES = (
    Entry(
        key="port-taken",
        title="Port 80 is taken on this machine",
        meaning="A challenge has to be answered, and another program has the port.",
        causes=("A web server runs here (nginx, Apache, HAProxy, a container).",),
        steps=(
            "See which one: `ss -ltnp 'sport = :80'`",
            "Answer through that web server: --webroot -w DIR, where DIR is what it serves for the "
            "name.",
        ),
        cases=(
            Case(
                r":443\b|port 443",
                "TLS-ALPN-01 has to be answered on port 443, and another program has it.",
                title="Port 443 is taken on this machine",
                causes=("A web server, proxy or container serves https here.",),
                steps=(
                    "See which one: `ss -ltnp 'sport = :443'`",
                    "Use HTTP-01 through that web server (a web root), or DNS-01.",
                ),
            ),
        ),
        phrases=(
            "!port 80|443 * already used",
            "port 80|443 is already used",
            "!could not bind to ipv4",
            "!problem binding to port",
            "could not bind * already|in use",
            "bind * address already|in use",
            "!address already in use * make sock|could not bind",
            "tcp_port|port 80 * already|in use",
            "port already in use",
            "port already allocated",
            "failed listen * prefix * conflicts|registration",
            "bind for * port * already allocated|in_use",
        ),
        sources=("certbot", "lego"),
        hides=("dns-plugin-error", "http01-connection", "http01-timeout", "web-server-broken"),
    ),
    Entry(
        key="port-forbidden",
        title="Port 80 may not be opened by this user",
        meaning="Ports below 1024 are for root, or for programs with CAP_NET_BIND_SERVICE.",
        causes=("The client does not run as root.",),
        steps=("Run it as root (sudo), or answer through a web root.",),
        phrases=(
            "!can_not|cannot listen for user",
            "could not bind * permissions|permission",
            "bind permission denied",
            "!http server * challenge * permission denied",
        ),
        sources=("certbot", "lego"),
        hides=("permission", "dns-plugin-error"),
    ),
)
