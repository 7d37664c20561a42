"""Faults by switch: what goes wrong, where and how often; changeable while it runs."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from certbot_sectigo.base import errors
from certbot_sectigo.sandbox.protocol.paths import SCM_ENDPOINTS
from certbot_sectigo.sandbox.protocol.urls import ACME_ENDPOINTS

EXPIRED_TLS = "expired-tls"
CONNECTION = "connection"
"""What :meth:`Faults.take` is asked for when a TLS connection begins."""

KINDS = {
    "delay": "wait before the deed",
    "hold": "do the deed, then wait before the answer",
    "drop-before": "close the connection before the deed",
    "drop-after": "do the deed, then close the connection without an answer",
    "bad-nonce": "refuse with badNonce",
    "rate-limit": "refuse with 429 rateLimited and Retry-After",
    "server-error": "refuse with 500 serverInternal",
    "empty-detail": "refuse with 400 and an empty detail",
    "truncate": "do the deed, send half of the answer, close the connection",
    "content-type": "do the deed, answer as text/html",
    "bad-gateway": "refuse with 502 and a page of HTML, as a proxy does",
    "forbidden": "refuse with 403, as SCM does what an administrator may not do",
    "redirect": "redirect to another address",
    "expired-token": "take an access token of SCM for one that has run out",
    EXPIRED_TLS: "serve a new connection with an expired certificate",
}
"""The kinds of faults and what each does."""

ENDPOINTS = (*ACME_ENDPOINTS, *SCM_ENDPOINTS)
"""Where there can be faults: what a path of the CA or of SCM means."""


def check_endpoint(name: str, also: str) -> None:
    """Refuse what is no endpoint's name.

    :param also: a name that is taken besides.
    :raises certbot_sectigo.base.errors.Error: naming those there are.
    """
    if name != also and name not in ENDPOINTS:
        raise errors.Error(f"{name} is no endpoint", f"There are: {also}, {', '.join(ENDPOINTS)}.")


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong at an endpoint."""

    kind: str
    """One of :data:`KINDS`."""
    endpoint: str = "*"
    """Name of the endpoint, as in the request log; ``*`` for all."""
    times: int = 1
    """How often; 0 for always. ``expired-tls`` counts connections, all others requests."""
    seconds: float = 1.0
    """How long ``delay`` and ``hold`` wait, and what ``rate-limit`` says in Retry-After."""
    target: str = ""
    """Where ``redirect`` leads."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise errors.Error(f"{self.kind} is no fault", f"There are: {', '.join(KINDS)}.")
        check_endpoint(self.endpoint, "*")
        if (self.kind == "redirect") != bool(self.target):
            raise errors.Error(f"{self.kind}: target is for redirect, which needs one")
        if self.times < 0 or not 0 <= self.seconds <= 3600:
            raise errors.Error(f"{self.kind}: times and seconds must be 0 or more, at most an hour")

    def concerns(self, endpoint: str) -> bool:
        """Tell whether it is due at an endpoint, or at :data:`CONNECTION`."""
        if self.kind == EXPIRED_TLS or endpoint == CONNECTION:
            return self.kind == EXPIRED_TLS and endpoint == CONNECTION
        return self.endpoint in ("*", endpoint)


class Faults:
    """The faults that are switched on."""

    def __init__(self) -> None:
        self._active: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Switch a fault on."""
        with self._lock:
            self._active.append(fault)

    def clear(self) -> None:
        """Switch every fault off."""
        with self._lock:
            self._active.clear()

    def active(self) -> list[Fault]:
        """List what is switched on, with the times that are left."""
        with self._lock:
            return list(self._active)

    def take(self, endpoint: str) -> dict[str, Fault]:
        """Use up one time of each kind that concerns an endpoint; the oldest of a kind first."""
        taken: dict[str, Fault] = {}
        left = []
        with self._lock:
            for fault in self._active:
                if not fault.concerns(endpoint) or fault.kind in taken:
                    left.append(fault)
                    continue
                taken[fault.kind] = fault
                if fault.times == 0:
                    left.append(fault)
                elif fault.times > 1:
                    left.append(replace(fault, times=fault.times - 1))
            self._active = left
        return taken
