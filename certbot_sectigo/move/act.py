"""Carry a move out: register, ask, one lineage first, then the rest; cut off anywhere, it goes on.

The order is the rule that holds everywhere: the new account first, then pins, then nothing is
taken away. What has been done is read from renewal files and certificates, so a journal that is
one step behind is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from certbot_sectigo.accounts import leftovers, move_journals, store
from certbot_sectigo.accounts.change import pin
from certbot_sectigo.accounts.change.pin_plan import PinError
from certbot_sectigo.accounts.judge.caa import Foresight
from certbot_sectigo.accounts.model import Account
from certbot_sectigo.accounts.move_journals import Move, MovedLineage
from certbot_sectigo.accounts.records import RenewalChange
from certbot_sectigo.base import errors
from certbot_sectigo.ca import catalogue
from certbot_sectigo.machine import commands
from certbot_sectigo.machine.certbot_process import CertbotOutcome
from certbot_sectigo.machine.dirs import Dirs, server_path
from certbot_sectigo.move import back, plan
from certbot_sectigo.move.plan import Going, Staying, Target
from certbot_sectigo.move.stands import (
    as_it_is,
    changes,
    is_pinned,
    known,
    one,
    pin_target,
    reverse,
    serial,
    unpinnable,
)
from certbot_sectigo.renewals.facts import Answer
from certbot_sectigo.renewals.survey import Surveyed

_IN_A_ROW = 3
"""Renewals that fail one after the other before the rest is left alone."""


class MoveError(errors.Error):
    """A move, or a part of it, was not done; says what is as it was."""


@dataclass(frozen=True)
class Means:
    """What carrying out needs of the world."""

    dirs: Dirs
    lock: Callable[[], AbstractContextManager[None]]
    """Takes certbot's locks for a block, and lets go of them."""
    run: Callable[[Sequence[str]], CertbotOutcome]
    """Runs certbot."""
    register: Callable[[], Account]
    """Finds the new account, or registers it."""
    survey: Callable[[Sequence[str]], Sequence[Surveyed]]
    """Reads what decides about some lineages of this machine."""
    ask: Callable[[Sequence[Surveyed]], Mapping[str, Answer]]
    """Asks the CA with an order each; lineage -> answer."""
    caa: Callable[[Sequence[Surveyed], Account], Foresight]
    """Tells what CAA records let the account do."""
    undelivered: Callable[[str], str | None]
    """Says why a lineage's certificate is not where its targets have to have it."""
    deploy: Callable[[str], None]
    """Gives a lineage's certificate to its targets, where certbot does so at renewals."""
    wait: Callable[[float], None]
    """Waits for some seconds."""
    tell: Callable[[str], None] = lambda line: None
    """Shows that it goes on."""
    renewed: Callable[[], None] = lambda: None
    """Shows that one more was renewed."""
    clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc)
    """Tells the time, which the journal keeps."""


def carry_out(move: Move, means: Means) -> Move:
    """Do what is left of a move.

    :returns: the move as it ended.
    :raises certbot_sectigo.base.errors.Error: where it could not go on; says what is as it was.
    """
    if move.state == move_journals.BACK:
        reason = move.left.get(move.lineages[0].name, "it was cut off while it was put back")
        raise _put_back(move, means, reason, again=True)
    move = _with_account(move, means)
    if not move.asked:
        move = _asked(move, means)
    if not move.lineages:
        _keep(replace(move, state=move_journals.DONE), means)
        told = "\n".join(f"  {name}: {reason}" for name, reason in move.left.items())
        raise MoveError(
            f"None of the lineages goes; all are as they were:\n{told}",
            f"The new account {move.account} stays here; nothing uses it. {_again()}",
        )
    if not move.proved:
        move = _first(move, means)
    move = _rest(move, means)
    if move.now:
        move = _renew(move, means)
    return _keep(replace(move, state=move_journals.DONE), means)


def _keep(move: Move, means: Means) -> Move:
    move_journals.write(means.dirs, move)
    return move


