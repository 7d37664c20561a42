"""Put a machine right: see, pin, clean, renew, and bring everything back."""

from __future__ import annotations

from pathlib import Path

import pytest

from certbot_sectigo.machine import lineages
from tests.bed import schema
from tests.bed.acme2certifier import Acme2certifier
from tests.bed.certbot import Certbot
from tests.bed.history import old_log, plain_account, plain_lineage
from tests.bed.paste import paste
from tests.bed.pebble import Pebble
from tests.bed.sectigo import Sectigo
from tests.bed.tree import Snapshot
from tests.cli.tool import Tool

NAME = "www.b.example"


@pytest.fixture
def tool(certbot: Certbot) -> Tool:
    return Tool(certbot)


def seen_by_certbot(certbot: Certbot) -> Snapshot:
    """Take a snapshot of accounts and renewal files."""
    return Snapshot.of(certbot.config_dir / "accounts", certbot.config_dir / "renewal")


def test_two_accounts_one_wrong(
    certbot: Certbot, sectigo: Sectigo, tool: Tool, tmp_path: Path
) -> None:
    plain_lineage(certbot, NAME, pair=sectigo.a.pair, server=sectigo.server)
    assert certbot.lineage(NAME).organisation == sectigo.a.organisation
    wrong = certbot.lineage(NAME).account
    right = plain_account(certbot, sectigo.b.pair, sectigo.server, folder=tmp_path / "b").id
    unused = plain_account(certbot, sectigo.c.pair, sectigo.server, folder=tmp_path / "c").id
    old_log(certbot, tmp_path / "c")
    at_first = seen_by_certbot(certbot)

    listed = tool.run("accounts", "list").text
    assert wrong[:8] in listed and right[:8] in listed and sectigo.a.kid in listed

    # Shown and not done.
    shown = tool.run("-n", "accounts", "pin", right, "--cert-name", NAME, check=1)
    assert f"-account = {wrong}" in shown.output and f"+account = {right}" in shown.output
    assert "--yes" in shown.output
    assert at_first.changes(seen_by_certbot(certbot)) == []

    tool.run("accounts", "pin", right, "--cert-name", NAME, "--yes")
    pinned = seen_by_certbot(certbot)
    [change] = at_first.changes(pinned)
    assert f"{NAME}.conf" in change

    said = f"Failed to renew certificate {NAME} with error: The account is currently suspended"
    assert "accounts pin --undo" in tool.run("explain", said).text

    # An account of another pair is no rubbish, and who got a certificate may have to revoke it.
    assert "Nothing to clean" in tool.run("accounts", "clean", "--yes").text
    shown = tool.run("-n", "accounts", "clean", "--idle", check=1)
    assert "to the archive" in shown.text and "stays" in shown.text
    assert pinned.changes(seen_by_certbot(certbot)) == []
    orders = sectigo.requests
    tool.run("accounts", "clean", "--idle", "--yes")
    assert {a.id for a in certbot.accounts(sectigo.server)} == {wrong, right}
    assert sectigo.requests == orders

    certbot.run("renew", "--force-renewal")
    assert certbot.lineage(NAME).account == right
    assert certbot.lineage(NAME).organisation == sectigo.b.organisation

    [archived] = tool.json("accounts", "archived")["archived"]
    assert (archived["id"], archived["kid"]) == (unused, sectigo.c.kid)
    tool.run("accounts", "restore", unused[:8], "--yes")
    assert tool.json("accounts", "archived")["archived"] == []
    # All is back; the kid that the log told is noted beside it, before the log is gone.
    left = [c for c in pinned.changes(seen_by_certbot(certbot)) if f"{NAME}.conf" not in c]
    assert len(left) == 1 and left[0].startswith(
        str(certbot.accounts_dir(sectigo.server) / unused / "sectigo-eab.json")
    )
    again = seen_by_certbot(certbot)
    tool.run("accounts", "clean", "--idle", "--yes")
    assert again.changes(seen_by_certbot(certbot)) != []
    tool.run("accounts", "restore", unused, "--yes")
    assert again.changes(seen_by_certbot(certbot)) == []

    # Without the logs the pin tells who got the first certificate.
    for log in certbot.logs_dir.iterdir():
        log.unlink()
    assert [i["lineage"] for i in tool.accounts()[wrong]["issued"]] == [NAME]
    tool.run("accounts", "clean", "--idle", "--yes")
    # A pair may be one that can be bound once, so its account has to come back first.
    credentials = sectigo.c.credentials(tmp_path / "c.ini")
    refused = certbot.certonly("www.c.example", credentials=credentials, check=1)
    assert f"accounts restore {unused}" in refused.text
    assert len(sectigo.accounts_of(sectigo.c.kid)) == 1
    # The lineage may go back as well, although certbot has written the file since.
    tool.run("accounts", "pin", "--undo", "--yes")
    assert certbot.lineage(NAME).account == wrong


