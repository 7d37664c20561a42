"""A certificate is revoked with its key, as the catalogue has it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from certbot_sectigo.ca.catalogue import ENTRIES
from certbot_sectigo.ca.catalogue.lookup import advise
from certbot_sectigo.machine import commands
from certbot_sectigo.machine.dirs import Dirs
from tests.bed.certbot import Certbot
from tests.bed.history import plain_lineage
from tests.bed.paste import paste
from tests.bed.sectigo import Sectigo

NAME = "www.a.example"


def printed(part: str) -> str:
    """Give the first command of the catalogue that has a part."""
    found: Iterator[str]
    texts = (step for entry in ENTRIES for step in advise(entry).steps)
    found = (line for text in texts for line in re.findall(r"`(certbot[^`]*)`", text))
    return next(line for line in found if re.search(part, line))


@pytest.fixture
def plain(certbot: Certbot, sectigo: Sectigo) -> Certbot:
    plain_lineage(certbot, NAME, pair=sectigo.a.pair, server=sectigo.server)
    commands.remember(Dirs(*certbot.directories).options)
    return certbot


def test_a_certificate_is_revoked_with_its_key(plain: Certbot, sectigo: Sectigo) -> None:
    line = printed("^certbot revoke .*--key-path")
    live = plain.config_dir / "live" / NAME
    words = {"CERT": live / "cert.pem", "FILE": live / "cert.pem", "KEY": live / "privkey.pem",
             "SERVER": sectigo.server, "URL": sectigo.server}  # fmt: skip
    paste(plain, line, words, more="-n --no-delete-after-revoke")
    assert sectigo.is_revoked(plain.lineage(NAME).serial)
