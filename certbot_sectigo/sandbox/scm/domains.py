"""SCM's organisations, domains, delegations and validations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from certbot_sectigo.sandbox import model
from certbot_sectigo.sandbox.parties import Organisation, is_dns_name
from certbot_sectigo.sandbox.protocol.exchange import Reply
from certbot_sectigo.sandbox.scm.visit import (
    DAY,
    NO_SUCH_DOMAIN,
    NOT_ALLOWED,
    ScmError,
    Visit,
    empty,
    invalid,
    missing,
)

_FIRST_ID = 301


def organizations(visit: Visit) -> Reply:
    """Answer the organisations that are visible, with their departments."""
    tops = [o for o in visit.organisations if not _parent(visit, o)]
    return visit.listed([_organisation(visit, top) for top in tops])


def organization(visit: Visit) -> Reply:
    """Answer one organisation."""
    found = visit.organisation(visit.place.ident)
    return Reply.json({**_organisation(visit, found), "sslCertsApiEnabled": True})


def organization_validations(visit: Visit) -> Reply:
    """Answer the organisation's own validations; a department has none [own]."""
    found = visit.organisation(visit.place.ident)
    if _parent(visit, found):
        return visit.listed([])
    ends = visit.started + found.own_validation_days * DAY
    status = "VALIDATED" if ends > visit.context.now() else "EXPIRED"
    rows = [
        {
            "id": found.id * 10 + number,
            "validationLevel": level,
            "status": status,
            "expires": visit.moment(ends),
            "alternative": False,
            "backendId": 1,
            "backendType": "SASP",
        }
        for number, level in enumerate(("OV_SSL", "EV_SSL"))
    ]
    return visit.listed(rows)


def domains(visit: Visit) -> Reply:
    """Answer the list of domains, or make one."""
    if visit.request.method == "POST":
        return _create(visit)
    wanted = visit.number("orgId")
    name = visit.query("name") or ""
    names = {visit.organisation(wanted).name} if wanted is not None else None
    return visit.listed(
        [
            {"id": found.id, "name": found.name}
            for found in _visible(visit)
            if name in found.name and (names is None or names & {*_concerned(found)})
        ]
    )


def domain(visit: Visit) -> Reply:
    """Answer a domain in full."""
    found = _own(visit)
    numbers = {o.name: o.id for o in visit.organisations}
    rows = [
        {
            "orgId": numbers[name],
            "certTypes": ["SSL"],
            "status": "ACTIVE" if name in found.organisations else "REQUESTED",
            "domainCertificateRequestPrivileges": ["DOMAIN", "SUBDOMAIN"],
        }
        for name in _concerned(found)
        if name in numbers
    ]
    until = visit.validated_until(found.validated)
    return Reply.json(
        {
            "id": found.id,
            "name": found.name,
            "state": "ACTIVE" if found.active else "INACTIVE",
            "delegationStatus": "ACTIVE" if found.organisations else "REQUESTED",
            "validationStatus": _status(visit, found),
            "dcvExpiration": visit.date(until, "%Y-%m-%d") if until else None,
            "delegations": rows,
        }
    )


def delegation(visit: Visit) -> Reply:
    """Delegate a domain to an organisation, or take that back."""
    found = _own(visit)
    name = visit.organisation(visit.body().get("orgId")).name
    if visit.request.method == "DELETE":
        found = replace(
            found,
            organisations=tuple(n for n in found.organisations if n != name),
            requested=tuple(n for n in found.requested if n != name),
        )
    elif name not in found.organisations:
        found = _delegated(visit, found, name)
    visit.context.store.put(found)
    return empty(200)


def decision(visit: Visit) -> Reply:
    """Approve or reject a delegation that waits; only who sees everything may [D]."""
    found = _own(visit)
    if visit.admin.organisations:
        raise ScmError(*NOT_ALLOWED)
    name = visit.organisation(visit.body().get("orgId")).name
    if name not in found.requested:
        raise invalid("orgId")
    requested = tuple(n for n in found.requested if n != name)
    given = (name,) if visit.place.detail == "approve" else ()
    visit.context.store.put(
        replace(found, requested=requested, organisations=(*found.organisations, *given))
    )
    return empty(200)