def _with_account(move: Move, means: Means) -> Move:
    """Find or register the account; under the locks, as its folder comes to where certbot looks."""
    if move.account is not None and _account(move, means).loads:
        return move
    with means.lock():
        leftovers.sweep(means.dirs)
        account = means.register()
        return _keep(replace(move, account=account.name), means)


def _account(move: Move, means: Means) -> Account:
    path = server_path(move.server)
    account = store.read(means.dirs.accounts / path / (move.account or ""), path)
    store.refuse_unread([account])
    return account


def _asked(move: Move, means: Means) -> Move:
    """Ask the CA about each distinct set of names, and leave out whom it refuses."""
    account = _account(move, means)
    target = Target(move.server, move.kid, account, catalogue.of_server(move.server))
    found = {item.lineage.name: item for item in means.survey(move.names)}
    # Once one has gone, what is pinned has gone, too, and only what stayed is asked about.
    gone = [name for name in move.names if move.proved and name in found
            and is_pinned(found[name].lineage, move)]  # fmt: skip
    items = [found[name] for name in move.names if name in found and name not in gone]
    caa = means.caa(items, account)
    chosen = plan.representatives(items, caa, move.sample)
    said = means.ask([plan.at(item, account, move.server) for item in chosen.values()])
    answers = {names: said[item.lineage.name] for names, item in chosen.items()}
    going: list[Going] = []
    left = dict(move.left)
    left.update({name: "It is not there any more." for name in move.names if name not in found})
    for item in items:
        answer = answers.get(frozenset(item.facts.names))
        stuck = unpinnable(item.lineage, account, pin_target(move))
        judged = plan.judge(item, target, account, answer, stuck, caa)
        if isinstance(judged, Staying):
            left[judged.name] = f"{judged.reason}\n{judged.remedy}".rstrip()
        elif answer is None:
            left[judged.name] = "The CA was not asked about its names."
        else:
            going.append(judged)
    going.sort(key=lambda one: one.late)
    if going and not going[0].able and not move.proved:
        left.update({one.name: "certbot does not renew it by itself." for one in going})
        going = []
    kept = {lineage.name: lineage for lineage in move.lineages}
    lineages = tuple(kept[name] for name in (*gone, *(one.name for one in going)))
    return _keep(replace(move, lineages=lineages, left=left, asked=True), means)


def _pin(move: Move, chosen: Sequence[MovedLineage], means: Means) -> Move:
    """Pin lineages to the account, those that are pinned to it left out; under the locks.

    Before that, what they are like is written down: what changes afterwards is of the new account.
    """
    account = _account(move, means)
    here = known(means.dirs)
    left, planned = dict(move.left), {}
    now: dict[str, MovedLineage] = {}
    for moved in chosen:
        lineage = here.get(moved.name)
        if lineage is None:
            left[moved.name] = "It is not there any more."
        elif is_pinned(lineage, move):
            now[moved.name] = moved
        elif lineage.account != moved.account or lineage.server != moved.server:
            left[moved.name] = f"It was pinned to {lineage.account} meanwhile."
        else:
            try:
                planned[moved.name] = pin.plan(
                    [lineage], [account], pin_target(move), move_server=True
                )
            except PinError as error:
                left[moved.name] = error.message
                continue
            now[moved.name] = as_it_is(lineage)
    others = {moved.name for moved in chosen}
    lineages = tuple(
        now.get(moved.name, moved)
        for moved in move.lineages
        if moved.name in now or moved.name not in others
    )
    move = _keep(replace(move, lineages=lineages, left=left), means)
    every: list[RenewalChange] = [change for each in planned.values() for change in each]
    pin.apply(means.dirs, account.name, every, kind=move.kind)
    return move


