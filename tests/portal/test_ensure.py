"""One account, complete, whatever is cut off and whatever answer is lost."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Barrier, Event

import pytest

from certbot_sectigo.base.atomic import steps
from certbot_sectigo.portal import pair, plan
from certbot_sectigo.portal.ensure import SETTLED, Ensured, Ensurer
from certbot_sectigo.portal.errors import OutcomeUnknownError, PortalError, UnreachableError
from certbot_sectigo.portal.journal import Intent, ScmJournal
from certbot_sectigo.portal.plan import Wanted
from certbot_sectigo.portal.scm import Scm
from certbot_sectigo.sandbox import Pair, Record, RunningSandbox
from tests.bed.components import BIN
from tests.bed.process import Process
from tests.portal.conftest import Start, scm_ini, transport
from tests.sandbox.acme_client import Client

NAME = "web1.c.example"
DOMAINS = ("c.example", "www.c.example")


class Killed(BaseException):
    """The process ends here."""


class Bench:
    """`ensure` and `pair` with a clock of their own, to be cut off at any step."""

    def __init__(self, sandbox: RunningSandbox, folder: Path) -> None:
        self.sandbox = sandbox
        self.folder = folder
        self.now = 1e9
        self.left = 0
        self.said: list[str] = []
        self.journal = ScmJournal(folder / "config" / "sectigo" / "scm")
        self.scm = Scm(transport(sandbox, folder, step=self.step))
        self.output = folder / "web1.ini"
        self.servers = self.scm.servers()
        (self.organisation,) = self.scm.organisations()

    def step(self, name: str, path: Path | None = None) -> None:
        self.said.append(f"{name} {path or ''}")
        self.left -= 1
        if self.left == 0:
            raise Killed

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.sandbox.advance(days=seconds / 86400)

    @property
    def ensurer(self) -> Ensurer:
        return Ensurer(self.scm, self.journal, self.servers, sleep=self.sleep,
                       clock=lambda: self.now)  # fmt: skip

    def wanted(self, *domains: str, exact: bool = False) -> Wanted:
        server = plan.which_server(self.sandbox.directory_url(), self.servers)
        return Wanted(NAME, self.organisation, server, domains or DOMAINS, exact)

    def run(self, wanted: Wanted | None = None, number: int = 0) -> Ensured:
        wanted = wanted or self.wanted()
        ensurer = self.ensurer
        planned = ensurer.plan(wanted)
        # What only reads leaves nothing, wherever it is cut off.
        self.left = number
        with self.journal.locked(1):
            done = ensurer.carry_out(planned)
        pair.write(self.output, pair.text(done.account, wanted.server.url), self.folder / "backup",
                   None)  # fmt: skip
        return done

    def kill_at(self, number: int, monkeypatch: pytest.MonkeyPatch) -> bool:
        """Run and be killed before the Nth step; False if it had fewer."""
        monkeypatch.setattr(steps, "operations", self.step)
        try:
            self.run(number=number)
        except Killed:
            return True
        finally:
            self.left = 0
            monkeypatch.setattr(steps, "operations", None)
        return False

    def check(self) -> None:
        """There is one account, complete, and one file."""
        (account,) = self.scm.accounts()
        assert account.name == NAME
        assert {d.name for d in self.scm.domains(account.id)} == set(DOMAINS)
        assert account.kid is not None
        assert account.kid in self.output.read_text()
        assert self.output.stat().st_mode & 0o777 == 0o600
        assert [p.name for p in self.journal._folder.iterdir()] == ["lock"]


@pytest.fixture
def bench(sandbox: RunningSandbox, tmp_path: Path) -> Bench:
    return Bench(sandbox, tmp_path)


def test_made_once_and_the_second_run_does_nothing(bench: Bench) -> None:
    done = bench.run()
    assert (done.made, done.added) == (True, DOMAINS)
    bench.check()
    assert bench.ensurer.plan(bench.wanted()).nothing
    posts = [r for r in bench.sandbox.requests() if r.method == "POST"]
    again = bench.run()
    assert (again.made, again.added, again.account.id) == (False, (), done.account.id)
    assert [r for r in bench.sandbox.requests() if r.method == "POST"] == posts
    assert not pair.write(
        bench.output, bench.output.read_text(), bench.folder / "backup", None
    )  # the same file is not written twice


def test_killed_at_every_request_and_file_operation(
    sandbox: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = 0
    while True:
        number += 1
        folder = tmp_path / str(number)
        folder.mkdir()
        bench = Bench(sandbox, folder)
        killed = bench.kill_at(number, monkeypatch)
        where = bench.said[-1]
        try:
            bench.run()
            bench.check()
        except AssertionError as error:
            raise AssertionError(f"killed at {number}: {where}") from error
        for account in bench.scm.accounts():
            bench.scm.delete(account.id)
        if not killed:
            break
    assert number > 15


@pytest.mark.parametrize("endpoint", ["scm-accounts", "scm-account", "scm-account-domains"])
@pytest.mark.parametrize(
    "kind",
    ["drop-before", "drop-after", "rate-limit", "bad-gateway", "server-error", "content-type",
     "truncate", "redirect", "expired-token"],
)  # fmt: skip
@pytest.mark.parametrize("lag", [0.0, 40.0])
def test_every_fault(start: Start, tmp_path: Path, kind: str, endpoint: str, lag: float) -> None:
    sandbox = start(scm_lag_seconds=lag)
    bench = Bench(sandbox, tmp_path)
    wanted = bench.wanted()
    target = "http://127.0.0.1:1/" if kind == "redirect" else ""
    for times in (1, 2, 3):
        sandbox.fault(kind, endpoint, times=times, target=target)
        try:
            bench.run(wanted)
        except PortalError as error:
            assert error.remedy
        sandbox.clear_faults()
    bench.run(wanted)
    bench.sleep(60)
    bench.run(wanted)
    bench.check()


def test_a_lost_answer_is_looked_up_and_not_sent_again(bench: Bench) -> None:
    wanted = bench.wanted()
    planned = bench.ensurer.plan(wanted)
    ensurer = bench.ensurer
    made = bench.scm.create

    def lose(name: str, server: str, organisation: int, profile: str = "") -> int | None:
        made(name, server, organisation)
        raise UnreachableError("the answer is lost")

    bench.scm.create = lose  # type: ignore[method-assign]
    with bench.journal.locked(1):
        done = ensurer.carry_out(planned)
    assert done.made
    assert len(bench.scm.accounts()) == 1


def test_a_lost_request_is_not_repeated_before_lists_have_settled(
    start: Start, tmp_path: Path
) -> None:
    sandbox = start(scm_lag_seconds=SETTLED - 10)
    bench = Bench(sandbox, tmp_path)
    made = bench.scm.create
    calls = 0

    def lose(name: str, server: str, organisation: int, profile: str = "") -> int | None:
        nonlocal calls
        calls += 1
        made(name, server, organisation)
        raise UnreachableError("the answer is lost")

    bench.scm.create = lose  # type: ignore[method-assign]
    with pytest.raises(OutcomeUnknownError, match="not tried a second time"):
        bench.run()
    assert bench.run().account.name == NAME
    assert calls == 1
    bench.check()


def test_twice_in_a_row_while_lists_lag_makes_one(start: Start, tmp_path: Path) -> None:
    bench = Bench(start(scm_lag_seconds=3600.0), tmp_path)
    first, second = bench.run(), bench.run()
    assert (first.made, second.made) == (True, False)
    assert first.account.id == second.account.id
    bench.sleep(3600)
    bench.run()
    bench.check()


def test_a_clock_that_was_set_back_does_not_keep_it_waiting(bench: Bench) -> None:
    wanted = bench.wanted()
    bench.journal.write(Intent(NAME, wanted.organisation.id, wanted.server.url, bench.now + 1e8))
    before = bench.now
    assert bench.run(wanted).made
    assert bench.now - before <= SETTLED
    bench.check()


def test_a_lost_answer_is_said_though_lists_fail_too(bench: Bench) -> None:
    wanted = bench.wanted()
    planned = bench.ensurer.plan(wanted)
    create = bench.scm.create

    def lose(name: str, server: str, organisation: int, profile: str = "") -> int | None:
        create(name, server, organisation)
        bench.sandbox.fault("bad-gateway", "scm-accounts", times=0)
        raise UnreachableError("the answer is lost")

    bench.scm.create = lose  # type: ignore[method-assign]
    with bench.journal.locked(1), pytest.raises(OutcomeUnknownError, match="a second time"):
        bench.ensurer.carry_out(planned)
    bench.sandbox.clear_faults()
    assert not bench.run(wanted).made
    bench.check()


def test_two_of_a_name_are_refused(bench: Bench) -> None:
    for _ in range(2):
        bench.scm.create(NAME, bench.sandbox.directory_url(), 77)
    with pytest.raises(PortalError, match="501, 502"):
        bench.run()


def test_the_same_name_elsewhere_is_another_account(bench: Bench) -> None:
    bench.scm.create(NAME, bench.sandbox.directory_url("EV"), 77)
    assert bench.run().made


def test_where_domains_fail_it_is_said_that_the_account_is_there(bench: Bench) -> None:
    bench.sandbox.fault("forbidden", "scm-account-domains", times=1)
    with pytest.raises(PortalError) as caught:
        bench.run()
    assert f"{NAME} (501) is there, and may lack domains" in caught.value.remedy
    assert not bench.run().made
    bench.check()


def test_exact_takes_away_what_is_not_wanted(bench: Bench) -> None:
    bench.run()
    kept = bench.run(bench.wanted("c.example"))
    assert kept.removed == ()
    done = bench.run(bench.wanted("c.example", exact=True))
    assert done.removed == ("www.c.example",)
    assert [d.name for d in bench.scm.domains(done.account.id)] == ["c.example"]


def test_names_that_are_not_delegated_are_refused_before_anything_is_made(bench: Bench) -> None:
    with pytest.raises(PortalError, match=r"no domain that covers other\.example"):
        bench.run(bench.wanted("c.example", "other.example"))
    assert bench.scm.accounts() == []


def test_a_damaged_journal_is_an_error(bench: Bench) -> None:
    bench.run()
    wanted = bench.wanted()
    path = bench.journal._path(wanted.name, wanted.organisation.id, wanted.server.url)
    path.write_text("{}")
    with pytest.raises(PortalError, match="damaged"):
        bench.run()


def test_only_one_run_at_a_time(bench: Bench) -> None:
    bench.journal._folder.mkdir(parents=True)
    with (
        bench.journal.locked(1),
        pytest.raises(PortalError, match="Another run"),
        bench.journal.locked(0, lambda seconds: None),
    ):
        pass


def test_two_controllers_at_once_make_one(sandbox: RunningSandbox, tmp_path: Path) -> None:
    # In step, so that both have looked before either makes one.
    both, made = Barrier(2, timeout=30), Event()

    def hold(request: Record) -> None:
        if request.path.partition("?")[0] == "/api/acme/v2/account" and not made.is_set():
            both.wait()
            if request.method == "POST":
                made.set()

    sandbox.on_request(hold)
    words = ["--json", "scm", "ensure", NAME, "--organisation", "Department C", "--yes",
             "--server", sandbox.directory_url(), *(f"-d{name}" for name in DOMAINS)]  # fmt: skip
    runs = []
    for name in ("one", "other"):
        config = tmp_path / name
        config.mkdir(mode=0o700)
        scm_ini(sandbox, config)
        command = [str(BIN / "certbot-sectigo"), "--config-dir", str(config), *words]
        runs.append(Process(command, folder=config / "output"))
    results = [run.wait() for run in runs]
    assert [result.returncode for result in results] == [0, 0], results
    [account] = Scm(transport(sandbox, tmp_path)).accounts()
    assert account.id == 501
    told = [json.loads(result.stdout) for result in results]
    assert {one["result"]["id"] for one in told} == {account.id}
    assert [p.name for p in tmp_path.glob("*/sectigo/scm/*.json")] == []


@pytest.mark.parametrize(
    ("ours_first", "withdrawn", "client", "error"),
    [
        # That of the other goes, as its maker sees ours; else both are named.
        (True, True, False, ""),
        (True, False, False, "501, 502"),
        # Ours goes, unless somebody has used its pair already.
        (False, False, False, ""),
        (False, False, True, "502 has a client"),
    ],
)
def test_another_account_of_the_name_at_the_same_time(
    bench: Bench, ours_first: bool, withdrawn: bool, client: bool, error: str
) -> None:
    create, sleep = bench.scm.create, bench.sleep

    def twice(name: str, server: str, organisation: int, profile: str = "") -> int | None:
        numbers = [create(name, server, organisation) for _ in range(2)]
        ours = numbers[0 if ours_first else 1]
        if client:
            account = bench.scm.account(numbers[1] or 0)
            assert account.kid is not None
            assert account.hmac_key is not None
            pair_of_it = Pair(account.kid, account.hmac_key)
            Client(bench.sandbox.directory_url()).register(pair_of_it)
        return ours

    def later(seconds: float) -> None:
        sleep(seconds)
        if seconds and withdrawn and len(bench.scm.accounts()) > 1:
            bench.scm.delete(502)

    bench.scm.create = twice  # type: ignore[method-assign]
    bench.sleep = later  # type: ignore[method-assign]
    if error:
        with pytest.raises(PortalError, match=error) as caught:
            bench.run()
        assert "scm rename" in caught.value.remedy
        assert len(bench.scm.accounts()) == 2
    else:
        assert bench.run().account.id == 501
        bench.check()
