"""One question, one answer: what a command shows is what is done, by whichever command."""

from __future__ import annotations

import re
import shlex

import pytest

from certbot_sectigo.accounts import archive, leftovers, store
from certbot_sectigo.machine import lock_keeper
from certbot_sectigo.machine.dirs import server_path
from tests.bed import process
from tests.bed.certbot import Certbot
from tests.bed.components import BIN
from tests.bed.proposals import ran
from tests.bed.sectigo import Sectigo
from tests.bed.terminal import terminal
from tests.cli.tool import Tool
from tests.safety.machine import Machine

NAME = "www.b.example"


@pytest.fixture
def machine(certbot: Certbot, sectigo: Sectigo) -> Machine:
    return Machine(certbot, sectigo)


@pytest.fixture
def tool(machine: Machine) -> Tool:
    return Tool(machine.certbot)


def pasted(machine: Machine, command: str) -> process.Result:
    """Run a proposed command of ours as it is printed."""
    words = shlex.split(ran(command))
    assert words[0] == "certbot-sectigo"
    return process.run(
        [str(BIN / words[0]), *words[1:]],
        folder=machine.certbot.home / "output",
        check=0,
        env=machine.certbot.environment(),
        cwd=machine.certbot.home,
    )


def two_of_a_kid(machine: Machine, tool: Tool) -> tuple[str, str]:
    """Make two accounts of a kid: one with a lineage, and a newer one that cron names."""
    used, newer = (machine.account(machine.sectigo.c) for _ in range(2))
    machine.lineage(NAME, used)
    meta = machine.folder(used) / "meta.json"
    meta.write_text('{"creation_dt": "2026-01-01T00:00:00Z", "creation_host": "here"}')
    crontab = tool.system_root / "etc/crontab"
    crontab.parent.mkdir(parents=True)
    crontab.write_text(f"0 0 * * * root certbot renew --account {newer}\n")
    return used, newer


def test_pick_names_the_account_that_register_and_the_plugin_take(
    machine: Machine, tool: Tool
) -> None:
    used, newer = two_of_a_kid(machine, tool)
    old = machine.account(machine.sectigo.a)
    machine.lineage("www.old.example", old)
    picked = tool.run("accounts", "pick", "--eab-kid", machine.sectigo.c.kid)
    assert picked.stdout == f"{used}\n" and newer in picked.stderr
    credentials = machine.sectigo.c.credentials(machine.certbot.home / "c.ini")
    words = ("accounts", "register", "--credentials", credentials, "--replace", old)
    plan = tool.json(*words, check=1)["plan"]
    done = tool.json(*words, "--yes")["result"]
    assert plan["account"] == done["account"] == used
    [change] = [c for c in plan["lineages"][0]["changes"] if c["key"] == "account"]
    assert change["new"] == machine.pins()["www.old.example"] == used
    machine.certbot.certonly("c.example", credentials=credentials)
    assert machine.pins()["c.example"] == used


def test_registering_a_pair_whose_account_is_here_is_done_at_once(
    machine: Machine, tool: Tool
) -> None:
    credentials = machine.sectigo.b.credentials(machine.certbot.home / "b.ini")
    words = ("accounts", "register", "--credentials", credentials)
    tool.run(*words, "--agree-tos", "--yes")
    [account] = [a.name for a in store.read_all(machine.dirs.accounts)]
    said = tool.run(*words)
    assert account in said.stdout and "There is nothing to do." in said.stdout
    assert "--yes" not in said.output
    document = tool.json(*words)
    assert document["done"] and document["result"]["account"] == account


def test_what_replaces_an_account_ends_with_a_command_for_the_same_directories(
    machine: Machine, tool: Tool
) -> None:
    old = machine.account(machine.sectigo.a)
    machine.lineage(NAME, old)
    credentials = machine.sectigo.b.credentials(machine.certbot.home / "b.ini")
    words = ("accounts", "register", "--credentials", credentials, "--replace", old)
    done = tool.run(*words, "--agree-tos", "--yes")
    [command] = re.findall(r"certbot-sectigo .*accounts clean.*", done.stdout)
    pasted(machine, f"{command} --yes")
    assert [a.account.name for a in archive.read_all(machine.dirs)] == [old]


def test_an_archived_account_is_offered_in_the_plan(machine: Machine, tool: Tool) -> None:
    used, name = (machine.account(d) for d in (machine.sectigo.a, machine.sectigo.b))
    machine.lineage(NAME, used)
    tool.run("accounts", "clean", "--idle", "--yes")
    credentials = machine.sectigo.b.credentials(machine.certbot.home / "b.ini")
    refused = tool.run("accounts", "register", "--credentials", credentials, check=1)
    [command] = re.findall(r"certbot-sectigo .*accounts restore \w+", refused.stderr)
    pasted(machine, f"{command} --yes")
    assert store.read(machine.folder(name), "x").loads


