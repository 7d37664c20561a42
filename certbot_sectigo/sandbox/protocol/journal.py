"""What was asked: a short list in memory, counters, and a file with one JSON line each."""

from __future__ import annotations

import json
import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

_KEPT = 10_000


@dataclass(frozen=True)
class Record:
    """One request and how it was answered. Holds nothing secret."""

    time: float
    """When it was answered, seconds since 1970 on the machine's clock."""
    method: str
    path: str
    endpoint: str
    """Name of the endpoint, see :class:`~certbot_sectigo.sandbox.protocol.urls.Endpoint`."""
    status: int
    """HTTP status; 0 where the connection was dropped instead."""
    account: str
    """Id of the account that signed, empty where the key came along."""
    user_agent: str
    seconds: float
    """How long the answer took."""
    problem: str
    """Type and detail of a refusal."""


class RequestJournal:
    """Collects records; the list keeps the newest, the counters all.

    :param path: where to append JSON lines, None for nowhere.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._records: deque[Record] = deque(maxlen=_KEPT)
        self._counts: Counter[tuple[str, int]] = Counter()
        self._lock = threading.Lock()
        self.listener: Callable[[Record], None] | None = None
        """Called with each record before the client has its answer."""
        self._file = path.open("a", encoding="utf-8", buffering=1) if path else None

    def add(self, record: Record) -> None:
        """Write a request down."""
        if self.listener is not None:
            self.listener(record)
        with self._lock:
            self._records.append(record)
            self._counts[record.endpoint, record.status] += 1
            if self._file is not None:
                self._file.write(json.dumps(asdict(record)) + "\n")

    def records(self) -> list[Record]:
        """List the newest records, oldest first."""
        with self._lock:
            return list(self._records)

    def counts(self) -> dict[tuple[str, int], int]:
        """Count all requests by endpoint and status."""
        with self._lock:
            return dict(self._counts)

    def clear(self) -> None:
        """Forget list and counters; the file stays."""
        with self._lock:
            self._records.clear()
            self._counts.clear()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
