"""What any ACME server may answer (RFC 8555 section 6.7), and what it means with EAB."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Entry, Weight

_RFC = "RFC 8555 section 6.7"


def error_type(name: str) -> tuple[str, ...]:
    """Give the ways in which clients write an error type, underscores between its words."""
    return (f"error_{name}|type_{name}|typ_{name}",)


ENTRIES = (
    Entry(
        key="server-internal",
        title="The CA failed internally",
        meaning="The CA says that the fault is its own. Where it was finalizing, the "
        "certificate may have been issued all the same.",
        causes=(
            "A passing fault of the CA.",
            "At Sectigo also: the ACME account in SCM is not set up completely (organisation "
            "not validated, no certificate profile), or the CSR has a key type the profile lacks.",
        ),
        steps=(
            "Wait a quarter of an hour and run the same command again, once or twice, not in a "
            "loop: each time may issue a certificate.",
            "If it stays, compare the ACME account in SCM with one that works, and ask the CA's "
            "support with the time and the order's URL from the log.",
        ),
        phrases=(
            *error_type("server_internal"),
            "server experienced internal error",
            "internal server error",
        ),
        sources=("lego#1183", _RFC),
    ),
    Entry(
        key="rate-limited",
        title="Too many requests: the CA wants a pause",
        meaning="A limit of the CA is used up; it is lifted by waiting alone.",
        causes=(
            "A script or timer tries again in a loop.",
            "Many machines behind one address or account renew at the same minute.",
        ),
        steps=(
            "Stop the loop and wait as long as the answer (Retry-After) says, else an hour.",
            "Spread renewals over the day; certbot renew does that by itself without "
            "--no-random-sleep-on-renew.",
        ),
        phrases=(
            *error_type("rate_limited"),
            "too many requests|certificates|orders|failed|accounts|new|registrations|"
            "authorizations|currently",
            "rate_limit exceeded|reached|hit",
            "http_429|http_1_1_429|http_2_429|status_429|error_429|code_429",
        ),
        sources=(_RFC,),
    ),
    Entry(
        key="bad-nonce",
        title="The CA did not accept the nonce",
        meaning="Each request carries a number that the CA gave out before. Clients ask for a new "
        "one and try again by themselves; it is an error only where that fails repeatedly.",
        causes=(
            "A proxy or load balancer between this machine and the CA caches answers or changes "
            "between servers of the CA.",
            "A passing fault of the CA; a client without the second try.",
        ),
        steps=(
            "Run the command again.",
            "If it stays: go past the proxy for the CA's host (NO_PROXY), and have it cache "
            "nothing of it.",
        ),
        phrases=(
            *error_type("bad_nonce"),
            "unacceptable|invalid|bad anti_replay nonce",
            "invalid|bad|unknown|stale|expired nonce",
            "nonce invalid|unknown|used|expired",
            "not include replay nonce",
        ),
        sources=(_RFC, "RFC 8555 section 6.5"),
    ),
    Entry(
        key="rejected-identifier",
        title="The CA does not issue for one of the names",
        meaning="The CA's policy excludes a name ({name}), for this account or for everybody.",
        causes=(
            "A misprint, an internal name (.local, .internal), or a bare public suffix.",
            "The name is outside of what the account may have.",
            "A kind of name (an IP address) the CA does not do.",
        ),
        steps=("Leave the name away, or have it assigned to the account at the CA.",),
        phrases=(
            *error_type("rejected_identifier"),
            *error_type("unsupported_identifier"),
            "not issue certificates for identifier",
            "identifier of unsupported type",
            "policy forbids issuing",
            "not public suffix",
        ),
        sources=(_RFC,),
    ),
    Entry(
        key="caa",
        title="A CAA record forbids this CA",
        meaning="The CAA records in the DNS list the CAs that may issue for a domain, and this "
        "one is not among them; the record may stand at a domain above the name.",
        causes=(
            "The record names another CA (letsencrypt.org, say).",
            "The name servers do not answer CAA queries (SERVFAIL, time-out), which forbids too.",
        ),
        steps=(
            "dig CAA {name}  and the same for every domain above it.",
            'Add the CA, for Sectigo:  CAA 0 issue "sectigo.com"  (issuewild for wildcards).',
            "A record that a CNAME leads to counts as well.",
        ),
        phrases=(
            "type_caa|acme_error_caa",
            "caa record|rrset|check|policy|lookup * forbid|forbids|forbidden|prevent|prevents|"
            "prevented|fail|failed|disallow|disallows|prohibit|prohibits|denied",
            "caa forbids|prevents|error|failure|failed",
            "while processing|checking caa",
            "error processing|checking caa",
            "looking up caa",
            "certification authority authorization * forbid",
        ),
        sources=(_RFC, "RFC 8659"),
        hides=("dns-problem",),
    ),
    Entry(
        key="bad-csr",
        title="The CA does not take the certificate request (CSR)",
        meaning="Key, names or form of the CSR do not suit the CA.",
        causes=(
            "The key's type or size is not offered (an EC key where the profile is RSA only; "
            "less than 2048 bits).",
            "Names in the CSR are others than in the order; the common name is not among them.",
        ),
        steps=(
            "Try --key-type rsa --rsa-key-size 2048 (certbot 2 and newer make EC keys by default).",
            "With a CSR of your own, make it anew with exactly the names of the order.",
        ),
        phrases=(
            *error_type("bad_csr"),
            *error_type("bad_public_key"),
            *error_type("bad_signature_algorithm"),
            "csr unacceptable|invalid|rejected|malformed",
            "signed by public key * not support",
        ),
        sources=(_RFC,),
    ),
    Entry(
        key="order-invalid",
        title="The order became invalid while the certificate was being made",
        meaning="The CA took the order and then gave it up. Nothing was issued.",
        causes=(
            "CAA, the organisation's validation, or the product at the CA: look in its portal.",
            "A passing fault of the CA.",
        ),
        steps=("Run it once more; if it stays, ask the CA's support with the order's URL.",),
        phrases=(
            "certificate_order|order failed * no further information",
            "order status|is invalid",
            "order invalid|failed|rejected",
            "certificate_issuance|issuance failed",
            "sign_error wrong_status invalid",
        ),
        sources=("certbot", "acme.sh#3703"),
        weight=Weight.SYMPTOM,
    ),
    Entry(
        key="order-not-ready",
        title="The order is not ready to be finalized",
        meaning="The client asked for the certificate before all names were valid.",
        causes=("A validation is still going on; or an authorization has expired meanwhile.",),
        steps=("Run the command again.",),
        phrases=(*error_type("order_not_ready"), "order not ready * finalized|finalize"),
        sources=(_RFC,),
    ),
    Entry(
        key="lacks-authorization",
        title="The CA refused (unauthorized); its own words behind that phrase decide",
        meaning="'The client lacks sufficient authorization' is the client's phrase for every "
        "answer of the type unauthorized. What the CA itself said stands behind it, or in the "
        "debug log, and is not a sentence known here.",
        causes=(
            "The names are not the account's: the wrong account was used, or the domains are not "
            "assigned to it (without wildcard) at the CA.",
            "The account is deactivated or suspended.",
            "The directory URL is wrong, or the account has no certificate product.",
            "A validation (HTTP-01, DNS-01) found the wrong answer.",
        ),
        steps=(
            "Feed the whole debug log:  certbot-sectigo explain "
            "/var/log/letsencrypt/letsencrypt.log",
            "certbot-sectigo accounts list --online  ;  certbot-sectigo accounts probe {names}",
        ),
        phrases=(*error_type("unauthorized"), "client lacks sufficient authorization"),
        sources=("certbot", _RFC),
        weight=Weight.SYMPTOM,
    ),
    Entry(
        key="malformed",
        title="The CA could not make sense of the request",
        meaning="The type says only that; the text behind it, if any, is not one known here.",
        causes=("A client that is too old, or a registration without the EAB the CA wants.",),
        steps=("Update the client; ask the CA's support with the text.",),
        phrases=(*error_type("malformed"), "request message was malformed"),
        sources=(_RFC,),
        weight=Weight.SYMPTOM,
    ),
)  # fmt: skip
