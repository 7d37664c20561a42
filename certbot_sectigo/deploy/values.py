"""Read one value of the deploy file each.

A *reader* takes what TOML says and returns the value as wanted; it raises :exc:`ValueError`
with what is wanted instead, which goes after "target, key: ".
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from certbot_sectigo.deploy.model import ServiceCommand

KeyReader = Callable[[Any], Any]


def text(value: Any) -> str:
    """Read one line of text that is not empty."""
    if not isinstance(value, str) or not value or "\n" in value or "\0" in value:
        raise ValueError("must be a text in quotes")
    return value


def texts(value: Any) -> tuple[str, ...]:
    """Read a list of texts that is not empty."""
    wanted = 'must be a list of texts, as ["one", "two"]'
    if not isinstance(value, list) or not value:
        raise ValueError(wanted)
    try:
        return tuple(text(item) for item in value)
    except ValueError:
        raise ValueError(wanted) from None


def path(value: Any) -> Path:
    """Read the absolute path of a file."""
    given = text(value)
    if not PurePosixPath(given).is_absolute():
        raise ValueError(f'must be an absolute path, "{given}" is relative')
    if given.endswith("/"):
        raise ValueError(f'must name a file, "{given}" names a folder')
    return Path(os.path.normpath(given))


def user(value: Any) -> int | str:
    """Read a user or group: its name, or its number."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    given = text(value)
    return int(given) if given.isdecimal() else given


def mode(value: Any) -> int:
    """Read a file's mode."""
    # A bare 640 is the decimal number 640: a mode nobody means.
    if not isinstance(value, str) or not re.fullmatch(r"0?[0-7]{3}", value):
        raise ValueError('must be an octal mode in quotes, as "0640"')
    return int(value, 8)


def boolean(value: Any) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def seconds(value: Any) -> int:
    """Read a time-out."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 3600:
        raise ValueError("must be a number of seconds from 1 to 3600")
    return value


def address(value: Any) -> tuple[str, int]:
    """Read host and port."""
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\s:\[\]]+)):([0-9]{1,5})", text(value))
    if not found or not 0 < int(found[3]) < 65536:
        raise ValueError('must be host:port, as "localhost:443" or "[::1]:443"')
    return (found[1] or found[2], int(found[3]))


def ssh_host(value: Any) -> str:
    """Read where ssh is to go: user and host, or a ``Host`` of its configuration."""
    given = text(value)
    if not re.fullmatch(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]*@)?[A-Za-z0-9][A-Za-z0-9_.:%-]*", given):
        raise ValueError('must be user@host, as "certs@web1.example.org"')
    return given


def ssh_jump(value: Any) -> tuple[str, int | None]:
    """Read one host to go through, and its port."""
    found = re.fullmatch(r"([^:]+)(?::([0-9]{1,5}))?", text(value))
    if not found or not 0 < int(found[2] or 22) < 65536:
        raise ValueError("must be user@host or user@host:port; anything else goes into ssh_config")
    return ssh_host(found[1]), int(found[2]) if found[2] else None


def port(value: Any) -> int:
    """Read a port."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 65536:
        raise ValueError("must be a number from 1 to 65535")
    return value


def anything(value: Any) -> Any:
    """Take a value as it is; another key decides what it has to be."""
    return value


def one_of(*choices: str, shown: Iterable[str] = ()) -> KeyReader:
    """Return a reader that takes some words only.

    :param shown: those of them that it proposes; without any all.
    """

    def read(value: Any) -> str:
        if value not in choices:
            raise ValueError("must be one of " + ", ".join(shown or choices))
        return str(value)

    return read


def command(value: Any, shell: bool) -> ServiceCommand:
    """Read a command: a list of words, or one text for ``/bin/sh`` where the target says so.

    :raises ValueError: it is neither.
    """
    if shell:
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            raise ValueError("must be one text, as the target says shell = true")
        return ServiceCommand(("/bin/sh", "-c", value), value)
    if isinstance(value, str):
        raise ValueError(
            "must be a list of words, as "
            + str(value.split() or ["systemctl", "reload", "haproxy"]).replace("'", '"')
            + "; a text for the shell needs shell = true"
        )
    words = texts(value)
    if "/" in words[0] and not words[0].startswith("/"):
        raise ValueError(f'must start with a name or an absolute path, "{words[0]}" is relative')
    return ServiceCommand(words, shlex.join(words))
