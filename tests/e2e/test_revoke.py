"""``certbot-sectigo revoke``: the account that got the certificate revokes it, wherever it is."""

from __future__ import annotations

import os
import shutil
from datetime import datetime, timezone
from pathlib import Path

import pexpect
import pytest

from certbot_sectigo.accounts import archive, store
from certbot_sectigo.machine import lineages
from certbot_sectigo.machine.dirs import Dirs
from tests.bed.certbot import Certbot
from tests.bed.command import as_json, command
from tests.bed.components import BIN
from tests.bed.pebble import Pebble
from tests.bed.process import run
from tests.bed.proposals import ran
from tests.bed.sectigo import Sectigo
from tests.bed.terminal import terminal
from tests.bed.tree import Snapshot

A, B = "www.a.example", "www.b.example"


@pytest.fixture
def two(certbot: Certbot, sectigo: Sectigo, tmp_path: Path) -> Certbot:
    """A machine with an account and a lineage of each of two departments."""
    for name, department in ((A, sectigo.a), (B, sectigo.b)):
        credentials = department.credentials(tmp_path / f"{department.name}.ini")
        certbot.certonly(name, credentials=credentials)
    return certbot


def dirs_of(certbot: Certbot) -> Dirs:
    return Dirs(*certbot.directories)


def forget_logs(certbot: Certbot) -> None:
    for log in certbot.logs_dir.iterdir():
        log.unlink()


def change_pin(certbot: Certbot, name: str, account: str) -> None:
    """Change the renewal file the way people do."""
    path = certbot.renewal_file(name)
    path.write_text(path.read_text().replace(certbot.lineage(name).account, account))


def put_into_archive(certbot: Certbot, name: str) -> str:
    """Archive a lineage's account, its renewal file notwithstanding; give its id."""
    account_id, dirs = certbot.lineage(name).account, dirs_of(certbot)
    (account,) = (a for a in store.read_all(dirs.accounts) if a.name == account_id)
    manifest = archive.Manifest(
        datetime.now(timezone.utc), "test", "https://ca.example", lineages=(name,)
    )
    archive.move(dirs, account, manifest, lineages.read_all(dirs.renewal), even_if_pinned=True)
    return account_id


def test_where_plain_certbot_cannot_choose_the_right_account_does_it(
    two: Certbot, sectigo: Sectigo
) -> None:
    plain = two.without_plugin().run("revoke", "--cert-name", A, check=1)
    # Old ones do not even look at the lineage's server.
    assert "choose an account" in plain.text or "You should register" in plain.text
    lineage = two.lineage(A)
    before = two.snapshot()

    shown = command(two, "revoke", "--cert-name", A, options=("-n",), check=1)

    assert A in shown.stdout
    assert lineage.account in shown.stdout
    assert f"{lineage.serial:X}" in shown.stdout
    assert "--yes" in shown.stderr
    assert not sectigo.is_revoked(lineage.serial)

    done = command(two, "revoke", "--cert-name", A, "--yes", options=("-n",))

    assert sectigo.is_revoked(lineage.serial)
    assert not sectigo.is_revoked(two.lineage(B).serial)
    assert before.changes(two.snapshot()) == []

    again = command(two, "revoke", "--cert-name", A, "--yes")
    assert "revoked already" in again.stdout

    [proposed] = [line for line in done.stdout.splitlines() if line.startswith("certbot renew")]
    renewed = run(
        ["sh", "-c", f"{ran(proposed)} --no-random-sleep-on-renew"],
        folder=two.home / "output",
        env=two.environment({"PATH": f"{BIN}:{os.environ['PATH']}"}),
    )
    assert "succeeded" in renewed.output
    assert not sectigo.is_revoked(two.lineage(A).serial)


