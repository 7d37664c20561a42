"""Commands that a message proposes, written so that they do here what they say.

The only writer of certbot's and ours: each carries the directories of this run, and stands on a
line of its own, so that it can be pasted. All pass :mod:`certbot_sectigo.base.proposed`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from certbot_sectigo.base import proposed
from certbot_sectigo.machine import certbot_versions
from certbot_sectigo.machine.dirs import Dirs

_PROGRAM = re.compile(r"(certbot-sectigo|certbot(?: [a-z_]+)?)(?: (.+))?")
"""A command's beginning, behind which its directories stand, and the rest."""
_PLACEHOLDER = re.compile(r"[A-Z]+(?:-[A-Z]+)*(?:\.\.\.|…)?")
"""A word for the reader to replace: FILE, ID, NAME…"""

_DASHED = re.compile(r"-[^-].+")
"""A value; the short options that are proposed have one letter."""

_given: Mapping[str, str] = {}
_called: Sequence[str] = ()


def ours(*words: str) -> str:
    """Return a command line of certbot-sectigo that does here what it says.

    :param words: from the subcommand on, as ``("accounts", "restore", id)``; words in capitals
        are for the reader to replace and are not quoted.
    """
    return line(f"certbot-sectigo {_joined(words)}")


def certbots(subcommand: str, *words: str) -> str:
    """Return a command line of certbot that does here what it says; as :func:`ours`."""
    return line(f"certbot {_joined([subcommand, *words])}")


def saving(cert_name: str, *options: str) -> str:
    """Return the command line of certbot that saves options with a lineage."""
    return certbots(*certbot_versions.saving_words(), "--cert-name", cert_name, *options)


def giving(cert_name: str, authenticator: str) -> str:
    """Return the command line that gives a lineage this plugin's authenticator.

    Before certbot has ``reconfigure`` only ``adopt`` can: a renewal with another authenticator
    than the lineage's is refused, as it may be meant for all lineages.
    """
    if "reconfigure" in certbot_versions.saving_words():
        return saving(cert_name, "--authenticator", authenticator)
    return ours("adopt", "--cert-name", cert_name)


def line(text: str) -> str:
    """Return a command line with the directories of this run put in, where it takes them.

    For texts that are data, the catalogue's, and for what is no list of words, such as
    ``certbot-sectigo deploy --example haproxy > FILE``.

    :param text: the line as it is to be typed, quoted, without the directories. Lines that
        start neither certbot nor certbot-sectigo stay as they are.
    """
    return proposed.line(" ; ".join(map(_directed, text.split(" ; "))))


def _directed(command: str) -> str:
    found = _PROGRAM.fullmatch(command)
    if found is None:
        return command
    return " ".join(filter(None, (found[1], shlex.join(directories()), found[2])))


def directories() -> list[str]:
    """Return the words that lead certbot to the directories of this run; none for its defaults."""
    return [word for option in _given.items() for word in option]


def again(user: int) -> str:
    """Return the command line that this process was called with, for another user.

    :param user: uid of whoever is to run it.
    """
    whose = "sudo" if user == 0 else f"sudo -u {shlex.quote(f'#{user}')}"
    text = f"{whose} certbot-sectigo {shlex.join(_called)}"
    return proposed.line(text)


def again_with(*options: str) -> str:
    """Return the command line this process was called with, and options that it lacked, on a line.

    :param options: as for :func:`ours`.
    :returns: nothing where this process is no certbot-sectigo.
    """
    if not _called:
        return ""
    called = list(_called)
    behind = called.index("--") if "--" in called else len(called)
    called[behind:behind] = options
    return "\n" + proposed.line(f"certbot-sectigo {shlex.join(called)}")


def _joined(words: Iterable[str]) -> str:
    safe = _told_apart(list(words))
    return " ".join(word if _PLACEHOLDER.fullmatch(word) else shlex.quote(word) for word in safe)


def _told_apart(words: list[str]) -> list[str]:
    """Write values that begin with a dash, as random ids may, so that none is taken for an option.

    :param words: options come behind all that are none.
    """
    first = next((at for at, word in enumerate(words) if word.startswith("--")), len(words))
    options: list[str] = []
    for word in words[first:]:
        if _DASHED.fullmatch(word) and options and options[-1].startswith("--"):
            options[-1] += f"={word}"
        else:
            options.append(word)
    dashed = next((at for at, word in enumerate(words[:first]) if _DASHED.fullmatch(word)), None)
    if dashed is None:
        return words[:first] + options
    return [*words[:dashed], *options, "--", *words[dashed:first]]


def remember(options: Mapping[str, str]) -> None:
    """Take the directories' options that commands proposed later have to carry.

    :param options: option -> value, those that are not the default.
    """
    global _given
    _given = dict(options)


def called(words: Sequence[str]) -> None:
    """Take the words of this process's own command, all behind the program's name."""
    global _called
    _called = tuple(words)


def of(config: Any) -> Dirs:
    """Return the directories of certbot's own configuration."""
    return Dirs(Path(config.config_dir), Path(config.work_dir), Path(config.logs_dir))
