"""Universal ACME accounts: apart from the others, without domains, named by a profile."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from certbot_sectigo.portal.errors import CannotError
from certbot_sectigo.portal.scm import Scm, UniversalScm
from certbot_sectigo.sandbox import Config, Pair, running
from tests.bed.certbot import Certbot
from tests.bed.proposals import ran
from tests.cli.tool import Tool
from tests.portal.conftest import Start, scm_ini, transport
from tests.sandbox.acme_client import Client
from tests.sandbox.scm_client import CLERK, SCM

SERVER = "SANDBOX OV"


def test_they_are_kept_apart(start: Start, tmp_path: Path) -> None:
    way = transport(start(), tmp_path)
    universal, classic = UniversalScm(way), Scm(way)
    ident = universal.create("u", SERVER, 77, "SSL private")
    assert ident is not None
    (account,) = universal.accounts()
    assert (account.id, account.server, account.status) == (ident, SERVER, None)
    assert classic.accounts() == []
    other = classic.create("u", SERVER, 77)
    assert other is not None
    assert [one.id for one in universal.accounts()] == [ident]
    for scm, wrong in ((universal, other), (classic, ident)):
        with pytest.raises(Exception, match="not found"):
            scm.account(wrong)
    with pytest.raises(Exception, match="profileName"):
        universal.create("u", SERVER, 77)
    for ask in (universal.domains, lambda n: universal.add_domains(n, ["c.example"]),
                lambda n: universal.remove_domains(n, ["c.example"])):  # fmt: skip
        with pytest.raises(CannotError, match="no domains"):
            ask(ident)


def test_a_client_has_an_id_with_padding_and_is_deactivated(start: Start, tmp_path: Path) -> None:
    sandbox = start(profile="universal", finalize="sync")
    universal = UniversalScm(transport(sandbox, tmp_path))
    ident = universal.create("u", SERVER, 77, "p")
    assert ident is not None
    account = universal.account(ident)
    assert account.kid is not None
    assert account.hmac_key is not None
    client = Client(sandbox.directory_url()).register(
        Pair(kid=account.kid, hmac_key=account.hmac_key)
    )
    client.issue("www.c.example")
    (seen,) = universal.clients(ident)
    assert seen.id.endswith("==")
    universal.disable(ident, seen.id)
    assert [c.status for c in universal.clients(ident)] == ["deactivated"]


def test_the_commands(certbot: Certbot, tmp_path: Path) -> None:
    config = Config(**SCM, profile="universal", finalize="sync")
    with running(config) as sandbox:
        tool = Tool(certbot)
        certbot.config_dir.mkdir(parents=True)
        scm_ini(sandbox, certbot.config_dir)
        name = "web1.c.example"
        words = ("scm", "ensure", name, "--organisation", "77", "--server", sandbox.directory_url())
        tool.run(*words, "--yes", check=2)
        tool.run(*words, "--universal", "-d", "c.example", "--yes", check=2)
        tool.run(*words, "--profile", "p", "-d", "c.example", "--yes", check=2)
        own = (*words, "--universal", "--profile", "SSL private")
        said = tool.run(*own, "--yes").stdout
        assert "nothing is to be done" in tool.run(*own).stdout
        output = tmp_path / "web1.ini"
        [line] = [w for w in said.splitlines() if " scm pair " in w]
        tool.run(*shlex.split(ran(line).replace("FILE", str(output)))[1:])
        certbot.run("certonly", "-a", "sectigo-eab", "--sectigo-eab-credentials", str(output),
                    "--agree-tos", "-m", "x@c.example", "-d", "www.c.example")  # fmt: skip
        assert tool.json("scm", "accounts")["accounts"] == []
        [shown] = tool.json("scm", "accounts", "--universal")["accounts"]
        assert (shown["name"], shown["server"]) == (name, sandbox.directory_url())
        found = tool.json("scm", "show", "--universal", name)["account"]
        assert found["lineages"] == ["www.c.example"]
        assert "no domains" not in tool.run("scm", "show", "--universal", name).stdout
        assert "not checked" in tool.run(
            "scm", "pair", "--universal", name, "--output", str(output), "--reusable",
            "--for", "a.example",
        ).stderr  # fmt: skip
        assert tool.json("scm", "audit", "--universal")["findings"] == []
        # Of an account without a note the kid is learnt where SCM keeps these.
        [note] = certbot.config_dir.glob("accounts/**/sectigo-eab.json")
        note.unlink()
        for log in certbot.logs_dir.iterdir():
            log.unlink()
        [conf] = certbot.config_dir.glob("renewal/*.conf")
        lines = conf.read_text().splitlines(keepends=True)
        conf.write_text("".join(w for w in lines if "sectigo_eab_kid" not in w))
        [own] = tool.accounts().values()
        assert own["kid"] is None
        [own] = tool.accounts("--scm").values()
        assert (own["kid"], own["kid_learned"]) == (found["kid"], "scm")
        [client] = found["clients"]
        tool.run("scm", "rename", "--universal", name, "new", "--yes")
        tool.run("scm", "deactivate-client", "--universal", "new", client["id"], "--yes")
        ended = tool.json("scm", "audit", "--universal", check=1)["findings"]
        assert [f["code"] for f in ended] == ["scm/ended"]
        # A finding's command is run as it is printed; revoke knows nothing of kinds.
        refused = tool.run("scm", "show", "--universal", "nobody", check=1).stderr
        [line] = [w for w in refused.splitlines() if w.startswith("certbot-sectigo ")]
        assert line.endswith("--universal")
        tool.run(*shlex.split(ran(line))[1:])
        tool.run("scm", "delete", "--universal", "new", "--yes")
        assert sandbox.scm_status(found["kid"]) == "deactivated"
        assert CLERK.password.reveal() not in said
