"""``certbot-sectigo sandbox``: serve the look-alike CA, and look into one that runs."""

from __future__ import annotations

import http.client
import json
import os
import shlex
import signal
import ssl
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from certbot_sectigo.base import errors
from certbot_sectigo.cli.shared.lazy import Group
from certbot_sectigo.sandbox import Pair, RunningSandbox, load_config, running
from certbot_sectigo.sandbox.protocol.faults import KINDS
from certbot_sectigo.sandbox.server.management import PREFIX

DEFAULT_PORT = 8555


@click.group(cls=Group, invoke_without_command=True)
@click.option(
    "--config", metavar="FILE", help="TOML file with pairs, domains and habits (docs/sandbox.md)."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="Port on 127.0.0.1; 0 takes a free one.",
)
@click.option("--tls", is_flag=True, help="Serve https, with a certificate of the throw-away CA.")
@click.option(
    "--print-credentials",
    "credentials",
    metavar="DIR",
    help="Write one credentials file per EAB pair into DIR, mode 0600.",
)
@click.option("--state", metavar="DIR", help="Keep everything in DIR, so that it survives.")
@click.option("--log", metavar="FILE", help="Append one JSON line per request to FILE.")
@click.pass_context
def command(
    ctx: click.Context,
    config: str | None,
    port: int,
    tls: bool,
    credentials: str | None,
    state: str | None,
    log: str | None,
) -> None:
    """Serve a look-alike of Sectigo's ACME service on loopback until interrupted.

    Changes nothing on this machine but the files you name, and asks no real CA.
    Its certificates say SANDBOX and nobody trusts them.

    The subcommands look into a sandbox that runs, or change it; give them the
    same --port and --tls: certbot-sectigo sandbox --port 8555 requests
    """
    if ctx.invoked_subcommand is not None:
        return
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with running(
        load_config(Path(config)) if config else None,
        port=port,
        tls=tls,
        state=Path(state) if state else None,
        log=Path(log) if log else None,
    ) as sandbox:
        files = _write_credentials(sandbox, Path(credentials)) if credentials else {}
        _greet(sandbox, files, tls=tls)
        stop.wait()
    click.echo("The sandbox has ended.")