def validations(visit: Visit) -> Reply:
    """Answer the validations of domains."""
    within = visit.number("expiresIn")
    wanted = {visit.number("org"), visit.number("department")} - {None}
    names = {visit.organisation(number).name for number in wanted}
    rows = []
    for found in _visible(visit):
        until = visit.validated_until(found.validated)
        if names and not names & {*found.organisations}:
            continue
        if within is not None and (until is None or until > visit.context.now() + within * DAY):
            continue
        row = _validation(visit, found)
        if (visit.query("dcvStatus") or row["dcvStatus"]).upper() == row["dcvStatus"]:
            rows.append(row)
    return visit.listed(rows)


def validation_status(visit: Visit) -> Reply:
    """Answer the validation of one domain."""
    name = visit.text(visit.body(), "domain", 1024)
    for found in _visible(visit):
        if found.name == name:
            return Reply.json(_validation(visit, found))
    raise ScmError(*NO_SUCH_DOMAIN)


def next_id(every: list[model.ScmDomain]) -> int:
    """Return the number of the next domain."""
    return max((d.id for d in every), default=_FIRST_ID - 1) + 1


def _create(visit: Visit) -> Reply:
    body = visit.body()
    name = visit.text(body, "name", 1024)
    if not is_dns_name(name):
        raise ScmError(400, -732, "Invalid domain name")
    given = body.get("delegations")
    if not isinstance(given, list) or not given:
        raise missing("delegations")
    store = visit.context.store
    with store.transaction():
        every = store.find(model.ScmDomain)
        if any(found.name == name for found in every):
            raise invalid("name")
        made = model.ScmDomain(next_id(every), name, (), (), 0.0, body.get("active") is not False)
        for item in given:
            if not isinstance(item, dict):
                raise invalid("delegations")
            made = _delegated(visit, made, visit.organisation(item.get("orgId")).name)
        store.put(made)
    return empty(201, ("Location", f"{visit.context.urls.base}/api/domain/v1/{made.id}"))


def _delegated(visit: Visit, found: model.ScmDomain, name: str) -> model.ScmDomain:
    # What a department's administrator asks for waits for approval [D].
    if visit.admin.organisations:
        return replace(found, requested=tuple(dict.fromkeys((*found.requested, name))))
    return replace(found, organisations=tuple(dict.fromkeys((*found.organisations, name))))


def _concerned(found: model.ScmDomain) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*found.organisations, *found.requested)))


def _visible(visit: Visit) -> Iterator[model.ScmDomain]:
    for found in visit.context.store.find(model.ScmDomain):
        if not visit.admin.organisations or any(map(visit.sees, _concerned(found))):
            yield found


def _own(visit: Visit) -> model.ScmDomain:
    for found in _visible(visit):
        if found.id == visit.place.ident:
            return found
    raise ScmError(*NO_SUCH_DOMAIN)


def _parent(visit: Visit, found: Organisation) -> bool:
    return any(o.name == found.department_of for o in visit.organisations)


def _organisation(visit: Visit, found: Organisation) -> dict[str, Any]:
    below = [o for o in visit.organisations if o.department_of == found.name]
    return {
        "id": found.id,
        "name": found.name,
        "departments": [{"id": o.id, "name": o.name} for o in below],
    }


def _status(visit: Visit, found: model.ScmDomain) -> str:
    until = visit.validated_until(found.validated)
    if until is None:
        return "NOT_VALIDATED"
    return "VALIDATED" if until > visit.context.now() else "EXPIRED"


def _validation(visit: Visit, found: model.ScmDomain) -> dict[str, Any]:
    until = visit.validated_until(found.validated)
    return {
        "domain": found.name,
        "dcvStatus": _status(visit, found),
        "dcvMethod": "EMAIL",
        "dcvOrderStatus": "NOT_INITIATED",
        "expirationDate": visit.date(until, "%Y-%m-%d") if until else None,
    }
