"""Run a proposed command as it is printed, as somebody at a shell does who pastes it."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import replace

from tests.bed import process, proposals
from tests.bed.certbot import Certbot
from tests.bed.components import BIN

_SUDO = """#!/bin/sh
# sudo as far as proposals use it.
user=0
[ "$1" = -u ] && { user=${2#\\#}; shift 2; }
exec setpriv --reuid "$user" --regid "$user" --clear-groups "$@"
"""


def answered(line: str, more: str = "--yes") -> str:
    """Return a command with more options, in front of values that begin with a dash."""
    options, dashes, values = line.partition(" -- ")
    return f"{options} {more}{dashes}{values}"


def paste(
    certbot: Certbot,
    printed: str,
    words: Mapping[str, object] | None = None,
    *,
    more: str = "",
    check: int | None = 0,
    env: Mapping[str, str] | None = None,
) -> process.Result:
    """Run a printed command, or several lines of them.

    :param words: what a reader puts in the place of words in capitals.
    :param more: what answers its questions: ``--yes``, or options of the bed, in lines of
        certbot and certbot-sectigo.
    :param check: the exit code it must have; None for any.
    """
    proposals.ran(printed)
    lines = []
    for line in printed.splitlines():
        for capitals, value in (words or {}).items():
            line = re.sub(rf"\b{capitals}\b", str(value), line)
        ours = re.match(r"\s*(sudo .*)?certbot", line)
        line = answered(line, more) if ours and more else line
        # Whoever pastes sits at a terminal, where certbot does not wait before it renews.
        if ours and " renew " in f"{line} " and "--no-random-sleep-on-renew" not in line:
            line += " --no-random-sleep-on-renew"
        lines.append(line)
    programs = certbot.home / "programs"
    programs.mkdir(exist_ok=True)
    sudo = programs / "sudo"
    sudo.write_text(_SUDO)
    sudo.chmod(0o755)
    environment = certbot.environment(env)
    environment["PATH"] = os.pathsep.join((str(programs), str(BIN), environment["PATH"]))
    environment["COLUMNS"] = "300"
    commands = [_without_shell(line) for line in lines]
    if not all(commands):
        commands = [["sh", "-ec", "\n".join(lines)]]
    results: list[process.Result] = []
    for command in commands:
        results.append(
            process.run(
                command,
                folder=certbot.home / "output",
                env=environment,
                cwd=certbot.home,
                check=None,
            )
        )
        if results[-1].returncode:
            break
    result = replace(
        results[-1],
        stdout="".join(result.stdout for result in results),
        stderr="".join(result.stderr for result in results),
    )
    assert check is None or result.returncode == check, str(result)
    assert "Traceback (most recent call last)" not in result.output, str(result)
    return result


def _without_shell(line: str) -> list[str]:
    """Give the words of a line that a shell would only split; none of any other line."""
    if not re.match(r"certbot(-sectigo)? [^;|&<>()$`\\*?~#{}\[\]!]*$", line):
        return []
    program, *words = shlex.split(line)
    return [str(BIN / program), *words]