def _write_credentials(sandbox: RunningSandbox, directory: Path) -> dict[str, Path]:
    """Write one file per pair, readable for its owner only.

    :return: the file of each kid.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    files: dict[str, Path] = {}
    for number, pair in enumerate(sandbox.config.pairs, 1):
        name = pair.domains[0].replace("*", "_") if pair.domains else f"pair-{number}"
        path = directory.absolute() / f"{name}.ini"
        if path in files.values():
            path = path.with_name(f"{name}-{number}.ini")
        text = (
            f"# EAB pair of the sandbox for {pair.organisation}; worth nothing anywhere else.\n"
            f"sectigo_eab_kid = {pair.kid}\n"
            f"sectigo_eab_hmac_key = {pair.hmac_key.reveal()}\n"
            f"sectigo_eab_server = {sandbox.directory_url(pair.directory)}\n"
        )
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(text)
            temporary.replace(path)
        except OSError as error:
            raise errors.Error(f"{path} cannot be written: {error.strerror}") from None
        files[pair.kid] = path
    return files


def _greet(sandbox: RunningSandbox, files: dict[str, Path], *, tls: bool) -> None:
    click.echo("SANDBOX: a look-alike of Sectigo's ACME service. Its certificates are worthless.")
    click.echo("\nDirectory URLs:")
    urls = dict.fromkeys(sandbox.directory_url(name) for name in sandbox.config.directories)
    for url in urls:
        click.echo(f"  {url}")
    if tls:
        click.echo(f"\nIts root, for REQUESTS_CA_BUNDLE: {sandbox.ca_bundle}")
    for number, pair in enumerate(sandbox.config.pairs, 1):
        _greet_pair(number, pair, files.get(pair.kid), sandbox.config.http01_port)
    if not files:
        click.echo(
            "\nThe HMAC keys are not shown. --print-credentials DIR writes credentials files."
        )
    else:
        click.echo(
            "\nThe directories of its own keep the rehearsal apart from your real certificates, and"
            "\nneed no root."
        )
    click.echo("\nPress Ctrl-C to end it.")


def _greet_pair(number: int, pair: Pair, path: Path | None, http01_port: int) -> None:
    click.echo(f"\nPair {number}: {pair.organisation}, {pair.directory}, binds {pair.binding}")
    click.echo(f"  kid      {pair.kid}")
    for domain in pair.domains:
        validated = domain in pair.validated_domains
        note = "validated" if validated else f"needs a challenge: --http-01-port {http01_port}"
        click.echo(f"  domain   {domain} ({note})")
    if path is not None and pair.domains:
        own = path.with_name("le")
        words: list[str | Path] = ["certbot", "certonly"]
        words += ["--config-dir", own, "--work-dir", own, "--logs-dir", own]
        words += ["--authenticator", "sectigo-eab", "--sectigo-eab-credentials", path]
        if pair.domains[0] not in pair.validated_domains:
            words += ["--http-01-port", str(http01_port)]
        words += ["-d", f"www.{pair.domains[0].lstrip('*.')}"]
        click.echo(f"  {shlex.join(map(str, words))}")


@command.command("requests")
@click.option("--clear", is_flag=True, help="Forget them afterwards.")
@click.pass_context
def requests_command(ctx: click.Context, clear: bool) -> None:
    """Print what was asked, counted by endpoint and answer; with --json every request."""
    found = _ask(ctx, "GET", "requests")
    if clear:
        _ask(ctx, "DELETE", "requests")
    if ctx.obj.json:
        click.echo(json.dumps(found, indent=2))
        return
    rows = [(c["endpoint"], c["status"] or "dropped", c["count"]) for c in found["counts"]]
    _table(("endpoint", "answer", "count"), rows)


@command.command()
@click.pass_context
def accounts(ctx: click.Context) -> None:
    """Print the ACME accounts."""
    _show(ctx, "accounts", ("id", "kid", "directory", "status", "contact", "user_agent"))


@command.command()
@click.pass_context
def orders(ctx: click.Context) -> None:
    """Print the orders."""
    _show(ctx, "orders", ("id", "account", "status", "names"))


@command.command()
@click.pass_context
def certificates(ctx: click.Context) -> None:
    """Print the certificates; with --json the certificates themselves too."""
    _show(ctx, "certificates", ("serial", "account", "names", "revoked"))


@command.command()
@click.pass_context
def pairs(ctx: click.Context) -> None:
    """Print the EAB pairs and their state in SCM, without the HMAC keys."""
    _show(ctx, "pairs", ("kid", "status", "binding", "bound", "organisation", "domains"))


@command.command()
@click.argument("kind", type=click.Choice([*KINDS, "none"]))
@click.option("--endpoint", default="*", metavar="NAME", help="Only there: newOrder, finalize …")
@click.option("--times", default=1, show_default=True, help="How often; 0 for always.")
@click.option("--seconds", default=1.0, show_default=True, help="For delay, hold and rate-limit.")
@click.pass_context
def fault(ctx: click.Context, kind: str, endpoint: str, times: int, seconds: float) -> None:
    """Make the running sandbox misbehave; ``none`` ends that."""
    if kind == "none":
        _ask(ctx, "DELETE", "faults")
    else:
        given = {"kind": kind, "endpoint": endpoint, "times": times, "seconds": seconds}
        _ask(ctx, "POST", "faults", given)


@command.command()
@click.argument("action", type=click.Choice(["suspend", "resume", "deactivate"]))
@click.argument("kid")
@click.pass_context
def scm(ctx: click.Context, action: str, kid: str) -> None:
    """Do to a pair's account what SCM's staff can do; deactivate is for good."""
    _ask(ctx, "POST", "pairs", {"action": action, "kid": kid})


@command.command()
@click.argument("days", type=float)
@click.pass_context
def advance(ctx: click.Context, days: float) -> None:
    """Put the running sandbox's clock forward by DAYS; validations and orders age."""
    _ask(ctx, "POST", "clock", {"days": days})


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
        text = reply.read()
        document: Any = json.loads(text) if text else None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise errors.Error(
            f"No sandbox answers on 127.0.0.1 port {port}: {error}",
            "Start one with: certbot-sectigo sandbox\n"
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
        click.echo(json.dumps(found, indent=2))
    else:
        _table(columns, [[row[name] for name in columns] for row in found])


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print aligned columns; whole values, so that they can be copied."""
    lines = [[name.replace("_", " ") for name in columns]]
    lines += [
        [" ".join(map(str, v)) if isinstance(v, list) else str(v) for v in row] for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*lines)]
    for line in lines:
        click.echo("  ".join(value.ljust(width) for value, width in zip(line, widths)).rstrip())
