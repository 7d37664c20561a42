"""SCM's certificates: list, details, collect, revoke, and the report."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs7

from certbot_sectigo.sandbox import model
from certbot_sectigo.sandbox.protocol.exchange import Reply
from certbot_sectigo.sandbox.scm.visit import (
    ALREADY_REVOKED,
    NO_SUCH_CERTIFICATE,
    ScmError,
    Visit,
    empty,
    invalid,
)

_USUAL = "%m/%d/%Y"  # [D]
_REASONS = (0, 1, 3, 4, 5)  # [O]
_ISSUED = 2  # [O], of the report's certificateStatus


@dataclass(frozen=True)
class _Ssl:
    """A certificate as SCM sees it."""

    certificate: model.Certificate
    organisation: int
    id: int

    @property
    def serial(self) -> str:
        """The serial number in hexadecimal digits with leading zeros."""
        text = self.certificate.serial.upper()
        return text.zfill(len(text) + len(text) % 2)

    @property
    def colons(self) -> str:
        """The serial number with colons."""
        return ":".join(self.serial[at : at + 2] for at in range(0, len(self.serial), 2))

    @property
    def status(self) -> str:
        """What has become of it."""
        return "Revoked" if self.certificate.revoked else "Issued"


def certificates(visit: Visit) -> Reply:
    """Answer the list of certificates, which tells little of each [O]."""
    rows = [_short(found) for found in _every(visit) if _fits(visit, found)]
    if visit.request.method == "HEAD":
        return empty(200, ("X-Total-Count", str(len(rows))))
    return visit.listed(rows)


def certificate(visit: Visit) -> Reply:
    """Answer the details of a certificate."""
    found = _own(visit)
    own = found.certificate
    return Reply.json(
        {
            **_short(found),
            "id": found.id,
            "orgId": found.organisation,
            "status": found.status,
            "requestedVia": "ACME",
            "approved": visit.date(own.not_before, _USUAL),
            "issued": visit.date(own.not_before, _USUAL),
            "expires": visit.date(own.not_after, _USUAL),
            "revoked": visit.date(own.revoked, _USUAL) if own.revoked else None,
            "certificateDetails": {"serialNumber": found.serial, "sha1Hash": _sha1(own)},
        }
    )


def collect(visit: Visit) -> Reply:
    """Answer a certificate itself, in one of SCM's forms [O]."""
    own = _by_number(visit).certificate
    form = (visit.place.detail or visit.query("format") or "base64").lower()
    leaf, *issuers = x509.load_pem_x509_certificates(own.chain.encode())
    chosen = {
        "x509": [leaf, *issuers], "pem": [leaf, *issuers], "x509co": [leaf], "pemco": [leaf],
        "x509io": issuers, "x509ior": issuers[::-1], "pemia": issuers,
        "x509r": [*issuers[::-1], leaf],
    }.get(form)  # fmt: skip
    if chosen is not None:
        pem = b"".join(c.public_bytes(serialization.Encoding.PEM) for c in chosen)
        return Reply(200, pem, "application/x-pem-file")
    if form not in ("base64", "bin"):
        raise invalid("format")
    encoding = serialization.Encoding.PEM if form == "base64" else serialization.Encoding.DER
    data = pkcs7.serialize_certificates([leaf, *issuers], encoding)
    return Reply(200, data, "application/x-pkcs7-certificates")


def revoke(visit: Visit) -> Reply:
    """Revoke a certificate by its number or its serial number; the CA shows it at once."""
    body = visit.body()
    try:
        code = int(body.get("reasonCode", 0))
    except (TypeError, ValueError):
        raise invalid("reasonCode") from None
    if code not in _REASONS:
        raise invalid("reasonCode")
    visit.text(body, "reason", 512)
    store = visit.context.store
    with store.transaction():
        own = _own(visit).certificate
        if own.revoked:
            raise ScmError(*ALREADY_REVOKED)
        store.put(replace(own, revoked=visit.context.now(), reason=code))
    return empty(204)


