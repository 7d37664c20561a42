"""newNonce, and the nonces themselves (RFC 8555 sections 6.5 and 7.2)."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict

_KEPT = 20_000


class Nonces:
    """The nonces that were given out and not used yet.

    Each is 43 characters long [S] and good for one request, whether or not its
    answer was received [inf]. The oldest are forgotten beyond ``kept``, so
    clients that only take do no harm.
    """

    def __init__(self, kept: int = _KEPT) -> None:
        self._open: OrderedDict[str, None] = OrderedDict()
        self._kept = kept
        self._lock = threading.Lock()

    def new(self) -> str:
        """Give out a nonce."""
        nonce = secrets.token_urlsafe(32)
        with self._lock:
            self._open[nonce] = None
            if len(self._open) > self._kept:
                self._open.popitem(last=False)
        return nonce

    def use(self, nonce: str) -> bool:
        """Use a nonce up; False if it was never given out or was used before."""
        with self._lock:
            return self._open.pop(nonce, self) is None

    def __len__(self) -> int:
        with self._lock:
            return len(self._open)
