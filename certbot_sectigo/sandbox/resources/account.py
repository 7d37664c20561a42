"""newAccount and the account object (RFC 8555 section 7.3)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from josepy.jwk import JWK

from certbot_sectigo.sandbox import model
from certbot_sectigo.sandbox.protocol import jws, problems
from certbot_sectigo.sandbox.protocol.exchange import Call, Context, Reply, new_id
from certbot_sectigo.sandbox.resources import binding

_MAIL = re.compile(r"mailto:[^@\s?,]+@[^@\s?,]+\Z")


def new_account(context: Context, call: Call) -> Reply:
    """Answer newAccount: 200 for a key that is known, 201 for a new account.

    A known key gets its account again, whatever binding comes with it
    (RFC 8555 section 7.3.1; at Sectigo [inf]).
    """
    payload = call.payload
    assert call.signed is not None  # noqa: S101 - for mypy; payload has told
    key = call.signed.key
    found = _by_key(context, call.place.directory, jws.thumbprint(key))
    if found is not None:
        refuse_deactivated(found)
        return _reply(context, found, 200)
    if payload.get("onlyReturnExisting") is True:
        raise problems.NO_ACCOUNT.error()
    contact = read_contact(payload)
    url = context.urls.make("newAccount", call.place.directory)
    pair = binding.check(context, payload, key, url, call.place.directory)
    if payload.get("termsOfServiceAgreed") is not True:
        raise problems.ProblemError(
            "userActionRequired", "The terms of service MUST be agreed to", 403
        )
    account = create(
        context,
        pair.kid,
        key,
        call.place.directory,
        contact=contact,
        proof=payload["externalAccountBinding"],
        user_agent=call.request.headers.get("user-agent", ""),
        address=call.request.address,
    )
    # The answer echoes the binding even where later ones hide it [Z].
    return _reply(context, account, 201, binding=True)


def create(
    context: Context,
    kid: str,
    key: JWK,
    directory: str,
    *,
    contact: tuple[str, ...] = (),
    proof: Mapping[str, Any] | None = None,
    user_agent: str = "",
    address: str = "127.0.0.1",
) -> model.Account:
    """Bind a new account with a pair, all at once or not at all.

    :param kid: key identifier of a pair of the configuration.
    :param key: the account's public key.
    :param directory: the product, empty in profile ``universal``.
    :param proof: the binding as it was sent.
    :raises problems.ProblemError: if the pair is used up.
    """
    pair = context.pair(kid)
    if pair is None:
        raise problems.UNKNOWN_KID.error()
    with context.store.transaction():
        # Two requests with the same key at the same time make one account.
        found = _by_key(context, directory, jws.thumbprint(key))
        if found is not None:
            return found
        ident = binding.bind(context, pair) or new_id()
        now = context.now()
        account = model.Account(
            id=ident,
            directory=directory,
            kid=kid,
            thumbprint=jws.thumbprint(key),
            jwk=jws.key_json(key),
            status="valid",
            contact=contact,
            binding=json.dumps(proof) if proof is not None else "",
            user_agent=user_agent,
            address=address,
            created=now,
            seen=now,
        )
        context.store.put(account)
    return account


def account(context: Context, call: Call) -> Reply:
    """Answer the account's own URL: read it, change its contact, or deactivate it."""
    own = call.account
    if call.place.ident != own.id:
        raise problems.NOT_YOURS.error()
    if call.signed is not None and call.signed.payload is not None:
        payload = call.signed.payload
        with context.store.transaction():
            # Read again: another request may have changed it meanwhile.
            own = context.store.get(model.Account, own.id) or own
            if "status" in payload and payload["status"] != "deactivated":
                raise problems.malformed("The status can only be changed to deactivated")
            contact = read_contact(payload) if "contact" in payload else own.contact
            # Deactivating answers 200 with the account (RFC 8555 section 7.3.6).
            status = "deactivated" if "status" in payload else own.status
            own = replace(own, contact=contact, status=status, seen=context.now())
            context.store.put(own)
    return _reply(context, own, 200)


def refuse_deactivated(account: model.Account) -> None:
    """Refuse whatever a deactivated account asks (RFC 8555 section 7.3.6; words [Z])."""
    if account.status != "valid":
        raise problems.DEACTIVATED.error()


def read_contact(payload: Mapping[str, Any]) -> tuple[str, ...]:
    """Read the contact URLs of a newAccount or account request.

    :raises problems.ProblemError: ``unsupportedContact`` or ``invalidContact`` (section 7.3).
    """
    contact = payload.get("contact", [])
    if not isinstance(contact, list) or not all(isinstance(url, str) for url in contact):
        raise problems.malformed("The contact is not a list of texts")
    for url in contact:
        if not url.startswith("mailto:"):
            raise problems.ProblemError("unsupportedContact", "Only mailto contacts are supported")
        if not _MAIL.match(url):
            raise problems.ProblemError("invalidContact", "A contact is not one mail address")
    return tuple(contact)


def _by_key(context: Context, directory: str, thumbprint: str) -> model.Account | None:
    found = context.store.find(model.Account, directory=directory, thumbprint=thumbprint)
    return found[0] if found else None


def _reply(
    context: Context, account: model.Account, status: int, *, binding: bool | None = None
) -> Reply:
    document: dict[str, Any] = {
        "status": account.status,
        "contact": list(account.contact),
        "termsOfServiceAgreed": True,
    }
    show = context.config.show_binding if binding is None else binding
    if show and account.binding:
        document["externalAccountBinding"] = json.loads(account.binding)
    document["orders"] = context.urls.make("orders", account.directory, account.id)
    location = context.urls.make("account", account.directory, account.id)
    return Reply.json(document, status, (("Location", location),))
