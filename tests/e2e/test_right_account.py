"""Whatever is on the machine: the certificate comes from the account of the kid that was named."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from tests.bed.certbot import Certbot
from tests.bed.command import command
from tests.bed.history import old_log, plain_account, plain_lineage
from tests.bed.paste import answered
from tests.bed.process import ArgumentWatch
from tests.bed.proposals import ran
from tests.bed.sectigo import Sectigo
from tests.bed.tree import holders

NAME = "www.b.example"

Situation = Callable[[Certbot, Sectigo, Path], object]
"""Prepares a machine; where b's account is there already, gives it."""


def two_accounts_of_other_kids(certbot: Certbot, sectigo: Sectigo, folder: Path) -> None:
    """Two departments have their accounts here; b has none yet."""
    for department in (sectigo.a, sectigo.c):
        plain_account(certbot, department.pair, sectigo.server, folder=folder / department.name)


def account_known_only_from_an_old_log(certbot: Certbot, sectigo: Sectigo, folder: Path) -> object:
    """b's account is here, made by plain certbot long ago; a rotated log tells of its kid."""
    two_accounts_of_other_kids(certbot, sectigo, folder)
    account = plain_account(certbot, sectigo.b.pair, sectigo.server, folder=folder / "b")
    old_log(certbot, folder / "b")
    return account


def account_known_only_from_a_compressed_log(
    certbot: Certbot, sectigo: Sectigo, folder: Path
) -> object:
    """As before, and logrotate has compressed the log."""
    two_accounts_of_other_kids(certbot, sectigo, folder)
    account = plain_account(certbot, sectigo.b.pair, sectigo.server, folder=folder / "b")
    old_log(certbot, folder / "b", compressed=True)
    return account


def lineage_pinned_to_a_wrong_account(certbot: Certbot, sectigo: Sectigo, folder: Path) -> None:
    """Plain certbot got the certificate from a's account, whose kid nobody knows here."""
    plain_lineage(certbot, NAME, pair=sectigo.a.pair, server=sectigo.server)
    for log in certbot.logs_dir.iterdir():
        log.unlink()


def copy_of_an_account_folder(certbot: Certbot, sectigo: Sectigo, folder: Path) -> object:
    """Somebody made a copy of b's account folder, to be safe."""
    account = account_known_only_from_an_old_log(certbot, sectigo, folder)
    (found,) = (a for a in certbot.accounts(sectigo.server) if a == account)
    shutil.copytree(found.folder, found.folder.with_name(f"{found.id}.bak"))
    return account


def truncated_file(certbot: Certbot, sectigo: Sectigo, folder: Path) -> None:
    """A full disk has cut an account's file off: plain certbot stops at it."""
    two_accounts_of_other_kids(certbot, sectigo, folder)
    broken = certbot.accounts(sectigo.server)[0].folder / "regr.json"
    broken.write_text(broken.read_text()[:20])


def authenticator_in_cli_ini(certbot: Certbot, sectigo: Sectigo, folder: Path) -> None:
    """cli.ini says to use this plugin, always."""
    two_accounts_of_other_kids(certbot, sectigo, folder)
    write_cli_ini(certbot, "authenticator = sectigo-eab")


def server_in_cli_ini(certbot: Certbot, sectigo: Sectigo, folder: Path) -> None:
    """cli.ini names the server, as plain certbot needed it."""
    two_accounts_of_other_kids(certbot, sectigo, folder)
    write_cli_ini(certbot, f"server = {sectigo.server}")


def another_server_in_cli_ini(certbot: Certbot, sectigo: Sectigo, folder: Path) -> None:
    """cli.ini names the directory of another certificate product."""
    two_accounts_of_other_kids(certbot, sectigo, folder)
    write_cli_ini(certbot, f"server = {sectigo.url('EV')}")


def eab_kid_in_cli_ini(certbot: Certbot, sectigo: Sectigo, folder: Path) -> None:
    """cli.ini holds a's pair, as plain certbot needed it."""
    two_accounts_of_other_kids(certbot, sectigo, folder)
    pair = sectigo.a.pair
    write_cli_ini(certbot, f"eab-kid = {pair.kid}", f"eab-hmac-key = {pair.hmac_key}")


