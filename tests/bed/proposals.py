"""Every command that is proposed is run as printed by some test: the register that compares.

The writer of proposals (``base/proposed``) has a hook. In the processes of pytest it is set here;
in those that tests start, by a ``.pth`` file of the test environment that acts where
:data:`REGISTER` is in the environment, so that the product knows nothing of it. Both note what
they see in files of a folder, as tests do with what they run (:func:`ran`). At the end of a run of
all tests the shapes are compared: program, subcommands and options, without values.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sysconfig
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from certbot_sectigo.base import proposed, secret
from certbot_sectigo.cli.main import cli
from tests.bed import leaks, proposals_hook
from tests.bed.proposals_hook import REGISTER

_folder: Path | None = None
complaints_of_all: list[str] = []
"""What a run of all tests leaves to be said."""

_NO_SYSTEMD = "a test machine has no systemd; what it reads afterwards is read in a test"
_NO_INDEX = "asks a package index, which no test may; that the words are pip's is seen in a test"
ELSEWHERE: dict[str, str] = {
    "pip install": _NO_INDEX,
    "systemctl daemon-reload": _NO_SYSTEMD,
    "systemctl edit": _NO_SYSTEMD,
    "systemctl enable --now": _NO_SYSTEMD,
}
"""Shapes that no test can run, with the reason."""

_PTH = (
    f"import os; r = os.environ.get('{REGISTER}'); "
    "h = r and r + '/hook.py'; "
    "h and os.path.exists(h) and exec(open(h).read(), {'__name__': 'hook'})\n"
)
_AGAIN = "certbot-sectigo, what was typed, as another user"
"""What repeats the user's own command, whichever that was (``commands.again``)."""
_WITH_VALUE = {
    "--config-dir", "--work-dir", "--logs-dir", "--system-root", "--lock-timeout",
    "--scm-credentials",
}  # fmt: skip
"""Options that say where, and are no part of a shape."""
_WHERE = {"ssh": {"-F", "-p"}}
"""The same of programs of others."""
_SUBCOMMANDS = {"apt", "apt-get", "certbot", "openssl", "pip", "snap", "systemctl"}
"""Programs of others whose first word is one."""


def begin(folder: Path) -> None:
    """Have this process, and all that it starts, note what is proposed in a folder."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o1777)  # some tests are other users
    hook = Path(proposals_hook.__file__).read_text(encoding="utf-8")
    (folder / "hook.py").write_text(f"{hook}\n\nmeet({str(folder)!r})\n", encoding="utf-8")
    pth = Path(sysconfig.get_path("purelib"), "certbot-sectigo-proposals.pth")
    if not pth.exists() or pth.read_text() != _PTH:
        pth.write_text(_PTH)
    os.environ[REGISTER] = str(folder)


def configure(config: pytest.Config) -> None:
    """Begin, where this is a run of all tests, and join one that has begun."""
    global _folder
    option = config.option
    some = bool(option.file_or_dir or option.keyword or option.markexpr or option.deselect)
    if hasattr(config, "workerinput"):
        pass  # the controller has begun
    elif REGISTER in os.environ:
        begin(Path(os.environ[REGISTER]))
    elif not some and not option.collectonly and not option.lf:
        _folder = Path(tempfile.mkdtemp(prefix="proposals-"))
        begin(_folder)
    if REGISTER in os.environ:
        proposed.written = proposals_hook.recorder(os.environ[REGISTER])
        proposals_hook.watch_secrets(secret, os.environ[REGISTER])


def finish(session: pytest.Session) -> None:
    """Compare, where this process began, and all tests could run and passed."""
    if _folder is None:
        return
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = [str(report.longrepr) for report in reporter.stats.get("skipped", ())]
    missing = any("not installed" in text or "only root" in text for text in skipped)
    if session.exitstatus == 0 and not missing:
        told = (f"proposed, and run by no test: {line}" for line in complaints(_folder))
        complaints_of_all.extend(told)
        complaints_of_all.extend(f"a secret in {line}" for line in leaks.complaints(_folder))
        if complaints_of_all:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
    shutil.rmtree(_folder)


def ran(text: str) -> str:
    """Note that a test runs a command as it was printed.

    :param text: what was printed; a test may have replaced words in capitals, and added answers
        (``--yes``) behind it.
    :returns: the text.
    """
    if REGISTER in os.environ:
        proposals_hook.note(os.environ[REGISTER], "ran", {"text": text})
    return text


def complaints(folder: Path) -> list[str]:
    """Say which shapes were proposed and never run, each with the places that wrote it."""
    run = {
        shape for line in proposals_hook.notes(str(folder), "ran") for shape in shapes(line["text"])
    }
    # Who pastes a command answers its question with it.
    run |= {" ".join(word for word in shape.split() if word != "--yes") for shape in run}
    found: dict[str, set[str]] = {}
    for line in proposals_hook.notes(str(folder), "proposed"):
        for shape in shapes(line["text"]):
            found.setdefault(shape, set()).add(line["site"])
    told = [
        f"{shape}   <- {', '.join(sorted(sites))}"
        for shape, sites in sorted(found.items())
        if shape not in run and shape not in ELSEWHERE
    ]
    told += [f"{shape} is excepted, and nothing proposes it" for shape in ELSEWHERE.keys() - found]
    return told


def shapes(text: str) -> Iterator[str]:
    """Give the shape of each command in a text of one or more lines."""
    for line in text.splitlines():
        for command in _commands(line):
            words = list(_without_sudo(command))
            if words:
                again = words != command and Path(words[0]).name == "certbot-sectigo"
                yield _AGAIN if again else _shape(words)


def _commands(line: str) -> Iterator[list[str]]:
    """Split a line as a shell does, at ``&&``, ``|`` and the like; redirections go."""
    words: list[str] = []
    try:
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        tokens = list(lexer)
    except ValueError:  # prose with an apostrophe
        tokens = line.split()
    skip = False
    for token in tokens:
        if skip:
            skip = False
        elif re.fullmatch(r"[<>]+", token):
            skip = True
        elif re.fullmatch(r"[&|;()]+", token):
            yield words
            words = []
        else:
            words.append(token)
    yield words


def _without_sudo(words: list[str]) -> Iterable[str]:
    if words[:1] != ["sudo"]:
        return words
    return words[3:] if words[1:2] == ["-u"] else words[1:]


def _shape(words: list[str]) -> str:
    program = Path(words[0]).name
    if re.match(r"python[\d.]*$", program) and words[1:3] == ["-m", "pip"]:
        program, words = "pip", words[2:]
    bare: list[str] = []
    options: set[str] = set()
    rest = iter(words[1:])
    where = _WHERE.get(program, _WITH_VALUE)
    for word in rest:
        name = word.partition("=")[0]
        if word == "--":
            bare += rest
        elif name in where:
            if name == word:
                next(rest, None)
        elif re.match(r"-\D", word):
            options.add(name)
        else:
            bare.append(word)
    if program == "certbot-sectigo":
        names = _subcommands(bare)
    else:
        names = bare[:1] if program in _SUBCOMMANDS else []
    return " ".join([program, *names, *sorted(options)])


def _subcommands(bare: list[str]) -> list[str]:
    names: list[str] = []
    group: click.Command | None = cli
    context = click.Context(cli)
    for word in bare:
        if not isinstance(group, click.Group) or word not in group.list_commands(context):
            break
        names.append(word)
        group = group.get_command(context, word)
    return names
