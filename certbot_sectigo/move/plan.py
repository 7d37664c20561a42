"""Pure: which lineages go to a new account, which stay, and what is to be minded of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from certbot_sectigo.accounts.judge.caa import Foresight
from certbot_sectigo.accounts.model import Account
from certbot_sectigo.base import printable
from certbot_sectigo.ca.catalogue import Profile
from certbot_sectigo.machine.dirs import same_server
from certbot_sectigo.renewals.facts import Answer, No, Silence, Yes
from certbot_sectigo.renewals.model import Forecast, Outlook, Renewal
from certbot_sectigo.renewals.survey import Surveyed

_BY_HAND = ("switched-off", "manual")
"""Codes of forecasts of lineages that certbot does not renew even if it is told to."""
_NOBODY = "not-scheduled"
"""Code of a forecast that is one of the machine, said once."""
_MANY = 4
_UNSEEN = Foresight()


@dataclass(frozen=True)
class Going:
    """A lineage that goes to the new account."""

    name: str
    account: str | None
    """Of now."""
    server: str | None
    kid: str | None
    names: tuple[str, ...]
    asked: bool = False
    """The CA was asked with an order, and opened it."""
    able: bool = True
    """Whether certbot renews it when it is told to, so that it can be the first."""
    doubtful: bool = False
    """The DNS did not tell whether the CA may issue for it."""
    warnings: tuple[str, ...] = ()

    @property
    def late(self) -> tuple[bool, bool]:
        """Sorts those behind that ought not to be the first."""
        return not self.able, self.doubtful


@dataclass(frozen=True)
class Staying:
    """A lineage that stays as it is."""

    name: str
    reason: str
    """A sentence."""
    remedy: str = ""


@dataclass(frozen=True)
class Target:
    """Where lineages go."""

    server: str
    """ACME directory URL."""
    kid: str
    account: Account | None
    """None where it is registered first."""
    ca: Profile


@dataclass(frozen=True)
class MovePlan:
    """What a move does."""

    target: Target
    going: tuple[Going, ...]
    """The first goes first and alone."""
    staying: tuple[Staying, ...]
    orders: int
    """How many orders are opened before a lineage is touched; none is finalised."""
    remarks: tuple[str, ...] = ()
    """What is to be minded of all of them."""


def representatives(
    surveyed: Sequence[Surveyed], caa: Foresight, sample: int | None = None
) -> dict[frozenset[str], Surveyed]:
    """Return one lineage for each distinct set of names that the CA is asked about, in order.

    :param caa: what CAA records forbid needs no question.
    :param sample: so many at most; None: all.
    """
    found: dict[frozenset[str], Surveyed] = {}
    for item in surveyed:
        if item.facts.names and not caa.refused(item.facts.names):
            found.setdefault(frozenset(item.facts.names), item)
    chosen = list(found.items())
    return dict(chosen if sample is None else chosen[:sample])


def at(item: Surveyed, account: Account, server: str) -> Surveyed:
    """Return a lineage as it would be with the new account: what is of the old one is left out."""
    lineage = replace(item.facts.lineage, account=account.name, server=server)
    facts = replace(
        item.facts,
        lineage=lineage,
        account=account,
        registers=False,
        archived=None,
        last=None,
        horizons=(),
        answer=None,
    )
    return replace(item, facts=facts, server=server)


def judge(
    item: Surveyed,
    target: Target,
    account: Account,
    answer: Answer | None,
    pinned: str | None,
    caa: Foresight,
) -> Going | Staying:
    """Say whether a lineage goes.

    :param account: the new one, or what stands for it.
    :param answer: what the CA said to an order for its names; None: not asked.
    :param pinned: why it cannot be pinned to the account; None if it can.
    :param caa: what CAA records let the account do.
    """
    lineage = item.lineage
    if target.account is not None and lineage.account == account.name:
        same = lineage.server is not None and same_server(lineage.server, target.server)
        if same:
            return Staying(lineage.name, f"It is pinned to {account.name} already.")
    if pinned is not None:
        return Staying(lineage.name, pinned)
    options = item.facts.options
    if "required_profile" in options:
        return Staying(
            lineage.name,
            f"It has required_profile = {options['required_profile']}, a name of the old CA's: "
            "certbot would refuse every other CA's answer.",
            "Take the line out of its renewal file, and repeat this.",
        )
    refused = caa.refused(item.facts.names)
    if refused:
        told = "; ".join(f"{each.need.name}: {each.text}" for each in refused)
        reason = f"CAA records do not let the new account issue: {told}"
        return Staying(lineage.name, reason, caa.remedy)
    renewal = at(item, account, target.server).renewal(answer)
    forecast = renewal.forecast
    if isinstance(answer, No):
        return Staying(lineage.name, f"The new CA refuses its names: {answer.words}", answer.remedy)
    if isinstance(answer, Silence):
        return Staying(lineage.name, f"The new CA could not be asked: {answer.reason}")
    if forecast.outlook is Outlook.BROKEN or not item.facts.names:
        return Staying(lineage.name, forecast.reason, _remedy(forecast))
    if forecast.answerable is False:
        return Staying(lineage.name, _sentence(forecast.reason), _remedy(forecast))
    return Going(
        lineage.name,
        lineage.account,
        item.lineage.renews_at,
        renewal.kid if item.facts.account is None else item.facts.account.kid or lineage.kid,
        item.facts.names,
        asked=isinstance(answer, Yes),
        able=forecast.code not in _BY_HAND,
        doubtful=any(each.need.name in item.facts.names for each in caa.unknown),
        warnings=tuple(_warnings(item, target, renewal, answer)),
    )


def _warnings(
    item: Surveyed, target: Target, renewal: Renewal, answer: Answer | None
) -> Iterator[str]:
    """Say what of a lineage the new CA will not honour, or what has to be looked at."""
    options, forecast = item.facts.options, renewal.forecast
    if isinstance(answer, Yes) and answer.pending:
        yield _sentence(forecast.reason)
    elif forecast.outlook is Outlook.UNATTENDED and forecast.code != _NOBODY:
        yield f"By itself it is not renewed: {_sentence(forecast.reason)}"
    if options.get("preferred_chain", "None") != "None":
        yield (
            f"preferred_chain = {options['preferred_chain']} names a chain of the old CA; "
            "certbot takes the new one's usual chain, and warns at each renewal."
        )
    if options.get("preferred_profile", "None") != "None":
        yield f"preferred_profile = {options['preferred_profile']} is a name of the old CA's."
    if options.get("must_staple", "").lower() == "true":
        yield "must_staple = True: a CA that does not issue that refuses or leaves it out."
    keys = target.ca.customs.keys
    if keys is not None:
        yield f"Its key is {options.get('key_type', 'of the usual kind')}; {keys.value}"
    host = _host(item.lineage.renews_at)
    for name in ("pre_hook", "post_hook", "renew_hook"):
        text = options.get(name, "")
        if host and host in text:
            yield f"Its {name.replace('renew', 'deploy')} names {host}: {text}"


def _host(server: str | None) -> str:
    return urlsplit(server or "").hostname or ""


def _remedy(forecast: Forecast) -> str:
    """Return what helps; its command where the words lead to it: others are about the old CA."""
    lead = forecast.remedy.endswith(":")
    return f"{forecast.remedy}\n{forecast.command}" if lead else forecast.remedy


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:].rstrip('.')}." if text else ""


def remarks(surveyed: Sequence[Surveyed], target: Target, caa: Foresight) -> tuple[str, ...]:
    """Say what changes for all of them: who issues, and what is known of the new CA."""
    issuers = sorted(
        {
            item.certificate.issuer
            for item in surveyed
            if item.certificate is not None
            and item.certificate.issuer
            and not same_server(item.lineage.renews_at, target.server)
        }
    )
    customs, found = target.ca.customs, []
    if issuers:
        name = target.ca.name if target.ca.hosts else _host(target.server)
        found.append(
            f"The issuer changes: now {printable.few(issuers, _MANY)}, then one of {name}. Who "
            "has pinned an issuer or a root (TLSA records, trust stores of clients) has to know."
        )
    schedules = {id(item.facts.schedule): item.facts.schedule for item in surveyed}.values()
    if any(schedule is not None and not schedule.active for schedule in schedules):
        found.append("Nothing starts `certbot renew` on this machine, so nothing is renewed.")
    if caa.untold:
        found.append(f"Whether CAA records let the new account issue is not known: {caa.untold}")
    if caa.unknown:
        names = [each.need.name for each in caa.unknown]
        found.append(
            f"Whether CAA records let the new account issue for {printable.few(names, _MANY)} "
            f"is not known: {caa.unknown[0].text}. If the CA gets no answer either, it does not "
            "issue."
        )
    for fact in (customs.chain, customs.validated, customs.names, customs.keys):
        if fact is not None:
            found.append(f"{target.ca.name}: {fact.value} ({fact.source})")
    return tuple(found)


def make(
    surveyed: Sequence[Surveyed],
    target: Target,
    account: Account,
    answers: Mapping[frozenset[str], Answer],
    pinned: Mapping[str, str],
    *,
    caa: Foresight = _UNSEEN,
    sample: int | None = None,
    first: str | None = None,
    hints: Mapping[str, Sequence[str]] | None = None,
) -> MovePlan:
    """Plan a move.

    :param account: the new one, or what stands for it.
    :param answers: set of names -> what the CA said to an order for it.
    :param pinned: lineage -> why it cannot be pinned to the account.
    :param caa: what CAA records let the account do.
    :param sample: for so many sets of names orders are opened; None: for all.
    :param first: name of the lineage that is to go first.
    :param hints: lineage -> further warnings of its deploy file.
    """
    going: list[Going] = []
    staying: list[Staying] = []
    for item in surveyed:
        answer = answers.get(frozenset(item.facts.names))
        found = judge(item, target, account, answer, pinned.get(item.lineage.name), caa)
        if isinstance(found, Staying):
            staying.append(found)
        else:
            more = tuple((hints or {}).get(found.name, ()))
            going.append(replace(found, warnings=(*found.warnings, *more)))
    going.sort(key=lambda one: (one.name != first, one.late))
    names = {one.name for one in going}
    unasked = [
        item
        for item in surveyed
        if item.lineage.name in names and frozenset(item.facts.names) not in answers
    ]
    left = None if sample is None else max(0, sample - len(answers))
    return MovePlan(
        target,
        tuple(going),
        tuple(staying),
        len(representatives(unasked, caa, left)),
        remarks([item for item in surveyed if item.lineage.name in names], target, caa),
    )
