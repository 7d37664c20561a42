"""``certbot-sectigo adopt``: have the plugin renew lineages of plain certbot, and back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.bed.certbot import Certbot
from tests.bed.command import as_json, command
from tests.bed.history import plain_lineage
from tests.bed.paste import paste
from tests.bed.sectigo import Sectigo

NAME = "www.a.example"


@pytest.fixture
def plain(certbot: Certbot, sectigo: Sectigo) -> Certbot:
    """A machine with a lineage that plain certbot got from department a's account."""
    plain_lineage(certbot, NAME, pair=sectigo.a.pair, server=sectigo.server)
    return certbot


def forget_logs(certbot: Certbot) -> None:
    for log in certbot.logs_dir.iterdir():
        log.unlink()


def another_lineage(certbot: Certbot, name: str, server: str) -> Path:
    """Copy the lineage and say that it is of another server."""
    text = certbot.renewal_file(NAME).read_text()
    (line,) = (line for line in text.splitlines() if line.startswith("server = "))
    copy = certbot.renewal_file(name)
    copy.write_text(text.replace(line, f"server = {server}"))
    return copy


def test_a_lineage_is_adopted_renewed_and_given_back(plain: Certbot, sectigo: Sectigo) -> None:
    stranger = another_lineage(plain, "stranger", "https://acme-v02.api.letsencrypt.org/directory")
    before, stranger_before = plain.lineage(NAME), stranger.read_bytes()
    orders = sectigo.orders

    result = command(plain, "adopt", "--all", "--yes")

    assert "+authenticator = sectigo-eab" in result.stdout
    assert "Left alone: stranger" in result.stdout
    assert "dry runs succeeded" in result.stdout
    assert sectigo.orders == orders + 1  # the dry run's
    assert stranger.read_bytes() == stranger_before
    stranger.unlink()
    after = plain.lineage(NAME)
    assert after.params == {
        **before.params,
        "authenticator": "sectigo-eab",
        "sectigo_eab_kid": sectigo.a.kid,
        "sectigo_eab_server": sectigo.server,
    }
    note = plain.account(sectigo.server, sectigo.a.kid).note
    assert note is not None
    assert note["learned"] == "log"

    plain.run("renew", "--force-renewal")

    renewed = plain.lineage(NAME)
    assert renewed.serial != before.serial
    assert renewed.account == before.account
    assert renewed.organisation == sectigo.a.organisation

    command(plain, "adopt", "--undo", "--yes")

    restored = plain.lineage(NAME).params
    assert restored["authenticator"] == "standalone"
    assert "sectigo_eab_kid" not in restored
    plain.without_plugin().run("renew", "--force-renewal")
    assert plain.lineage(NAME).serial != renewed.serial


def test_undoing_at_once_brings_back_every_byte(plain: Certbot) -> None:
    before = plain.renewal_file(NAME).read_bytes()
    command(plain, "adopt", "--cert-name", NAME, "--no-dry-run", "--yes")
    assert plain.renewal_file(NAME).read_bytes() != before

    document = as_json(plain, "adopt", "--undo", "--yes")

    assert document["result"] == {"restored": [NAME]}
    assert plain.renewal_file(NAME).read_bytes() == before
    assert "no adopt to undo" in command(plain, "adopt", "--undo", "--yes", check=1).stderr


def test_without_a_yes_nothing_changes_and_the_plan_is_shown(plain: Certbot) -> None:
    before = plain.snapshot()

    document = as_json(plain, "adopt", "--all", check=1)

    assert (document["done"], document["result"]) == (False, None)
    (planned,) = document["plan"]["lineages"]
    assert (planned["lineage"], planned["kid_learned"]) == (NAME, "log")
    assert before.changes(plain.snapshot()) == []


def test_a_kid_that_nothing_shows_has_to_be_said(plain: Certbot, sectigo: Sectigo) -> None:
    forget_logs(plain)
    before = plain.snapshot()

    result = command(plain, "adopt", "--cert-name", NAME, "--yes", check=1)

    assert f"--cert-name {NAME} --eab-kid KID" in result.stdout
    assert before.changes(plain.snapshot()) == []

    # What may tell it is there, and nobody can read it.
    (plain.logs_dir / "letsencrypt.log.1.gz").write_bytes(b"\x1f\x8b\x08")
    result = command(plain, "adopt", "--all", "--yes", check=1)
    assert "letsencrypt.log.1" in result.stderr
    paste(plain, result.stderr.splitlines()[-1], {"KID": sectigo.a.kid}, more="--yes")

    assert plain.lineage(NAME).params["sectigo_eab_kid"] == sectigo.a.kid
    note = plain.account(sectigo.server, sectigo.a.kid).note
    assert note is not None
    assert note["learned"] == "told"
    again = command(plain, "adopt", "--cert-name", NAME, "--yes")
    assert "renewed by sectigo-eab already" in again.stdout


