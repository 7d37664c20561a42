"""A dry run tells the truth and issues nothing: one order is opened at the CA, and no more."""

from __future__ import annotations

import shlex
import socket
import subprocess
from pathlib import Path

import pytest

from tests.bed.certbot import Certbot
from tests.bed.command import command
from tests.bed.pebble import Pebble
from tests.bed.process import run
from tests.bed.racer import needs_root
from tests.bed.sectigo import Sectigo

ONE_ORDER = {"directory", "newNonce", "account", "newOrder", "authz"}
"""What may be asked of the CA in a dry run; newOrder once."""


def csr(path: Path, name: str) -> Path:
    """Make a certificate signing request for a name, as people do."""
    subprocess.run(
        ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-keyout", path.with_suffix(".key"), "-out", path, "-subj", f"/CN={name}",
         "-addext", f"subjectAltName=DNS:{name}"],
        check=True, capture_output=True,
    )  # fmt: skip
    return path


@pytest.fixture
def machine(certbot: Certbot, sectigo: Sectigo) -> Certbot:
    """A certbot with a lineage of ours, and its credentials at ``b.ini``."""
    certbot.certonly("www.b.example", credentials=sectigo.b.credentials(certbot.home / "b.ini"))
    return certbot


def one_order(asked: list[tuple[str, str]]) -> bool:
    """Whether these requests open one order, and finalise or withdraw nothing."""
    endpoints = [endpoint for _, endpoint in asked]
    return endpoints.count("newOrder") == 1 and set(endpoints) <= ONE_ORDER


def test_a_renewal_is_rehearsed_with_one_order_and_no_trace(
    machine: Certbot, sectigo: Sectigo
) -> None:
    before = machine.snapshot()
    asked = sectigo.asked_by(lambda: machine.run("renew", "--dry-run"))
    assert one_order(asked)
    assert before.changes(machine.snapshot()) == []
    assert list(machine.temporary.iterdir()) == []
    assert "request to https://acme" not in machine.log  # that is, to Let's Encrypt
    assert "sandbox" in machine.log


def test_lineages_of_two_cas_side_by_side(
    machine: Certbot, sectigo: Sectigo, pebble: Pebble
) -> None:
    machine.trust = pebble.trust
    pair = pebble.pairs["kid-1"]
    machine.run(
        *("certonly", "--standalone", *pebble.http01, "--server", pebble.directory),
        *pair.arguments,
        *("--agree-tos", "--register-unsafely-without-email", "-d", "other.example.org"),
    )
    # Without it certbot would rehearse the other CA's lineage at Let's Encrypt.
    machine.cli_ini.parent.mkdir(parents=True)
    machine.cli_ini.write_text(f"server = {pebble.directory}\n")
    before, orders = machine.snapshot(), sectigo.orders

    result = machine.run("renew", "--dry-run")

    assert "all simulated renewals succeeded" in result.text
    assert sectigo.orders == orders + 1
    assert before.changes(machine.snapshot()) == []


def test_a_new_certificate_without_any_account_on_disk(certbot: Certbot, sectigo: Sectigo) -> None:
    credentials = sectigo.a.credentials(certbot.home / "a.ini")
    certbot.config_dir.mkdir()
    certbot.work_dir.mkdir()
    result = certbot.certonly("www.a.example", credentials=credentials, more=["--dry-run"])
    assert "the real run registers an account" in result.text
    assert sectigo.accounts == [] and sectigo.orders == 0
    assert not (certbot.config_dir / "accounts").exists()


def test_an_unusable_secret_fails_the_rehearsal_of_a_registration(
    certbot: Certbot, sectigo: Sectigo
) -> None:
    credentials = sectigo.a.credentials(certbot.home / "a.ini")
    credentials.chmod(0o644)
    result = certbot.certonly("www.a.example", credentials=credentials, more=["--dry-run"], check=1)
    assert f"chmod 600 {credentials}" in result.text


def test_an_unusable_file_is_a_warning_where_it_is_not_needed(
    machine: Certbot, sectigo: Sectigo
) -> None:
    (machine.home / "b.ini").write_text("nonsense\n")
    result = machine.run("renew", "--dry-run")
    assert "Not needed now" in result.text


