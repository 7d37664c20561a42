"""What people see at 80 and at 120 columns, with long names, kept to be looked at.

``CERTBOT_SECTIGO_SCREENS=1`` in the environment has the screens written anew; then look at them.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from josepy.jwk import JWKEC
from josepy.util import ComparableECKey

from certbot_sectigo.accounts import store
from certbot_sectigo.accounts.known.status import May, MayNot
from certbot_sectigo.accounts.model import Learned, Note
from certbot_sectigo.base import proposed
from certbot_sectigo.ca.problems import Problem, meaning
from certbot_sectigo.cli.accounts import probe
from certbot_sectigo.cli.main import main
from certbot_sectigo.cli.sandbox import look
from certbot_sectigo.cli.shared.say import wrapped
from tests.accounts import keys

SCREENS = Path(__file__).with_name("screens")
SHORT, LONG = "https://acme.sectigo.com/v2/OV", "https://acme.enterprise.sectigo.com/v2/some/OV"
KID = "aBcDeFgHiJkLmNoPqRsTuV"
COPY = ".backup-of-2026-03-01-before-the-upgrade"
NAMES = {"www.example.org": 0, "mail.example.org": 0,
         "www.some-long-host.department.university.example.org": 2}  # fmt: skip
RENEWAL = "cert = /x\nprivkey = /x\nchain = /x\nfullchain = /x\n[renewalparams]\n"


@pytest.fixture
def tree(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, list[str]]]:
    """Two accounts each at two servers, a copy, and three lineages; the same in every run."""
    numbers = iter(range(1, 9))
    monkeypatch.setattr(keys, "new_key", lambda: JWKEC(key=ComparableECKey(
        ec.derive_private_key(next(numbers), ec.SECP256R1()))))  # fmt: skip
    root = Path(tempfile.mkdtemp(prefix="s", dir="/tmp"))
    config, accounts = root / "config", []
    for server in (SHORT, LONG):
        for learned in (Learned.REGISTERED, Learned.TOLD):
            folder = keys.account_folder(config / "accounts" / server.partition("//")[2])
            store.write_note(
                folder, Note(KID, server, learned, datetime(2026, 5, 1, tzinfo=timezone.utc))
            )
            accounts.append(folder.name)
    shutil.copytree(folder, folder.with_name(folder.name + COPY))
    (config / "renewal").mkdir()
    for name, number in NAMES.items():
        server = LONG if number else SHORT
        text = f"{RENEWAL}account = {accounts[number]}\nserver = {server}\n"
        (config / "renewal" / f"{name}.conf").write_text(text)
    (config / "renewal" / "gone.example.org.conf").write_text(
        f"{RENEWAL}account = {'0123456789abcdef' * 2}\nserver = {SHORT}\n"
    )
    yield root, accounts
    shutil.rmtree(root)


REFUSED = Problem(
    "rejectedIdentifier",
    "The identifiers are not all linked to the same preauthorized Subject organization "
    "name/address",
)


@pytest.mark.parametrize("width", [80, 120])
def test_screens(
    tree: tuple[Path, list[str]],
    width: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root, accounts = tree
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr(
        probe,
        "ask",
        lambda _, chosen, *more, **words: {
            entry.account.folder: May(())
            if entry.account.name == accounts[0]
            else MayNot(REFUSED, meaning(REFUSED, SHORT))
            for entry in chosen
        },
    )
    options = [f"--{name}-dir={root / name}" for name in ("config", "work", "logs")]
    options += [f"--system-root={root}", "-n"]

    def screen(*words: str) -> str:
        with pytest.raises(SystemExit):
            main([*options, *words])
        return capsys.readouterr().out.replace(str(root), "/tmp/s12345678")

    seen = []
    for words in (
        ("accounts", "list"),
        ("accounts", "show", accounts[0]),
        ("accounts", "probe", "--yes", "-d", "www.example.org", "--server", SHORT),
        ("accounts", "clean"),
        ("renewals",),
    ):
        plain = screen(*words)
        with monkeypatch.context() as coloured:
            coloured.setenv("FORCE_COLOR", "1")
            colours = screen(*words)
        assert "\x1b[" in colours and "\x1b" not in plain
        assert re.sub(r"\x1b\[[\d;]*m", "", colours) == plain
        lines = [line.rstrip() for line in plain.splitlines()]
        seen += ["$ certbot-sectigo " + " ".join(words), *lines, ""]
    certificate = ("ab" * 20, "xyz" * 7, ["www.a.example", "b.example"], "2026-01-01", "2026-07-01")
    look._table(("serial", "account", "names", "not_before", "not_after"), [certificate])
    seen += ["$ certbot-sectigo sandbox certificates"]
    seen += [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    # What is copied stays on its line: commands, paths, and words that are wider than all.
    whole = re.compile(r"\$ |    certbot|.* /tmp/s|\S+…|ID ")
    assert [line for line in seen if len(line) > width and not whole.match(line)] == []
    text = "\n".join(seen) + "\n"
    path = SCREENS / f"{width}.txt"
    if "CERTBOT_SECTIGO_SCREENS" in os.environ:
        path.write_text(text)
    assert text == path.read_text()


def test_sentences_break_between_words_and_commands_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposed, "_lines", set())
    command = proposed.line("certbot-sectigo accounts pin 0123456789abcdef --cert-name a.example")
    path = "/" + "long/" * 12
    text = (
        f"It is not-so-certain whether {path} is there.\n  Or below it, as others are.\n{command}"
    )
    lines = wrapped(text, 30).split("\n")
    assert lines[-1] == command
    assert lines[:2] == ["It is not-so-certain whether", path]
    assert [line for line in lines if len(line) > 30] == [path, command]
    assert all(line.startswith("  ") for line in lines[3:-1])
    assert " ".join(" ".join(lines).split()) == " ".join(text.split())
    assert wrapped(text, 300) == text
