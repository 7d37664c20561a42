"""``certbot-sectigo revoke``: ask the CA to revoke a certificate, with the account that may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from certbot_sectigo.accounts.change import revoke_subject, revoke_ways
from certbot_sectigo.accounts.change.revoke_ways import Attempt, RevokeAnswer, RevokeSubject
from certbot_sectigo.base import errors, printable
from certbot_sectigo.cli.format.document import time
from certbot_sectigo.cli.shared import ask_ca, change
from certbot_sectigo.cli.shared.id_types import CertName, Server
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.path_types import File
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine import certbot_process, commands
from certbot_sectigo.machine.certbot_process import CertbotOutcome
from certbot_sectigo.machine.dirs import Dirs


@dataclass(frozen=True)
class RevokePlan:
    """What is to be revoked, and how that is tried."""

    subject: RevokeSubject
    ways: tuple[Attempt, ...]
    reason: str
    delete: bool


@dataclass(frozen=True)
class Revoked:
    """What came of it."""

    subject: RevokeSubject
    way: Attempt
    answer: RevokeAnswer
    refused: tuple[Attempt, ...]
    deleted: bool


@click.command("revoke")
@click.option(
    "--cert-name",
    metavar="NAME",
    type=CertName(),
    help="Revoke the newest certificate of this lineage.",
)
@click.option(
    "--cert-path", metavar="FILE", type=File(), help="Revoke the certificate in this file."
)
@click.option("--key-path", metavar="FILE", type=File(), help="The certificate's private key.")
@click.option(
    "--server", metavar="URL", type=Server(), help="ACME directory URL, where no lineage tells."
)
@click.option("--account", metavar="ID", help="With this account only, archived or not.")
@click.option("--with-key", is_flag=True, help="With the certificate's private key only.")
@click.option(
    "--reason",
    type=click.Choice(revoke_ways.REASONS, case_sensitive=False),
    default=revoke_ways.REASONS[0],
    show_default=True,
    metavar="REASON",
    help=f"What the CA is told: {', '.join(revoke_ways.REASONS)}.",
)
@click.option("--delete", is_flag=True, help="Have certbot delete the lineage afterwards.")
@change.yes_option
@ask_ca.no_verify_ssl_option
@click.pass_obj
def command(
    context: CommandContext,
    cert_name: str | None,
    cert_path: str | None,
    key_path: str | None,
    server: str | None,
    account: str | None,
    with_key: bool,
    reason: str,
    delete: bool,
    yes: bool,
    no_verify_ssl: bool,
) -> None:
    """Ask the CA to revoke a certificate, for good.

    Finds the account that got it, also in the archive; where the CA refuses, tries the
    next, and at last the certificate's private key. Shows all of that and asks first.
    certbot does the act. The lineage stays unless --delete is given.
    """
    if (cert_name is None) == (cert_path is None):
        raise errors.UsageError("Give either --cert-name NAME or --cert-path FILE.")
    if account and with_key:
        raise errors.UsageError("--account and --with-key exclude each other.")
    dirs = change.own_dirs(context)

    def make() -> RevokePlan:
        subject = revoke_subject.find(
            dirs,
            cert_name=cert_name,
            cert_path=Path(cert_path) if cert_path else None,
            key_path=Path(key_path) if key_path else None,
            server=server,
        )
        if delete and (subject.lineage is None or not subject.current):
            raise errors.UsageError(
                "--delete goes with a lineage's newest certificate only: it deletes the lineage."
            )
        ways = revoke_ways.attempts(subject, revoke_ways.look(dirs, subject))
        return RevokePlan(
            subject, _chosen(subject, ways, account, with_key), reason.lower(), delete
        )

    change.act(
        context,
        "revoke",
        make=make,
        show=_show,
        describe=_describe,
        question="Revoke it?",
        yes=yes,
        carry_out=lambda plan: _revoke(context, dirs, plan, no_verify_ssl=no_verify_ssl),
        conclude=_conclude,
        result=_result,
        lock=change.no_lock,  # certbot takes its own
    )


def _chosen(
    subject: RevokeSubject, ways: tuple[Attempt, ...], account: str | None, with_key: bool
) -> tuple[Attempt, ...]:
    """Keep the ways that were asked for.

    :raises certbot_sectigo.base.errors.Error: if none is left.
    """
    chosen = ways
    if with_key:
        chosen = tuple(way for way in ways if way.account is None)
    elif account:
        prefix = account.lower()
        chosen = tuple(
            way
            for way in ways
            if way.account is not None and way.account.name.lower().startswith(prefix)
        )
        if len(chosen) > 1:
            raise errors.UsageError(
                f"--account {account} may mean: "
                + ", ".join(way.account.name for way in chosen if way.account)
            )
    if not chosen:
        what = "private key" if with_key else f"account {account}…" if account else "account"
        raise errors.Error(
            f"There is no {what} here that could revoke {subject.cert_path}.",
            f"Its server is {subject.server}. With the certificate's private key it goes without "
            "any account:  --key-path FILE\nElse have it revoked in Sectigo Certificate Manager "
            f"(Certificates, serial number {subject.certificate.serial:X}).",
        )
    return chosen


def _revoke(
    context: CommandContext, dirs: Dirs, plan: RevokePlan, *, no_verify_ssl: bool
) -> Revoked:
    """Try the ways in their order until the CA takes one."""
    more = ["--no-verify-ssl"] if no_verify_ssl else []

    def certbot(words: Sequence[str], where: Dirs) -> CertbotOutcome:
        return certbot_process.run(
            [*words, *more],
            where,
            lock_timeout_seconds=context.lock_timeout,
            waiting=lambda who: say(who, err=True),
            patience=revoke_ways.PATIENCE,
        )

    ask_ca.see_directory(plan.subject.server, verify_ssl=not no_verify_ssl)
    refused: list[tuple[Attempt, str]] = []
    for way in plan.ways:
        answer, words = revoke_ways.attempt(dirs, plan.subject, way, plan.reason, certbot)
        if answer is RevokeAnswer.REFUSED:
            refused.append((way, words))
            if not context.json:
                say(printable.lines(f"Refused with {way.what}: {words}"))
            continue
        if answer is RevokeAnswer.FAILED:
            raise errors.Error(
                f"{plan.subject.cert_path} was not revoked with {way.what}. certbot says: {words}",
                f"The whole exchange: {dirs.logs_dir / 'letsencrypt.log'}",
            )
        deleted = plan.delete and _delete(plan, dirs, certbot)
        return Revoked(plan.subject, way, answer, tuple(way for way, _ in refused), deleted)
    raise errors.Error(
        f"{plan.subject.cert_path} was not revoked; the CA refused every way:\n"
        + "\n".join(f"  with {way.what}: {words}" for way, words in refused),
        _way_on(plan),
    )


def _way_on(plan: RevokePlan) -> str:
    lines = []
    if plan.subject.key_path is None:
        lines.append("With the certificate's private key it goes without any account:  "
                     "--key-path FILE")  # fmt: skip
    lines.append(
        "If the account that got it is on another machine, revoke it there; else have it revoked "
        "in Sectigo Certificate Manager (Certificates, serial number "
        f"{plan.subject.certificate.serial:X}). With a log-in there (certbot-sectigo help "
        "portal):\n" + commands.ours("scm", "revoke", f"{plan.subject.certificate.serial:x}")
    )
    return "\n".join(lines)


def _delete(plan: RevokePlan, dirs: Dirs, certbot: Any) -> bool:
    name = plan.subject.lineage.name if plan.subject.lineage else ""
    outcome = certbot(["delete", "--cert-name", name], dirs)
    if outcome.returncode != 0:
        raise errors.Error(
            f"The certificate is revoked, but certbot did not delete the lineage {name}: "
            + outcome.output.strip(),
            commands.certbots("delete", "--cert-name", name),
        )
    return True


def _show(plan: RevokePlan) -> None:
    certificate = plan.subject.certificate
    lineage = plan.subject.lineage
    say(f"To be revoked, for good: {plan.subject.cert_path}")
    say(f"  names    {', '.join(sorted(certificate.names))}")
    say(f"  issuer   {certificate.issuer or 'unknown'}")
    say(f"  serial   {certificate.serial:X}")
    say(f"  valid    {certificate.not_before:%Y-%m-%d} to {certificate.not_after:%Y-%m-%d}")
    if lineage is not None:
        version = "its newest certificate" if plan.subject.current else "an earlier certificate"
        say(f"  lineage  {lineage.name} ({version})")
    say(f"  server   {plan.subject.server}")
    say(f"  reason   {plan.reason}")
    say("Tried in this order, until the CA agrees:")
    for number, way in enumerate(plan.ways, 1):
        say(f"  {number}. {way.what} ({way.why})")
    if plan.delete and lineage is not None:
        say(f"Then certbot deletes the lineage {lineage.name}, keys and all.")


def _describe(plan: RevokePlan) -> dict[str, Any]:
    certificate, lineage = plan.subject.certificate, plan.subject.lineage
    return {
        "certificate": {
            "file": str(plan.subject.cert_path),
            "names": sorted(certificate.names),
            "issuer": certificate.issuer,
            "serial": f"{certificate.serial:x}",
            "not_before": time(certificate.not_before),
            "not_after": time(certificate.not_after),
        },
        "lineage": lineage.name if lineage else None,
        "newest": plan.subject.current if lineage else None,
        "server": plan.subject.server,
        "reason": plan.reason,
        "attempts": [{**_with(way), "why": way.why} for way in plan.ways],
        "delete": plan.delete,
    }


def _with(way: Attempt) -> dict[str, Any]:
    if way.account is None:
        return {"with": "key", "account": None, "archived": False}
    name = way.archived_as or way.account.name
    return {"with": "account", "account": name, "archived": way.archived_as is not None}


def _result(done: Revoked) -> dict[str, Any]:
    return {
        "revoked": True,
        "already": done.answer is RevokeAnswer.ALREADY,
        **_with(done.way),
        "refused": [_with(way) for way in done.refused],
        "deleted": done.deleted,
    }


def _conclude(done: Revoked) -> None:
    subject = done.subject
    if done.answer is RevokeAnswer.ALREADY:
        say("The CA says that it was revoked already; nothing is left to do there.")
    else:
        say(f"Revoked: {subject.cert_path}, with {done.way.what}.")
    if done.deleted:
        say("certbot has deleted the lineage.")
    elif subject.lineage is not None and subject.current:
        say(
            f"The lineage {subject.lineage.name} is still here, and services still serve the "
            "certificate. A new one, with a new key:\n"
            + commands.certbots("renew", "--force-renewal", "--cert-name", subject.lineage.name)
        )
