"""SCM's ACME accounts: servers, accounts, their domains and clients."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from certbot_sectigo.sandbox import model
from certbot_sectigo.sandbox.parties import is_dns_name, new_hmac_key, new_kid
from certbot_sectigo.sandbox.protocol import delegation
from certbot_sectigo.sandbox.protocol.exchange import Reply
from certbot_sectigo.sandbox.protocol.paths import UNIVERSAL
from certbot_sectigo.sandbox.scm.visit import (
    DAY,
    NO_SUCH_ACCOUNT,
    NO_SUCH_ORGANISATION,
    ScmError,
    Visit,
    empty,
    invalid,
    missing,
)

_FIRST_ID = 501
PROFILE = "SANDBOX Universal"
"""The profile of Universal ACME accounts that come from the configuration."""


def servers(visit: Visit) -> Reply:
    """Answer the ACME servers; of profile ``universal`` there is one."""
    urls = visit.context.urls
    found: dict[str, dict[str, Any]] = {}
    for number, product in enumerate(visit.context.config.all_directories, 1):
        url = urls.directory(product)
        found.setdefault(
            url,
            {
                "name": f"SANDBOX {product}",
                "url": url,
                "caId": 1,
                "certValidationType": _kind(product),
                "singleProductId": number * 10 + 1,
                "multiProductId": number * 10 + 2,
                "wcProductId": number * 10 + 3,
            },
        )
    return visit.listed(list(found.values()))


def accounts(visit: Visit) -> Reply:
    """Answer the list of accounts, or make one."""
    if visit.request.method == "POST":
        return _create(visit)
    if visit.place.version == "v1" and visit.query("organizationId") is None:
        raise missing("organizationId")  # [hm]
    return visit.listed([_document(visit, found) for found in _wanted(visit)])


def account(visit: Visit) -> Reply:
    """Answer one account: read, rename or delete it."""
    found = own(visit)
    store = visit.context.store
    if visit.request.method == "GET":
        return Reply.json(_document(visit, found))
    if visit.request.method == "PUT":
        store.put(replace(found, name=visit.text(visit.body(), "name", 128)))
        return empty(200)
    state = store.get(model.PairState, found.kid)
    pending = state is not None and state.status == "pending"
    if pending and not visit.context.config.scm_pending_deletable:
        raise ScmError(400, -1, "ACME account in pending state cannot be deleted")
    with store.transaction():
        store.put(replace(found, deleted=True))
        if state is not None:
            store.put(replace(state, status="deactivated"))
    return empty(204)


def domains(visit: Visit) -> Reply:
    """Answer an account's domains: list, add or remove them."""
    found = own(visit)
    if visit.request.method == "GET":
        return visit.listed(list(_domains(visit, found)))
    names = _names(visit)
    with visit.context.store.transaction():
        found = own(visit)
        if visit.request.method == "POST":
            refused = [name for name in names if not _may_have(visit, found, name)]
            added = (name for name in names if name not in refused)
            kept = tuple(dict.fromkeys((*found.domains, *added)))
            member = "notAddedDomains"
        else:
            refused = [name for name in names if name not in found.domains]
            kept = tuple(name for name in found.domains if name not in names)
            member = "notRemovedDomains"
        visit.context.store.put(replace(found, domains=kept))
    return Reply.json({member: [{"name": name} for name in refused]} if refused else {})


def _create(visit: Visit) -> Reply:
    body = visit.body()
    name = visit.text(body, "name", 128)
    server = visit.text(body, "acmeServer", 1024)
    if body.get("organizationId") is None:
        raise missing("organizationId")
    organisation = visit.organisation(body["organizationId"])
    context = visit.context
    profile = ""
    names: tuple[str, ...] = ()
    if _is_universal(visit):
        profile = visit.text(body, "profileName", 1024)
        # SCM shows no domains of these; here they have all of the organisation's [own].
        every_domain = context.store.find(model.ScmDomain)
        names = tuple(d.name for d in every_domain if organisation.name in d.organisations)
    product = context.urls.product(server)
    if product is None and server.startswith("SANDBOX "):
        product = server[len("SANDBOX ") :]
    if product not in context.config.all_directories:
        raise invalid("acmeServer")
    with context.store.transaction():
        every = context.store.find(model.ScmAccount)
        same = (name, organisation.name, product)
        if context.config.scm_duplicates == "refused" and any(
            not a.deleted and (a.name, a.organisation, a.directory) == same for a in every
        ):
            raise ScmError(400, -1, "ACME account with this name already exists")
        made = model.ScmAccount(
            id=next_id(every),
            kid=new_kid(),
            hmac_key=new_hmac_key().reveal(),
            name=name,
            directory=product,
            organisation=organisation.name,
            binding=context.config.scm_binding,
            domains=names,
            configured=(),
            from_configuration=False,
            created=context.now(),
            profile=profile,
        )
        context.store.put(made)
        context.store.put(model.PairState(made.kid, "pending", 0))
    return empty(
        201, ("Location", f"{context.urls.base}/api/acme/{visit.place.version}/account/{made.id}")
    )


