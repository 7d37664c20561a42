"""``scm certificates`` and ``scm revoke``: through SCM, where the account that issued is gone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import click

from certbot_sectigo.base import errors
from certbot_sectigo.cli import format as formats
from certbot_sectigo.cli.format.document import time
from certbot_sectigo.cli.format.interface import Block, Cell, Remark, Report, Table
from certbot_sectigo.cli.scm import connect
from certbot_sectigo.cli.shared import change
from certbot_sectigo.cli.shared.id_types import CertName
from certbot_sectigo.cli.shared.options import CommandContext, scm_option
from certbot_sectigo.cli.shared.path_types import File
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine import certificates as machine_certificates
from certbot_sectigo.machine import lineages
from certbot_sectigo.machine.certificates import Unreadable
from certbot_sectigo.portal import commands, parsing, revoked
from certbot_sectigo.portal.errors import OutcomeUnknownError, PortalError, RefusedError
from certbot_sectigo.portal.model import REVOCATION_REASONS
from certbot_sectigo.portal.scm import Scm

_REVOKED = "revoked"


@click.command("certificates")
@scm_option
@click.pass_obj
def certificates(context: CommandContext, scm_file: str | None) -> None:
    """Ask SCM for the certificates that came by ACME and are issued, and print them.

    Changes nothing. HERE says which of them a lineage of this machine has; SCM itself does not
    tell which account or client a certificate came from.
    """
    scm = connect.connect(context, scm_file).scm
    found = scm.certificates()
    here = {c.serial: c.lineage for c in connect.this_host(context, "here").certificates}

    def blocks() -> Iterator[Block]:
        if not found:
            yield Remark("SCM shows no certificate that came by ACME to this log-in.")
            return
        rows = tuple(
            (
                Cell(", ".join(c.names)),
                Cell(f"{c.expires:%Y-%m-%d}" if c.expires else "?"),
                Cell(f"{c.serial:x}"),
                Cell(here.get(c.serial, "")),
            )
            for c in found
        )
        yield Table("", ("NAMES", "UNTIL", "SERIAL", "HERE"), rows, frozenset({"SERIAL"}))

    rows = [
        {"id": c.id, "names": list(c.names), "serial": f"{c.serial:x}", "status": c.status,
         "expires": time(c.expires), "lineage": here.get(c.serial)}
        for c in found
    ]  # fmt: skip
    report = Report("scm certificates", lambda: {"certificates": rows}, blocks)
    formats.chosen(json=context.json).show(report)


@click.command("revoke")
@click.argument("serial", required=False)
@click.option("--cert-path", metavar="FILE", type=File(), help="The certificate, PEM.")
@click.option(
    "--cert-name", metavar="NAME", type=CertName(), help="The certificate of a lineage here."
)
@click.option("--reason", type=click.Choice(list(REVOCATION_REASONS)), default="unspecified",
              show_default=True, metavar="REASON",
              help=f"Why: {', '.join(REVOCATION_REASONS)}.")  # fmt: skip
@click.option("--words", default="revoked with certbot-sectigo", metavar="TEXT",
              help="What SCM keeps as the reason, 1 to 512 characters.")  # fmt: skip
@scm_option
@change.yes_option
@click.pass_obj
def revoke(
    context: CommandContext,
    serial: str | None,
    cert_path: str | None,
    cert_name: str | None,
    reason: str,
    words: str,
    scm_file: str | None,
    yes: bool,
) -> None:
    """Revoke a certificate through SCM: by its serial number in hexadecimal, its file, its name.

    For certificates whose account or key is gone; else certbot-sectigo revoke needs no log-in.
    There is no way back. Files stay as they are, and certbot renews the lineage when it is due.
    """
    if [serial, cert_path, cert_name].count(None) != 2:
        raise errors.UsageError("Give one of SERIAL, --cert-path and --cert-name.")
    if not 1 <= len(words) <= 512:
        raise errors.UsageError("--words: give 1 to 512 characters.")
    scm = connect.connect(context, scm_file).scm
    number = _number(context, serial, cert_path, cert_name)
    found = next((c for c in scm.certificates() if c.serial == number), None)
    found = found or scm.certificate(number)
    already = found is not None and found.status == _REVOKED
    if found is None or not (already or found.live):
        raise errors.Error(
            f"SCM shows no issued certificate with serial {number:x} to this log-in.",
            f"It is expired, or another organisation's. {_listed()}",
        )
    names = ", ".join(found.names)
    what = (
        f"{names} (serial {number:x}) is revoked already."
        if already
        else f"Revoke {names} (serial {number:x}), for good: {reason}."
    )

    def carry_out(_: object) -> None:
        folder, mine = _notes(context, number)
        if not already:
            # Revoking counts more than a note of it: whether there can be one is told afterwards.
            with contextlib.suppress(errors.Error):
                for fingerprint in mine:
                    revoked.begin(folder, fingerprint)
            try:
                scm.revoke(number, REVOCATION_REASONS[reason], words)
            except OutcomeUnknownError:
                raise
            except PortalError as error:
                # Another run may have been faster.
                if not (isinstance(error, RefusedError) and _is_revoked(scm, number)):
                    with contextlib.suppress(errors.Error):
                        for fingerprint in mine:
                            revoked.withdraw(folder, fingerprint)
                    raise
        try:
            for fingerprint in mine:
                revoked.write(folder, fingerprint, None if already else scm.now())
        except errors.Error as error:
            raise errors.Error(
                f"The certificate is revoked. That could not be noted: {error.message}",
                error.remedy,
            ) from None

    change.act(
        context,
        "scm revoke",
        make=lambda: found,
        show=lambda _: say(what),
        describe=lambda _: {"names": list(found.names), "serial": f"{number:x}", "reason": reason},
        question="Revoke it for good?",
        yes=yes or already,
        carry_out=carry_out,
        lock=change.no_lock,
        conclude=lambda _: say("Nothing was to be done." if already else f"Revoked: {names}."),
        result=lambda _: {"revoked": f"{number:x}"},
    )


def _is_revoked(scm: Scm, number: int) -> bool:
    found = scm.certificate(number)
    return found is not None and found.status == _REVOKED


def _notes(context: CommandContext, number: int) -> tuple[Path, list[str]]:
    """Return where notes are, and the fingerprints of those that lineages here have of a serial.

    The doctor then tells that it is served.

    :raises certbot_sectigo.base.errors.Error: if that cannot be told.
    """
    dirs = change.dirs_of(context)
    paths = [lineage.cert_path for lineage in lineages.read_all(dirs.renewal)]
    held = [machine_certificates.read(path) for path in paths if path is not None]
    mine = [c.fingerprint for c in held
            if isinstance(c, machine_certificates.Certificate) and c.serial == number]  # fmt: skip
    return dirs.portal, list(dict.fromkeys(mine))


def _number(
    context: CommandContext, serial: str | None, cert_path: str | None, cert_name: str | None
) -> int:
    if serial is not None:
        digits = serial[2:] if serial.lower().startswith("0x") else serial
        if parsing.serial(digits) == 0 or not all(c in "0123456789abcdefABCDEF:" for c in digits):
            raise errors.UsageError(
                f"{serial} is no serial number in hexadecimal digits.", _listed()
            )
        return parsing.serial(digits)
    path = Path(cert_path) if cert_path else None
    if cert_name is not None:
        dirs = change.dirs_of(context)
        lineage = lineages.read(dirs.renewal / f"{cert_name}.conf")
        path = lineage.cert_path if lineage else None
        if path is None:
            raise errors.Error(f"There is no lineage {cert_name} in {dirs.renewal}.", _listed())
    found = machine_certificates.read(path) if path else Unreadable("no file")
    if isinstance(found, Unreadable):
        raise errors.Error(f"{found.reason}.", _listed())
    return found.serial


def _listed() -> str:
    return f"What SCM has, is listed by:\n{commands.ours('certificates')}"
