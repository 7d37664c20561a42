"""Pure: what an answer of SCM means, and what is said where it is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from certbot_sectigo.base import json_text
from certbot_sectigo.base.printable import one_line
from certbot_sectigo.portal.codes import remedy
from certbot_sectigo.portal.errors import RefusedError, UnreachableError

_LONGEST_WAIT = 60.0


class ScmAnswer:
    """What SCM answered, without being printed by accident."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    def __repr__(self) -> str:
        return f"<answer {self.status}, {len(self.body)} bytes>"


def parsed(answer: ScmAnswer, path: str) -> Any:
    """Return what an answer's JSON says.

    :raises UnreachableError: if it is none.
    """
    try:
        return json_text.loads(answer.body)
    except ValueError:
        kind = one_line(answer.headers.get("Content-Type", "no type"), 80)
        raise UnreachableError(
            f"The answer to {path} is no JSON but {kind}.",
            "Something between here and SCM may have answered: a proxy, a log-in page.",
        ) from None


def refusal(method: str, path: str, answer: ScmAnswer) -> RefusedError | UnreachableError:
    """Return the error that an answer which is no success stands for."""
    if answer.status < 400:
        target = one_line(answer.headers.get("Location", "nowhere"), 200)
        return UnreachableError(
            f"SCM redirects {method} {path} to {target}; that is not followed, as the password "
            "would go along.",
            "Write the address that SCM's own documentation gives for your customer into "
            "sectigo_scm_url.",
            sent=False,
        )
    try:
        document = json_text.loads_object(answer.body)
    except ValueError:
        kind = one_line(answer.headers.get("Content-Type", "no type"), 80)
        text = f"{method} {path} got {answer.status} and no JSON but {kind}."
        advice = "Something between here and SCM may have answered; try again later."
        if answer.status >= 500:
            return UnreachableError(text, advice)
        return RefusedError(text, remedy(answer.status, None, ""), answer.status, None)
    number = whole(document.get("code"))
    words = one_line(str(document.get("description", "no reason given")), 300)
    numbered = f" (code {number})" if number is not None else ""
    text = f"SCM refuses {method} {path}: {words}{numbered}, status {answer.status}."
    if answer.status >= 500:
        return UnreachableError(text, remedy(answer.status, number, words))
    return RefusedError(text, remedy(answer.status, number, words), answer.status, number)


def wait(answer: ScmAnswer, attempt: int) -> float:
    """Return how long to wait before a request is repeated, in seconds."""
    told = whole(answer.headers.get("Retry-After"))
    return min(2.0 ** (attempt - 1) if told is None else max(0, told), _LONGEST_WAIT)


def whole(value: object) -> int | None:
    """Return a whole number, in digits of a text too; None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def host(url: str) -> str:
    """Return the host of a URL, for people."""
    return one_line(urlsplit(url).netloc, 200)
