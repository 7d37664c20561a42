"""The man page and shell completion say what the command itself says."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from datetime import datetime, timezone

import click
import pytest

from certbot_sectigo.accounts import store
from certbot_sectigo.accounts.model import Learned, Note
from certbot_sectigo.cli import completion, man, shells
from certbot_sectigo.cli.main import cli
from tests.accounts.keys import account_folder
from tests.bed import process
from tests.bed.certbot import Certbot
from tests.bed.components import TREE
from tests.cli.tool import Tool

URL = "https://ca.example/v2"
_REQUESTS = {".TH", ".SH", ".SS", ".B", ".BR", ".PP", ".TP", ".nf", ".fi", ".nh", ".ad"}


def test_every_command_is_in_it_with_its_help_and_options() -> None:
    page = man.page()
    shown = page.replace("\\-", "-").replace("\\&", "").replace("\\e", "\\")
    root = click.Context(cli, info_name=man.NAME)
    seen = 0
    for command, context in man._commands(cli, root):
        seen += 1
        assert f".SS {context.command_path}\n" in shown
        first = " ".join((command.help or "").split("\n\n")[0].split())
        assert first.replace("…", "...") in shown, context.command_path
        for option in command.params:
            for name in option.opts if isinstance(option, click.Option) else ():
                assert name in shown, (context.command_path, name)
    assert seen > 10 and "--config-dir" in shown


def test_it_is_sound_roff() -> None:
    for line in man.page().splitlines():
        assert not line.startswith("'")
        assert not line.startswith(".") or line.split()[0] in _REQUESTS, line
        assert not re.search(r"\\[^-e&fB:]", line), line


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands_and_accounts(certbot: Certbot, shell: str) -> None:
    folder = account_folder(certbot.config_dir / "accounts" / "ca.example" / "v2")
    store.write_note(folder, Note("kid-of-it", URL, Learned.TOLD, datetime.now(timezone.utc)))
    renewal = certbot.config_dir / "renewal" / "www.example.org.conf"
    renewal.parent.mkdir()
    renewal.write_text(f"[renewalparams]\naccount = {folder.name}\nserver = {URL}\n")
    hostile = ["a b $(touch x)", "it's `touch x`", 'q"*;~', "co:lon,=", "new\nline"]
    for each in hostile:
        (renewal.parent / f"{each}.conf").write_bytes(renewal.read_bytes())
    name = folder.name
    tool = Tool(certbot)
    script = process.run([tool.words()[0], "completion", shell], folder=certbot.home / "output",
                         env=certbot.environment())  # fmt: skip
    assert completion.VARIABLE in script.stdout
    assert script.stdout == completion.script(cli, shell)

    def complete(*words: str) -> str:
        line = ["certbot-sectigo", f"--config-dir={certbot.config_dir}", *words]
        env = {"_CERTBOT_SECTIGO_COMPLETE": f"{shell}_complete",
               "_CERTBOT_SECTIGO_LINE": " ".join(line)}  # fmt: skip
        return process.run([tool.words()[0]], folder=certbot.home / "output",
                           env=certbot.environment(env)).stdout  # fmt: skip

    assert "probe" in complete("accounts", "pro")
    assert name in complete("accounts", "show", name[:2])
    assert "--config-dir" in complete("accounts", "show", "--conf")
    for option, begun, whole in (
        ("--cert-name", "www", "www.example.org"),
        ("--eab-kid", "k", "kid-of-it"),
        ("--server", "", URL),
    ):
        assert whole in complete("accounts", "pin", option, begun)
        assert f"word:{option}={whole}" in complete("accounts", "pin", f"{option}={begun}")
    assert "newOrder" in complete("sandbox", "fault", "--endpoint", "new")
    assert "word:user-guide" in complete("help", "us")
    assert "word:probe" in complete("help", "accounts", "pr")
    assert complete("accounts", "register", "--credentials", "").startswith("file:")
    assert complete("--config-dir", "").startswith("dir:")
    if shell != "bash":
        return
    line = f"certbot-sectigo --config-dir={certbot.config_dir} accounts pin --cert-name "
    said = process.run(
        ["bash", "-c", 'eval "$1"; compopt() { :; }; COMP_LINE=$2 COMP_POINT=${#2}; '
         '_certbot_sectigo_completion "$3"; eval "printf \'%s\n\' ${COMPREPLY[*]}"',
         "bash", script.stdout, line, tool.words()[0]],
        folder=certbot.home / "output", env=certbot.environment())  # fmt: skip
    assert set(said.stdout.splitlines()) == {*hostile[:4], "www.example.org"}


@pytest.mark.parametrize(
    ("line", "value", "put"),
    [
        ("c ", "$(x) y", r"\$\(x\)\ y"),
        ("c '$", "$(x)'", r"$(x)'\''"),
        ('c "$', '$(x)!"', '\\$(x)"\'!\'"\\"'),
        ("c --server https:", "https://a", "//a"),
        ("c --server=ht", "--server=https://a", "https://a"),
        (r"c a\ ", "a b:c", r"a\ b:c"),
        (r"c a\:", "a:b", r"a:b"),
        ("c 'a b'", "a bc", r"a\ bc"),
        ("c --name='a", "--name=a b", "a b"),
        ("c a:'b", "a:b c", "b c"),
    ],
)
def test_bash_replaces_what_was_typed_by_what_means_the_name(
    line: str, value: str, put: str
) -> None:
    breaks = " \t\n\"'@><=;|&(:"
    assert shells.bash_word(value, shells.split(line, breaks)[-1]) == put


def test_the_page_in_the_wheel_is_of_this_help_and_without_warnings() -> None:
    path = TREE / "docs" / "certbot-sectigo.1"
    # Click keeps the help option of the first context that asks, another test's maybe.
    fresh = subprocess.run([sys.executable, "-m", man.__name__], capture_output=True, check=True)
    assert path.read_bytes() == fresh.stdout, "make man"
    assert ".SH EXAMPLES\n" in man.page()
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("no groff here")
    for columns in (60, 80, 120):
        said = subprocess.run(
            [groff, "-man", "-ww", "-Tutf8", f"-rLL={columns}n", str(path)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert said.stderr == ""
        assert "certbot-sectigo accounts pin" in re.sub("\x1b\\[[0-9;]*m|.\b", "", said.stdout)
