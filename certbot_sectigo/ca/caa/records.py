"""Pure: CAA records as text, read and written (RFC 8659 section 4, RFC 8657)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_WSP = " \t"
_LABEL = r"[0-9A-Za-z]+(?:-+[0-9A-Za-z]+)*"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_TAG = re.compile(_LABEL)
_VALUE = re.compile(r"[\x21-\x3a\x3c-\x7e]*")
_METHOD = re.compile(r"[0-9A-Za-z-]+")
_CRITICAL = 0x80


@dataclass(frozen=True)
class Property:
    """One CAA record."""

    flags: int
    tag: str
    value: str

    @property
    def name(self) -> str:
        """The tag as it is compared."""
        return self.tag.lower()

    @property
    def critical(self) -> bool:
        """Whether a CA that does not know the tag must not issue."""
        return bool(self.flags & _CRITICAL)


@dataclass(frozen=True)
class Grant:
    """What an ``issue`` or ``issuewild`` record says."""

    issuer: str
    """The CA's domain in lower case; empty: nobody may."""
    accounts: tuple[str, ...] = ()
    """Each ``accounturi`` of it. More than one can never be met."""
    methods: tuple[tuple[str, ...], ...] = ()
    """Each ``validationmethods`` of it."""
    problem: str = ""
    """Why no CA can act on it, as the end of a sentence; empty where one can."""

    @property
    def account(self) -> str | None:
        """The account that it is pinned to."""
        return self.accounts[0] if len(self.accounts) == 1 else None


def grant(value: str) -> Grant:
    """Read the value of an ``issue`` or ``issuewild`` record.

    What breaks the grammar lets nobody issue (RFC 8659 section 4.2), nor does one with two
    accounts (RFC 8657 section 3).
    """
    first, *rest = value.split(";")
    issuer = first.strip(_WSP).lower()
    if not issuer:
        return Grant("")
    if not _DOMAIN.fullmatch(issuer):
        return Grant(issuer, problem="does not begin with a CA's domain")
    if len(rest) == 1 and not rest[0].strip(_WSP):
        rest = []
    accounts: list[str] = []
    methods: list[tuple[str, ...]] = []
    for text in rest:
        tag, equals, given = (part.strip(_WSP) for part in text.partition("="))
        if not equals or not _TAG.fullmatch(tag) or not _VALUE.fullmatch(given):
            return Grant(issuer, problem="has a parameter that is not of the form name=value")
        if tag.lower() == "accounturi":
            accounts.append(given)
        elif tag.lower() == "validationmethods":
            methods.append(tuple(given.split(",")))
    problem = ""
    if len(accounts) > 1:
        problem = "names two accounts, so that none may"
    elif len(methods) > 1:
        problem = "has validationmethods twice"
    return Grant(issuer, tuple(accounts), tuple(methods), problem)


def write(issuer: str, account: str | None, methods: Sequence[str] = ()) -> str:
    """Return the value of a record that lets an account issue.

    :param account: its URL; None: any account of the CA.
    :param methods: what names may be validated by; none: anything.
    :raises ValueError: if a record cannot hold them.
    """
    parts = [issuer]
    if account is not None:
        parts.append(f"accounturi={account}")
    if methods:
        parts.append(f"validationmethods={','.join(methods)}")
    text = "; ".join(parts)
    wrong = [method for method in methods if not _METHOD.fullmatch(method)]
    back = grant(text)
    if wrong or back.problem or not back.issuer or back.accounts != ((account,) if account else ()):
        raise ValueError("a CAA record cannot hold that")
    return text
