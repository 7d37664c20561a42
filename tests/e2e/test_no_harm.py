"""Who did not ask for the plugin does not notice it, credentials file or not."""

from __future__ import annotations

import re
from pathlib import Path

import pexpect
import pytest

from tests.bed.certbot import Certbot
from tests.bed.history import plain_lineage
from tests.bed.sectigo import Sectigo


@pytest.fixture
def machine(certbot: Certbot, sectigo: Sectigo) -> Certbot:
    """A certbot with a lineage of its own, as on any machine."""
    plain_lineage(certbot, "www.a.example", pair=sectigo.a.pair, server=sectigo.server)
    return certbot


def said(certbot: Certbot, *words: str) -> str:
    """Give what a command says, but for what changes from run to run."""
    said = re.sub(r"\(VALID: [^)]*\)", "(VALID)", certbot.run(*words).output)
    return re.sub(r"\bat\s+0x[0-9a-f]+", "at ADDRESS", said)


@pytest.mark.parametrize(
    "words", [("plugins", "--prepare"), ("plugins", "--init"), ("certificates",)]
)
def test_commands_say_the_same_with_and_without_credentials(
    words: tuple[str, ...], machine: Certbot, sectigo: Sectigo
) -> None:
    without_file = said(machine, *words)
    files, requests = machine.snapshot(), sectigo.requests
    credentials = sectigo.b.credentials(machine.config_dir / "sectigo-eab.ini")
    with_file = said(machine, *words)

    assert with_file == without_file
    assert sectigo.requests == requests
    credentials.unlink()
    assert files.changes(machine.snapshot()) == []


@pytest.mark.parametrize("words", [("plugins", "--prepare"), ("certificates",)])
def test_commands_say_the_same_as_without_the_plugin(
    words: tuple[str, ...], machine: Certbot, sectigo: Sectigo
) -> None:
    sectigo.b.credentials(machine.config_dir / "sectigo-eab.ini")
    assert said(machine, *words) == said(machine.without_plugin(), *words)


@pytest.mark.parametrize("module", ["click", "rich", "zope"])
def test_certbot_starts_where_a_package_it_does_without_is_missing(
    module: str, certbot: Certbot, tmp_path: Path
) -> None:
    # One plugin that cannot be imported stops every certbot command, so ours imports no
    # more than certbot has: click and rich are our command's, zope belongs to old certbots.
    (tmp_path / f"{module}.py").write_text(f"raise ImportError('no {module} here')")
    listed = certbot.run("plugins", env={"PYTHONPATH": str(tmp_path)})
    assert "* sectigo-eab" in listed.stdout


def test_the_plugin_is_listed(certbot: Certbot) -> None:
    listed = certbot.run("plugins").stdout
    assert "* sectigo-eab" in listed
    assert "* standalone" in listed


@pytest.mark.parametrize("words", [("certonly", "-d", "x.a.example"), ("run", "-d", "x.a.example")])
def test_the_menus_are_the_same(words: tuple[str, ...], machine: Certbot, sectigo: Sectigo) -> None:
    def asked(certbot: Certbot) -> str:
        with certbot.on_terminal(*words) as child:
            if child.expect([r"cancel\): ", pexpect.EOF]) == 0:
                menu = str(child.before)
                child.sendline("c")
                child.expect(pexpect.EOF)
            else:
                menu = ""
            return re.sub(r"\s+", " ", menu + str(child.before))

    # One run of each makes whatever certbot itself makes at first.
    without_plugin = asked(machine.without_plugin())
    without_file = asked(machine)
    files, requests = machine.snapshot(), sectigo.requests
    credentials = sectigo.b.credentials(machine.config_dir / "sectigo-eab.ini")
    with_file = asked(machine)

    assert "standalone" in with_file or "configure the web server" in with_file
    assert "sectigo" not in with_file
    assert with_file == without_file == without_plugin
    assert sectigo.requests == requests
    credentials.unlink()
    assert files.changes(machine.snapshot()) == []


def test_a_lineage_of_plain_certbot_renews_as_before(machine: Certbot, sectigo: Sectigo) -> None:
    before = machine.lineage("www.a.example")
    sectigo.b.credentials(machine.config_dir / "sectigo-eab.ini")
    machine.run("renew", "--force-renewal")
    after = machine.lineage("www.a.example")
    assert after.serial != before.serial
    assert set(after.params) == set(before.params)
    assert after.account == before.account
    assert after.organisation == sectigo.a.organisation
    assert not [key for key in after.params if "sectigo" in key]


def test_broken_credentials_disturb_nobody_else(
    machine: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    (machine.config_dir / "sectigo-eab.ini").write_text("this is no credentials file")
    before = machine.lineage("www.a.example")
    machine.run("renew", "--force-renewal")
    assert machine.lineage("www.a.example").serial != before.serial
