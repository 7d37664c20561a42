"""``certbot-sectigo sandbox``: serve the look-alike CA; :mod:`.look` looks into one that runs."""

from __future__ import annotations

import os
import shlex
import signal
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from certbot_sectigo.base import errors
from certbot_sectigo.cli.format import document
from certbot_sectigo.cli.shared.lazy import LazyGroup
from certbot_sectigo.sandbox import Pair, RunningSandbox, load_config, running

DEFAULT_PORT = 8555


_LOOK = "certbot_sectigo.cli.sandbox.look"
_COMMANDS = {
    "requests": (_LOOK, "Print what was asked, counted by endpoint and answer."),
    "accounts": (_LOOK, "Print the ACME accounts."),
    "orders": (_LOOK, "Print the orders."),
    "certificates": (_LOOK, "Print the certificates."),
    "pairs": (_LOOK, "Print the EAB pairs and their state in SCM."),
    "fault": (_LOOK, "Make the running sandbox misbehave."),
    "scm": (_LOOK, "Do to a pair's account what SCM's staff can do."),
    "advance": (_LOOK, "Put the running sandbox's clock forward by DAYS."),
}


@click.group("sandbox", cls=LazyGroup, lazy=_COMMANDS, invoke_without_command=True)
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
        if ctx.obj.json:
            document.write("sandbox", **_as_json(sandbox, files, tls=tls))
        else:
            _greet(sandbox, files, tls=tls)
        stop.wait()
    if not ctx.obj.json:
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


def _as_json(sandbox: RunningSandbox, files: Mapping[str, Path], *, tls: bool) -> dict[str, Any]:
    """Return what a client needs to know; no HMAC key."""
    config = sandbox.config
    return {
        "directories": {name: sandbox.directory_url(name) for name in config.directories},
        "ca_bundle": str(sandbox.ca_bundle) if tls else None,
        "http01_port": config.http01_port,
        "pairs": [
            {
                "kid": pair.kid,
                "organisation": pair.organisation,
                "directory": pair.directory,
                "binding": pair.binding,
                "domains": list(pair.domains),
                "validated_domains": list(pair.validated_domains),
                "credentials": str(files[pair.kid]) if pair.kid in files else None,
            }
            for pair in config.pairs
        ],
    }


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
