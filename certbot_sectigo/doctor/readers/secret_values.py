"""Every secret that this machine is known to hold, so that it can be looked for elsewhere."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from certbot_sectigo.base import json_text, reading
from certbot_sectigo.base.secret import Secret
from certbot_sectigo.machine import renewal_file
from certbot_sectigo.machine.dirs import Dirs

_SHORTEST = 6
"""Letters of a secret under a name that does not tell; a shorter value is taken for a setting."""
_PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "k")
"""Members of a JWK that are secret (RFC 7518 section 6)."""
_LINE = re.compile(
    r"^[^\S\n]*(?P<key>[\w.-]+)\s*[=:]\s*[\"']?(?P<value>.*?)[\"']?\s*$", re.MULTILINE
)
_OPEN = re.compile(
    r".*(kid|server|url|uri|login|alg|algorithm|email|user|username|port|command|file|path|dir)"
    r"|generate_password"
)
"""Keys of credentials files whose values are no secret; a helper needs some of them."""
_TELLING = re.compile(
    r"(?:.*[_.-])?(?:passw(?:or)?d|passphrase|pass|pwd?|secret|token|(?:api)?key|hmac)(?:[_.-].*)?"
)
"""Keys whose values are secret, whatever they look like."""
_BASE64 = re.compile(r"[A-Za-z0-9+/=]{40,}")


def read(dirs: Dirs, settings: Iterable[Path]) -> frozenset[Secret]:
    """Read account keys, certificate keys, and every value of the credentials files in use.

    :param settings: ``cli.ini`` and the like, which may name credentials files.
    :raises OSError: if one of them cannot be read: what it holds could not be looked for.
    """
    found: set[str] = set()
    # The deploy file names the passwords of key stores.
    named = {dirs.default_credentials, dirs.deploy_file, dirs.config_dir / "sectigo-scm.ini"}
    for folder, _, names in os.walk(dirs.config_dir, onerror=_raise):
        for name in names:
            path = Path(folder, name)
            if name == "private_key.json":
                found.update(_of_jwk(_text(path)))
            elif re.match(r"privkey.*\.pem$|.*\.key$", name):
                found.update(_BASE64.findall(_text(path)))
            elif path.parent == dirs.renewal and name.endswith(".conf"):
                named.update(_named(_text(path)))
    for path in settings:
        named.update(_named(_text(path)))
    for path in named:
        for match in _LINE.finditer(_text(path)):
            key, value = match["key"].lower(), match["value"]
            if key.endswith("_file") and value.startswith("/"):
                found.update(line.strip() for line in _text(Path(value)).splitlines())
            elif not _OPEN.fullmatch(key) and (_TELLING.fullmatch(key) or _may_be_secret(value)):
                found.add(value)
    return frozenset(Secret(value) for value in found if value.strip("*"))


def _raise(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _text(path: Path) -> str:
    try:
        return reading.read_regular(path).decode("utf-8", "replace")
    except FileNotFoundError:
        return ""


def _of_jwk(text: str) -> Iterator[str]:
    try:
        key = json_text.loads(text)
    except ValueError:
        return
    if isinstance(key, dict):
        yield from (key[name] for name in _PRIVATE if isinstance(key.get(name), str))


def _named(text: str) -> Iterator[Path]:
    """Give the credentials files that settings name: ours and those of DNS plugins."""
    for key, value in renewal_file.salvage(text.encode()).items():
        if key.replace("-", "_").endswith("credentials") and value.startswith("/"):
            yield Path(value)


def _may_be_secret(value: str) -> bool:
    """Leave out what stands in such files and is none: paths, numbers, names of hosts, words."""
    plain = re.fullmatch(r"/.*|[\d.]+|[a-z-]{1,15}|[\w.*-]+\.[a-z]{2,}|\[.*\]", value)
    return len(value) >= _SHORTEST and plain is None
