"""``certbot-sectigo deploy``: the installer by hand."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click

from certbot_sectigo.accounts import leftovers
from certbot_sectigo.base import errors
from certbot_sectigo.cli.format import document
from certbot_sectigo.cli.shared import change
from certbot_sectigo.cli.shared.id_types import CertName
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.path_types import File
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.deploy import examples, material, report, targets
from certbot_sectigo.deploy.job import (
    DeployJob,
    TargetDifference,
    at_renewals,
    default_file,
    deploy_file,
    is_absent,
)
from certbot_sectigo.deploy.model import DeployError
from certbot_sectigo.machine import hooks, owners, schedules
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.machine.hooks import HookedCertbot
from certbot_sectigo.machine.locks import locked

_NOWHERE = "There is no deploy file, and no certificate here was installed with sectigo-eab."


@click.command("deploy")
@click.option(
    "--cert-name", metavar="NAME", type=CertName(), help="This certificate only, instead of all."
)
@click.option(
    "--deploy-file",
    metavar="FILE",
    type=File(),
    help="Read the targets from here, not from the file the certificate was installed with.",
)
@click.option("--dry-run", is_flag=True, help="Print what would be done; writes nothing.")
@click.option(
    "--check",
    is_flag=True,
    help="Print which targets differ from their certificate, which services serve another one, and "
    "who else could change their files; writes nothing, exits 1 if there is any.",
)
@click.option(
    "--example",
    type=click.Choice(sorted(examples.EXAMPLES)),
    help="Print a deploy file to start from.",
)
@click.pass_obj
def command(
    context: CommandContext,
    cert_name: str | None,
    deploy_file: str | None,
    dry_run: bool,
    check: bool,
    example: str | None,
) -> int:
    """Write certificates to the places of the deploy file, test and reload the services.

    A target whose test or reload fails gets its old files back.
    """
    if sum((dry_run, check, example is not None)) > 1:
        raise errors.UsageError("--dry-run, --check and --example exclude each other.")
    if example is not None:
        if context.json:
            document.write("deploy", example=example, text=examples.example(example))
        else:
            click.echo(examples.example(example), nl=False)
        return 0
    if dry_run or check:
        context.refuse_absent()
        change.dirs_of(context)
        return _tell(context, cert_name, deploy_file, _plan if dry_run else _compare)
    above = hooks.certbot_above(context.config_dir) if hooks.in_deploy_hook(os.environ) else None
    if above is not None:
        try:
            return _in_hook(context, cert_name, deploy_file, above)
        except _CertbotEndedError:
            pass  # a hook that runs in the background: now its locks can be had
    dirs = Dirs(context.config_dir, context.work_dir, context.logs_dir)
    owners.refuse(dirs)
    with locked(dirs, context.lock_timeout, lambda who: click.echo(who, err=True)):
        leftovers.sweep(dirs)
        return _tell(context, cert_name, deploy_file, _deploy)


class _CertbotEndedError(Exception):
    """The certbot whose locks kept others out has ended, or has let go of them."""


def _in_hook(
    context: CommandContext, cert_name: str | None, deploy_file: str | None, above: HookedCertbot
) -> int:
    """Deploy below a certbot that waits for this command: its locks stand for ours.

    :raises _CertbotEndedError: it waits no longer, and nothing was switched since.
    """
    files = schedules.settings_files(context.config_dir, Path("/"), os.environ)
    if hooks.is_dry_run(above.words, files):
        click.echo("certbot is on a dry run, so nothing is deployed.", err=True)
        return _tell(context, cert_name, deploy_file, _plan)

    def guard() -> None:
        if hooks.certbot_above(context.config_dir) != above:
            raise _CertbotEndedError

    return _tell(context, cert_name, deploy_file, partial(_deploy, guard=guard))


def _tell(
    context: CommandContext,
    cert_name: str | None,
    deploy_file: str | None,
    act: Callable[[DeployJob, CommandContext], list[dict[str, Any]]],
) -> int:
    """Do one thing to the targets of each certificate asked for; return the exit code."""
    said: list[dict[str, Any]] = []
    failed: list[str] = []
    idle: list[DeployJob] = []
    for job in _jobs(context, cert_name, deploy_file, failed):
        try:
            if not job.targets():
                idle.append(job)
                continue
            done = act(job, context)
        except errors.Error as error:
            failed.append(str(error))
            continue
        said.append({"certificate": job.material.lineage, "targets": done})
    if cert_name is not None:
        failed += [str(job.no_target()) for job in idle]
    elif not said and not failed:
        failed += _unmatched(context, deploy_file, idle)
    # Lineages share a deploy file, and with it what is wrong in it.
    failed = list(dict.fromkeys(failed))
    fine = not failed and all(target["ok"] for one in said for target in one["targets"])
    if context.json:
        document.write("deploy", ok=fine, certificates=said, errors=failed)
        return 0 if fine else 1
    for one in said:
        for target in one["targets"]:
            if context.verbosity >= 0 or not target["ok"]:
                say(f"{one['certificate']}: {target['text']}", err=not target["ok"])
    for text in failed:
        say(f"certbot-sectigo: {text}", err=True)
    if not said and not failed and context.verbosity >= 0:
        say(_NOWHERE)
    return 0 if fine else 1


def _unmatched(context: CommandContext, given: str | None, idle: list[DeployJob]) -> list[str]:
    """Say why nothing at all is deployed; nothing where nobody asked for the installer.

    :raises DeployError: a deploy file cannot be read.
    """
    known = material.names(context.config_dir)
    default = default_file(context.config_dir)
    files = dict.fromkeys([Path(given).absolute()] if given else [default, *(j.file for j in idle)])
    told = []
    for file in files:
        if not is_absent(file, context.config_dir):
            told.append(str(report.no_target(file, targets.load(file), None, known)))
        elif given or any(at_renewals(context.config_dir, name) for name in known):
            told.append(str(report.no_target(file, None, None, known)))
    return told


def _jobs(
    context: CommandContext, cert_name: str | None, given: str | None, failed: list[str]
) -> Iterator[DeployJob]:
    """Iterate over jobs, one for each certificate asked for.

    :param failed: gets why a certificate cannot be read.
    """
    config_dir = context.config_dir
    names = (cert_name,) if cert_name is not None else material.names(config_dir)
    for name in names:
        try:
            file = Path(given).absolute() if given else deploy_file(config_dir, name)
            yield DeployJob(material.read_lineage(config_dir, name), file, config_dir)
        except DeployError as error:
            failed.append(str(error))


def _deploy(
    job: DeployJob, context: CommandContext, guard: Callable[[], None] | None = None
) -> list[dict[str, Any]]:
    def tell(text: str) -> None:
        if context.verbosity > 0:
            click.echo(text, err=True)

    outcomes = job.run(tell, guard=guard)
    return [
        {
            "name": one.target,
            "ok": one.ok,
            "state": one.state,
            "message": one.message,
            "text": report.sentence(one),
        }
        for one in outcomes
    ]


def _compare(job: DeployJob, context: CommandContext) -> list[dict[str, Any]]:
    return [
        {
            "name": one.target,
            "ok": not one.differences and not one.findings,
            "differences": one.differences,
            "findings": one.findings,
            "text": _comparison(one),
        }
        for one in job.differences()
    ]


def _comparison(one: TargetDifference) -> str:
    title = f'target "{one.target}": '
    title += "differs" if one.differences else "has the certificate"
    if not one.differences and not one.findings:
        return title
    lines = [line for text in (*one.differences, *one.findings) for line in text.splitlines()]
    sign = ":" if one.differences else ", but:"
    return f"{title}{sign}\n" + "\n".join(f"  {line}" for line in lines)


def _plan(job: DeployJob, context: CommandContext) -> list[dict[str, Any]]:
    plans, refused = job.plans()
    found: list[dict[str, Any]] = []
    for plan in plans:
        lines = [
            f"would write {change.path} (owner {change.new.uid}:{change.new.gid}, "
            f"mode {change.new.mode:04o})"
            for change in plan.changes
        ]
        if plan.delivery is not None:
            lines.append(f"would send it to {plan.delivery.destination.address}, by ssh")
        lines = lines or ["has the certificate; nothing would be written"]
        for what, one in (("test", plan.target.test), ("reload", plan.target.reload)):
            if one is not None:
                lines.append(f"would {what}: {one.shown}")
        text = f'target "{plan.target.name}":\n' + "\n".join(f"  {line}" for line in lines)
        found.append({"name": plan.target.name, "ok": True, "steps": lines, "text": text})
    for outcome in refused:
        text = report.sentence(outcome)
        found.append(
            {"name": outcome.target, "ok": False, "message": outcome.message, "text": text}
        )
    return found
