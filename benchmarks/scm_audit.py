"""What ``scm audit`` asks of SCM, counted, and how long that takes beside a bare loop.

    python benchmarks/scm_audit.py [ACCOUNTS] [CLIENTS]

A sandbox with so many accounts (500) of so many clients (5) each is audited once. The counts
are what the design allows: pages of 200, one report, per account one call for its domains and one
for its clients, four requests at a time. The bare loop sends the same requests one after the
other and looks at nothing.
"""

from __future__ import annotations

import collections
import sys
import tempfile
import threading
import time
from pathlib import Path

import requests
from cryptography.hazmat.primitives.asymmetric import ec
from josepy.jwk import JWKEC

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.portal import audit, credentials, survey
from certbot_sectigo.portal.scm import Scm
from certbot_sectigo.portal.transport import Transport
from certbot_sectigo.sandbox import Admin, Config, Pair, RunningSandbox, running

ADMIN = Admin("root", Secret("benchmark"))


class Flight:
    """Counts the requests that are under way."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self._lock = threading.Lock()

    def step(self, name: str) -> None:
        """Note that a request begins or ends."""
        with self._lock:
            self.now += 1 if name.startswith("before") else -1
            self.most = max(self.most, self.now)


def plant(sandbox: RunningSandbox, clients: int) -> None:
    """Make clients for each pair."""
    for pair in sandbox.config.pairs:
        for _ in range(clients):
            key = JWKEC(key=ec.generate_private_key(ec.SECP256R1()))
            sandbox.add_account(pair.kid, key.public_key().to_json())


def login(sandbox: RunningSandbox, folder: Path) -> credentials.ScmCredentials:
    """Write and read the log-in."""
    path = folder / "sectigo-scm.ini"
    path.touch(mode=0o600)
    path.write_text(
        f"sectigo_scm_url = {sandbox.url}/api\n"
        f"sectigo_scm_customer_uri = {ADMIN.customer_uri}\n"
        f"sectigo_scm_login = {ADMIN.login}\n"
        f"sectigo_scm_password = {ADMIN.password.reveal()}\n"
    )
    return credentials.read(path)


def bare_loop(sandbox: RunningSandbox, asked: list[tuple[str, str]]) -> float:
    """Send the same requests and return how long it takes, in seconds."""
    headers = {"login": ADMIN.login, "password": ADMIN.password.reveal()}
    headers["customerUri"] = ADMIN.customer_uri
    started = time.perf_counter()
    with requests.Session() as session:
        session.trust_env = False
        for method, path in asked:
            body = b"{}" if method == "POST" else None
            session.request(method, sandbox.url + path, headers=headers, data=body, timeout=60)
    return time.perf_counter() - started


def main(accounts: int, clients: int) -> None:
    """Measure and print."""
    pairs = tuple(
        Pair(binding="reusable", organisation=f"Department {n % 7}", domains=(f"h{n}.example",))
        for n in range(accounts)
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Config(pairs=pairs, admins=(ADMIN,))) as sandbox,
    ):
        plant(sandbox, clients)
        flight = Flight()
        scm = Scm(Transport(login(sandbox, Path(folder)), "benchmark", step=flight.step))
        started = time.perf_counter()
        seen = survey.look(scm)
        findings = audit.compare(seen, [])
        seconds = time.perf_counter() - started
        counts = collections.Counter(record.endpoint for record in sandbox.requests())
        asked = [(record.method, record.path) for record in sandbox.requests()]
        bare = bare_loop(sandbox, asked)
    print(f"{accounts} accounts, {clients} clients each: {len(findings)} findings")
    for endpoint, count in sorted(counts.items()):
        print(f"  {endpoint:22} {count:6}")
    print(f"  at a time              {flight.most:6}")
    print(f"audit {seconds:.2f} s, bare loop {bare:.2f} s, ratio {seconds / bare:.2f}")
    assert counts["scm-accounts"] == -(-accounts // 200)
    assert counts["scm-report"] == 1
    assert counts["scm-clients"] == counts["scm-account-domains"] == accounts
    assert set(counts) <= {"scm-password", "scm-accounts", "scm-report", "scm-clients",
                           "scm-account-domains"}  # fmt: skip
    assert flight.most <= survey.IN_FLIGHT


if __name__ == "__main__":
    main(*(int(word) for word in (*sys.argv[1:], "500", "5")[:2]))