def test_a_dead_account_fails_the_dry_run(machine: Certbot, sectigo: Sectigo) -> None:
    sectigo.sandbox.deactivate_pair(sectigo.b.kid)
    orders = sectigo.orders
    result = machine.run("renew", "--dry-run", check=1)
    assert "The real run would fail" in result.text and "deactivated" in result.text
    # What explain says of it, with this run's directories and account.
    account = machine.account(sectigo.server, sectigo.b.kid).id
    assert f"certbot-sectigo --config-dir {machine.config_dir} --work-dir" in result.text
    assert f"--all-of {account}" in result.text
    assert sectigo.orders == orders
    assert "all simulated renewals succeeded" not in result.text


def test_a_wrong_pin_fails_the_dry_run_as_it_fails_the_renewal(
    certbot: Certbot, sectigo: Sectigo
) -> None:
    right = sectigo.a.credentials(certbot.home / "a.ini")
    certbot.certonly("www.a.example", credentials=right)
    wrong = sectigo.c.credentials(certbot.home / "c.ini")
    certbot.certonly("www.c.example", credentials=wrong)
    other = certbot.account(sectigo.server, sectigo.c.kid).id
    command(certbot, "accounts", "pin", other, "--cert-name", "www.a.example", "--yes")

    rehearsed = certbot.run("renew", "--dry-run", "--cert-name", "www.a.example", check=1)

    assert "not all linked" in rehearsed.text and other in rehearsed.text
    assert "all simulated renewals succeeded" not in rehearsed.text
    serial = certbot.lineage("www.a.example").serial
    certbot.run("renew", "--force-renewal", "--cert-name", "www.a.example", check=1)
    assert certbot.lineage("www.a.example").serial == serial


def test_a_validation_that_lapsed_has_its_challenge_rehearsed(
    machine: Certbot, sectigo: Sectigo
) -> None:
    sectigo.sandbox.advance(days=199)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", int(sectigo.http01[1])))
        taken.listen()
        result = machine.run("renew", "--dry-run", *sectigo.http01, check=1)
    assert "wants a challenge for www.b.example" in result.text
    result = machine.run("renew", "--dry-run", *sectigo.http01)
    assert "all simulated renewals succeeded" in result.text
    machine.run("renew", "--force-renewal", *sectigo.http01)


@pytest.mark.parametrize(
    "words",
    [
        ("-d", "new.b.example"),
        ("--expand", "-d", "www.b.example", "-d", "more.b.example"),
        ("--cert-name", "www.b.example", "-d", "other.b.example"),
        ("--csr", "CSR"),
    ],
    ids=["new", "expand", "other names", "csr"],
)
def test_certonly_opens_one_order_for_its_names(
    machine: Certbot, sectigo: Sectigo, words: tuple[str, ...]
) -> None:
    credentials = ("--sectigo-eab-credentials", str(machine.home / "b.ini"))
    names = [word for word in words if word.endswith(".b.example")]
    if words[0] == "--csr":
        words, names = ("--csr", str(csr(machine.home / "csr.pem", "csr.b.example"))), []
    if words[0] == "--cert-name":
        names = names[1:]
    before = machine.snapshot()
    asked = sectigo.asked_by(
        lambda: machine.run(
            "certonly", "--dry-run", "--authenticator", "sectigo-eab", *credentials, *words
        )
    )
    assert one_order(asked)
    assert sorted(sectigo.sandbox.orders()[-1].names) == sorted(names or ["csr.b.example"])
    assert before.changes(machine.snapshot()) == []


def test_a_wildcard_that_is_not_validated_cannot_be_answered_here(
    certbot: Certbot, sectigo: Sectigo
) -> None:
    credentials = sectigo.a.credentials(certbot.home / "a.ini")
    certbot.certonly("www.a.example", credentials=credentials)
    names = ["*.challenge.example"]
    result = certbot.certonly(*names, credentials=credentials, more=["--dry-run"], check=1)
    assert "wants a challenge for *.challenge.example" in result.text
    certbot.certonly(*names, credentials=credentials, check=1)


