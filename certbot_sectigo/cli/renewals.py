"""``renewals``: will each certificate renew, and what that is known from."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import click

from certbot_sectigo.base import errors
from certbot_sectigo.cli import format as formats
from certbot_sectigo.cli.format.document import time
from certbot_sectigo.cli.format.interface import Block, Cell, Remark, Report, Table, Tone
from certbot_sectigo.cli.shared import account_words, ask_ca
from certbot_sectigo.cli.shared.id_types import CertName
from certbot_sectigo.cli.shared.options import CommandContext, scm_option
from certbot_sectigo.machine import commands
from certbot_sectigo.renewals import organisation
from certbot_sectigo.renewals.model import Basis, Forecast, Outlook, Renewal

if TYPE_CHECKING:
    from certbot_sectigo.accounts.known.overview import Overview
    from certbot_sectigo.portal.port import Portal
    from certbot_sectigo.renewals.survey import Surveyed

_TONES = {
    Outlook.READY: Tone.GOOD,
    Outlook.CHALLENGE: Tone.WARN,
    Outlook.REFUSED: Tone.BAD,
    Outlook.BROKEN: Tone.BAD,
    Outlook.UNATTENDED: Tone.BAD,
    Outlook.UNKNOWN: Tone.DIM,
}
_RESTS_ON = {
    Basis.ORDER: "order now",
    Basis.LOG: "log",
    Basis.FILES: "files",
    Basis.NOTHING: "not asked",
}


@click.command("renewals")
@click.option("--order", "orders", is_flag=True,
              help="Ask the CA: open one order for each lineage of this plugin.")  # fmt: skip
@click.option("--cert-name", "only", multiple=True, metavar="NAME", type=CertName(),
              help="Only this lineage; repeat it for more.")  # fmt: skip
@click.option("--scm", is_flag=True, help="Ask SCM until when the names are validated.")
@scm_option
@ask_ca.no_verify_ssl_option
@click.pass_context
def command(
    ctx: click.Context,
    orders: bool,
    only: tuple[str, ...],
    scm: bool,
    scm_file: str | None,
    no_verify_ssl: bool,
) -> None:
    """Print what the next renewal of each certificate will do.

    Reads certbot's files and logs, cron tables and systemd units, changes nothing, and asks
    nobody. A forecast says what it rests on: the files here, the last order in the logs, or
    nothing.

    With --order the CA is asked, by one order for each lineage that this plugin renews, with
    the account that the renewal will use. No order is finalised: nothing is issued, and they
    lapse by themselves.

    With --scm Sectigo Certificate Manager is asked for the kids of accounts that are not known,
    which are noted, and until when the names' domains are validated (certbot-sectigo help portal).

    The exit code is 1 if a certificate will not renew by itself.
    """
    context: CommandContext = ctx.obj
    asked = None
    if scm or scm_file is not None:
        from certbot_sectigo.cli.scm import connect

        asked = connect.connect(context, scm_file).scm
    found = gather(context, only, orders=orders, verify_ssl=not no_verify_ssl, scm=asked)
    report = Report(
        "renewals",
        lambda: {"renewals": [as_json(renewal) for renewal in found]},
        lambda: _blocks(found, orders=orders),
    )
    formats.chosen(json=context.json).show(report)
    ctx.exit(1 if any(renewal.forecast.fails for renewal in found) else 0)


def gather(
    context: CommandContext,
    only: Sequence[str] = (),
    *,
    orders: bool = False,
    verify_ssl: bool = True,
    scm: Portal | None = None,
) -> list[Renewal]:
    """Forecast the renewals of this machine.

    :param only: names of lineages; empty for all.
    :param orders: ask the CA with an order each.
    :param scm: ask this portal for kids and validations; None: it is not asked.
    :raises certbot_sectigo.base.errors.UsageError: if a lineage is not there.
    """

    def better(here: Overview) -> Overview:
        if scm is None:
            return here
        from certbot_sectigo.cli.scm import connect

        return connect.learn_kids(here, scm)

    here, surveyed = look(context, better, (lambda here: only) if only else None)
    names = {lineage.name for lineage in here.lineages}
    for name in only:
        if name not in names:
            raise errors.UsageError(
                f"There is no lineage {name} in {context.config_dir / 'renewal'}.",
                f"These are there:  {', '.join(sorted(names)) or 'none'}",
            )
    if scm is not None:
        from certbot_sectigo.renewals import portal

        surveyed = portal.ask(surveyed, scm)
    answers = ask_ca.orders(context, surveyed, verify_ssl=verify_ssl) if orders else {}
    return [item.renewal(answers.get(item.facts.lineage.name)) for item in surveyed]


def look(
    context: CommandContext,
    better: Callable[[Overview], Overview] = lambda here: here,
    only: Callable[[Overview], Container[str]] | None = None,
) -> tuple[Overview, list[Surveyed]]:
    """Read what decides about the renewals of this machine; the CA is not asked.

    :param better: adds to what was read.
    :param only: chooses the lineages that are looked at, by name; None for all.
    """
    from certbot_sectigo.accounts.known import overview
    from certbot_sectigo.machine import certbot_versions, settings, timers
    from certbot_sectigo.machine.dirs import Dirs
    from certbot_sectigo.renewals import survey

    context.refuse_absent()
    dirs = Dirs(context.config_dir, context.work_dir, context.logs_dir)
    here = better(overview.gather(dirs, context.system_root, os.environ))
    schedule = timers.read(context.system_root, context.config_dir)
    files = schedule.files
    return here, survey.survey(
        dirs,
        here,
        schedule,
        schedule.certbot_version(certbot_versions.certbot_version()),
        datetime.now(timezone.utc),
        settings.read(dirs.config_dir, context.system_root, os.environ, files),
        None if only is None else only(here),
    )


def as_json(renewal: Renewal) -> Mapping[str, Any]:
    """Return a renewal's members for JSON."""
    return {
        "lineage": renewal.lineage.name,
        "names": list(renewal.names),
        "valid_until": time(renewal.not_after),
        "next_try": time(renewal.next_try),
        "serial": f"{renewal.serial:x}" if renewal.serial is not None else None,
        "key": renewal.key,
        "authenticator": renewal.lineage.authenticator,
        "installer": renewal.lineage.installer,
        "deploy_file": renewal.lineage.deploy,
        "server": renewal.lineage.server,
        "account": renewal.account,
        "kid": renewal.kid,
        "forecast": _forecast_as_json(renewal.forecast),
        "organisation": {
            "name": renewal.organisation,
            "validation": renewal.organisation_validated,
            "until": time(renewal.organisation_until),
        }
        if renewal.organisation is not None
        else None,
        "horizon": time(renewal.horizon),
        "horizons": [
            {
                "name": horizon.name,
                "until": time(horizon.until),
                "validated": time(horizon.validated),
                "method": horizon.method,
            }
            for horizon in renewal.horizons
        ],
    }


