"""newOrder, the order object and the list of orders (RFC 8555 sections 7.1.2.1, 7.1.3, 7.4)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from certbot_sectigo.sandbox import model
from certbot_sectigo.sandbox.parties import Pair, is_dns_name
from certbot_sectigo.sandbox.protocol import problems
from certbot_sectigo.sandbox.protocol.exchange import Call, Context, Reply, new_id, timestamp
from certbot_sectigo.sandbox.resources import authorization, certificate, renewal_info

_DAY = 86400.0
_MOST_NAMES = 250
# Old orders are dropped once in so many new ones.
_SWEEP = 256
_PAGE = 50


def new_order(context: Context, call: Call) -> Reply:
    """Answer newOrder: ``ready`` if all names are validated, else ``pending``."""
    account = call.account
    pair = context.pair_of(account)
    _check_state(context, pair)
    names = _read_names(call.payload)
    _check_delegation(context, pair, names)
    if not pair.product:
        raise problems.NO_PRODUCT.error()
    with context.store.transaction():
        now = context.now()
        replaces = renewal_info.check_replaces(context, account, names, call.payload)
        found = _reusable(context, account, names, now) if context.config.reuse_orders else None
        if found is None:
            made = [authorization.create(context, account, pair, name) for name in names]
            found = model.Order(
                id=new_id(),
                account=account.id,
                names=names,
                authorizations=tuple(a.id for a in made),
                created=now,
                expires=now + authorization.PENDING_DAYS * _DAY,
                replaces=replaces,
            )
            context.store.put(found)
        agent = call.request.headers.get("user-agent", account.user_agent)
        # Read again: it may have been deactivated meanwhile.
        account = context.store.get(model.Account, account.id) or account
        context.store.put(
            replace(account, seen=now, user_agent=agent, address=call.request.address)
        )
        context.orders_made += 1
        if context.orders_made % _SWEEP == 0:
            context.store.forget_old(now - _DAY, context.config.keep_orders)
    return reply(context, account, found, 201)


def order(context: Context, call: Call) -> Reply:
    """Answer an order's URL."""
    found = own(context, call.account, call.place.ident)
    return reply(context, call.account, certificate.progress(context, found), 200)


def orders(context: Context, call: Call) -> Reply:
    """Answer the list of an account's orders, in pages (section 7.1.2.1)."""
    account = call.account
    if call.place.ident != account.id:
        raise problems.NOT_YOURS.error()
    cursor = parse_qs(call.request.query).get("cursor", ["0"])[0]
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise problems.malformed("The cursor is not one of this list")
    start = int(cursor)
    found = context.store.find(model.Order, account=account.id)
    page = found[start : start + _PAGE]
    headers: tuple[tuple[str, str], ...] = ()
    if start + _PAGE < len(found):
        following = context.urls.make("orders", account.directory, account.id)
        headers = (("Link", f'<{following}?cursor={start + _PAGE}>;rel="next"'),)
    urls = [context.urls.make("order", account.directory, each.id) for each in page]
    return Reply.json({"orders": urls}, 200, headers)


def own(context: Context, account: model.Account, ident: str) -> model.Order:
    """Fetch an order of this account.

    :raises problems.ProblemError: if there is none, or it is another account's (401 [inf]).
    """
    found = context.store.get(model.Order, ident)
    if found is None:
        raise problems.malformed("There is no such order", 404)
    if found.account != account.id:
        raise problems.NOT_YOURS.error()
    return found


def reply(context: Context, account: model.Account, found: model.Order, code: int) -> Reply:
    """Write an order as an answer, with Location and, while it is processing, Retry-After."""
    make = context.urls.make
    state = context.status_of(found)
    document: dict[str, Any] = {
        "status": state,
        "expires": timestamp(found.expires),
        "identifiers": [{"type": "dns", "value": name} for name in found.names],
        "authorizations": [make("authz", account.directory, i) for i in found.authorizations],
        "finalize": make("finalize", account.directory, found.id),
    }
    if found.certificate:
        document["certificate"] = make("cert", account.directory, found.certificate)
    if found.error:
        document["error"] = json.loads(found.error)
    if found.replaces:
        document["replaces"] = found.replaces
    # Both header fields were seen, at orders being processed [S] certbot#9266.
    headers = [("Location", make("order", account.directory, found.id))]
    if state == "processing":
        headers.append(("Retry-After", str(context.config.retry_after)))
    return Reply.json(document, code, tuple(headers))


def _check_state(context: Context, pair: Pair) -> None:
    """Refuse orders of accounts that SCM has deactivated or suspended."""
    state = context.store.get(model.PairState, pair.kid)
    if state is None or state.status == "deactivated":
        raise problems.DEACTIVATED.error()
    if state.status == "suspended":
        raise problems.SUSPENDED.error()


def _read_names(payload: Mapping[str, Any]) -> tuple[str, ...]:
    identifiers = payload.get("identifiers")
    if not isinstance(identifiers, list) or not identifiers:
        raise problems.malformed("The order has no identifiers")
    if len(identifiers) > _MOST_NAMES:
        raise problems.malformed(f"The order has more than {_MOST_NAMES} identifiers")
    if "notBefore" in payload or "notAfter" in payload:
        raise problems.malformed("notBefore and notAfter are not supported")
    names = []
    for item in identifiers:
        if not isinstance(item, dict) or not isinstance(item.get("value"), str):
            raise problems.malformed("An identifier has no type and value")
        if item.get("type") != "dns":
            raise problems.ProblemError("unsupportedIdentifier", "Only type dns is supported")
        name = item["value"]
        # Clients send the A-label form in lower case (section 7.1.4).
        if not is_dns_name(name[2:] if name.startswith("*.") else name):
            raise problems.DISALLOWED.error()
        names.append(name)
    if len(set(names)) != len(names):
        raise problems.DUPLICATED.error()
    return tuple(names)


def _check_delegation(context: Context, pair: Pair, names: Sequence[str]) -> None:
    """Refuse names this account may not have.

    A name nobody has is not delegated [doc]; one that another pair has is "not
    linked" ([S], the steps' order [inf]). A wildcard needs its base domain [doc].
    """
    elsewhere = False
    for name in names:
        base = name[2:] if name.startswith("*.") else name
        if context.config.profile == "harica":
            # A name that is not validated gets a challenge for DV only [pub] DFN's page on ACME.
            unproven = pair.directory != "DV" and not _validated(context, pair, name)
            if pair.domain_of(base) is None or unproven:
                raise problems.NOT_OF_ACCOUNT.error(name=name)
            continue
        if pair.domain_of(base) is not None:
            continue
        if not any(other.domain_of(base) for other in context.pairs()):
            raise problems.NOT_DELEGATED.error(name=name)
        elsewhere = True
    if elsewhere:
        raise problems.NOT_LINKED.error()


def _validated(context: Context, pair: Pair, name: str) -> bool:
    return authorization.validated_at(context, pair, name) is not None


def _reusable(
    context: Context, account: model.Account, names: Sequence[str], now: float
) -> model.Order | None:
    """Find an unexpired order for the same names ([S] certbot#8301)."""
    for found in reversed(context.store.find(model.Order, account=account.id)):
        same = set(found.names) == set(names) and found.expires > now
        if same and context.status_of(found) in ("pending", "ready"):
            return found
    return None
