"""What the console script calls: the command, or a word of help where its libraries are missing."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; exit 1 with what helps where a library of ours is missing."""
    try:
        from certbot_sectigo.cli.main import main as run

        run()
    except ModuleNotFoundError as error:
        from certbot_sectigo.machine import requirements

        unmet = requirements.missing_module(error.name or "")
        if unmet is None:
            raise
        print(f"{unmet.message}\n{unmet.remedy}", file=sys.stderr)
        sys.exit(1)
