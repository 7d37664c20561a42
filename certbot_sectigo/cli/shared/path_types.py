"""The words FILE and DIR: shells offer what lies there; and what all our kinds of words are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    Word = click.ParamType[str]
else:  # older clicks have it without the type
    Word = click.ParamType


class File(Word):
    """A file; whether it has to be there is found out when it is read or written."""

    name = "file"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        """Have the shell offer what it has."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type=self.name)]


class Folder(File):
    """A folder."""

    name = "dir"
