"""Words of a CA that certbot repeats, and of files: printed, and obeyed by no terminal."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from certbot_sectigo.accounts.change import revoke_ways
from certbot_sectigo.accounts.change.adopt import Adopted, Trial
from certbot_sectigo.accounts.change.revoke_ways import Attempt, RevokeAnswer
from certbot_sectigo.accounts.records import RenewalChange
from certbot_sectigo.base import errors
from certbot_sectigo.cli import adopt, revoke
from certbot_sectigo.cli.shared import ask_ca, renewal_changes

# What click itself takes out where nobody sees it is not all of it.
EVIL = "see \x1b]0;owned\x07\x9b1m\r\u202eback"


def obeyed(text: str) -> bool:
    return not all(line.isprintable() for line in text.split("\n"))


def test_a_dry_run_that_failed(capsys: pytest.CaptureFixture[str]) -> None:
    adopt._conclude(Adopted(trials=(Trial("www", False, f"one\n{EVIL}\n"),), put_back=("www",)))
    said = capsys.readouterr().out
    assert "one\nsee " in said
    assert "owned" in said and not obeyed(said)


def test_changes_of_renewal_files(capsys: pytest.CaptureFixture[str]) -> None:
    renewal_changes.show([RenewalChange(Path("www.conf"), "www", "a = 1\n", f"a = {EVIL}\n", ())])
    said = capsys.readouterr().out
    assert "owned" in said and not obeyed(said)


def test_refused_revocations(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revoke_ways, "attempt", lambda *_: (RevokeAnswer.REFUSED, EVIL))
    monkeypatch.setattr(ask_ca, "see_directory", lambda *_, **__: None)
    certificate = SimpleNamespace(serial=1)
    subject = SimpleNamespace(
        cert_path=Path("cert.pem"), key_path=None, certificate=certificate, server="https://x/y"
    )
    plan = SimpleNamespace(
        subject=subject, ways=[Attempt("it is said to be")], reason="", delete=False
    )
    context = SimpleNamespace(json=False, lock_timeout=1.0)
    with pytest.raises(errors.Error):
        revoke._revoke(cast(Any, context), cast(Any, None), cast(Any, plan), no_verify_ssl=False)
    said = capsys.readouterr().out
    assert "owned" in said and not obeyed(said)
