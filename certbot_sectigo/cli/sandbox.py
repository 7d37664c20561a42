"""``certbot-sectigo sandbox``: serve the look-alike CA in the foreground."""

from __future__ import annotations

import os
import shlex
import signal
import threading
from pathlib import Path

import click

from certbot_sectigo import errors
from certbot_sectigo.sandbox import Config, Pair, RunningSandbox, load_config, running

DEFAULT_PORT = 8555


@click.group(invoke_without_command=True)
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
@click.pass_context
def command(
    ctx: click.Context, config: str | None, port: int, tls: bool, credentials: str | None
) -> None:
    """Serve a look-alike of Sectigo's ACME service on loopback until interrupted.

    Changes nothing on this machine and asks no real CA. Its certificates say
    SANDBOX and nobody trusts them.
    """
    if ctx.invoked_subcommand is not None:
        return
    chosen = load_config(Path(config)) if config else Config.default()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with running(chosen, port=port, tls=tls) as sandbox:
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
        _greet_pair(number, pair, files.get(pair.kid))
    if not files:
        click.echo(
            "\nThe HMAC keys are not shown. --print-credentials DIR writes credentials files."
        )
    click.echo("\nPress Ctrl-C to end it.")


def _greet_pair(number: int, pair: Pair, path: Path | None) -> None:
    click.echo(f"\nPair {number}: {pair.organisation}, {pair.directory}, binds {pair.binding}")
    click.echo(f"  kid      {pair.kid}")
    for domain in pair.domains:
        note = "validated" if domain in pair.validated_domains else "needs a challenge"
        click.echo(f"  domain   {domain} ({note})")
    if path is not None and pair.domains:
        name = f"www.{pair.domains[0].lstrip('*.')}"
        click.echo(
            "  certbot certonly --authenticator sectigo-eab"
            f" --sectigo-eab-credentials {shlex.quote(str(path))} -d {name}"
        )
