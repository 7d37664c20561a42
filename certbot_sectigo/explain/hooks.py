"""Pure: what hooks print in a certbot run, which is not certbot's word.

certbot shows what a hook wrote to its standard error whether it succeeded or not. That one
failed, certbot says in a line of its own, and why, running the hook by hand shows.
"""

from __future__ import annotations

import re

from certbot_sectigo.explain.envelope import RECORD, Line
from certbot_sectigo.explain.statements import ended_well

_PRINTED = re.compile(
    r"Hook '?[\w-]+-hook'? ran with (?:error )?output:"
    r"|(?P<flush>(?:Error o|O)utput from [\w-]+-hook command .{0,500}:)"
)
_END = re.compile(r"- - -|Hook '|\S+ command \"")


class Hooks:
    """Learns line by line where the output of a hook stands."""

    def __init__(self) -> None:
        self._within, self._indented = False, False

    def printed(self, line: Line) -> bool:
        """Tell whether a line is what a hook printed, or the heading of that."""
        if "-hook" in line.text:
            heading = _PRINTED.search(line.text[:1000])
            if heading:
                self._within, self._indented = True, heading["flush"] is None
                return True
        if self._within:
            outside = RECORD.match(line.text) or _END.match(line.text) or ended_well(line.text)
            inside = not self._indented or not line.text or _indented(line)
            self._within = inside and not outside
        return self._within


def _indented(line: Line) -> bool:
    """Tell whether a line begins with the blank that certbot puts before a hook's output."""
    return line.text[:1] == " " or line.prefix[-2:] == "  " or line.prefix == " "
