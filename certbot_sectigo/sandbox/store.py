"""The sandbox's memory: one SQLite database, in memory or in a file that survives a restart."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any, TypeVar

from certbot_sectigo.base import errors
from certbot_sectigo.sandbox import model

_Record = TypeVar(
    "_Record",
    model.PairState,
    model.Validation,
    model.Account,
    model.Order,
    model.Authorization,
    model.Challenge,
    model.Certificate,
    model.ScmAccount,
    model.ScmDomain,
)

_TABLES: dict[type, str] = {
    model.PairState: "pairs",
    model.Validation: "validations",
    model.Account: "accounts",
    model.Order: "orders",
    model.Authorization: "authorizations",
    model.Challenge: "challenges",
    model.Certificate: "certificates",
    model.ScmAccount: "scm_accounts",
    model.ScmDomain: "scm_domains",
}
_INDEXES = (
    "CREATE UNIQUE INDEX IF NOT EXISTS by_key ON accounts (directory, thumbprint)",
    "CREATE INDEX IF NOT EXISTS by_kid ON accounts (kid)",
    "CREATE INDEX IF NOT EXISTS by_owner ON orders (account)",
    "CREATE INDEX IF NOT EXISTS by_expiry ON orders (expires)",
    "CREATE INDEX IF NOT EXISTS by_authorization ON challenges (authorization)",
    "CREATE UNIQUE INDEX IF NOT EXISTS by_serial ON certificates (serial)",
    "CREATE INDEX IF NOT EXISTS by_end ON certificates (not_after)",
    "CREATE INDEX IF NOT EXISTS by_ari ON certificates (ari)",
    "CREATE INDEX IF NOT EXISTS by_replaced ON orders (replaces)",
    "CREATE UNIQUE INDEX IF NOT EXISTS by_scm_kid ON scm_accounts (kid)",
    "CREATE UNIQUE INDEX IF NOT EXISTS by_name ON scm_domains (name)",
)
_FILE = "sandbox.sqlite3"


def _put_statement(kind: type, table: str) -> str:
    names = [f.name for f in fields(kind)]
    marks = ", ".join("?" * len(names))
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name != "id")
    # Not INSERT OR REPLACE: that gives a changed record a new place in the
    # order of age, and quietly deletes others that break a unique index.
    return f"INSERT INTO {table} VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {changes}"  # noqa: S608 - own names


_PUT = {kind: _put_statement(kind, table) for kind, table in _TABLES.items()}


class Store:
    """Keeps records of :mod:`~certbot_sectigo.sandbox.model`, safely from many threads.

    :param directory: where the database file lies; None keeps everything in memory.
    :raises certbot_sectigo.base.errors.Error: if the file cannot be made or is no database of ours.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        try:
            self._database = _connect(directory)
            with self.transaction():
                for record, table in _TABLES.items():
                    columns = ", ".join(
                        f"{f.name} PRIMARY KEY" if f.name == "id" else f.name
                        for f in fields(record)
                    )
                    self._run(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")
                    self._add_columns(record, table)
                self._run("CREATE TABLE IF NOT EXISTS settings (name PRIMARY KEY, value)")
                for index in _INDEXES:
                    self._run(index)
        except (sqlite3.Error, OSError) as error:
            raise errors.Error(
                f"{directory}: the sandbox's state cannot be opened: {error}",
                "Give --state another, empty directory.",
            ) from None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Do everything inside at once or not at all; other threads wait. May be nested."""
        with self._lock:
            outermost = self._depth == 0
            if outermost:
                self._run("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                if outermost:
                    self._run("ROLLBACK")
                raise
            else:
                if outermost:
                    self._run("COMMIT")
            finally:
                self._depth -= 1

    def put(self, record: _Record) -> None:
        """Store a record, in place of the one with its id if there is one."""
        values = [
            json.dumps(value) if isinstance(value, tuple) else value for value in astuple(record)
        ]
        self._run(_PUT[type(record)], *values)

    def get(self, kind: type[_Record], ident: str | int) -> _Record | None:
        """Fetch the record with an id."""
        return next(iter(self.find(kind, id=ident)), None)

    def find(self, kind: type[_Record], **wanted: Any) -> list[_Record]:
        """Fetch the records whose fields have the wanted values, oldest first."""
        where = " AND ".join(f"{name} = ?" for name in wanted) or "1"
        rows = self._run(
            f"SELECT * FROM {_TABLES[kind]} WHERE {where} ORDER BY rowid",  # noqa: S608 - own names
            *wanted.values(),
        )
        return [_record(kind, row) for row in rows]

    def forget_old(self, expired: float, keep: int) -> None:
        """Drop old orders, with their authorizations and challenges, and old certificates.

        :param expired: what expired before this time goes.
        :param keep: how many of the other orders stay, the newest.
        """
        with self.transaction():
            self._run("DELETE FROM certificates WHERE not_after < ?", expired)
            self._run("DELETE FROM orders WHERE expires < ?", expired)
            self._run(
                "DELETE FROM orders WHERE rowid <="
                " (SELECT rowid FROM orders ORDER BY rowid DESC LIMIT 1 OFFSET ?)",
                keep,
            )
            # An order and its authorizations are made in the same moment.
            self._run(
                "DELETE FROM authorizations WHERE created <"
                " (SELECT coalesce(min(created), 0) FROM orders)"
            )
            self._run(
                "DELETE FROM challenges WHERE authorization NOT IN (SELECT id FROM authorizations)"
            )

    def setting(self, name: str) -> str | None:
        """Read a setting that belongs to the whole sandbox."""
        rows = self._run("SELECT value FROM settings WHERE name = ?", name)
        return str(rows[0][0]) if rows else None

    def keep_setting(self, name: str, value: str) -> None:
        """Store a setting that belongs to the whole sandbox."""
        self._run("INSERT OR REPLACE INTO settings VALUES (?, ?)", name, value)

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()

    def _add_columns(self, kind: type, table: str) -> None:
        """Add what the records of a state of an older version lack; new fields stand last."""
        there = {row[1] for row in self._run(f"PRAGMA table_info({table})")}
        for f in fields(kind):
            if f.name not in there:
                self._run(f"ALTER TABLE {table} ADD COLUMN {f.name}")
                self._run(f"UPDATE {table} SET {f.name} = ?", f.default)  # noqa: S608 - own names

    def _run(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._database.execute(statement, values).fetchall()


def _connect(directory: Path | None) -> sqlite3.Connection:
    if directory is None:
        place = ":memory:"
    else:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = directory / _FILE
        # The CA's keys lie in it; SQLite gives its side files the same mode.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        place = str(path)
    database = sqlite3.connect(place, isolation_level=None, check_same_thread=False, timeout=10)
    # In WAL mode NORMAL survives the death of the process at any moment; only
    # a power cut may cost the last transactions, which a rehearsal can bear.
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    return database


def _record(kind: type[_Record], row: tuple[Any, ...]) -> _Record:
    values: list[Any] = []
    for column, value in zip(fields(kind), row):
        if str(column.type).startswith("tuple"):
            values.append(tuple(json.loads(value)))
        elif column.type == "bool":
            values.append(bool(value))
        else:
            values.append(value)
    return kind(*values)