def _forecast_as_json(forecast: Forecast) -> Mapping[str, Any]:
    return {
        "outlook": forecast.outlook.value,
        "rests_on": forecast.basis.value,
        "reason": forecast.reason,
        "names": list(forecast.names),
        "method": forecast.method or None,
        "answerable": forecast.answerable,
        "fails": forecast.fails,
        "remedy": forecast.remedy or None,
        "command": forecast.command or None,
    }


def _blocks(found: Sequence[Renewal], *, orders: bool) -> Iterator[Block]:
    if not found:
        yield Remark("There are no certificates here.")
        return
    short = account_words.short_ids(r.account for r in found if r.account)
    rows = []
    for renewal in found:
        forecast = renewal.forecast
        account = short[renewal.account] if renewal.account else "?"
        rows.append(
            (
                Cell(renewal.lineage.name),
                Cell(_day(renewal.not_after)),
                Cell(_day(renewal.next_try)),
                Cell(account),
                Cell(_day(renewal.horizon), Tone.PLAIN if renewal.horizon else Tone.DIM),
                Cell(
                    f"{forecast.outlook.value} ({_RESTS_ON[forecast.basis]})",
                    _TONES[forecast.outlook],
                ),
            )
        )
    columns = ("LINEAGE", "UNTIL", "NEXT TRY", "ACCOUNT", "HORIZON", "FORECAST")
    copied = frozenset({"LINEAGE", "FORECAST"})
    yield Table("", columns, tuple(rows), frozenset({"UNTIL"}), copied)
    for renewal in found:
        forecast = renewal.forecast
        if forecast.outlook in (Outlook.READY, Outlook.UNKNOWN) and not forecast.code:
            continue
        tone = Tone.BAD if forecast.fails else Tone.WARN
        text = f"{renewal.lineage.name}: {forecast.reason}"
        yield Remark(f"{text} {forecast.remedy}".rstrip(), forecast.command, tone)
    for sentence in organisation.sentences(found):
        yield Remark(sentence, tone=Tone.DIM)
    if not orders and any(r.forecast.outlook is Outlook.UNKNOWN for r in found):
        yield Remark("The CA was not asked. This asks it:", commands.ours("renewals", "--order"))


def _day(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d") if moment else "?"
