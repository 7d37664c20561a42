"""Make or complete an ACME account so that no crash and no lost answer makes two of it.

List, decide, note the intent, POST once, read back. A POST whose answer is lost is looked for
in the lists and never sent again by the same run; the next run waits until lists can no
longer lag behind before it takes the account for not made.

Two controllers that look at once both find none, and SCM takes both POSTs. So what was made is
looked for by its name again: the account with the lower number stays, and whoever made the other
withdraws it, as nobody has its pair yet.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from certbot_sectigo.portal import pair, plan
from certbot_sectigo.portal.errors import (
    OutcomeUnknownError,
    PortalError,
    RefusedError,
    UnreachableError,
)
from certbot_sectigo.portal.journal import Intent, ScmJournal
from certbot_sectigo.portal.model import PortalAccount, Server
from certbot_sectigo.portal.plan import EnsurePlan, Wanted
from certbot_sectigo.portal.port import Portal

SETTLED = 60.0
"""Seconds after which SCM's lists are taken to show what was made."""
_PAUSES = (1.0, 3.0, 10.0)
_PAUSE = 5.0


@dataclass(frozen=True)
class Ensured:
    """How an account is afterwards."""

    account: PortalAccount
    made: bool
    added: tuple[str, ...]
    removed: tuple[str, ...]
    missing: tuple[str, ...]
    """Domains that SCM has not added."""
    kept: tuple[str, ...]
    """Domains that SCM has not removed."""


