"""A machine and its CA, brought back to a starting point as often as needed."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.sandbox import Config, Pair, RunningSandbox, running
from tests.sandbox.scm_client import SCM
from tests.torture.forker import NONE, Fault, Forker, Outcome

_PAIRS = {
    "a": ("once", ("a.example", "shared.example")),
    "b": ("once", ("b.example", "shared.example")),
}


@dataclass(frozen=True)
class Bound:
    """An account at the CA."""

    kid: str
    status: str
    thumbprint: str
    """RFC 7638, base64url."""


class World:
    """certbot's tree at one place, a template of it, and the sandbox.

    :param folder: for all of it.
    :param forker: runs the programs.
    :param sandbox: runs with its state in `state`.
    """

    def __init__(self, folder: Path, forker: Forker, sandbox: RunningSandbox, state: Path) -> None:
        self.forker = forker
        self.sandbox = sandbox
        self.server = sandbox.directory_url("OV")
        self.tree = folder / "tree"
        self.config = self.tree / "config"
        self.logs = self.tree / "logs"
        self.places = self.tree / "places"
        self.given = folder / "given"
        """What the administrator gives: credentials, an exported key. It stays as it is."""
        self.labels: dict[str, str] = {}
        """Account id -> what it is called here, of accounts that are there from the start."""
        self.kids = {pair.kid: name for name, pair in zip(_PAIRS, sandbox.config.pairs)}
        self._template = folder / "template"
        self._home = folder / "home"
        self._database = state / "sandbox.sqlite3"
        self._kept = folder / "kept.sqlite3"
        for path in (self.given, self._home / "tmp"):
            path.mkdir(parents=True)
        self.credentials = {}
        for name, pair in zip(_PAIRS, sandbox.config.pairs):
            path = self.given / f"{name}.ini"
            path.touch(mode=0o600)
            path.write_text(
                f"sectigo_eab_kid = {pair.kid}\n"
                f"sectigo_eab_hmac_key = {pair.hmac_key.reveal()}\n"
                f"sectigo_eab_server = {self.server}\n"
            )
            self.credentials[name] = path
        self._keep_ca(folder / "new.sqlite3")
        self._new = folder / "new.sqlite3"

    # Running.

    def run(
        self,
        words: list[str],
        fault: Fault | None = None,
        *,
        planted: bool = False,
        warm: bool = False,
        stdin: str = "",
    ) -> Outcome:
        """Run certbot or our command, counting what touches the tree.

        :param words: the first is the program's name.
        :param fault: what befalls which call; None counts nothing.
        :param stdin: what it reads there; the name of a file that the administrator gives.
        """
        program, *rest = words
        folders = [f"--{n}-dir={self.tree / n}" for n in ("config", "work", "logs")]
        if program == "certbot":
            rest += [*folders, "--non-interactive", "--max-log-backups", "1000"]
            # certbot's own logs are no concern of ours, and it does not expect them to fail.
            roots = [self.config, self.places, self.given]
        else:
            roots = [self.tree, self.given]
            rest = [*folders, "--lock-timeout=0.2", f"--system-root={self._home / 'root'}", *rest]
        env = {
            "HOME": str(self._home),
            "XDG_CONFIG_HOME": str(self._home),
            "TMPDIR": str(self._home / "tmp"),
        }
        return self.forker.run(
            program,
            rest,
            env=env,
            roots=() if fault is None else roots,
            fault=fault or NONE,
            planted=self.config / "sectigo" / "pending" if planted else None,
            warm=warm,
            stdin=self.given / stdin if stdin else Path("/dev/null"),
        )

    def must(self, *words: str | Path, stdin: str = "") -> Outcome:
        """Run something that has to succeed, to build a starting point."""
        outcome = self.run([str(word) for word in words], warm=True, stdin=stdin)
        assert outcome.status == 0, f"{words}: {outcome.output}"
        return outcome

    # Accounts.

    def accounts(self) -> dict[str, Path]:
        """Return the account folders below ``accounts/`` by id."""
        found = (self.config / "accounts").rglob("private_key.json")
        return {path.parent.name: path.parent for path in found}

    def name(self, label: str) -> str:
        """Call the one account that has no name yet by a label, and return its id."""
        [new] = set(self.accounts()) - set(self.labels)
        self.labels[new] = label
        return new

    def id_of(self, label: str) -> str:
        """Return the id of an account that was named."""
        [found] = (ident for ident, name in self.labels.items() if name == label)
        return found

    def bound(self) -> list[Bound]:
        """Return the CA's accounts, from its database."""
        with contextlib.closing(sqlite3.connect(self._database)) as database:
            rows = database.execute("SELECT kid, status, thumbprint FROM accounts ORDER BY rowid")
            return [Bound(*row) for row in rows]

    def in_portal(self) -> list[str]:
        """Return SCM's accounts with their domains, but those of the configuration."""
        with contextlib.closing(sqlite3.connect(self._database)) as database:
            rows = database.execute(
                "SELECT name, domains FROM scm_accounts WHERE NOT from_configuration"
            ).fetchall()
        return sorted(f"{name} {domains}" for name, domains in rows)

    # Starting points.

    def clear(self) -> None:
        """Begin anew: nothing here, nothing bound."""
        self.labels.clear()
        shutil.rmtree(self.tree, ignore_errors=True)
        for folder in (self.config, self.tree / "work", self.logs, self.places):
            folder.mkdir(parents=True, mode=0o755)
        self._restore_ca(self._new)

    def keep(self) -> None:
        """Make what is now the starting point."""
        shutil.rmtree(self._template, ignore_errors=True)
        shutil.copytree(self.tree, self._template, symlinks=True)
        self._keep_ca(self._kept)

    def reset(self) -> None:
        """Go back to the starting point."""
        shutil.rmtree(self.tree)
        shutil.copytree(self._template, self.tree, symlinks=True)
        self._restore_ca(self._kept)

    def _keep_ca(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(self._database)) as database:
            database.execute("VACUUM INTO ?", (str(path),))

    def _restore_ca(self, path: Path) -> None:
        """Put every table back; the sandbox remembers nothing outside them."""
        with contextlib.closing(sqlite3.connect(self._database, timeout=10)) as database:
            database.execute("ATTACH ? AS kept", (str(path),))
            tables = database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'settings'"
            ).fetchall()
            with database:
                for (table,) in tables:
                    database.execute(f"DELETE FROM main.{table}")
                    database.execute(f"INSERT INTO main.{table} SELECT * FROM kept.{table}")


@contextlib.contextmanager
def world(folder: Path, library: Path) -> Iterator[World]:
    """Run a world below a folder.

    :param library: the shim.
    """
    pairs = tuple(
        Pair(binding=binding, organisation=f"Department {name}", domains=domains)
        for name, (binding, domains) in _PAIRS.items()
    )
    state = folder / "state"
    state.mkdir(parents=True)
    forker = Forker(library, folder)
    try:
        with running(Config(pairs=pairs, **SCM), state=state) as sandbox:
            yield World(folder, forker, sandbox, state)
    finally:
        forker.close()
