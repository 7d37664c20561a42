"""Secret: a value that prints as ``***``."""

from __future__ import annotations

import hmac
from typing import Any, NoReturn


class Secret:
    """Carry a secret text so that it cannot be printed, logged or pickled by accident.

    ``str``, ``repr``, ``format`` and ``%``-formatting all give ``***``. The only
    way to the value is :meth:`reveal`, which is easy to search for.

    :param value: the secret; never empty.
    :raises ValueError: if the value is empty (its text is not repeated).
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        if not value:
            raise ValueError("a secret must not be empty")
        self.__value = value

    def reveal(self) -> str:
        """Return the value itself, at the one place that has to send or store it."""
        return self.__value

    def __repr__(self) -> str:
        return "***"

    def __str__(self) -> str:
        return "***"

    def __format__(self, format_spec: str) -> str:
        return format("***", format_spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.__value.encode(), other.__value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self.__value))

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not serialised")
