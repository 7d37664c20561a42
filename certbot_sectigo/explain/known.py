"""All that is understood: the sentences of CAs and clients, and the codes of the portal."""

from __future__ import annotations

from collections.abc import Iterator

from certbot_sectigo.ca import catalogue
from certbot_sectigo.ca.catalogue import Entry
from certbot_sectigo.portal.codes import CODES, ScmCode

_GENERAL = ("account-deactivated", "already-revoked", "digicert-order-refused")
"""Keys of entries that have the same words at ACME servers."""


def _entry(code: ScmCode) -> Entry:
    return Entry(
        key=code.key,
        title=code.title,
        meaning=code.meaning,
        steps=code.steps,
        phrases=tuple(_phrases(code)),
        hides=_GENERAL,
        sources=(f"SCM's REST reference: {', '.join(map(str, code.numbers))}",),
    )


def _phrases(code: ScmCode) -> Iterator[str]:
    """Return how SCM's answers and our messages about them have code and text together."""
    for number in map(abs, code.numbers):
        for words in code.words:
            yield f"!code {number} description * {words}"
            yield f"!description * {words} * code {number}"
            yield f"!{words} * code {number} status"


_PORTAL = tuple(map(_entry, CODES))

SPEAKERS = {"Sectigo Certificate Manager": _PORTAL, **catalogue.SPEAKERS}
"""What is understood, by speaker."""

ENTRIES = (*_PORTAL, *catalogue.ENTRIES)
"""All of it; where several say the same, the more particular comes first."""
