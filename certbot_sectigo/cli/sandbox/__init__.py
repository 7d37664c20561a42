"""``certbot-sectigo sandbox``: serve the look-alike CA; :mod:`.look` looks into one that runs."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click

from certbot_sectigo.cli.format import document
from certbot_sectigo.cli.sandbox import greeting
from certbot_sectigo.cli.sandbox.examples import EXAMPLES
from certbot_sectigo.cli.shared.lazy import LazyGroup
from certbot_sectigo.cli.shared.path_types import File, Folder
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.sandbox import load_config, running

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


@click.group(
    "sandbox", cls=LazyGroup, lazy=_COMMANDS, examples=EXAMPLES, invoke_without_command=True
)
@click.option(
    "--config",
    metavar="FILE",
    type=File(),
    help="TOML file with pairs, domains and habits (certbot-sectigo help sandbox).",
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
    type=Folder(),
    help="Write one credentials file per EAB pair, and sectigo-scm.ini, into DIR, mode 0600.",
)
@click.option(
    "--state", metavar="DIR", type=Folder(), help="Keep everything in DIR, so that it survives."
)
@click.option(
    "--log", metavar="FILE", type=File(), help="Append one JSON line per request to FILE."
)
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
        folder = Path(credentials) if credentials else None
        files = greeting.write_credentials(sandbox, folder) if folder else {}
        scm_file = greeting.write_scm(sandbox, folder) if folder else None
        if ctx.obj.json:
            document.write("sandbox", **greeting.as_json(sandbox, files, scm_file, tls=tls))
        else:
            greeting.greet(sandbox, files, scm_file, tls=tls)
        stop.wait()
    if not ctx.obj.json:
        say("The sandbox has ended.")
