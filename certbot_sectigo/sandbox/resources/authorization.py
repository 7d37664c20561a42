"""Authorizations (RFC 8555 sections 7.1.4 and 7.5), most of them valid from the start."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from certbot_sectigo.sandbox import model
from certbot_sectigo.sandbox.parties import Pair
from certbot_sectigo.sandbox.protocol import delegation, problems
from certbot_sectigo.sandbox.protocol.exchange import Call, Context, Reply, new_id, timestamp
from certbot_sectigo.sandbox.resources import challenge

_DAY = 86400.0
# Seen at a name that was valid already [S] acme2certifier#122.
_VALID_RETRY_AFTER = "300"
_VALID_DAYS = 30  # [S] acme2certifier#122
PENDING_DAYS = 7.0
"""How long an order and its pending authorizations live [inf]."""


def create(context: Context, account: model.Account, pair: Pair, name: str) -> model.Authorization:
    """Make the authorization for one name of an order, in the caller's transaction.

    :param name: the name, with ``*.`` if it is a wildcard.
    """
    now = context.now()
    base = name[2:] if name.startswith("*.") else name
    since = validated_at(context, pair, name)
    valid = since is not None
    authorization = model.Authorization(
        id=new_id(),
        account=account.id,
        name=base,
        wildcard=base != name,
        status="valid" if valid else "pending",
        prevalidated=valid,
        created=now,
        expires=now + (_VALID_DAYS if valid else PENDING_DAYS) * _DAY,
    )
    context.store.put(authorization)
    types: tuple[str, ...] = ()
    if not valid:
        dns_only = authorization.wildcard or name in pair.dns_only
        types = ("dns-01",) if dns_only else ("http-01", "dns-01")
        if name in pair.http_only:
            types = ("http-01",)
    elif context.config.challenges != "none":
        # A type no client knows, without a token [S] acme2certifier#122.
        types = (context.config.challenges,)
    for kind in types:
        context.store.put(
            model.Challenge(
                id=new_id(),
                authorization=authorization.id,
                type=kind,
                token="" if valid else secrets.token_urlsafe(32),
                status="valid" if valid else "pending",
                # What a real answer says of a pre-validated name was masked; SCM's date [inf].
                validated=since or 0.0,
            )
        )
    return authorization


def validated_at(context: Context, pair: Pair, name: str) -> float | None:
    """Return when a name was validated in SCM, if that counts still; None if it does not.

    Validations count for 198 days [doc]; older ones need a challenge again.

    :param name: with its star if it is a wildcard; that needs its domain's validation.
    """
    now = context.now()
    if pair.any_name:
        return None if name in pair.challenged else now
    base = name[2:] if name.startswith("*.") else name
    at = delegation.validated_at(context.store, pair, base)
    return at if at is not None and now - at < context.config.validation_days * _DAY else None


def authorization(context: Context, call: Call) -> Reply:
    """Answer an authorization's URL: read it, or deactivate it (section 7.5.2).

    Deactivation is accepted for validated names too; the next order has a new,
    valid authorization [inf].
    """
    found = own(context, call.account, call.place.ident)
    if call.signed is not None and call.signed.payload is not None:
        if call.signed.payload.get("status") != "deactivated":
            raise problems.malformed("An authorization can only be deactivated")
        if found.status not in ("valid", "pending"):
            raise problems.malformed(f"The authorization is {found.status} already")
        found = replace(found, status="deactivated")
        context.store.put(found)
    return _reply(context, call.account, found)


def method(context: Context, ident: str) -> str:
    """Return how the name of a valid authorization was validated: a challenge's type."""
    found = context.store.find(model.Challenge, authorization=ident, status="valid")
    return found[0].type if found else "none"


def own(context: Context, account: model.Account, ident: str) -> model.Authorization:
    """Fetch an authorization of this account.

    :raises problems.ProblemError: if there is none, or it is another account's (401 [inf]).
    """
    found = context.store.get(model.Authorization, ident)
    if found is None:
        raise problems.malformed("There is no such authorization", 404)
    if found.account != account.id:
        raise problems.NOT_YOURS.error()
    return found


def _reply(context: Context, account: model.Account, authorization: model.Authorization) -> Reply:
    status = model.authorization_status(authorization, context.now())
    document: dict[str, Any] = {
        "identifier": {"type": "dns", "value": authorization.name},
        "status": status,
        "expires": timestamp(authorization.expires),
        "challenges": [
            challenge.document(context, account, found)
            for found in context.store.find(model.Challenge, authorization=authorization.id)
            # Only the one that succeeded or failed is shown (section 7.1.4).
            if status == "pending" or found.status in ("valid", "invalid")
        ],
    }
    marked = authorization.prevalidated and context.config.validated_are_wildcards
    if authorization.wildcard or marked:
        document["wildcard"] = True
    waiting = str(context.config.retry_after)
    retry = _VALID_RETRY_AFTER if authorization.prevalidated else waiting
    return Reply.json(document, 200, (("Retry-After", retry),))
