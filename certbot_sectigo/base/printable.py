"""Text from elsewhere made fit for a terminal: a CA's words, names of files, any output."""

from __future__ import annotations

from collections.abc import Sequence

_INSTEAD = "\N{REPLACEMENT CHARACTER}"


def printable(text: str) -> str:
    """Return a text in which nothing is left that a terminal could obey instead of showing it.

    Line ends are of that kind (see :func:`lines`); so are marks that turn the direction of
    writing.
    """
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else _INSTEAD for letter in text)


def lines(text: str) -> str:
    """Return a text of several lines, each of them printable."""
    return "\n".join(map(printable, text.split("\n")))


def one_line(text: str, most: int) -> str:
    """Return a text as one printable line: white space runs together, the rest is cut off.

    :param most: characters of it that are kept; how many there were is told then.
    """
    # What is cut off is not even looked at: it may be endless.
    line = printable(" ".join(text[: 2 * most].split()))
    if len(text) <= 2 * most and len(line) <= most:
        return line
    return f"{line[:most]}… ({len(text)} characters)"


def few(names: Sequence[str], most: int) -> str:
    """Return the first of some names, and how many more there are, as part of a sentence.

    :param most: how many are named.
    """
    more = f" and {len(names) - most} more" if names[most:] else ""
    return ", ".join(names[:most]) + more
