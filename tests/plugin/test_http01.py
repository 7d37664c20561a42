"""Answers to HTTP-01: served, written into a web root, and taken away again."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest
from acme import challenges

from certbot_sectigo.base import errors
from certbot_sectigo.plugin.http01 import ChallengeAnswer, Standalone, WebRoot
from tests.accounts.keys import new_key
from tests.bed.proposals import ran
from tests.bed.racer import give_to_nobody, needs_root, racing


def answer(name: str = "www.a.example") -> ChallengeAnswer:
    challenge = challenges.HTTP01(token=os.urandom(16))
    response, validation = challenge.response_and_validation(new_key())
    return ChallengeAnswer(name, challenge, response, validation)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def fetch(port: int, item: ChallengeAnswer) -> str:
    url = f"http://127.0.0.1:{port}{item.challenge.path}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=10) as reply:
        return str(reply.read().decode())


def test_standalone_serves_and_closes() -> None:
    port, items = free_port(), [answer(), answer()]
    responder = Standalone("127.0.0.1", port)
    responder.publish(items)
    try:
        assert [fetch(port, item) for item in items] == [item.validation for item in items]
    finally:
        responder.withdraw()
    with socket.socket() as sock:
        assert sock.connect_ex(("127.0.0.1", port)) != 0


def test_a_taken_port_names_the_names_and_both_ways_out() -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        port = sock.getsockname()[1]
        with pytest.raises(errors.Error) as refused:
            Standalone("127.0.0.1", port).publish([answer("x.example"), answer("y.example")])
    assert f"port {port} of 127.0.0.1" in refused.value.message
    assert "x.example, y.example" in refused.value.message
    assert "--sectigo-eab-webroot" in refused.value.remedy
    assert "Sectigo Certificate Manager" in refused.value.remedy


@dataclass
class Root:
    folder: Path

    def tree(self) -> list[str]:
        return sorted(str(p.relative_to(self.folder)) for p in self.folder.rglob("*"))


def test_a_web_root_gets_readable_files_and_is_left_as_it_was(tmp_path: Path) -> None:
    old_mask = os.umask(0o077)
    try:
        item, responder = answer(), WebRoot(tmp_path)
        responder.publish([item])
        path = tmp_path / item.challenge.path.lstrip("/")
        assert path.read_text() == item.validation
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o755
        responder.withdraw()
    finally:
        os.umask(old_mask)
    assert Root(tmp_path).tree() == []


def test_what_was_in_the_web_root_stays(tmp_path: Path) -> None:
    theirs = tmp_path / ".well-known" / "acme-challenge" / "theirs"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("x")
    responder = WebRoot(tmp_path)
    responder.publish([answer()])
    responder.withdraw()
    assert theirs.read_text() == "x"
    assert len(list(theirs.parent.iterdir())) == 1


def test_a_link_planted_for_a_token_is_not_followed(tmp_path: Path) -> None:
    item, victim = answer(), tmp_path / "victim"
    victim.write_text("keep")
    root = tmp_path / "root"
    path = root / item.challenge.path.lstrip("/")
    path.parent.mkdir(parents=True)
    path.symlink_to(victim)
    with pytest.raises(errors.Error):
        WebRoot(root).publish([item])
    assert victim.read_text() == "keep"


def test_a_web_root_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(errors.Error, match="is not a directory"):
        WebRoot(tmp_path / "none").publish([answer()])


def test_a_web_root_that_cannot_even_be_looked_at(tmp_path: Path) -> None:
    # As root nothing is out of reach, but a name that no file system takes is.
    with pytest.raises(errors.Error, match="not a directory"):
        WebRoot(tmp_path / ("x" * 300)).publish([answer()])


def test_roots_own_link_in_the_web_root_is_followed_and_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o755)
    (tmp_path / "root").mkdir(mode=0o755)
    (tmp_path / "root" / ".well-known").symlink_to(tmp_path / "elsewhere")
    item, responder = answer(), WebRoot(tmp_path / "root")
    responder.publish([item])
    assert (tmp_path / "root" / item.challenge.path.lstrip("/")).read_text() == item.validation
    responder.withdraw()
    assert Root(tmp_path).tree() == ["elsewhere", "root", "root/.well-known"]


@needs_root
@pytest.mark.parametrize("name", [".well-known", "acme-challenge"])
def test_a_link_of_the_web_roots_owner_leads_nowhere(tmp_path: Path, name: str) -> None:
    (tmp_path / "victim").mkdir()
    root = give_to_nobody(tmp_path / "root")
    folder = root if name == ".well-known" else give_to_nobody(root / ".well-known")
    (folder / name).symlink_to(tmp_path / "victim")
    responder = WebRoot(root)
    with pytest.raises(errors.Error) as refused:
        responder.publish([answer("x.example")])
    responder.withdraw()
    assert Root(tmp_path / "victim").tree() == []
    assert f"{folder / name} is a link" in refused.value.message
    assert "x.example" in refused.value.message
    command = refused.value.remedy.splitlines()[0].split(":  ")[1]
    subprocess.run(["sh", "-ec", ran(command)], check=True)
    responder.publish([answer()])
    responder.withdraw()


@needs_root
def test_an_owner_who_races_has_nothing_changed_elsewhere(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir(mode=0o700)
    root = give_to_nobody(tmp_path / "root")
    folder = give_to_nobody(root / ".well-known")
    published = 0
    with racing(folder, "acme-challenge", victim):
        for _ in range(100):
            responder = WebRoot(root)
            try:
                responder.publish([answer()])
                published += 1
            except errors.Error:
                pass
            finally:
                responder.withdraw()
            assert stat.S_IMODE(victim.stat().st_mode) == 0o700
            assert Root(victim).tree() == []
    assert published


@needs_root
def test_what_was_put_in_the_place_of_the_folder_meanwhile_stays(tmp_path: Path) -> None:
    root = give_to_nobody(tmp_path / "root")
    item, responder = answer(), WebRoot(root)
    responder.publish([item])
    path = root / item.challenge.path.lstrip("/")
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / path.name).touch()
    path.parent.rename(root / "away")
    path.parent.symlink_to(victim)
    responder.withdraw()
    assert Root(victim).tree() == [path.name]
    assert not (root / "away" / path.name).exists()


def test_the_file_of_a_run_that_was_killed_is_replaced(tmp_path: Path) -> None:
    item = answer()
    WebRoot(tmp_path).publish([item])  # and never withdrawn
    path = tmp_path / item.challenge.path.lstrip("/")
    path.write_text("half")
    WebRoot(tmp_path).publish([item])
    assert path.read_text() == item.validation