class Ensurer:
    """Carries it out.

    :param servers: the ACME servers, by which an account's server is understood.
    :param sleep: waits; tests need not.
    :param clock: the time, seconds since 1970.
    """

    def __init__(
        self,
        portal: Portal,
        journal: ScmJournal,
        servers: list[Server],
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._portal = portal
        self._journal = journal
        self._servers = servers
        self._sleep = sleep
        self._clock = clock

    def plan(self, wanted: Wanted) -> EnsurePlan:
        """Return what there is to do; reads only.

        :raises PortalError: if it cannot be told, or is not to be had.
        """
        account = self._look(wanted)
        domains = self._has(account) if account else []
        return plan.decide(wanted, account, domains, self._delegated(wanted))

    def carry_out(self, planned: EnsurePlan) -> Ensured:
        """Do it; call it with the journal locked.

        :raises PortalError: if it is not as wanted afterwards; the next run goes on.
        """
        wanted = planned.wanted
        account = self._look(wanted)
        made = account is None
        if account is None:
            account = self._make(wanted)
        ours = account.id
        account = self._settle(wanted, account)
        made = made and account.id == ours
        try:
            done = self._domains(wanted, account, made=made)
        except PortalError as error:
            error.remedy = (
                f"The ACME account {account.name} ({account.id}) is there, and may lack domains: "
                f"repeat the command, which completes it.\n{error.remedy}"
            )
            raise
        # As long as lists do not show it, the note is what the next run knows it by.
        if self._journal.read(*_key(wanted)) is not None and any(
            one.id == account.id for one in self._same(wanted)
        ):
            self._journal.clear(*_key(wanted))
        return done

    def _settle(self, wanted: Wanted, account: PortalAccount) -> PortalAccount:
        """Return the account that stays, where another controller made one at the same time.

        :raises PortalError: if more than one stays.
        """
        begun = self._journal.read(*_key(wanted))
        if begun is None or begun.id != account.id:
            return account  # none that was made just now
        for pause in (0.0, *_PAUSES):
            # That of the other is withdrawn by whoever made it.
            self._sleep(pause)
            found = self._same(wanted)
            if not any(one.id != account.id for one in found):
                return account
            if found[0].id < account.id:
                self._withdraw(wanted, account, found)
                return found[0]
        raise plan.several(wanted, found)

    def _withdraw(
        self, wanted: Wanted, account: PortalAccount, found: Sequence[PortalAccount]
    ) -> None:
        """Delete the account that was made in vain."""
        if pair.known_clients(self._portal, account):
            raise plan.several(wanted, found, f"{account.id} has a client, so it is not withdrawn.")
        try:
            self._portal.delete(account.id)
        except RefusedError as error:
            raise plan.several(wanted, found, f"{account.id} stays: {error.message}") from None
        self._journal.clear(*_key(wanted))

    def _look(self, wanted: Wanted) -> PortalAccount | None:
        """Return the account, if it is there or was begun and can be found."""
        begun = self._journal.read(*_key(wanted))
        if begun is not None and begun.id is not None:
            found = self._by_number(begun.id, wanted)
            if found is not None:
                return found
        return self._listed(wanted)

    def _listed(self, wanted: Wanted) -> PortalAccount | None:
        return plan.find(wanted, self._same(wanted), self._servers)

    def _same(self, wanted: Wanted) -> list[PortalAccount]:
        # What SCM's name filter finds is not documented, so it only saves pages.
        number = wanted.organisation.id
        for name in (wanted.name, None):
            found = plan.same(
                wanted, self._portal.accounts(name=name, organisation=number), self._servers
            )
            if found:
                return found
        return []

    def _by_number(self, ident: int, wanted: Wanted) -> PortalAccount | None:
        try:
            account = self._portal.account(ident)
        except RefusedError as error:
            if error.status in (400, 404):
                return None
            raise
        return plan.find(wanted, [account], self._servers)

    def _make(self, wanted: Wanted) -> PortalAccount:
        begun = self._journal.read(*_key(wanted))
        if begun is not None:
            # An earlier run may have made it, and the lists not show it yet.
            found = self._wait_for(wanted, begun.begun + SETTLED)
            if found is not None:
                return found
        intent = Intent(*_key(wanted), begun=self._clock())
        self._journal.write(intent)
        try:
            ident = self._portal.create(
                wanted.name, wanted.server.url, wanted.organisation.id, wanted.profile
            )
        except RefusedError:
            self._journal.clear(*_key(wanted))
            raise
        except UnreachableError as error:
            if not error.sent:
                self._journal.clear(*_key(wanted))
                raise
            return self._lost(wanted, error)
        if ident is None:
            return self._lost(wanted, PortalError("SCM answered without the account's number."))
        self._journal.write(replace(intent, id=ident))
        account = self._by_number(ident, wanted)
        if account is None:
            return self._lost(wanted, PortalError(f"SCM does not show account {ident}."))
        return account

    def _lost(self, wanted: Wanted, error: PortalError) -> PortalAccount:
        """Look for an account that may have been made."""
        for pause in _PAUSES:
            self._sleep(pause)
            with contextlib.suppress(UnreachableError):
                found = self._listed(wanted)
                if found is not None:
                    return found
        raise OutcomeUnknownError(
            f"{error.message}\nWhether the ACME account {wanted.name} was made is not known, so "
            "it was not tried a second time.",
            "Repeat the command in a minute: it looks first, and makes it if it is not there.",
        )

    def _wait_for(self, wanted: Wanted, until: float) -> PortalAccount | None:
        # Clocks are set back: it is never longer than that.
        left = min(until - self._clock(), SETTLED)
        while True:
            found = self._listed(wanted)
            if found is not None or left <= 0:
                return found
            self._sleep(min(left, _PAUSE))
            left -= _PAUSE

    def _domains(self, wanted: Wanted, account: PortalAccount, *, made: bool) -> Ensured:
        before = self._has(account)
        todo = plan.decide(wanted, account, before, None)
        if todo.add:
            self._portal.add_domains(account.id, todo.add)
        if todo.remove:
            self._portal.remove_domains(account.id, todo.remove)
        # What it says of partial success has no reason; what it lists afterwards counts.
        changed = bool(todo.add or todo.remove)
        after = self._has(account) if changed else before
        return Ensured(
            account=account,
            made=made,
            added=tuple(name for name in todo.add if name in after),
            removed=tuple(name for name in todo.remove if name not in after),
            missing=tuple(name for name in todo.add if name not in after),
            kept=tuple(name for name in todo.remove if name in after),
        )

    def _has(self, account: PortalAccount) -> list[str]:
        return [domain.name for domain in pair.domains(self._portal, account) or ()]

    def _delegated(self, wanted: Wanted) -> list[str] | None:
        if not wanted.domains:
            return None
        try:
            return self._portal.delegated(wanted.organisation.id)
        except RefusedError as error:
            # Not every administrator may list domains; SCM says then what it has not added.
            if error.status in (400, 403, 404):
                return None
            raise


def _key(wanted: Wanted) -> tuple[str, int, str]:
    return wanted.name, wanted.organisation.id, wanted.server.url
