"""``certbot-sectigo doctor``: what is wrong on this machine, with remedies; and mending."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from certbot_sectigo.accounts.known.overview import Overview
from certbot_sectigo.base import errors
from certbot_sectigo.ca.revocation_words import Asked, Word
from certbot_sectigo.cli import format as formats
from certbot_sectigo.cli.format import document
from certbot_sectigo.cli.format.document import time
from certbot_sectigo.cli.format.interface import Block, Remark, Report, Tone
from certbot_sectigo.cli.shared import (
    ask_ca,
    caa_words,
    change,
    diagnosis_words,
    finding_words,
    ticket,
)
from certbot_sectigo.cli.shared.ignoring import without
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.path_types import File
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.doctor import examination, fixes
from certbot_sectigo.doctor.examination import Machine, Questions
from certbot_sectigo.doctor.format import FORMATS
from certbot_sectigo.doctor.model import CaaSeen, Diagnosis, Severity
from certbot_sectigo.renewals.facts import Answer
from certbot_sectigo.renewals.survey import Surveyed


@click.command("doctor")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "json", *FORMATS]),
    default="text",
    show_default=True,
    help="What to print; nagios and prometheus are for monitoring.",
)
@click.option(
    "--online",
    is_flag=True,
    help="Ask the CA about accounts and certificates, and the DNS for CAA.",
)
@click.option("--orders", is_flag=True,
              help="Ask the CA with an order for each lineage of this plugin.")  # fmt: skip
@click.option("--deep", is_flag=True, help="Look through shell histories too.")
@click.option("--ignore", multiple=True, metavar="CODE", help="Leave findings of this kind out.")
@click.option("--bundle", "bundle_file", metavar="FILE", type=File(),
              help="Write what a helper needs to FILE, a .tar.gz without secrets.")  # fmt: skip
@click.option("--fix", is_flag=True, help="Mend what can be mended without losing anything.")
@change.yes_option
@ask_ca.no_verify_ssl_option
@click.pass_obj
def command(
    context: CommandContext,
    format_name: str,
    online: bool,
    orders: bool,
    deep: bool,
    ignore: tuple[str, ...],
    bundle_file: str | None,
    fix: bool,
    yes: bool,
    no_verify_ssl: bool,
) -> int:
    """Print what is wrong on this machine, worst first, with remedies.

    Reads certbot's files and logs, cron tables, systemd units and the process list, and
    changes nothing. The exit code is 0 without findings and 1 with some; of --format nagios
    it is 0, 1, 2 or 3, as monitoring plugins have it.

    With --orders the CA is asked, by one order for each lineage that this plugin renews,
    whether it would issue; none is finalised, as in `renewals --order`.

    With --fix it narrows the modes of keys, notes the kids that logs show, puts links right
    that certbot refuses, and takes HMAC keys out of certbot's own logs: first it shows the
    plan and asks.

    With --bundle it writes findings, versions, renewal files, settings and the newest logs to
    one archive, takes secrets out, and looks through it before it is written.

    "certbot-sectigo help doctor" explains every finding.
    """
    context = dataclasses.replace(context, json=context.json or format_name == "json")
    chosen = FORMATS.get(format_name)
    if fix and chosen is not None:
        raise errors.UsageError(f"--fix does not go with --format {format_name}.")
    if bundle_file is not None and (fix or chosen is not None):
        raise errors.UsageError(
            "--bundle goes neither with --fix nor with a format for monitoring."
        )

    answers: dict[str, Answer] = {}

    def ordered(surveyed: Sequence[Surveyed]) -> Mapping[str, Answer]:
        # Of several looks, as --fix takes them, each lineage is asked about in one.
        rest = [item for item in surveyed if item.facts.lineage.name not in answers]
        answers.update(ask_ca.orders(context, rest, verify_ssl=not no_verify_ssl))
        return answers

    def looked_up(certificates: Sequence[Asked]) -> Sequence[tuple[Word, ...]]:
        from certbot_sectigo.ca import revocation

        with ask_ca.progress("Asking about revocations", len(certificates), context) as answered:
            how = ask_ca.settings(verify_ssl=not no_verify_ssl)
            return revocation.ask(certificates, how, answered)

    def caa_records(found: Overview) -> CaaSeen:
        from certbot_sectigo.doctor.readers import caa

        how = ask_ca.settings(verify_ssl=not no_verify_ssl)
        return caa.read(found, how, caa_words.dns(context))

    questions = Questions(
        orders=ordered if orders else None,
        revocations=looked_up if online else None,
        caa=caa_records if online else None,
    )

    def look() -> Machine:
        return examine(context, questions, deep=deep, online=online, verify_ssl=not no_verify_ssl)

    if fix:
        return _fix(context, look, ignore, yes=yes)
    try:
        machine = look()
        diagnosis = _without(examination.diagnose(machine), ignore)
    except (errors.Error, OSError) as error:
        failure = chosen.failure(str(error)) if chosen else None
        if failure is None:
            raise
        click.echo(failure[0], nl=False)
        return failure[1]
    if chosen is not None:
        click.echo(chosen.text(diagnosis), nl=False)
        return chosen.exit_code(diagnosis)
    if bundle_file is not None:
        path = Path(bundle_file).absolute()
        said = ticket.write(path, machine, diagnosis, data(diagnosis))
        if context.json:
            document.write("doctor", **data(diagnosis), bundle=str(path))
        else:
            say(said)
        return 0
    _show(context, diagnosis, ticket.line(diagnosis, machine.certbot_version))
    return 1 if diagnosis.findings else 0


def examine(
    context: CommandContext,
    questions: Questions | None = None,
    *,
    deep: bool = False,
    online: bool = False,
    verify_ssl: bool = True,
) -> Machine:
    """Read this machine; changes nothing.

    :param questions: what CAs are asked; None: nothing.
    :param deep: look through shell histories too.
    :param online: ask the CA for the status of accounts.
    :raises certbot_sectigo.base.errors.Error: if it cannot be read.
    """
    context.refuse_absent()
    dirs, root = change.dirs_of(context), context.system_root
    search = examination.search(dirs, root, os.environ, deep=deep)
    found = ask_ca.gather(context, online=online, verify_ssl=verify_ssl, hear=search.hear)
    return examination.read(dirs, root, os.environ, found, search, questions or Questions())


def _without(diagnosis: Diagnosis, ignore: Collection[str]) -> Diagnosis:
    return dataclasses.replace(diagnosis, findings=tuple(without(diagnosis.findings, ignore)))


def _fix(
    context: CommandContext, look: Callable[[], Machine], ignore: Collection[str], *, yes: bool
) -> int:
    """Show the plan, ask, mend, and say what is left."""
    machine = look()
    if not fixes.plan(machine):
        diagnosis = _without(examination.diagnose(machine), ignore)
        if not context.json:
            say("There is nothing to mend.")
        _show(context, diagnosis)
        return 1 if diagnosis.findings else 0
    left = 1

    def make() -> tuple[fixes.Step, ...]:
        nonlocal machine
        machine = look()
        return fixes.plan(machine)

    def result(outcome: fixes.Outcome) -> Mapping[str, Any]:
        nonlocal left
        diagnosis = _without(examination.diagnose(look()), ignore)
        left = 1 if diagnosis.findings or outcome.failed else 0
        return {
            "done": [step.words for step in outcome.done],
            "failed": [{"step": step.words, "reason": why} for step, why in outcome.failed],
            "findings": [finding_words.as_json(finding) for finding in diagnosis.findings],
        }

    def conclude(outcome: fixes.Outcome) -> None:
        nonlocal left
        say(f"Done: {len(outcome.done)} of {len(outcome.done) + len(outcome.failed)}.")
        for step, why in outcome.failed:
            say(f"Not done: {step.words}: {why}", err=True)
        diagnosis = _without(examination.diagnose(look()), ignore)
        left = 1 if diagnosis.findings or outcome.failed else 0
        _show(context, diagnosis)

    change.act(
        context,
        "doctor",
        make=make,
        show=_show_plan,
        describe=lambda steps: [step.words for step in steps],
        question=lambda steps: f"Do these {len(steps)} things?" if steps[1:] else "Do this?",
        yes=yes,
        carry_out=lambda steps: fixes.carry_out(machine, steps),
        conclude=conclude,
        result=result,
    )
    return left


def _show_plan(steps: tuple[fixes.Step, ...]) -> None:
    say("To be done:")
    for step in steps:
        say(f"  {step.words}")
    if any(isinstance(step, fixes.Narrow) for step in steps):
        say("A service that reads these keys as a user outside their group cannot any more.")


def _show(context: CommandContext, diagnosis: Diagnosis, last: str = "") -> None:
    def blocks() -> Iterator[Block]:
        yield from diagnosis_words.blocks(diagnosis, context.verbosity)
        if last and context.verbosity >= 0:
            yield Remark("")
            yield Remark(last, tone=Tone.DIM)

    report = Report("doctor", lambda: data(diagnosis), blocks)
    formats.chosen(json=context.json).show(report)


def data(diagnosis: Diagnosis) -> Mapping[str, Any]:
    """Return the members of the JSON document (docs/doctor.md)."""
    return {
        "when": time(diagnosis.when),
        "findings": [finding_words.as_json(finding) for finding in diagnosis.findings],
        "counts": {severity.value: diagnosis.count(severity) for severity in Severity},
        "accounts": [
            {"server": server, "verdict": verdict, "count": count}
            for (server, verdict), count in sorted(diagnosis.verdicts.items())
        ],
        "certificates": [
            {
                "lineage": expiry.lineage,
                "names": list(expiry.names),
                "expires": time(expiry.not_after),
                "problem": expiry.problem or None,
                "forecast": expiry.forecast,
                "horizon": time(expiry.horizon),
            }
            for expiry in diagnosis.expiries
        ],
        "reach": [
            {
                "account": reached.account,
                "server": reached.server,
                "kid": reached.kid,
                "archived": reached.archived,
                "domains": list(reached.domains),
                "unused": list(reached.unused),
            }
            for reached in diagnosis.reaches
        ],
        "unasked": list(diagnosis.unasked),
    }
