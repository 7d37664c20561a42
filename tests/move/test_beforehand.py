"""What ``move`` can know beforehand it refuses before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from certbot_sectigo.ca import catalogue
from certbot_sectigo.cli import main
from certbot_sectigo.machine import lock_keeper
from certbot_sectigo.machine.dirs import Dirs
from tests.bed.certbot import Certbot
from tests.bed.command import command
from tests.bed.paste import paste
from tests.bed.sectigo import Sectigo
from tests.move.bed import A, Bed, bed


@pytest.fixture
def two(certbot: Certbot, sectigo: Sectigo) -> Iterator[Bed]:
    with bed(certbot, sectigo, ("a.example",)) as found:
        found.issue(A)
        yield found


def printed(told: str, option: str) -> str:
    """Give the command that adds an option."""
    return next(x for x in told.splitlines() if x.startswith("certbot-") and option in x)


def test_a_refusal_leaves_the_tree_byte_for_byte(
    two: Bed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = two.certbot.snapshot(logs=True)
    pair = Path(two.to).read_text()
    kid, key = (next(line for line in pair.splitlines() if line.startswith(f"sectigo_eab_{name} "))
                for name in ("kid", "hmac_key"))  # fmt: skip
    server = f"sectigo_eab_server = {two.server}"
    backup = two.certbot.config_dir / "sectigo/backup"
    words = ("--to", two.to, "--cert-name", A, "--yes", "--email", "admin@example.org")
    agreed = (*words, "--agree-tos")

    def refused(*words: str | Path, options: tuple[str, ...] = ("-n",)) -> str:
        told = command(two.certbot, "move", *words, check=1, options=options).output
        assert before.changes(two.certbot.snapshot(logs=True)) == [], told
        assert not two.new.accounts() and not two.new.requests("newAccount")
        return told

    for more in ((), ("--now",)):
        told = refused(*words, *more)
        assert "were not agreed to" in told
    for content, why in (
        (f"{kid}\n{server}\nsectigo_eab_hmac_key_command = false\n", "_command"),
        (f"{kid}\n{server}\nsectigo_eab_hmac_key = c2hvcnQ\n", "bits"),
        (f"{kid}\n{server}\nsectigo_eab_hmac_key_file = nowhere\n", "nowhere"),
        (f"{key}\n{server}\n", "sectigo_eab_kid"),
        (f"{kid}\n{key}\nsectigo_eab_server = http://127.0.0.1:9/d\n", "could not be reached"),
    ):
        Path(two.to).write_text(content)
        assert why in refused(*agreed)
    Path(two.to).write_text(pair)
    Path(two.to).chmod(0o644)
    assert "chmod" in refused(*agreed)
    Path(two.to).chmod(0o600)
    with lock_keeper.locked(Dirs(*two.certbot.directories)):
        before = two.certbot.snapshot(logs=True)
        assert "lock" in refused(*agreed, options=("-n", "--lock-timeout=0"))
    backup.parent.mkdir(exist_ok=True)
    backup.symlink_to(two.certbot.home)
    before = two.certbot.snapshot(logs=True)
    assert f"{backup} is a symbolic link" in refused(*agreed)
    backup.unlink()
    backup.parent.rmdir()
    before = two.certbot.snapshot(logs=True)

    harica = catalogue.of_server("https://acme-v02.harica.gr/acme/x/directory")
    with monkeypatch.context() as patch:
        patch.setattr(catalogue, "of_server", lambda server: harica)
        pairs = zip(("config", "work", "logs"), two.certbot.directories)
        folders = [f"--{kind}-dir={folder}" for kind, folder in pairs]
        calls = (*folders, "-n", "move", *words[:5], "--agree-tos")
        for name, value in two.certbot.environment().items():
            patch.setenv(name, value)
        assert main.run([str(word) for word in calls]) == 1
        wanted = capsys.readouterr().err
        assert "takes none without an e-mail address" in wanted
        assert before.changes(two.certbot.snapshot(logs=True)) == [], wanted
    paste(two.certbot, printed(told, "--agree-tos"))
    assert two.of_new(A)
    paste(two.certbot, printed(wanted, "--email"), {"ADDRESS": "a@a.example"}, check=1)
