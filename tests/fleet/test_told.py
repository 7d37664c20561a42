"""What documents of a host say, and what the page makes of it: tables."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from certbot_sectigo.fleet.report import page as pages
from certbot_sectigo.fleet.report import told
from certbot_sectigo.fleet.report.model import Account, Fault, Finding, Host, Lineage, Source
from certbot_sectigo.fleet.report.page import Granted
from certbot_sectigo.fleet.report.timeline import WIDTH, Scale
from tests.fleet import hosts
from tests.fleet.hosts import Documents

NOW = datetime(2026, 11, 25, 3, tzinfo=timezone.utc)


def _documents() -> Documents:
    return hosts.documents("h.example", NOW, random.Random(1), 2, 3)


def _host(documents: Documents, *more: dict[str, Any]) -> Host:
    return told.host(Source("h.example", (*documents.values(), *more), NOW), NOW)


def test_nothing_is_wrong_and_each_certificate_hangs_on_its_account() -> None:
    host = _host(_documents())
    assert (host.findings, host.untold, host.lineages) == ((), (), ())
    assert [len(account.lineages) for account in host.accounts] == [2, 1]
    assert host.accounts[0].domains == ("h.example", "alias.h.example")


@pytest.mark.parametrize("plant", hosts.PLANTS)
def test_what_is_planted_is_the_one_finding(plant: Callable[..., str]) -> None:
    documents = _documents()
    documents["renewals"]["renewals"] *= 2  # as many as the plants reach for
    code = plant("h.example", documents, NOW, "x1")
    (finding,) = set(_host(documents).findings)
    assert finding.code == code
    assert "x1" in f"{finding}"


@pytest.mark.parametrize(
    ("kept", "lineages", "owned"),
    [
        (("renewals",), 3, 0),
        (("doctor",), 3, 0),
        (("accounts list",), 3, 3),
        (("accounts list", "doctor"), 3, 3),
        ((), 0, 0),
    ],
)
def test_what_is_missing_is_said(kept: tuple[str, ...], lineages: int, owned: int) -> None:
    host = _host({name: _documents()[name] for name in kept})
    assert len(host.all_lineages) == lineages
    assert sum(len(account.lineages) for account in host.accounts) == owned
    assert set(host.untold) == {"accounts list", "renewals", "doctor"} - set(kept)
    assert (host.when is None) is (not kept)


@pytest.mark.parametrize("command", ["accounts list", "renewals", "doctor"])
@pytest.mark.parametrize("value", [None, 7, "text", {}, [7], [{"lineage": 7}]])
def test_a_document_of_another_shape_is_a_finding_and_not_an_end(command: str, value: Any) -> None:
    documents = _documents()
    for key in documents[command].keys() - {"command", "version"}:
        documents[command][key] = value
    host = _host(documents)
    assert [f.code for f in host.findings if f.code == told.UNREAD] == [told.UNREAD]
    assert command in host.untold


def test_the_later_of_two_documents_counts_and_an_audits_facts_are_passed_over() -> None:
    empty = {"command": "accounts list", "accounts": [], "dangling": []}
    host = _host(_documents(), empty, {"command": "scm facts"})
    assert (host.accounts, host.findings) == ((), ())
    assert len(host.lineages) == 3


def test_one_account_at_two_servers_has_each_lineage_once() -> None:
    documents = _documents()
    (first, *_) = documents["accounts list"]["accounts"]
    documents["accounts list"]["accounts"].append({**first, "server": "https://other.example"})
    assert [len(a.lineages) for a in _host(documents).accounts] == [2, 1, 0]


def _finding(code: str, severity: str) -> Finding:
    return Finding(code, severity, f"Title of {code}", "What.")


def test_findings_are_ordered_by_severity_and_counted() -> None:
    one = Host("b", NOW, findings=(_finding("z/z", "notice"), _finding("b/b", "critical")))
    two = Host("a", NOW - timedelta(days=3), findings=(_finding("z/z", "notice"),))
    page = pages.page([one, two], NOW, [_finding("scm/x", "warning")])
    assert [(k.code, len(k.reported)) for k in page.kinds] == [("b/b", 1), ("scm/x", 1), ("z/z", 2)]
    assert page.counts == [("critical", 1), ("warning", 1), ("notice", 2)]
    assert [entry.host.name for entry in page.entries] == ["a", "b"]
    assert page.kinds[1].reported[0].host_number is None
    assert page.oldest == NOW - timedelta(days=3)


def test_the_portals_word_on_domains_counts_more() -> None:
    account = Account("i", "s", domains=("guessed.example",))
    granted = {("a", "i"): Granted("web1", ("told.example",))}
    (entry,) = pages.page([Host("a", NOW, (account,))], NOW, granted=granted).entries
    (shown,) = entry.host.accounts
    assert (shown.domains, shown.portal_name) == (("told.example",), "web1")


def test_the_overview_counts() -> None:
    lineages = tuple(
        Lineage(f"l{days}", until=NOW + timedelta(days=days), fails=days < 0)
        for days in (-1, 3, 20, 90)
    )
    accounts = (Account("i", "s", "k"), Account("j", "s", "k"), Account("m", "s"))
    figures = dict(pages.page([Host("a", NOW, accounts, lineages)], NOW).figures)
    assert figures == {
        "hosts": 1, "accounts": 3, "Key IDs": 1, "certificates": 4, "will not renew": 1,
        "end in 7 days": 1, "end in 30 days": 2,
    }  # fmt: skip


@pytest.mark.parametrize("days", [(), (-3000,), (0,), (1,), (200,), (2_900_000,), (-5, 45, 470)])
def test_every_moment_is_in_the_picture(days: tuple[int, ...]) -> None:
    moments = [NOW + timedelta(days=day) for day in days]
    scale = Scale.of(NOW, moments)
    assert all(0 <= scale.at(moment) <= WIDTH for moment in moments)
    assert sorted(scale.months) == scale.months
    assert 1 <= len(scale.months) <= 9
    shown = sum(count for *_, count in scale.weeks(moments))
    weeks = scale.span.days // 7 + 1
    assert shown == sum(0 <= day < 7 * weeks for day in days)


def test_a_fault_names_the_file() -> None:
    host = told.host(Source("h", faults=(Fault("/d/h.json", "it is empty"),)), NOW)
    assert host.findings[0].what == "/d/h.json: it is empty"
    assert host.when is None
