"""What is known of each lineage's next renewal: read from this machine, the CA is not asked."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from certbot_sectigo.accounts.judge import choice
from certbot_sectigo.accounts.known.overview import Overview
from certbot_sectigo.accounts.model import Account
from certbot_sectigo.base import reading
from certbot_sectigo.ca import catalogue
from certbot_sectigo.ca.problems import About
from certbot_sectigo.machine import (
    certbot_versions,
    dirs,
    lineages,
    live,
    roles,
    saving,
    settings,
    stops,
)
from certbot_sectigo.machine.certificates import Certificate
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.machine.logs.orders import Opened
from certbot_sectigo.machine.settings import Setting
from certbot_sectigo.machine.starts import Schedule
from certbot_sectigo.renewals import due, local, whose
from certbot_sectigo.renewals.facts import Answer, Facts
from certbot_sectigo.renewals.forecast import forecast
from certbot_sectigo.renewals.horizon import horizon
from certbot_sectigo.renewals.index import Index
from certbot_sectigo.renewals.model import Horizon, Issuer, Renewal


@dataclass(frozen=True)
class Surveyed:
    """A lineage with what was read of it."""

    lineage: Lineage
    """As its renewal file has it."""
    facts: Facts
    """Those of the lineage as it is renewed, with other plugins perhaps."""
    certificate: Certificate | None
    server: str
    """ACME directory URL; empty where the lineage names none."""

    @property
    def asks_us(self) -> bool:
        """Whether an order may be opened for it: it is renewed with this plugin."""
        facts = self.facts
        able = facts.account.loads if facts.account is not None else bool(facts.candidates)
        return able and bool(facts.names) and lineages.PLUGIN in facts.lineage.plugins

    @property
    def about(self) -> About:
        """What is known of an order for it, for the words of its refusal."""
        account, issuer = self.facts.account, self.facts.issuer
        return About(
            account.kid if account else None,
            account.name if account else None,
            self.facts.names,
            self.facts.lineage.name,
            issuer.account if issuer else None,
        )

    def renewal(self, answer: Answer | None = None) -> Renewal:
        """Return what is said of it; pure.

        :param answer: what the CA said to an order, if it was asked.
        """
        facts = replace(self.facts, answer=answer)
        if answer is not None:
            facts = replace(facts, account=answer.account or facts.account, candidates=())
        account, certificate = facts.account, self.certificate
        return Renewal(
            lineage=self.lineage,
            names=facts.names,
            not_before=certificate.not_before if certificate else None,
            not_after=certificate.not_after if certificate else None,
            next_try=facts.next_try,
            account=account.name if account else None,
            kid=(account.kid if account else None) or facts.lineage.kid,
            forecast=forecast(facts),
            horizons=tuple(facts.horizons),
            options=facts.options,
            organisation=certificate.organisation if certificate else None,
            serial=certificate.serial if certificate else None,
            key=certificate.key if certificate else None,
            damages=tuple(facts.damages),
            mending=tuple(facts.mending),
            issuer=facts.issuer,
        )


def survey(
    here: Dirs,
    overview: Overview,
    schedule: Schedule | None,
    certbot_version: tuple[int, ...],
    now: datetime,
    configured: Sequence[Setting] = (),
    only: Container[str] | None = None,
) -> list[Surveyed]:
    """Read what decides about lineages' next renewals; takes time by their number, and no more.

    :param here: certbot's directories.
    :param overview: the accounts and lineages of this machine, and what its logs tell.
    :param schedule: what starts certbot; None if that is not to be looked at.
    :param certbot_version: such as ``(5, 8, 0)``: of the certbot that renews.
    :param now: UTC.
    :param configured: what stands in cli.ini and reaches every run.
    :param only: names of those that are wanted; None for all.
    """
    found, index = [], Index(overview)
    plugins = frozenset().union(*(lineage.plugins for lineage in overview.lineages))
    stop = stops.find(here, configured, schedule, certbot_version, plugins)
    for written in overview.lineages:
        if only is not None and written.name not in only:
            continue
        lineage = _as_renewed(written, schedule, configured, certbot_version)
        options = lineages.read_options(lineage)
        read = lineages.read_certificate(lineage)
        certificate = read if isinstance(read, Certificate) else None
        unnamed = whose.unnamed(lineage, index)
        account = whose.account(lineage, index)
        damages = live.damages(lineage)
        next_try = None
        if certificate is not None:
            span = (certificate.not_before, certificate.not_after)
            next_try = due.next_try(*span, options, certbot_version, now)
        names = tuple(sorted(certificate.names)) if certificate else ()
        archived, registers = None, False
        candidates: tuple[Account, ...] = ()
        if lineage.looked_after and (account is None or not (account.loads or account.unread)):
            archived, registers = whose.registration(lineage, here)
            candidates = whose.candidates(lineage, index)
        last = index.last(account, names)
        facts = Facts(
            lineage=lineage,
            names=names,
            key=local.key(lineage, certificate, options, configured),
            stranger=_stranger(written, lineage, configured, here),
            unreadable="" if isinstance(read, Certificate) else read.reason,
            damages=damages,
            mending=live.mending(lineage) if damages else (),
            astray=saving.astray(lineage),
            unwritable=saving.unwritable(lineage, seen=False),
            account=None if registers or candidates else account,
            candidates=candidates,
            registers=registers,
            unnamed=unnamed,
            deaf=local.deaf(lineage, options, configured),
            missing_hook=local.missing_hook(lineage, options),
            doubt=whose.doubt(account, index),
            archived=archived,
            likely=None if account else whose.likely(lineage, index),
            issuer=_issuer(lineage, certificate, account, last, index, overview.pinned),
            options=options,
            schedule=schedule,
            next_try=next_try,
            last=last,
            horizons=_horizons(lineage, index, account, names),
            settings=configured,
            stop=stop,
            certbot_version=certbot_version,
        )
        found.append(Surveyed(written, facts, certificate, lineage.renews_at or ""))
    return found


def _as_renewed(
    lineage: Lineage,
    schedule: Schedule | None,
    configured: Sequence[Setting],
    certbot_version: tuple[int, ...],
) -> Lineage:
    """Return a lineage with the plugins, server and account that its renewal will have.

    What cli.ini names takes the place of its authenticator, and where we do not choose its
    account that of server and account. certbot goes on without an installer that it does not
    have.
    """
    authenticator = lineage.authenticator and (
        settings.authenticator(configured) or lineage.authenticator
    )
    installer = lineage.installer
    prefixed = ":" in (installer or "")
    if installer and (
        roles.misspelt(installer)
        or (prefixed and not certbot_versions.takes_prefixed_plugins(certbot_version))
        or (schedule is not None and schedule.lacking(installer) is not None)
    ):
        installer = None
    renewed = replace(lineage, authenticator=authenticator, installer=installer)
    server = settings.said(configured, "server")
    account = settings.said(configured, "account")
    if account is None and not server:
        account = lineage.account
    if renewed.looked_after or not authenticator:
        return renewed
    try:
        if server:
            dirs.server_path(server)
    except dirs.PathError:
        problem = f"is renewed at a server that is no URL ({server}), as settings for every run say"
        return replace(renewed, server=None, account=None, problem=renewed.problem or problem)
    return replace(renewed, server=server or lineage.server, account=account)


def _stranger(
    written: Lineage, renewed: Lineage, configured: Sequence[Setting], here: Dirs
) -> bool:
    given = any(setting.name.startswith(f"{lineages.PLUGIN}-") for setting in configured)
    forced = renewed.ours and not written.looked_after and bool(written.authenticator)
    return forced and not given and not reading.is_there(here.default_credentials)


def _issuer(
    lineage: Lineage,
    certificate: Certificate | None,
    account: Account | None,
    last: Opened | None,
    index: Index,
    pins: Mapping[str, datetime],
) -> Issuer | None:
    """Find another account of the same server with a better claim to a lineage's names.

    :param account: what the renewal will use.
    :param last: its newest order for just these names.
    :param pins: name of a lineage -> when this tool pinned it.
    """
    if certificate is None or account is None or not account.loads:
        return None
    if last is not None and last.status is not None and last.status < 400:
        return None
    path = account.server_path
    got = {
        entry.account.uri: entry.account
        for entry in index.got(path, lineage.name, certificate.not_after)
        if entry.facts.sound or entry.account.uri == account.uri
    }
    pinned = pins.get(lineage.name)
    # Two: logs and records do not agree.
    if len(got) == 1 and account.uri not in got:
        [other] = got.values()
        if other.kid is None or other.kid != account.kid:
            return Issuer(other.name, other.kid, True, pinned)
    if lineage.looked_after and lineage.kid and account.kid not in (None, lineage.kid):
        there = [e.facts for e in index.at(path) if e.facts.sound]
        chosen = choice.by_kid(there, lineage.kid)
        if chosen is not None:
            return Issuer(chosen.account.name, lineage.kid, False, pinned)
    return None


def _horizons(
    lineage: Lineage, index: Index, account: Account | None, names: Sequence[str]
) -> tuple[Horizon, ...]:
    """Work out until when names count as validated, as far as logs tell; the soonest first."""
    if account is None or not account.uri or not lineage.ours:
        return ()
    days = catalogue.of_server(lineage.server).customs.reuse_days
    own = timedelta(days=days.value) if days is not None else None
    wanted = {name[2:] if name.startswith("*.") else name for name in names}
    newest = (index.validated(account, name) for name in wanted)
    found = [
        Horizon(one.name, horizon(one.when, own), one.when, one.method, "email" in one.method)
        for one in newest
        if one is not None
    ]
    return tuple(sorted(found, key=lambda h: (h.until, h.name)))
