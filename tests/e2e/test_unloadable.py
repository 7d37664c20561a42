"""A lineage that certbot cannot load is not ordered again beside itself, run after run."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bed.certbot import Certbot
from tests.bed.sectigo import Sectigo

NAME = "www.b.example"


def link_missing(certbot: Certbot) -> None:
    (certbot.config_dir / "live" / NAME / "chain.pem").unlink()


def plain_files(certbot: Certbot) -> None:
    """Somebody copied the folder without its links."""
    for path in (certbot.config_dir / "live" / NAME).glob("*.pem"):
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)


def target_missing(certbot: Certbot) -> None:
    (certbot.config_dir / "archive" / NAME / "privkey1.pem").rename(certbot.home / "key")


def file_cut_off(certbot: Certbot) -> None:
    path = certbot.renewal_file(NAME)
    path.write_text(path.read_text().partition("[renewalparams]")[0])


@pytest.mark.parametrize(
    ("damage", "mended"),
    [(link_missing, True), (plain_files, True), (target_missing, False), (file_cut_off, False)],
)
@pytest.mark.parametrize("more", [(), ("--dry-run",)], ids=["real", "dry"])
def test_certonly_stops_with_what_puts_it_right(
    certbot: Certbot,
    sectigo: Sectigo,
    damage: Callable[[Certbot], None],
    mended: bool,
    more: tuple[str, ...],
) -> None:
    credentials = sectigo.b.credentials(certbot.home / "b.ini")
    certbot.certonly(NAME, credentials=credentials)
    damage(certbot)
    before, orders = certbot.snapshot(), sectigo.orders
    words = ("--cert-name", NAME, *more)

    result = certbot.certonly(NAME, credentials=credentials, more=words, check=1)

    assert f"{NAME}-0001" in result.text
    assert before.changes(certbot.snapshot()) == []
    assert sectigo.orders == orders
    assert (f"live/{NAME}" in result.text) or "backup" in result.text
    lines = [line for line in result.stderr.splitlines() if line.startswith("ln ")]
    assert bool(lines) == mended
    if mended:
        subprocess.run(["sh", "-ec", "\n".join(lines)], check=True)
        certbot.certonly(NAME, credentials=credentials, more=(*words, "--force-renewal"))
        assert [path.stem for path in Path(certbot.config_dir, "renewal").iterdir()] == [NAME]
