"""``accounts pin``: write renewal files, so that lineages renew from another account."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import click

from certbot_sectigo.accounts import store
from certbot_sectigo.accounts.change import pin
from certbot_sectigo.accounts.change.pin_plan import PinError
from certbot_sectigo.accounts.known import kids, servers
from certbot_sectigo.accounts.model import Account, Learned, Note
from certbot_sectigo.accounts.records import ChangeRecord, RenewalChange
from certbot_sectigo.base import errors, printable
from certbot_sectigo.cli.accounts import next_renewal
from certbot_sectigo.cli.accounts.next_renewal import Objection
from certbot_sectigo.cli.format import document
from certbot_sectigo.cli.shared import change, id_lookup, renewal_changes
from certbot_sectigo.cli.shared.id_types import AccountId, CertName, Kid, Server
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine import commands, lineages
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.machine.lineages import Lineage


@dataclass(frozen=True)
class PinPlan:
    """What a pin does."""

    account: Account
    note: Note | None
    """To be written beside the account."""
    changes: tuple[RenewalChange, ...]
    already: tuple[str, ...]
    """Lineages that need no change."""

    @property
    def names(self) -> list[str]:
        """The lineages it is about."""
        return [*(each.lineage for each in self.changes), *self.already]


@dataclass(frozen=True)
class UndoPlan:
    """What taking the last pin back does."""

    record: ChangeRecord
    changes: tuple[RenewalChange, ...]


@click.command("pin")
@click.argument("account_id", metavar="[ID]", required=False, type=AccountId())
@click.option(
    "--cert-name", "names", multiple=True, metavar="NAME", type=CertName(), help="Pin this lineage."
)
@click.option("--all-of", metavar="OLD", type=AccountId(),
              help="Pin every lineage of this account, there or not.")  # fmt: skip
@click.option("--eab-kid", metavar="KID", type=Kid(),
              help="Note that the account was bound with this kid.")  # fmt: skip
@click.option("--move-server", is_flag=True, help="Take lineages to the account's server.")
@click.option("--server", metavar="URL", type=Server(), help="Look for ID at this server only.")
@click.option("--undo", is_flag=True, help="Take the last pin back.")
@change.yes_option
@click.pass_obj
def command(
    context: CommandContext,
    account_id: str | None,
    names: tuple[str, ...],
    all_of: str | None,
    eab_kid: str | None,
    move_server: bool,
    server: str | None,
    undo: bool,
    yes: bool,
) -> None:
    """Write renewal files: point lineages to the account ID.

    Shows the change and asks. The CA is not asked, and no certificate is issued: the next
    renewal uses the account. --undo takes the last pin back.
    """
    dirs = change.own_dirs(context)
    if undo:
        if account_id or names or all_of or eab_kid:
            raise errors.UsageError("--undo goes alone.")
        _undo(context, dirs, yes)
        return
    if not account_id or not (names or all_of or eab_kid):
        raise errors.UsageError(
            "Say which account, and what to do with it.",
            "One of:\n"
            + "\n".join(
                commands.ours("accounts", "pin", "ID", *words)
                for words in (("--cert-name", "NAME"), ("--all-of", "OLD"), ("--eab-kid", "KID"))
            ),
        )

    def make() -> PinPlan:
        return _plan(dirs, account_id, names, all_of, eab_kid, move_server, server)

    plan = make()
    if not plan.changes and plan.note is None:
        _say_nothing_to_do(context, plan)
        return

    against = next_renewal.against(context, plan.account, plan.changes)

    def carry_out(plan: PinPlan) -> PinPlan:
        if plan.note is not None:
            pin.note_kid(plan.account, plan.note)
        pin.apply(dirs, plan.account.name, plan.changes)
        return plan

    change.act(
        context,
        "accounts pin",
        make=make,
        show=lambda plan: _show(plan, against),
        describe=lambda plan: _describe(plan, against),
        question=lambda plan: "Write the renewal files?" if plan.changes else "Note the kid?",
        yes=yes,
        carry_out=carry_out,
        conclude=lambda plan: _conclude(context, plan),
        result=lambda plan: _result(context, plan),
    )


def _plan(
    dirs: Dirs,
    account_id: str,
    names: Sequence[str],
    all_of: str | None,
    eab_kid: str | None,
    move_server: bool,
    server: str | None,
) -> PinPlan:
    known = lineages.read_all(dirs.renewal)
    accounts = store.read_all(dirs.accounts)
    account = id_lookup.one(accounts, account_id, lambda a: a, server=server)
    chosen = choose(known, accounts, names, all_of)
    store.refuse_unread([account])
    if not account.loads or account.misnamed:
        raise PinError(
            f"certbot cannot use the account {account.name}: "
            + (account.problem or f"its folder should be called {account.id}"),
            f"All accounts there are:\n{commands.ours('accounts', 'list')}",
        )
    note = None
    if eab_kid:
        if account.kid not in (None, eab_kid) and account.note.learned is not Learned.TOLD:  # type: ignore[union-attr]
            raise PinError(
                f"The account {account.name} is known to be bound with kid {account.kid}, not "
                f"{eab_kid}.",
                f"If that is wrong, remove {account.folder / 'sectigo-eab.json'} first.",
            )
        note = Note(eab_kid, servers.url(account, known), Learned.TOLD, kids.today())
    elif account.kid is None and any(lineage.looked_after for lineage in chosen):
        [told] = kids.known([account], dirs.logs_dir, known)
        note = told.note
    if note is not None and account.kid == note.kid:
        note = None
    noted = account if note is None else replace(account, note=note)
    same = [replace(a, note=noted.note) for a in accounts if _same(a, account)]
    target = pin.target_of(noted, known)
    changes = pin.plan(chosen, same, target, move_server=move_server)
    changed = {each.lineage for each in changes}
    already = tuple(lineage.name for lineage in chosen if lineage.name not in changed)
    return PinPlan(account, note, tuple(changes), already)


def choose(
    known: Sequence[Lineage], accounts: Sequence[Account], names: Sequence[str], all_of: str | None
) -> list[Lineage]:
    """Pick the lineages that are named, and those of an account.

    :raises PinError: if one of them is not there.
    :raises LineageError: if not all files could be read, and all of an account are asked for.
    """
    by_name = {lineage.name: lineage for lineage in known}
    missing = [name for name in names if name not in by_name]
    if missing:
        raise PinError(
            f"There is no lineage {', '.join(missing)} here.",
            f"All there are:\n{commands.certbots('certificates')}",
        )
    chosen = [by_name[name] for name in dict.fromkeys(names)]
    if all_of:
        lineages.refuse_unread(known)
        pinned = {x.account for x in known if x.account and x.account.startswith(all_of.lower())}
        there = any(account.name.startswith(all_of.lower()) for account in accounts)
        if len(pinned) > 1 or not (pinned or there):
            raise PinError(
                f"--all-of {all_of} may mean several accounts: {', '.join(sorted(pinned))}."
                if pinned
                else f"There is no account {all_of}… here, and no lineage names one.",
                f"Which lineages use which account:\n{commands.ours('accounts', 'list')}",
            )
        chosen += [x for x in known if x.account in pinned and x not in chosen]
    return chosen


def _same(one: Account, other: Account) -> bool:
    return os.path.realpath(one.folder) == os.path.realpath(other.folder)


def _show(plan: PinPlan, against: Sequence[Objection]) -> None:
    if plan.note is not None:
        say(f"Note: account {plan.account.name} was bound with kid {plan.note.kid}.")
    renewal_changes.show(plan.changes)
    if plan.already:
        say(f"Pinned to it already: {', '.join(plan.already)}")
    for line in next_renewal.warning(plan.account, against):
        say(printable.printable(line))


def _describe(plan: PinPlan, against: Sequence[Objection] = ()) -> dict[str, Any]:
    return {
        "account": plan.account.name,
        "server_path": plan.account.server_path,
        "note_kid": plan.note.kid if plan.note else None,
        "lineages": renewal_changes.describe(plan.changes),
        "unchanged": list(plan.already),
        "against": [{"lineage": each.lineage, "reason": each.text} for each in against],
    }


def _result(context: CommandContext, plan: PinPlan) -> dict[str, Any]:
    pinned = [each.lineage for each in plan.changes]
    return {"pinned": pinned, **next_renewal.as_json(context, plan.names)}


def _conclude(context: CommandContext, plan: PinPlan) -> None:
    if plan.note is not None:
        say(f"Noted: {plan.account.name} has kid {plan.note.kid}.")
    if plan.changes:
        names = ", ".join(each.lineage for each in plan.changes)
        say(f"Pinned to {plan.account.name}: {names}.")
        say(f"To take it back:\n    {commands.ours('accounts', 'pin', '--undo')}")
    for line in next_renewal.lines(context, plan.names):
        say(line)


def _say_nothing_to_do(context: CommandContext, plan: PinPlan) -> None:
    if context.json:
        result = _result(context, plan)
        document.write("accounts pin", done=True, plan=_describe(plan), result=result)
    else:
        say(f"Nothing to do: all of that is so already ({plan.account.name}).")
        for line in next_renewal.lines(context, plan.names):
            say(line)


def _undo(context: CommandContext, dirs: Dirs, yes: bool) -> None:
    def make() -> UndoPlan:
        record, changes = pin.plan_undo(dirs)
        return UndoPlan(record, tuple(changes))

    def show(plan: UndoPlan) -> None:
        say(f"The pin to {plan.record.account} of {plan.record.when:%Y-%m-%d %H:%M} UTC:")
        renewal_changes.show(plan.changes)
        if not plan.changes:
            say("Its lineages are as they were before already.")

    def carry_out(plan: UndoPlan) -> UndoPlan:
        pin.undo(dirs, plan.record, plan.changes)
        return plan

    change.act(
        context,
        "accounts pin",
        make=make,
        show=show,
        describe=lambda plan: {
            "undo_of": plan.record.account,
            "lineages": renewal_changes.describe(plan.changes),
        },
        question="Take the pin back?",
        yes=yes,
        carry_out=carry_out,
        conclude=lambda plan: say(f"Taken back: the pin to {plan.record.account}."),
        result=lambda plan: {"restored": [each.lineage for each in plan.changes]},
    )
