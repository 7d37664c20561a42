"""Pure: SCM's JSON as our dataclasses, tolerant of the variants of its descriptions.

Secrets are wrapped here, and nowhere later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from certbot_sectigo.base.printable import one_line
from certbot_sectigo.base.secret import Secret
from certbot_sectigo.portal.answers import whole
from certbot_sectigo.portal.errors import UnreachableError
from certbot_sectigo.portal.model import (
    Client,
    Organisation,
    OrganisationValidation,
    PasswordState,
    PortalAccount,
    PortalCertificate,
    PortalDomain,
    Server,
    Validation,
)

_FORMS = ("%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y")
_MOST = 1024


def password(row: object) -> PasswordState:
    """Return the state of the administrator's password."""
    found = _object(row)
    return PasswordState(word(found.get("state")) or "", when(found.get("expirationDate")))


def organisations(rows: Iterator[Any]) -> Iterator[Organisation]:
    """Return organisations, each followed by its departments."""
    for row in rows:
        found = _object(row)
        name = _text(found, "name")
        yield Organisation(_number(found, "id"), name)
        for below in map(_object, _list(found, "departments")):
            yield Organisation(_number(below, "id"), _text(below, "name"), name)


def server(row: object) -> Server:
    """Return an ACME server."""
    found = _object(row)
    return Server(_text(found, "name"), _text(found, "url"), _text(found, "certValidationType"))


def account(row: object) -> PortalAccount:
    """Return an account; the HMAC key is wrapped."""
    found = _object(row)
    key = found.get("macKey")
    return PortalAccount(
        id=_number(found, "id"),
        name=_text(found, "name"),
        server=_text(found, "acmeServer"),
        organisation=_number(found, "organizationId"),
        # Universal accounts show both as empty texts [D].
        kid=_text(found, "macId") or None,
        hmac_key=Secret(key) if isinstance(key, str) and key else None,
        status=word(found.get("status")),
    )


def domain(row: object) -> PortalDomain:
    """Return a domain of an account."""
    found = _object(row)
    return PortalDomain(_text(found, "name").lower(), when(found.get("validUntil")))


def client(row: object) -> Client:
    """Return a client of an account."""
    found = _object(row)
    return Client(
        id=_text(found, "accountId"),
        status=word(found.get("status")) or "",
        user_agent=_text(found, "userAgent"),
        address=_text(found, "ipAddress"),
        contacts=_text(found, "contacts"),
        last_activity=when(found.get("lastActivity")),
    )


def validation(row: object) -> Validation:
    """Return the validation of a domain."""
    found = _object(row)
    status = word(found.get("dcvStatus")) or ""
    return Validation(_text(found, "domain").lower(), status, when(found.get("expirationDate")))


def organisation_validations(
    rows: Iterator[Any], organisation: str
) -> Iterator[OrganisationValidation]:
    """Return an organisation's validations for TLS; the two descriptions call the level otherwise.

    :param organisation: its name.
    """
    for row in rows:
        found = _object(row)
        level = word(found.get("validationLevel", found.get("type"))) or ""
        if level in ("ov", "ovssl", "ev", "evssl"):
            status = word(found.get("status")) or ""
            yield OrganisationValidation(
                organisation, level[:2].upper(), status, when(found.get("expires"))
            )


def certificate(row: object) -> PortalCertificate:
    """Return a certificate of the report, the list or the details, which name things apart."""
    found = _object(row)
    names = found.get("subjAltNames") or found.get("subjectAlternativeNames") or ""
    alternative = names if isinstance(names, list) else re.split(r"[,\s]+", str(names))
    every = [_text(found, "commonName"), *map(str, alternative)]
    return PortalCertificate(
        id=_number(found, "id" if "id" in found else "sslId"),
        names=tuple(dict.fromkeys(one_line(n, _MOST).lower() for n in every if n)),
        serial=serial(found.get("serialNumber")),
        status=word(found.get("status")) or "",
        expires=when(found.get("expires")),
    )


def not_done(row: object, member: str) -> list[str]:
    """Return the names of ``notAddedDomains`` or ``notRemovedDomains``."""
    if row is None:
        return []
    return [
        _text(_object(item), "name") if isinstance(item, dict) else one_line(str(item), _MOST)
        for item in _list(_object(row), member)
    ]


def serial(text: object) -> int:
    """Return a serial number: colons, leading zeros and case differ; 0 where there is none."""
    digits = re.sub(r"[^0-9A-Fa-f]", "", str(text or ""))
    return int(digits, 16) if digits else 0


def word(text: object) -> str | None:
    """Return an enumeration's value in small letters only: its spelling varies by version."""
    return re.sub(r"[^a-z]", "", text.lower()) if isinstance(text, str) and text else None


def when(text: object) -> datetime | None:
    """Return a date in any of SCM's forms as a time in UTC; None for any other."""
    if not isinstance(text, str) or not text:
        return None
    for form in _FORMS:
        try:
            return (
                datetime.strptime(text[:10], form).replace(tzinfo=timezone.utc)
                if ("T" not in text)
                else datetime.fromisoformat(_iso(text)).astimezone(timezone.utc)
            )
        except (ValueError, OverflowError):
            continue
    return None


def _iso(text: str) -> str:
    # Python 3.9 takes neither Z nor fractions of other lengths.
    text = re.sub(r"\.\d+", "", text.strip())
    text = re.sub(r"Z$", "+00:00", text)
    text = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text)
    return text if re.search(r"[+-]\d\d:\d\d$", text) else f"{text}+00:00"


def _object(row: object) -> Mapping[str, Any]:
    if not isinstance(row, dict):
        raise UnreachableError("SCM's answer has something else where an object ought to be.")
    return row


def _list(found: Mapping[str, Any], name: str) -> list[Any]:
    value = found.get(name)
    if value is not None and not isinstance(value, list):
        raise UnreachableError(f"SCM's answer has no list {name} where there ought to be one.")
    return value or []


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if isinstance(value, list):
        value = ",".join(map(str, value))
    return one_line(str(value), _MOST) if value is not None else ""


def _number(found: Mapping[str, Any], name: str) -> int:
    value = whole(found.get(name))
    if value is None:
        raise UnreachableError(f"SCM's answer has no number {name} where there ought to be one.")
    return value
