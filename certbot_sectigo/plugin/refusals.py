"""Inside certbot: hear the CA refuse, and explain it after certbot's own error.

newOrder and what follows happen outside of any plugin, but the acme library logs each
request and each answer to the logger ``acme.client``, and certbot lets that logger pass
everything on. What a record carries is handed on as it is; until a run fails nothing is parsed.
"""

from __future__ import annotations

import logging
import shutil
import sys
from collections import deque
from dataclasses import replace
from typing import Any

from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.machine.logs.parser import Exchange, HeardReply

logger = logging.getLogger(__name__)

_ACME = logging.getLogger("acme.client")
_CERTBOT = logging.getLogger("certbot")
_MOST_REFUSALS = 20
_MOST_SHOWN = 3


class Ear(logging.Handler):
    """Keeps the refusals that the acme library logs, with the requests that met them.

    :param dirs: certbot's directories.
    """

    def __init__(self, dirs: Dirs) -> None:
        super().__init__(logging.DEBUG)
        self.dirs = dirs
        self._heard: deque[tuple[Exchange, Exchange]] = deque(maxlen=_MOST_REFUSALS)
        self._order: Exchange | None = None
        self._request: Exchange | None = None
        self._ordering = False
        self._unanswered: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record; of those that are no refusal only the last request is kept."""
        try:
            self._take(record)
        except Exception:  # nothing that is only a help may stop a run
            logger.debug("not understood", exc_info=True)

    def _take(self, record: logging.LogRecord) -> None:
        message, arguments = str(record.msg), record.args or ()
        if record.name != _ACME.name:
            # certbot goes on with the next lineage after an error, and logs the error itself.
            for argument in arguments if isinstance(arguments, tuple) else ():
                self.give_up(argument)
            return
        if message.startswith("JWS payload"):
            self._ordering = '"identifiers"' in str(arguments)
        elif message.startswith("Sending "):
            self._request = _request(arguments)
            if self._ordering:
                self._order, self._ordering = self._request, False
        elif message.startswith("Retrying request") and self._heard:
            self._heard.pop()  # a nonce that was refused; the second try decides
        elif message.startswith("Received response"):
            reply = _reply(arguments)
            failed = reply.status >= 400 or '"error"' in reply.body
            if failed and self._request is not None:
                order = self._order if self._order is not None else self._request
                self._heard.append((order, replace(self._request, reply=reply)))

    def give_up(self, error: object) -> None:
        """Take the error that ended an attempt, if it is that an answer did not come in time."""
        from acme.errors import TimeoutError as OrderTimeout
        from requests.exceptions import RequestException

        if isinstance(error, (RequestException, OrderTimeout)):
            module = "acme.errors." if isinstance(error, OrderTimeout) else ""
            text = f"{module}{type(error).__name__}: {error}"
            if text not in self._unanswered:
                self._unanswered.append(text)

    @property
    def unanswered(self) -> list[str]:
        """The errors of requests that got no answer."""
        return self._unanswered

    def exchanges(self) -> list[Exchange]:
        """Return the refusals that were heard, each after the order that it is of."""
        found = [exchange for pair in self._heard for exchange in pair]
        if self._unanswered:
            found += filter(None, (self._order, self._request))
        return found


def _request(arguments: Any) -> Exchange:
    """Read what goes into ``Sending POST request to %s:`` or ``Sending %s request to %s.``."""
    first, second = map(str, arguments)
    if first.startswith("http"):
        return Exchange("POST", first, 0, "", second)
    return Exchange(first, second, 0, "")


def _reply(arguments: Any) -> HeardReply:
    """Read what goes into ``Received response:``, with ``HTTP %d``, headers and body."""
    status, headers, body = arguments
    return HeardReply(int(status), str(headers), str(body))


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
    _CERTBOT.addHandler(_ear)


def pause() -> None:
    """Hear nothing until :func:`listen`: what the plugin itself asks the CA it explains itself."""
    if _ear is not None:
        _ACME.removeHandler(_ear)
        _CERTBOT.removeHandler(_ear)


def explained(ear: Ear) -> str:
    """Return an explanation of what was heard; empty if nothing of it is known."""
    # Imported here only: the catalogue is needed by runs that fail.
    from certbot_sectigo.explain import explanation, findings, situation
    from certbot_sectigo.machine import commands

    reading = findings.heard(ear.exchanges(), ear.unanswered)
    filled = (
        explanation.explain(found, situation.survey(found.told, ear.dirs))
        for found in reading.findings[:_MOST_SHOWN]
    )
    commands.remember(ear.dirs.options)
    width = shutil.get_terminal_size((explanation.WIDTH, 0)).columns
    return "\n\n".join(explanation.as_text(each, numbered=False, width=width) for each in filled)


def _tell(ear: Ear) -> None:
    """Print the explanation, if certbot ends with an error that nobody caught."""
    try:
        error = getattr(sys, "last_value", None)
        if error is None:
            return
        ear.give_up(error)
        text = explained(ear)
        if text:
            print(f"\n{text}\n", file=sys.stderr, flush=True)
            logger.debug("explained:\n%s", text)
    except Exception:  # certbot's own error has been said
        logger.debug("not explained", exc_info=True)
