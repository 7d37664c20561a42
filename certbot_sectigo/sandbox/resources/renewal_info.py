"""renewalInfo: when to renew (RFC 9773). Sectigo serves it from a host of its own [Z]."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from certbot_sectigo.sandbox import model
from certbot_sectigo.sandbox.protocol import problems
from certbot_sectigo.sandbox.protocol.exchange import Call, Context, Reply, timestamp

_RETRY_AFTER = "21600"
_DAY = 86400.0


def renewal_info(context: Context, call: Call) -> Reply:
    """Answer renewalInfo: two days after two thirds of the lifetime, or now if it is revoked.

    Sectigo's own choice of window is not known.
    """
    found = _find(context, call.place.ident)
    if found is None:
        raise problems.malformed("This CA has not issued the certificate", 404)
    if found.revoked:
        end = found.revoked
        start = end - _DAY
    else:
        start = found.not_before + (found.not_after - found.not_before) * 2 / 3
        end = start + 2 * _DAY
    window = {"start": timestamp(start), "end": timestamp(end)}
    return Reply.json({"suggestedWindow": window}, 200, (("Retry-After", _RETRY_AFTER),))


def check_replaces(
    context: Context, account: model.Account, names: Sequence[str], payload: Mapping[str, Any]
) -> str:
    """Check the ``replaces`` of a newOrder request (RFC 9773 section 5).

    :return: the identifier of the certificate it is to replace, or an empty text.
    :raises problems.ProblemError: if it may not be replaced by this order.
    """
    ident = payload.get("replaces")
    if ident is None:
        return ""
    found = _find(context, ident) if isinstance(ident, str) else None
    if found is None or found.account != account.id:
        raise problems.malformed("replaces names no certificate of this account")
    if not set(found.names) & set(names):
        raise problems.malformed("The certificate to be replaced shares no name with the order")
    # An order that failed sets it free, one that gave a certificate holds it for good.
    others = context.store.find(model.Order, replaces=ident)
    if found.replaced or any(context.status_of(other) != "invalid" for other in others):
        raise problems.ProblemError(
            "alreadyReplaced", "Another order replaces this certificate", 409
        )
    return str(ident)


def _find(context: Context, ident: str) -> model.Certificate | None:
    return next(iter(context.store.find(model.Certificate, ari=ident)), None)
