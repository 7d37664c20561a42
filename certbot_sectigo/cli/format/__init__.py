"""How a command's result is shown: one interface, a document for programs, text for people."""

from __future__ import annotations

from certbot_sectigo.cli.format.interface import (
    Block,
    Cell,
    Fields,
    Format,
    Remark,
    Report,
    Table,
    Tone,
)

__all__ = ["Block", "Cell", "Fields", "Format", "Remark", "Report", "Table", "Tone", "chosen"]


def chosen(*, json: bool) -> Format:
    """Return the format that was asked for; the other one is not even imported.

    :param json: a document for programs instead of text for people.
    """
    if json:
        from certbot_sectigo.cli.format.document import Document

        return Document()
    from certbot_sectigo.cli.format.text import Text

    return Text()
