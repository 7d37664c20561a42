"""A pair that binds once: never lost to a crash, and explained where it is spent."""

from __future__ import annotations

from pathlib import Path

from tests.bed.certbot import Certbot
from tests.bed.paste import paste
from tests.bed.sectigo import Sectigo
from tests.bed.tree import Snapshot


def test_a_spent_pair_is_explained_and_nothing_is_changed(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    pair = sectigo.once
    credentials = pair.credentials(tmp_path / "once.ini")
    # Bound on a machine that is no more.
    Certbot(tmp_path / "gone").certonly(f"www.{pair.name}.example", credentials=credentials)
    # Here there is another account, of which nobody knows the kid.
    sectigo.plant(sectigo.reusable, certbot, tmp_path / "planted")
    (stranger,) = certbot.accounts(sectigo.server)
    certbot.run("certificates")  # makes the folders that any certbot run makes
    before = certbot.snapshot()

    result = certbot.certonly(f"www.{pair.name}.example", credentials=credentials, check=1)

    assert "not awaiting external account binding" in result.text.lower()
    assert pair.kid in result.text
    assert stranger.id in result.text
    assert "Sectigo Certificate Manager" in result.text
    assert pair.pair.hmac_key not in result.output
    assert before.changes(certbot.snapshot()) == []


def test_which_account_a_spent_pair_has_needs_to_be_said_only_once(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    credentials = sectigo.a.credentials(tmp_path / "a.ini")
    mine = sectigo.plant(sectigo.a, certbot, tmp_path / "planted-a")
    sectigo.plant(sectigo.b, certbot, tmp_path / "planted-b")
    refused = certbot.certonly("one.a.example", credentials=credentials, check=1)
    assert "--account ID" in refused.text and mine.id in refused.text

    (line,) = (line for line in refused.output.splitlines() if "--account ID" in line)
    words = {"FILE": credentials, "ID": mine.id, "NAME": "one.a.example"}
    paste(certbot, line, words, more="-n --agree-tos")
    certbot.certonly("two.a.example", credentials=credentials)

    assert certbot.lineage("two.a.example").account == mine.id
    assert certbot.account(sectigo.server, sectigo.a.kid).id == mine.id


def test_killed_right_after_the_bind_the_next_run_ends_with_that_very_account(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    once = sectigo.once
    credentials = once.credentials(tmp_path / "once.ini")
    words = certbot.certonly_words(f"www.{once.name}.example", credentials=credentials)
    with sectigo.faulty("hold", "newAccount"), certbot.start(*words) as run:
        run.until(lambda: bool(sectigo.accounts_of(once.kid)), "the CA to bind the pair")
        run.kill()
    (bound,) = sectigo.accounts_of(once.kid)
    assert certbot.accounts(sectigo.server) == []

    certbot.run(*words)

    (account,) = certbot.accounts(sectigo.server)
    assert account.url == bound
    assert sectigo.accounts_of(once.kid) == [bound]
    assert certbot.lineage(f"www.{once.name}.example").account == account.id
    assert account_keys(certbot) == [account.folder / "private_key.json"]


def test_cut_off_right_after_the_bind_the_next_run_ends_with_that_very_account(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    once = sectigo.once
    credentials = once.credentials(tmp_path / "once.ini")
    name = f"www.{once.name}.example"
    with sectigo.faulty("drop-after", "newAccount"):
        first = certbot.certonly(name, credentials=credentials, check=None)
    (bound,) = sectigo.accounts_of(once.kid)
    if first.returncode != 0:
        # Where the run has not found back by itself, it says that nothing is lost.
        assert "again" in first.text
        certbot.certonly(name, credentials=credentials)

    (account,) = certbot.accounts(sectigo.server)
    assert account.url == bound
    assert sectigo.accounts_of(once.kid) == [bound]
    assert certbot.lineage(name).account == account.id


def test_cut_off_right_before_the_bind_the_pair_is_good_for_the_next_run(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    once = sectigo.once
    credentials = once.credentials(tmp_path / "once.ini")
    name = f"www.{once.name}.example"
    with sectigo.faulty("drop-before", "newAccount"):
        certbot.certonly(name, credentials=credentials, check=1)
    assert sectigo.accounts_of(once.kid) == []
    (key,) = account_keys(certbot)
    kept = key.read_bytes()
    assert certbot.holders(once.pair.hmac_key) == []

    certbot.certonly(name, credentials=credentials)

    (account,) = certbot.accounts(sectigo.server)
    assert [account.url] == sectigo.accounts_of(once.kid)
    # The key that was sent the first time is the one that is used.
    assert (account.folder / "private_key.json").read_bytes() == kept


def account_keys(certbot: Certbot) -> list[Path]:
    """Give every account key in certbot's tree, pending ones included; all are private."""
    keys = sorted(certbot.config_dir.rglob("private_key.json"))
    entries = Snapshot.of(certbot.config_dir).entries
    for key in keys:
        assert entries[str(key)].mode == "0400"
        assert entries[str(key.parent)].mode == "0700"
    return keys