def test_a_leaked_pair_is_rotated_out(
    certbot: Certbot, sectigo: Sectigo, tool: Tool, tmp_path: Path
) -> None:
    """Department a's names move to the pair of b, with the lineage of ours and all it names."""
    old_file = sectigo.a.credentials(tmp_path / "old.ini")
    certbot.certonly(NAME, credentials=old_file)
    old = certbot.lineage(NAME).account
    new_file = sectigo.b.credentials(tmp_path / "new.ini")
    words = ("accounts", "register", "--credentials", new_file, "--replace", old[:10])

    shown = tool.run("-n", *words, check=1)
    assert "--yes" in shown.output and sectigo.accounts_of(sectigo.b.kid) == []
    assert sectigo.b.pair.hmac_key not in shown.output
    refused = tool.run("-n", *words, "--yes", check=1)
    assert "--agree-tos" in refused.output and sectigo.accounts_of(sectigo.b.kid) == []
    none = tool.run(*words, "--yes", "--agree-tos", "--email", "example.org", check=1)
    assert "'example.org' is no" in none.output and sectigo.accounts_of(sectigo.b.kid) == []
    line = next(x for x in refused.output.splitlines() if x.endswith("--agree-tos"))
    done = schema.document(paste(certbot, line, more="--json --email a@example.org").stdout)

    new = done["result"]["account"]
    lineage = certbot.lineage(NAME)
    assert done["done"] and done["result"]["pinned"] == [NAME]
    assert lineage.account == new != old
    assert lineage.params["sectigo_eab_kid"] == sectigo.b.kid
    assert lineage.params["sectigo_eab_credentials"] == str(new_file)
    assert sectigo.contacts_of(sectigo.b.kid) == ["mailto:a@example.org"]
    old_file.unlink()
    certbot.run("renew", "--force-renewal")
    assert certbot.lineage(NAME).organisation == sectigo.b.organisation
    # Once more does nothing.
    again = tool.run(*words, "--yes", "--agree-tos")
    assert new in again.output and sectigo.accounts_of(sectigo.b.kid) != []
    assert len(sectigo.accounts_of(sectigo.b.kid)) == 1


class TestPebble:
    @pytest.fixture
    def certbot(self, certbot: Certbot, pebble: Pebble) -> Certbot:
        certbot.trust = pebble.trust
        return certbot

    def test_rollover_deactivate_and_clean(
        self, certbot: Certbot, pebble: Pebble, tool: Tool, tmp_path: Path
    ) -> None:
        credentials = pebble.pairs["kid-1"].credentials(tmp_path / "one.ini", pebble.directory)
        certbot.certonly("roll.example.org", credentials=credentials, more=pebble.http01)
        old = certbot.lineage("roll.example.org").account

        done = tool.json("accounts", "rollover", old, "--yes")
        new = done["result"]["account"]
        assert new != old and certbot.lineage("roll.example.org").account == new
        assert [a.id for a in certbot.accounts(pebble.directory)] == [new]
        certbot.run("renew", "--force-renewal")
        assert tool.accounts("--online")[new]["status"]["standing"] == "valid"

        other = plain_account(
            certbot, pebble.pairs["kid-2"], pebble.directory, folder=tmp_path / "two"
        ).id
        refused = tool.run("accounts", "deactivate", new, "--yes", check=1)
        assert "in use" in refused.text and "roll.example.org" in refused.text
        tool.run("accounts", "deactivate", other, "--yes")
        assert tool.accounts("--online")[other]["verdict"] == "dead"
        tool.run("accounts", "deactivate", other, "--yes")  # is so already
        done = tool.json("accounts", "clean", "--online", "--yes")
        assert [moved["account"] for moved in done["result"]["moved"]] == [other]
        [archived, _] = tool.json("accounts", "archived")["archived"]
        assert archived["deactivated"]
        certbot.run("renew", "--force-renewal")

    def test_an_old_key_opens_nothing_any_more(
        self, certbot: Certbot, pebble: Pebble, tool: Tool, tmp_path: Path
    ) -> None:
        account = plain_account(
            certbot, pebble.pairs["kid-2"], pebble.directory, folder=tmp_path / "two"
        ).id
        tool.run("accounts", "rollover", account, "--yes")
        [new] = certbot.accounts(pebble.directory)
        tool.run("accounts", "restore", account, "--yes")
        listed = tool.accounts("--online")
        assert listed[new.id]["status"]["standing"] == "valid"
        assert listed[account]["status"]["standing"] != "valid"


class TestAcme2certifier:
    def test_rollover_deactivate_and_clean(
        self, certbot: Certbot, acme2certifier: Acme2certifier, tool: Tool, tmp_path: Path
    ) -> None:
        server = acme2certifier.directory
        credentials = acme2certifier.pairs["kid-1"].credentials(tmp_path / "one.ini", server)
        more = ("--email", "a@example.org")
        certbot.certonly("roll.example.org", credentials=credentials, more=more)
        old = certbot.lineage("roll.example.org").account

        done = tool.json("accounts", "rollover", old, "--yes")
        new = done["result"]["account"]
        assert certbot.lineage("roll.example.org").account == new != old
        certbot.run("renew", "--force-renewal")

        other = plain_account(
            certbot, acme2certifier.pairs["kid-2"], server, folder=tmp_path / "two"
        ).id
        done = tool.json("accounts", "clean", "--online", "--idle", "--deactivate", "--yes")
        [moved] = done["result"]["moved"]
        assert (moved["account"], moved["deactivated"]) == (other, True)
        tool.run("accounts", "restore", other, "--yes")
        assert tool.accounts("--online")[other]["verdict"] == "dead"
        assert lineages.read(certbot.renewal_file("roll.example.org")) is not None
