"""Which lineage a certbot run is about: certbot itself says so only after it has asked us."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from certbot_sectigo.accounts.judge.choice import Chosen
from certbot_sectigo.accounts.request import AccountRequest, Pinned, RequestError
from certbot_sectigo.base import errors, reading
from certbot_sectigo.machine import commands, dirs, lineage_names, lineages, live
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.renewals import unloadable


def refuse_unloadable(config: Any, renewal_dir: Path) -> None:
    """Refuse a named lineage that certbot cannot load.

    certbot takes it for one that is not there, orders, and saves the certificate as
    ``NAME-0001``, the next time as ``NAME-0002``, while services stay on the old folder.

    :raises certbot_sectigo.base.errors.Error: if there is such a one, with what puts it right.
    """
    if config.csr or not config.certname:
        return
    lineage = lineages.read(renewal_dir / f"{config.certname}.conf")
    if lineage is None:
        return
    if lineage.elsewhere is not None and reading.is_folder(lineage.elsewhere):
        return  # that tree's files, which certbot takes
    damages = live.damages(lineage)
    refused = any(damage.refused for damage in damages)
    found = unloadable.unloadable(lineage, damages, live.mending(lineage) if refused else ())
    if found is not None:
        raise errors.Error(
            f"{found.reason} certbot would order a certificate beside it and save that as "
            f"{lineage.name}-0001, which no service reads.",
            "\n".join(filter(None, (found.remedy, found.command))),
        )
    read = lineages.read_certificate(lineage)
    if isinstance(read, lineages.Unreadable):
        reason = read.reason.rstrip(".")
        raise errors.Error(f"{reason}, so certbot ends there.", _put_back(lineage))


def _put_back(lineage: Lineage) -> str:
    lines = live.mending(lineage)
    if lines:
        return "\n".join((unloadable.PUT_RIGHT, *lines))
    return "Put the file back from a backup."


def existing(config: Any, renewal_dir: Path) -> Lineage | None:
    """Return the lineage that ``certonly`` or ``run`` is about, as certbot will find it.

    :param config: certbot's configuration.
    :param renewal_dir: ``<config_dir>/renewal``.
    """
    if config.csr:
        return None
    if config.certname:
        return _named(config, renewal_dir)
    names = [str(name) for name in config.domains or ()]
    return lineage_names.for_names(renewal_dir, names) if names else None


def renewed(config: Any, renewal_dir: Path, kid: str | None) -> Lineage | None:
    """Return the lineage under renewal; certbot tells only what its certificate is about.

    :param kid: the one in the run's options, which tells lineages of the same names apart.
    :raises certbot_sectigo.base.errors.Error: if its renewal file says what it cannot say, which
        certbot itself does not mind in a dry run.
    """
    if config.certname:
        lineage = lineages.read(renewal_dir / f"{config.certname}.conf")
        _refuse_unsound(lineage)
        return lineage
    names = [*map(str, config.domains or ()), *map(str, getattr(config, "ip_addresses", ()))]
    found = lineage_names.all_for_names(renewal_dir, names)
    if not found:
        _refuse_unsound(
            next(iter(lineage_names.all_for_names(renewal_dir, names, sound=False)), None)
        )
    for test in (
        lambda lineage: lineage.account == config.account,
        lambda lineage: lineage.kid == kid,
        lambda lineage: lineage.key_type in (None, config.key_type),
    ):
        found = [lineage for lineage in found if test(lineage)] or found
    return found[0] if found else None


def _refuse_unsound(lineage: Lineage | None) -> None:
    if lineage is not None and lineage.problem:
        raise errors.Error(f"{lineage.path} {lineage.problem}.", "Mend that line.")


def pinned(lineage: Lineage | None) -> Pinned | None:
    """Return what a lineage says of its account."""
    if lineage is None:
        return None
    return Pinned(
        name=lineage.name,
        server=lineage.server,
        account=lineage.account,
        kid=lineage.kid,
        ours=lineage.looked_after,
    )


def moved(lineage: Lineage, chosen: Chosen, wanted: AccountRequest) -> str:
    """Return what becomes of a lineage's pin, and when: certbot keeps what is not due as it is."""
    kept = "A certificate that is not due yet is kept as it is without --force-renewal"
    if dirs.same_server(lineage.server, wanted.server):
        return (
            f"The lineage {lineage.name} is pinned to account {lineage.account}. If a "
            f"certificate is issued now, it changes to {chosen.account.name}. ({kept}.)"
        )
    text = (
        f"The lineage {lineage.name} is of {lineage.server} (account {lineage.account}). If a "
        f"certificate is issued now, its server changes to {wanted.server} (account "
        f"{chosen.account.name}). {kept}, and so is its server."
    )
    if lineage.account is None:
        return text
    file = wanted.credentials.path if wanted.credentials else None
    words = ("--credentials", str(file or "FILE"), "--replace", lineage.account, "--move-server")
    return (
        f"{text}\nThis moves all lineages of that account at once, without new certificates:\n  "
        + commands.ours("accounts", "register", *words)
    )


def _named(config: Any, renewal_dir: Path) -> Lineage | None:
    lineage = lineages.read(renewal_dir / f"{config.certname}.conf")
    return None if lineage is None or lineage.problem else lineage


def refuse_lists(config: Any, own: Callable[[str], Any], renewal_dir: Path) -> None:
    """Refuse values that a comma in a renewal file has made lists of.

    :param own: gives the value of one of our options.
    :raises certbot_sectigo.accounts.request.RequestError: if there is such a one.
    """
    ours = {f"sectigo_eab_{name}": own(name) for name in ("kid", "server")}
    values = {"account": config.account, "server": config.server, **ours}
    for name, value in values.items():
        if value is not None and not isinstance(value, str):
            raise RequestError(
                f"{name} in the renewal file has several values: {', '.join(map(str, value))}",
                f"Mend the line  {name} =  in {renewal_dir}/NAME.conf: one value, in quotes if "
                "there is a comma in it.",
            )
