"""What a CA's refusal means: pure matching on the substance of problem documents."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

_PREFIX = "urn:ietf:params:acme:error:"


@dataclass(frozen=True)
class Problem:
    """A problem document (RFC 7807, RFC 8555 section 6.7)."""

    type: str
    """The error's name without the URN in front, such as ``unauthorized``."""
    detail: str

    @classmethod
    def of(cls, type_: str | None, detail: str | None) -> Problem:
        """Make one of what a server sent; either part may be missing, or be no text."""
        return cls(str(type_ or "unknown").split(":")[-1], str(detail or ""))

    def __str__(self) -> str:
        return f"{self.type}: {self.detail}" if self.detail else self.type


class Meaning(enum.Enum):
    """What a refusal says, whichever server said it."""

    PAIR_ALREADY_BOUND = "pair already bound"
    KID_UNKNOWN = "kid unknown"
    WRONG_HMAC_KEY = "wrong HMAC key"
    EAB_REQUIRED = "external account binding required"
    ACCOUNT_UNKNOWN = "account unknown"
    DEACTIVATED = "account deactivated"
    SUSPENDED = "account suspended"
    OTHER = "other"


# First match wins. Texts differ between servers and are misprinted in manuals,
# so these look for the words that carry the meaning.
_RULES: tuple[tuple[Meaning, str, str], ...] = (
    # Sectigo's bind-once answer: certbot#8944, win-acme#1904, cert-manager#2882.
    (Meaning.PAIR_ALREADY_BOUND, r"malformed|unauthorized", r"not awaiting (an? )?external acc"),
    # Sectigo's server software (seen at ZeroSSL); Pebble speaks of the key ID, too.
    (Meaning.KID_UNKNOWN, r"", r"key identifier was not recogni[sz]ed"),
    (Meaning.KID_UNKNOWN, r"unauthorized", r"unknown key id|\bkid\b.*(unknown|not (found|known))"),
    (Meaning.KID_UNKNOWN, r"unauthorized", r"key id(entifier)? .*(unknown|not (found|known))"),
    (Meaning.WRONG_HMAC_KEY, r"", r"invalid mac|(hmac|mac) .*(invalid|verif|mismatch)"),
    (Meaning.WRONG_HMAC_KEY, r"unauthorized|malformed", r"(external acc|eab).*(verif|signature)"),
    # acme2certifier does not tell the kid from the key.
    (Meaning.WRONG_HMAC_KEY, r"unauthorized", r"invalid eab credentials"),
    (Meaning.EAB_REQUIRED, r"externalaccountrequired", r""),
    (Meaning.ACCOUNT_UNKNOWN, r"accountdoesnotexist", r""),
    # RFC 8555 section 7.3.6: a deactivated account's requests are unauthorized.
    (Meaning.DEACTIVATED, r"unauthorized", r"deactivated|revoked account|account .*revoked"),
    (Meaning.SUSPENDED, r"", r"suspended"),
)  # fmt: skip


def meaning(problem: Problem) -> Meaning:
    """Classify a refusal by type and detail."""
    kind, detail = problem.type.lower(), problem.detail.lower()
    for result, type_pattern, detail_pattern in _RULES:
        if re.fullmatch(type_pattern or ".*", kind) and re.search(detail_pattern, detail):
            return result
    return Meaning.OTHER


def refuses_pair(problem: Problem) -> bool:
    """Whether the answer to newAccount definitively refuses the EAB pair.

    Only then may a key that was made for this registration be dropped: after
    any other answer the pair might have been bound to it.
    """
    return meaning(problem) in (
        Meaning.PAIR_ALREADY_BOUND,
        Meaning.KID_UNKNOWN,
        Meaning.WRONG_HMAC_KEY,
    )


# What newOrder is refused with; the CA's own documents misprint these sentences.
_ORDER_REFUSALS = (
    (r"not all linked", "the names belong to another ACME account in Sectigo Certificate Manager, "
     "or this one is not set up to its end there"),
    (r"not been delegated", "the name is not delegated to this account's organisation"),
    (r"no suitable certificate product", "the account has no certificate product for this order"),
    (r"suspended", "the account is suspended at the CA, and can be resumed there"),
    (r"deactivated|revoked", "the account was ended at the CA, for good"),
    (r"rejectedidentifier", "the CA's policy does not allow the name"),
    (r"ratelimited", "too many orders in a short time; ask again later"),
    (r"serverinternal", "the CA has trouble of its own; ask again later"),
)  # fmt: skip


def order_refusal(problem: Problem) -> str:
    """Say what the refusal of an order means for the account; empty if only the CA knows."""
    text = f"{problem.type} {problem.detail}".lower()
    for pattern, words in _ORDER_REFUSALS:
        if re.search(pattern, text):
            return words
    return ""
