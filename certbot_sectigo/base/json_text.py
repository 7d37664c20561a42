"""Parse JSON that anybody may have written: a CA, or whoever edits files here.

Python's own parser ends with RecursionError where brackets nest deep enough, an error that
nobody expects of a file.
"""

from __future__ import annotations

import json
from typing import Any


def loads(text: str | bytes) -> Any:
    """Return what a JSON text says.

    :raises ValueError: if it is no JSON, is not UTF-8, or nests too deep.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nests too deep") from None


def loads_object(text: str | bytes) -> dict[str, Any]:
    """Return the members of a JSON object.

    :raises ValueError: if the text is none.
    """
    content = loads(text)
    if not isinstance(content, dict):
        raise ValueError("is no JSON object")
    return content
