"""What issuing through ``sectigo-eab`` costs beside plain certbot with ``--account`` given.

    .venv/bin/python benchmarks/issuance.py [--pairs 20]

Both get certificates from the sandbox, in turns, for names that the CA has validated, from
an account that is there already, and renew them. Requests are counted in the sandbox; times
are medians of wall clock and of processor time, the sandbox's own left out of the latter.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

TREE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TREE))

from tests.bed.certbot import Certbot  # noqa: E402 - the tree comes first
from tests.bed.sectigo import Sectigo  # noqa: E402

ALLOWED = 1.1


class Way:
    """A way to a certificate, and what it has cost."""

    def __init__(self, name: str, certbot: Certbot, sectigo: Sectigo, *words: str) -> None:
        self.name = name
        self._certbot = certbot
        self._sectigo = sectigo
        self._words = words
        self.wall: list[float] = []
        self.processor: list[float] = []
        self.requests: list[tuple[str, ...]] = []

    def run(self, *words: str) -> None:
        """Run certbot and note what it cost."""
        before = len(self._sectigo.sandbox.requests())
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.perf_counter()
        self._certbot.run(*words)
        self.wall.append(time.perf_counter() - started)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.processor.append(after.ru_utime + after.ru_stime - usage.ru_utime - usage.ru_stime)
        records = self._sectigo.sandbox.requests()[before:]
        self.requests.append(tuple(record.endpoint for record in records))

    def forget(self) -> None:
        """Begin anew."""
        for noted in (self.wall, self.processor, self.requests):
            noted.clear()

    def issue(self, number: int) -> str:
        """Get a certificate for a new name."""
        name = f"{self.name.split()[0]}-{number}.a.example"
        self.run("certonly", *self._words, "--cert-name", name, "-d", name)
        return name


def compare(what: str, plain: Way, ours: Way) -> bool:
    """Print both; tells whether ours costs no more than is allowed."""
    counts = [sorted({len(requests) for requests in way.requests}) for way in (plain, ours)]
    print(f"\n{what}")
    print(f"  requests    {counts[0]} plain  {counts[1]} sectigo-eab")
    print(f"              {' '.join(ours.requests[-1])}")
    fine = max(counts[1]) <= min(counts[0])
    for name in ("wall", "processor"):
        without, with_plugin = (statistics.median(getattr(way, name)) for way in (plain, ours))
        ratio = with_plugin / without
        fine = fine and ratio <= ALLOWED
        print(
            f"  {name:10}  {without * 1000:7.1f} ms plain  {with_plugin * 1000:7.1f} ms "
            f"sectigo-eab  x {ratio:.3f}"
        )
    return fine


def main() -> int:
    """Measure and print; exit 1 if it costs more than is allowed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=20)
    pairs = parser.parse_args().pairs
    with tempfile.TemporaryDirectory() as scratch, Sectigo() as sectigo:
        folder = Path(scratch)
        os.chdir(folder)
        credentials = sectigo.a.credentials(folder / "a.ini")
        certbot = Certbot(folder / "certbot")
        certbot.certonly("first.a.example", credentials=credentials)
        (account,) = certbot.accounts(sectigo.server)
        server = ("--server", sectigo.server, "--account", account.id)
        ways = {
            "plain": ("--standalone", *server),
            "ours": (
                *("--authenticator", "sectigo-eab"),
                *("--sectigo-eab-credentials", str(credentials)),
            ),
        }
        issued, renewed = (
            {name: Way(name, certbot, sectigo, *words) for name, words in ways.items()}
            for _ in range(2)
        )
        for number in range(pairs + 1):
            for name in sorted(ways, reverse=bool(number % 2)):
                lineage = issued[name].issue(number)
                renewed[name].run("renew", "--force-renewal", "--cert-name", lineage)
                if not number:  # compiles
                    for way in (issued[name], renewed[name]):
                        way.forget()
        print(f"{pairs} pairs, account there already")
        fine = [
            compare("certonly", issued["plain"], issued["ours"]),
            compare("renew", renewed["plain"], renewed["ours"]),
        ]
    print(f"\nallowed: as many requests, x {ALLOWED}")
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
