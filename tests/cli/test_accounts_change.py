"""What the changing commands refuse, ask and say; keys on their way to and from elsewhere."""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pexpect
import pytest
from cryptography.hazmat.primitives import serialization

from certbot_sectigo.accounts import archive
from tests.bed.certbot import Certbot
from tests.bed.lego import Lego
from tests.bed.paste import paste
from tests.bed.pebble import Pebble
from tests.bed.sectigo import Sectigo
from tests.bed.terminal import terminal
from tests.bed.tree import Snapshot
from tests.cli.tool import Tool
from tests.safety.machine import Machine

NAME = "www.b.example"
MISSING = "0123456789abcdef" * 2


@pytest.fixture
def machine(certbot: Certbot, sectigo: Sectigo) -> Machine:
    return Machine(certbot, sectigo)


@pytest.fixture
def tool(machine: Machine) -> Tool:
    return Tool(machine.certbot)


class TestPin:
    def test_all_of_an_account_that_is_not_there(self, machine: Machine, tool: Tool) -> None:
        right = machine.account(machine.sectigo.b)
        machine.lineage(NAME, MISSING)
        document = tool.json("accounts", "pin", right, "--all-of", MISSING[:6], "--yes")
        assert document["result"]["pinned"] == [NAME]
        assert machine.pins() == {NAME: right}
        # Back to a dangling pin it does not go.
        refused = tool.run("accounts", "pin", "--undo", "--yes", check=1)
        assert MISSING in refused.text and "not there" in refused.text
        assert machine.pins() == {NAME: right}

    def test_another_server_only_if_told(self, machine: Machine, tool: Tool) -> None:
        right = machine.account(machine.sectigo.b)
        path = machine.lineage(NAME, MISSING)
        other = machine.sectigo.url("EV")
        path.write_text(path.read_text().replace(machine.sectigo.server, other))
        words = ("accounts", "pin", right, "--cert-name", NAME, "--yes")
        refused = tool.run(*words, check=1)
        assert "--move-server" in refused.text and other in refused.text
        tool.run(*words, "--move-server")
        assert f"server = {machine.sectigo.server}\n" in path.read_text()

    def test_a_kid_is_noted_and_not_against_better_knowledge(
        self, machine: Machine, tool: Tool
    ) -> None:
        unknown = machine.account(machine.sectigo.a, noted=False)
        known = machine.account(machine.sectigo.b)
        tool.run("accounts", "pin", f" {unknown}", "--eab-kid", " K-1\n", "--yes")
        assert tool.accounts()[unknown]["kid"] == "K-1"
        tool.run("accounts", "pin", unknown, "--eab-kid", "K-2", "--yes")
        assert tool.accounts()[unknown]["kid"] == "K-2"
        refused = tool.run("accounts", "pin", known, "--eab-kid", "K-1", "--yes", check=1)
        assert machine.sectigo.b.kid in refused.text
        again = tool.json("accounts", "pin", unknown, "--eab-kid", "K-2", "--yes")
        assert again["plan"]["note_kid"] is None

    @pytest.mark.parametrize(
        ("words", "code", "said"),
        [
            (("pin",), 2, "Say which account"),
            (("pin", "{b}"), 2, "--cert-name"),
            (("pin", "{b}", "--undo"), 2, "--undo goes alone"),
            (("pin", "--undo"), 1, "no pin to undo"),
            (("pin", MISSING, "--cert-name", NAME), 1, "no account"),
            (("pin", "{b}", "--cert-name", "nobody.example"), 1, "nobody.example"),
            (("pin", "{b}", "--all-of", MISSING), 1, "no account"),
            (("pin", "{b}", "--eab-kid", " "), 2, "empty"),
            (("restore", ""), 2, "empty"),
            (("purge", " "), 2, "empty"),
            (("show", ""), 2, "empty"),
            (("restore", "{b}"), 1, "in the archive"),
            (("purge", "{b}"), 1, "in the archive"),
            (("rollover", MISSING), 1, "no account"),
            (("deactivate", MISSING), 1, "no account"),
            (("register",), 1, "does not exist"),
            (("import", "/nowhere.pem", "--server", "https://x.example"), 1, "No such file"),
            (("import", "lego", "/nowhere"), 1, ": /nowhere does not exist"),
            (("import", "acme.sh", "/etc/passwd"), 1, ": /etc/passwd is not a folder"),
            (("import", "lego"), 2, "import lego DIR"),
            (("export", "{b}", "-o", "-"), 2, "--output FILE"),
        ],
    )
    def test_what_cannot_be_is_said(
        self, machine: Machine, tool: Tool, words: tuple[str, ...], code: int, said: str
    ) -> None:
        account = machine.account(machine.sectigo.b)
        machine.lineage(NAME, account)
        before = machine.tree()
        filled = [word.format(b=account) for word in words]
        result = tool.run("accounts", *filled, *(["--yes"] if code == 1 else []), check=code)
        assert said in result.text, str(result)
        assert machine.tree() == before

    def test_on_a_terminal_it_asks(self, machine: Machine, tool: Tool) -> None:
        wrong, right = (machine.account(d) for d in (machine.sectigo.a, machine.sectigo.b))
        machine.lineage(NAME, wrong)
        words = tool.words("accounts", "pin", right, "--cert-name", NAME)
        for answer, expected, said in (
            ("n\n", wrong, "Nothing was changed."),
            ("\x04", wrong, "\ncertbot-sectigo: Nothing was changed."),
            ("\x03", wrong, "\ncertbot-sectigo: ended by SIGINT; nothing further was done."),
            ("y\n", right, "Pinned to"),
        ):
            with terminal(words, machine.certbot.environment()) as child:
                child.expect(r"Write the renewal files\? \[y/N\]")
                child.send(answer)
                child.expect_exact(said)
                child.wait()
            assert machine.pins() == {NAME: expected}


