"""What cannot be done as asked is refused before anything is asked of the CA."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.bed.certbot import Certbot
from tests.bed.sectigo import Sectigo


@pytest.fixture
def machine(certbot: Certbot, sectigo: Sectigo, tmp_path: Path) -> Certbot:
    """A certbot with a lineage of ours, and its credentials at ``b.ini``."""
    certbot.certonly("www.b.example", credentials=sectigo.b.credentials(certbot.home / "b.ini"))
    return certbot


NEW = ("certonly", "--agree-tos", "--authenticator", "sectigo-eab", "-d", "new.b.example")
REHEARSALS = {
    "--staging": (*NEW, "--sectigo-eab-credentials", "b.ini", "--staging"),
    "--test-cert": (*NEW, "--sectigo-eab-credentials", "b.ini", "--test-cert"),
}


@pytest.mark.parametrize("words", REHEARSALS.values(), ids=REHEARSALS.keys())
def test_test_systems_are_refused(
    words: tuple[str, ...], machine: Certbot, sectigo: Sectigo
) -> None:
    before, requests = machine.snapshot(), sectigo.requests
    shutil.rmtree(machine.logs_dir)
    result = machine.run(*words, check=1, cwd=machine.home)

    assert "sectigo-eab" in result.text
    assert "real certificate" in result.text
    assert sectigo.requests == requests
    assert "Sending GET request" not in machine.log  # to no other CA either
    assert before.changes(machine.snapshot()) == []


def test_contradicting_servers_are_refused(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    credentials = sectigo.a.credentials(tmp_path / "a.ini")
    requests = sectigo.requests

    result = certbot.certonly(
        "www.a.example",
        credentials=credentials,
        more=["--server", sectigo.url("EV")],
        check=1,
    )

    assert sectigo.url("EV") in result.text
    assert sectigo.server in result.text
    assert sectigo.requests == requests


@pytest.mark.parametrize("mode", [0o644, 0o640])
def test_a_secret_that_others_can_read_is_refused_when_it_is_needed(
    mode: int, certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    credentials = sectigo.a.credentials(tmp_path / "a.ini")
    credentials.chmod(mode)
    requests = sectigo.requests

    result = certbot.certonly("www.a.example", credentials=credentials, check=1)

    assert result.text.count(f"chmod 600 {credentials}") == 1
    assert sectigo.accounts_of(sectigo.a.kid) == []
    assert sectigo.requests == requests

    certbot.certonly(
        "www.a.example", credentials=credentials, more=["--sectigo-eab-insecure-credentials"]
    )
    # Now that the account is here the secret is not needed any more: a warning will do.
    again = certbot.certonly("more.a.example", credentials=credentials)
    assert f"chmod 600 {credentials}" in again.text


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "does not exist"),
        ("", "sectigo_eab_kid"),
        ("sectigo_eab_kid = abc", "sectigo_eab_hmac_key"),
        ("sectigo_eab_kid = abc\nsectigo_eab_hmac_key = c2hvcnQ", "line 2"),
        ("sectigo_eab_kid = abc\nsectigo_eab_hmac_key =", "line 2"),
        ("sectigo_eab_kid = a b c\nsectigo_eab_hmac_key = " + "A" * 86, "line 1"),
    ],
)
def test_unusable_credentials_are_explained(
    content: str | None, complaint: str, certbot: Certbot, tmp_path: Path
) -> None:
    credentials = tmp_path / "bad.ini"
    if content is not None:
        credentials.write_text(content)
        credentials.chmod(0o600)

    result = certbot.certonly("www.a.example", credentials=credentials, check=1)

    assert str(credentials) in result.text
    assert complaint in result.text


def test_nothing_to_go_by_is_explained(certbot: Certbot) -> None:
    result = certbot.run(
        *("certonly", "--agree-tos", "--authenticator", "sectigo-eab", "-d", "www.a.example"),
        check=1,
    )
    assert "--sectigo-eab-credentials" in result.text
