"""revokeCert (RFC 8555 section 7.6)."""

from __future__ import annotations

from dataclasses import replace

from cryptography import x509

from certbot_sectigo.sandbox import model
from certbot_sectigo.sandbox.authority import ca
from certbot_sectigo.sandbox.protocol import jws, problems
from certbot_sectigo.sandbox.protocol.exchange import Call, Context, Reply

# The reasons of RFC 5280 section 5.3.1; 7 is not used.
_REASONS = frozenset(range(11)) - {7}


def revoke(context: Context, call: Call) -> Reply:
    """Answer revokeCert: for the account that got the certificate, or the certificate's key.

    Other accounts get 401 [inf], unless the switch for those that hold valid
    authorizations for all its names is on.
    """
    try:
        given = x509.load_der_x509_certificate(jws.decode(call.payload.get("certificate")))
    except ValueError:
        raise problems.malformed("The certificate is not DER in base64url") from None
    reason = call.payload.get("reason", 0)
    if not isinstance(reason, int) or isinstance(reason, bool) or reason not in _REASONS:
        raise problems.BAD_REASON.error()
    with context.store.transaction():
        serial = f"{given.serial_number:x}"
        found = next(iter(context.store.find(model.Certificate, serial=serial)), None)
        # The same serial number is not enough: somebody may have made one up.
        if found is None or x509.load_pem_x509_certificate(found.chain.encode()) != given:
            raise problems.malformed("This CA has not issued the certificate", 404)
        if not _may(context, call, found, given):
            raise problems.MAY_NOT_REVOKE.error()
        if found.revoked:
            raise problems.ALREADY_REVOKED.error()
        context.store.put(replace(found, revoked=context.now(), reason=reason))
    return Reply(200, b"", "")


def _may(context: Context, call: Call, found: model.Certificate, given: x509.Certificate) -> bool:
    assert call.signed is not None  # noqa: S101 - for mypy
    account = call.signed.account
    if account is None:
        return ca.public_bytes(call.signed.key.key) == ca.public_bytes(given.public_key())
    if found.account == account.id:
        return True
    return context.config.revoke_with_authorizations and _holds(context, account, found.names)


def _holds(context: Context, account: model.Account, names: tuple[str, ...]) -> bool:
    held = {
        (f"*.{a.name}" if a.wildcard else a.name)
        for a in context.store.find(model.Authorization, account=account.id)
        if model.authorization_status(a, context.now()) == "valid"
    }
    return held.issuperset(names)
