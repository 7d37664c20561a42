"""What a CA's refusal means: problem documents, understood by the catalogue alone."""

from __future__ import annotations

import enum
import re
import shlex
from dataclasses import dataclass

from certbot_sectigo.base.printable import one_line
from certbot_sectigo.ca import catalogue

_LONGEST_TYPE = 100
_LONGEST_DETAIL = 1000
# What a shell takes as it is.
_PLAIN = re.compile(r"[\w.:/*@%+ -]+", re.ASCII)


@dataclass(frozen=True)
class Problem:
    """A problem document (RFC 7807, RFC 8555 section 6.7)."""

    type: str
    """The error's name without the URN in front, such as ``unauthorized``."""
    detail: str

    @classmethod
    def of(cls, type_: str | None, detail: str | None) -> Problem:
        """Return one of what a server sent, fit to be printed.

        Either part may be missing, be no text, or be anything that somebody hopes a
        terminal will obey.
        """
        name = one_line(str(type_ or "unknown"), _LONGEST_TYPE)
        if "sectigo" not in name:  # its own types are whole URNs
            name = name.split(":")[-1]
        return cls(name, one_line(str(detail or ""), _LONGEST_DETAIL))

    @classmethod
    def of_printed(cls, text: str) -> Problem:
        """Return one of what certbot prints of it: a description for the type, and the detail."""
        from acme.messages import ERROR_CODES

        for name, description in ERROR_CODES.items():
            if description in text:
                return cls.of(name, text)
        return cls.of(None, text)

    def __str__(self) -> str:
        return f"{self.type}: {self.detail}" if self.detail else self.type


@dataclass(frozen=True)
class About:
    """What a request was about, for the words of its refusal."""

    kid: str | None = None
    """The EAB key id."""
    account: str | None = None
    """certbot's id of the account."""
    names: tuple[str, ...] = ()
    lineage: str | None = None
    """Name of the lineage."""
    other: str | None = None
    """certbot's id of the account that has the better claim to the names."""


NOTHING = About()
"""Nothing is known."""


class Meaning(enum.Enum):
    """What a refusal says, whichever server said it; those that decide what is done."""

    PAIR_ALREADY_BOUND = "pair-already-bound"
    KID_UNKNOWN = "kid-unknown"
    WRONG_HMAC_KEY = "hmac-key-wrong"
    EAB_REQUIRED = "eab-required"
    ACCOUNT_UNKNOWN = "account-unknown"
    DEACTIVATED = "account-deactivated"
    SUSPENDED = "account-suspended"
    ALREADY_REVOKED = "already-revoked"
    NOT_LINKED = "identifiers-not-linked"
    OTHER = ""

    # The values are the catalogue's keys.


# For these an account is given up as dead, so words alone do not do.
_TYPES = {
    Meaning.ACCOUNT_UNKNOWN: "accountDoesNotExist",  # RFC 8555 section 7.3.1
    Meaning.DEACTIVATED: "unauthorized",  # RFC 8555 section 7.3.6
}
# A server that says this has not looked at the pair to its end, whatever else it says.
_PASSING = ("serverInternal", "rateLimited", "badNonce", "unknown")
_DECISIVE = {meaning.value: meaning for meaning in Meaning}


def meaning(problem: Problem, server: str | None = None) -> Meaning:
    """Return what a refusal means, as far as it decides what is done.

    :param server: ACME directory URL: not every CA's words mean the same.
    """
    entry = catalogue.match(problem.type, problem.detail, server)
    found = _DECISIVE.get(entry.key, Meaning.OTHER) if entry else Meaning.OTHER
    return found if problem.type == _TYPES.get(found, problem.type) else Meaning.OTHER


def refuses_pair(problem: Problem, server: str | None = None) -> bool:
    """Return whether the answer to newAccount definitively refuses the EAB pair.

    Only then may a key that was made for this registration be dropped: after
    any other answer the pair might have been bound to it.
    """
    return problem.type not in _PASSING and meaning(problem, server) in (
        Meaning.PAIR_ALREADY_BOUND,
        Meaning.KID_UNKNOWN,
        Meaning.WRONG_HMAC_KEY,
    )


def title(problem: Problem, server: str | None = None) -> str:
    """Return in one line what a refusal means; empty if only the CA knows."""
    entry = catalogue.match(problem.type, problem.detail, server)
    return catalogue.advise(entry, _values(server, NOTHING)).title if entry else ""


def remedy(problem: Problem, server: str | None = None, about: About = NOTHING) -> str:
    """Return what a refusal means, its usual causes and what helps; empty if only the CA knows.

    :param server: ACME directory URL.
    :param about: what is known of the request.
    """
    entry = catalogue.match(problem.type, problem.detail, server)
    if entry is None:
        return ""
    advice = catalogue.advise(entry, _values(server, about))
    lines = [f"{advice.title}.", advice.meaning]
    for heading, items in (("Usual causes:", advice.causes), ("What to do:", advice.steps)):
        if items:
            lines.append(heading)
            for item in items:
                mark = "- "
                for words, command in catalogue.pieces(item):
                    lines.append(f"    {words}" if command else f"{mark}{words}")
                    mark = "  "
    return "\n".join(lines)


def _values(server: str | None, about: About) -> dict[str, str]:
    """Return what stands for the catalogue's placeholders; commands are made with it."""
    values = {
        "server": server,
        "kid": about.kid,
        "account": about.account,
        "other": about.other,
        "lineage": about.lineage,
        "name": about.names[0] if about.names else None,
    }
    found = {name: value for name, value in values.items() if value and _PLAIN.fullmatch(value)}
    if about.names and all(map(_PLAIN.fullmatch, about.names)):
        found["names"] = " ".join(f"-d {shlex.quote(name)}" for name in about.names)
    return found
