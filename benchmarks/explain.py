"""How the matcher's work grows with the length of the text: the worst text, ten times as long.

Run it with ``python benchmarks/explain.py``; it prints the ratio of the CPU times. Linear
work gives about 10, quadratic about 100.
"""

from __future__ import annotations

import time

from certbot_sectigo.ca.catalogue.matching import Matcher
from certbot_sectigo.explain.findings import read
from certbot_sectigo.explain.known import ENTRIES


def main() -> None:
    """Measure and print."""
    words = sorted(
        {
            p.lstrip("!").split()[0].split("|")[0].replace("_", " ")
            for e in ENTRIES
            for p in e.phrases
        }
    )
    text = " ".join(words)  # begins every phrase again and again
    find = Matcher(ENTRIES).find
    find(text)

    def taken(times: int) -> float:
        start = time.process_time()
        find(" ".join([text] * times))
        return time.process_time() - start

    few, many = min(taken(20) for _ in range(5)), min(taken(200) for _ in range(5))
    print(f"{20 * len(text)} characters: {few:.3f} s; ten times as many: {many:.3f} s")
    print(f"ratio {many / few:.1f}")

    lines = [
        f"[{n}] acme.sh: {text[at : at + 120]}" for n in range(5) for at in range(0, 20000, 120)
    ]

    def read_in(times: int) -> float:
        start = time.process_time()
        read(lines * times)
        return time.process_time() - start

    few, many = min(read_in(2) for _ in range(3)), read_in(20)
    print(f"{len(lines) * 2} lines: {few:.3f} s; ten times as many: {many:.3f} s")
    print(f"ratio {many / few:.1f}")


if __name__ == "__main__":
    main()
