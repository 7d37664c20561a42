"""What goes wrong between the client and the CA: resolving, connecting, waiting, proxies."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry

_TRY = (
    "As the same user and with the same environment (cron, systemd and containers do not have "
    "your proxy variables): `curl -v {server}`"
)
AT_DEPLOY = (
    (
        "deploy",
        "deploy-failed",
        r"(?s)\A(?!.*(?://acme|acme-v\d|/acme/|/directory\b|letsencrypt\.org|newNonce|/v2/))",
    ),
)
"""Where the certificate is brought somewhere, it is that place's server and no CA's."""
ENTRIES = (
    Entry(
        key="proxy",
        title="The proxy stands between this machine and the CA",
        meaning="The connection goes through a proxy (HTTP_PROXY, HTTPS_PROXY), which refused or "
        "is not there.",
        causes=(
            "The proxy's address is wrong or it is down; cron and systemd may have another one.",
            "The proxy wants a login, or does not allow the CA's host.",
        ),
        steps=(
            "See which proxy is set, and what it does: `env | grep -i proxy`",
            _TRY,
            "Have the CA's host allowed, or leave the proxy out for it (NO_PROXY).",
        ),
        phrases=(
            "proxy_error",
            "cannot|unable|failed connect proxy",
            "proxy authentication required",
            "proxy tunnel * failed|407|status",
            "connect tunnel failed|407",
            "tunnel connection failed",
            "received http code * proxy",
            "proxyconnect tcp",
        ),
        sources=("requests, curl",),
        hides=("ca-unreachable", "ca-timeout", "ca-connect-timeout", "ca-name-resolution"),
        network=True,
        passing=True,
    ),
    Entry(
        key="ca-name-resolution",
        at=AT_DEPLOY,
        title="This machine cannot resolve the name of the CA's server",
        meaning="The client asked the resolver of this machine (or container) for the CA's host "
        "and got no address. Your own domain's records have nothing to do with it.",
        causes=(
            "The resolver (/etc/resolv.conf, systemd-resolved, the container's DNS) does not "
            "answer, or the network is not up yet.",
            "Names outside are resolved by the proxy only, and no proxy is set here.",
            "A misprint in the server's host name ({server}).",
        ),
        steps=(
            "See what resolves here: `getent hosts {host} ; cat /etc/resolv.conf`",
            _TRY,
        ),
        phrases=(
            "name service not known",
            "temporary failure name resolution",
            "temporary failure resolving",
            "name_resolution_error",
            "errno_3 try again",
            "failed|unable resolve",
            "no such host",
            "could_not|cant|cannot|couldnt|unable resolve host|hostname|proxy|name",
            "nodename nor servname",
            "libcurl errors * error code 6",
            "curl returned|error|exit with 6",
            "remote name could not be resolved",
            "no address associated hostname",
            "lookup * server misbehaving",
            "lookup * device_or_resource_busy|device resource busy",
            "lookup * timeout|53",
            "getaddrinfo enotfound|eai_again",
            "unknown_host_exception|unresolved_address_exception",
        ),
        shown=(r"dns error: failed to lookup address",),  # hyper's
        bystander=True,
        sources=("requests, curl and Go",),
        hides=("ca-unreachable", "ca-connect-timeout", "ca-timeout", "not-acme", "file-refused"),
        network=True,
        passing=True,
    ),
    Entry(
        key="ca-connect-timeout",
        at=AT_DEPLOY,
        title="No connection to the CA's server came about in time",
        meaning="The client tried to connect and nobody answered: the packets are dropped on the "
        "way. Nothing reached the CA, so nothing was ordered.",
        causes=(
            "A firewall does not let this machine out to port 443, or only through a proxy.",
            "There is an IPv6 address here but no IPv6 route to the outside.",
            "The CA's network is down.",
        ),
        steps=(
            _TRY,
            "With IPv4 alone, and IPv6 alone: `curl -4 -v {server} ; curl -6 -v {server}`",
            "Open the way out to the CA's host, port 443, or set HTTPS_PROXY for the service.",
        ),
        phrases=(
            "connect_timeout",
            "connect_timeout_error",
            "connection|connect|connecting to * timed_out|timeout",
            "failed establish|to new connection * timed_out|errno_110",
            "new_connection_error * timed_out",
            "dial tcp * timeout",
            "dial tcp * deadline exceeded",
            "curl 28 failed to_connect",
            "not properly respond after a period",
            "connectex * failed|verbindungsversuch",
            "failed to connect to * timed_out|could not",
            "request canceled while waiting connection",
            "tls handshake timeout",
            "connection timed_out",
            "etimedout",
            "http_connect_timeout_exception|connect_timeout_exception|open_timeout",
            "http connect timed_out",
        ),
        sources=("requests, curl and Go", "traefik#750"),
        hides=("ca-unreachable", "ca-timeout", "not-acme"),
        network=True,
        passing=True,
    ),
    Entry(
        key="ca-timeout",
        title="The CA took longer than the client waits",
        meaning="No answer came within the time that the client waits (certbot: 45 seconds for "
        "each, and no option changes that). Where the text does not "
        "say at which step, perhaps no connection came about. If it was at the end of an order, "
        "the CA often goes on and "
        "issues: the certificate is then made, but not here.",
        causes=(
            "The CA is slow, or busy.",
            "A firewall, a missing proxy or a broken IPv6 route keeps the client from the CA, or "
            "swallows what comes back.",
        ),
        steps=(
            "Wait some minutes, then run the same command once. Do not repeat it in a loop: each "
            "time may issue one more certificate.",
            "Look in {issued} whether it was issued.",
            "If it stays, see that this answers quickly: `curl -v {server}`",
        ),
        cases=(
            Case(
                at=("directory", "nonce"),
                meaning="No answer came within the time that the client waits, and that at its "
                "first contact with the CA. Nothing was ordered yet, so nothing was issued.",
                causes=(
                    "A firewall does not let this machine out to port 443, a proxy is missing, or "
                    "there is an IPv6 address without a route to the outside.",
                    "The CA is slow, or its network is down.",
                ),
                steps=(
                    _TRY,
                    "With IPv4 alone, and IPv6 alone: `curl -4 -v {server} ; curl -6 -v {server}`",
                    "Let the client try again: that costs nothing, since nothing was ordered.",
                ),
            ),
        ),
        phrases=(
            "read timed_out",
            "read_timeout",
            "read_timeout_error",
            "timeout awaiting|exceeded response|headers|awaiting",
            "operation|request timed_out",
            "!order|issuance * timed_out",
            "timeout_error",
            "!acme errors timeout_error",
            "!acme client error timeout",
            "context deadline exceeded",
            "libcurl errors * error code 28",
            "curl returned|error|exit with 28",
            "curl error_code|code 28",
            "task was canceled|cancelled",
            "error timed_out",
            "request was canceled|cancelled * timeout",
            "timeout specified has expired",
        ),
        # Words that do not say at what the time ran out; at its first requests a client is
        # kept waiting for a connection, not for an answer.
        at=AT_DEPLOY
        + tuple(
            (step, "ca-connect-timeout", r"(?:code\W{0,3}|with |returned |exit )28\b")
            for step in ("directory", "nonce")
        ),
        sources=("acme-proxy#22", "certbot's acme library"),
        hides=("ca-unreachable",),
        network=True,
        passing=True,
    ),
    Entry(
        key="ca-unreachable",
        at=AT_DEPLOY,
        vague=True,
        title="The CA's server could not be reached",
        meaning="No connection came about, or it broke off, before the CA answered.",
        causes=(
            "No way out: firewall, missing proxy (HTTPS_PROXY), no route.",
            "A misprint in the server's host name or port ({server}).",
            "The server's name leads to a wrong address here: a DNS entry of your own, or a search "
            "domain with a wildcard.",
            "The CA is down.",
        ),
        steps=(
            _TRY,
            "If the connection broke off while registering, do not delete anything: the pair may "
            "be bound; run the same command again.",
        ),
        phrases=(
            "failed establish|to new connection",
            "connection refused",
            "no route host",
            "network unreachable",
            "max retries exceeded",
            "libcurl errors * error code 7|16|18|52|55|56|92",
            "http 2 stream * not closed cleanly",
            "wget * exit status * error code 4",
            "curl returned|error|exit with 7|52|55|56",
            "connection|connect reset|aborted",
            "remote end closed connection",
            "urlopen error errno_0",
            "remote_disconnected",
            "could_not|cannot|unable connect|reach * server|acme|ca",
            "unexpected_eof|eof_occurred",
            "connection was closed unexpectedly",
            "econnrefused|econnreset|ehostunreach|enetunreach",
            "problem connecting to server",
            "broken pipe",
            "!could_not|failed|unable|cannot get|fetch|retrieve|obtain nonce",
            "!can_not|cannot init api",
            "!can_not|cannot|could_not|unable connect * get nonce",
            "couldnt|could_not connect to server",
            "forcibly closed by remote host",
            "directory * get * eof",
            "directory eof",
            "unexpected eof|end of file|stream",
            "ssl connection could_not established",
            "!unsuccessful|unsuccessfull contacting acme",
            "!acme directory|server|service not accessible|reachable|available",
            "!cannot|could_not|unable|failed connect|contact|query|fetch|reach|retrieve * acme|ca "
            "directory|directories|urls|server|service",
            "!failed initialize acme client",
            "an error occurred while sending request",
        ),
        shown=(
            r"(?i)(?:could not|cannot|can't|unable to|failed to) (?:connect to|reach|contact) "
            r"(?:the )?https?://[^\s/]{0,100}(?:acme|letsencrypt)\S{0,300}",
            r"(?i)\b(?:get|head|post) \\?\"https?://[^\s\"]{0,100}(?:acme|letsencrypt)[^\s\"]{0,200}"
            r"\": (?:unexpected )?EOF",
        ),
        sources=("requests, curl and Go",),
        hides=("not-acme",),
        network=True,
        passing=True,
    ),
)  # fmt: skip