def write_cli_ini(certbot: Certbot, *lines: str) -> None:
    certbot.cli_ini.parent.mkdir(parents=True)
    certbot.cli_ini.write_text("\n".join(lines) + "\n")


SITUATIONS = [
    two_accounts_of_other_kids,
    account_known_only_from_an_old_log,
    account_known_only_from_a_compressed_log,
    lineage_pinned_to_a_wrong_account,
    copy_of_an_account_folder,
    truncated_file,
    authenticator_in_cli_ini,
    server_in_cli_ini,
    another_server_in_cli_ini,
    eab_kid_in_cli_ini,
]


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: str(situation.__name__))
def test_b_gets_its_certificate_from_b_s_account(
    situation: Situation, certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    there_already = situation(certbot, sectigo, tmp_path)
    secret = sectigo.b.pair.hmac_key
    sectigo.b.credentials(certbot.home / "b.ini")

    with ArgumentWatch(secret) as watch:
        # The path is relative, so the renewal has to know from where.
        certbot.certonly(NAME, credentials="b.ini", more=["--force-renewal"], cwd=certbot.home)

    lineage = certbot.lineage(NAME)
    assert lineage.organisation == sectigo.b.organisation
    account = certbot.account(sectigo.server, sectigo.b.kid)
    assert lineage.account == account.id
    assert sectigo.kid_behind(account.url) == sectigo.b.kid
    if there_already is not None:
        assert account.id == getattr(there_already, "id", None)
        assert sectigo.accounts_of(sectigo.b.kid) == [account.url]

    assert holders(secret, certbot.home) == [certbot.home / "b.ini"]
    assert watch.looks > 10
    assert watch.seen == set()

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    certbot.run("renew", "--force-renewal", cwd=elsewhere)

    renewed = certbot.lineage(NAME)
    assert renewed.serial != lineage.serial
    assert renewed.account == account.id
    assert renewed.organisation == sectigo.b.organisation


def test_moving_a_lineage_to_another_account_is_said(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    lineage_pinned_to_a_wrong_account(certbot, sectigo, tmp_path)
    wrong = certbot.lineage(NAME).account
    credentials = sectigo.b.credentials(tmp_path / "b.ini")

    result = certbot.certonly(NAME, credentials=credentials, more=["--force-renewal"])

    right = certbot.lineage(NAME).account
    assert right != wrong
    assert wrong in result.text
    assert right in result.text


def test_two_lineages_with_the_same_names_keep_their_accounts(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    departments = {"rsa": sectigo.a, "ecdsa": sectigo.b}
    for key_type, department in departments.items():
        credentials = department.credentials(tmp_path / f"{department.name}.ini")
        more = ["--cert-name", key_type, "--key-type", key_type]
        certbot.certonly("shared.example", credentials=credentials, more=more)
        credentials.unlink()
    before = {name: certbot.lineage(name) for name in departments}

    certbot.run("renew", "--force-renewal")

    for name, department in departments.items():
        lineage = certbot.lineage(name)
        assert lineage.serial != before[name].serial
        assert lineage.account == certbot.account(sectigo.server, department.kid).id
        assert lineage.organisation == department.organisation
        # Old certbots do not save what was their default.
        assert lineage.params.get("key_type", "rsa") == name


def test_no_credentials_are_needed_for_an_account_that_is_here(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    for department in (sectigo.a, sectigo.b):
        credentials = department.credentials(tmp_path / f"{department.name}.ini")
        certbot.certonly(f"{department.name}.example", credentials=credentials)
        credentials.unlink()

    certbot.run(
        *("certonly", "--authenticator", "sectigo-eab", "--sectigo-eab-kid", sectigo.b.kid),
        *("--sectigo-eab-server", sectigo.server, "-d", NAME),
    )

    lineage = certbot.lineage(NAME)
    assert lineage.account == certbot.account(sectigo.server, sectigo.b.kid).id
    assert lineage.organisation == sectigo.b.organisation


def test_an_account_of_another_kid_is_never_used_even_if_named(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    credentials = {
        department.name: department.credentials(tmp_path / f"{department.name}.ini")
        for department in (sectigo.a, sectigo.b)
    }
    certbot.certonly("www.a.example", credentials=credentials["a"])
    account = certbot.account(sectigo.server, sectigo.a.kid)
    before, orders = certbot.snapshot(), sectigo.orders

    result = certbot.certonly(
        NAME, credentials=credentials["b"], more=["--account", account.id], check=1
    )

    assert account.id in result.text
    assert sectigo.a.kid in result.text
    assert sectigo.b.kid in result.text
    assert before.changes(certbot.snapshot()) == []
    assert sectigo.orders == orders


def test_without_a_name_nobody_knows_which_account_is_right(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    certbot.certonly("www.b.example", credentials=sectigo.b.credentials(tmp_path / "b.ini"))
    sectigo.a.credentials(certbot.config_dir / "sectigo-eab.ini")
    words = ("certonly", "--agree-tos", "--authenticator", "sectigo-eab")

    with certbot.on_terminal(*words) as child:
        # certbot would ask for names after the account is settled; www.b.example among them.
        child.expect("-d NAME")
        child.expect(pexpect.EOF)
    certbot.run(*words, "-d", "www.b.example", "--force-renewal")

    assert certbot.lineage("www.b.example").organisation == sectigo.b.organisation
    assert sectigo.accounts_of(sectigo.a.kid) == []


def test_a_kid_in_cli_ini_beats_the_default_file(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    certbot.certonly("www.b.example", credentials=sectigo.b.credentials(tmp_path / "b.ini"))
    sectigo.a.credentials(certbot.config_dir / "sectigo-eab.ini")
    certbot.cli_ini.parent.mkdir(parents=True)
    certbot.cli_ini.write_text(f"sectigo-eab-kid = {sectigo.b.kid}\n")

    certbot.run("certonly", "--authenticator", "sectigo-eab", "-d", "other.b.example")

    assert certbot.lineage("other.b.example").organisation == sectigo.b.organisation


def test_moving_a_lineage_to_another_server_is_said_with_the_way_to_do_it(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    certbot.certonly(NAME, credentials=sectigo.b.credentials(tmp_path / "old.ini"))
    old = certbot.lineage(NAME)
    with Sectigo() as other:
        credentials = other.b.credentials(tmp_path / "new.ini")

        result = certbot.certonly(NAME, credentials=credentials)

        assert "its server changes to" in result.text
        assert certbot.lineage(NAME).params["server"] == sectigo.server
        (line,) = (
            line for line in result.output.splitlines() if "accounts register --cred" in line
        )
        command(certbot, *shlex.split(answered(ran(line)))[1:])
        moved = certbot.lineage(NAME)
        assert (moved.params["server"], moved.serial) == (other.server, old.serial)
        assert moved.account == certbot.account(other.server, other.b.kid).id
        orders = sectigo.orders
        certbot.run("renew", "--force-renewal")
        assert (sectigo.orders, other.orders) == (orders, 1)


def test_a_kid_for_every_run_changes_no_lineage_at_its_renewal(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    for department, name in ((sectigo.a, "www.a.example"), (sectigo.c, "www.c.example")):
        certbot.certonly(name, credentials=department.credentials(tmp_path / f"{name}.ini"))
    right = certbot.lineage("www.a.example").account
    certbot.cli_ini.parent.mkdir(parents=True)
    certbot.cli_ini.write_text(f"sectigo-eab-kid = {sectigo.c.kid}\n")
    certbot.run("renew", "--force-renewal")
    certbot.cli_ini.unlink()
    given = tmp_path / "given.ini"
    given.write_text(f"sectigo-eab-kid = {sectigo.c.kid}\n")
    certbot.run("renew", "--force-renewal", "-c", given, "--cert-name", "www.a.example")
    lineage = certbot.lineage("www.a.example")
    assert lineage.account == right and lineage.params["sectigo_eab_kid"] == sectigo.a.kid
    assert lineage.organisation == sectigo.a.organisation
