"""The command ``certbot-sectigo`` in a child process, on the directories of a certbot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.bed import process, schema
from tests.bed.certbot import Certbot
from tests.bed.components import BIN


def command(
    certbot: Certbot,
    *words: str | Path,
    check: int | None = 0,
    options: tuple[str, ...] = (),
    drop: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
) -> process.Result:
    """Run it to its end.

    :param words: the subcommand with what belongs to it.
    :param options: global options.
    :param check: the exit code it must have; None for any.
    :param drop: words in front of it that make it another user's.
    :param env: further variables of its environment.
    """
    folders: list[str | Path] = []
    for option, folder in zip(("config", "work", "logs"), certbot.directories):
        folders += [f"--{option}-dir", folder]
    result = process.run(
        [*drop, BIN / "certbot-sectigo", *folders, *options, *words],
        folder=certbot.home / "output",
        env=certbot.environment(env),
        cwd=certbot.home,
        check=check,
    )
    assert "Traceback (most recent call last)" not in result.output, str(result)
    return result


def as_json(
    certbot: Certbot,
    *words: str | Path,
    check: int | None = 0,
    env: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Run it with ``--json`` and read what it prints."""
    result = command(certbot, *words, options=("--json",), check=check, env=env)
    return schema.document(result.stdout)
