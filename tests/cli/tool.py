"""certbot-sectigo in a child process, on the directories of a certbot of the tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.bed import process, schema
from tests.bed.certbot import Certbot
from tests.bed.components import BIN


class Tool:
    """The command as a user calls it.

    :param certbot: whose directories, trust and settings it has.
    """

    def __init__(self, certbot: Certbot) -> None:
        self.certbot = certbot
        self.system_root = certbot.home / "root"
        """Where it looks for cron tables and units."""

    def words(self, *args: str | Path) -> list[str]:
        """Give the words of a call."""
        options = [f"--{k}-dir={d}" for k, d in zip(("config", "work", "logs"),
                                                    self.certbot.directories)]  # fmt: skip
        return [str(BIN / "certbot-sectigo"), *options, f"--system-root={self.system_root}",
                *map(str, args)]  # fmt: skip

    def run(
        self, *args: str | Path, check: int | None = 0, env: Mapping[str, str] | None = None
    ) -> process.Result:
        """Run it to its end.

        :param check: the exit code it must have; None for any.
        """
        result = process.run(
            self.words(*args),
            folder=self.certbot.home / "output",
            check=check,
            env=self.certbot.environment(env),
            cwd=self.certbot.home,
        )
        assert "Traceback" not in result.output, str(result)
        return result

    def json(self, *args: str | Path, check: int | None = 0) -> Any:
        """Run it with --json and return the document, which its schema describes."""
        result = self.run("--json", *args, check=check)
        return schema.document(result.stdout)

    def accounts(self, *args: str) -> dict[str, Any]:
        """Give `accounts list` as id -> members."""
        listed = self.json("accounts", "list", *args)["accounts"]
        found = {account["id"]: account for account in listed}
        assert len(found) == len(listed)
        return found
