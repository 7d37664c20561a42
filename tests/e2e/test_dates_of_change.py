"""certbot itself on the days when shorter periods begin: nothing expires, no challenge surprises.

certbot and our command live in another time by libfaketime; the sandbox is put forward as far.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from certbot_sectigo.sandbox import Config, Pair, RunningSandbox, running
from tests.bed.certbot import Certbot
from tests.bed.command import as_json
from tests.bed.components import require
from tests.bed.eab import EabPair
from tests.bed.ports import free_port

NAME = "www.a.example"


class Travelling(Certbot):
    """A certbot whose clock is set."""

    today = ""

    def environment(self, env: Any = None) -> dict[str, str]:
        (library,) = Path("/usr/lib").glob("*/faketime/libfaketime.so.1")
        given = {
            "LD_PRELOAD": str(library),
            "FAKETIME": f"@{self.today} 12:00:00",
            "TZ": "UTC",
        }
        return super().environment({**given, **(env or {})})


class Years:
    """A CA of those years, whose validations last as long as they do then."""

    def __init__(self, certbot: Travelling, state: Path) -> None:
        self.certbot, self.state = certbot, state
        self.port, self.http = free_port(), free_port()
        self.pair = Pair(domains=("a.example",))
        self.root = certbot.home / "root"
        table = self.root / "etc/cron.d/certbot"
        table.parent.mkdir(parents=True)
        starts = f"/opt/certbot/bin/certbot -q --config-dir {certbot.directories[0]} renew"
        table.write_text(f"0 3,15 * * * root {starts}\n")
        self.words = ("--http-01-port", str(self.http), "--http-01-address", "127.0.0.1")

    @contextmanager
    def on(self, day: str, reuse: float, life: int) -> Iterator[RunningSandbox]:
        """Go to a day; validations last so many days then, certificates too."""
        config = Config(
            pairs=(self.pair,),
            http01_port=self.http,
            validation_days=reuse,
            validity_days=life,
            retry_after=0,
        )
        self.certbot.today = day
        noon = datetime.fromisoformat(f"{day}T12:00:00+00:00")
        with running(config, port=self.port, state=self.state) as sandbox:
            ahead = (noon - datetime.now(timezone.utc)).total_seconds() / 86400
            sandbox.advance(days=ahead)
            yield sandbox

    def forecast(self, *words: str) -> dict[str, Any]:
        root = ("--system-root", str(self.root))
        (said,) = as_json(self.certbot, *root, "renewals", *words, check=None)["renewals"]
        return dict(said)

    def issue(self, sandbox: RunningSandbox) -> None:
        eab = EabPair(self.pair.kid, self.pair.hmac_key.reveal())
        ini = eab.credentials(self.certbot.home / "a.ini", sandbox.directory_url("OV"))
        self.certbot.certonly(NAME, credentials=ini, more=self.words)


@pytest.fixture
def years(tmp_path: Path) -> Years:
    require("faketime")
    return Years(Travelling(tmp_path / "certbot"), tmp_path / "state")


@pytest.mark.parametrize(
    ("issued", "eve", "due", "before", "after"),
    [
        ("2026-12-20", "2027-03-14", "2027-06-10", (200, 199), (100, 100)),
        ("2029-02-20", "2029-03-14", "2029-05-16", (100, 99), (10, 47)),
    ],
)
def test_a_shorter_reuse_is_announced(
    years: Years,
    issued: str,
    eve: str,
    due: str,
    before: tuple[int, int],
    after: tuple[int, int],
) -> None:
    certbot = years.certbot
    with years.on(issued, *before) as sandbox:
        sandbox.validate(years.pair.kid, "a.example")
        years.issue(sandbox)
    serial = certbot.lineage(NAME).serial
    with years.on(eve, *before):
        certbot.run("renew")
        assert certbot.lineage(NAME).serial == serial  # not due
        said = years.forecast()
    assert said["forecast"]["outlook"] == "challenge"
    assert said["forecast"]["rests_on"] == "log"
    assert said["horizon"] < said["next_try"] < said["valid_until"]
    assert said["horizon"].startswith(eve[:8])  # the day on which the shorter period begins
    with years.on(due, *after) as sandbox:
        assert said["next_try"][:10] <= due < said["valid_until"][:10]
        assert years.forecast("--order")["forecast"]["names"] == [NAME]
        certbot.run("renew")
        assert len(sandbox.requests("chall")) == 1
    assert certbot.lineage(NAME).serial != serial


def test_a_validation_of_the_eve_lasts_and_ends_by_mail_are_told(years: Years) -> None:
    certbot = years.certbot
    with years.on("2028-02-01", 100, 99) as sandbox:
        sandbox.validate(years.pair.kid, "a.example")
        years.issue(sandbox)
        years_told = as_json(certbot, "doctor", check=None)["findings"]
    assert "renewal/validated-by-mail" in {finding["code"] for finding in years_told}
    serial = certbot.lineage(NAME).serial
    with years.on("2028-04-28", 100, 99) as sandbox:
        assert years.forecast("--order")["forecast"]["outlook"] == "ready"
        certbot.run("renew")
        assert not sandbox.requests("chall")
    assert certbot.lineage(NAME).serial != serial
