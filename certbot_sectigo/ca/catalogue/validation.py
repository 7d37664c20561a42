"""Validations that fail: DNS, DNS-01, TLS-ALPN-01 (RFC 8555 section 8, RFC 8737)."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry

_ALPN = "tls-alpn-01"
ENTRIES = (
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
        cases=(
            Case(
                r"dns\.resolver|all nameservers failed|resolution lifetime"
                r"|unexpected response.{0,80}(?:servfail|refused)|question='",
                "The client itself asked the resolver of this machine or container about your "
                "zone, and got no answer. The CA was not asked to look yet, and the zone may be "
                "all right.",
                (
                    "The resolver (127.0.0.11 is Docker's, 127.0.0.53 systemd's) does not pass "
                    "the question on: no upstream, port 53 closed, or a filter.",
                    "The zone's name servers fail for everybody (SERVFAIL), as with broken DNSSEC.",
                ),
                (
                    "Where the client runs, with its resolver, and then with another (@1.1.1.1): "
                    "`dig +short SOA {name}`",
                    "If only the first fails, give the machine or container another resolver; if "
                    "both do, mend the zone.",
                ),
                title="The client's own resolver gave no answer about the zone",
            ),
            Case(
                r"(?:read|dial|write) (?:udp|tcp)|:53\b.{0,40}(?:timeout|timed out|refused)"
                r"|servfail"
                r"|unreachable|no route",
                "Before it asks the CA the client asks the zone's name servers whether they have "
                "the record, and got no answer from one of them (port 53). The record itself may "
                "be right.",
                (
                    "Port 53 (UDP, TCP) to the outside is closed for this machine or container; or "
                    "it has an IPv6 address, as in the words above, and no IPv6 route.",
                    "That name server is down or does not answer everybody.",
                ),
                (
                    "From where the client runs, at the server that is named: "
                    "`dig +short TXT _acme-challenge.{name} @NAMESERVER`",
                    "Open port 53 or mend IPv6. Else have the client ask the resolvers only, or "
                    "wait a fixed time (lego: --dns.propagation-disable-ans, "
                    "--dns.propagation-wait). A longer time-out alone does not help.",
                ),
                title="A name server did not answer the client, before the CA was asked",
            ),
            Case(
                r"not return|expected txt|not (?:yet )?propagat|nxdomain|(?:record|value"
                r"|txt)\b[^\n]{0,60}"
                r"not found|incorrect",
                "Before it asks the CA the client asks the zone's name servers whether they have "
                "the record. They answered, and it was not there, or another value was.",
                (
                    "The DNS provider is slower than the client waits.",
                    "A record of an earlier run was left there, or two runs work on one name.",
                    "The record was written to another zone than the public one.",
                ),
                (
                    "At each name server of the zone: "
                    "`dig +short TXT _acme-challenge.{name} @NAMESERVER`",
                    "Remove old _acme-challenge records, give the client a longer time for "
                    "propagation, and let one run at a time work on the name.",
                ),
                title="The zone's name servers did not have the client's TXT record in time",
            ),
        ),
        phrases=(
            "!time_limit exceeded last error",
            "!waiting for dns 01 challenge propagation * no_such_host|timeout|refused|"
            "misbehaving|servfail|nxdomain|connection",
            "!propagation time_limit|timeout exceeded",
            "!propagation check|dns failed|timed_out|timeout|incomplete",
            "!propagation check * not",
            "!timed_out|timeout waiting for dns",
            "!waiting dns propagation|record * timeout|timed_out|failed",
            "!ns|nameserver|nameservers * not return expected txt",
            "!dns record * not propagated|yet",
            "!checking dns * attempt * wrong result",
            "!dns resolver no_nameservers|no_answer|lifetime_timeout",
            "!all nameservers failed answer query",
            "!resolution lifetime expired",
            "!could_not find|determine zone * unexpected response * servfail|refused",
            "!unexpected response_code|response code servfail|refused|formerr for acme",
        ),
        sources=("traefik-duckdns-letsencrypt#5",),
        at=(
            ("finalize", "issue-time-limit", r"time.?limit"),
            # The inner reason: the provider's interface, which is asked whether it is done.
            ("", "dns-plugin-error", r"AccessDenied|not authorized to perform|InvalidClientToken"
             r"|UnauthorizedOperation|api error|AADSTS\d|invalid_client"),
            ("http-01", "http01-selfcheck", ""),
        ),
        hides=("server-time-limit", "ca-timeout", "ca-connect-timeout", "dns-problem",
               "ca-unreachable", "ca-name-resolution", "issuance-pending", "validation-pending",
               "dns-plugin-error"),
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
            "!error retrieving txt record",
            "!dns problem",
            "!problem with dns query",
            "!dns query timed_out",
            "!nxdomain|servfail looking",
            "!could not resolve domain_name",
            "nxdomain",
            "servfail",
            "!no valid ip addresses|address",
            "!no valid a records|record",
        ),
        types=("dns", "unknownHost", "dnssec"),
        at=(("account", "contact-refused", ""),),  # of the address for notices
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
            Case(
                r"dnssec|dnskey|\bbogus\b|\brrsig\b|\bds record|validation failure",
                "The zone of {name} is signed wrongly (DNSSEC): resolvers that check signatures, "
                "as the CA's do, get no answer, and others see nothing amiss. The record itself is "
                "not missing, and account keys are not meant.",
                (
                    "The parent zone still has a DS record, and the zone is not signed (any more) "
                    "or with another key: most often after a change of the DNS provider.",
                    "Signatures have expired, or name servers disagree.",
                ),
                (
                    "Compare what the parent promises with what the zone has: `dig +short DS {name}"
                    " @1.1.1.1 ; dig +short DNSKEY {name} @1.1.1.1` ; dnsviz.net draws it.",
                    "Remove or replace the DS record at the registrar, or have the zone signed; "
                    "wait until the old DS has left the caches, then order again.",
                ),
                title="DNSSEC of the zone is broken, so the CA gets no answer",
            ),
            Case(
                r"servfail|server failure|networking error|query timed out|timed out looking"
                r"|timeout during dns|unreachable|\brefused\b",
                "The zone's own name servers gave the CA no usable answer for {name}: they failed, "
                "refused or were silent. That is another thing than a record that is missing.",
                (
                    "A name server of the zone is down, does not know the zone, or drops questions "
                    "from abroad or by TCP.",
                    "DNSSEC is broken (an old DS record at the registrar).",
                ),
                (
                    "From outside: `dig {name} A @1.1.1.1 ; dig {name} AAAA @1.1.1.1`",
                    "Ask as a resolver does, from the root: `dig +trace {name}`",
                    "Ask each name server that the parent lists; see dnsviz.net for DNSSEC.",
                ),
                title="The zone's name servers gave the CA no answer",
            ),
            Case(
                r"no valid (?:A|ip)|no (?:A|AAAA|ip) (?:records?|address)|no ip_?address",
                "{name} exists, but has neither an A nor an AAAA record in the public DNS.",
                (
                    "The record was not made yet, or only inside (split DNS).",
                    "The name is misspelt.",
                ),
                (
                    "From outside: `dig {name} A @1.1.1.1 ; dig {name} AAAA @1.1.1.1`",
                    "Make the record, wait until all name servers have it, then order again.",
                ),
            ),
        ),
        sources=("RFC 8555 section 6.7",),
        hides=("validation-failed", "http01-connection"),
    ),
    Entry(
        key="dns01-wrong-record",
        title="The CA did not find the TXT record it was told of (DNS-01)",
        meaning="The record _acme-challenge.{name} is missing or holds something else.",
        causes=(
            "The CA looked before all name servers had the record.",
            "An old record was left there, or another client's.",
            "The DNS plugin writes to another zone or view than the public one.",
            "A name and its wildcard need two values at one record, and the hook keeps one only.",
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
        cases=(
            Case(
                challenge=_ALPN,
                title="What answers at port 443 is not the client (TLS-ALPN-01)",
                meaning="For TLS-ALPN-01 the CA speaks TLS with {name} on port 443 and asks for "
                "the protocol acme-tls/1. What answered there does not have it, or showed another "
                "certificate than the challenge's.",
                causes=(
                    "A load balancer, proxy, content network or web server ends TLS there, before "
                    "the client is reached.",
                    "The name's address is another machine, or AAAA leads to another than A.",
                    "Several instances of the client share the address, and another one was asked.",
                ),
                steps=(
                    "See who answers, and with what: `openssl s_client -connect {name}:443 "
                    "-servername {name} -alpn acme-tls/1 </dev/null`",
                    "Let port 443 go straight to the client (TLS pass-through); or use HTTP-01 on "
                    "port 80, or DNS-01.",
                ),
            ),
        ),
        phrases=(
            "!server only speaks http not tls",
            "tls no application_protocol",
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
