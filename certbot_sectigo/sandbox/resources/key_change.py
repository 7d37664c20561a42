"""keyChange: a new key for the same account (RFC 8555 section 7.3.5)."""

from __future__ import annotations

from dataclasses import replace

from certbot_sectigo.sandbox import model
from certbot_sectigo.sandbox.protocol import jws, problems
from certbot_sectigo.sandbox.protocol.exchange import Call, Context, Reply


def key_change(context: Context, call: Call) -> Reply:
    """Answer keyChange: both keys have to sign, and every rule about the inner JWS hold."""
    own = call.account
    assert call.signed is not None  # noqa: S101 - for mypy; account has told
    inner = jws.parse(call.payload, "inner JWS")
    jws.check_algorithm(inner)
    if "nonce" in inner.protected or "kid" in inner.protected:
        raise problems.malformed("The inner JWS MUST have neither nonce nor kid")
    if "jwk" not in inner.protected:
        raise problems.malformed("The inner JWS MUST have the new key as jwk")
    if inner.header("url") != context.urls.make("keyChange", call.place.directory):
        raise problems.malformed("The url of the inner JWS MUST be that of the outer one")
    key = jws.load_key(inner.protected["jwk"])
    if not inner.verified_by(key):
        raise problems.malformed("The signature of the inner JWS is wrong")
    try:
        payload = jws.parse_json(inner.payload)
    except ValueError as error:
        raise problems.malformed(f"The payload of the inner JWS: {error}") from None
    url = context.urls.make("account", own.directory, own.id)
    if payload.get("account") != url:
        raise problems.malformed("The account in the inner JWS MUST be the one that signed")
    if jws.thumbprint(jws.load_key(payload.get("oldKey"))) != own.thumbprint:
        raise problems.malformed("oldKey MUST be the account's key")
    thumbprint = jws.thumbprint(key)
    with context.store.transaction():
        taken = context.store.find(model.Account, directory=own.directory, thumbprint=thumbprint)
        if taken:
            where = context.urls.make("account", own.directory, taken[0].id)
            raise problems.ProblemError(
                "malformed", "An account has this key already", 409, headers=(("Location", where),)
            )
        # Read again: it may have changed since its signature was checked.
        own = context.store.get(model.Account, own.id) or own
        if own.thumbprint != jws.thumbprint(call.signed.key):
            raise problems.malformed("The account has got another key meanwhile")
        context.store.put(
            replace(own, thumbprint=thumbprint, jwk=jws.key_json(key), seen=context.now())
        )
    return Reply(200, b"", "", (("Location", url),))