def test_names_that_certbot_would_ask_for_later_are_to_be_given(
    machine: Certbot, sectigo: Sectigo
) -> None:
    result = machine.run(
        *("certonly", "--dry-run", "--authenticator", "sectigo-eab"),
        *("--sectigo-eab-credentials", machine.home / "b.ini"),
        check=1,
    )
    assert "--dry-run -d NAME" in result.text


def test_what_an_earlier_release_remembered_drops_out(machine: Certbot, sectigo: Sectigo) -> None:
    path = machine.renewal_file("www.b.example")
    path.write_text(path.read_text().rstrip("\n") + "\nsectigo_eab_challenged = www.b.example\n")
    machine.run("renew", "--dry-run")
    machine.run("renew", "--force-renewal")
    assert "challenged" not in path.read_text()


def test_a_dangling_pin_fails_the_dry_run(machine: Certbot, sectigo: Sectigo) -> None:
    machine.account(sectigo.server, sectigo.b.kid).folder.rename(machine.home / "gone")
    (machine.home / "b.ini").unlink()
    result = machine.run("renew", "--dry-run", check=1)
    assert sectigo.b.kid in result.text


def test_no_proxy_stands_between_certbot_and_this_machine(
    machine: Certbot, sectigo: Sectigo
) -> None:
    proxy = "http://127.0.0.1:9"
    # The real CA, here on loopback as well, is behind no proxy either.
    machine.run("renew", "--dry-run", env={"HTTP_PROXY": proxy, "http_proxy": proxy,
                                           "no_proxy": "127.0.0.1"})  # fmt: skip


def test_a_dead_proxy_stops_the_question_to_the_ca_and_is_named(
    machine: Certbot, sectigo: Sectigo
) -> None:
    result = machine.run("renew", "--dry-run", env={"HTTP_PROXY": "http://127.0.0.1:9"}, check=1)
    assert "could not be reached" in result.text


def test_a_taken_port_does_not_matter_to_validated_names(
    machine: Certbot, sectigo: Sectigo
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(sectigo.http01[1])))
        taken.listen()
        machine.run("renew", "--dry-run", *sectigo.http01)


class TestChallengedNames:
    """A name for which the CA wants a challenge has it exercised for real."""

    @pytest.fixture
    def machine(self, certbot: Certbot, sectigo: Sectigo) -> Certbot:
        credentials = sectigo.a.credentials(certbot.home / "a.ini")
        certbot.certonly(
            *("www.a.example", "challenge.example"), credentials=credentials, more=sectigo.http01
        )
        return certbot

    def test_the_port_is_opened_and_asked(self, machine: Certbot, sectigo: Sectigo) -> None:
        challenges = sectigo.challenges
        machine.run("renew", "--dry-run")
        assert "/.well-known/acme-challenge/" in machine.log
        assert sectigo.challenges == challenges

    def test_a_taken_port_fails_the_dry_run(self, machine: Certbot, sectigo: Sectigo) -> None:
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(("127.0.0.1", int(sectigo.http01[1])))
            taken.listen()
            result = machine.run("renew", "--dry-run", check=1)
        # acme before 1.15 does not tell why.
        assert "cannot be opened (" in result.text
        assert "): challenge.example Either" in result.text

    def test_a_web_root_that_nobody_serves_fails_the_dry_run(
        self, machine: Certbot, tmp_path: Path
    ) -> None:
        (tmp_path / "www").mkdir()
        machine.run("renew", "--dry-run", "--sectigo-eab-webroot", tmp_path / "www", check=1)
        assert list((tmp_path / "www").iterdir()) == []


def test_killed_in_the_middle_nothing_is_left(machine: Certbot, sectigo: Sectigo) -> None:
    before, orders = machine.snapshot(), sectigo.orders
    words = ("certonly", "--dry-run", "--authenticator", "sectigo-eab", "--cert-name",
             "www.b.example", "--force-renewal", "--pre-hook", "kill -9 $PPID")  # fmt: skip
    machine.run(*words, check=-9)
    machine.run("certificates")
    assert before.changes(machine.snapshot()) == []
    assert list(machine.temporary.iterdir()) == []
    assert sectigo.orders == orders + 1


