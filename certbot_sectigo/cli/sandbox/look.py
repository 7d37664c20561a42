"""``certbot-sectigo sandbox requests`` and others: look into a sandbox that runs, or change it."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

import click

from certbot_sectigo.base import errors
from certbot_sectigo.cli import format as formats
from certbot_sectigo.cli.format import document
from certbot_sectigo.cli.format.document import time
from certbot_sectigo.cli.format.interface import Cell, Report, Table
from certbot_sectigo.sandbox.protocol.faults import ENDPOINTS, KINDS
from certbot_sectigo.sandbox.server.management import PREFIX

_MOST = 1 << 26
"""Bytes of an answer: what else listens there may send without end."""
_TIMES = ("created", "seen", "time", "not_before", "not_after", "revoked")
"""Members of the management interface's rows that are times; 0 means never."""


@click.command("requests")
@click.option("--clear", is_flag=True, help="Forget them afterwards.")
@click.pass_context
def requests(ctx: click.Context, clear: bool) -> None:
    """Print what was asked, counted by endpoint and answer; with --json every request."""
    found = _ask(ctx, "GET", "requests")
    if clear:
        _ask(ctx, "DELETE", "requests")
    if ctx.obj.json:
        rows = list(map(_row_as_json, found["requests"]))
        document.write("sandbox requests", requests=rows, counts=found["counts"])
        return
    counts = [(c["endpoint"], c["status"] or "dropped", c["count"]) for c in found["counts"]]
    _table(("endpoint", "answer", "count"), counts)


@click.command()
@click.pass_context
def accounts(ctx: click.Context) -> None:
    """Print the ACME accounts."""
    _show(ctx, "accounts", ("id", "kid", "directory", "status", "contact", "user_agent"))


@click.command()
@click.pass_context
def orders(ctx: click.Context) -> None:
    """Print the orders."""
    _show(ctx, "orders", ("id", "account", "status", "names"))


@click.command()
@click.pass_context
def certificates(ctx: click.Context) -> None:
    """Print the certificates; with --json the certificates themselves too."""
    _show(ctx, "certificates", ("serial", "account", "names", "not_before", "not_after", "revoked"))


@click.command()
@click.pass_context
def pairs(ctx: click.Context) -> None:
    """Print the EAB pairs and their state in SCM, without the HMAC keys."""
    _show(ctx, "pairs", ("kid", "status", "binding", "bound", "organisation", "domains"))


@click.command()
@click.argument("kind", type=click.Choice([*KINDS, "none"]))
@click.option(
    "--endpoint",
    type=click.Choice(["*", *ENDPOINTS]),
    default="*",
    metavar="NAME",
    help="Only there: newOrder, finalize, scm-accounts … (certbot-sectigo help sandbox).",
)
@click.option("--times", default=1, show_default=True, help="How often; 0 for always.")
@click.option("--seconds", default=1.0, show_default=True, help="For delay, hold and rate-limit.")
@click.option("--target", default="", metavar="URL", help="Where redirect leads.")
@click.pass_context
def fault(
    ctx: click.Context, kind: str, endpoint: str, times: int, seconds: float, target: str
) -> None:
    """Make the running sandbox misbehave; ``none`` ends that."""
    if kind == "none":
        _ask(ctx, "DELETE", "faults")
    else:
        given = {"kind": kind, "endpoint": endpoint, "times": times, "seconds": seconds}
        given["target"] = target
        _ask(ctx, "POST", "faults", given)
    if ctx.obj.json:
        document.write("sandbox fault", faults=_ask(ctx, "GET", "faults"))


@click.command()
@click.argument("action", type=click.Choice(["suspend", "resume", "deactivate"]))
@click.argument("kid")
@click.pass_context
def scm(ctx: click.Context, action: str, kid: str) -> None:
    """Do to a pair's account what SCM's staff can do; deactivate is for good."""
    _ask(ctx, "POST", "pairs", {"action": action, "kid": kid})
    if ctx.obj.json:
        pair = next(row for row in _ask(ctx, "GET", "pairs") if row["kid"] == kid)
        document.write("sandbox scm", action=action, pair=pair)


@click.command()
@click.argument("days", type=float)
@click.pass_context
def advance(ctx: click.Context, days: float) -> None:
    """Put the running sandbox's clock forward by DAYS; validations and orders age."""
    _ask(ctx, "POST", "clock", {"days": days})
    if ctx.obj.json:
        document.write("sandbox advance", days=days)


def _ask(ctx: click.Context, method: str, what: str, given: dict[str, Any] | None = None) -> Any:
    """Ask the management interface of the sandbox that runs.

    :raises errors.Error: if none does, or it refuses.
    """
    options: dict[str, Any] = ctx.parent.params if ctx.parent else {}
    port = options["port"]
    connection: http.client.HTTPConnection
    if options["tls"]:
        # Loopback, and a CA that is thrown away: there is nobody to be mistaken for.
        unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        unverified.check_hostname = False
        unverified.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=unverified)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    body = None if given is None else json.dumps(given)
    try:
        connection.request(method, PREFIX + what, body, {"Content-Type": "application/json"})
        reply = connection.getresponse()
        text = reply.read(_MOST)
        document: Any = json.loads(text) if text else None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise errors.Error(
            f"No sandbox answers on 127.0.0.1 port {port}: {error}",
            "Start one with:\ncertbot-sectigo sandbox\n"
            "If it has another port or --tls, say so before the subcommand.",
        ) from None
    finally:
        connection.close()
    if reply.status >= 400:
        raise errors.Error(f"The sandbox refuses: {document['detail']}")
    return document


def _show(ctx: click.Context, what: str, columns: Sequence[str]) -> None:
    found = _ask(ctx, "GET", what)
    if ctx.obj.json:
        document.write(f"sandbox {what}", **{what: list(map(_row_as_json, found))})
    else:
        shown = [
            [_date(row[name]) if name in _TIMES else row[name] for name in columns] for row in found
        ]
        _table(columns, shown)


def _row_as_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with its times, which are seconds since 1970, as RFC 3339 has them."""
    return {
        name: (time(datetime.fromtimestamp(value, timezone.utc)) if value else None)
        if name in _TIMES
        else value
        for name, value in row.items()
    }


def _date(value: float) -> str:
    """Return the day of a time, as people want it; UTC."""
    return f"{datetime.fromtimestamp(value, timezone.utc):%Y-%m-%d}" if value else "no"


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print columns; whole values, so that they can be copied."""
    names = tuple(name.replace("_", " ") for name in columns)
    cells = tuple(
        tuple(Cell(" ".join(map(str, v)) if isinstance(v, list) else str(v)) for v in row)
        for row in rows
    )
    table = Table("", names, cells, copied=frozenset({"kid", "not before", "not after"}))
    formats.chosen(json=False).show(Report("sandbox", dict, lambda: [table]))
