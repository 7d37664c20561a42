"""One call of ``move``: what is wished, how it is planned, and by which means it is done."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from certbot_sectigo.accounts import find, move_journals, refusals, store
from certbot_sectigo.accounts.change.pin_plan import PinTarget
from certbot_sectigo.accounts.find import FindContext
from certbot_sectigo.accounts.judge.caa import Foresight
from certbot_sectigo.accounts.known import kids
from certbot_sectigo.accounts.known.overview import Overview
from certbot_sectigo.accounts.model import Account, State
from certbot_sectigo.accounts.move_journals import Move
from certbot_sectigo.base import errors
from certbot_sectigo.ca import catalogue, credentials
from certbot_sectigo.ca.credentials import Credentials
from certbot_sectigo.ca.errors import CaError
from certbot_sectigo.ca.session import Settings
from certbot_sectigo.cli import renewals
from certbot_sectigo.cli.accounts import pin
from certbot_sectigo.cli.shared import ask_ca, caa_words, registering
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine import certbot_process, commands, lineages, lock_keeper
from certbot_sectigo.machine.certbot_process import CertbotOutcome
from certbot_sectigo.machine.dirs import Dirs, same_server, server_path
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.move import act, delivery
from certbot_sectigo.move import plan as planning
from certbot_sectigo.move.plan import MovePlan, Target
from certbot_sectigo.move.stands import as_it_is, known, unpinnable
from certbot_sectigo.renewals.facts import Answer
from certbot_sectigo.renewals.survey import Surveyed

_NEW = "NEW-ACCOUNT"
"""Stands in a plan for the id, which is known only when the key is made."""


@dataclass(frozen=True)
class Wish:
    """What the options say."""

    file: Path | None
    names: tuple[str, ...] = ()
    all_of: str | None = None
    from_server: str | None = None
    first: str | None = None
    orders: bool = False
    sample: int | None = None
    now: bool = False
    per_hour: int = 0
    insecure: bool = False


@dataclass
class Errand:
    """One call of the command."""

    context: CommandContext
    dirs: Dirs
    settings: Settings
    consenting: registering.Consenting
    key_type: str
    wish: Wish
    verify_ssl: bool = True
    certbot: Callable[[Sequence[str]], CertbotOutcome] | None = None
    """Runs certbot; None: as the command does."""
    ask_dns: bool = True
    """Whether CAA records are looked up."""
    begun: tuple[str, ...] = ()
    """Names of the lineages that are to go, once that is agreed to."""
    _answers: dict[frozenset[str], Answer] | None = field(default=None, repr=False)
    _foresight: Foresight | None = field(default=None, repr=False)
    _pair: Credentials | None = field(default=None, repr=False)
    """Read once: the command that prints its key may do so a single time."""

    def pair(self, path: Path | None) -> Credentials:
        """Read the EAB pair.

        :raises certbot_sectigo.base.errors.Error: if the file cannot be used.
        """
        pair = credentials.read(path or self.dirs.default_credentials, self.dirs.owner)
        credentials.private_or_refuse(pair, insecure=self.wish.insecure)
        return pair

    @property
    def around(self) -> FindContext:
        """Where the accounts are, for looking one up."""
        return FindContext(self.dirs, self.settings, self.context.system_root, notes=False)

    def plan(self) -> MovePlan:
        """Plan the move; the new CA is asked once, and only where that was consented to."""
        pair = self.pair(self.wish.file)
        chosen = find.find(registering.request(pair), self.around)
        if chosen is None:
            archived = refusals.archived(registering.request(pair), self.dirs)
            if archived is not None:
                raise archived
        path = server_path(pair.server)
        there = chosen.account if chosen else None
        stand_in = there or Account(self.dirs.accounts / path / _NEW, path, State.LOADS)
        target = Target(pair.server, pair.kid, there, catalogue.of_server(pair.server))
        items = self._chosen()
        if self._foresight is None:  # once: a plan that is made again has to come out the same
            self._foresight = self._caa(items, pair.server, pair.path, there)
        return planning.make(
            items,
            target,
            stand_in,
            self._asked(items, target, self._foresight),
            self._unpinnable(items, stand_in, pair),
            caa=self._foresight,
            sample=self.wish.sample,
            first=self.wish.first,
            hints=delivery.hints(items, self.dirs),
        )

    def _chosen(self) -> list[Surveyed]:
        chosen: dict[str, None] = {}

        def choose(here: Overview) -> Container[str]:
            chosen.update(dict.fromkeys(self._names(here.lineages)))
            return chosen

        surveyed = renewals.look(self.context, only=choose)[1]
        by_name = {item.lineage.name: item for item in surveyed}
        return [by_name[name] for name in chosen]

    def _names(self, every: Sequence[Lineage]) -> list[str]:
        wish = self.wish
        accounts = store.read_all(self.dirs.accounts)
        names = [x.name for x in pin.choose(every, accounts, wish.names, wish.all_of)]
        if wish.from_server:
            lineages.refuse_unread(every)
            server_path(wish.from_server)
            here = [x.name for x in every
                    if x.renews_at and same_server(x.renews_at, wish.from_server)]  # fmt: skip
            if not here:
                raise errors.Error(f"No lineage here is of {wish.from_server}.")
            names += here
        if wish.first is not None and wish.first not in names:
            raise errors.UsageError(f"--first {wish.first} is none of the lineages that go.")
        return names

    def _asked(
        self, items: Sequence[Surveyed], target: Target, caa: Foresight
    ) -> dict[frozenset[str], Answer]:
        wanted = self.wish.orders or self.wish.sample is not None
        if self._answers is None:
            self._answers = {}
            account = target.account
            if wanted and account is not None:
                chosen = planning.representatives(items, caa, self.wish.sample)
                said = self.ask([planning.at(x, account, target.server) for x in chosen.values()])
                self._answers = {key: said[x.lineage.name] for key, x in chosen.items()}
        return self._answers

    def _caa(
        self, items: Sequence[Surveyed], server: str, file: Path | None, account: Account | None
    ) -> Foresight:
        if not self.ask_dns:
            return Foresight()
        names = [name for item in items for name in item.facts.names]
        pair = str(file or self.dirs.default_credentials)
        register = commands.ours("accounts", "register", "--credentials", pair)
        try:
            return caa_words.look_ahead(
                self.context, names, server, account, self.settings, register=register
            )
        except CaError as error:
            return Foresight(untold=error.message)

    def _unpinnable(
        self, items: Sequence[Surveyed], account: Account, pair: Credentials
    ) -> dict[str, str]:
        target = PinTarget(account.name, pair.server, pair.kid, str(pair.path))
        found = {item.lineage.name: unpinnable(item.lineage, account, target) for item in items}
        return {name: reason for name, reason in found.items() if reason is not None}

    def begin(self, plan: MovePlan) -> Move:
        """Carry a plan out."""
        self.begun = tuple(one.name for one in plan.going)
        self._pair = pair = self.pair(self.wish.file)
        if plan.target.account is None:  # before there is a journal, which has to be ended
            registering.refuse_beforehand(pair, self.around, self.consenting.consent)
        with contextlib.ExitStack() as held:
            with self._lock():  # first: while another has them nothing is written, no folder either
                held.enter_context(move_journals.alone(self.dirs))
                move = self._journal(plan, pair)
            return self.go_on(move)

    def resume(self, move: Move) -> Move:
        """Go on with a move that was cut off."""
        self.begun = move.names
        with move_journals.alone(self.dirs):
            return self.go_on(move)

    def _journal(self, plan: MovePlan, pair: Credentials) -> Move:
        """Write down what is to be done, before anything is; certbot's locks have to be held."""
        now = datetime.now(timezone.utc)
        move_journals.refuse_unfinished(self.dirs)
        here = known(self.dirs)
        move = Move(
            move_journals.new_id(now),
            now,
            pair.server,
            pair.kid,
            str(pair.path),
            tuple(as_it_is(here[one.name]) for one in plan.going if one.name in here),
            now=self.wish.now,
            per_hour=self.wish.per_hour,
            sample=self.wish.sample,
            left={one.name: one.reason for one in plan.staying},
        )
        move_journals.write(self.dirs, move)
        return move

    def question(self, plan: MovePlan) -> str:
        """Return what is asked before anything is done."""
        if plan.target.account is not None:
            return "Move these lineages?"
        act = "register the account and move these lineages"
        return self.consenting.question(plan.target.server, act)

    def fell_short(self, move: Move) -> bool:
        """Return whether a lineage that was to go stays."""
        return any(name in move.left for name in self.begun)

    def go_on(self, move: Move) -> Move:
        """Carry out what is left of a move."""
        total = len(move.lineages) if move.now else 0
        try:
            with ask_ca.progress("Renewing", total, self.context) as renewed:
                return act.carry_out(move, self._means(move, renewed))
        except errors.Error as error:
            open_yet = any(x.unfinished for x in move_journals.look(self.dirs)[0])
            if open_yet and commands.ours("move", "--continue") not in error.remedy.splitlines():
                error.remedy = f"{error.remedy}\n{move_journals.ways_on()}".strip()
            raise

    def ask(self, items: Sequence[Surveyed]) -> Mapping[str, Answer]:
        """Ask the CA with an order for each of some lineages."""
        return ask_ca.open_orders(self.context, items, verify_ssl=self.verify_ssl)

    def _means(self, move: Move, renewed: Callable[[], None]) -> act.Means:
        tell: Callable[[str], None] = (lambda line: None) if self.context.json else say

        def account() -> Account:
            pair = self._pair or self.pair(Path(move.credentials) if move.credentials else None)
            if (pair.kid, pair.server) != (move.kid, move.server):
                raise errors.Error(
                    f"{pair.path} is not of kid {move.kid} at {move.server} any more.",
                    "Put the pair back that the move began with, or take the move back.",
                )
            around = self.around
            chosen = find.find(registering.request(pair), around)
            if chosen is None:
                chosen = registering.obtain(pair, around, self.consenting.consent, self.key_type)
            else:
                kids.write(chosen.account)
            return chosen.account

        return act.Means(
            self.dirs,
            self._lock,
            self.certbot or self._certbot,
            account,
            lambda names: renewals.look(self.context, only=lambda here: set(names))[1],
            self.ask,
            lambda items, account: self._caa(items, move.server, None, account),
            lambda name: delivery.undelivered(self.dirs, name),
            lambda name: delivery.deploy(self.dirs, name, tell),
            time.sleep,
            tell,
            renewed,
        )

    def _lock(self) -> AbstractContextManager[None]:
        return lock_keeper.locked(self.dirs, self.context.lock_timeout, self._waiting)

    def _certbot(self, words: Sequence[str]) -> CertbotOutcome:
        more = [] if self.verify_ssl else ["--no-verify-ssl"]
        return certbot_process.run(
            [*words, *more],
            self.dirs,
            lock_timeout_seconds=self.context.lock_timeout,
            waiting=self._waiting,
        )

    @staticmethod
    def _waiting(who: str) -> None:
        say(who, err=True)
