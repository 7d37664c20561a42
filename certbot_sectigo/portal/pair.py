"""Whether an account's pair may be handed out, and the file it goes into.

A pair on the wrong host is burnt by its first use: the binding succeeds, and only the order
fails. So what it is for is checked before it is written.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Collection, Sequence
from pathlib import Path

from certbot_sectigo.base import atomic, errors, private_file, reading
from certbot_sectigo.portal.errors import CannotError, PortalError, RefusedError
from certbot_sectigo.portal.model import Client, PortalAccount, PortalDomain, covers
from certbot_sectigo.portal.port import Portal

_PENDING = "pending"
_KID = re.compile(r"[\x21-\x7e]{1,200}")
_KEY = re.compile(r"[A-Za-z0-9+/_=-]{16,1000}")
_NAMES = ("kid", "hmac_key", "hmac_key_command", "hmac_key_file", "server", "hmac_alg")
_ELSEWHERE = ("sectigo_eab_hmac_key_command", "sectigo_eab_hmac_key_file")
_FORM = private_file.Form(
    "sectigo_eab",
    tuple(f"sectigo_eab_{name}" for name in _NAMES),
    "",
    verbatim=frozenset(_ELSEWHERE),
)


def clients(portal: Portal, account: PortalAccount) -> list[Client] | None:
    """Return an account's clients; None where the portal does not show them."""
    try:
        return portal.clients(account.id)
    except CannotError:
        return None
    except RefusedError as error:
        if error.status in (403, 404):
            return None
        raise


def known_clients(portal: Portal, account: PortalAccount) -> list[Client]:
    """Return an account's clients, for what must not take those that are not shown for none.

    :raises PortalError: if the portal does not show them.
    """
    found = clients(portal, account)
    if found is None:
        raise PortalError(
            f"SCM does not show the clients of {account.name} to this log-in, so whether one is "
            "live is not known.",
            "Take the log-in of an administrator who sees them, or do it in SCM's web page.",
        )
    return found


def domains(portal: Portal, account: PortalAccount) -> list[PortalDomain] | None:
    """Return an account's domains; None where accounts of this kind have none."""
    try:
        return portal.domains(account.id)
    except CannotError:
        return None


def check(
    account: PortalAccount,
    domains: Collection[str] | None,
    bound: Sequence[Client] | None,
    names: Sequence[str],
    *,
    reusable: bool,
    force: bool,
    ensure: str,
) -> None:
    """Refuse to hand out a pair that would not do; pure.

    :param domains: the account's; None where accounts of this kind have none.
    :param bound: its clients; None where they are not shown.
    :param names: what it is for.
    :param reusable: a person's word that the pair binds more than once.
    :param force: a person's word where neither status nor clients are shown.
    :param ensure: the command that adds the missing domains.
    :raises PortalError: with the reason.
    """
    if account.kid is None or account.hmac_key is None:
        raise PortalError(
            f"SCM shows no pair for {account.name} by REST, only in its web page.",
            "Copy the pair from SCM (Enrollment, ACME, the account's EAB details) into a file of "
            "mode 0600.",
        )
    if not (_KID.fullmatch(account.kid) and _KEY.fullmatch(account.hmac_key.reveal())):
        raise PortalError(
            f"SCM's pair of {account.name} is none: kid or key have characters that they cannot "
            "have, so it is not written.",
            "Look at the account's EAB details in SCM, and ask SCM's support.",
        )
    domains = names if domains is None else domains
    uncovered = [name for name in names if not any(covers(d, name) for d in domains)]
    if uncovered:
        has = ", ".join(sorted(domains)) or "none"
        raise PortalError(
            f"{account.name} may not issue for {', '.join(uncovered)}: its domains are {has}. The "
            "first use would bind the pair, and the order fail.",
            f"If it is the right account, add them:\n{ensure}",
        )
    if reusable:
        return
    if bound or account.status not in (None, _PENDING):
        what = f"has {len(bound)} client(s)" if bound else f"is {account.status}, not pending"
        raise PortalError(
            f"{account.name} {what}: its pair was used already, and most bind once.",
            "Make another account for another host. If SCM's staff have set that this pair binds "
            "again, add --reusable.",
        )
    if account.status is None and bound is None and not force:
        raise PortalError(
            f"SCM shows neither status nor clients of {account.name}, so its pair may be used up.",
            "If you know that it is not, add --force.",
        )


def text(account: PortalAccount, server: str) -> str:
    """Return the content of the credentials file.

    :param server: the ACME directory URL.
    """
    assert account.kid is not None  # noqa: S101 - check has told
    assert account.hmac_key is not None  # noqa: S101
    return (
        f"# EAB pair of the ACME account {account.name} in SCM (number {account.id}).\n"
        f"sectigo_eab_kid = {account.kid}\n"
        f"sectigo_eab_hmac_key = {account.hmac_key.reveal()}\n"
        f"sectigo_eab_server = {server}\n"
    )


def write(path: Path, content: str, backup: Path, owner: int | None) -> bool:
    """Write the file, readable for its owner only, in one step; what was there is kept.

    :param backup: the folder for what was there.
    :param owner: uid of the owner of certbot's directories, who may have the pair.
    :returns: False if it said the same already.
    :raises errors.Error: if it cannot be written, or what is there is something else.
    """
    data = content.encode()
    try:
        if path.parent.stat().st_uid not in (0, os.geteuid(), owner):
            raise errors.Error(
                f"{path.parent} belongs to another user, who could exchange the pair there.",
                "Give another --output.",
            )
        # What a run that was cut off has left holds the key, or the one that was there.
        atomic.sweep(path.parent)
        atomic.sweep(backup)
        if reading.link(path) is not None:
            raise errors.Error(
                f"{path} is a link, which is not written through.",
                "Give the file that it leads to, or another --output.",
            )
        if reading.is_there(path):
            there = _read(path, owner)
            if there.exposure is None and reading.read_regular(path) == data:
                return False
    except OSError as error:
        raise errors.Error(f"{path}: {error.strerror}", "Give another --output.") from None
    atomic.replace(path, data, mode=0o600, backup_to=backup)
    return True


def _read(path: Path, owner: int | None) -> private_file.PrivateFile:
    with contextlib.suppress(private_file.PrivateFileError):
        found = private_file.read(path, _FORM, owner)
        for name in _ELSEWHERE:
            if name in found.values:
                raise errors.Error(
                    f"{path} takes its key from elsewhere ({name}), so it stays as it is.",
                    "Put the pair there by hand, or give another --output.",
                )
        if found.values:
            return found
    raise errors.Error(
        f"{path} is there and is no credentials file, so it stays as it is.",
        "Give another --output.",
    )