class TestRegisterAsks:
    def test_address_terms_and_account_in_one_go(self, machine: Machine, tool: Tool) -> None:
        sectigo = machine.sectigo
        file = sectigo.b.credentials(machine.certbot.home / "b.ini")
        words = tool.words("accounts", "register", "--credentials", file)
        for answer in "ny":
            with terminal(words, machine.certbot.environment()) as child:
                child.expect_exact("Register an account with kid")
                child.expect_exact("E-mail address")
                child.sendline("a@example.org")
                child.expect_exact("terms of service: https://")
                child.expect(r"Agree to them and register the account\? \[y/N\]")
                child.sendline(answer)
                child.expect_exact("Nothing was changed" if answer == "n" else "Account ")
                child.expect(pexpect.EOF)
                assert "terms" not in child.before
            assert len(sectigo.accounts_of(sectigo.b.kid)) == (answer == "y")
        assert sectigo.contacts_of(sectigo.b.kid) == ["mailto:a@example.org"]
        with terminal(words, machine.certbot.environment()) as child:
            child.expect(r"none\s+is\s+registered")
            child.expect(pexpect.EOF)
            assert "?" not in child.before and "nothing to do" in child.before


class TestArchive:
    def aged(self, machine: Machine, days: int) -> None:
        """Make what is in the archive older."""
        for thing in archive.read_all(machine.dirs):
            path = thing.account.folder.with_name(thing.account.name + ".json")
            content = json.loads(path.read_text())
            then = datetime.now(timezone.utc) - timedelta(days=days)
            path.write_text(json.dumps({**content, "when": then.isoformat()}))

    def test_purge_waits_thirty_days(self, machine: Machine, tool: Tool) -> None:
        used, extra = (machine.account(d) for d in (machine.sectigo.a, machine.sectigo.b))
        machine.lineage("www.a.example", used)
        tool.run("accounts", "clean", "--idle", "--yes")
        self.aged(machine, 29)
        refused = tool.run("accounts", "purge", extra, "--yes", check=1)
        assert "less than 30 days" in refused.text and "--force" in refused.text
        assert len(archive.read_all(machine.dirs)) == 1
        self.aged(machine, 31)
        tool.run("-n", "accounts", "purge", extra, check=1)
        assert len(archive.read_all(machine.dirs)) == 1
        tool.run("accounts", "purge", extra, "--yes")
        assert archive.read_all(machine.dirs) == []
        assert not (machine.dirs.config_dir / "sectigo").exists()

    def test_the_same_account_twice(self, machine: Machine, tool: Tool) -> None:
        used, extra = (machine.account(d) for d in (machine.sectigo.a, machine.sectigo.b))
        machine.lineage("www.a.example", used)
        copy = machine.certbot.home / "copy"
        shutil.copytree(machine.folder(extra), copy)
        # A folder that was called like a second one comes back under that name.
        shutil.copytree(copy, machine.folder(f"{extra}~2"))
        tool.run("accounts", "clean", "--yes")
        tool.run("accounts", "restore", f"{extra}~2", "--yes")
        shutil.rmtree(machine.folder(f"{extra}~2"))
        tool.run("accounts", "clean", "--idle", "--yes")
        shutil.copytree(copy, machine.folder(extra))
        tool.run("accounts", "clean", "--idle", "--yes")
        names = {thing.account.name for thing in archive.read_all(machine.dirs)}
        assert names == {extra, f"{extra}~2"}
        tool.run("accounts", "restore", f"{extra}~2", "--yes")
        refused = tool.run("accounts", "restore", extra, "--yes", check=1)
        assert "there already" in refused.text
        assert Snapshot.of(copy).entries.keys() != set()
        assert sorted(p.name for p in machine.folder(extra).iterdir()) == sorted(
            p.name for p in copy.iterdir()
        )

    def test_a_copy_gets_its_name_back(self, machine: Machine, tool: Tool) -> None:
        account = machine.account(machine.sectigo.b)
        machine.lineage(NAME, account)
        folder = machine.folder(account)
        folder.rename(folder.with_name(f"{account}.bak"))
        done = tool.json("accounts", "clean", "--idle", "--yes")
        assert [m["action"] for m in done["result"]["moved"]] == ["rename"]
        assert folder.is_dir() and machine.dangling() == []


