"""A pin against what is known: who got the certificate, and whose kid the lineage says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bed.certbot import Certbot
from tests.bed.paste import paste
from tests.bed.sectigo import Sectigo
from tests.doctor.machines import Machine, healthy

QUIET = ("--ignore", "reach/unused")


@pytest.fixture
def alive(tmp_path: Path, sectigo: Sectigo) -> Machine:
    """A healthy machine whose CA answers."""
    return healthy(tmp_path / "machine", sectigo)


def by_hand(machine: Machine, *pairs: tuple[str, str]) -> None:
    path = machine.renewal("a.example")
    text = path.read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


def test_a_pin_by_hand_names_the_account_that_got_the_certificate(
    alive: Machine, sectigo: Sectigo
) -> None:
    certbot = Certbot(alive.home)
    right = certbot.account(sectigo.server, sectigo.a.kid).id
    wrong = certbot.account(sectigo.server, sectigo.c.kid).id
    by_hand(alive, (right, wrong))
    [finding] = alive.doctor(*QUIET)[1]
    assert (finding["code"], finding["severity"]) == ("accounts/other-kid", "warning")
    assert f"Account {right} got the certificate." in finding["what"]

    by_hand(alive, (sectigo.a.kid, sectigo.c.kid))
    [finding] = alive.doctor(*QUIET)[1]
    assert (finding["code"], finding["severity"]) == ("accounts/other-issuer", "warning")
    assert f"issued to account {right} (kid {sectigo.a.kid})" in finding["what"]
    nagios = alive.command("doctor", *QUIET, "--format", "nagios", check=1).stdout
    assert nagios.startswith("CERTBOT-SECTIGO WARNING")

    back, ask = finding["command"].splitlines()
    refused = paste(certbot, ask, check=1)
    assert "not all linked" in " ".join(refused.output.split())
    # Once asked it is told as what the CA refuses, still with the way back.
    [finding] = alive.doctor(*QUIET, "--orders")[1]
    assert (finding["code"], finding["command"]) == ("renewal/refused", back)
    paste(certbot, back, more="--yes")
    assert alive.doctor("--orders", *QUIET)[1] == []


def test_what_was_pinned_on_purpose_is_no_alarm(alive: Machine, sectigo: Sectigo) -> None:
    certbot = Certbot(alive.home)
    # Department a may have b's names, too.
    certbot.certonly("b.example", credentials=sectigo.b.credentials(alive.home / "b.ini"))
    other = certbot.account(sectigo.server, sectigo.a.kid).id
    alive.command("accounts", "pin", other, "--cert-name", "b.example", "--yes", check=0)
    _, findings, document = alive.doctor(*QUIET)
    assert findings == []
    [said] = [text for text in document["unasked"] if text.startswith("b.example, pinned")]
    assert other in said and "is due on" in said
    # Written by hand it is, until the CA has been seen to take it.
    path = alive.renewal("b.example")
    text = path.read_text()
    alive.command("accounts", "pin", "--undo", "--yes", check=0)
    assert alive.doctor(*QUIET)[1] == []
    for record in (alive.config / "sectigo" / "backup").glob("pin-*.json"):
        record.unlink()
    path.write_text(text)
    assert [f["code"] for f in alive.doctor(*QUIET)[1]] == ["accounts/other-issuer"]
    certbot.run("renew", "--dry-run", "--cert-name", "b.example")
    assert alive.doctor(*QUIET)[1] == []


def test_another_key_of_the_account_is_the_account(alive: Machine, sectigo: Sectigo) -> None:
    certbot = Certbot(alive.home)
    right = certbot.account(sectigo.server, sectigo.a.kid).id
    alive.command("accounts", "rollover", right, "--yes", check=0)
    assert certbot.lineage("a.example").account != right
    assert alive.doctor(*QUIET)[1] == []


@pytest.mark.parametrize("shown", [True, False])
def test_an_account_that_is_gone_where_the_ca_may_show_whose_another_is(
    tmp_path: Path, shown: bool
) -> None:
    with Sectigo(show_binding=shown) as sectigo:
        machine = healthy(tmp_path / "machine", sectigo)
        certbot = Certbot(machine.home)
        right = certbot.account(sectigo.server, sectigo.a.kid)
        by_hand(machine, (right.id, "0" * 32))
        (right.folder / "sectigo-eab.json").unlink()
        for log in machine.logs.iterdir():  # they tell the kid, too
            log.unlink()
        (machine.home / "a.example.ini").unlink()
        [finding] = [f for f in machine.doctor(*QUIET)[1] if f["code"] == "accounts/dangling"]
        assert finding["severity"] == "warning" and right.id in finding["what"]
        first = json.loads(machine.command("renewals", "--json", check=0).stdout)["renewals"][0]
        assert first["forecast"]["outlook"] == "unknown"

        code = 0 if shown else 1
        asked = machine.command("renewals", "--order", "--cert-name", "a.example", check=code)
        assert ("ready" if shown else "is not there") in " ".join(asked.stdout.split())
        codes = {f["code"]: f["severity"] for f in machine.doctor("--orders", *QUIET)[1]}
        assert codes["accounts/dangling"] == ("notice" if shown else "critical")
        certbot.run("renew", "--force-renewal", "--cert-name", "a.example", check=code)
