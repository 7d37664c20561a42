"""The pair of an account, taken from the portal for certain names, if it may be handed out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from certbot_sectigo.portal import commands, pair, plan
from certbot_sectigo.portal.model import PortalAccount
from certbot_sectigo.portal.port import Portal
from certbot_sectigo.portal.words import ScmWords


@dataclass(frozen=True)
class Handed:
    """A pair that may be handed out."""

    account: PortalAccount
    server: str
    """The ACME directory URL."""
    unchecked: bool
    """Whether the portal does not tell what the account may issue for."""


def take(portal: Portal, name: str, names: Sequence[str], *, reusable: bool, force: bool) -> Handed:
    """Ask the portal for an account's pair.

    :param name: the account's name or number.
    :param names: what the pair is for; wildcards are allowed.
    :param reusable: a person's word that the pair binds more than once.
    :param force: a person's word where neither status nor clients are shown.
    :raises PortalError: if it would not do, see :func:`pair.check`.
    """
    wanted = tuple(dict.fromkeys(map(_name, names)))
    words = ScmWords.ask(portal)
    one = portal.account(plan.named(name, portal.accounts()).id)
    found = pair.domains(portal, one)
    server = words.server(one.server)
    if "://" not in server:
        server = plan.which_server(server, words.servers).url  # says which there are
    missing = [option for word in wanted for option in ("-d", word)]
    pair.check(
        one,
        None if found is None else [domain.name for domain in found],
        pair.clients(portal, one),
        wanted,
        reusable=reusable,
        force=force,
        ensure="" if not missing or found is None else commands.ours(
            "ensure", one.name, "--organisation", words.organisation(one.organisation),
            "--server", server, *missing,
        ),
    )  # fmt: skip
    return Handed(one, server, unchecked=found is None and bool(wanted))


def _name(text: str) -> str:
    # A wildcard is no domain of an account, and may well be what the pair is for.
    return f"*.{plan.domain_name(text[2:])}" if text.startswith("*.") else plan.domain_name(text)
