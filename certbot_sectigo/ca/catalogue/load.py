"""What a CA says of its load and of itself (RFC 8555 sections 6.5 to 6.7)."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.customers import OF_CUSTOMERS
from certbot_sectigo.ca.catalogue.model import Case, Entry

_RFC = "RFC 8555 section 6.7"
ENTRIES = (
    Entry(
        key="server-internal",
        title="The CA failed internally",
        meaning="The CA says that the fault is its own. Where it was finalizing, the "
        "certificate may have been issued all the same.",
        causes=(
            "A passing fault of the CA.",
            "Something of the account or the request that the CA's software did not expect.",
        ),
        steps=(
            "Wait a quarter of an hour and run the same command again, once or twice, not in a "
            "loop: each time may issue a certificate.",
            "If it stays, ask the CA's support with the time and the order's URL from the log.",
        ),
        cases=(
            *OF_CUSTOMERS,
            Case(
                at=("directory", "nonce", "account"),
                meaning="The CA says that the fault is its own. Nothing was ordered yet, so "
                "nothing was issued.",
                steps=(
                    "Wait a quarter of an hour and run the same command again.",
                    "If it stays, ask the CA's support with the time and the URL from the log.",
                ),
            ),
        ),
        phrases=(
            "!server experienced internal error",
            "internal server error",
            "!authorization lookup failed",
        ),
        types=("serverInternal",),
        vague=True,
        sources=("lego#1183", _RFC),
    ),
    Entry(
        key="rate-limited",
        title="Too many requests: the CA wants a pause",
        meaning="A limit of the CA is used up, or it is too busy; waiting alone lifts that.",
        causes=(
            "A script or timer tries again in a loop.",
            "Many machines behind one address, account or registered domain use one limit.",
        ),
        steps=(
            "Stop the loop and wait as long as the answer (Retry-After) says, else an hour.",
            "Spread renewals over the day; certbot renew does that by itself without "
            "--no-random-sleep-on-renew.",
        ),
        phrases=(
            "!too many certificates|orders|failed|accounts|registrations|authorizations|authz|"
            "new|duplicate|currently * order|certificate|authorization|account|recently|issued|"
            "pending|domain|registration|last|ip",
            "!too many requests given type",
            "too many requests",
            "rate_limit exceeded|reached|hit",
            "rate_limited|ratelimited",
            "http_429|http_1_1_429|http_2_429|status_429|error_429|code_429",
            "!service busy retry",
        ),
        details=("busy", "limit|limited", "retry after|later"),
        shown=(
            r"(?i)\b(?:overloaded|rate|limit|retry|busy)\b[^\n]{0,80}?\bsleep(?:ing)?(?: for)? "
            r"\d{4,6} ?s",
            r"(?i)\bretry-after[\"']?[:= ]{1,3}[\"']?\d{4,6}\b",
        ),
        cases=(
            Case(
                r"(?:overloaded|retry|busy)\b.{0,80}\bsleep\w*(?: for)? \d{4,6} ?s",
                "The CA asks for a pause of hours (Retry-After). That is no server that is busy, "
                "which asks for seconds, whatever the client calls it: a limit is used up. Which "
                "one, the answer behind it says, and the client does not show it here.",
                (
                    "Too many certificates for the same names or the same registered domain, or "
                    "too many orders or failed validations, in hours or days.",
                    "A script or test that orders again and again instead of using the "
                    "certificate that it got.",
                ),
                (
                    "Do not let the client sleep: end it. See the CA's own words with the client's "
                    "debug option (acme.sh: --debug 2).",
                    "Wait as long as it says; use the certificate that was issued before; test "
                    "with the CA's staging server.",
                    "Update the client: newer ones say which limit it is.",
                ),
                title="A limit of the CA is used up: it asks for a pause of hours",
            ),
            Case(
                r"failed (?:authori[sz]ations|validations)",
                "The CA has seen too many validations of this name fail (at Let's Encrypt five in "
                "an hour, for each name and account), and takes no order for it for a while. That "
                "is not the fault itself: why the validations fail, earlier lines say.",
                ("Validations fail, and the client tries again in a loop.",),
                (
                    "Stop the client. Find in the log before the first 429 why a validation failed "
                    "(port 80, DNS record), and mend that.",
                    "Try with the CA's staging server until it works, then, after an hour, order "
                    "once.",
                ),
                title="Too many validations of this name have failed: the CA wants a pause",
            ),
            Case(
                r"exact (?:same )?set|duplicate certificates?|same set",
                "The CA has issued this same certificate, with exactly these names, too often (at "
                "Let's Encrypt five times in seven days). Account, names and validation are in "
                "order.",
                (
                    "The certificates that were issued were thrown away: the client's storage "
                    "(acme.json, /etc/letsencrypt, a volume) does not outlive the container or is "
                    "not written, or somebody tests against the CA itself.",
                ),
                (
                    "Use one that was issued in these days: look for it in the client's storage, "
                    "backups, volumes.",
                    "Have the storage kept, and test with the staging server.",
                    "Else wait, up to a week; a set with one name more or less is another one.",
                ),
                title="The same certificate was issued too often: the CA wants a pause",
            ),
            Case(
                r"too many (?:registrations|accounts|new accounts)|registrations? (?:for"
                r"|from) this",
                "Too many accounts were registered from this address or network.",
                (
                    "The client registers anew at each start, since its account is not kept "
                    "(container without a volume, a folder that is deleted).",
                ),
                ("Keep the client's account files, use one account for all, and wait some hours.",),
                title="Too many accounts were registered: the CA wants a pause",
            ),
            Case(
                r"too many certificates(?! already issued for exact)",
                "Too many certificates were issued for one registered domain (at Let's Encrypt 50 "
                "in seven days, of all of its subdomains together). Renewals with the same names "
                "do not count there.",
                (
                    "Many hosts or customers below one domain, or a zone of a provider of dynamic "
                    "DNS.",
                ),
                (
                    "Put names together into one certificate, or a wildcard; wait as long as the "
                    "words say.",
                    "Ask the CA for a higher limit, or take another CA.",
                ),
                title="Too many certificates for one domain: the CA wants a pause",
            ),
            Case(
                r"(?:currently )?pending authori[sz]ations|too many new orders|currently pending",
                "Too many orders were begun from this account and not brought to an end.",
                ("A client that breaks off and begins anew in a loop.",),
                ("End the loop, find why orders are not finished, and wait some hours.",),
            ),
        ),
        types=("rateLimited",),
        sources=(_RFC, "certbot#10218"),
        hides=("not-acme", "ca-unavailable", "order-invalid"),
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
            "!unacceptable|invalid|bad|no anti_replay nonce",
            "!invalid|bad|unknown|stale|expired nonce",
            "!nonce invalid|unknown|used|expired",
            "!not include replay nonce",
            "!nonce not found * response|header",
            "!no nonce available|found",
            "!retrieving new nonce",
        ),
        details=("nonce",),
        types=("badNonce",),
        cases=(
            Case(
                r"nonce\b[^\n;]{0,80}\b(?:base64|decod|empty|missing)|\b(?:base64|decod\w*|empty"
                r"|missing)\b[^\n]{0,60}nonce",
                "The number that each request carries, from an answer before, was empty or "
                "damaged: the CA's answer before brought none. EAB, keys and account have "
                "nothing to do with it.",
            ),
        ),
        sources=(_RFC, "RFC 8555 section 6.5"),
        passing=True,
    ),
)  # fmt: skip
