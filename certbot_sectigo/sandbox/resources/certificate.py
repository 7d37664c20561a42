"""Certificates: making them, and handing them out (RFC 8555 section 7.4.2)."""

from __future__ import annotations

from dataclasses import replace

from certbot_sectigo.sandbox import model
from certbot_sectigo.sandbox.authority import ca
from certbot_sectigo.sandbox.protocol import jws, problems
from certbot_sectigo.sandbox.protocol.exchange import Call, Context, Reply, new_id


def progress(context: Context, own: model.Order) -> model.Order:
    """Issue what an order has been waiting for, if its time has come."""
    if not own.csr or own.certificate or own.error or context.now() < own.issue_at:
        return own
    with context.store.transaction():
        # Read again: it must not be issued twice.
        own = context.store.get(model.Order, own.id) or own
        if own.certificate or own.error:
            return own
        account = context.store.get(model.Account, own.account)
        if account is None or context.config.issuance == "fail":
            own = replace(own, error=problems.INTERNAL.error().text())
            context.store.put(own)
            return own
        pair = context.pair_of(account)
        csr, _ = ca.read_csr(jws.decode(own.csr))
        issued = context.authority.issue(
            csr,
            own.names,
            pair.directory,
            pair.organisation,
            context.now(),
            context.config.validity_days,
        )
        made = model.Certificate(
            id=new_id(),
            account=account.id,
            order_id=own.id,
            serial=issued.serial,
            ari=issued.ari,
            names=own.names,
            chain=issued.chain,
            not_before=issued.not_before,
            not_after=issued.not_after,
        )
        context.store.put(made)
        own = replace(own, certificate=made.id)
        context.store.put(own)
        if own.replaces:
            for old in context.store.find(model.Certificate, ari=own.replaces):
                context.store.put(replace(old, replaced=True))
    return own


def certificate(context: Context, call: Call) -> Reply:
    """Answer a certificate's URL: the leaf and its issuer, for the account it was made for."""
    found = context.store.get(model.Certificate, call.place.ident)
    if found is None:
        raise problems.malformed("There is no such certificate", 404)
    if found.account != call.account.id:
        raise problems.NOT_YOURS.error()
    return Reply(200, found.chain.encode(), "application/pem-certificate-chain")
