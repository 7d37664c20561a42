"""How fast the sandbox is, and how much memory it takes: beside Pebble, under the same clients.

    .venv/bin/python benchmarks/sandbox.py [--accounts 200] [--issuances 1000] [--clients 8]

Each client is a process of its own with one connection. It registers its share
of the accounts and gets its share of the certificates: order, authorization
(where it is pending, the challenge too), finalize, certificate. Pebble (Debian's
package ``pebble``) takes every challenge for solved; at the sandbox the names
are validated beforehand, as at Sectigo.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

TREE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TREE))

from certbot_sectigo.base.secret import Secret  # noqa: E402
from certbot_sectigo.sandbox import Pair  # noqa: E402 - the tree comes first
from tests.bed.ports import free_port  # noqa: E402
from tests.bed.process import Process, clean_environment  # noqa: E402
from tests.sandbox.acme_client import Client  # noqa: E402

_PAUSE = 0.01


@dataclass(frozen=True)
class Server:
    """An ACME server under load."""

    directory: str
    trust: Path | None
    kid: str
    hmac_key: str
    """The key itself: it has to go to other processes, and is worth nothing."""
    pid: int


def work(server: Server, number: int, accounts: int, issuances: int) -> int:
    """Be one client; gives the number of requests it sent."""
    pair = Pair(kid=server.kid, hmac_key=Secret(server.hmac_key))
    clients = []
    for _ in range(accounts):
        client = Client(server.directory, trust=server.trust)
        client.register(pair, contact=["mailto:x@a.example"])
        clients.append(client)
    sent = 3 * accounts
    for turn in range(issuances):
        client = clients[turn % len(clients)]
        order = client.new_order(f"n{number}-{turn}.a.example")
        assert order.status == 201, order
        document = order.json
        (url,) = document["authorizations"]
        authorization = client.get(url).json
        sent += 2
        if authorization["status"] == "pending":
            (challenge,) = (c for c in authorization["challenges"] if c["type"] == "http-01")
            client.post(challenge["url"], {})
            sent += 1
            while client.get(url).json["status"] == "pending":
                time.sleep(_PAUSE)
                sent += 1
            sent += 1
        document = client.finalize(document).json
        sent += 1
        while document["status"] == "processing":
            time.sleep(_PAUSE)
            document = client.get(order.headers["location"]).json
            sent += 1
        assert client.get(document["certificate"]).body.startswith(b"-----BEGIN")
        sent += 1
    return sent


def memory(pid: int) -> float:
    """Give a process's resident memory, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _texts(pair: Pair) -> tuple[str, str]:
    return pair.kid, pair.hmac_key.reveal()


@contextmanager
def sandbox(folder: Path, *options: str | Path) -> Iterator[Server]:
    """Run the sandbox as its users do."""
    pair = Pair(binding="reusable", domains=("a.example",))
    config = folder / "sandbox.toml"
    config.write_text(
        f'[[pair]]\nkid = "{pair.kid}"\nhmac_key = "{pair.hmac_key.reveal()}"\n'
        'binding = "reusable"\ndomains = ["a.example"]\n'
    )
    port, state = free_port(), folder / "state"
    words: list[str | Path] = [TREE / ".venv/bin/certbot-sectigo", "sandbox"]
    words += ["--config", config]
    tls = "--tls" in options
    words += ["--port", str(port), *options]
    if tls:
        words += ["--state", state]
    with Process(words, folder=folder) as process:
        process.until(lambda: "Ctrl-C" in process.output, "the sandbox to serve")
        scheme = "https" if tls else "http"
        trust = state / "root.pem" if tls else None
        yield Server(f"{scheme}://127.0.0.1:{port}/v2/OV", trust, *_texts(pair), process.pid)


@contextmanager
def pebble(folder: Path) -> Iterator[Server]:
    """Run Pebble, which takes every challenge for solved."""
    pair = Pair()
    port = free_port()
    ca = trustme.CA()
    issued = ca.issue_cert("localhost", "127.0.0.1")
    ca.cert_pem.write_to_path(folder / "ca.pem")
    issued.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    config = {
        "listenAddress": f"127.0.0.1:{port}",
        "managementListenAddress": f"127.0.0.1:{free_port()}",
        "certificate": str(folder / "cert.pem"),
        "privateKey": str(folder / "key.pem"),
        "httpPort": free_port(),
        "tlsPort": free_port(),
        "ocspResponderURL": "",
        "externalAccountBindingRequired": True,
        "externalAccountMACKeys": {pair.kid: pair.hmac_key.reveal()},
    }
    (folder / "pebble.json").write_text(json.dumps({"pebble": config}))
    environment = clean_environment(
        PEBBLE_VA_ALWAYS_VALID="1",
        PEBBLE_VA_NOSLEEP="1",
        PEBBLE_WFE_NONCEREJECT="0",
        PEBBLE_AUTHZREUSE="0",
    )
    words: list[str | Path] = ["pebble", "-config", folder / "pebble.json"]
    with Process(words, folder=folder, env=environment) as process:
        process.until(lambda: "ACME directory available" in process.output, "Pebble")
        yield Server(f"https://127.0.0.1:{port}/dir", folder / "ca.pem", *_texts(pair), process.pid)


def measure(name: str, server: Server, accounts: int, issuances: int, clients: int) -> None:
    """Load a server twice, so that growth shows, and print a line for each."""
    for turn in (1, 2):
        before, started = memory(server.pid), time.monotonic()
        shares = [
            (server, number, accounts // clients, issuances // clients) for number in range(clients)
        ]
        with multiprocessing.get_context("fork").Pool(clients) as pool:
            try:
                sent = sum(pool.starmap(work, shares))
            except (OSError, AssertionError) as error:
                print(f"{name:32} {turn}. load  failed: {error!r}", flush=True)
                return
        seconds = time.monotonic() - started
        print(
            f"{name:32} {turn}. load  {seconds:6.1f} s"
            f"  {issuances / seconds:6.1f} certificates/s  {sent / seconds:6.0f} requests/s"
            f"  memory {before:5.1f} -> {memory(server.pid):5.1f} MiB",
            flush=True,
        )


def main() -> None:
    """Measure the sandbox over http and https, and Pebble where it is installed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=200)
    parser.add_argument("--issuances", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=8)
    options = parser.parse_args()
    load = (options.accounts, options.issuances, options.clients)
    print(f"{load[0]} accounts, {load[1]} issuances, {load[2]} clients at once")
    with tempfile.TemporaryDirectory() as place:
        runs: list[tuple[str, tuple[str | Path, ...]]] = [
            ("sandbox, http, in memory", ()),
            ("sandbox, http, --state", ("--state", Path(place) / "state")),
            ("sandbox, https, --state", ("--tls",)),
        ]
        for number, (name, more) in enumerate(runs):
            folder = Path(place) / str(number)
            folder.mkdir()
            with sandbox(folder, *more) as server:
                measure(name, server, *load)
        if shutil.which("pebble") is None:
            print("pebble is not installed; to bring it: apt-get install pebble")
            return
        folder = Path(place) / "pebble"
        folder.mkdir()
        with pebble(folder) as server:
            measure("Pebble, https, in memory", server, *load)


if __name__ == "__main__":
    main()
