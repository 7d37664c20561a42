"""certbot as root in a tree of another user, as container images have it."""

from __future__ import annotations

import os

import pytest

from tests.bed.certbot import Certbot
from tests.bed.racer import needs_root
from tests.bed.sectigo import Sectigo

OWNER = 65534


@needs_root
@pytest.mark.parametrize("default", [True, False], ids=["default file", "named file"])
def test_root_registers_and_renews_for_the_owner(
    certbot: Certbot, sectigo: Sectigo, default: bool
) -> None:
    for folder in certbot.directories:
        folder.mkdir()
        os.chown(folder, OWNER, OWNER)
    where = certbot.config_dir / "sectigo-eab.ini" if default else certbot.home / "b.ini"
    credentials = sectigo.b.credentials(where)
    os.chown(credentials, OWNER, OWNER)
    words = () if default else ("--sectigo-eab-credentials", str(credentials))

    result = certbot.run(
        *("certonly", "--agree-tos", "--authenticator", "sectigo-eab", *words),
        *("-d", "www.b.example"),
    )

    assert "belongs to" not in result.text
    note = certbot.account(sectigo.server, sectigo.b.kid).folder
    assert {path.stat().st_uid for path in (note, *note.iterdir())} == {OWNER}
    assert "belongs to" not in certbot.run("renew", "--force-renewal").text
    certbot.run("renew", "--dry-run")


@needs_root
def test_a_file_of_somebody_else_is_still_refused(certbot: Certbot, sectigo: Sectigo) -> None:
    certbot.config_dir.mkdir()
    os.chown(certbot.config_dir, OWNER, OWNER)
    credentials = sectigo.b.credentials(certbot.home / "b.ini")
    os.chown(credentials, OWNER - 1, OWNER)
    result = certbot.certonly("www.b.example", credentials=credentials, check=1)
    assert "holds the EAB secret and belongs to" in result.text
    assert sectigo.accounts == []
