"""What a certbot command does to a machine, in words that two runs of it share."""

from __future__ import annotations

import difflib
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pexpect

from tests.bed import tree
from tests.bed.certbot import Certbot

Answers = tuple[tuple[str, str], ...]
"""What a person is asked, as regular expressions, and answers."""

_VARYING = (
    (r"0x[0-9a-f]+", "ADDRESS"),
    (r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)?)?", "DATE"),
    (r"\(VALID: [^)]*\)", "(VALID)"),
    (r"(certbot-log-)\w+", r"\1X"),
    # One of two that are alike, as each can be revoked only once.
    (r"twin-[ab]", "twin"),
)


@dataclass(frozen=True)
class Outcome:
    """What a run said, and what it left behind."""

    code: int
    """The exit code."""
    said: str
    """Standard output and error, or what a terminal showed."""
    files: str
    """Every file, a line each, with the text of the renewal files."""

    def differences(self, other: Outcome) -> list[str]:
        """Say what is different in another outcome; empty if nothing is."""
        codes = [] if self.code == other.code else [f"exit code {self.code} -> {other.code}"]
        for ours, theirs in ((self.said, other.said), (self.files, other.files)):
            codes += difflib.unified_diff(ours.splitlines(), theirs.splitlines(), lineterm="", n=1)
        return codes


class Machine:
    """A machine that each run finds as it was in the beginning.

    :param certbot: what is on it already.
    :param folder: where a copy is kept.
    """

    def __init__(self, certbot: Certbot, folder: Path) -> None:
        self._certbot = certbot
        self._kept = folder
        for directory in certbot.directories:
            shutil.copytree(directory, folder / directory.name, symlinks=True)

    def outcome(
        self,
        certbot: Certbot,
        *words: str,
        answers: Answers | None = None,
        env: dict[str, str] | None = None,
    ) -> Outcome:
        """Put everything back as it was, run a command, and tell what came of it.

        :param certbot: one on the same directories.
        :param answers: run it on a terminal with a person who says this.
        """
        for directory in certbot.directories:
            shutil.rmtree(directory, ignore_errors=True)
            shutil.copytree(self._kept / directory.name, directory, symlinks=True)
        if answers is None:
            result = certbot.run(*words, check=None, env=env)
            code, said = result.returncode, result.output
        else:
            with certbot.on_terminal(*words) as child:
                said, code = _talk(child, answers)
        return Outcome(code, _alike(said), _alike(self._files()))

    def _files(self) -> str:
        config, work, logs = self._certbot.directories
        lines = []
        for path, entry in sorted(tree.Snapshot.of(config, work, logs).entries.items()):
            # Keys and certificates are others each time, logs have times in them.
            varies = (path.endswith(".pem") and entry.kind == "file") or Path(logs) in Path(
                path
            ).parents
            content = "" if varies else entry.content
            if path.endswith(".conf"):
                content = Path(path).read_text("utf-8")
            lines.append(f"{path} {entry.kind} {entry.mode} {entry.owner} {content}")
        return "\n".join(sorted(map(_alike, lines)))


def _talk(child: Any, answers: Answers) -> tuple[str, int]:
    said = ""
    for question, answer in answers:
        asked = child.expect([question, pexpect.EOF])
        said += str(child.before) + ("" if asked else str(child.after))
        if asked:
            break
        child.sendline(answer)
    else:
        child.expect(pexpect.EOF)
        said += str(child.before)
    child.close()
    return re.sub(r"[ \r]+\n", "\n", said), int(child.exitstatus or 0)


def _alike(text: str) -> str:
    for pattern, same in _VARYING:
        text = re.sub(pattern, same, text)
    return text


def without_section(text: str, title: str) -> str:
    """Give certbot's help without one section, and without what wraps around it."""
    return re.sub(rf"(?m)^{re.escape(title)}:\n(?:[ \t].*\n|\n(?=[ \t]))*\n?", "", text)
