"""Read one value of the deploy file each: the value as wanted, or what is wanted instead."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from certbot_sectigo.deploy.model import PARTS, Command

FORMATS = ("files", "bundle", "pkcs12", "jks")


# Every reader raises ValueError, whose text goes after "target, key: ".
def _text(value: Any) -> str:
    if not isinstance(value, str) or not value or "\n" in value or "\0" in value:
        raise ValueError("must be a text in quotes")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError('must be a list of texts, as ["one", "two"]')
    try:
        return tuple(_text(item) for item in value)
    except ValueError:
        raise ValueError('must be a list of texts, as ["one", "two"]') from None


def _path(value: Any) -> Path:
    text = _text(value)
    if not PurePosixPath(text).is_absolute():
        raise ValueError(f'must be an absolute path, "{text}" is relative')
    if text.endswith("/"):
        raise ValueError(f'must name a file, "{text}" names a folder')
    return Path(os.path.normpath(text))


def _user(value: Any) -> int | str:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    text = _text(value)
    return int(text) if text.isdigit() else text


def _mode(value: Any) -> int:
    # A bare 640 is the decimal number 640: a mode nobody means.
    if not isinstance(value, str) or not re.fullmatch(r"0?[0-7]{3}", value):
        raise ValueError('must be an octal mode in quotes, as "0640"')
    return int(value, 8)


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _seconds(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 3600:
        raise ValueError("must be a number of seconds from 1 to 3600")
    return value


def _address(value: Any) -> tuple[str, int]:
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\s:\[\]]+)):([0-9]{1,5})", _text(value))
    if not found or not 0 < int(found[3]) < 65536:
        raise ValueError('must be host:port, as "localhost:443" or "[::1]:443"')
    return (found[1] or found[2], int(found[3]))


def _one_of(*choices: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in choices:
            raise ValueError("must be one of " + ", ".join(choices))
        return str(value)

    return read


def _order(value: Any) -> tuple[str, ...]:
    parts = _texts(value)
    if any(part not in PARTS for part in parts) or len(set(parts)) != len(parts):
        raise ValueError("must name each of " + ", ".join(PARTS) + " at most once")
    if "fullchain" in parts and {"cert", "chain"} & set(parts):
        raise ValueError("must not repeat a certificate: fullchain is cert and chain already")
    return parts


def _as_it_is(value: Any) -> Any:
    return value


KEYS: dict[str, Callable[[Any], Any]] = {
    "name": _text,
    "cert_name": _text,
    "domains": _texts,
    "format": _one_of(*FORMATS),
    "path": _path,
    **dict.fromkeys(PARTS, _path),
    "order": _order,
    "owner": _user,
    "group": _user,
    "mode": _mode,
    "public_mode": _mode,
    "test": _as_it_is,
    "reload": _as_it_is,
    "shell": _bool,
    "timeout": _seconds,
    "connect": _address,
    "password_file": _path,
    "generate_password": _bool,
    "encryption": _one_of("modern", "legacy"),
    "alias": _text,
    "allow_sandbox": _bool,
}
_STORE_KEYS = frozenset({"password_file", "generate_password", "alias"})
# Keys that have a meaning in some formats only.
ONLY_IN = {
    "files": frozenset(PARTS),
    "bundle": frozenset({"path", "order"}),
    "pkcs12": frozenset({"path", "encryption"}) | _STORE_KEYS,
    "jks": frozenset({"path"}) | _STORE_KEYS,
}


def command(value: Any, shell: bool) -> Command:
    """Read a command: a list of words, or one text for ``/bin/sh`` where the target says so.

    :raises ValueError: it is neither.
    """
    if shell:
        if not isinstance(value, str) or not value.strip():
            raise ValueError("must be one text, as the target says shell = true")
        return Command(("/bin/sh", "-c", value), value)
    if isinstance(value, str):
        raise ValueError(
            "must be a list of words, as "
            + str(value.split() or ["systemctl", "reload", "haproxy"]).replace("'", '"')
            + "; a text for the shell needs shell = true"
        )
    words = _texts(value)
    if "/" in words[0] and not words[0].startswith("/"):
        raise ValueError(f'must start with a name or an absolute path, "{words[0]}" is relative')
    return Command(words, shlex.join(words))
