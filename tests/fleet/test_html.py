"""The page itself: what it holds, what it never holds, and what a browser makes of it."""

from __future__ import annotations

import random
import re
import socketserver
import subprocess
import threading
from datetime import datetime, timezone
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from certbot_sectigo.fleet.report import html, told
from certbot_sectigo.fleet.report import page as pages
from certbot_sectigo.fleet.report.model import Source
from tests.bed.components import require
from tests.fleet import hosts

NOW = datetime(2026, 11, 25, 3, tzinfo=timezone.utc)
MARKUP = (
    "</script><script>document.title='taken'</script>\"'><img src=http://evil.example/i.png "
    "onerror=alert(1)></style><style>@import 'http://evil.example/s'</style>{{ 7 * 7 }}"
    "<!--\udcff\x1b[2J\u202e\x00&lt;<a href=javascript:alert(1)>x</a></textarea></title>"
)


class Read(HTMLParser):
    """What is in a page: elements with their attributes, and the text of findings."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def _page(*sources: Source) -> bytes:
    return html.render(pages.page([told.host(source, NOW) for source in sources], NOW))


def _named(name: str) -> Source:
    """Make a host where every text is this one."""

    def renamed(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {k: v if k == "command" else renamed(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [renamed(item, key) for item in value]
        kept = key in ("severity", "serial") or (isinstance(value, str) and value[:4] == "2026")
        kept = kept or key in ("valid_until", "next_try", "horizon", "expires", "when")
        return value if kept or not isinstance(value, str) else name

    documents = hosts.documents("h", NOW, random.Random(1), 2, 2)
    documents["accounts list"]["accounts"][0].update(verdict="dead", advice="x")
    documents["accounts list"]["accounts"][0]["uses"].append(
        {"source": "cron", "what": "x", "file": "x", "line": 1, "expires": None, "when": None}
    )
    hosts.examined("h", documents, NOW, "x0")
    documents["doctor"]["findings"][0]["command"] = "x"
    told_there = [
        {**renamed(document), "command": command} for command, document in documents.items()
    ]
    failed = {"command": name, "error": {"message": name}}
    return Source(name, (*told_there, failed), NOW)


def test_a_name_full_of_markup_is_a_name() -> None:
    page = _page(_named(MARKUP))
    read, plain = Read(page), Read(_page(_named("plain")))
    assert [tag for tag, _ in read.tags] == [tag for tag, _ in plain.tags]
    assert [a for tag, a in read.tags if tag != "meta"] == [
        a for tag, a in plain.tags if tag != "meta"
    ]
    shown = re.sub("[\udcff\x1b\u202e\x00]", "\ufffd", MARKUP)
    assert read.text.count(shown) == plain.text.count("plain") > 20
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e]", page.decode())


def test_there_is_no_address_and_no_code_of_elsewhere() -> None:
    read = Read(_page(_named("plain")))
    links = {value for _, attrs in read.tags for key, value in attrs.items()
             if key in ("href", "src", "action", "xlink:href")}  # fmt: skip
    assert all(re.fullmatch(r"#\w+|data:,", str(link)) for link in links)
    assert not [key for _, attrs in read.tags for key in attrs if re.match("on|style$", key)]
    (policy,) = (
        str(attrs["content"])
        for tag, attrs in read.tags
        if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; ") and "unsafe" not in policy
    assert len([1 for tag, _ in read.tags if tag in ("script", "style")]) == 2


class Proxy(socketserver.ThreadingTCPServer):
    """Hears what a browser asks for, and answers nothing."""

    daemon_threads = True

    def __init__(self) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Hear(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                line = self.rfile.readline(9999).decode("latin-1")
                # The browser itself asks its maker for the time and for newer parts.
                if not re.match(r"\w+ (http://)?[\w.]+\.google(apis)?\.com[:/]", line):
                    asked.append(line)

        super().__init__(("127.0.0.1", 0), Hear)


def _browse(url: str, folder: Path, proxy: Proxy) -> str:
    command = [
        str(require("chromium")), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--disable-dev-shm-usage", f"--user-data-dir={folder}",
        f"--proxy-server=http://127.0.0.1:{proxy.server_address[1]}", "--dump-dom", url,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _shown(dom: str, kind: str) -> list[str]:
    """Give the names of the parts that are not hidden."""
    tags = re.findall(rf'<(?:details|article)[^>]* id="{kind}\d+"[^>]*>', dom)
    return [re.findall(r'id="(\w+)"', tag)[0] for tag in tags if " hidden" not in tag]


def test_a_browser_shows_it_searches_it_and_fetches_nothing(tmp_path: Path) -> None:
    told_there = [
        (name, tuple(hosts.documents(name, NOW, random.Random(1), 1, 2).values()))
        for name in (f"web{number}.example" for number in range(8))
    ]
    hosts.examined("web4.example", {"doctor": told_there[4][1][2]}, NOW, "x0")
    page, control = tmp_path / "page.html", tmp_path / "control.html"
    page.write_bytes(_page(*(Source(*each, NOW) for each in told_there), _named(MARKUP)))
    control.write_text("<img src=http://evil.example/i.png>")
    with Proxy() as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        try:
            everything = _browse(page.as_uri(), tmp_path / "profile", proxy)
            found = _browse(f"{page.as_uri()}#q=WEB4%20critical", tmp_path / "profile", proxy)
            assert proxy.asked == [], proxy.asked
            _browse(control.as_uri(), tmp_path / "profile", proxy)
            assert any("evil.example" in line for line in proxy.asked)
        finally:
            proxy.shutdown()
    assert "<title>ACME accounts and certificates, 2026-11-25</title>" in everything
    # The script has run: the box is there, and everything is shown where nothing is looked for.
    assert "hidden" not in re.findall("<input[^>]*>", everything)[0]
    assert (len(_shown(everything, "h")), len(_shown(everything, "f"))) == (9, 3)
    assert (_shown(found, "h"), len(_shown(found, "f"))) == (["h5"], 1)
    assert "1 host(s), 1 finding(s)" in found
    assert re.search('<details[^>]* id="h5"[^>]* open', found)
