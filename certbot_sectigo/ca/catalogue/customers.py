"""What CAs say of their customer: branches of the entries whose type of problem says little.

The sentences are each CA's own, and hardly one is known; the words for account, organisation,
approval and product are the same everywhere.
"""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case

_ENDED = (
    r"(?:not|no longer|isn't|was not|is not yet|has not been) (?:\w{1,20} )?(?:valid|active|enabled"
    r"|usable|approved|validated|verified|allowed|authori[sz]ed)|inactive|disabled|suspended|blocked"
    r"|locked|expired|terminated|closed|lapsed|outdated"
)
"""What is over, or has not begun."""

VALIDATED_BEFORE = Case(
    r"\b(?:domain|dcv|(?:domain )?control)\b.{0,60}\b(?:expired|lapsed|re-?validat\w+|has ended"
    r"|not (?:been |yet )?(?:validated|approved|verified))\b",
    "The domain was, or has to be, validated in advance at the CA, and that validation is "
    "missing or has ended. A challenge is not what is asked for, and nothing on this machine "
    "is wrong.",
    ("The validation ran out (198 days since 2026), or the domain is new there.",),
    (
        "Validate the domain again in {portal}.",
        "Then run the command again; account, pair and settings stay as they are.",
    ),
    title="The domain's validation in advance is missing or has ended at the CA",
)
"""Of domains that the CA has looked at before anything is ordered."""
OF_CUSTOMERS = (
    Case(
        rf"\borgani[sz]ations?\b.{{0,60}}\b(?:{_ENDED}|re-?validat\w+)"
        rf"|\bvalidation of (?:the |your )?organi[sz]ation\b.{{0,60}}\b(?:{_ENDED})",
        "The CA knows the account, and says that the validation of its organisation is missing or "
        "has ended. No certificate with the organisation in it is made until that is renewed. "
        "Nothing on this machine is wrong.",
        ("The organisation's validation ran out (398 days), or was never finished.",),
        (
            "Have the organisation validated in {portal}, or by the CA's support: that can take "
            "days.",
            "Then run the command again; account, pair and settings stay as they are.",
        ),
        title="The organisation's validation is missing or has ended at the CA",
    ),
    VALIDATED_BEFORE,
    Case(
        r"(?<!not )\b(?:wait\w* for|await\w*|requires?|pending|needs?|subject to) "
        r"(?:an? |the |manual )?(?:\w{1,20} )?(?:approv\w+|review|administrator|vetting)\b"
        r"|\bapproval (?:is )?required\b"
        r"|\bnot (?:yet )?(?:been )?approved\b",
        "A person at the organisation or at the CA has to approve this first. The request itself "
        "is in order.",
        ("The account, the domain or the kind of certificate is set to need an approval.",),
        (
            "Have whoever looks after {portal} approve it there, or take that condition away.",
            "Then run the command again.",
        ),
        title="The CA waits for somebody's approval",
    ),
    Case(
        r"\b(?:your|client(?:'s)?|source|remote|caller(?:'s)?|requests? from(?: this| your)?) "
        r"(?:ip|address)\b.{0,60}\b(?:not (?:allowed|permitted|authori[sz]ed|listed"
        r"|whitelisted)|denied|blocked|forbidden|restricted)\b"
        r"|\b(?:allow|white)-?list",
        "The CA takes requests of this account from listed addresses only, and the one that this "
        "machine comes from is not among them.",
        ("The machine, its provider or its proxy (NAT) has another address than before.",),
        (
            "See by which address this machine is seen outside, IPv4 and IPv6.",
            "Have that added in {portal}, or send the client through the proxy that is listed.",
        ),
        title="The CA does not take requests from this address",
    ),
    Case(
        r"\b(?:profiles?|products?|templates?|certificate types?)\b.{0,40}\b"
        r"(?:not (?:been )?(?:found|assigned|allowed|available|enabled|configured|active|known"
        r"|permitted)|missing|disabled"
        r"|unknown|unavailable)\b|\bno (?:\w{1,20} )?(?:profile|product|template)s?\b",
        "The account may order, and there is no kind of certificate (profile, product) that it may "
        "order, or not the one that is meant.",
        ("Nobody has assigned a profile to the account, or it was taken away.",),
        ("Have one assigned in {portal}; then run the command again.",),
        title="The account has no kind of certificate that it may order",
    ),
    Case(
        rf"\baccounts?\b.{{0,40}}\b(?:{_ENDED})(?! (?:to|for)\b)",
        "The CA says that the account is not in use any more. Whether that is the ACME account or "
        "the customer's account behind it, the words do not say.",
        (
            "The ACME account was deactivated or suspended, or the customer's contract has ended.",
            "The client uses another account than the one that is alive.",
        ),
        (
            "See in {portal} whether account and pair are alive.",
            "See what the CA says of the accounts here: `certbot-sectigo accounts list --online`",
        ),
        title="The CA says that the account is not valid",
    ),
    Case(
        r"\bmaintenance\b|\b(?:ca|certificate authority|issuer|service|endpoint)\b.{0,30}\b"
        r"(?:is|was|has been) (?:disabled|closed|retired|suspended|offline|decommissioned)\b",
        "The CA does not issue at the moment, or no longer at this address. Nothing on this "
        "machine is wrong.",
        ("Maintenance; or the directory URL is of a CA that was closed.",),
        (
            "See the CA's status page and notices; after maintenance run the command again.",
            "If the address was closed, take the directory URL that the CA names now.",
        ),
        title="The CA does not issue at the moment, or no longer here",
    ),
)
