"""``accounts probe``: ask the CA which accounts may issue for these names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from certbot_sectigo.accounts.judge import choice
from certbot_sectigo.accounts.judge.facts import AccountEntry
from certbot_sectigo.base import errors
from certbot_sectigo.base import names as dns_names
from certbot_sectigo.cli import format as formats
from certbot_sectigo.cli.format.interface import Block, Cell, Remark, Report, Table, Tone
from certbot_sectigo.cli.shared import account_words, ask_ca, id_lookup, questions
from certbot_sectigo.cli.shared.id_types import AccountId, Server
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine import commands
from certbot_sectigo.machine.dirs import same_server

if TYPE_CHECKING:
    from certbot_sectigo.accounts.known.overview import Overview
    from certbot_sectigo.accounts.known.status import Probe
    from certbot_sectigo.machine.lineage import Lineage

Answers = Mapping[Path, "Probe"]


@click.command("probe")
@click.argument("account_ids", metavar="[ID]...", nargs=-1, type=AccountId())
@click.option("-d", "--domain", "names", multiple=True, required=True, metavar="NAME",
              help="A name to issue for; repeat it for more.")  # fmt: skip
@click.option(
    "--server", metavar="URL", type=Server(), help="Only accounts of this ACME directory."
)
@click.option("--yes", is_flag=True, help="Do not ask before orders are opened.")
@ask_ca.no_verify_ssl_option
@click.pass_context
def command(
    ctx: click.Context,
    account_ids: tuple[str, ...],
    names: tuple[str, ...],
    server: str | None,
    yes: bool,
    no_verify_ssl: bool,
) -> None:
    """Ask the CA which accounts may issue for these names.

    Opens one order per account, for all the names together, with the accounts ID or with
    all that certbot can use. No order is finalised: nothing is issued, no challenge is
    answered, and the orders lapse by themselves. Says how many there will be, and asks.

    The exit code is 1 if none of them may issue.
    """
    context: CommandContext = ctx.obj
    names = split(names)
    found = ask_ca.gather(context, server=server)
    chosen = choice.usable(found.entries)
    if account_ids:
        named = [id_lookup.one(found.entries, i, lambda e: e.account, server=server)
                 for i in account_ids]  # fmt: skip
        broken = [entry for entry in named if entry not in chosen]
        if broken:
            raise errors.Error(
                f"certbot cannot use the account {broken[0].account.name}: {broken[0].reason}.",
                f"What can be done about it:\n{commands.ours('accounts', 'list')}",
            )
        chosen = named
    if not chosen:
        raise errors.Error(
            "There is no account to ask with" + (f" at {server}." if server else "."),
            f"All accounts there are:\n{commands.ours('accounts', 'list')}",
        )
    warn(chosen, names)
    if not yes:
        if not context.interactive or context.json:
            raise errors.Error("The CA was not asked.", "Add --yes to open the orders.")
        if not questions.agreed("Open these orders at the CA?", err=True):
            raise errors.Error("The CA was not asked.")
    answers = ask(context, chosen, names, verify_ssl=not no_verify_ssl)
    report = Report(
        "accounts probe",
        lambda: {"names": list(names), "accounts": [as_json(e, answers) for e in chosen]},
        lambda: _blocks(chosen, names, answers, held(found)),
    )
    formats.chosen(json=context.json).show(report)
    ctx.exit(0 if any(may(e, answers) is not None for e in chosen) else 1)


def split(names: Sequence[str]) -> tuple[str, ...]:
    """Take names as certbot does: several in one word, separated by commas.

    Other than with certbot U-labels may stand: CAs and SCM's pages show both forms.

    :raises certbot_sectigo.base.errors.UsageError: if one of them cannot be one.
    """
    found = [name.strip() for word in names for name in word.split(",") if name.strip()]
    for number, name in enumerate(found):
        try:
            found[number] = dns_names.to_ascii(name)
        except ValueError as error:
            raise errors.UsageError(f"{name!r} is no DNS name: {error}") from None
        if not name.isprintable() or any(letter in name for letter in " /:@"):
            raise errors.UsageError(f"{name!r} is not a name to issue a certificate for.")
    if not found:
        raise errors.UsageError("Give the names to issue for: -d NAME")
    return tuple(dict.fromkeys(found))


def warn(chosen: Sequence[AccountEntry], names: Sequence[str]) -> None:
    """Say beforehand what will be opened at the CA."""
    servers = sorted({entry.facts.server for entry in chosen})
    orders = "one order" if len(chosen) == 1 else f"{len(chosen)} orders"
    say(
        f"This opens {orders} for {', '.join(names)} at {', '.join(servers)}, one per account; "
        "none is finalised.",
        err=True,
    )


def ask(
    context: CommandContext,
    chosen: Sequence[AccountEntry],
    names: Sequence[str],
    *,
    verify_ssl: bool,
) -> Answers:
    """Open the orders."""
    from certbot_sectigo.accounts.known import status

    facts = [entry.facts for entry in chosen]
    with ask_ca.progress("Asking the CA", len(facts), context) as answered:
        return status.probe(facts, names, ask_ca.settings(verify_ssl=verify_ssl), answered)


def may(entry: AccountEntry, answers: Answers) -> bool | None:
    """Return whether an account may issue: True at once, False after a challenge, else None."""
    from certbot_sectigo.accounts.known.status import May

    answer = answers[entry.account.folder]
    return not answer.challenged if isinstance(answer, May) else None


def as_json(entry: AccountEntry, answers: Answers) -> dict[str, Any]:
    """Return an account's answer as docs/json.md has it."""
    from certbot_sectigo.accounts.known.status import May, MayNot, Untold
    from certbot_sectigo.ca import problems

    answer = answers[entry.account.folder]
    result: dict[str, Any] = {
        "id": entry.account.name,
        "server": entry.facts.server,
        "kid": entry.account.kid,
        "answer": "unknown",
        "challenged": [],
        "problem": None,
        "meaning": None,
        "reason": None,
    }
    if isinstance(answer, May):
        result["answer"] = "after a challenge" if answer.challenged else "at once"
        result["challenged"] = list(answer.challenged)
    elif isinstance(answer, MayNot):
        result["answer"] = "refused"
        result["problem"] = {"type": answer.problem.type, "detail": answer.problem.detail}
        result["meaning"] = problems.title(answer.problem, entry.facts.server) or None
    elif isinstance(answer, Untold):
        result["reason"] = answer.reason
    return result


