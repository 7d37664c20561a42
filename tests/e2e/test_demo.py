"""``certbot-sectigo demo``: the first thing a newcomer runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.bed import schema
from tests.bed.components import BIN
from tests.bed.process import Result, clean_environment, run
from tests.bed.tree import Snapshot


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder, with a folder for temporary files in it."""
    (tmp_path / "home" / "tmp").mkdir(parents=True)
    return tmp_path / "home"


def demo(home: Path, *words: str, check: int | None = 0, **environment: str) -> Result:
    environment = {"HOME": str(home), "TMPDIR": str(home / "tmp"), **environment}
    return run(
        [BIN / "certbot-sectigo", "demo", *words],
        folder=home.parent / "output",
        env=clean_environment(**environment),
        check=check,
    )


def test_it_tells_the_story_and_leaves_nothing_behind(home: Path) -> None:
    before = Snapshot.of(home)

    result = demo(home)

    assert "not all linked to the same preauthorized Subject organization" in result.text
    for department, name in (("A", "www.a.example"), ("B", "www.b.example")):
        assert f"CN={name},O=Department {department}" in result.text
    assert "SANDBOX" in result.text
    assert result.stderr == ""
    assert before.changes(Snapshot.of(home)) == []


def test_it_does_not_mind_a_proxy_or_the_users_own_certbot_configuration(home: Path) -> None:
    cli_ini = home / ".config" / "letsencrypt" / "cli.ini"
    cli_ini.parent.mkdir(parents=True)
    cli_ini.write_text("server = https://acme.invalid/\nauthenticator = webroot\ndry-run = true\n")
    # Nothing listens there; loopback is not reached through a proxy anyway.
    proxy = "http://127.0.0.1:9"
    told = demo(
        home, "--json", HTTP_PROXY=proxy, HTTPS_PROXY=proxy, http_proxy=proxy, https_proxy=proxy
    )
    document = schema.document(told.stdout, "demo")
    assert all(step["outcome"] for step in document["steps"])
    assert [one["name"] for one in document["certificates"]] == ["www.a.example", "www.b.example"]


def test_it_fails_where_anything_is_not_as_told(home: Path, tmp_path: Path) -> None:
    # A certbot that says yes to everything, and does nothing.
    package = tmp_path / "certbot"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "compat").mkdir()
    (package / "compat" / "__init__.py").write_text("")
    (package / "compat" / "misc.py").write_text("")
    (package / "main.py").write_text("def main():\n    return 0\n")

    result = demo(home, check=1, PYTHONPATH=str(tmp_path))

    assert result.stderr.startswith("certbot-sectigo: ")
    assert "Traceback" not in result.output
    assert list((home / "tmp").iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can put another /etc in place")
def test_it_does_not_mind_the_machines_own_certbot_configuration(home: Path) -> None:
    # certbot reads this file whatever its directories are; its hooks would really run.
    cli_ini = home / "etc" / "letsencrypt" / "cli.ini"
    script = (
        f"cp -a /etc {home}/etc && mkdir -p {cli_ini.parent} && "
        f"printf 'account = {'0' * 32}\\npre-hook = touch {home}/ran\\n' > {cli_ini} && "
        f"mount --bind {home}/etc /etc && exec {BIN}/certbot-sectigo demo"
    )
    run(
        ["unshare", "-m", "--propagation", "private", "sh", "-c", script],
        folder=home.parent / "output",
        env=clean_environment(HOME=str(home), TMPDIR=str(home / "tmp")),
    )
    assert not (home / "ran").exists()
