"""Which lineages go, by table."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from certbot_sectigo.accounts import move_journals
from certbot_sectigo.accounts.judge import caa
from certbot_sectigo.accounts.judge.caa import Foresight, Need, Standing
from certbot_sectigo.accounts.model import Account, State
from certbot_sectigo.accounts.move_journals import Move, MovedLineage
from certbot_sectigo.ca import catalogue
from certbot_sectigo.ca.caa.policy import Applicant
from certbot_sectigo.cli.move import past
from certbot_sectigo.cli.move.errand import Errand
from certbot_sectigo.cli.shared import change
from certbot_sectigo.machine.certificates import Certificate
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.move import plan
from certbot_sectigo.move.plan import Going, MovePlan, Staying, Target
from certbot_sectigo.renewals import unloadable
from certbot_sectigo.renewals.facts import Answer, Facts, No, Silence, Yes
from certbot_sectigo.renewals.survey import Surveyed

NOW = datetime(2026, 11, 1, tzinfo=timezone.utc)
OLD, NEW = "https://acme.sectigo.com/v2/OV", "https://acme-v02.harica.gr/acme/1/directory"
ACCOUNT = Account(Path("/accounts/x"), "acme-v02.harica.gr/acme/1/directory", State.LOADS)
TARGET = Target(NEW, "kid", None, catalogue.of_server(NEW))


def surveyed(
    name: str, *names: str, authenticator: str = "sectigo-eab", **options: str
) -> Surveyed:
    lineage = Lineage(
        name, Path(f"/renewal/{name}.conf"), server=OLD, account="old", authenticator=authenticator
    )
    certificate = Certificate(
        frozenset(names or (name,)), NOW, NOW + timedelta(days=90), 1, None, "Old CA", None
    )
    facts = Facts(lineage, names or (name,), options=options)
    return Surveyed(lineage, facts, certificate, OLD)


def judged(
    item: Surveyed, answer: Answer | None = None, caa: Foresight | None = None
) -> Going | Staying:
    return plan.judge(item, TARGET, ACCOUNT, answer, None, caa or Foresight())


@pytest.mark.parametrize(
    ("item", "answer", "reason"),
    [
        (surveyed("a"), No("not yours"), "refuses its names: not yours"),
        (surveyed("a"), Silence("it is down"), "could not be asked: it is down"),
        (surveyed("a", required_profile="tlsserver"), Yes(), "required_profile = tlsserver"),
        (surveyed("*.a"), Yes({"*.a": ("dns-01",)}), "does not answer"),
        (surveyed("a", authenticator=""), None, "names no authenticator"),
    ],
)
def test_who_stays(item: Surveyed, answer: Answer | None, reason: str) -> None:
    found = judged(item, answer)
    assert isinstance(found, Staying) and reason in found.reason


def test_the_command_that_the_words_lead_to_is_told(tmp_path: Path) -> None:
    remedy = plan._remedy(unloadable.unwritable(tmp_path))
    assert remedy.split(":\n")[1:] == [f"lsattr -d {tmp_path}"]


def test_who_goes_on_and_leaves_one_falls_short_too(monkeypatch: pytest.MonkeyPatch) -> None:
    lineage = MovedLineage("a", "old", OLD, "1", "2026-12-01")
    move = Move("1", NOW, NEW, "kid", None, (lineage,))
    errand = cast(Any, SimpleNamespace(dirs=Dirs(), context=None, go_on=lambda move: move))
    errand.fell_short = partial(Errand.fell_short, errand)
    errand.resume = partial(Errand.resume, errand)
    monkeypatch.setattr(move_journals, "alone", lambda dirs: nullcontext())
    monkeypatch.setattr(change, "act", lambda *_, **given: errand.__dict__.update(given))
    past.go_on(errand, yes=True)
    assert errand.carry_out(move) is move
    assert not errand.failed(move)
    assert errand.failed(replace(move, lineages=(), left={"a": "It cannot be written to."}))


@pytest.mark.parametrize(
    ("item", "answer", "warning"),
    [
        (surveyed("a"), Yes({"a": ("http-01",)}), "wants a challenge for a"),
        (surveyed("a", preferred_chain="AAA"), Yes(), "preferred_chain = AAA"),
        (surveyed("a", must_staple="True"), Yes(), "must_staple"),
        (surveyed("a", preferred_profile="x"), Yes(), "preferred_profile = x"),
        (surveyed("a", renew_hook="curl acme.sectigo.com"), Yes(), "deploy_hook names acme.sec"),
        (surveyed("a", autorenew="False"), Yes(), "autorenew = False"),
    ],
)
def test_who_goes_with_a_warning(item: Surveyed, answer: Answer, warning: str) -> None:
    found = judged(item, answer)
    assert isinstance(found, Going) and found.asked
    assert any(warning in text for text in found.warnings), found.warnings


def made(*items: Surveyed, sample: int | None = None, first: str | None = None) -> MovePlan:
    return plan.make(items, TARGET, ACCOUNT, {}, {}, sample=sample, first=first)


def test_an_order_for_each_set_of_names_and_the_first_is_one_that_can_be_issued() -> None:
    items = (surveyed("by-hand", "x", autorenew="False"), surveyed("b", "n", "m"),
             surveyed("c", "m", "n"), surveyed("d"))  # fmt: skip
    found = made(*items)
    assert [one.name for one in found.going] == ["b", "c", "d", "by-hand"]
    assert found.orders == 3
    assert made(*items, sample=2).orders == 2
    assert made(*items, first="d").going[0].name == "d"
    assert "Old CA" in found.remarks[0] and "HARICA" in found.remarks[0]
    assert any("root of 2015" in remark for remark in found.remarks)
    at_it = [replace(item, lineage=replace(item.lineage, server=NEW)) for item in items]
    assert not any("The issuer changes" in remark for remark in made(*at_it).remarks)


def test_what_caa_records_forbid_stays_and_what_the_dns_does_not_tell_is_minded() -> None:
    who = Applicant(("harica.gr",), "")
    seen = Foresight(
        (
            Standing(Need("a", "", NEW, who), caa.State.FORBIDDEN, "not you"),
            Standing(Need("b", "", NEW, who), caa.State.UNKNOWN, "silence"),
        ),
        remedy="publish",
    )
    found = judged(surveyed("x", "c", "a"), Yes(), seen)
    assert isinstance(found, Staying) and found.remedy == "publish"
    assert found.reason == "CAA records do not let the new account issue: a: not you"
    both = (surveyed("y", "b"), surveyed("z", "c"))
    assert [g.name for g in plan.make(both, TARGET, ACCOUNT, {}, {}, caa=seen).going] == ["z", "y"]
    for foresight, said in ((seen, "issue for b is not known"), (Foresight(untold="why"), "why")):
        items = (surveyed("y", "b"),)
        assert any(
            said in remark
            for remark in plan.make(items, TARGET, ACCOUNT, {}, {}, caa=foresight).remarks
        )