def next_id(every: list[model.ScmAccount]) -> int:
    """Return the number of the next account."""
    return max((a.id for a in every), default=_FIRST_ID - 1) + 1


def _wanted(visit: Visit) -> Iterator[model.ScmAccount]:
    wanted = visit.query("organizationId")
    numbers = {int(part) for part in (wanted or "").split(",") if part.lstrip("-").isdigit()}
    if wanted is not None and not any(o.id in numbers for o in visit.organisations):
        raise ScmError(*NO_SUCH_ORGANISATION)
    parents = {o.name for o in visit.organisations if o.id in numbers}
    # -2 leaves departments out [D].
    below = {o.name for o in visit.organisations if o.department_of in parents}
    names = parents if -2 in numbers else parents | below
    newest = visit.context.now() - visit.context.config.scm_lag_seconds
    for found in visit.accounts():
        if bool(found.profile) != _is_universal(visit):
            continue
        row = _document(visit, found)
        if (wanted is not None and found.organisation not in names) or found.created > newest:
            continue
        if (visit.query("name") or "").lower() not in found.name.lower():
            continue
        if any(
            visit.query(key) not in (None, row.get(key))
            for key in ("acmeServer", "certValidationType")
        ):
            continue
        if (visit.query("status") or row.get("status", "")).lower() == row.get("status", ""):
            yield found


def _document(visit: Visit, found: model.ScmAccount) -> dict[str, Any]:
    config = visit.context.config
    state = visit.context.store.get(model.PairState, found.kid)
    shown = config.scm_shows_keys
    document: dict[str, Any] = {
        "id": found.id,
        "name": found.name,
        "macId": found.kid if shown else "",
        "macKey": found.hmac_key if shown else "",
        "acmeServer": visit.context.urls.directory(found.directory),
        "organizationId": next(o.id for o in visit.organisations if o.name == found.organisation),
        "certValidationType": _kind(found.directory),
        "accountId": found.kid,
    }
    if found.profile:
        # By name, and without a status or a kind [D].
        del document["certValidationType"]
        document.update(acmeServer=f"SANDBOX {found.directory}", profileName=found.profile)
    elif config.scm_shows_status:
        document["status"] = state.status if state else "pending"
        document["contacts"] = ""
    if visit.place.version == "v1":
        document["domains"] = [{"name": name} for name in found.domains]
    return document


def _domains(visit: Visit, found: model.ScmAccount) -> Iterator[dict[str, Any]]:
    pair = visit.context.pair(found.kid)
    pattern = visit.query("name")
    try:
        wanted = re.compile(pattern) if pattern else None
    except re.error:
        raise invalid("name") from None
    within = visit.number("expiresWithinNextDays")
    for name in found.domains:
        at = delegation.validated_at(visit.context.store, pair, name) if pair else None
        until = visit.validated_until(at)
        if wanted is not None and not wanted.search(name):
            continue
        if within is not None and (until is None or until > visit.context.now() + within * DAY):
            continue
        moment = visit.moment(until) if until else None
        yield {"name": name, "validUntil": moment, "stickyUntil": moment, "validationId": None}


def _may_have(visit: Visit, found: model.ScmAccount, name: str) -> bool:
    base = name[2:] if name.startswith("*.") else name
    if base != name and visit.context.config.scm_wildcards == "refused":
        return False
    domain = delegation.delegated(visit.context.store, found.organisation, base)
    return is_dns_name(base) and domain is not None and domain.active


def _names(visit: Visit) -> list[str]:
    given = visit.body().get("domains")
    if not isinstance(given, list) or not given:
        raise missing("domains")
    names = []
    for item in given:
        if not isinstance(item, Mapping):
            raise invalid("domains")
        names.append(visit.text(item, "name", 1024))
    return names


def own(visit: Visit) -> model.ScmAccount:
    """Return the account that a request is about, if who asks may see it."""
    found = visit.context.store.get(model.ScmAccount, visit.place.ident)
    if found is None or found.deleted or not visit.sees(found.organisation):
        raise ScmError(*NO_SUCH_ACCOUNT)
    if bool(found.profile) != _is_universal(visit):
        raise ScmError(*NO_SUCH_ACCOUNT)
    return found


def _is_universal(visit: Visit) -> bool:
    return visit.place.version == UNIVERSAL


def _kind(product: str) -> str:
    return product if product in ("DV", "EV") else "OV"
