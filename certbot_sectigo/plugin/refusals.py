"""Inside certbot: hear the CA refuse, and explain it after certbot's own error.

newOrder and what follows happen outside of any plugin, but the acme library logs each
request and each answer to the logger ``acme.client``, and certbot lets that logger pass
everything on. Until a run fails nothing is parsed.
"""

from __future__ import annotations

import logging
import shutil
import sys
from collections import deque
from typing import Any

from certbot_sectigo.machine.dirs import Dirs

logger = logging.getLogger(__name__)

_ACME = logging.getLogger("acme.client")
_MOST_REFUSALS = 20
_MOST_SHOWN = 3


class Ear(logging.Handler):
    """Keeps the refusals that the acme library logs, with the requests that met them.

    :param dirs: certbot's directories.
    """

    def __init__(self, dirs: Dirs) -> None:
        super().__init__(logging.DEBUG)
        self.dirs = dirs
        self._heard: deque[tuple[logging.LogRecord, ...]] = deque(maxlen=_MOST_REFUSALS)
        self._order: logging.LogRecord | None = None
        self._request: logging.LogRecord | None = None
        self._ordering = False

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record; of those that are no refusal only the last request is kept."""
        try:
            self._take(record)
        except Exception:  # nothing that is only a help may stop a run
            logger.debug("not understood", exc_info=True)

    def _take(self, record: logging.LogRecord) -> None:
        message, arguments = str(record.msg), record.args or ()
        if message.startswith("JWS payload"):
            self._ordering = '"identifiers"' in str(arguments)
        elif message.startswith("Sending "):
            self._request = record
            if self._ordering:
                self._order, self._ordering = record, False
        elif message.startswith("Retrying request") and self._heard:
            self._heard.pop()  # a nonce that was refused; the second try decides
        elif message.startswith("Received response") and isinstance(arguments, tuple):
            status, text = arguments[0], str(arguments[-1])
            failed = isinstance(status, int) and (status >= 400 or '"error"' in text)
            if failed and self._request is not None:
                order = self._order if self._order is not None else self._request
                self._heard.append((order, self._request, record))

    def log(self) -> list[str]:
        """Give what was heard in the form of certbot's log, a line each."""
        return [
            line
            for records in self._heard
            for record in records
            for line in f"2000-01-01 00:00:00,0:DEBUG:acme.client:{record.getMessage()}".split("\n")
        ]


_ear: Ear | None = None


def listen(config: Any) -> None:
    """Hear what the CA says from now on; explained at the end of a run that fails.

    Calling it again goes on with what was heard before.

    :param config: certbot's configuration.
    """
    global _ear
    if _ear is None:
        from certbot import util

        from certbot_sectigo.machine import commands

        _ear = Ear(commands.of(config))
        util.atexit_register(_tell, _ear)
    _ACME.addHandler(_ear)


def pause() -> None:
    """Hear nothing until :func:`listen`: what the plugin itself asks the CA it explains itself."""
    if _ear is not None:
        _ACME.removeHandler(_ear)


def explained(ear: Ear) -> str:
    """Explain what was heard; empty if nothing of it is known."""
    # Imported here only: the catalogue is needed by runs that fail.
    from certbot_sectigo.explain import explanation, findings, situation

    reading = findings.read(ear.log())
    filled = (
        explanation.explain(found, situation.survey(found.told, ear.dirs))
        for found in reading.findings[:_MOST_SHOWN]
    )
    options = ear.dirs.options
    width = shutil.get_terminal_size((explanation.WIDTH, 0)).columns
    return "\n\n".join(
        explanation.as_text(each, numbered=False, width=width, options=options) for each in filled
    )


def _tell(ear: Ear) -> None:
    """Print the explanation, if certbot ends with an error that nobody caught."""
    try:
        if getattr(sys, "last_value", None) is None:
            return
        text = explained(ear)
        if text:
            print(f"\n{text}\n", file=sys.stderr, flush=True)
            logger.debug("explained:\n%s", text)
    except Exception:  # certbot's own error has been said
        logger.debug("not explained", exc_info=True)
