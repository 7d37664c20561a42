"""TLS between the client and the CA: certificates, clocks, protocol versions."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry
from certbot_sectigo.ca.catalogue.transport import AT_DEPLOY

_CLOCK = "Look at the clock here, and set it by a time service: `date -u`"
ENTRIES = (
    Entry(
        key="clock-wrong",
        title="A certificate is not valid yet: the clock here may be behind",
        meaning="The certificate that the server shows begins in the future, seen from here. That "
        "is almost always this machine's clock.",
        causes=(
            "The clock is behind: no time service runs, the battery is empty, a machine was "
            "resumed from a snapshot.",
        ),
        steps=(_CLOCK, "See whether a time service runs: `timedatectl status`"),
        phrases=(
            "certificate_not_yet_valid",
            "certificate_not_yet_valid_exception",
            "certificate_is_not_yet_valid",
            "certificate_is_not_valid_yet",
            "not_yet_valid certificate",
            "current time * is_before",
        ),
        sources=("OpenSSL", "Go", "anchor#51"),
        hides=("ca-certificate", "ca-unreachable"),
        network=True,
    ),
    Entry(
        key="ca-tls-handshake",
        at=AT_DEPLOY,
        title="The TLS handshake with the CA's server failed",
        meaning="Client and server found no protocol version or cipher suite that both have, or "
        "something on the way broke the handshake off. No certificate was judged yet.",
        causes=(
            "TLS 1.2 or its suites with ECDSA are off or missing here (old Windows, old OpenSSL, "
            "a hardened policy).",
            "A firewall or proxy looks into TLS and breaks it off.",
        ),
        steps=(
            "See what this machine can do: `openssl s_client -tls1_2 -connect {endpoint} "
            "-servername {host} </dev/null`",
            "Allow TLS 1.2 and ECDHE suites with ECDSA and RSA; on Windows in the registry "
            "(SCHANNEL) and for .NET (SchUseStrongCrypto). Update an old system.",
        ),
        phrases=(
            "not possess a common algorithm",
            "could not create ssl|tls secure channel",
            "underlying connection was_closed * error send|receive",
            "handshake failure",
            "handshake_failure",
            "no shared cipher",
            "no appropriate protocol",
            "message received was unexpected badly formatted",
            "dh|ee|ca key too small",
            "dh_key_too_small|ee_key_too_small|ca_key_too_small",
            "unsafe legacy renegotiation",
            "inappropriate fallback",
            "ssl handshake failed",
            "not look like a tls handshake",
            "no protocols available",
            "unsupported protocol",
            "wrong version number",
            "unknown protocol",
            "protocol_version|protocol version alert",
            "alert protocol version",
            "winhttp_exception * security error",
            "security error has occurred",
            "remote error tls",
            "tlsv1 alert",
            "tls alert internal|handshake|protocol",
            "tls 1.0|1.1 * not supported|disabled",
            "authentication failed because remote party",
            "libcurl errors * error code 35",
            "curl 35",
            "curl returned|error|exit with 35",
        ),
        sources=("win-acme#242", "simple-acme#119"),
        hides=("ca-unreachable", "not-acme", "ca-timeout"),
        network=True,
    ),
    Entry(
        key="ca-certificate",
        at=AT_DEPLOY,
        title="The TLS certificate of the CA's server is not trusted here",
        meaning="Something presents a certificate for the server that this machine's roots do not "
        "lead to, that is for another name, or that has expired.",
        causes=(
            "A proxy or firewall breaks TLS open and signs with a root of its own; or the name "
            "leads to a web server of your own (a local DNS entry).",
            "The machine's clock is wrong, or its root certificates are too old.",
            "An internal CA whose root is not installed.",
        ),
        steps=(
            "See who signed: `openssl s_client -connect {endpoint} -servername {host} </dev/null "
            "| openssl x509 -noout -issuer -dates`",
            _CLOCK,
            "Install the root, and give it to certbot: REQUESTS_CA_BUNDLE=FILE in its "
            "environment; update ca-certificates. Do not use --no-verify-ssl: the EAB would go to "
            "anyone.",
        ),
        cases=(
            Case(
                r"traefik|ingress controller fake|fake certificate|\blocalhost\b.{0,60}not "
                r"|valid for [^,]{0,200}\.(?:local|lan|internal|home|arpa|traefik\.default)\b",
                "It is not the CA that answers. The certificate that was shown is one that a web "
                "server or ingress of your own makes up by itself, so the CA's name leads to that "
                "one. The account at the CA is not the matter, nor are the roots here.",
                (
                    "Inside the container or cluster the CA's name becomes an address of your own: "
                    "a search domain with a wildcard record (ndots), or a rewrite in the local DNS "
                    "(router, Pi-hole, AdGuard, CoreDNS).",
                    "Outgoing traffic to port 443 is redirected to the web server.",
                ),
                (
                    "See where the name leads, from where the client runs (inside the pod or "
                    "container): `getent hosts {host} ; cat /etc/resolv.conf`",
                    "Correct that entry or search domain. Do not install the certificate that was "
                    "shown as a root.",
                ),
                title="Your own web server answers in place of the CA",
            ),
            Case(
                r"valid for .{0,300}\bnot\b|hostname.?mismatch|doesn'?t match|does not match"
                r"|no (?:subject )?alternative|name mismatch|REMOTECERTIFICATENAMEMISMATCH",
                "Somebody else answers in place of the CA's server: the certificate is for another "
                "name. The words above say for which; whose name that is, there the CA's name or "
                "the connection leads.",
                (
                    "The CA's name becomes a wrong address here: a DNS entry of your own, a search "
                    "domain with a wildcard record, a rewrite in router or resolver.",
                    "A proxy, a login page of the network or a misprint in the server's URL.",
                ),
                (
                    "See where the name leads, from where the client runs: `getent hosts {host} ; "
                    "cat /etc/resolv.conf`",
                    "Correct that; no root and no option of the client's helps.",
                ),
                title="Another server answers in place of the CA: its certificate has another name",
            ),
            Case(
                r"(?:has |is )?expired|not_?time_?valid|CERT_DATE|verify return code: 10\b",
                "The chain that the server shows, or a root in it that this machine knows, has "
                "expired, seen from here.",
                (
                    "The root certificates here are too old and end a chain in a root that has "
                    "expired (DST Root CA X3, 2021), or OpenSSL is older than 1.1.0 and takes "
                    "that one though there is another.",
                    "The machine's clock is ahead.",
                    "A proxy that breaks TLS open has an old certificate.",
                ),
                (
                    _CLOCK,
                    "Update ca-certificates and the system; where the old root is listed by hand, "
                    "take it out (/etc/ca-certificates.conf, then update-ca-certificates).",
                    "See who signed: `openssl s_client -connect {endpoint} -servername {host} "
                    "</dev/null | openssl x509 -noout -issuer -dates`",
                ),
            ),
            Case(
                r"local issuer|unknown authority|verify the first|valid certification path",
                "This machine (or container) knows no root to which the certificate leads that "
                "the server shows.",
                (
                    "An internal CA (step-ca, FreeIPA, acme2certifier, Windows) whose root is not "
                    "installed where the client runs; a container does not have the host's roots.",
                    "A firewall, proxy or virus scanner breaks TLS open and signs anew.",
                    "The root certificates here are too old, or the server leaves the "
                    "intermediate out.",
                ),
                (
                    "See who signed: `openssl s_client -connect {endpoint} -servername {host} "
                    "</dev/null | openssl x509 -noout -issuer -dates`",
                    "If it is your CA's or your proxy's: install its root where the client runs "
                    "(the system's store and update-ca-certificates; certbot: "
                    "REQUESTS_CA_BUNDLE=FILE; lego: LEGO_CA_CERTIFICATES=FILE). Else update "
                    "ca-certificates. Do not switch verification off: the EAB would go to anyone.",
                ),
            ),
            Case(
                r"self.signed",
                "What answers shows a chain that ends in a root of its own which this machine does "
                "not know.",
                (
                    "A firewall, proxy or virus scanner breaks TLS open and signs anew.",
                    "An internal CA (step-ca, Pebble, FreeIPA) whose root is not installed where "
                    "the client runs.",
                    "The CA's name leads to a server of your own.",
                ),
            ),
        ),
        phrases=(
            "certificate_verify failed",
            "certificate_verify_failed",
            "self_signed certificate",
            "unable get local issuer certificate",
            "certificate signed by unknown authority",
            "x509 certificate signed|has|expired|relies",
            "certificate has_expired",
            "x509 certificate is valid for * not",
            "x509 cannot validate certificate",
            "ssl certificate problem",
            "no subject alternative name|dns * matching|present|found",
            "request failed 60|51",
            "unable verify first|leaf certificate",
            "peer certificate|cert cannot|not|could authenticated|verified",
            "trust relationship ssl",
            "invalid peer certificate",
            "remote certificate is invalid * validation|according|procedure|because",
            "libcurl errors * error code 51|60",
            "curl returned|error|exit with 51|60",
            "wget * exit status * error code 5",
            "bad handshake",
            "unable find valid certification path",
            "hostname_mismatch|hostname mismatch|not match certificate",
        ),
        sources=("OpenSSL, Go, curl",),
        # Clients name the handshake in which they did not trust it.
        hides=("ca-unreachable", "not-acme", "ca-timeout", "ca-tls-handshake"),
        network=True,
    ),
)
