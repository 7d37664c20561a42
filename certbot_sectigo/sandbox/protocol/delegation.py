"""Which pairs there are now, and which names are validated: the configuration and SCM as one."""

from __future__ import annotations

from dataclasses import replace

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.sandbox import model
from certbot_sectigo.sandbox.config import Config
from certbot_sectigo.sandbox.parties import Pair
from certbot_sectigo.sandbox.store import Store


def pair(config: Config, store: Store, kid: str) -> Pair | None:
    """Return the pair with a key identifier, with the domains it has in SCM now."""
    found = store.find(model.ScmAccount, kid=kid)
    return _pair(config, found[0]) if found else None


def pairs(config: Config, store: Store) -> list[Pair]:
    """Return all pairs: those of the configuration and those made in SCM, oldest first."""
    made = (_pair(config, account) for account in store.find(model.ScmAccount))
    return [one for one in made if one is not None]


def validated_at(store: Store, pair: Pair, name: str) -> float | None:
    """Return when a name's control was validated, None if it is not.

    What is known of the pair's own domain counts first, then the longest domain in SCM that
    covers the name and is delegated to the pair's organisation.
    """
    for candidate in (pair.domain_of(name), name):
        found = store.get(model.Validation, f"{pair.kid} {candidate}")
        if found is not None:
            return found.at
    domain = delegated(store, pair.organisation, name)
    return domain.validated if domain is not None and domain.validated else None


def delegated(store: Store, organisation: str, name: str) -> model.ScmDomain | None:
    """Return the longest of an organisation's domains that covers a name."""
    labels = name.split(".")
    for start in range(len(labels)):
        for found in store.find(model.ScmDomain, name=".".join(labels[start:])):
            if organisation in found.organisations:
                return found
    return None


def _pair(config: Config, account: model.ScmAccount) -> Pair | None:
    if account.deleted:
        return None
    configured = config.pair(account.kid)
    if configured is None:
        return (
            None
            if account.from_configuration
            else Pair(
                kid=account.kid,
                hmac_key=Secret(account.hmac_key),
                binding=account.binding,
                directory=account.directory,
                organisation=account.organisation,
                domains=account.domains,
            )
        )
    if configured.domains == account.domains:
        return configured
    return replace(configured, domains=account.domains)
