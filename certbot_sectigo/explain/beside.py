"""Pure: what a text shows beside the failure that changes which cause and step come first."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LEFT_IN = re.compile(
    r"(?:\B--?[\w-]{2,40}[ =]|[\w.-]{2,40}[\"']?\s?[:=]\s?)[\"'`]?(?P<left>"
    r"<your[-_ ][\w -]{2,40}>|YOUR[-_][A-Z\d_-]{2,40}\b"
    r"|your[-_](?:kid|key|hmac|token|eab|api|account|email|e-mail|domain)[\w-]{0,40}"
    r"|(?i:replace|insert|change)[-_]?(?i:me|with|this|here)\b[\w-]{0,40}"
    r"|(?i:replace_with_)\w{1,40}|[A-Z][A-Z\d_]{2,40}_HERE\b)"
)
"""What manuals put where a value of one's own belongs."""
_OWN_VALUES = re.compile(
    r"eab|kid|hmac|contact|wrong-directory|not-acme|url-incomplete|dns-plugin-error|identifier"
    r"|name-|client-settings|ca-name-resolution|account-unknown|lacks-authorization|email"
)
"""Keys of entries that such a value brings about."""
_UPDATED = re.compile(
    r"(?i)no updates? available|already (?:the newest|the latest|up-? ?to-? ?date|updated|upgraded"
    r"|on the (?:newest|latest))|(?:requirement )?already satisfied"
    r"|(?:tried|have tried) (?:to )?(?:updat|upgrad|refresh)\w+"
    r"|(?:updat|upgrad|refresh)\w+[^.\n]{0,40}\b(?:(?:did|does)(?:n't| not)|no) help"
    r"|(?:aktualisier|update)\w*[^.\n]{0,40}(?:hilft|half|hat)[^.\n]{0,20}nicht"
)
_INSTALLED = re.compile(
    r"(?i)(?:already|tried|have|even)[^.\n]{0,30}\bre-?install"
    r"|re-?install\w*[^.\n]{0,60}(?:(?:did|does)(?:n't| not)|no) help"
    r"|same (?:error )?after re-?install"
)
_TRIED = (
    (_UPDATED, re.compile(r"\A(?:Updat|Upgrad|Bring\b.{0,60}\bup to date)")),
    (_INSTALLED, re.compile(r"(?i)\A(?:If it stays, )?(?:re-?install|remove\b.{0,60}\binstall)")),
)
"""What tells that a thing was done, and how steps begin that ask for it."""


def left_in(text: str, key: str) -> str | None:
    """Return the cause that a placeholder in a text is; None if there is none.

    :param text: all that was pasted.
    :param key: of the entry that is explained.
    """
    found = _LEFT_IN.search(text) if _OWN_VALUES.search(key) else None
    if found is None:
        return None
    return (
        f"A placeholder was left in: '{found['left']}' stands where a value of your own belongs "
        "(unless it was put there only for this text)."
    )


def untried(steps: Iterable[str], text: str) -> tuple[str, ...]:
    """Return the steps, those last that a text says were done already.

    :param text: all that was pasted.
    """
    asks = [asked for told, asked in _TRIED if told.search(text)]
    done = [step for step in steps if any(rule.search(step) for rule in asks)]
    return (*(step for step in steps if step not in done), *done)