def test_what_a_run_killed_at_the_worst_moment_left_is_swept(
    machine: Certbot, sectigo: Sectigo
) -> None:
    before = machine.snapshot()
    left = machine.config_dir / "accounts" / "127.0.0.1:1" / "v2" / "EabDryRun1" / ("0" * 32)
    left.mkdir(parents=True)
    (left / "meta.json").write_text("{}")
    machine.run("renew", "--dry-run")
    assert before.changes(machine.snapshot()) == []


def test_who_answers_is_not_trusted(certbot: Certbot, pebble: Pebble) -> None:
    pair = pebble.pairs["kid-1"]
    credentials = pair.credentials(certbot.home / "p.ini", pebble.directory)
    words = Certbot.certonly_words("x.example.org", credentials=credentials)
    trusting = {"REQUESTS_CA_BUNDLE": str(pebble.trust)}
    certbot.run(*words, *pebble.http01, "--register-unsafely-without-email", env=trusting)

    result = certbot.run("renew", "--dry-run", check=1)

    assert "CERTIFICATE_VERIFY_FAILED" in result.text
    assert "REQUESTS_CA_BUNDLE=FILE" in result.text


@needs_root
def test_what_only_the_shell_knows_is_said(machine: Certbot, sectigo: Sectigo) -> None:
    table = machine.home / "cron.d"
    table.mkdir()
    starts = f"certbot -q --config-dir {machine.directories[0]} renew"
    (table / "certbot").write_text(f"0 3 * * * root {starts}\n")
    renew = shlex.join(machine.command("renew", "--dry-run"))
    mount = f"mount --bind {table} /etc/cron.d && exec {renew}"
    result = run(
        ["unshare", "-m", "--propagation", "private", "sh", "-c", mount],
        folder=machine.home / "output",
        env=machine.environment({"no_proxy": "127.0.0.1", "https_proxy": "http://u:p@127.0.0.1:9"}),
        cwd=machine.home,
    )
    assert "https_proxy is set here, but not where /etc/cron.d/certbot has certbot" in result.text
    assert "u:p@" not in result.text


def test_reconfigure_saves_the_change_and_the_real_account(
    machine: Certbot, sectigo: Sectigo
) -> None:
    before = machine.lineage("www.b.example")
    tree = machine.snapshot()
    with socket.socket() as taken:  # nothing is opened for a validated name
        taken.bind(("127.0.0.1", int(sectigo.http01[1])))
        taken.listen()
        asked = sectigo.asked_by(
            lambda: machine.run("reconfigure", "--cert-name", "www.b.example", *sectigo.http01)
        )
    assert one_order(asked)
    after = machine.lineage("www.b.example")
    assert after.params["http01_port"] == sectigo.http01[1]
    for unchanged in ("account", "server", "authenticator", "sectigo_eab_kid"):
        assert after.params[unchanged] == before.params[unchanged]
    changed = tree.changes(machine.snapshot())
    assert [line.split(":")[0] for line in changed] == [str(machine.renewal_file("www.b.example"))]
    machine.run("renew", "--force-renewal")


def test_reconfigure_gives_a_plain_lineage_this_authenticator(
    certbot: Certbot, sectigo: Sectigo
) -> None:
    account = sectigo.plant(sectigo.a, certbot, certbot.home / "plain")
    plain = ("certonly", "--standalone", "--server", sectigo.server, "--account", account.id)
    certbot.run(*plain, "-d", "www.a.example")
    orders = sectigo.orders

    certbot.run("reconfigure", "--cert-name", "www.a.example", "--authenticator", "sectigo-eab")

    assert sectigo.orders == orders + 1
    lineage = certbot.lineage("www.a.example")
    assert lineage.params["authenticator"] == "sectigo-eab"
    assert (lineage.account, lineage.params["server"]) == (account.id, sectigo.server)
    certbot.run("renew", "--force-renewal")
    assert certbot.lineage("www.a.example").serial != lineage.serial
