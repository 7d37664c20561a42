"""Receiving, killed before each of its operations on files: the old state or the new one."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from certbot_sectigo.base import errors
from certbot_sectigo.deploy.receiving import receive
from tests.deploy.killer import arm
from tests.deploy.lineages import Pems, issue
from tests.deploy.receiving.hosts import NAME, Served, offer

_KILLED = -signal.SIGKILL


def take_killed_at(host: Served, data: bytes, number: int) -> int:
    """Receive in a child that is killed before its Nth change; 0 never is."""
    child = os.fork()
    if child == 0:
        code = 3
        try:
            arm(number)
            found = receive.receive(host.place, data, lambda text: None)
            code = 0 if all(one.ok for one in found.outcomes) else 1
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def key_of(pems: Pems) -> bytes:
    """Return the private key as it is sent."""
    return str(json.loads(offer(pems))["key"]).encode()


def files(host: Served, pems: Pems) -> dict[Path, bytes]:
    """Return what each file holds for a certificate."""
    full = pems.cert + pems.chain
    return {host.machine.places / "b.crt": full, host.machine.places / "b.key": key_of(pems)}


def describe(host: Served, test: str) -> None:
    """Write the deploy file: one target of two files."""
    crt, key = (str(host.machine.places / name) for name in ("b.crt", "b.key"))
    host.machine.no_targets()
    machine = host.machine
    keys = {"format": "files", "fullchain": crt, "privkey": key}
    host.ask_for("b", NAME, **keys, mode="0400", test=machine.script("test-b", test))


@pytest.mark.parametrize("failing", [False, True], ids=["good", "failing"])
def test_killed_at_every_operation(tmp_path: Path, failing: bool) -> None:
    host = Served(tmp_path / "host")
    describe(host, "true")
    old = issue(NAME)
    ends: list[int] = []
    number = 0
    while not ends or ends[-1] == _KILLED:
        number += 1
        new = issue(NAME)
        if number == 2:
            # From here on something is there before: the first one had nothing to take back.
            assert take_killed_at(host, offer(old), 0) == 0
            ends.clear()
        before, after = files(host, old), files(host, new)
        crt = next(iter(after))
        if failing:
            # Fails with the new files, succeeds with the old ones.
            line = old.cert.decode().splitlines()[-2]  # of the signature
            describe(host, f"grep -qF '{line}' {crt}" if number > 1 else "false")
        ends.append(take_killed_at(host, offer(new), number))
        there = {path: path.read_bytes() for path in after if path.exists()}
        for path, content in there.items():
            assert content in (before[path], after[path]), (number, path)
            assert path.stat().st_mode & 0o777 == (0o400 if path.suffix == ".key" else 0o644)
        for path in [host.place.state, *host.place.state.rglob("*")]:
            if path.exists():
                assert not path.stat().st_mode & 0o077, (number, path)
        # The machine sends it again; only an older one does not go back over it.
        describe(host, "true")
        assert take_killed_at(host, offer(new), 0) == 0, number
        assert {path: path.read_bytes() for path in after} == after
        assert host.place.store.checkpoints.left_open() == []
        assert {path.name for path in host.machine.places.iterdir()} == {"b.crt", "b.key"}
        assert host.place.store.debts() == []
        old = new
    assert ends[-1] == (1 if failing else 0)
    assert len(ends) > 30


def test_killed_between_two_certificates_nothing_older_comes_back(tmp_path: Path) -> None:
    host = Served(tmp_path / "host")
    describe(host, "true")
    older = issue(NAME)
    older_offer = offer(older)
    time.sleep(1.1)
    number = 0
    end = _KILLED
    deployed = False
    while end == _KILLED:
        number += 1
        newer = issue(NAME)
        end = take_killed_at(host, offer(newer), number)
        key = host.machine.places / "b.key"
        deployed = deployed or (key.exists() and key.read_bytes() == key_of(newer))
        if deployed:
            with pytest.raises(errors.Error, match="older than"):
                host.take(older_offer)
    assert deployed
