"""README, CONTRIBUTING and design.md say what is so."""

from __future__ import annotations

import argparse
import re

import click
import pytest

from certbot_sectigo import __version__
from certbot_sectigo.cli.main import cli
from certbot_sectigo.plugin import Configurator
from tests.bed.components import TREE

README = (TREE / "README.md").read_text()
PAGES = ["README.md", "CONTRIBUTING.md", "docs/design.md"]


def plugin_options() -> set[str]:
    """Name the plugin's options as certbot's help has them."""
    found: set[str] = set()

    def add(name: str, **more: object) -> None:
        if more.get("help") is not argparse.SUPPRESS:
            found.add(f"--sectigo-eab-{name}")

    Configurator.add_parser_arguments(add)
    return found


def test_the_readme_lists_the_plugins_options() -> None:
    table = re.findall(r"^\| `(--sectigo-eab-[a-z-]+)", README, re.MULTILINE)
    assert sorted(table) == sorted(plugin_options())


def test_the_readme_names_no_option_that_is_not_there() -> None:
    assert set(re.findall(r"--sectigo-eab-[a-z-]+", README)) <= plugin_options()


@pytest.mark.parametrize("page", ["README.md", "docs/schnellstart.md"])
def test_commands_of_ours_are_there_with_their_options(page: str) -> None:
    text = (TREE / page).read_text()
    found = re.findall(r"certbot-sectigo ((?:[a-z.]+ ?)+(?:[^`\n#|]*))", "".join(_code(text)))
    assert found
    for words in found:
        command, rest = _command(words.split())
        options = {word for parameter in command.params for word in parameter.opts}
        given = {word.partition("=")[0] for word in rest if re.match(r"--?[a-z]", word)}
        assert given <= options, words


def _code(text: str) -> list[str]:
    """Return the blocks of a shell."""
    return re.findall(r"```sh\n(.*?)```", text, re.DOTALL)


def _command(words: list[str]) -> tuple[click.Command, list[str]]:
    command: click.Command = cli
    while words and isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words[0])
        if found is None:
            break
        command, words = found, words[1:]
    assert command is not cli, words
    return command, words


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_is_named_is_there(page: str) -> None:
    text = (TREE / page).read_text()
    roots = [TREE, TREE / "certbot_sectigo", (TREE / page).parent]
    named = set(re.findall(r"`([a-z_0-9.-]+(?:/[a-zA-Z_0-9.-]*)+)`", text))
    named |= set(re.findall(r"\]\(([^)#:]+)\)", text))
    for path in sorted(named):
        # Folders on certbot's side, and of environments.
        if path.startswith(("sectigo/", ".venv")) or "NAME" in path:
            continue
        inside = next((TREE / "certbot_sectigo").rglob(path.rstrip("/")), None)
        assert inside or any((root / path).exists() for root in roots), path


def test_this_release_is_in_the_changelog_with_its_date() -> None:
    text = (TREE / "CHANGELOG.md").read_text()
    assert re.search(rf"^## {re.escape(__version__)} - \d{{4}}-\d\d-\d\d$", text, re.MULTILINE)
    assert text.index("## Unreleased") < text.index(f"## {__version__}")
    debian = (TREE / "packaging/debian/changelog").read_text()
    assert debian.startswith(f"certbot-sectigo ({__version__}) ")
    manual = (TREE / "docs/certbot-sectigo.1").read_text()
    assert f'"certbot-sectigo {__version__}"' in manual.splitlines()[0]


def test_the_certbots_of_the_readme_are_those_of_the_matrix() -> None:
    matrix = re.findall(r'^    Certbot\(\s*"(\d+\.\d+)\.\d+",', (TREE / "noxfile.py").read_text(),
                        re.MULTILINE)  # fmt: skip
    chapter = README.partition("### Which certbot")[2].partition("\n## ")[0]
    assert re.findall(r"^\| (\d+\.\d+) \|", chapter, re.MULTILINE) == matrix
    assert len(matrix) >= 6


def test_both_pages_install_by_the_same_lines() -> None:
    chapters = (
        README.partition("## Install it")[2].partition("\n## ")[0],
        (TREE / "docs/schnellstart.md").read_text().partition("## 1. ")[2].partition("\n## ")[0],
    )
    english, german = ([b for b in _code(chapter) if "sudo" in b] for chapter in chapters)
    assert set(german) <= set(english)
    assert len(german) >= 6
