"""An administrator's terminal: reads an explanation and pastes its commands, as printed."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import shlex
import struct
import termios
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pexpect
from pexpect import fdpexpect

from tests.bed.certbot import Certbot
from tests.bed.components import BIN
from tests.bed.process import TIMEOUT, forker
from tests.bed.process import run as run_process
from tests.bed.proposals import ran

STAND_IN = """#!/bin/sh
printf '%s' "${0##*/}"
printf ' <%s>' "$@"
echo
"""
"""A program that tells what it was asked, for those that are not here or ask other machines."""


class Desk:
    """A terminal.

    :param certbot: whose directories and home it has.
    """

    def __init__(self, certbot: Certbot) -> None:
        self.certbot = certbot
        self.commands: list[str] = []
        self.env: dict[str, str] = {}
        self._first = certbot.home / "first-on-path"

    def explains(self, key: str, text: str | None = None) -> list[str]:
        """Have the newest log explained, or a text; give the commands that are printed.

        Each has to stand on a line of its own.
        """
        words = ["explain"]
        if text is not None:
            file = self.certbot.home / "said.txt"
            file.write_text(text, "utf-8")
            words.append(str(file))
        lines = [line.strip() for line in self._ours(*words).splitlines()]
        findings = json.loads(self._ours(*words, "--json"))["findings"]
        found = [finding for finding in findings if finding["entry"] == key]
        assert found, [finding["entry"] for finding in findings]
        steps = (step for finding in found for step in finding["steps"])
        self.commands = [c for step in steps for c in re.findall(r"`([^`]+)`", step)]
        assert [c for c in self.commands if c not in lines] == []
        return self.commands

    def _ours(self, *words: str) -> str:
        """Run the command, which asks nothing."""
        command = [str(BIN / "certbot-sectigo"), *self.directories.split(), *words]
        folder, env = self.certbot.home / "output", self._environment()
        return run_process(command, folder=folder, env=env, cwd=self.certbot.home).stdout

    def pastes(
        self, part: str, words: Mapping[str, str] | None = None, check: int | None = 0
    ) -> str:
        """Run the one of the printed commands that has a part, with its capitals replaced."""
        (command,) = (line for line in self.commands if part in line)
        ran(command)
        for capitals, value in (words or {}).items():
            command, replaced = re.subn(rf"\b{capitals}\b", value, command)
            assert replaced, command
        return self.types(command, check)

    def types(self, command: str, check: int | None = 0) -> str:
        """Run a command line at a terminal, with yes to whatever it asks."""
        with self._terminal(command) as child:
            said = self._answered(child)
        code = child.exitstatus
        assert "Traceback" not in said, said
        assert check is None or code == check, f"{command}\n{said}"
        return said

    @contextmanager
    def _terminal(self, command: str) -> Iterator[Any]:
        """Run a command line at a terminal; one of ours alone is a fork of the warm one."""
        env = self._environment()
        words = shlex.split(command)
        ours = words[:1] == ["certbot-sectigo"] and not re.search(r"[;|&<>$`*]", command)
        warm = forker(str(BIN / words[0]), env) if ours else None
        if warm is None:
            child: Any = pexpect.spawn(
                "sh", ["-c", command], env=env, encoding="utf-8", timeout=TIMEOUT,
                dimensions=(50, 1000), cwd=str(self.certbot.home),
            )  # fmt: skip
            yield child
            child.close()
            return
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 1000, 0, 0))
        line = Path(os.ttyname(slave))
        child = fdpexpect.fdspawn(master, encoding="utf-8", timeout=TIMEOUT)

        def run() -> None:
            arguments = [str(BIN / words[0]), *words[1:]]
            child.exitstatus = warm.run(
                arguments, env=env, cwd=self.certbot.home, out=line, err=line, stdin=line,
                timeout=TIMEOUT,
            )  # fmt: skip
            os.close(slave)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield child
        finally:
            thread.join()
            os.close(master)

    @staticmethod
    def _answered(child: Any) -> str:
        """Say yes to whatever it asks; give all it said."""
        said = ""
        answers = ["y", "y", "", ""]
        yes = r"\(Y\)es( \(recommended\))?/\(N\)o: ?"
        questions = [r"\[y/N\]:? ?", yes, r"cancel\): ?", r"empty: none\): ?", pexpect.EOF]
        while (asked := child.expect(questions)) < len(answers):
            said += str(child.before)
            child.sendline(answers[asked])
        return said + str(child.before)

    def stand_in(self, *programs: str, script: str = STAND_IN) -> None:
        """Put programs before all others that only tell what they were asked."""
        self._first.mkdir(exist_ok=True)
        for program in programs:
            path = self._first / program
            path.write_text(script, "utf-8")
            path.chmod(0o755)

    @property
    def directories(self) -> str:
        """The options that a user types."""
        pairs = zip(("config", "work", "logs"), self.certbot.directories)
        return " ".join(f"--{option}-dir {folder}" for option, folder in pairs)

    def _environment(self) -> dict[str, str]:
        environment = {**self.certbot.environment(), **self.env}
        environment["PATH"] = f"{self._first}:{BIN}:{environment['PATH']}"
        environment["COLUMNS"] = "300"
        return environment