def report(visit: Visit) -> Reply:
    """Answer the report on certificates: everything of many in one call [O]."""
    body = visit.body()
    wanted = body.get("organizationIds") or []
    start, end = _day(body.get("from")), _day(body.get("to"))
    rows = []
    for found in _every(visit):
        own = found.certificate
        if wanted and found.organisation not in wanted:
            continue
        if body.get("certificateStatus") == _ISSUED and found.status != "Issued":
            continue
        at = _moment(own, body.get("certificateDateAttribute"))
        if not (start or at) <= at < (end or at) + 86400:
            continue
        rows.append(
            {
                "id": found.id,
                "commonName": own.names[0],
                "subjAltNames": ", ".join(own.names),
                "status": found.status,
                "serialNumber": found.serial,
                "issued": visit.date(own.not_before, "%Y-%m-%d"),
                "expires": visit.date(own.not_after, "%Y-%m-%d"),
                "revoked": visit.date(own.revoked, "%Y-%m-%d") if own.revoked else None,
                "requester": "ACME",
                "requestedVia": "ACME",
                "sha1": _sha1(own),
            }
        )
    return Reply.json({"statusCode": 0, "message": "Success", "reports": rows})


def _every(visit: Visit) -> Iterator[_Ssl]:
    store = visit.context.store
    numbers = {o.name: o.id for o in visit.organisations}
    owners = {a.kid: a.organisation for a in store.find(model.ScmAccount)}
    kids = {a.id: a.kid for a in store.find(model.Account)}
    for found in store.find(model.Certificate):
        number = numbers.get(owners.get(kids.get(found.account, ""), ""))
        if number is not None:
            # SCM counts; a number that follows from the id needs no counter [own].
            ident = int(hashlib.sha256(found.id.encode()).hexdigest()[:8], 16)
            yield _Ssl(found, number, ident)


def _moment(own: model.Certificate, attribute: object) -> float:
    """Return the time by which a report chooses ([PyPI]: which number means what)."""
    return {2: own.revoked, 3: own.not_after}.get(
        attribute if isinstance(attribute, int) else 0, own.not_before
    )


def _by_number(visit: Visit) -> _Ssl:
    for found in _every(visit):
        if found.id == visit.place.ident:
            return found
    raise ScmError(*NO_SUCH_CERTIFICATE)


def _own(visit: Visit) -> _Ssl:
    serial = _normal(unquote(visit.place.detail))
    for found in _every(visit):
        if found.id == visit.place.ident or (serial and _normal(found.serial) == serial):
            return found
    raise ScmError(*NO_SUCH_CERTIFICATE)


def _fits(visit: Visit, found: _Ssl) -> bool:
    serial, names = visit.query("serialNumber"), found.certificate.names
    return (
        (serial is None or _normal(serial) == _normal(found.serial))
        and (visit.query("commonName") or "") in names[0]
        and any((visit.query("subjectAlternativeName") or "") in name for name in names)
        and (visit.query("status") or found.status).lower() == found.status.lower()
        and visit.number("orgId") in (None, found.organisation)
        and (visit.query("requestedVia") or "ACME").upper() == "ACME"
    )


def _short(found: _Ssl) -> dict[str, Any]:
    names = found.certificate.names
    return {
        "sslId": found.id,
        "commonName": names[0],
        "subjectAlternativeNames": list(names),
        "serialNumber": found.colons,
    }


def _normal(serial: str) -> str:
    return serial.replace(":", "").lstrip("0").lower()


def _sha1(own: model.Certificate) -> str:
    leaf = x509.load_pem_x509_certificate(own.chain.encode())
    der = leaf.public_bytes(serialization.Encoding.DER)
    return hashlib.sha1(der, usedforsecurity=False).hexdigest().upper()


def _day(value: object) -> float | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.datetime.strptime(value[:10], "%Y-%m-%d")
    except ValueError:
        raise invalid("from") from None
    return moment.replace(tzinfo=datetime.timezone.utc).timestamp()
