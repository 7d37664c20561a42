"""State that survives: the store, a restart, and a kill at any moment."""

from __future__ import annotations

import json
import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from certbot_sectigo.base import errors
from certbot_sectigo.sandbox import Config, Pair, RunningSandbox, running
from certbot_sectigo.sandbox.model import Account, Order, PairState
from certbot_sectigo.sandbox.store import Store
from tests.bed.components import BIN
from tests.bed.ports import free_port
from tests.bed.process import Process
from tests.sandbox.acme_client import Client, leaf
from tests.sandbox.conftest import ONCE, REUSABLE


def _order(ident: str, created: float = 0.0, expires: float = 9e9) -> Order:
    return Order(ident, "account", ("a.example",), (), created, expires)


def test_transaction_is_all_or_nothing() -> None:
    store = Store()
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.put(PairState("kid", "pending", 0))
        with store.transaction():
            store.put(PairState("other", "pending", 0))
        1 / 0  # noqa: B018
    assert store.find(PairState) == []


def test_changed_record_keeps_its_place() -> None:
    store = Store()
    for ident in ("one", "two"):
        store.put(PairState(ident, "pending", 0))
    store.put(PairState("one", "valid", 1))
    assert [s.id for s in store.find(PairState)] == ["one", "two"]
    assert store.get(PairState, "one") == PairState("one", "valid", 1)
    assert store.get(PairState, "three") is None


def test_two_accounts_never_share_a_key() -> None:
    store = Store()
    account = Account("1", "OV", "kid", "thumb", "{}", "valid", (), "", "", "", 0.0, 0.0)
    store.put(account)
    with pytest.raises(sqlite3.IntegrityError):
        store.put(Account("2", *[getattr(account, f) for f in list(account.__dict__)[1:]]))


def test_old_orders_are_forgotten() -> None:
    store = Store()
    store.put(_order("expired", 0.0, 10.0))
    for number in range(10):
        store.put(_order(str(number), float(number)))
    store.forget_old(20.0, 3)
    assert [order.id for order in store.find(Order)] == ["7", "8", "9"]


def test_nothing_is_kept_for_ever(start: Callable[..., RunningSandbox]) -> None:
    sandbox = start(keep_orders=1000)
    client = Client(sandbox.directory_url()).register(ONCE)
    client.issue("a.example")
    sandbox.advance(days=201)
    sandbox.validate(ONCE.kid, "a.example")
    for _ in range(1300):
        client.new_order("a.example")
    # It tidies up once in 256 orders.
    assert len(sandbox.orders()) <= 1000 + 256
    assert sandbox.certificates() == []


