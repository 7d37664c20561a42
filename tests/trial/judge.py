"""What was said of each lineage, by forecast and dry run, against what its renewal then does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.bed import schema
from tests.bed.certbot import Certbot
from tests.bed.components import BIN
from tests.bed.process import Result, run
from tests.bed.tree import Snapshot
from tests.trial.states import Draft, State
from tests.trial.world import Site, Surroundings

_REPORTED = re.compile(r"^ *(/\S+) \((success|failure|skipped)\)", re.MULTILINE)
_FAILED = re.compile(r"^Failed to renew certificate (\S+) with error: (.*)", re.MULTILINE)
UNSEEN = "unseen"
"""What became of a renewal whose certificate is not in ``live/``."""
_NO_CHALLENGE = ("combination of challenges", "preferred challenges")


@dataclass(frozen=True)
class Asked:
    """What a run asked of the CA, and what it got."""

    orders: Counter[str]
    """Account's id at the CA -> how many orders it wanted, refused ones included."""
    refused: Counter[str]
    """Of those, how many the CA refused."""
    unsigned: int
    """Orders of accounts that the CA does not know."""
    challenged: Counter[str]
    """Account's id -> how many challenges it said to be ready for."""
    certificates: int


@dataclass(frozen=True)
class Trial:
    """All that was said and done of one lineage."""

    draft: Draft
    state: State
    forecast: Mapping[str, Any]
    dry: str
    """``success``, ``failure``, or empty where the run does not speak of it."""
    registers: bool
    """Whether the dry run said that an account would be registered first."""
    real: str
    """Likewise, of the renewal."""
    asked: tuple[Asked, Asked, Asked]
    """By forecast, dry run and renewal."""
    error: str
    """What certbot says why the renewal failed."""
    account: str
    """Id at the CA of the account that the renewal file leads to."""
    around: Surroundings

    @property
    def outlook(self) -> str:
        """What the forecast says."""
        return str(self.forecast["outlook"])

    @property
    def ours(self) -> bool:
        """Whether our plugin takes part in its renewal, and has an account to look after."""
        return self.around.rehearses and _looked_after(self.draft)

    def complaints(self) -> Iterator[str]:
        """Say where forecast, dry run and renewal do not agree."""
        said, real = self.outlook, self.real
        if _by_another(self.draft, self.around):  # whose orders nobody can tell apart
            if self.forecast["fails"] and real == "success":
                yield "is forecast to fail, and renews"
            if said == "ready" and real != "success":
                yield "is forecast ready, and does not renew"
            if said == "refused" and not self.refused:
                yield "is forecast to be refused, and the CA does not refuse it"
            return
        orders = [each.orders[self.account] for each in self.asked]
        if max(orders) > 1:
            yield f"more than one order: {orders}"
        ok = real == "success"
        if ok and orders[2] != 1:
            yield f"renewed, by {orders[2]} orders of its account"
        by_order = self.forecast["rests_on"] == "order" and said != "unknown"
        if by_order and orders[0] != 1 and not self.asked[0].unsigned:
            yield f"rests on an order, of which there were {orders[0]}"
        # What is switched off certbot renews where it is forced to, as here, and only there.
        forced = said == "unattended" and self.draft.params.get("autorenew") == "False"
        if ok and self.forecast["fails"] and not forced:
            yield "is forecast to fail, and renews"
        if said == "ready" and not ok:
            yield "is forecast ready, and does not renew"
        if said == "ready" and self.asked[2].challenged[self.account]:
            yield "is forecast ready, and has to answer challenges"
        if said == "challenge":
            if set(self.forecast["names"]) != self.draft.pending:
                yield f"challenges are forecast for {self.forecast['names']}"
            if self.asked[2].refused[self.account] or not orders[2]:
                yield "a challenge is forecast, and no order is opened"
        nothing_fits = any(words in self.error for words in _NO_CHALLENGE)
        if nothing_fits and said == "challenge" and self.forecast["answerable"] is not False:
            yield "no challenge fits, which is not forecast"
        if said == "refused" and not self.refused:
            yield "is forecast to be refused, and the CA does not refuse it"
        if said == "broken" and orders[2] and real != UNSEEN and not self.draft.astray:
            yield "is forecast broken, and an order is opened"
        if said == "unknown" and self.ours and not self.registers:
            yield "nothing is known of a renewal of ours"
        yield from self._dry(ok=ok, orders=orders[1])

    @property
    def refused(self) -> bool:
        """Whether the CA refused the renewal an order."""
        return bool(self.asked[2].refused[self.account] or self.asked[2].unsigned)

    def _dry(self, *, ok: bool, orders: int) -> Iterator[str]:
        if not self.ours:
            return
        dry = self.dry == "success"
        if dry and not ok and not self.registers:
            yield "the dry run succeeds, and the renewal does not"
        if ok and not dry:
            yield "the renewal succeeds, and the dry run does not"
        if dry and not self.registers and orders != 1:
            yield f"the dry run succeeds after {orders} orders"


