"""The formats that are made of certbot's PEM files."""

from __future__ import annotations

from pathlib import Path

import pytest

from certbot_sectigo.deploy.model import Material
from tests.deploy.format.targets import target
from tests.deploy.lineages import issue, lay


@pytest.fixture
def offered(tmp_path: Path) -> Material:
    return lay(tmp_path, "www", issue("www.example.org"))


def test_files(offered: Material, tmp_path: Path) -> None:
    wanted = target(tmp_path, "files", 'privkey = "/x/k"', 'fullchain = "/x/f"', 'cert = "/x/c"')
    made = wanted.format.render(offered)
    assert {(str(one.path), one.content, one.has_key) for one in made} == {
        ("/x/k", offered.privkey.reveal().encode(), True),
        ("/x/f", offered.fullchain, False),
        ("/x/c", offered.cert, False),
    }


def test_bundle_in_haproxys_order_and_in_another(offered: Material, tmp_path: Path) -> None:
    key = offered.privkey.reveal().encode()
    (made,) = target(tmp_path, "bundle").format.render(offered)
    assert made.content == offered.fullchain + key
    assert made.has_key
    (made,) = target(tmp_path, "bundle", 'order = ["privkey", "cert"]').format.render(offered)
    assert made.content == key + offered.cert
    (made,) = target(tmp_path, "bundle", 'order = ["chain"]').format.render(offered)
    assert made.content == offered.chain
    assert not made.has_key


@pytest.mark.parametrize("kind", ["files", "bundle"])
def test_nothing_shows_a_key(kind: str, offered: Material, tmp_path: Path) -> None:
    lines = ('privkey = "/x/k"',) if kind == "files" else ()
    inner = offered.privkey.reveal().splitlines()[1]
    for made in target(tmp_path, kind, *lines).format.render(offered):
        assert inner not in repr(made)
        assert "content" not in repr(made)
    assert inner not in repr(offered)
