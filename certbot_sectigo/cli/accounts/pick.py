"""``accounts pick``: the right account for a script, and nothing else on standard output."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from certbot_sectigo.accounts.judge import choice
from certbot_sectigo.accounts.judge.choice import Pick, Picked, Undecided
from certbot_sectigo.accounts.judge.facts import AccountEntry
from certbot_sectigo.accounts.known.overview import Overview
from certbot_sectigo.base import errors
from certbot_sectigo.base.printable import printable
from certbot_sectigo.cli.accounts import probe
from certbot_sectigo.cli.format import document
from certbot_sectigo.cli.shared import account_words, ask_ca
from certbot_sectigo.cli.shared.id_types import Kid, Server
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.path_types import File
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine import commands, host_name


@click.command("pick")
@click.option("--eab-kid", "kid", metavar="KID", type=Kid(),
              help="The account that was bound with KID.")  # fmt: skip
@click.option(
    "--credentials", metavar="FILE", type=File(), help="The account of this credentials file's kid."
)
@click.option("-d", "--domain", "names", multiple=True, metavar="NAME",
              help="The account whose certificates hold NAME; repeat it for more.")  # fmt: skip
@click.option(
    "--server", metavar="URL", type=Server(), help="Only accounts of this ACME directory."
)
@click.option("--probe", "probing", is_flag=True,
              help="Ask the CA: open an order with each candidate, and finalise none.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["id", "flag", "json"]), default="id",
              show_default=True, help="What to print; flag is what certbot needs.")  # fmt: skip
@ask_ca.no_verify_ssl_option
@click.pass_obj
def command(
    context: CommandContext,
    kid: str | None,
    credentials: str | None,
    names: tuple[str, ...],
    server: str | None,
    probing: bool,
    form: str,
    no_verify_ssl: bool,
) -> None:
    """Print the right account's id, for scripts.

    \b
    As in:
        ACCOUNT=$(certbot-sectigo accounts pick --format flag -d NAME) &&
        certbot certonly $ACCOUNT -d NAME …

    Prints the id, or the options that certbot needs, on standard output, and the reason on
    standard error. Where no account of the kid is known here, the CA is asked about the
    accounts whose kid is not known. Without an answer, or with several equal ones, nothing is
    printed but the candidates on standard error, and the exit code is 1.
    """  # noqa: D301 - click's mark of lines that stay as they are
    if credentials is not None:
        from certbot_sectigo.ca import credentials as files

        pair = files.read(Path(credentials).expanduser())
        if kid not in (None, pair.kid):
            raise errors.UsageError(f"--eab-kid says {kid}, but {credentials} is of {pair.kid}.")
        kid = pair.kid
        if server is None and not pair.server_is_default:
            server = pair.server
    wanted = probe.split(names) if names else ()
    if probing and not wanted:
        raise errors.UsageError("--probe needs the names to ask for: -d NAME")
    if kid is None and not wanted and server is None:
        raise errors.UsageError("Say what for: --eab-kid, --credentials, -d or --server.")
    found = ask_ca.gather(context, server=server)
    picked = _pick(context, found, kid, wanted, probing=probing, verify_ssl=not no_verify_ssl)
    _print(context, picked, "json" if context.json else form)


def _pick(
    context: CommandContext,
    found: Overview,
    kid: str | None,
    names: Sequence[str],
    *,
    probing: bool,
    verify_ssl: bool,
) -> Pick:
    candidates: Sequence[AccountEntry] = found.entries
    if kid is not None:
        picked = choice.pick_by_kid(candidates, kid)
        if isinstance(picked, Undecided) and not any(_has(e, kid) for e in candidates):
            candidates = _asked(context, found, verify_ssl=verify_ssl)
            picked = choice.pick_by_kid(candidates, kid)
        if not names or not any(_has(e, kid) for e in candidates):
            return picked
        candidates = [entry for entry in candidates if _has(entry, kid)]
        if isinstance(picked, Picked) and not probing:
            return picked
    if probing:
        usable = choice.usable(candidates)
        if not usable:
            return choice.pick_only(candidates)
        probe.warn(usable, names)
        answers = probe.ask(context, usable, names, verify_ssl=verify_ssl)
        return choice.pick_by_probe(usable, {entry: probe.may(entry, answers) for entry in usable})
    if names:
        return choice.pick_by_names(candidates, probe.held(found), names)
    return choice.pick_only(candidates)


def _has(entry: AccountEntry, kid: str) -> bool:
    return entry.facts.sound and entry.account.kid == kid


def _asked(context: CommandContext, found: Overview, *, verify_ssl: bool) -> Sequence[AccountEntry]:
    """Ask the CA about accounts of unknown kid; some CAs show which kid an account is of."""
    unknown = [e for e in choice.usable(found.entries) if e.account.kid is None]
    if not unknown:
        return found.entries
    say(f"Asking the CA about {len(unknown)} accounts whose kid is not known.", err=True)
    return ask_ca.with_answers(context, found, only=unknown, verify_ssl=verify_ssl).entries


def _print(context: CommandContext, picked: Pick, form: str) -> None:
    if isinstance(picked, Undecided):
        if form == "json":
            _document(None, picked.reason, (), picked.candidates)
        raise errors.Error(picked.reason, _candidates(picked))
    entry = picked.entry
    for warning in picked.warnings:
        say(printable(f"certbot-sectigo: {warning}"), err=True)
    if form == "json":
        _document(entry, picked.reason, picked.warnings, ())
        return
    if context.verbosity >= 0:
        say(printable(f"{entry.account.name}: {picked.reason}."), err=True)
    if form == "flag":
        sys.stdout.write(f"--server {entry.facts.server} --account {entry.account.name}\n")
    else:
        sys.stdout.write(f"{entry.account.name}\n")


def _document(
    entry: AccountEntry | None,
    reason: str,
    warnings: Sequence[str],
    candidates: Sequence[AccountEntry],
) -> None:
    host = host_name.own()
    data: dict[str, Any] = {
        "account": account_words.as_json(entry, host) if entry else None,
        "reason": reason,
        "warnings": list(warnings),
        "candidates": [account_words.as_json(candidate, host) for candidate in candidates],
    }
    document.write("accounts pick", **data)


def _candidates(undecided: Undecided) -> str:
    """List what it could be, and how to tell."""
    lines = []
    for entry in undecided.candidates[:20]:
        account = entry.account
        made = f"{account.created:%Y-%m-%d}" if account.created else "unknown"
        used = ", ".join(entry.facts.lineages[:3])
        lines.append(
            printable(
                f"  {account.name}  {entry.facts.server}  made {made}, "
                f"kid {account.kid or 'unknown'}{f', used by {used}' if used else ''}, "
                f"{entry.verdict.value}"
            )
        )
    if undecided.candidates[20:]:
        lines.append(f"  … and {len(undecided.candidates) - 20} more")
    if not undecided.candidates:
        return f"All accounts there are:\n{commands.ours('accounts', 'list')}"
    if len(undecided.candidates) == 1:
        [entry] = undecided.candidates
        if entry.account.kid is not None:
            return "\n".join(["The only candidate:", *lines])
        return "\n".join(
            [
                "The only candidate:",
                *lines,
                "If it is of this pair, say so once, with its kid:",
                "    " + commands.ours("accounts", "pin", entry.account.name, "--eab-kid", "KID"),
            ]
        )
    return "\n".join(
        [
            "Candidates:",
            *lines,
            "To tell them apart:  --eab-kid KID, --server URL, or  --probe -d NAME  (asks the CA); "
            "if you know the kid of one, say so once:",
            "    " + commands.ours("accounts", "pin", "ID", "--eab-kid", "KID"),
        ]
    )