class TestClean:
    def two(self, machine: Machine) -> tuple[str, str]:
        used, idle = (machine.account(d) for d in (machine.sectigo.a, machine.sectigo.b))
        machine.lineage(NAME, used)
        return used, idle

    @pytest.mark.parametrize("answer", ["y", "n"])
    def test_on_a_terminal_a_second_question_offers_idle_accounts(
        self, machine: Machine, tool: Tool, answer: str
    ) -> None:
        _, idle = self.two(machine)
        with terminal(tool.words("accounts", "clean"), machine.certbot.environment()) as child:
            child.expect_exact("Nothing to clean")
            child.expect_exact(idle[:8])
            child.expect_exact("never got a certificate here")
            child.expect(r"Move these to the archive, too\? \[y/N\]")
            child.sendline(answer)
            child.expect_exact("They stay" if answer == "n" else "moved to")
            child.wait()
            assert child.exitstatus == 0
        assert store.read(machine.folder(idle), "x").loads == (answer == "n")

    def test_yes_alone_leaves_them_and_says_how_they_go(self, machine: Machine, tool: Tool) -> None:
        _, idle = self.two(machine)
        said = tool.run("accounts", "clean", "--yes").stdout
        assert machine.folder(idle).exists()
        [command] = re.findall(r"^ *(certbot-sectigo .*--idle)$", said, re.MULTILINE)
        pasted(machine, f"{command} --yes")
        assert not machine.folder(idle).exists()

    def test_what_list_says_of_a_dead_account_does_it(self, machine: Machine, tool: Tool) -> None:
        used, dead = self.two(machine)
        tool.run("accounts", "deactivate", dead, "--yes")
        command = tool.accounts("--online")[dead]["advice"]
        assert command.endswith("accounts clean --online")
        pasted(machine, f"{command} --yes")
        assert not machine.folder(dead).exists() and machine.folder(used).exists()

    def test_a_dead_account_in_use_is_not_replaced_by_one_of_another_kid(
        self, machine: Machine, tool: Tool
    ) -> None:
        used, _ = self.two(machine)
        tool.run("accounts", "deactivate", used, "--force", "--yes")
        advice = tool.accounts("--online")[used]["advice"]
        assert advice.endswith(f"accounts register --credentials FILE --replace {used}")


def test_a_purge_that_was_cut_off_is_shown_and_ended(machine: Machine, tool: Tool) -> None:
    used, extra = (machine.account(d) for d in (machine.sectigo.a, machine.sectigo.b))
    machine.lineage(NAME, used)
    tool.run("accounts", "clean", "--idle", "--yes")
    [archived] = archive.read_all(machine.dirs)
    folder = archived.account.folder
    gone = folder.with_name(f".purged-{extra}-{'a' * 16}")
    folder.rename(gone)
    [left] = tool.json("accounts", "archived")["leftovers"]
    assert left["path"] == str(gone)
    said = tool.run("accounts", "archived").stdout
    assert str(gone) in re.sub(r"\s*\n\s*", "", said) or str(gone) in said
    assert "accounts/cut-off" in {
        finding["code"] for finding in tool.json("doctor", check=None)["findings"]
    }
    [command] = re.findall(r"^ *(certbot-sectigo .*accounts clean --yes)$", said, re.MULTILINE)
    pasted(machine, command)
    assert leftovers.find(machine.dirs) == [] and not gone.exists()


def test_the_same_purge_again_ends_it(machine: Machine, tool: Tool) -> None:
    used, extra = (machine.account(d) for d in (machine.sectigo.a, machine.sectigo.b))
    machine.lineage(NAME, used)
    tool.run("accounts", "clean", "--idle", "--yes")
    [archived] = archive.read_all(machine.dirs)
    folder = archived.account.folder
    folder.rename(folder.with_name(f".purged-{extra}-{'a' * 16}"))
    tool.run("accounts", "purge", extra, "--yes")
    assert not (machine.dirs.config_dir / "sectigo").exists()


def left_behind(machine: Machine) -> None:
    """Leave what a restore leaves that is killed when the account is back."""
    server = machine.dirs.archive / server_path(machine.sectigo.server)
    server.mkdir(parents=True)
    (server / f"{'1' * 32}.json").write_text("{}")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["accounts", "restore", "1" * 32], 1),
        (["accounts", "purge", "1" * 32, "--force"], 1),
        (["accounts", "pin", "{used}", "--cert-name", NAME], 0),
        (["accounts", "clean"], 0),
        (["adopt", "--cert-name", NAME], None),
        (["revoke", "--cert-name", "nobody"], 1),
        (["doctor", "--fix"], None),
    ],
)
def test_who_refuses_or_has_nothing_to_do_ends_what_was_begun(
    machine: Machine, tool: Tool, words: list[str], code: int | None
) -> None:
    used = machine.account(machine.sectigo.b)
    machine.lineage(NAME, used)
    left_behind(machine)
    words = [word.format(used=used) for word in words]
    tool.run(*words, check=None)
    assert leftovers.find(machine.dirs), "a plan alone changes nothing"
    tool.run(*words, "--yes", check=code)
    assert leftovers.find(machine.dirs) == []
    assert not machine.dirs.archive.exists()


def test_deploy_ends_what_was_begun(machine: Machine, tool: Tool) -> None:
    left_behind(machine)
    tool.run("deploy")
    assert leftovers.find(machine.dirs) == []


def test_what_was_begun_stays_while_certbot_is_at_work(machine: Machine, tool: Tool) -> None:
    left_behind(machine)
    with lock_keeper.locked(machine.dirs, 5, lambda who: None):
        tool.run("accounts", "restore", "1" * 32, "--yes", check=1)
    assert leftovers.find(machine.dirs)
