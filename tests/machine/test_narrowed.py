"""What starts certbot, and renews a lineage or passes it over; against certbot itself."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from certbot_sectigo.machine import narrowed
from certbot_sectigo.machine.lineages import Lineage
from tests.bed.certbot import Certbot
from tests.bed.sectigo import Sectigo
from tests.cli.tool import Tool

NAME = "www.a.example"
LINEAGE = Lineage(
    NAME, Path("a.conf"), server="https://ca/v2/OV", account="a" * 32, authenticator="sectigo-eab"
)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("renew -q", ""),
        (f"renew --cert-name x.example,{NAME}", ""),
        ("renew --cert-name x.example; certbot renew", ""),
        ("renew --cert-name $NAME", ""),
        ("renew --server https://ca/v2/OV/", ""),
        (f"renew --account {'a' * 32}", ""),
        ("renew --deploy-hook 'systemctl reload nginx'", ""),
        ("renew --cert-name x.example && certbot renew --cert-name=y.example", "x.example alone"),
        ("renew --dry", "dry run"),
        ("renew --quite", "does not know"),
        ("renew --gandi-key x --q --no-random-sleep-on-renew", ""),
        ("--help renew", "--help"),
        ("renew --staging", "--staging"),
        ("renew --server https://ca/v2/EV", "to another server"),
        (f"renew --account={'b' * 32}", "not its account"),
    ],
)
def test_what_a_command_says(words: str, said: str) -> None:
    found = narrowed.why_not(f"17 3 * * * root /usr/bin/certbot {words}", LINEAGE)
    assert (said in found) if said else not found


def test_of_lineages_that_we_do_not_renew_less_is_known() -> None:
    other = replace(LINEAGE, authenticator="nginx")
    for words in ("--staging", "--server https://ca/v2/EV", "--account b"):
        assert narrowed.why_not(f"certbot renew {words}", other) == ""


def test_certbot_agrees(certbot: Certbot, sectigo: Sectigo) -> None:
    certbot.certonly(NAME, credentials=sectigo.a.credentials(certbot.home / "a.ini"))
    path = certbot.renewal_file(NAME)
    path.write_text("renew_before_expiry = 3000 days\n" + path.read_text())
    tool, serial = Tool(certbot), certbot.lineage(NAME).serial
    table = tool.system_root / "etc/cron.d/certbot"
    table.parent.mkdir(parents=True)
    certbot.cli_ini.parent.mkdir(parents=True)

    def forecast(words: str, setting: str, code: str | None) -> None:
        table.write_text(f"0 3 * * * root certbot --config-dir {certbot.config_dir} {words}\n")
        certbot.cli_ini.write_text(f"{setting}\n")
        [said] = tool.json("renewals", check=None)["renewals"]
        found = {f["code"] for f in tool.json("doctor", check=None)["findings"]}
        certbot.run(*shlex.split(words), check=None)
        renewed = certbot.lineage(NAME).serial != serial
        assert renewed is (code is None)
        assert said["forecast"]["fails"] is not renewed
        assert code is None or code in found

    forecast("renew --server " + sectigo.url("EV"), "", "renewal/passed-over")
    forecast("renew", "cert-name = x.example", "renewal/passed-over")
    forecast("renew", "dry-run = true", "traps/cli-ini")
    forecast("renew", "deploy-hook = /gone/reload --all", "renewal/stopped")
    forecast("renew", "post-hook = surely-not-there --now", "renewal/stopped")
    forecast("renew", "preferred-challenges = carrier-pigeon", "renewal/value")
    forecast("renew", "rsa-key-size = 512\nkey-type = rsa", "renewal/key")
    forecast(f"renew --cert-name {NAME}", "rsa-key-size = 4096", None)
