"""What an audit asks, counted; benchmarks/scm_audit.py does it with 500 accounts."""

from __future__ import annotations

import collections
import threading
from pathlib import Path

from certbot_sectigo.portal import survey
from certbot_sectigo.portal.scm import Scm
from certbot_sectigo.sandbox import Pair
from tests.portal.conftest import Start, transport
from tests.sandbox.scm_client import ROOT


def test_calls_of_an_audit(start: Start, tmp_path: Path) -> None:
    pairs = tuple(Pair(organisation="Company", domains=(f"h{n}.example",)) for n in range(205))
    sandbox = start(pairs=pairs)
    lock, now, most = threading.Lock(), 0, 0

    def step(name: str) -> None:
        nonlocal now, most
        with lock:
            now += 1 if name.startswith("before") else -1
            most = max(most, now)

    seen = survey.look(
        Scm(transport(sandbox, tmp_path, admin=ROOT, step=step)),
        lambda account: account.name in ("h1.example", "h7.example"),
    )
    assert len(seen.accounts) == 2
    counts = collections.Counter(record.endpoint for record in sandbox.requests())
    assert counts == {
        "scm-password": 1,
        "scm-accounts": 2,
        "scm-account-domains": 2,
        "scm-clients": 2,
        "scm-report": 1,
    }
    assert most <= survey.IN_FLIGHT
