"""Reading a sandbox's configuration from a TOML file."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from certbot_sectigo.base import reading
from certbot_sectigo.base.secret import Secret
from certbot_sectigo.sandbox.config import Config, ConfigError
from certbot_sectigo.sandbox.parties import Admin, Organisation, Pair

if sys.version_info >= (3, 11):
    import tomllib
else:
    # Installed only below 3.11, so a newer Python does not see its types.
    import tomli as tomllib  # type: ignore[import-not-found,unused-ignore]

_KINDS: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
}
_TABLES: dict[str, tuple[str, type[Pair] | type[Organisation] | type[Admin]]] = {
    "pair": ("pairs", Pair),
    "organisation": ("organisations", Organisation),
    "admin": ("admins", Admin),
}
_NEEDED = {Organisation: "name", Admin: "login"}


def load_config(path: Path) -> Config:
    """Read a configuration from a TOML file.

    Its keys are the fields of :class:`Config`; each ``[[pair]]`` table has
    those of :class:`Pair`, where a missing ``kid`` or ``hmac_key`` is made up; likewise
    ``[[organisation]]`` and ``[[admin]]``. A file without any of the three has the usual ones.

    :raises ConfigError: naming every fault at once, each with its key.
    """
    try:
        data = tomllib.loads(reading.read_regular(path).decode("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from None
    complaints: list[str] = []
    parties: dict[str, Any] = {}
    for table, (field, kind) in _TABLES.items():
        parties[field] = _parties(data.pop(table, []), table, kind, complaints)
    given = _typed(Config, data, "", complaints)
    try:
        if not complaints:
            if not any(parties.values()):
                usual = Config.default()
                parties = {field: getattr(usual, field) for field in parties}
            return Config(**given, **parties)
    except ConfigError as error:
        complaints.extend(line.strip() for line in error.message.splitlines()[1:])
    raise ConfigError(
        f"{path} does not describe a sandbox:\n" + "\n".join(f"  {c}" for c in complaints),
        f"Correct these keys in {path}.",
    )


def _parties(
    tables: object,
    name: str,
    kind: type[Pair] | type[Organisation] | type[Admin],
    complaints: list[str],
) -> tuple[Any, ...]:
    if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        complaints.append(f"{name}: is not a list of [[{name}]] tables")
        return ()
    found = []
    for number, table in enumerate(tables, 1):
        where = f"{name} {number}: "
        needed = _NEEDED.get(kind)
        if needed is not None and needed not in table:
            complaints.append(f"{where}{needed}: is missing")
            continue
        before = len(complaints)
        values = _typed(kind, table, where, complaints)
        if len(complaints) == before:
            found.append(kind(**values))
    return tuple(found)


def _typed(
    cls: type[Any], table: Mapping[str, Any], where: str, complaints: list[str]
) -> dict[str, Any]:
    """Turn TOML values into those of a dataclass; faults go to ``complaints``."""
    tables = {field for field, _ in _TABLES.values()} if cls is Config else set()
    kinds = {f.name: str(f.type) for f in fields(cls) if f.name not in tables}
    values: dict[str, Any] = {}
    for key, value in table.items():
        kind = kinds.get(key)
        if kind is None:
            complaints.append(f"{where}{key}: is no key; there are {', '.join(sorted(kinds))}")
        elif kind.startswith("Secret"):
            if isinstance(value, str) and value:
                values[key] = Secret(value)
            else:
                complaints.append(f"{where}{key}: is not a text")
        elif kind.startswith("tuple"):
            if isinstance(value, list) and all(isinstance(item, str) for item in value):
                values[key] = tuple(value)
            else:
                complaints.append(f"{where}{key}: is not a list of texts")
        else:
            wanted = _KINDS[kind]
            if isinstance(value, wanted) and (kind == "bool" or not isinstance(value, bool)):
                values[key] = value
            else:
                complaints.append(f"{where}{key}: {value!r} is not of type {kind}")
    return values