class TestDeactivate:
    def test_a_certificate_of_a_csr_would_lose_its_revocation(
        self, sectigo: Sectigo, certbot: Certbot, tmp_path: Path
    ) -> None:
        credentials = sectigo.c.credentials(tmp_path / "c.ini")
        tool = Tool(certbot)
        certbot.certonly("keep.c.example", credentials=credentials)
        csr = tmp_path / "x.csr"
        key = tmp_path / "x.key"
        os.system(
            f"openssl req -new -newkey rsa:2048 -nodes -keyout {key} -out {csr} "
            "-subj /CN=csr.c.example -addext subjectAltName=DNS:csr.c.example 2>/dev/null"
        )
        certbot.certonly(credentials=credentials, more=("--csr", csr), cwd=tmp_path)
        [account] = certbot.accounts(sectigo.server)
        certbot.run("delete", "--cert-name", "keep.c.example")
        before = sectigo.sandbox.accounts(sectigo.c.kid)

        refused = tool.run("accounts", "deactivate", account.id, "--yes", check=1)

        assert "csr.c.example" in refused.text and "--force" in refused.text
        assert sectigo.sandbox.accounts(sectigo.c.kid)[0].status == before[0].status == "valid"
        tool.run("accounts", "clean", "--idle", "--yes")  # it is in use, so it stays
        assert [a.id for a in certbot.accounts(sectigo.server)] == [account.id]
        tool.run("accounts", "deactivate", account.id, "--yes", "--force")
        assert sectigo.sandbox.accounts(sectigo.c.kid)[0].status == "deactivated"

    def test_an_answer_that_is_lost(self, machine: Machine, tool: Tool) -> None:
        account = machine.account(machine.sectigo.c)
        machine.sectigo.sandbox.fault("drop-after", "account", times=1)
        cut = tool.run("accounts", "deactivate", account, "--yes", check=1)
        assert "repeat the command" in cut.text
        tool.run("accounts", "deactivate", account, "--yes")
        assert machine.sectigo.sandbox.accounts()[0].status == "deactivated"