@pytest.mark.parametrize(("answer", "revoked"), [("n", False), ("y", True)])
def test_a_person_is_asked_first(
    two: Certbot, sectigo: Sectigo, answer: str, revoked: bool
) -> None:
    words = [str(BIN / "certbot-sectigo")]
    for option, folder in zip(("config", "work", "logs"), two.directories):
        words += [f"--{option}-dir", str(folder)]
    with terminal([*words, "revoke", "--cert-name", A], two.environment()) as child:
        child.expect("Revoke it")
        child.sendline(answer)
        child.expect(r"Revoked:\s" if revoked else "Nothing was changed")
        child.expect(pexpect.EOF)
    assert sectigo.is_revoked(two.lineage(A).serial) is revoked


def test_it_tells_everything_as_json_and_passes_the_reason_on(
    two: Certbot, sectigo: Sectigo
) -> None:
    lineage = two.lineage(B)

    plan = as_json(two, "revoke", "--cert-name", B, check=1)
    assert (plan["done"], plan["result"]) == (False, None)
    document = as_json(two, "revoke", "--cert-name", B, "--yes", "--reason", "keyCompromise")

    assert document["command"] == "revoke"
    assert document["plan"] == {**plan["plan"], "reason": "keycompromise"}
    assert document["plan"]["attempts"][0]["account"] == lineage.account
    assert document["plan"]["attempts"][-1]["with"] == "key"
    assert document["result"]["account"] == lineage.account
    assert document["result"]["refused"] == []
    (found,) = (c for c in sectigo.sandbox.certificates() if int(c.serial, 16) == lineage.serial)
    assert (bool(found.revoked), found.reason) == (True, 1)


