"""Whoever has the package and does not use it: the same words, exit codes and files as without.

The machine has lineages of a CA like Let's Encrypt (Pebble). Our own files on it are broken
and the libraries that certbot does without are missing, which concerns nobody there.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import certbot_sectigo
from tests.bed.certbot import Certbot
from tests.bed.comparison import Answers, Machine, Outcome, without_section
from tests.bed.history import plain_lineage
from tests.bed.pebble import Pebble

NAME = "www.example.org"
TWINS = ("twin-a.example.org", "twin-b.example.org")


@dataclass(frozen=True)
class Pair:
    """The certbot with our package, the one without, and the machine that both work on."""

    machine: Machine
    with_package: Certbot
    without: Certbot
    missing: Path
    """For PYTHONPATH: in here, our optional libraries cannot be imported."""

    def outcomes(
        self, *words: str, answers: Answers | None = None, first: Path | None = None
    ) -> tuple[Outcome, Outcome]:
        """Run a command without the package and with it.

        :param words: ``{twin}`` is the one of the twins that is this run's.
        :param first: a folder whose modules come before all others, in the second run.
        """
        folder = str(first or self.missing)
        found = self._outcomes(words, answers, folder)
        asked = {outcome.said.count(" challenge for ") for outcome in found}
        # Pebble, told never to, takes up an earlier authorization once in a hundred orders.
        return found if len(asked) == 1 else self._outcomes(words, answers, folder)

    def _outcomes(
        self, words: tuple[str, ...], answers: Answers | None, folder: str
    ) -> tuple[Outcome, Outcome]:
        env = None if answers is not None else {"PYTHONPATH": folder}
        without, with_package = (
            self.machine.outcome(
                certbot, *(word.format(twin=twin) for word in words), answers=answers, env=env
            )
            for certbot, twin in zip((self.without, self.with_package), TWINS)
        )
        return without, with_package


def broken(certbot: Certbot) -> None:
    """Break every file that is ours."""
    config = certbot.config_dir
    (config / "sectigo-eab.ini").write_text("this is no credentials file")
    (config / "sectigo-deploy.toml").mkdir()  # cannot be read, not even by root
    account = config / "accounts" / "acme.sectigo.com" / "v2" / "OV" / ("0" * 32)
    account.mkdir(parents=True)
    for name in ("meta.json", "regr.json", "private_key.json", "sectigo-eab.json"):
        (account / name).write_text('{"cut off')
    pending = config / "sectigo" / "pending" / "acme.sectigo.com" / "v2" / "OV" / "junk"
    pending.mkdir(parents=True)


def healthy(certbot: Certbot) -> None:
    """Give it a credentials file that is as it should be."""
    credentials = certbot.config_dir / "sectigo-eab.ini"
    credentials.touch(mode=0o600)
    credentials.write_text(
        "sectigo_eab_kid = kid\nsectigo_eab_hmac_key = c2VjcmV0c2VjcmV0c2VjcmV0\n"
    )


@pytest.fixture(scope="module", params=[broken, healthy], ids=lambda state: str(state.__name__))
def pair(
    request: pytest.FixtureRequest, pebble: Pebble, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("same")
    certbot = Certbot(folder / "certbot", trust=pebble.trust)
    for name in (NAME, *TWINS):
        eab = pebble.pairs["kid-1"]
        plain_lineage(certbot, name, pair=eab, server=pebble.directory, options=pebble.http01)
    request.param(certbot)
    missing = folder / "missing"
    missing.mkdir()
    for module in ("click", "rich", "tomli"):
        (missing / f"{module}.py").write_text(f"raise ImportError('no {module} here')")
    yield Pair(Machine(certbot, folder / "kept"), certbot, certbot.without_plugin(), missing)


def at(pebble: Pebble) -> tuple[str, ...]:
    """Name the server, which certbot does not take from the lineage in these commands."""
    return ("--server", pebble.directory)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("certificates",), 0),
        (("renew",), 0),
        (("renew", "--force-renewal"), 0),
        (("renew", "--dry-run", "SERVER", "--cert-name", NAME), 0),
        (("show_account", "SERVER"), None),  # old certbots have no such command
        (("plugins", "--init", "--prepare"), 0),
        (("revoke", "SERVER", "--cert-name", "{twin}", "--delete-after-revoke"), 0),
        (("certonly", "-d", "more.example.org", "SERVER"), None),  # nobody is there to ask
        (("delete", "--cert-name", NAME), 0),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else "",
)
def test_a_command_does_the_same(
    words: tuple[str, ...], code: int | None, pair: Pair, pebble: Pebble
) -> None:
    given: list[str] = []
    for word in words:
        given += at(pebble) if word == "SERVER" else [word]
    without, with_package = pair.outcomes(*given)
    assert without.differences(with_package) == []
    assert code in (None, without.code), without.said


def test_a_person_at_the_menus_sees_the_same(pair: Pair, pebble: Pebble) -> None:
    words = ("certonly", "-d", "more.example.org", *at(pebble), *pebble.http01)
    menu = pair.machine.outcome(pair.without, *words, answers=((r"cancel\): ", "c"),)).said
    # Its entry may go on in further lines.
    standalone = re.findall(r"(?s)(\d+): (?:(?!\d+: ).)*?standalone", menu)
    answers = ((r"cancel\): ", str(standalone[0])),)
    without, with_package = pair.outcomes(*words, answers=answers)
    assert without.differences(with_package) == []
    assert without.code == 0, without.said
    assert "live/more.example.org/fullchain.pem" in without.files


def test_the_list_of_plugins_and_the_help_are_the_same_but_for_ours(pair: Pair) -> None:
    without, with_package = pair.outcomes("--help", "all")
    rest = without_section(with_package.said, "sectigo-eab")
    assert rest != with_package.said
    # certbot 1 lists each plugin of others under its older kind of name, too.
    rest = without_section(rest, "certbot-sectigo:sectigo-eab")
    assert without.differences(replace(with_package, said=rest)) == []

    without, with_package = pair.outcomes("plugins")
    entries, others = (
        re.findall(r"(?ms)^\* .*?(?=^\* |^- - |\Z)", each.said) for each in (with_package, without)
    )
    assert [entry.strip() for entry in entries if "certbot_sectigo" not in entry] == [
        entry.strip() for entry in others
    ]
    assert len(others) < len(entries)
    assert without.files == with_package.files


@pytest.mark.parametrize("pair", [broken], indirect=True)
@pytest.mark.parametrize(
    ("planted", "before"),
    [
        ("import sys; print('planted', file=sys.stderr)", '"""The certbot plugin'),
        ("import planted", "from acme import"),
        ("        open(self.config.config_dir + '/planted', 'w').close()", "        installs = "),
        ("        print('planted')", "        installs = "),
    ],
    ids=["import says", "import fails", "prepare writes", "prepare says"],
)
def test_a_planted_disturbance_is_found(
    planted: str, before: str, pair: Pair, tmp_path: Path
) -> None:
    source = Path(certbot_sectigo.__file__).parent
    copy = tmp_path / source.name
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
    plugin = copy / "plugin" / "configurator.py"
    text = plugin.read_text("utf-8")
    words = ("plugins", "--prepare")

    same = pair.outcomes(*words, first=tmp_path)
    assert same[0].differences(same[1]) == []

    line = f"{planted}\n"
    assert text.count(before) == 1
    # An import of the future has to stay ahead of all others.
    text = text.replace(before, line + before) if before[0] != '"' else f"{text}\n{line}"
    plugin.write_text(text, "utf-8")

    disturbed = pair.outcomes(*words, first=tmp_path)
    found = disturbed[0].differences(disturbed[1])
    assert any("planted" in difference for difference in found), found
