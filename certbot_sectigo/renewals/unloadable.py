"""Why certbot cannot load a lineage, and so does not renew it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from certbot_sectigo.base import proposed, reading
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.machine.live import Damage
from certbot_sectigo.renewals.model import Basis, Forecast, Outlook

PUT_RIGHT = "These lines put the links right:"
"""What stands before what :func:`certbot_sectigo.machine.live.mending` gives."""


def unloadable(
    lineage: Lineage, damages: Iterable[Damage], mending: Sequence[str]
) -> Forecast | None:
    """Return why certbot cannot load a lineage, with what helps; None if it can.

    :param damages: what is wrong with its files, see :func:`live.damages`.
    :param mending: the lines that put its links right, see :func:`live.mending`.
    """
    if lineage.problem:
        return bad(
            "unusable",
            f"{lineage.path} {lineage.problem.rstrip('.')}, so certbot passes over it",
            "Mend the file, or put it back from a backup (sectigo/backup in certbot's "
            "configuration directory may have one).",
        )
    if lineage.elsewhere is not None:
        return bad(
            "elsewhere",
            f"{lineage.path} is of another configuration directory, {lineage.elsewhere}, so with "
            "this one certbot does not find its files, or takes those of another tree",
            "If this is a container's volume seen from outside, look from within the container; if "
            "it was moved or copied here, put it where its files say it is.",
        )
    refused = [damage for damage in damages if damage.refused]
    if refused:
        remedy = (
            "These lines put it right:"
            if mending
            else "No version in its archive is whole: put the files back from a backup, or take "
            "the lineage out (certbot delete) and issue it anew."
        )
        return bad(
            "links", f"{refused[0]}: certbot refuses the lineage", remedy, "\n".join(mending)
        )
    return None


def unwritable(place: Path) -> Forecast:
    """Return the forecast of a lineage whose next certificate cannot be saved.

    :param place: see :func:`live.unwritable`.
    """
    reason = f"{place} cannot be written to, so certbot cannot save the next certificate"
    if not reading.is_there(place):
        reason = f"{place} is not there, so certbot cannot save the next certificate"
        return bad("unwritable", reason, "Mend archive_dir in its renewal file.")
    return bad(
        "unwritable",
        reason,
        "See whether an attribute keeps it (chattr -i takes it off), or how it is mounted:",
        proposed.line(f"lsattr -d {shlex.quote(str(place))}"),
    )


def astray(link: Path, mending: Sequence[str]) -> Forecast:
    """Return the forecast of a lineage that certbot renews without anybody getting to see it.

    :param link: see :func:`certbot_sectigo.machine.saving.astray`.
    :param mending: as of :func:`unloadable`.
    """
    reason = (
        f"{link} does not lead to where the next certificate is saved, so certbot gets that, "
        "says that all went well, and leaves the links as they are"
    )
    remedy = PUT_RIGHT if mending else "Mend archive_dir in its renewal file, or the links."
    return bad("files-wrong", reason, remedy, "\n".join(mending))


def unsaved(link: Path | None, place: Path | None, mending: Sequence[str]) -> Forecast | None:
    """Return the forecast of a lineage whose next certificate is not saved where it is looked for.

    :param link: see :func:`astray`.
    :param place: see :func:`unwritable`.
    :param mending: as of :func:`unloadable`.
    """
    if link is not None:
        return astray(link, mending)
    return unwritable(place) if place is not None else None


def bad(code: str, reason: str, remedy: str = "", command: str = "") -> Forecast:
    """Return the forecast that certbot cannot even begin."""
    return Forecast(
        Outlook.BROKEN, f"{reason}.", Basis.FILES, code=code, remedy=remedy, command=command
    )
