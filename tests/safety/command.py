"""Run our command as a process of its own: ``python -m tests.safety.command``."""

from __future__ import annotations

from certbot_sectigo.cli.main import main

main()