class TestRollover:
    @pytest.mark.parametrize("fault", ["drop-before", "drop-after", "truncate", "server-error"])
    def test_a_connection_that_breaks(self, machine: Machine, tool: Tool, fault: str) -> None:
        old = machine.account(machine.sectigo.b)
        machine.lineage(NAME, old, machine.sectigo.b.kid)
        machine.sectigo.sandbox.fault(fault, "keyChange", times=1)
        cut = tool.run("accounts", "rollover", old, "--yes", check=None)
        if cut.returncode:
            assert machine.pins() == {NAME: old}
            tool.run("accounts", "rollover", old[:8], "--yes")
        [account] = machine.certbot.accounts(machine.sectigo.server)
        assert account.id != old and machine.pins() == {NAME: account.id}
        assert tool.accounts("--online")[account.id]["status"]["standing"] == "valid"

    def test_a_place_that_names_the_account_is_told(self, machine: Machine, tool: Tool) -> None:
        old = machine.account(machine.sectigo.b)
        settings = machine.dirs.config_dir / "cli.ini"
        settings.write_text(f"# ours\naccount = {old}\n")
        shown = tool.run("-n", "accounts", "rollover", old, check=1)
        assert f"{settings} (line 2)" in shown.text

    def test_there_is_no_way_back_from_it(self, machine: Machine, tool: Tool) -> None:
        old = machine.account(machine.sectigo.b)
        machine.lineage(NAME, old)
        tool.run("accounts", "rollover", old, "--yes")
        tool.run("accounts", "restore", old, "--yes")
        refused = tool.run("accounts", "pin", "--undo", "--yes", check=1)
        assert "no pin to undo" in refused.text

    def test_a_suspended_account_keeps_its_key(self, machine: Machine, tool: Tool) -> None:
        old = machine.account(machine.sectigo.b)
        machine.sectigo.sandbox.deactivate_pair(machine.sectigo.b.kid)
        before = machine.tree()
        tool.run("accounts", "rollover", old, "--yes", check=1)
        assert machine.tree() == before
        assert not (machine.dirs.config_dir / "sectigo").exists()


class TestTransfer:
    def test_to_another_machine(
        self, machine: Machine, tool: Tool, tmp_path: Path, certbot: Certbot
    ) -> None:
        account = machine.account(machine.sectigo.b)
        out = tmp_path / "out.pem"
        tool.run("-n", "accounts", "export", account, "--output", out, check=1)
        assert not out.exists()
        done = tool.run("accounts", "export", account, "--output", out, "--yes")
        assert f"certbot-sectigo accounts import {out}\n" in done.stdout
        told = tmp_path / "out.pem.json"
        for path in (out, told):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert b"BEGIN PRIVATE KEY" in out.read_bytes()
        serialization.load_pem_private_key(out.read_bytes(), None)
        # A run that was cut off between the two files goes on, and what it left is gone.
        key = out.read_bytes()
        out.unlink()
        (tmp_path / ".sectigo-eab-0123456789abcdef.tmp").write_bytes(key)
        tool.run("accounts", "export", account, "--output", out, "--yes")
        assert (out.read_bytes(), list(tmp_path.glob(".sectigo-eab-*"))) == (key, [])
        out.write_text("another key")
        refused = tool.run("accounts", "export", account, "--output", out, "--yes", check=1)
        assert "--force" in refused.text
        assert out.read_text() == "another key"
        out.write_bytes(key)

        other = Machine(Certbot(tmp_path / "other"), machine.sectigo)
        there = Tool(other.certbot)
        done = there.json("accounts", "import", out, "--online", "--yes")
        assert done["result"]["account"] == account
        listed = there.accounts("--online")[account]
        assert (listed["kid"], listed["status"]["standing"]) == (machine.sectigo.b.kid, "valid")
        assert not other.dirs.staging.exists()
        other.certbot_loads([account])
        again = there.run("accounts", "import", out, told, "--yes", check=1)
        assert "here already" in again.text

    def test_the_key_is_not_shown_on_a_terminal(self, machine: Machine, tool: Tool) -> None:
        account = machine.account(machine.sectigo.b)
        words = tool.words("accounts", "export", account)
        with terminal(words, machine.certbot.environment()) as child:
            child.expect_exact("not printed on a terminal")
            assert "BEGIN" not in child.before
        piped = tool.run("accounts", "export", account)
        assert piped.stdout.startswith("-----BEGIN PRIVATE KEY-----\n")
        assert piped.stderr == ""

    def test_a_key_that_the_ca_does_not_know(
        self, machine: Machine, tool: Tool, tmp_path: Path
    ) -> None:
        os.system(f"openssl genrsa -out {tmp_path / 'k.pem'} 2048 2>/dev/null")
        words = ("accounts", "import", tmp_path / "k.pem", "--server", machine.sectigo.server)
        refused = tool.run(*words, "--yes", check=1)
        assert "--online" in refused.text
        refused = tool.run(*words, "--online", "--yes", check=1)
        assert "no account of this key" in refused.text
        assert list(machine.dirs.accounts.rglob("*.json")) == []

    def test_from_lego(self, certbot: Certbot, pebble: Pebble, tmp_path: Path) -> None:
        certbot.trust = pebble.trust
        lego = Lego(tmp_path / "lego", pebble.directory, pebble.http01_port, pebble.trust)
        lego.run("run", "lego.example.org", pair=pebble.pairs["kid-2"])
        [key] = lego.home.glob("accounts/*/*/keys/*.key")
        tool = Tool(certbot)
        words = ("accounts", "import", key, "--server", pebble.directory, "--online", "--yes")
        done = tool.json(*words)
        assert done["result"]["uri"] == lego.account()["registration"]["uri"]
        assert tool.accounts()[done["result"]["account"]]["kid"] == "kid-2"
        credentials = pebble.pairs["kid-2"].credentials(tmp_path / "two.ini", pebble.directory)
        certbot.certonly("now.example.org", credentials=credentials, more=pebble.http01)
        assert certbot.lineage("now.example.org").account == done["result"]["account"]


