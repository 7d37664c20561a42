"""certbot-sectigo report as a user runs it: of this machine, with SCM, and of many hosts."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from certbot_sectigo.cli import main
from certbot_sectigo.sandbox import Config, RunningSandbox, running
from tests.bed.certbot import Certbot
from tests.bed.paste import paste
from tests.bed.tree import Snapshot
from tests.cli.tool import Tool
from tests.fleet import hosts
from tests.portal.conftest import scm_ini
from tests.sandbox.scm_client import SCM


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with running(Config(**SCM)) as sandbox:
        yield sandbox


def _findings(page: str) -> list[tuple[str, str, str]]:
    """Give host, code and text of each finding."""
    found = []
    for kind in page.split('<details class="kind')[1:]:
        code = re.findall("<code>(.*?)</code></summary>", kind)[0]
        for article in kind.split("<article")[1:]:
            host = re.findall(r"<h3>(?:<a[^>]*>)?([\w. ]+)", article)[0].strip()
            found.append((host, code, article.partition("</article>")[0]))
    return found


def test_a_real_machine_and_scm_and_the_same_machine_told_by_files(
    sandbox: RunningSandbox, certbot: Certbot, tmp_path: Path
) -> None:
    tool = Tool(certbot)
    certbot.config_dir.mkdir(parents=True)
    scm_ini(sandbox, certbot.config_dir)
    output = tmp_path / "web1.ini"
    tool.run("scm", "ensure", "web1", "--organisation", "Department C", "--server",
             sandbox.directory_url(), "-d", "c.example", "-d", "d.c.example", "--yes")  # fmt: skip
    tool.run("scm", "pair", "web1", "--output", output, "--for", "www.c.example")
    certbot.run("certonly", "-a", "sectigo-eab", "--sectigo-eab-credentials", str(output),
                "--agree-tos", "-m", "x@c.example", "-d", "www.c.example")  # fmt: skip
    ((ident, account),) = tool.accounts().items()
    page, before = tmp_path / "page.html", Snapshot.of(*certbot.directories)

    answer = tool.json("report", "--html", page, "--scm")
    assert before.changes(Snapshot.of(*certbot.directories)) == []
    assert page.stat().st_mode & 0o777 == 0o600
    assert (answer["accounts"], answer["certificates"], answer["unread"]) == (1, 1, [])
    text = page.read_text()
    shown = _findings(text)
    assert len(shown) == sum(answer["findings"].values())
    # What the doctor and the audit say by themselves, and no more.
    said = [f["code"] for f in tool.json("doctor", check=None)["findings"]]
    said += [f["code"] for f in tool.json("scm", "audit", check=None)["findings"]]
    assert sorted(code for _, code, _ in shown) == sorted(said)
    for expected in (account["kid"], ident, "www.c.example", "web1", "as SCM says"):
        assert expected in text, expected
    assert "c.example, d.c.example" in text

    # What it says about files helps as it is pasted; the page of them has the same.
    told = tmp_path / "told"
    told.mkdir()
    refused = tool.run("report", "--html", page, "--from", told, check=1)
    for line in refused.stderr.splitlines()[-3:]:
        paste(certbot, line, {"HOST": told / "elsewhere"}, check=None,
              more=f"--system-root={tool.system_root}")  # fmt: skip
    page.chmod(0o640)
    answer = tool.json("report", "--html", page, "--from", told)
    assert page.stat().st_mode & 0o777 == 0o640
    assert (answer["hosts"], answer["accounts"]) == (["elsewhere"], 1)
    codes = sorted(code for _, code, _ in _findings(page.read_text()))
    assert codes == sorted(code for code in said if not code.startswith("scm/"))


def test_two_hundred_hosts_and_all_that_is_wrong_with_them(
    tmp_path: Path, certbot: Certbot
) -> None:
    folder, page = tmp_path / "told", tmp_path / "page.html"
    folder.mkdir()
    planted = hosts.fleet(folder, datetime.now(timezone.utc), 200, 50)
    (folder / "web000.example").mkdir()
    (folder / "web000.example" / "copy.json").write_text('{"command": "rene')
    answer = Tool(certbot).json("report", "--html", page, "--from", folder, check=1)
    assert (len(answer["hosts"]), answer["certificates"]) == (200, 2000)
    shown = _findings(page.read_text())
    assert len(planted) == 50
    for host, code, mark in planted:
        assert [
            one for one in shown if one[:2] == (host, code) and re.search(rf"\b{mark}\b", one[2])
        ], (host, code, mark)
    # None besides, but for the file that was cut off.
    besides = [one for one in shown if "copy.json" in one[2]]
    assert [one[:2] for one in besides] == [("web000.example", "report/unread")]
    assert len(shown) == 51
    assert page.stat().st_size < 5_000_000


def test_one_key_on_two_hosts_is_told_without_scm(tmp_path: Path, certbot: Certbot) -> None:
    folder, page = tmp_path / "told", tmp_path / "page.html"
    folder.mkdir()
    hosts.fleet(folder, datetime.now(timezone.utc), 2, 0)
    (folder / "web000.example.json").rename(folder / "clone.json")
    (folder / "web000.example.json").write_text((folder / "clone.json").read_text())
    Tool(certbot).run("report", "--html", page, "--from", folder)
    shown = _findings(page.read_text())
    assert {code for _, code, _ in shown} == {"scm/copied"}
    assert all("clone, web000.example" in text for *_, text in shown)


def test_what_is_no_page_is_not_written_over(tmp_path: Path, certbot: Certbot) -> None:
    tool, folder = Tool(certbot), tmp_path / "told"
    folder.mkdir()
    hosts.fleet(folder, datetime.now(timezone.utc), 1, 0)
    kept = tmp_path / "cli.ini"
    kept.write_text("rsa-key-size = 4096\n")
    result = tool.run("report", "--html", kept, "--from", folder, check=1)
    assert f"{kept} is there, and is no HTML page." in result.stderr
    assert kept.read_text() == "rsa-key-size = 4096\n"
    result = tool.run("report", "--html", tmp_path / "x" / "y.html", "--from", folder, check=1)
    assert str(tmp_path / "x") in result.stderr
    result = tool.run("report", "--html", tmp_path / "y.html", "--from", kept, check=2)
    assert f"{kept} is no folder." in result.stderr


def test_without_jinja_it_says_what_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    assert main.run(["report", "--html", str(tmp_path / "page.html")]) == 1
    *_, last = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"\S+ -m pip install 'jinja2>=[\d.]+'", last)
    assert list(tmp_path.iterdir()) == []