def test_state_is_private(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with running(state=state):
        assert stat.S_IMODE(state.stat().st_mode) == 0o700
        for path in state.glob("*sqlite3*"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_state_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "sandbox.sqlite3").write_bytes(b"something else entirely" * 100)
    with pytest.raises(errors.Error, match=str(tmp_path)), running(state=tmp_path):
        pass
    with pytest.raises(errors.Error), running(state=Path("/dev/null/x")):
        pass


def test_restart_remembers_everything(tmp_path: Path) -> None:
    port = free_port()
    with running(state=tmp_path, port=port) as sandbox:
        first, second = sandbox.config.pairs
        client = Client(sandbox.directory_url()).register(first)
        kept, revoked = client.issue("a.example"), client.issue("www.a.example")
        client.revoke(revoked)
        ready = client.new_order("a.example").json
        sandbox.suspend(second.kid)
        root = sandbox.ca_bundle.read_bytes()
    with running(state=tmp_path, port=port) as sandbox:
        assert sandbox.config.pairs == (first, second)
        assert sandbox.ca_bundle.read_bytes() == root
        assert [c.chain for c in sandbox.certificates()] == [kept, revoked]
        assert [bool(c.revoked) for c in sandbox.certificates()] == [False, True]
        assert sandbox.scm_status(second.kid) == "suspended"
        again = Client(sandbox.directory_url(), client.key)
        assert again.new_account(None).headers["location"] == client.kid
        assert again.finalize(ready).json["status"] == "valid"
        assert Client(sandbox.directory_url()).new_account(first).status == 400
        assert leaf(again.issue("a.example")).issuer == leaf(kept).issuer


def test_unfinished_work_goes_on_after_a_restart(tmp_path: Path) -> None:
    port = free_port()
    config = Config(pairs=(ONCE,), finalize="async", finalize_seconds=0.0, http01_port=free_port())
    slow = Config(pairs=(ONCE,), finalize="async", finalize_seconds=3600.0)
    with running(slow, state=tmp_path, port=port) as sandbox:
        client = Client(sandbox.directory_url()).register(ONCE)
        order = client.new_order("a.example")
        assert client.finalize(order.json).json["status"] == "processing"
    with running(config, state=tmp_path, port=port) as sandbox:
        again = Client(sandbox.directory_url(), client.key)
        again.kid = client.kid
        assert again.get(order.headers["location"]).json["status"] == "processing"
        sandbox.advance(days=1)
        assert again.get(order.headers["location"]).json["status"] == "valid"


def test_log_has_one_line_per_request_and_no_secret(tmp_path: Path) -> None:
    log = tmp_path / "requests.jsonl"
    with running(Config(pairs=(ONCE,)), log=log) as sandbox:
        Client(sandbox.directory_url()).register(ONCE).issue("a.example")
        count = len(sandbox.requests())
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert len(lines) == count
    assert {"newAccount", "newOrder", "finalize", "cert"} <= {line["endpoint"] for line in lines}
    assert ONCE.hmac_key.reveal() not in log.read_text()


class _Issuer(threading.Thread):
    """Registers, issues and revokes until the server dies; knows what it was promised."""

    def __init__(self, directory: str, pair: Pair, name: str) -> None:
        super().__init__(daemon=True)
        self.client = Client(directory)
        self.pair = pair
        self.domain = name
        self.bound = False
        self.issued: list[str] = []
        self.revoked: list[str] = []

    def run(self) -> None:
        try:
            self.bound = self.client.new_account(self.pair).status == 201
            while self.bound:
                pem = self.client.issue(self.domain)
                self.issued.append(pem)
                if len(self.issued) % 3 == 0 and self.client.revoke(pem).status == 200:
                    self.revoked.append(pem)
        except OSError:
            return  # killed
        except Exception as error:
            # An answer cut off in the middle comes as many kinds of errors.
            self.error = error


@pytest.mark.parametrize("after", [1, 40, 100])
def test_killed_in_the_middle_of_issuances(tmp_path: Path, after: int) -> None:
    """Whatever was answered before SIGKILL is still true afterwards.

    :param after: how many certificates are issued before the kill.
    """
    pairs = [Pair(domains=(f"d{n}.example",)) for n in range(4)]
    config = tmp_path / "sandbox.toml"
    config.write_text(
        "".join(
            f'[[pair]]\nkid = "{p.kid}"\nhmac_key = "{p.hmac_key.reveal()}"\n'
            f'domains = ["{p.domains[0]}"]\n'
            for p in pairs
        )
    )
    port, state = free_port(), tmp_path / "state"
    words: list[str | Path] = [BIN / "certbot-sectigo", "sandbox", "--port", str(port)]
    words += ["--config", config, "--state", state]
    with Process(words, folder=tmp_path / "first") as process:
        process.until(lambda: "Ctrl-C" in process.output, "the sandbox to serve")
        directory = f"http://127.0.0.1:{port}/v2/OV"
        # Two for each pair that binds once: one of them must lose.
        issuers = [_Issuer(directory, pair, pair.domains[0]) for pair in pairs * 2]
        for issuer in issuers:
            issuer.start()
        process.until(lambda: sum(len(i.issued) for i in issuers) >= after, "issuances")
        process.kill()
    for issuer in issuers:
        issuer.join(60)
        assert not issuer.is_alive()
    with Process(words, folder=tmp_path / "second") as process:
        process.until(lambda: "Ctrl-C" in process.output, "the sandbox to serve again")
        winners = [issuer for issuer in issuers if issuer.bound]
        for issuer in winners:
            again = Client(directory, issuer.client.key)
            found = again.new_account(None, onlyReturnExisting=True)
            assert found.headers["location"] == issuer.client.kid
            assert (
                Client(directory)
                .new_account(issuer.pair)
                .refusal[2]
                .endswith("not awaiting external account binding")
            )
            for pem in issuer.revoked:
                assert again.revoke(pem).type == "alreadyRevoked"
            for pem in issuer.issued[-1:]:
                if pem not in issuer.revoked:
                    said = again.revoke(pem)
                    # Its revocation may have been done, and the answer cut off by the kill.
                    under_way = len(issuer.issued) % 3 == 0
                    assert said.status == 200 or (under_way and said.type == "alreadyRevoked")
    assert len({issuer.pair.kid for issuer in winners}) == len(winners)
    with running(Config(pairs=tuple(pairs)), state=state) as sandbox:
        stored = {c.chain for c in sandbox.certificates()}
        assert stored.issuperset(pem for issuer in issuers for pem in issuer.issued)
        kids = [account.kid for account in sandbox.accounts()]
        assert len(kids) == len(set(kids))
        finished = [o for o in sandbox.orders() if o.certificate]
        assert len(finished) == len(stored)


def test_reusable_pairs_survive_too(tmp_path: Path) -> None:
    config = Config(pairs=(REUSABLE,))
    with running(config, state=tmp_path) as sandbox:
        Client(sandbox.directory_url()).register(REUSABLE)
    with running(config, state=tmp_path) as sandbox:
        other = Client(sandbox.directory_url()).register(REUSABLE)
        assert not other.kid.endswith(REUSABLE.kid)
        assert len(sandbox.accounts(REUSABLE.kid)) == 2