@dataclass(frozen=True)
class Verdict:
    """A tree after its trial."""

    trials: Sequence[Trial]
    complaints: Sequence[str]
    """With the lineage that each is of."""
    orders: int
    """How many were wanted of the CA in all."""
    output: str
    """What the three runs said."""


class _Counting:
    """Tells what a run asked the CA since the last one."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._seen, self._certificates = 0, 0
        self.asked()

    def asked(self) -> Asked:
        records = self._site.sandbox.requests()
        new, self._seen = records[self._seen :], len(records)
        orders = [record for record in new if record.endpoint == "newOrder"]
        count = len(self._site.sandbox.certificates())
        made, self._certificates = count - self._certificates, count
        return Asked(
            Counter(record.account for record in orders),
            Counter(record.account for record in orders if record.status >= 400),
            sum(not record.account for record in orders),
            Counter(record.account for record in new if record.endpoint == "chall"),
            made,
        )


def judge(site: Site, states: Sequence[State]) -> Verdict:
    """Have all lineages of a tree forecast, rehearsed and renewed, each by one command."""
    counting = _Counting(site)
    served = {draft.name: _served(site, draft) for draft in site.drafts}
    complaints = []
    before = site.certbot.snapshot()
    told = _forecast(site)
    forecasts = {each["lineage"]: each["forecast"] for each in _document(told)["renewals"]}
    by_forecast = counting.asked()
    announced = re.search(r"This opens (at most )?(\S+) orders? at", told.stderr)
    many = int(announced[2].replace("one", "1")) if announced else 0
    opened = sum(by_forecast.orders.values())
    if opened > many or (opened < many and not (announced and announced[1])):
        complaints.append(f"{many} orders are announced, and {by_forecast.orders} opened")
    complaints += [f"forecast: {each}" for each in _changes(before, site.certbot.snapshot())]

    certbot = site.certbot if site.around.plugin else site.certbot.without_plugin()
    rehearsed = _certbot(site, certbot, "--dry-run") if site.around.rehearses else None
    by_dry = counting.asked()
    complaints += [f"dry run: {each}" for each in _strange(site, before, site.certbot.snapshot())]
    if by_forecast.certificates or by_dry.certificates:
        complaints.append("a certificate was issued before the renewal")

    renewed = _certbot(site, certbot, "--force-renewal")
    by_renewal = counting.asked()
    dry, real = _reported(rehearsed), _reported(renewed)
    failed = dict(_FAILED.findall(renewed.output))
    if by_renewal.certificates != list(real.values()).count("success"):
        complaints.append(f"{by_renewal.certificates} certificates were issued")
    # certbot says so, too, of one that it saves where nobody looks.
    for draft in site.drafts:
        if real.get(draft.name) == "success" and _served(site, draft) == served[draft.name]:
            real[draft.name] = UNSEEN
    trials = [
        Trial(
            draft=draft,
            state=state,
            forecast=forecasts[draft.name],
            dry=dry.get(draft.name, ""),
            registers=_registers(rehearsed, draft),
            real=real.get(draft.name, ""),
            asked=(by_forecast, by_dry, by_renewal),
            error=failed.get(draft.name, ""),
            account=_account(site, draft),
            around=site.around,
        )
        for draft, state in zip(site.drafts, states)
    ]
    for trial in trials:
        heading = f"{trial.draft.name} [{trial.state}; {site.around}]"
        complaints += [f"{heading}: {each}; {_summary(trial)}" for each in trial.complaints()]
    asked = (by_forecast, by_dry, by_renewal)
    orders = sum(sum(each.orders.values()) for each in asked)
    output = "\n".join(map(str, filter(None, (told, rehearsed, renewed))))
    return Verdict(trials, complaints, orders, output)


def _served(site: Site, draft: Draft) -> bytes | None:
    path = site.link(draft, "cert")
    return path.read_bytes() if path.is_file() else None


def _summary(trial: Trial) -> str:
    forecast = trial.forecast
    return (
        f"forecast {forecast['outlook']} ({forecast['reason']}), dry run {trial.dry or 'none'}, "
        f"renewal {trial.real or 'none'}"
    )


def _forecast(site: Site) -> Result:
    folders: list[str] = []
    for option, folder in zip(("config", "work", "logs"), site.certbot.directories):
        folders += [f"--{option}-dir", str(folder)]
    words = ["--json", "--system-root", str(site.root), "renewals", "--order"]
    result = run(
        [BIN / "certbot-sectigo", *folders, *words],
        folder=site.certbot.home / "output",
        env=site.certbot.environment(site.env),
        cwd=site.certbot.home,
        check=None,
    )
    assert result.returncode in (0, 1), str(result)
    return result


def _document(result: Result) -> Mapping[str, Any]:
    return schema.document(result.stdout)


def _certbot(site: Site, certbot: Certbot, option: str) -> Result:
    result: Result = certbot.run("renew", option, check=None, env=site.env, timeout=600)
    return result


def _reported(result: Result | None) -> dict[str, str]:
    """Return what certbot reports at its end: lineage -> word."""
    if result is None:
        return {}
    return {path.split("/")[-2]: word for path, word in _REPORTED.findall(result.output)}


def _registers(result: Result | None, draft: Draft) -> bool:
    """Tell whether the dry run said that it cannot ask, as an account is to be registered."""
    told = f"registers an account at [^ ]+ with kid {re.escape(draft.kid)}\\."
    return result is not None and re.search(told, result.text) is not None


def _looked_after(draft: Draft) -> bool:
    """Tell whether our plugin chooses a lineage's account, where it is there."""
    plugins = draft.params
    by = plugins.get("authenticator", "sectigo-eab") or ""
    beside = plugins.get("installer") == "sectigo-eab"
    kid = plugins.get("sectigo_eab_kid", "kid") or plugins.get("sectigo_eab_server", "server")
    return by.endswith("sectigo-eab") or (beside and kid is not None)


