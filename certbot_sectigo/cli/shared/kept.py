"""What commands of ours printed with ``--json``, here or on other hosts, kept in files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from certbot_sectigo.base import json_text, reading

_MOST_BYTES = 64 << 20


def read(path: Path) -> list[dict[str, Any]]:
    """Return the documents in a file: one, or several of a line each.

    :raises OSError: if it cannot be read.
    :raises ValueError: if it holds something else, with what is wrong, without the file's name.
    """
    data = reading.read_regular(path, _MOST_BYTES)
    try:
        return [json_text.loads_object(data)]
    except ValueError:
        lines = [line for line in data.splitlines() if line.strip()]
        try:
            found = [json_text.loads_object(line) for line in lines]
        except ValueError:
            raise ValueError("it is no JSON object") from None
        if not found:
            raise ValueError("it is empty") from None
        return found
