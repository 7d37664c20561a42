"""Members of a document that others wrote: each is looked at before it is used; pure.

:raises ValueError: all of them, if a member is not what the command prints.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any, TypeVar

Members = Mapping[str, Any]

_Type = TypeVar("_Type")


def one(item: Members, key: str, kind: type[_Type]) -> _Type:
    """Return a member of a type."""
    value = item.get(key)
    if not isinstance(value, kind):
        raise ValueError(f"its {key} is not what the command prints")
    return value


def text(item: Members, key: str) -> str:
    """Return a text."""
    return one(item, key, str)


def maybe(item: Members, key: str) -> str | None:
    """Return a text, None for null."""
    return None if item.get(key) is None else text(item, key)


def texts(item: Members, key: str) -> tuple[str, ...]:
    """Return a list of texts."""
    values = one(item, key, list)
    if not all(isinstance(value, str) for value in values):
        raise ValueError(f"its {key} is not what the command prints")
    return tuple(values)


def objects(item: Members, key: str) -> Iterator[Members]:
    """Go through a list of objects."""
    for value in one(item, key, list):
        if not isinstance(value, dict):
            raise ValueError(f"its {key} is not what the command prints")
        yield value


def time(item: Members, key: str) -> datetime | None:
    """Return a time (UTC), None for null."""
    found = maybe(item, key)
    if found is None:
        return None
    try:
        return datetime.strptime(found, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        raise ValueError(f"its {key} is no time") from None