def _first(move: Move, means: Means) -> Move:
    """Have the first issued with the new pin, and see that its targets have it."""
    name = move.lineages[0].name
    with means.lock():
        leftovers.sweep(means.dirs)
        move = _pin(move, move.lineages[:1], means)
    if not move.lineages or move.lineages[0].name != name:
        _keep(replace(move, state=move_journals.DONE), means)
        raise MoveError(f"{name} does not go: {move.left[name]}", _again())
    means.tell(f"{name} goes first: certbot issues it from the account {move.account} …")
    problem = _renewed(move, move.lineages[0], means)
    if problem is None:
        return _keep(replace(move, proved=True), means)
    left = {**move.left, name: problem}
    move = _keep(replace(move, state=move_journals.BACK, left=left), means)
    raise _put_back(move, means, problem)


def _put_back(move: Move, means: Means, problem: str, *, again: bool = False) -> MoveError:
    issued = back.first(move, means.dirs, means.lock)
    if issued or again:  # a run that was cut off may have led the links back, and no more
        means.deploy(move.lineages[0].name)
    left = {**dict.fromkeys(move.names, "The first of the move could not go."), **move.left}
    _keep(replace(move, state=move_journals.DONE, proved=False, lineages=(), left=left), means)
    return MoveError(
        f"{move.lineages[0].name} was to go first and could not, so no lineage was moved, and it "
        f"is as it was:\n{problem}",
        f"The new account {move.account} stays here. {_again()}",
    )


def _again() -> str:
    return f"Once what is in the way is put right:\n{commands.ours('move', '--continue')}"


def _renewed(move: Move, moved: MovedLineage, means: Means) -> str | None:
    """Renew a lineage with its new pin, unless that was done; return why it has not worked."""
    lineage = one(means.dirs, moved.name)
    if lineage is not None and serial(lineage) == moved.serial:
        words = ["renew", "--cert-name", moved.name, "--force-renewal"]
        outcome = means.run([*words, "--no-random-sleep-on-renew"])
        if outcome.returncode != 0:
            return outcome.output.strip()
        lineage = one(means.dirs, moved.name)
    if lineage is None:
        return "It is not there any more."
    if not is_pinned(lineage, move):
        return f"certbot has pinned it to {lineage.account} of {lineage.server} while it renewed."
    if serial(lineage) == moved.serial:
        return "certbot has ended without an error, and without a new certificate."
    return means.undelivered(moved.name)


def _rest(move: Move, means: Means) -> Move:
    with means.lock():
        leftovers.sweep(means.dirs)
        return _pin(move, move.lineages[1:], means)


def _renew(move: Move, means: Means) -> Move:
    """Renew the rest at the pace that was asked for; one that fails goes back to its old pin."""
    here = known(means.dirs)
    due = [x for x in move.lineages[1:] if x.name in here and serial(here[x.name]) == x.serial]
    failed = 0
    for moved in due:
        if move.per_hour:
            means.wait(move.pause(means.clock()))
            move = _keep(replace(move, last=means.clock()), means)  # before: it may be cut off
        problem = _renewed(move, moved, means)
        means.renewed()
        failed = 0 if problem is None else failed + 1
        if problem is None:
            continue
        means.tell(f"{moved.name}: {problem}")
        move = _one_back(move, moved, problem, means)
        if failed == _IN_A_ROW:
            raise MoveError(
                f"{failed} renewals in a row have failed, so the rest is left for later.",
                f"To go on:\n{commands.ours('move', '--continue')}",
            )
    return move


def _one_back(move: Move, moved: MovedLineage, problem: str, means: Means) -> Move:
    """Give a lineage its old pin again, unless it has a certificate of the new account."""
    with means.lock():
        lineage = one(means.dirs, moved.name)
        if lineage is None or serial(lineage) != moved.serial:
            return move  # issued: what its targets lack is owed, and the doctor tells of it
        done = changes(move, means.dirs).get(moved.name)
        change = None if done is None else reverse(done)
        if change is not None:
            pin.put_back(means.dirs, [change])
    left = {**move.left, moved.name: problem}
    lineages = tuple(each for each in move.lineages if each.name != moved.name)
    return _keep(replace(move, lineages=lineages, left=left), means)