def test_a_kid_that_contradicts_what_is_known_is_refused(plain: Certbot, sectigo: Sectigo) -> None:
    before = plain.snapshot()
    words = ("adopt", "--cert-name", NAME, "--eab-kid", "another", "--yes")
    result = command(plain, *words, check=1)
    assert sectigo.a.kid in result.stderr
    assert before.changes(plain.snapshot()) == []


def test_the_ca_is_asked_where_it_shows_the_kid(certbot: Certbot) -> None:
    with Sectigo(show_binding=True) as sectigo:
        plain_lineage(certbot, NAME, pair=sectigo.a.pair, server=sectigo.server)
        forget_logs(certbot)

        command(certbot, "adopt", "--cert-name", NAME, "--yes")

        assert certbot.lineage(NAME).params["sectigo_eab_kid"] == sectigo.a.kid
        note = certbot.account(sectigo.server, sectigo.a.kid).note
        assert note is not None
        assert note["learned"] == "server"


def test_where_the_dry_run_fails_the_lineage_is_put_back(plain: Certbot, sectigo: Sectigo) -> None:
    before = plain.renewal_file(NAME).read_bytes()
    (account,) = sectigo.sandbox.accounts(sectigo.a.kid)
    sectigo.sandbox.deactivate_account(account.url)

    document = as_json(plain, "adopt", "--cert-name", NAME, "--yes", check=1)

    assert document["result"]["adopted"] == []
    assert document["result"]["put_back"] == [NAME]
    assert "deactivated" in document["result"]["dry_runs"][0]["output"]
    assert plain.renewal_file(NAME).read_bytes() == before


def test_a_web_root_and_hooks_are_taken_over(plain: Certbot, tmp_path: Path) -> None:
    web_root = tmp_path / "www"
    web_root.mkdir()
    path = plain.renewal_file(NAME)
    text = path.read_text().replace("authenticator = standalone", "authenticator = webroot")
    text += f"post_hook = echo done\nwebroot_path = {web_root},\n"
    path.write_text(f"{text}[[webroot_map]]\n{NAME} = {web_root}\n")

    command(plain, "adopt", "--cert-name", NAME, "--yes")

    params = plain.lineage(NAME).params
    assert params["sectigo_eab_webroot"] == str(web_root)
    assert params["post_hook"] == "echo done"
    assert params["webroot_map"] == {NAME: str(web_root)}


def test_a_lineage_whose_account_is_gone_is_left_alone(plain: Certbot, sectigo: Sectigo) -> None:
    shutil.rmtree(plain.accounts_dir(sectigo.server) / plain.lineage(NAME).account)
    result = command(plain, "adopt", "--cert-name", NAME, "--yes", check=1)
    assert f"accounts pin ID --cert-name {NAME}" in result.stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "--all"),
        (("--all", "--cert-name", NAME), 2, "--all"),
        (("--undo", "--all"), 2, "--undo"),
        (("--cert-name", "nobody.example"), 1, "certbot certificates"),
    ],
)
def test_what_does_not_go_is_said(
    certbot: Certbot, words: tuple[str, ...], code: int, said: str
) -> None:
    result = command(certbot, "adopt", *words, "--yes", check=code)
    assert said in result.stderr


def test_a_lineage_that_answers_dns_keeps_its_authenticator(
    certbot: Certbot, sectigo: Sectigo
) -> None:
    account = sectigo.plant(sectigo.a, certbot, certbot.home / "planted")
    certbot.run(
        *("certonly", "--manual", "--preferred-challenges", "dns", "--manual-auth-hook", "true"),
        *("--server", sectigo.server, "--account", account.id, "-d", NAME),
    )
    command(certbot, "adopt", "--cert-name", NAME, "--eab-kid", sectigo.a.kid, "--yes")
    after = certbot.lineage(NAME)
    assert after.params["authenticator"] == "manual"
    assert after.params["installer"] == "sectigo-eab"
    certbot.run("renew", "--force-renewal")
    assert certbot.lineage(NAME).serial != after.serial
    assert certbot.lineage(NAME).account == account.id
