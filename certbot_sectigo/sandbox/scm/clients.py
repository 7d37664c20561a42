"""The clients of SCM's ACME accounts: the accounts of RFC 8555 that were bound with them."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

from certbot_sectigo.sandbox import model
from certbot_sectigo.sandbox.protocol.exchange import Reply
from certbot_sectigo.sandbox.scm.accounts import own
from certbot_sectigo.sandbox.scm.visit import DAY, ScmError, Visit, empty

_PADDING = "=="
"""What ids of Universal ACME clients end with [D]."""


def clients(visit: Visit) -> Reply:
    """Answer an account's clients: the ACME accounts that were bound with it."""
    found = own(visit)
    since = visit.number("lastActivityWithinPrevDays")
    rows = []
    for client in visit.context.store.find(model.Account, kid=found.kid):
        fields = {
            "userAgent": client.user_agent[:255],
            "ipAddress": client.address[:39],
            "contacts": ",".join(client.contact),
        }
        if any((visit.query(key) or "") not in value for key, value in fields.items()):
            continue
        if since is not None and client.seen < visit.context.now() - since * DAY:
            continue
        if (visit.query("status") or client.status).lower() != client.status:
            continue
        ident = client.id + _PADDING if found.profile else client.id
        rows.append(
            {**fields, "accountId": ident, "status": client.status,
             "lastActivity": visit.moment(client.seen)}
        )  # fmt: skip
    return visit.listed(rows)


def client(visit: Visit) -> Reply:
    """Deactivate a client, for good [D]; the pair and the other clients stay as they are."""
    found = own(visit)
    ident = unquote(visit.place.detail)
    if found.profile:
        ident = ident.removesuffix(_PADDING)
    store = visit.context.store
    with store.transaction():
        bound = store.get(model.Account, ident)
        if bound is None or bound.kid != found.kid:
            raise ScmError(404, -1, "ACME client not found")
        store.put(replace(bound, status="deactivated"))
    return empty(204)
