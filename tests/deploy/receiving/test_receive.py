"""The served host's side, in this process: what it takes, what it refuses, what it remembers."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
import trustme

from certbot_sectigo.base import errors
from certbot_sectigo.deploy.delivery import document
from certbot_sectigo.deploy.model import DeployError
from certbot_sectigo.deploy.receiving import receive
from tests.bed.tree import Snapshot
from tests.deploy.lineages import NOBODY, issue, need_root
from tests.deploy.receiving import hostile
from tests.deploy.receiving.hosts import NAME, Served, offer


@pytest.fixture
def host(tmp_path: Path) -> Served:
    made = Served(tmp_path / "host")
    made.ask_for("a")
    return made


def later(*names: str) -> tuple[bytes, bytes]:
    """Give offers of an older and of a newer certificate."""
    first = issue(*names)
    _wait_for_another_second()
    return offer(first), offer(issue(*names))


def _wait_for_another_second() -> None:
    # A certificate begins at a whole second.
    second = int(time.time())
    while int(time.time()) == second:
        time.sleep(0.01)


def test_it_is_deployed_like_any_other(host: Served) -> None:
    pems = issue(NAME)
    assert host.take(offer(pems))["a"].state == "deployed"
    assert host.machine.ran() == ["test-a", "reload-a"]
    written = host.machine.place("a").read_bytes()
    assert written.startswith(pems.cert)
    assert b"BEGIN PRIVATE KEY" in written
    assert host.take(offer(pems))["a"].state == "unchanged"
    assert not list(host.place.state.rglob("*.pem"))
    for path in [host.place.state, *host.place.state.rglob("*")]:
        assert not path.stat().st_mode & 0o077, path
    assert not host.place.config_dir.exists()


def test_only_targets_of_exactly_these_names_get_it(host: Served) -> None:
    host.ask_for("b", NAME, "example.org")
    host.ask_for("c", NAME.upper())
    assert set(host.take(offer(issue(NAME)))) == {"a", "c"}
    assert set(host.take(offer(issue("example.org", NAME)))) == {"b"}
    with pytest.raises(DeployError, match=r"did not ask for a certificate of these names: \*\."):
        host.take(offer(issue("*.example.org")))


def test_a_failing_test_takes_it_back_and_the_same_offer_mends_it(host: Served) -> None:
    assert host.take(offer(issue(NAME)))["a"].ok
    before = host.machine.place("a").read_bytes()
    pems = issue(NAME)
    host.machine.no_targets()
    host.ask_for("a", test=host.machine.script("test-a", "echo the cause; exit 3"))
    outcome = host.take(offer(pems))["a"]
    assert outcome.state == "rolled back"
    assert "the cause" in outcome.message
    assert host.machine.place("a").read_bytes() == before
    host.machine.no_targets()
    host.ask_for("a")
    assert host.take(offer(pems))["a"].state == "deployed"


def test_a_check_asks_and_writes_nothing(host: Served) -> None:
    pems = issue(NAME)
    before = Snapshot.of(host.root)
    assert host.take(offer(pems, document.CHECK))["a"].state == "wanted"
    assert before.changes(Snapshot.of(host.root)) == []
    host.take(offer(pems))
    before = Snapshot.of(host.root)
    assert host.take(offer(pems, document.CHECK))["a"].state == "deployed"
    assert host.take(offer(issue(NAME), document.CHECK))["a"].state == "wanted"
    host.machine.no_targets()
    host.ask_for("a", path=str(host.root / "none" / "a.pem"))
    before = Snapshot.of(host.root)
    outcome = host.take(offer(pems, document.CHECK))["a"]
    assert outcome.state == "refused"
    assert "none" in outcome.message
    assert before.changes(Snapshot.of(host.root)) == []


def test_what_is_older_is_refused_until_the_note_is_taken_away(host: Served) -> None:
    older, newer = later(NAME)
    host.take(newer)
    before = Snapshot.of(host.root)
    for data in (older, json.dumps({**json.loads(older)}).encode()):
        with pytest.raises(DeployError, match="older than the one this host was given") as refused:
            host.take(data)
    assert before.changes(Snapshot.of(host.root)) == []
    assert os.system(refused.value.remedy.splitlines()[1]) == 0
    assert host.take(older)["a"].state == "deployed"


def test_what_failed_counts_as_newest_too(host: Served) -> None:
    # A run that is killed may have deployed it: nobody can tell it from one that failed.
    older, newer = later(NAME)
    host.machine.no_targets()
    host.ask_for("a", test=["false"])
    assert host.take(newer)["a"].state == "rolled back"
    with pytest.raises(DeployError, match="older than"):
        host.take(older)


def test_what_nobody_can_read_is_not_taken_for_nothing(host: Served) -> None:
    host.take(offer(issue(NAME)))
    (note,) = (host.place.state / "received").iterdir()
    note.write_text("{")
    with pytest.raises(DeployError, match="Nobody can tell"):
        host.take(offer(issue(NAME)))


@pytest.mark.parametrize("deployed", [True, False])
def test_hostile_documents(host: Served, deployed: bool) -> None:
    older = issue(NAME)
    _wait_for_another_second()
    if deployed:
        host.take(offer(issue(NAME)))
    before = Snapshot.of(host.root)
    tried = 0
    for title, data, part in hostile.documents(older):
        if not deployed and title.startswith("older"):
            continue
        if len(data) > document.MOST_BYTES:
            continue  # not even read; see the next test
        with pytest.raises(errors.Error) as refused:
            host.take(data)
        assert part in refused.value.message, title
        assert refused.value.message.isprintable() or "\n" in refused.value.message, title
        told = str(refused.value)
        assert not any(line in told for line in _lines_of_keys(data)), title
        assert before.changes(Snapshot.of(host.root)) == [], title
        tried += 1
    assert tried > 80
    assert host.take(offer(issue(NAME)))["a"].state == "deployed"


def _lines_of_keys(data: bytes) -> list[str]:
    try:
        key = json.loads(data)["key"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    return [line for line in str(key).splitlines() if len(line) > 20 and "-" not in line]


def test_reading_is_bounded_in_bytes_and_time() -> None:
    for data, keep_open, said in (
        (b"x" * (document.MOST_BYTES + 1), False, "bytes at the most"),
        (b"{", True, "complete within"),
        (b"", True, "complete within"),
    ):
        inner, outer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(inner)
            try:
                os.write(outer, data[:1])
                view = memoryview(data)[1:]
                while view:
                    view = view[os.write(outer, view) :]
                while keep_open and os.getppid() != 1:
                    time.sleep(0.1)
            finally:
                os._exit(0)
        os.close(outer)
        try:
            with pytest.raises(DeployError, match=said):
                receive.read_offer(inner, 0.3 if keep_open else 60)
        finally:
            os.close(inner)
            os.kill(child, 9)
            os.waitpid(child, 0)


@pytest.mark.parametrize(
    "mistake",
    [
        {"domains": None, "cert_name": "www"},
        {"cert_name": "www"},
        {"format": None, "ssh": "a@b.example", "path": None, "test": None, "reload": None},
        {"moed": 1},
    ],
)
def test_a_file_that_trusts_the_sender_is_refused_as_a_whole(
    host: Served, mistake: dict[str, object]
) -> None:
    host.ask_for("b", **mistake)
    with pytest.raises(DeployError, match="takes nothing") as refused:
        host.take(offer(issue(NAME)))
    assert str(host.root) not in refused.value.message
    with pytest.raises(errors.Error, match='target "b"'):
        host.place.targets()


def test_nobody_else_may_write_to_its_files(host: Served) -> None:
    need_root()
    pems = issue(NAME)
    for path, mode, owner in (
        (host.machine.file, 0o664, NOBODY),
        (host.machine.file, 0o644, NOBODY),
        (host.root, 0o775, 0),
        (host.root, 0o755, NOBODY),
    ):
        status = path.stat()
        path.chmod(mode)
        os.chown(path, owner, NOBODY)
        with pytest.raises(errors.Error, match="takes nothing"):
            host.take(offer(pems))
        os.chown(path, status.st_uid, status.st_gid)
        path.chmod(status.st_mode)
    host.take(offer(pems))
    host.place.state.chmod(0o777)
    with pytest.raises(errors.Error, match="written to by its group and everybody") as refused:
        host.take(offer(pems))
    assert os.system(refused.value.remedy.splitlines()[1]) == 0
    assert host.take(offer(pems))["a"].ok


def test_a_certbot_on_the_host_is_not_in_the_way(host: Served) -> None:
    from tests.deploy.lineages import lay

    lay(host.place.config_dir, "own", issue(NAME))
    assert host.take(offer(issue(NAME)))["a"].ok
    host.machine.no_targets()
    host.ask_for("a", path=str(host.place.config_dir / "live" / "own" / "privkey.pem"))
    assert host.take(offer(issue(NAME)))["a"].state == "refused"


def test_with_roots_no_other_ca_will_do(host: Served) -> None:
    real, evil = trustme.CA(), trustme.CA()
    roots = host.root / "roots.pem"
    roots.write_bytes(real.cert_pem.bytes())
    host.machine.no_targets()
    host.ask_for("a", roots=str(roots))
    before = Snapshot.of(host.root)
    for kind in (document.DEPLOY, document.CHECK):
        for ca in (evil, evil.create_child_ca()):
            with pytest.raises(DeployError, match="does not end at a root of"):
                host.take(offer(issue(NAME, ca=ca), kind))
    assert before.changes(Snapshot.of(host.root)) == []
    pems = issue(NAME, ca=real.create_child_ca())
    assert host.take(offer(pems))["a"].state == "deployed"
    assert host.take(offer(pems, document.CHECK))["a"].state == "deployed"
    roots.unlink()
    with pytest.raises(DeployError, match=r"roots: .* cannot be read: No such file"):
        host.take(offer(pems))