def test_an_archived_account_is_used_where_it_is(
    two: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    forget_logs(two)
    account = put_into_archive(two, A)
    before = Snapshot.of(two.config_dir, two.temporary)

    document = as_json(two, "revoke", "--cert-name", A, "--yes")

    assert document["result"]["account"] == account
    assert document["result"]["archived"] is True
    assert document["result"]["refused"] == []
    assert sectigo.is_revoked(two.lineage(A).serial)
    assert before.changes(Snapshot.of(two.config_dir, two.temporary)) == []
    assert "revoke" in two.log


def test_where_the_account_is_gone_the_certificate_s_key_does_it(
    two: Certbot, sectigo: Sectigo
) -> None:
    lineage = two.lineage(A)
    shutil.rmtree(two.accounts_dir(sectigo.server) / lineage.account)
    other = two.lineage(B).account

    document = as_json(two, "revoke", "--cert-name", A, "--yes")

    assert [attempt["account"] for attempt in document["plan"]["attempts"]] == [other, None]
    assert document["result"]["with"] == "key"
    assert [refused["account"] for refused in document["result"]["refused"]] == [other]
    assert sectigo.is_revoked(lineage.serial)


def test_without_account_and_key_it_says_what_is_left(two: Certbot, sectigo: Sectigo) -> None:
    lineage = two.lineage(A)
    shutil.rmtree(two.accounts_dir(sectigo.server) / lineage.account)
    for key in (two.config_dir / "archive" / A).glob("privkey*"):
        key.unlink()

    result = command(two, "revoke", "--cert-name", A, "--yes", check=1)

    assert not sectigo.is_revoked(lineage.serial)
    assert two.lineage(B).account in result.stderr
    assert "--key-path" in result.stderr
    assert f"{lineage.serial:X}" in result.stderr


def test_after_a_pin_by_hand_a_refusal_leads_to_the_next_account(
    two: Certbot, sectigo: Sectigo
) -> None:
    right, wrong = two.lineage(A).account, two.lineage(B).account
    change_pin(two, A, wrong)
    forget_logs(two)
    for note in (two.config_dir / "accounts").rglob("sectigo-eab.json"):
        note.unlink()

    result = command(two, "revoke", "--cert-name", A, "--yes")

    assert f"Refused with account {wrong}" in result.stdout
    assert f"with account {right}" in result.stdout
    assert sectigo.is_revoked(two.lineage(A).serial)


@pytest.mark.parametrize("logs", [True, False])
def test_after_a_pin_the_account_from_before_is_known(
    two: Certbot, sectigo: Sectigo, logs: bool
) -> None:
    right, other = two.lineage(A).account, two.lineage(B).account
    command(two, "accounts", "pin", other, "--cert-name", A, "--yes")
    assert two.lineage(A).account == other
    if not logs:
        forget_logs(two)

    document = as_json(two, "revoke", "--cert-name", A, "--yes")

    assert document["result"]["account"] == right
    assert document["result"]["refused"] == []
    assert sectigo.is_revoked(two.lineage(A).serial)


def test_an_earlier_certificate_is_revoked_by_its_file(two: Certbot, sectigo: Sectigo) -> None:
    first = two.lineage(A)
    two.run("renew", "--cert-name", A, "--force-renewal")
    second = two.lineage(A)
    earlier = two.config_dir / "archive" / A / "cert1.pem"

    refused = command(two, "revoke", "--cert-path", earlier, "--delete", "--yes", check=2)
    assert "--delete" in refused.stderr
    document = as_json(two, "revoke", "--cert-path", earlier, "--with-key", "--yes")

    assert (document["plan"]["lineage"], document["plan"]["newest"]) == (A, False)
    assert sectigo.is_revoked(first.serial)
    assert not sectigo.is_revoked(second.serial)
    assert first.serial != second.serial


def test_a_certificate_without_lineage_needs_no_more_than_its_file(
    two: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    lineage = two.lineage(B)
    copy = tmp_path / "copy.pem"
    shutil.copy(two.config_dir / "live" / B / "fullchain.pem", copy)

    document = as_json(two, "revoke", "--cert-path", copy, "--yes")

    assert document["plan"]["lineage"] is None
    assert document["result"]["account"] == lineage.account
    assert sectigo.is_revoked(lineage.serial)


def test_the_lineage_goes_only_if_told(two: Certbot, sectigo: Sectigo) -> None:
    lineage = two.lineage(A)

    document = as_json(two, "revoke", "--cert-name", A, "--delete", "--yes")

    assert document["result"]["deleted"] is True
    assert sectigo.is_revoked(lineage.serial)
    assert not two.renewal_file(A).exists()
    assert two.renewal_file(B).exists()


def test_a_fault_of_the_ca_ends_it_at_once(two: Certbot, sectigo: Sectigo) -> None:
    with sectigo.faulty("server-error", "revokeCert"):
        result = command(two, "revoke", "--cert-name", A, "--yes", check=1)

    assert "not revoked" in result.stderr
    assert "letsencrypt.log" in result.stderr
    assert not sectigo.is_revoked(two.lineage(A).serial)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "--cert-name"),
        (("--cert-name", A, "--cert-path", "x"), 2, "--cert-path"),
        (("--cert-name", "nobody.example"), 1, "certbot certificates"),
        (("--cert-path", "/nowhere/cert.pem"), 1, "/nowhere/cert.pem"),
    ],
)
def test_what_is_not_there_is_said(
    certbot: Certbot, words: tuple[str, ...], code: int, said: str
) -> None:
    result = command(certbot, "revoke", *words, "--yes", check=code)
    assert said in result.stderr


def test_with_pebble_too(certbot: Certbot, pebble: Pebble, tmp_path: Path) -> None:
    certbot.trust = pebble.trust
    for kid in ("kid-1", "kid-2"):
        credentials = pebble.pairs[kid].credentials(tmp_path / f"{kid}.ini", pebble.directory)
        certbot.certonly(f"{kid}.revoke.example", credentials=credentials, more=pebble.http01)
    first, second = (certbot.lineage(f"kid-{number}.revoke.example") for number in (1, 2))
    change_pin(certbot, first.name, second.account)
    forget_logs(certbot)

    document = as_json(certbot, "revoke", "--cert-name", first.name, "--yes")

    assert document["result"]["account"] == first.account
    assert pebble.is_revoked(first.serial)

    shutil.rmtree(certbot.accounts_dir(pebble.directory) / second.account)
    document = as_json(certbot, "revoke", "--cert-name", second.name, "--with-key", "--yes")

    assert document["result"]["with"] == "key"
    assert pebble.is_revoked(second.serial)