@pytest.fixture
def elsewhere(machine: Machine) -> Iterator[Path]:
    """accounts/ on another file system, reached through a link."""
    device = machine.dirs.config_dir.stat().st_dev
    roots = [r for r in map(Path, ("/dev/shm", "/tmp", "/var/tmp", "/run")) if r.is_dir()]
    root = next(r for r in roots if r.stat().st_dev != device and os.access(r, os.W_OK))
    folder = Path(tempfile.mkdtemp(dir=root))
    (folder / "accounts").mkdir(mode=0o700)
    machine.dirs.accounts.symlink_to(folder / "accounts")
    yield folder
    shutil.rmtree(folder)


class TestOddMachines:
    def test_no_key_change_that_could_not_be_finished(
        self, machine: Machine, tool: Tool, elsewhere: Path
    ) -> None:
        old = machine.account(machine.sectigo.b)
        machine.lineage(NAME, old)
        refused = tool.run("accounts", "rollover", old, "--yes", check=1)
        assert "different file systems" in refused.text
        assert tool.accounts("--online")[old]["status"]["standing"] == "valid"
        assert machine.pins() == {NAME: old}
        assert not (machine.dirs.config_dir / "sectigo").exists()

    def test_nothing_is_deactivated_that_cannot_be_moved(
        self, machine: Machine, tool: Tool, elsewhere: Path
    ) -> None:
        used, extra = (machine.account(d) for d in (machine.sectigo.a, machine.sectigo.b))
        machine.lineage("www.a.example", used)
        refused = tool.run("accounts", "clean", "--idle", "--deactivate", "--yes", check=1)
        assert "different file systems" in refused.text
        assert {a.status for a in machine.sectigo.sandbox.accounts()} == {"valid"}
        assert machine.folder(extra).is_dir()

    def test_a_key_of_a_change_whose_journal_is_damaged_stays(
        self, machine: Machine, tool: Tool
    ) -> None:
        first, second = (machine.account(d) for d in (machine.sectigo.a, machine.sectigo.b))
        machine.sectigo.sandbox.fault("drop-after", "keyChange", times=1)
        tool.run("accounts", "rollover", first, "--yes", check=1)
        [journal] = machine.dirs.staging.rglob("????????????????????????????????.json")
        content = journal.read_text()
        journal.write_text("")
        tool.run("accounts", "rollover", second, "--yes")
        journal.write_text(content)
        tool.run("accounts", "rollover", first, "--yes")
        assert {e["status"]["standing"] for e in tool.accounts("--online").values()} == {"valid"}

    def test_a_key_change_that_was_cut_off_is_not_a_dead_account(
        self, machine: Machine, tool: Tool
    ) -> None:
        first, second = (machine.account(d) for d in (machine.sectigo.a, machine.sectigo.b))
        machine.lineage(NAME, second)
        machine.sectigo.sandbox.fault("drop-after", "keyChange", times=2)
        for account in (first, second):
            tool.run("accounts", "rollover", account, "--yes", check=1)
        done = tool.json("accounts", "clean", "--online", "--yes")
        assert done["result"]["moved"] == []
        assert {s["verdict"] for s in done["plan"]["steps"]} == {"in use", "idle"}
        listed = tool.accounts("--online")
        advice = {name: entry["advice"] for name, entry in listed.items()}
        assert "key change" in tool.run("-q", "accounts", "list").stdout
        for account in (first, second):
            assert advice[account].endswith(f" accounts rollover {account}")
            assert listed[account]["key_change_cut_off"]
            paste(machine.certbot, advice[account].partition("; ")[2], more="--yes")
        assert {e["status"]["standing"] for e in tool.accounts("--online").values()} == {"valid"}

    @pytest.mark.parametrize("damage", ["account = again\n", "]\n", "[renewalparams]\n"])
    def test_a_renewal_file_that_does_not_parse_keeps_its_account(
        self, machine: Machine, tool: Tool, damage: str
    ) -> None:
        first, second = (machine.account(d) for d in (machine.sectigo.a, machine.sectigo.b))
        machine.lineage("www.a.example", first)
        path = machine.lineage(NAME, second)
        path.write_text(path.read_text() + damage)
        done = tool.json("accounts", "clean", "--idle", "--yes")
        assert done["result"]["moved"] == []
        assert machine.folder(second).is_dir()

    @pytest.mark.parametrize("left", ["", "account", "server"])
    def test_a_renewal_file_that_was_cut_off_keeps_what_it_may_have_named(
        self, machine: Machine, tool: Tool, left: str
    ) -> None:
        first, second = (machine.account(d) for d in (machine.sectigo.a, machine.sectigo.b))
        machine.lineage("www.a.example", first)
        path = machine.lineage(NAME, second)
        text = path.read_text()
        keep = {"account": f"account = {second[:9]}", "server": machine.sectigo.server[:-1]}
        path.write_text(text[: text.index(keep[left]) + len(keep[left])] if left else "")
        done = tool.json("accounts", "clean", "--idle", "--yes")
        assert done["result"]["moved"] == []
        reasons = {step["account"]: step["reason"] for step in done["plan"]["steps"]}
        assert (str(path) if not left else NAME) in reasons[second]
        refused = tool.run("accounts", "deactivate", second, "--yes", check=1)
        assert NAME in refused.text and "--force" in refused.text
        assert {a.status for a in machine.sectigo.sandbox.accounts()} == {"valid"}

    def test_an_exported_key_is_never_another_users(
        self, machine: Machine, tool: Tool, tmp_path: Path
    ) -> None:
        account = machine.account(machine.sectigo.b)
        out = tmp_path / "out.pem"
        out.touch()
        if os.geteuid() == 0:
            os.chown(out, 65534, 65534)
        tool.run("accounts", "export", account, "--output", out, "--force", "--yes")
        assert (out.stat().st_uid, stat.S_IMODE(out.stat().st_mode)) == (os.geteuid(), 0o600)

    def test_quiet_is_quiet(self, machine: Machine, tool: Tool) -> None:
        used, extra = (machine.account(d) for d in (machine.sectigo.a, machine.sectigo.b))
        machine.lineage("www.a.example", used)
        assert tool.run("-q", "accounts", "clean", "--idle", "--yes").output == ""
        assert not machine.folder(extra).exists()

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can act in another user's files")
    def test_root_leaves_nothing_of_its_own_in_another_users_tree(
        self, machine: Machine, tool: Tool, tmp_path: Path
    ) -> None:
        credentials = machine.sectigo.b.credentials(tmp_path / "b.ini")
        machine.account(machine.sectigo.a)
        for path in (machine.dirs.config_dir, *machine.dirs.config_dir.rglob("*")):
            os.chown(path, 65534, 65534)
        words = ("accounts", "register", "--credentials", credentials, "--agree-tos", "--yes")
        tool.run(*words)
        owners = {p.stat().st_uid for p in machine.dirs.config_dir.rglob("*")}
        assert owners == {65534}
