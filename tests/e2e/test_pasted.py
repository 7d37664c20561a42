"""What is proposed to be typed into certbot: as it is printed, on the machine it is for."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.bed.certbot import Certbot
from tests.bed.command import as_json, command
from tests.bed.components import BIN
from tests.bed.history import plain_lineage
from tests.bed.paste import paste
from tests.bed.proposals import ran
from tests.bed.sectigo import Sectigo
from tests.bed.terminal import terminal
from tests.e2e.test_ways import RECEIVED

A, B = "www.a.example", "www.b.example"


def proposed(text: str, *words: str) -> str:
    """Give the one line of a text that proposes a command with these words."""
    lines = [line.strip() for line in text.splitlines()]
    (found,) = (
        line
        for line in lines
        if line.startswith(("certbot ", "certbot-sectigo ")) and all(w in line for w in words)
    )
    return found


@pytest.fixture
def plain(certbot: Certbot, sectigo: Sectigo) -> Certbot:
    """A machine of plain certbot, with one lineage."""
    plain_lineage(certbot, A, pair=sectigo.a.pair, server=sectigo.server)
    return certbot


def quiet(sectigo: Sectigo) -> str:
    """Give what has a pasted certbot ask nothing, and answer where the sandbox asks."""
    return " ".join(("-n", "--agree-tos", *sectigo.http01))


def finding(certbot: Certbot, code: str) -> str:
    """Give the command that a finding of the doctor proposes."""
    findings = as_json(certbot, "doctor", check=1)["findings"]
    (found,) = (one for one in findings if one["code"] == code)
    return str(found["command"])


def test_several_kids_on_one_server(plain: Certbot, sectigo: Sectigo, tmp_path: Path) -> None:
    a = plain.lineage(A).account
    b = sectigo.plant(sectigo.b, plain, tmp_path / "b").id
    words = ("--server", sectigo.server, "--account", b, "-d", B)
    plain.without_plugin().run("certonly", "--standalone", *words)
    for account, department in ((a, sectigo.a), (b, sectigo.b)):
        command(plain, "accounts", "pin", account, "--eab-kid", department.kid, "--yes")

    line = finding(plain, "accounts/several-kids")
    for account, name in ((a, A), (b, B)):
        answer = "--yes" if " adopt " in line else quiet(sectigo)
        paste(plain, line.replace(A, name).replace(B, name), more=answer)
        assert plain.lineage(name).params["authenticator"] == "sectigo-eab"
        assert plain.lineage(name).account == account
    plain.run("renew", "--force-renewal")
    assert (plain.lineage(A).account, plain.lineage(B).account) == (a, b)


def test_another_authenticator_than_the_lineage_s_in_a_renewal(
    plain: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    before = plain.lineage(A)
    said = plain.run("renew", "--force-renewal", "--authenticator", "sectigo-eab", check=1)
    line = proposed(said.output, "--sectigo-eab-credentials FILE")
    paste(plain, line, {"FILE": sectigo.a.credentials(tmp_path / "a.ini")}, more=quiet(sectigo))
    after = plain.lineage(A)
    assert after.params["authenticator"] == "sectigo-eab"
    assert (after.serial != before.serial, after.account) == (True, before.account)


def test_a_pin_that_dangles_and_a_kid_that_nobody_knows(
    plain: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    path = plain.renewal_file(A)
    path.write_text(path.read_text().replace("= standalone", "= sectigo-eab"))
    shutil.rmtree(plain.accounts_dir(sectigo.server) / plain.lineage(A).account)
    shutil.rmtree(plain.logs_dir)
    said = plain.run("renew", "--force-renewal", check=1)
    line = proposed(said.output, "--sectigo-eab-credentials FILE", f"--cert-name {A}")
    with Sectigo() as other:
        words = {"FILE": other.a.credentials(tmp_path / "a.ini")}
        paste(plain, line, words, more=quiet(other))
        assert plain.lineage(A).account == plain.account(other.server, other.a.kid).id


@pytest.mark.parametrize("noted", [True, False])
def test_the_one_account_that_may_issue(
    plain: Certbot, sectigo: Sectigo, tmp_path: Path, noted: bool
) -> None:
    name = "www.c.example"
    c = sectigo.plant(sectigo.c, plain, tmp_path / "c").id
    if noted:
        command(plain, "accounts", "pin", c, "--eab-kid", sectigo.c.kid, "--yes")
    said = command(plain, "accounts", "probe", "-d", name, "-d", "c.example", "--yes")
    line = proposed(said.output, "certonly")
    if noted:
        paste(plain, line, more=quiet(sectigo))
        plain.run("renew", "--force-renewal")
    else:
        # certbot asks which authenticator it is to be.
        with terminal(["sh", "-c", ran(line)], on_path(plain)) as child:
            child.expect(r"(\d): (?:Runs an HTTP|Spin up)")
            number = child.match[1]
            child.expect(r"cancel\): ?")
            child.sendline(number)
            child.expect(RECEIVED)
    assert plain.lineage(name).account == c


def on_path(certbot: Certbot) -> dict[str, str]:
    return certbot.environment({"PATH": f"{BIN}:{os.environ['PATH']}"})


def test_a_lineage_whose_name_was_mistaken(plain: Certbot) -> None:
    account = plain.lineage(A).account
    for words in (
        ("revoke", "--cert-name", "nope"),
        ("accounts", "pin", account, "--cert-name", "nope"),
        ("adopt", "--cert-name", "nope"),
    ):
        said = command(plain, *words, check=1)
        assert A in paste(plain, proposed(said.output, "certificates")).output


@pytest.mark.parametrize("kind", ["manual", "none"])
def test_an_authenticator_that_needs_nobody(plain: Certbot, sectigo: Sectigo, kind: str) -> None:
    path = plain.renewal_file(A)
    text = path.read_text()
    line = "authenticator = manual\n" if kind == "manual" else ""
    path.write_text(text.replace("authenticator = standalone\n", line))
    account = plain.lineage(A).account
    command(plain, "accounts", "pin", account, "--eab-kid", sectigo.a.kid, "--yes")
    certificates = as_json(plain, "renewals", check=1)["renewals"]
    (row,) = certificates
    line = row["forecast"]["command"]
    paste(plain, line, more="--yes" if "adopt" in line else quiet(sectigo))
    assert plain.lineage(A).params["authenticator"] == "sectigo-eab"
    assert plain.lineage(A).account == account
    plain.run("renew", "--force-renewal")
    assert plain.lineage(A).account == account


def test_a_lineage_that_is_late(plain: Certbot) -> None:
    path = plain.renewal_file(A)
    path.write_text(f"renew_before_expiry = 300 days\n{path.read_text()}")
    renew, explain = finding(plain, "renewal/late").splitlines()
    before = plain.lineage(A).serial
    paste(plain, renew, more="-n --no-random-sleep-on-renew")
    assert plain.lineage(A).serial != before
    paste(plain, explain, check=None)


def test_a_lineage_that_certbot_does_not_use(plain: Certbot) -> None:
    account = plain.lineage(A).account
    path = plain.renewal_file(A)
    path.write_text(path.read_text().replace("privkey = ", "# "))
    said = command(plain, "accounts", "pin", account, "--cert-name", A, "--yes", check=1)
    (line,) = (line for line in said.output.splitlines() if line.startswith("mv "))
    paste(plain, line)
    assert not path.exists()
    plain.run("renew")


def forecast(certbot: Certbot) -> str:
    """Give the command that the forecast of the one lineage proposes."""
    (row,) = as_json(certbot, "renewals", check=1)["renewals"]
    return str(row["forecast"]["command"])


def test_a_lineage_whose_account_does_not_load(plain: Certbot, sectigo: Sectigo) -> None:
    folder = plain.accounts_dir(sectigo.server) / plain.lineage(A).account
    (folder / "regr.json").write_text("{")
    assert "regr.json" in paste(plain, forecast(plain)).output


def test_a_key_that_is_too_short(plain: Certbot, sectigo: Sectigo) -> None:
    path = plain.renewal_file(A)
    lines = [line for line in path.read_text().splitlines() if not line.startswith("key_type")]
    path.write_text("\n".join([*lines, "key_type = rsa", "rsa_key_size = 512", ""]))
    paste(plain, forecast(plain), more=quiet(sectigo))
    assert "512" not in path.read_text()
    before = plain.lineage(A).serial
    plain.run("renew", "--force-renewal", *sectigo.http01)
    assert plain.lineage(A).serial != before


def test_an_account_that_has_to_be_registered_again(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    pair, name = sectigo.reusable, "www.c.example"
    certbot.certonly(name, credentials=pair.credentials(tmp_path / "pair.ini"))
    before = certbot.lineage(name)
    shutil.rmtree(certbot.account(sectigo.server, pair.kid).folder)
    paste(certbot, forecast(certbot), more="-n")
    after = certbot.lineage(name)
    assert after.serial != before.serial
    assert after.account == certbot.account(sectigo.server, pair.kid).id != before.account


def test_nothing_starts_the_renewals(plain: Certbot) -> None:
    (plain.home / "root").mkdir()
    words = ("--system-root", plain.home / "root")
    (row,) = as_json(plain, "renewals", *words, check=1)["renewals"]
    more = f"--system-root {plain.home / 'root'}"
    assert "Nothing starts" in paste(plain, row["forecast"]["command"], more=more, check=1).output


def test_an_adoption_is_taken_back(plain: Certbot) -> None:
    before = plain.renewal_file(A).read_bytes()
    said = command(plain, "adopt", "--cert-name", A, "--no-dry-run", "--yes")
    paste(plain, proposed(said.output, "adopt"), more="--yes")
    assert plain.renewal_file(A).read_bytes() == before


def test_a_deploy_file_to_start_from(plain: Certbot) -> None:
    file = plain.home / "to my services.toml"
    said = command(plain, "deploy", "--deploy-file", file, check=1)
    paste(plain, proposed(said.output, "--example"))
    assert "[[target]]" in file.read_text()
