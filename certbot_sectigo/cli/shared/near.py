"""What somebody may have meant who typed a word that is none of ours."""

from __future__ import annotations

from collections.abc import Iterable

_LIKE = 0.7
"""Above difflib's own 0.6, at which --bogus is like --verbose."""


def words(word: str, known: Iterable[str]) -> list[str]:
    """Return the known words that look like a word, the closest first; at most three.

    Dashes before them do not count: all options have those in common.
    """
    import difflib

    bare = {each.lstrip("-"): each for each in known}
    near = difflib.get_close_matches(word.lstrip("-"), bare, cutoff=_LIKE)
    return [bare[each] for each in near]


def said(message: str, word: str, known: Iterable[str]) -> str:
    """Return a message, with a question behind it where a known word looks like the one typed."""
    found = words(word, known)
    return f"{message} Did you mean {' or '.join(found)}?" if found else message
