"""What goes wrong between the client and the CA: network, TLS, proxies, time-outs."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Entry, Weight

ENTRIES = (
    Entry(
        key="ca-timeout",
        title="The CA took longer than the client waits",
        meaning="certbot waits 45 seconds for each answer, and no option changes that. While "
        "finalizing, the CA often goes on and issues: the certificate is then made, but not here.",
        causes=(
            "Finalizing takes long at acme.enterprise.sectigo.com.",
            "A firewall drops the connection without a word; a proxy hangs.",
            "A missing CAA entry for sectigo.com was seen to show only like this.",
        ),
        steps=(
            "Wait some minutes, then run the same command once. Do not repeat it in a loop: each "
            "time may issue one more certificate.",
            "Look in the CA's portal (SCM: Certificates) whether it was issued.",
            "If it stays, see that  curl -v {server}  answers quickly from this machine.",
        ),
        phrases=(
            "read timed_out",
            "read_timeout",
            "read_timeout_error",
            "timeout awaiting|exceeded response|headers|awaiting",
            "context deadline exceeded",
            "connect_timeout",
            "connect_timeout_error",
            "connection to * timed_out",
            "operation|request|connection timed_out",
            "order|issuance * timed_out",
            "timeout_error",
            "acme errors timeout_error",
            "gateway time_out|timeout",
            "libcurl errors * error code 28",
            "task was canceled|cancelled",
        ),
        sources=("acme-proxy#22", "certbot's acme library"),
        hides=("ca-unreachable", "ca-unavailable"),
    ),
    Entry(
        key="ca-unreachable",
        title="The CA's server could not be reached",
        meaning="No connection came about, or it broke off, before the CA answered.",
        causes=(
            "No way out: firewall, missing proxy (HTTPS_PROXY), no DNS on this machine.",
            "A misprint in the server's host name or port ({server}).",
            "The CA is down.",
        ),
        steps=(
            "curl -v {server}   as the same user and with the same environment (cron and systemd "
            "do not have your proxy variables).",
            "If the connection broke off while registering, do not delete anything: the pair may "
            "be bound; run the same command again.",
        ),
        phrases=(
            "failed establish|to new connection",
            "connection refused",
            "no route host",
            "network unreachable",
            "name service not known",
            "temporary failure name resolution",
            "failed resolve",
            "no such host",
            "could_not|cant|cannot|couldnt resolve host",
            "max retries exceeded",
            "libcurl errors * error code 6|7|52|56",
            "connection|connect reset|aborted",
            "remote end closed connection",
            "remote_disconnected",
            "could_not|cannot|unable connect|reach * server|acme|ca",
            "unexpected_eof|eof_occurred",
        ),
        sources=("requests, curl and Go",),
    ),
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
            "env | grep -i proxy   and   curl -v {server}",
            "Have the CA's host allowed, or leave the proxy out for it (NO_PROXY).",
        ),
        phrases=(
            "proxy_error",
            "cannot|unable|failed connect proxy",
            "proxy authentication required",
            "tunnel connection failed",
            "received http code * proxy",
        ),
        sources=("requests, curl",),
        hides=("ca-unreachable", "ca-timeout"),
    ),
    Entry(
        key="ca-certificate",
        title="The TLS certificate of the CA's server is not trusted here",
        meaning="Something presents a certificate for the server that this machine's roots do not "
        "lead to, or that has expired.",
        causes=(
            "A proxy or firewall breaks TLS open and signs with a root of its own.",
            "The machine's clock is wrong, or its root certificates are too old.",
            "An internal CA whose root is not installed.",
        ),
        steps=(
            "openssl s_client -connect HOST:443 -servername HOST </dev/null | openssl x509 "
            "-noout -issuer -dates   shows who signed; date  shows the clock.",
            "Install the root, and give it to certbot:  REQUESTS_CA_BUNDLE=FILE certbot ... ; "
            "update ca-certificates. Do not use --no-verify-ssl: the EAB would go to anyone.",
        ),
        phrases=(
            "certificate_verify failed",
            "certificate_verify_failed",
            "self_signed certificate",
            "unable get local issuer certificate",
            "certificate signed by unknown authority",
            "x509 certificate",
            "ssl certificate problem",
            "peer certificate|cert cannot|not|could authenticated|verified",
            "trust relationship ssl",
            "remote certificate is invalid",
            "ssl connection could_not established",
            "libcurl errors * error code 35|51|60",
        ),
        sources=("OpenSSL, Go, curl",),
        hides=("ca-unreachable",),
    ),
    Entry(
        key="not-acme",
        title="What answered is not an ACME server",
        meaning="The answer is a web page or something else instead of ACME's JSON.",
        causes=(
            "The URL is not the directory: too short, with /directory where there is none (Sectigo "
            "has none), or a portal's address.",
            "A proxy, a login page or a maintenance page answers for the CA.",
        ),
        steps=(
            "curl -s {server}   has to print JSON with newNonce, newAccount and newOrder.",
            "Give the URL exactly as the CA shows it, e.g. https://acme.sectigo.com/v2/OV .",
        ),
        phrases=(
            "unexpected content_type|response_content",
            "unexpected response content type",
            "cannot|can_not|unable deserialize|parse response|directory",
            "is not an acme directory",
            "gave an answer not acme",
            "too many redirects",
            "exceeded redirects",
            "invalid character * looking beginning",
            "expecting value * line 1 column 1",
            "directory field not found",
            "can_not|cannot init api",
            "directory * not * valid|json",
        ),
        sources=("seen at acme.enterprise.sectigo.com/directory", "win-acme", "certbot"),
    ),
    Entry(
        key="ca-unavailable",
        title="The CA's front has no server behind it at the moment",
        meaning="A gateway answered in place of the ACME server.",
        causes=("Maintenance or overload at the CA; a proxy on the way.",),
        steps=("Wait and try again; see the CA's status page.",),
        phrases=(
            "bad gateway",
            "service temporarily|currently|is unavailable",
            "service unavailable",
            "under|scheduled maintenance",
            *(
                f"http_{code}|http_1_1_{code}|http_2_{code}|status_{code}|error_{code}|response_{code}"
                for code in (502, 503, 504)
            ),
        ),
        sources=("RFC 9110 section 15.6",),
        hides=("not-acme",),
    ),
    Entry(
        key="answer-unusable",
        title="The CA's answer could not be used",
        meaning="The client stumbled over the answer; its own error hides what the CA said.",
        causes=(
            "certbot below 2 on Python 3.11 or newer hides every refusal of the CA behind 'can't "
            "set attribute' (certbot#9539).",
            "The answer was cut off, or is an error page.",
        ),
        steps=(
            "In the debug log look at the answer above ('Received response'), or feed the log:  "
            "certbot-sectigo explain /var/log/letsencrypt/letsencrypt.log",
            "Update certbot.",
        ),
        phrases=(
            "attribute_error cant|can set attribute",
            "cant set attribute",
            "acme errors client_error",
            "client_error_response",
            "incomplete_read",
            "chunked_encoding_error",
        ),
        sources=("certbot#9539",),
        weight=Weight.SYMPTOM,
    ),
)
