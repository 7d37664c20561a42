"""Pure: what stands against taking an account's rights away at the CA."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from certbot_sectigo.accounts.judge import verdict
from certbot_sectigo.accounts.model import Use
from certbot_sectigo.base import errors
from certbot_sectigo.machine import commands
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.machine.logs.findings import Issuance
from certbot_sectigo.machine.schedules import Source

REVOCATION = (
    "Such a certificate can be revoked with this account only: its own key is not among "
    "certbot's files."
)


def refuse_deactivation(name: str, uses: Sequence[Use], unclear: Sequence[Lineage] = ()) -> None:
    """Refuse where something here uses the account, or a certificate hangs on it.

    A certificate that a lineage keeps can be revoked with its own key (RFC 8555 section
    7.6). One that certbot's log shows and no lineage keeps (``--csr``, a deleted lineage)
    cannot, and at Sectigo no other account may revoke it.

    :param unclear: lineages of which nobody can tell which account they use.
    :raises certbot_sectigo.base.errors.Error: naming what needs it.
    """
    users = [use for use in uses if use.source is not Source.LOG]
    if users:
        words = ", ".join(use.what for use in users)
        raise errors.Error(
            f"The account {name} is in use: {words}.",
            "Pin to another account first:\n"
            f"{commands.ours('accounts', 'pin', 'ID', '--all-of', name)}\n"
            "(--force deactivates it nevertheless: then these cannot renew.)",
        )
    orders = [use for use in uses if use.source is Source.LOG]
    if orders:
        words = "; ".join(f"{use.what} on {use.when:%Y-%m-%d} ({use.where})" for use in orders)
        raise errors.Error(
            f"The account {name} issued certificates that no lineage here keeps: {words}.",
            f"{REVOCATION}\nIf you hold the keys, or they have expired, add --force.",
        )
    if unclear:
        raise errors.Error(
            f"Whether the account {name} is in use is not known: {verdict.unclear(unclear)}.",
            "Mend the file, put it back from a backup, or remove it, if there is no such "
            "lineage any more. (--force deactivates the account nevertheless.)",
        )


def hanging(uri: str | None, at_work: Iterable[Issuance]) -> list[Issuance]:
    """Return the orders of an account whose certificates no lineage here keeps.

    :param uri: the account's URL at the CA.
    :param at_work: as ``signs.at_work`` gives them, of the time a certificate can live.
    """
    return [issuance for issuance in at_work if uri and issuance.account_url == uri]


def refuse_purge(name: str, orders: Sequence[Issuance]) -> None:
    """Refuse where an unexpired certificate may still need the account for its revocation.

    :param orders: see :func:`hanging`.
    :raises certbot_sectigo.base.errors.Error: naming the certificates.
    """
    if orders:
        words = "; ".join(
            f"{', '.join(order.names) or 'names that the log does not show'} ({order.log})"
            for order in orders
        )
        raise errors.Error(
            f"The account {name} issued certificates that may not have expired and that no "
            f"lineage here keeps: {words}.",
            f"{REVOCATION}\nIf you hold the keys, or they have expired, add --force.",
        )
