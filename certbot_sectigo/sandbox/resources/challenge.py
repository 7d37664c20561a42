"""Challenges (RFC 8555 sections 7.1.5, 7.5.1 and 8)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from certbot_sectigo.sandbox import model
from certbot_sectigo.sandbox.protocol import problems
from certbot_sectigo.sandbox.protocol.exchange import Call, Context, Reply, timestamp


def document(
    context: Context, account: model.Account, challenge: model.Challenge
) -> dict[str, Any]:
    """Write a challenge as JSON object."""
    fields: dict[str, Any] = {
        "type": challenge.type,
        "url": context.urls.make("chall", account.directory, challenge.id),
        "status": challenge.status,
    }
    if challenge.token:
        fields["token"] = challenge.token
    if challenge.validated:
        fields["validated"] = timestamp(challenge.validated)
    if challenge.error:
        fields["error"] = json.loads(challenge.error)
    return fields


def challenge(context: Context, call: Call) -> Reply:
    """Answer a challenge's URL: read it, or, with an empty object, have it validated.

    The answer says ``processing`` at once; the look-up follows (section 7.5.1).
    """
    found = context.store.get(model.Challenge, call.place.ident)
    parent = context.store.get(model.Authorization, found.authorization) if found else None
    if found is None or parent is None:
        raise problems.malformed("There is no such challenge", 404)
    if parent.account != call.account.id:
        raise problems.NOT_YOURS.error()
    if call.signed is not None and call.signed.payload is not None:
        with context.store.transaction():
            found = context.store.get(model.Challenge, found.id) or found
            parent = context.store.get(model.Authorization, parent.id) or parent
            pending = model.authorization_status(parent, context.now()) == "pending"
            if found.status == "pending" and pending:
                found = replace(found, status="processing")
                context.store.put(found)
                context.validator.submit(found.id)
    up = context.urls.make("authz", call.account.directory, parent.id)
    headers = (("Link", f'<{up}>;rel="up"'), ("Retry-After", str(context.config.retry_after)))
    return Reply.json(document(context, call.account, found), 200, headers)
