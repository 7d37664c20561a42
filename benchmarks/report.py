"""How long the page of many hosts takes, by what takes it, and how large it is.

    python benchmarks/report.py [HOSTS] [PLANTED]

As many hosts (200) of 5 accounts and 10 certificates each, with so many things wrong (50).
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from certbot_sectigo.fleet.report import html, told
from certbot_sectigo.fleet.report import page as pages
from certbot_sectigo.fleet.report.model import Source
from tests.fleet import hosts


def main(count: int, planted: int) -> None:
    """Measure and print: processor seconds, as other processes are not what is measured."""
    now = datetime.now(timezone.utc)
    with tempfile.TemporaryDirectory() as folder:
        hosts.fleet(Path(folder), now, count, planted)
        began = time.process_time()
        sources = [
            Source(path.stem, tuple(map(json.loads, path.read_text().splitlines())), now)
            for path in sorted(Path(folder).iterdir())
        ]
        read = time.process_time()
        page = pages.page([told.host(source, now) for source in sources], now)
        made = time.process_time()
        size = len(html.render(page))
        done = time.process_time()
    print(f"{count} hosts, {planted} things wrong: {sum(n for _, n in page.counts)} findings")
    print(f"  read      {read - began:6.2f} s")
    print(f"  work out  {made - read:6.2f} s")
    print(f"  write     {done - made:6.2f} s")
    print(f"  in all    {done - began:6.2f} s, {size / 1e6:.2f} MB")
    assert done - began < 5 and size < 5e6


if __name__ == "__main__":
    main(*(int(word) for word in (*sys.argv[1:], *("200", "50")[len(sys.argv) - 1 :])))
