"""How validations end where the text does not say why: they fail, or nobody waits for them."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry, Weight

_BY_TLS = Case(
    challenge="tls-alpn-01",
    meaning="The CA could not convince itself that a name is yours: it asks {name} on port 443 for "
    "the protocol acme-tls/1, and only there. This text says no more.",
    causes=(
        "Port 443 cannot be reached from outside, or the name leads elsewhere (A, AAAA).",
        "A load balancer, proxy or web server ends TLS there, before the client is reached.",
    ),
    steps=(
        "Let port 443 go straight to the client (TLS pass-through); or use HTTP-01 or DNS-01.",
        "Look at the authorization's URL, if the text has one: its error says why.",
    ),
)
_BY_HTTP = Case(
    challenge="http-01",
    meaning="The CA could not convince itself that a name is yours: it asks http://{name}/ on port "
    "80 for a file of the client's, and this text does not say what it met there.",
    causes=(
        "Port 80 cannot be reached from outside, or the name leads elsewhere (A, AAAA).",
        "Something else answers there: a redirect, another site, a login page.",
    ),
    steps=(
        "From outside: `curl -vL http://{name}/.well-known/acme-challenge/x`",
        "Look at the authorization's URL, if the text has one, or the client's debug log: the "
        "error there says why.",
    ),
)
_BY_CA = Case(
    challenge="sectigo-",
    meaning="A name is to be validated at the CA itself, by an e-mail or a DNS record that "
    "{portal} asks for. No client can answer that, and no port has to be open.",
    causes=(
        "The domain was never validated in {portal}, its validation has ended, or it is not "
        "assigned to this account.",
    ),
    steps=("Validate the domain in {portal} (Domains), then run the same command again.",),
)
_BY_SNI = Case(
    r"tls-sni",
    meaning="The client answered a challenge of the kind TLS-SNI-01, by a certificate of its own "
    "at port 443, and the CA saw another one there. No CA offers this kind any more (since 2019).",
    causes=(
        "The client is that old; its answer did not reach port 443, where another server listens "
        "or a proxy ends TLS.",
    ),
    steps=(
        "Update the client, and have it use HTTP-01 (port 80) or DNS-01; behind a proxy hand "
        "/.well-known/acme-challenge/ through to it.",
    ),
    title="The client answers by TLS-SNI-01, which no CA takes any more",
)
_BY_DNS = Case(
    challenge="dns-01",
    meaning="The CA could not convince itself that a name is yours: the TXT record "
    "_acme-challenge.{name}, "
    "as the CA's own resolver sees it, is not the one that it expects. This text says no more.",
    causes=(
        "The CA looked before all of the zone's name servers had the record.",
        "The CA's resolver sees another zone or view (a CA of your own asks your own resolver), "
        "or the record went to the wrong zone.",
        "A CA of your own forbids the name in its policy.",
    ),
    steps=(
        "Ask where the CA asks, and each of the zone's name servers: "
        "`dig +short TXT _acme-challenge.{name} @NAMESERVER`",
        "Look at the authorization's URL or the CA's log: its error says why.",
    ),
)
_LONGER = (
    "Wait some minutes and run the same command once; where the client can be told to ask more "
    "often or longer, do that (win-acme, simple-acme: RetryCount and RetryInterval)."
)
_PENDING = (
    Case(
        challenge="http-01",
        steps=("See that port 80 of {name} can be reached from outside, by IPv6 as well.", _LONGER),
    ),
    Case(
        challenge="dns-01",
        steps=(
            "See that all name servers of the zone have the record: "
            "`dig +short TXT _acme-challenge.{name} @NAMESERVER`",
            _LONGER,
        ),
    ),
    Case(
        challenge="tls-alpn-01",
        steps=("See that port 443 of {name} leads straight to the client.", _LONGER),
    ),
)
_BY_CHALLENGE = (_BY_SNI, _BY_DNS, _BY_TLS, _BY_CA, _BY_HTTP)
"""What a validation that failed comes to where the text tells which challenge it was."""
_EITHER = (
    "Port 80 cannot be reached from outside, or the answer is wrong.",
    "The TXT record is missing at one of the zone's name servers.",
)
"""Usual causes where it does not."""

ENTRIES = (
    Entry(
        key="challenge-decided",
        title="The client answers a challenge that is decided already",
        meaning="The CA takes an answer to a challenge only while its authorization is pending. "
        "This one was valid, invalid or ended before: the reason lies in an earlier try.",
        causes=(
            "The client took up an old order whose validation had failed, or answers twice.",
            "The name was validated before (authorizations are used again), and the client does "
            "not look at the status first.",
        ),
        steps=(
            "Run it once more with a new order; have the client forget the old one.",
            "If it stays, look at the authorization's URL: its status and error say what happened. "
            "Update the client.",
        ),
        phrases=(
            "!authorization|authz must pending",
            "!unable update challenge",
            "!challenge|authorization|authz is|was not|no_longer pending",
            "!expected authz pending|status * got|was valid|invalid",
            "!cannot|unable update|respond|answer finalized|finalised authorization|challenge",
        ),
        sources=("boulder", "yaac#51"),
        step="challenge",
        vague=True,
        hides=("malformed", "signature-refused", "validation-failed", "order-invalid"),
    ),
    Entry(
        key="validation-pending",
        title="The CA had not finished validating when the client gave up",
        meaning="The challenge was handed in and the CA has neither accepted nor refused it.",
        causes=(
            "The CA is slow, or tries again since it could not reach the name yet.",
            "The challenge cannot be reached from outside, and the CA does not say so.",
        ),
        steps=(
            "See that the challenge can be reached from outside: port 80 of {name}, or its TXT "
            "record at all name servers of the zone.",
            _LONGER,
        ),
        phrases=(
            "!timeout|timed_out while polling challenge|authorization status",
            "!ca processing your order * wait",
            "!authorization took too long",
            "!processing * ca processing",
            "!retryafter|retry_after * too_large",
            "!authorization|challenge|validation|authz still|is|remains|status pending|processing",
            "!authorization|authz|challenge|validation result|state|status processing|pending",
            "!waiting|timeout|timed_out authorization|authorizations|challenge|validation * "
            "timed_out|timeout|pending|finalized",
            "!authorization * not finalized",
            "!timed_out|timeout waiting * authorization|challenge|validation",
            "!pending challenge|authorization * timeout|timed_out",
            "!polling * authorization|challenge * timed_out|timeout",
        ),
        sources=("acme.sh#4132", "packages#16467"),
        hides=("validation-failed", "ca-timeout", "order-invalid"),
        weight=Weight.SYMPTOM,
        passing=True,
        waits=True,
        cases=(_BY_CA, *_PENDING),
    ),
    Entry(
        key="authorization-valid-already",
        title="The CA holds the name for validated already, and the client does not know that case",
        meaning="The authorization is valid and lists no challenges: the CA has validated the name "
        "beforehand, as CAs with EAB do, or remembers it. There is nothing to prove, and the "
        "client's own message, which speaks of a challenge, misleads.",
        causes=(
            "The client looks for its challenge without looking at the authorization's status "
            "first; old versions of many clients do.",
        ),
        steps=(
            "Update the client: it has to pass over authorizations that are valid.",
            "No record and no file has to be changed for the name.",
        ),
        shown=(
            r"\"status\\?\"\s?:\s?\\?\"valid\\?\"[^{}]{0,300}\"challenges\\?\"\s?:\s?(?:\[\s{0,9}\]|null)",
            r"\"challenges\\?\"\s?:\s?(?:\[\s{0,9}\]"
            r"|null)[^{}]{0,300}\"status\\?\"\s?:\s?\\?\"valid\\?\"",
        ),
        phrases=("!no challenge * authorization|authz already valid",),
        sources=("acmebot", "RFC 8555 section 7.1.4"),
        hides=("solver-missing", "validation-failed", "dns-plugin-error"),
    ),
    Entry(
        key="validation-invalid",
        cases=_BY_CHALLENGE,
        title="The CA looked for the challenge's answer and refused it",
        meaning="While the client waited, the validation went from pending to invalid: the CA "
        "looked, and did not find what it has to. The client does not show what it met.",
        causes=_EITHER,
        steps=(
            "Open the authorization's URL, which the text has (with curl, or in a browser): the "
            "error in it says what the CA met.",
            "Mend that, and order anew.",
        ),
        phrases=("!challenge * failed status invalid",),
        sources=("Proxmox VE",),
        weight=Weight.SYMPTOM,
        hides=("validation-failed", "validation-pending", "order-invalid", "renewals-failed"),
    ),
    Entry(
        key="validation-failed",
        cases=_BY_CHALLENGE,
        title="A validation failed",
        meaning="The CA could not convince itself that a name is yours; this text does not say "
        "why.",
        causes=_EITHER,
        steps=(
            "Explain the client's whole debug log: `certbot-sectigo explain {log}`",
            "Look at the authorization's URL, if the text has one: its error says why.",
        ),
        shown=(
            r"(?m)^\s{0,9}State: {1,9}invalid$",  # a Challenge or an Order of cert-manager's
        ),
        phrases=(
            "!authorizations for order * bad state",
            "!authorization|domain_authorization invalid|failed for|with state",
            "!domain authorization * failed with state",
            "!some|all challenges failed",
            "!failed to authenticate some domains",
            "!challenge failed for domain",
            "!challenge did not pass|validate",
            "!challenge|authorization|authz is|status|returned|state invalid",
            "!authorization failed * challenges",
            "!challenge_failed|authorization_failed|authorization_failed_exception",
            "verify error",
            "!get authz object|objec invalid status",
            "invalid authorization",
            "!unexpected authz state",
            "!authorization result invalid",
            "!identifier authorization failed",
            "!challenge_error",
            "!acme errors validation_error",
            "!http|dns|domain|challenge|acme|cert validation failed|fail|is_invalid",
            "validation failed for domain|identifier",
            "!validation failed * no certificate",
            "!validation failed * unable request certificate",
            "!correct zname not_found",
            "!validating challenge * failed|invalid",
            "!validation * challenge not complete|completed successfully",
            "!cert not_exist * validation error above",
            "!check authorization token available",
        ),
        sources=("certbot", "acme.sh", "dehydrated", "mod_md#52"),
        weight=Weight.SYMPTOM,
        hides=("order-invalid", "renewals-failed"),
    ),
)  # fmt: skip
