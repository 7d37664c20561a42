"""What is proposed helps: each command is run as it is printed, on a tree that has the trouble."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from certbot_sectigo.ca.catalogue import ENTRIES, PROFILES
from certbot_sectigo.cli.main import main as tool
from tests.bed.certbot import Certbot
from tests.bed.components import BIN
from tests.bed.history import plain_account, plain_lineage
from tests.bed.sectigo import Sectigo
from tests.explain.desk import Desk

NAME = "www.a.example"


@pytest.fixture
def desk(certbot: Certbot) -> Desk:
    return Desk(certbot)


def _fails(certbot: Certbot, *words: str | Path) -> None:
    result = certbot.without_plugin().run(*words, check=None)
    assert result.returncode != 0, str(result)


def _renews(certbot: Certbot) -> None:
    before = certbot.lineage(NAME).serial
    certbot.without_plugin().run("renew", "--force-renewal")
    assert certbot.lineage(NAME).serial != before
    assert not certbot.renewal_file(f"{NAME}-0001").exists()


def _issued(desk: Desk, ca: Sectigo) -> str:
    plain_lineage(desk.certbot, NAME, pair=ca.a.pair, server=ca.server)
    return desk.certbot.lineage(NAME).account


def test_an_account_that_is_deactivated(desk: Desk, sectigo: Sectigo, tmp_path: Path) -> None:
    old = _issued(desk, sectigo)
    sectigo.sandbox.deactivate_account(sectigo.accounts[0])
    _fails(desk.certbot, "renew", "--force-renewal")
    desk.explains("account-deactivated")

    file = sectigo.b.credentials(tmp_path / "new.ini")
    desk.pastes("register", {"FILE": str(file)})
    (new,) = (a.id for a in desk.certbot.accounts(sectigo.server) if a.id != old)
    desk.pastes("--all-of", {"NEW": new})
    desk.pastes("clean --online")

    assert desk.certbot.lineage(NAME).account == new
    assert [a.id for a in desk.certbot.accounts(sectigo.server)] == [new]


def test_a_pinned_account_that_was_taken_out(desk: Desk, sectigo: Sectigo, tmp_path: Path) -> None:
    account = _issued(desk, sectigo)
    other = plain_account(desk.certbot, sectigo.b.pair, sectigo.server, folder=tmp_path / "b")
    desk.types(f"certbot-sectigo {desk.directories} accounts clean --idle")
    assert not other.folder.exists()
    renewal = desk.certbot.renewal_file(NAME)
    renewal.write_text(renewal.read_text().replace(account, other.id))
    _fails(desk.certbot, "renew", "--force-renewal")
    desk.explains("pinned-account-missing")

    desk.pastes("accounts list")
    desk.pastes("accounts archived")
    desk.pastes("accounts restore")
    assert other.folder.exists()

    desk.pastes("accounts pin ID", {"ID": account})
    _renews(desk.certbot)


def test_two_accounts_to_choose_from(desk: Desk, sectigo: Sectigo, tmp_path: Path) -> None:
    account = _issued(desk, sectigo)
    plain_account(desk.certbot, sectigo.b.pair, sectigo.server, folder=tmp_path / "b")
    renewal = desk.certbot.renewal_file(NAME)
    renewal.write_text(re.sub(r"(?m)^account = .*\n", "", renewal.read_text()))
    _fails(desk.certbot, "renew", "--force-renewal")
    desk.explains("choose-account")

    desk.pastes("accounts pin ID", {"ID": account})

    _renews(desk.certbot)


def test_names_of_another_account(desk: Desk, sectigo: Sectigo, tmp_path: Path) -> None:
    _issued(desk, sectigo)
    right = plain_account(desk.certbot, sectigo.c.pair, sectigo.server, folder=tmp_path / "c")
    (used,) = (a for a in desk.certbot.accounts(sectigo.server)
               if a.id == desk.certbot.lineage(NAME).account)  # fmt: skip
    words = ("--server", sectigo.server, "--account", used.id, "-d", "www.c.example")
    _fails(desk.certbot, "certonly", "--standalone", *words)
    desk.explains("identifiers-not-linked")

    assert right.id in desk.pastes("accounts probe")
    file = sectigo.c.credentials(tmp_path / "c.ini")
    desk.pastes("certonly", {"FILE": str(file)})

    assert desk.certbot.lineage("www.c.example").organisation == sectigo.c.organisation


def test_a_renewal_file_that_is_damaged(desk: Desk, sectigo: Sectigo, tmp_path: Path) -> None:
    _issued(desk, sectigo)
    desk.certbot.renewal_file(NAME).write_text("version = 1\n")
    _fails(desk.certbot, "renew", "--force-renewal")
    desk.explains("renewal-file-broken")

    assert NAME in desk.pastes("certbot certificates")
    aside = tmp_path / "aside"
    for folder in ("renewal", "live", "archive"):  # as the step says, all three
        source = (
            desk.certbot.config_dir / folder / (f"{NAME}.conf" if folder == "renewal" else NAME)
        )
        (aside / folder).mkdir(parents=True)
        shutil.move(str(source), str(aside / folder))
    plain_lineage(desk.certbot, NAME, pair=sectigo.a.pair, server=sectigo.server)

    _renews(desk.certbot)


def test_an_account_file_that_is_damaged(desk: Desk, sectigo: Sectigo) -> None:
    account = _issued(desk, sectigo)
    folder = desk.certbot.accounts_dir(sectigo.server) / account
    (folder / "regr.json").write_text('{"body": {}, "ur')
    _fails(desk.certbot, "certonly", "--standalone", "-d", "b.a.example", "--server",
           sectigo.server)  # fmt: skip
    desk.explains("account-unparsable")

    assert "regr.json" in desk.pastes("accounts list")


def test_a_certificate_of_another_account(desk: Desk, sectigo: Sectigo, tmp_path: Path) -> None:
    account = _issued(desk, sectigo)
    plain_account(desk.certbot, sectigo.b.pair, sectigo.server, folder=tmp_path / "b")
    (other,) = (a for a in desk.certbot.accounts(sectigo.server) if a.id != account)
    words = ("--cert-name", NAME, "--server", sectigo.server, "--account", other.id)
    _fails(desk.certbot, "revoke", *words, "--no-delete-after-revoke")
    desk.explains("not-your-resource")
    serial = desk.certbot.lineage(NAME).serial

    desk.pastes("revoke --cert-name")

    assert sectigo.is_revoked(serial)


def test_a_certificate_that_is_revoked_already(desk: Desk, sectigo: Sectigo) -> None:
    _issued(desk, sectigo)
    words = ("--cert-name", NAME, "--server", sectigo.server, "--no-delete-after-revoke")
    desk.certbot.without_plugin().run("revoke", *words)
    _fails(desk.certbot, "revoke", *words)
    desk.explains("already-revoked")

    desk.pastes("certbot delete")

    assert not desk.certbot.renewal_file(NAME).exists()


def _proposed() -> list[str]:
    texts = [t for e in ENTRIES for t in (e.meaning, *e.causes, *e.steps)]
    texts += [t for e in ENTRIES for c in e.cases for t in (c.meaning, *c.causes, *c.steps)]
    for profile in PROFILES:
        texts += [t for m in profile.more.values() for t in (*m.causes, *m.steps)]
    return sorted({c for text in texts for c in re.findall(r"`([^`]+)`", text)})


def _help(program: str, subcommand: tuple[str, ...]) -> str:
    if program == "certbot":
        words = [str(BIN / "certbot"), "--help", "all"]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        tool([*subcommand, "--help"])
    return said.getvalue()


def test_every_proposed_command_has_only_words_that_exist() -> None:
    known: dict[tuple[str, tuple[str, ...]], str] = {}
    for command in _proposed():
        for part in command.split(" ; "):
            program, *rest = re.sub(r"\{names\}", "-d a.example", part).split()
            if program not in ("certbot", "certbot-sectigo"):
                continue
            depth = 2 if rest[0] == "accounts" else 1
            key = (program, tuple(rest[:depth]) if program != "certbot" else ())
            if key not in known:
                known[key] = _help(*key)
            assert known[key], part
            for word in rest:
                assert not word.startswith("--") or word in known[key], part
            assert program != "certbot" or rest[0] in known[key], part


def test_no_remedy_makes_a_second_lineage_or_breaks_a_system() -> None:
    texts = " ".join(text for entry in ENTRIES for text in entry.steps)
    assert "with the same --cert-name" not in texts
    for bad in ("rm -rf", "--break-system-packages", "chmod 777", "--force-renewal"):
        assert bad not in texts


def test_a_hook_that_may_not_be_executed(desk: Desk) -> None:
    hook = desk.certbot.home / "restarts"
    hook.write_text("#!/bin/sh\n", "utf-8")
    words = ("renew", "--pre-hook", hook)
    said = desk.certbot.without_plugin().run(*words, check=1).output

    desk.explains("hook-not-found", said)
    desk.pastes("chmod")

    desk.certbot.without_plugin().run(*words)


def test_a_file_that_others_may_read(desk: Desk) -> None:
    file = desk.certbot.home / "acme.json"
    file.write_text("{}", "utf-8")
    said = f"traefik: unable to get ACME account: permissions 755 for {file} are too open"
    desk.explains("file-too-open", said)
    desk.pastes("chmod")
    assert file.stat().st_mode & 0o777 == 0o600
