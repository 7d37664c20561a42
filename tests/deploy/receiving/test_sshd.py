"""A thief of the certificate machine's key, through OpenSSH's own sshd."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from certbot_sectigo.deploy.delivery import document
from tests.bed import schema
from tests.bed.process import Result
from tests.bed.sshd import Client, ServedHost
from tests.bed.tree import Snapshot
from tests.deploy.lineages import issue
from tests.deploy.receiving import hostile
from tests.deploy.receiving.hosts import NAME, offer
from tests.deploy.services import Machine


class Attacked:
    """A served host, and somebody who has the key of its certificate machine."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.thief = Client(root / "thief")
        self.host = ServedHost(root / "host", self.thief.public)
        self.machine = Machine(self.host.folder / "services")
        self.machine.file = self.host.file
        self.machine.target("a", cert_name=None, domains=[NAME])
        self.thief.knows(self.host.sshd)

    def send(self, data: bytes, *words: str) -> Result:
        """Offer something."""
        file = self.root / "offer"
        file.write_bytes(data)
        return self.thief.ssh(self.host.sshd, *words, given=file)

    def snapshot(self) -> Snapshot:
        """Take a snapshot of the host, without what sshd says."""
        folders = (self.host.file.parent, self.host.state.parent, self.machine.root)
        return Snapshot.of(*folders)


@pytest.fixture
def attacked(tmp_path: Path) -> Iterator[Attacked]:
    made = Attacked(tmp_path)
    with made.host.sshd:
        yield made


def test_whatever_a_thief_sends_is_refused_and_changes_nothing(attacked: Attacked) -> None:
    older = issue(NAME)
    time.sleep(1.1)
    told = schema.document(attacked.send(offer(issue(NAME))).stdout, "receive")
    assert [one["state"] for one in told["targets"]] == ["deployed"]
    before = attacked.snapshot()
    titles = set()
    for title, data, part in hostile.documents(older):
        # One of each kind comes through here; the others are tried without ssh in between.
        kind = title.split(" ")[0]
        if kind in titles:
            continue
        titles.add(kind)
        result = attacked.send(data)
        assert result.returncode == 1, (title, str(result))
        error = schema.document(result.stdout, "receive")["error"]
        assert part in error["message"], title
        assert result.stderr == "", title
        assert before.changes(attacked.snapshot()) == [], title
    assert len(titles) > 25
    assert attacked.send(offer(issue(NAME))).returncode == 0


def test_no_command_no_shell_no_files_no_forwarding(attacked: Attacked) -> None:
    good = offer(issue(NAME))
    before = attacked.snapshot()
    mark = attacked.root / "mark"
    words = [
        ("id",),
        (f"touch {mark}",),
        (f"certbot-sectigo receive; touch {mark}",),
        (f"certbot-sectigo receive --deploy-file {mark}",),
        ("certbot-sectigo", "deploy"),
        ("",),
        ("\n",),
    ]
    for call in words[:-2]:
        result = attacked.send(good, *call)
        assert result.returncode == 1, str(result)
        error = schema.document(result.stdout, "receive")["error"]
        assert error["message"] == "This key is for certificates; it runs no other command."
    # A shell: the forced command takes its place, and what is typed is no document.
    result = attacked.send(f"touch {mark}\n".encode())
    assert "no document" in schema.document(result.stdout)["error"]["message"]
    thief, sshd = attacked.thief, attacked.host.sshd
    # Files, by sftp and by scp's own command.
    assert thief.ssh(sshd, "sftp", options=["-s"]).stdout.startswith('{"version"')
    assert not mark.exists()
    # Ports: sshd says no, whatever listens.
    listening = f"127.0.0.1:{sshd.port}"
    result = thief.ssh(sshd, options=["-W", listening])
    assert result.returncode == 255
    assert "administratively prohibited" in result.stderr
    result = thief.ssh(sshd, options=["-o", "ExitOnForwardFailure=yes", "-R", f"0:{listening}"])
    assert result.returncode == 255
    assert "remote port forwarding failed" in result.stderr
    result = thief.ssh(sshd, options=["-tt"])
    assert "PTY allocation request failed" in result.stderr
    assert before.changes(attacked.snapshot()) == []


def test_a_check_through_ssh_writes_nothing(attacked: Attacked) -> None:
    before = attacked.snapshot()
    pems = issue(NAME)
    result = attacked.send(offer(pems, document.CHECK))
    told = schema.document(result.stdout, "receive")
    assert (result.returncode, told["ok"], told["act"]) == (0, True, "check")
    assert [one["state"] for one in told["targets"]] == ["wanted"]
    assert before.changes(attacked.snapshot()) == []