def _by_another(draft: Draft, around: Surroundings) -> bool:
    """Tell whether a lineage is renewed by the account that cli.ini names for all."""
    return around.cli.startswith("account") and not _looked_after(draft)


def _account(site: Site, draft: Draft) -> str:
    """Return the CA's id of the account that renews a lineage, after that has been tried."""
    if _by_another(draft, site.around):
        return site.other.url.rsplit("/", 1)[-1]
    owner = draft if draft.pinned == "broken" else draft.rival or draft
    url = owner.url
    if draft.binding == "reusable" and draft.pinned != "broken":
        url = site.sandbox.accounts(draft.kid)[-1].url
    return url.rsplit("/", 1)[-1]


def _changes(before: Snapshot, after: Snapshot) -> list[str]:
    """Return what changed, but for notes beside accounts."""
    return [line for line in before.changes(after) if "/sectigo-eab.json: " not in line]


def _strange(site: Site, before: Snapshot, after: Snapshot) -> list[str]:
    """Return what changed, but for what a dry run of a lineage that is not ours leaves."""
    # certbot itself ends what a renewal that was cut off has left half done.
    mixed = {f"/live/{draft.name}/" for draft in site.drafts if draft.mixed}
    return [
        line
        for line in before.changes(after)
        if "acme-staging-v02.api" not in line and not any(folder in line for folder in mixed)
    ]