def _blocks(
    chosen: Sequence[AccountEntry],
    names: Sequence[str],
    answers: Answers,
    holders: Iterable[tuple[Lineage, frozenset[str]]],
) -> Iterator[Block]:
    short = account_words.short_ids(entry.account.name for entry in chosen)
    tones = {"at once": Tone.GOOD, "after a challenge": Tone.GOOD, "refused": Tone.BAD}
    rows = []
    for entry in chosen:
        told = as_json(entry, answers)
        problem = told["problem"] or {}
        words = [f"{problem.get('type')}: {problem.get('detail')}" if problem else "",
                 told["meaning"] or told["reason"] or ", ".join(told["challenged"])]  # fmt: skip
        rows.append((
            Cell(short[entry.account.name]),
            Cell(entry.account.kid or "unknown"),
            Cell(told["answer"], tones.get(told["answer"], Tone.WARN)),
            Cell("\n".join(word for word in words if word)),
        ))  # fmt: skip
    columns = ("ID", "KID", "MAY ISSUE", "WHY")
    whole, below = frozenset({"ID", "MAY ISSUE"}), frozenset({"WHY"})
    yield Table(", ".join(names), columns, tuple(rows), whole, frozenset({"KID"}), below)
    good = [entry for entry in chosen if may(entry, answers) is not None]
    if len(good) == 1:
        entry = good[0]
        only = f"Only {short[entry.account.name]} may issue for all of them."
        wrong = [
            lineage
            for lineage, held_names in holders
            if held_names == set(names) and lineage.account != entry.account.name
        ]
        for lineage in wrong:
            yield Remark(
                f"{only} To have {lineage.name} renewed with it:", _pinning(entry, lineage)
            )
        if not wrong:
            yield Remark(
                f"{only} To use it:",
                commands.certbots(
                    "certonly",
                    *_choosing(entry),
                    *(word for name in names for word in ("-d", name)),
                ),
            )


def held(found: Overview) -> list[tuple[Lineage, frozenset[str]]]:
    """Read which names the certificates of the lineages hold."""
    from certbot_sectigo.machine import lineages

    read = []
    for lineage in found.lineages:
        certificate = lineages.read_certificate(lineage)
        if isinstance(certificate, lineages.Certificate):
            read.append((lineage, certificate.names))
    return read


def _pinning(entry: AccountEntry, lineage: Lineage) -> str:
    moves = not same_server(lineage.server, entry.facts.server)
    return commands.ours(
        *("accounts", "pin", entry.account.name, "--cert-name", lineage.name),
        *(("--server", entry.facts.server, "--move-server") if moves else ()),
    )


def _choosing(entry: AccountEntry) -> tuple[str, ...]:
    """Return the options of certbot that choose an account; without its kid plain certbot's."""
    server, account = entry.facts.server, ("--account", entry.account.name)
    if entry.account.kid is None:
        return "--server", server, *account
    kid = ("--sectigo-eab-kid", entry.account.kid, "--sectigo-eab-server", server)
    return "--authenticator", "sectigo-eab", *kid, *account
