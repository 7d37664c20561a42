"""finalize (RFC 8555 section 7.4)."""

from __future__ import annotations

from dataclasses import replace

from certbot_sectigo.sandbox import model
from certbot_sectigo.sandbox.authority import ca, caa
from certbot_sectigo.sandbox.protocol import jws, problems
from certbot_sectigo.sandbox.protocol.exchange import Call, Context, Reply
from certbot_sectigo.sandbox.resources import authorization, certificate, order


def finalize(context: Context, call: Call) -> Reply:
    """Answer finalize: the certificate is there at once, later, or never, as configured.

    ``slow`` keeps the client waiting for its answer, longer perhaps than it
    does, and issues all the same ([S] acme-proxy#22).
    """
    account = call.account
    own = order.own(context, account, call.place.ident)
    try:
        der = jws.decode(call.payload.get("csr"))
    except ValueError:
        raise problems.ProblemError("badCSR", "The CSR is not base64url") from None
    if context.config.caa and context.status_of(own) == "ready":
        _check_caa(context, account, own)
    mode = context.config.issuance
    with context.store.transaction():
        own = order.own(context, account, own.id)
        state = context.status_of(own)
        if state != "ready":
            raise problems.NOT_READY.error(name=state)
        csr, names = ca.read_csr(der)
        if names != frozenset(own.names):
            raise problems.ProblemError("badCSR", "The CSR's names are not those of the order")
        account_key = jws.read_key(account.jwk).key
        if ca.public_bytes(csr.public_key()) == ca.public_bytes(account_key):
            raise problems.ProblemError("badCSR", "The CSR's key is the account's key")
        wait = 0.0 if mode == "sync" else context.config.finalize_seconds
        own = replace(own, csr=jws.encode(der), issue_at=context.now() + wait)
        context.store.put(own)
    if mode == "slow":
        context.stopping.wait(wait)
    return order.reply(context, account, certificate.progress(context, own), 200)


def _check_caa(context: Context, account: model.Account, found: model.Order) -> None:
    """Refuse names whose CAA records forbid it; the order stays, for when they have been mended."""
    config = context.config
    applicant = caa.Applicant(
        caa.identities(config.profile),
        context.urls.make("account", account.directory, account.id),
        (config.dns_address, config.dns_port),
    )
    for name, ident in zip(found.names, found.authorizations):
        how = authorization.method(context, ident)
        caa.check(applicant, name, how)
