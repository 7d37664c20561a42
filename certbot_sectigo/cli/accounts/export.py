"""``accounts export``: account keys on their way elsewhere, as other clients read them, too."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from certbot_sectigo.accounts import keys, store
from certbot_sectigo.accounts.change import passports, transfer
from certbot_sectigo.accounts.change.passports import Identity
from certbot_sectigo.accounts.change.transfer import TransferError
from certbot_sectigo.accounts.known import servers
from certbot_sectigo.accounts.model import Account
from certbot_sectigo.base import atomic, errors, reading
from certbot_sectigo.base.secret import Secret
from certbot_sectigo.cli.format import document
from certbot_sectigo.cli.shared import change, id_lookup
from certbot_sectigo.cli.shared.id_types import AccountId, Server
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.path_types import File
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine import commands, lineages


@dataclass(frozen=True)
class ExportPlan:
    """What is written where."""

    account: Account
    server: str
    key_file: Path
    told_file: Path | None
    """None where the client asks the CA."""
    contents: Mapping[Path, Secret] = field(repr=False)
    """What is written, the key last."""


@click.command("export")
@click.argument("account_id", metavar="ID", type=AccountId())
@click.option("--output", "-o", metavar="FILE", type=File(),
              help="Write FILE, and the rest to FILE.json; with --for: a folder.")  # fmt: skip
@click.option("--for", "client", type=click.Choice(passports.CLIENTS),
              help="Write what this client keeps of an account.")  # fmt: skip
@click.option("--email", metavar="ADDRESS", help="The address that lego will be called with.")
@click.option("--server", metavar="URL", type=Server(), help="Look for ID at this server only.")
@click.option("--force", is_flag=True, help="Overwrite FILE; print the key on a terminal.")
@change.yes_option
@click.pass_obj
def command(
    context: CommandContext,
    account_id: str,
    output: str | None,
    client: str | None,
    email: str | None,
    server: str | None,
    force: bool,
    yes: bool,
) -> None:
    """Write the account ID's private key as PEM, and its URL and kid as JSON beside it.

    Whoever has the key can issue certificates in the account's name. Without --output the
    key goes to standard output, and nothing else does. "import FILE" makes an account of the
    two files on another machine.

    With --for the folder --output gets what lego, acme.sh, dehydrated or uacme keeps of an
    account, so that the client goes on with it. Nothing changes here: mind that the account
    is not used at two places by mistake.
    """
    if output in ("", "-"):
        raise errors.UsageError(
            f"--output {shlex.quote(output)} names no file. Private keys are not for terminals.",
            "Name one, or leave --output away and give the command a pipe:\n"
            + commands.ours("accounts", "export", account_id, "--output", "FILE"),
        )
    dirs = change.own_dirs(context)

    def find() -> tuple[Account, str]:
        account = id_lookup.one(
            store.read_all(dirs.accounts), account_id, lambda a: a, server=server
        )
        return account, servers.url(account, lineages.read_all(dirs.renewal))

    if client is not None and output is None:
        raise errors.UsageError(f"Name the folder of {client}:  --output DIR")
    if output is None:
        account, url = find()
        if sys.stdout.isatty() and not force:
            raise TransferError(
                "The private key is not printed on a terminal.",
                commands.ours("accounts", "export", account.name, "--output", "FILE"),
            )
        told = {"server": url, "account_url": account.uri, "kid": account.kid}
        if context.json and not yes:
            document.write("accounts export", done=False, plan=told, result=None)
            raise errors.Error("The private key is not printed.", "Add --yes to print it.")
        pem = keys.to_pem(store.load_key(account.folder)).reveal()
        if context.json:
            document.write("accounts export", done=True, plan=told, result={"key": pem})
        else:
            click.echo(pem, nl=False)
        return
    path = Path(output).absolute()

    def make() -> ExportPlan:
        account, url = find()
        plan = _for_client(client, account, url, path, email) if client else _own(
            account, url, path)  # fmt: skip
        taken = [str(p) for p, content in plan.contents.items() if _has_other(p, content)]
        if taken and not force:
            raise TransferError(f"{', '.join(taken)}: there already.", "--force overwrites.")
        return plan

    def carry_out(plan: ExportPlan) -> ExportPlan:
        # Not the owner of the file that was there: a key is for nobody else to read.
        mine = (os.geteuid(), os.getegid())
        for target, content in plan.contents.items():
            if client is not None:
                atomic.make_private_dir(target.parent)
            atomic.sweep(target.parent)  # what an earlier run left there holds the key
            atomic.replace(target, content.reveal().encode(), mode=0o600, owner=mine)
        return plan

    change.act(
        context,
        "accounts export",
        make=make,
        show=lambda plan: say(
            f"Write the private key of {plan.account.name} to {plan.key_file}"
            + (f"\nand its URL and kid to {plan.told_file}" if plan.told_file else "")
            + ", for nobody but you to read."
        ),
        describe=_describe_outgoing,
        question="Write the key?",
        yes=yes,
        carry_out=carry_out,
        conclude=lambda plan: _conclude_outgoing(plan, client),
        result=_describe_outgoing,
    )


def _has_other(path: Path, content: Secret) -> bool:
    """Tell whether something else is there than what is to be written.

    The same is there after a run that was cut off: it goes on.
    """
    if not reading.is_there(path):
        return False
    try:
        return reading.read_regular(path) != content.reveal().encode()
    except OSError:
        return True


def _own(account: Account, url: str, path: Path) -> ExportPlan:
    pem = keys.to_pem(store.load_key(account.folder))
    told = path.with_name(path.name + ".json")
    text = Secret(transfer.to_json(account, url))
    return ExportPlan(account, url, path, told, {told: text, path: pem})


def _for_client(
    client: str, account: Account, url: str, folder: Path, email: str | None
) -> ExportPlan:
    """Plan what a client keeps.

    :raises TransferError: if the client cannot have the account.
    """
    if account.uri is None:
        raise TransferError(
            f"The URL of the account {account.name} is not known here.",
            commands.ours("accounts", "show", "--online", account.name),
        )
    contact = [each[7:] for each in account.contact if each.startswith("mailto:")]
    made = passports.make(
        client,
        Identity(
            keys.to_pem(store.load_key(account.folder), traditional=True),
            account.uri,
            url,
            account.kid,
            email or next(iter(contact), None),
            account.key_type or "",
        ),
    )
    # The keys last: what tells of the account is there before the client can begin.
    order = sorted(made.files, key=lambda name: name.suffix in (".key", ".pem"))
    return ExportPlan(
        account,
        url,
        folder / made.key,
        folder / made.told if made.told else None,
        {folder / name: made.files[name] for name in order},
    )


def _conclude_outgoing(plan: ExportPlan, client: str | None) -> None:
    if client is not None:
        say(f"Written: {client} goes on with the account when it is called for {plan.server}.")
        if client == "lego":
            say("lego 4 demands a pair even so, and does not use it: --eab --kid none --hmac none")
        return
    # No hint of this machine's directories: the other one has its own.
    say(
        f"Written. With both files in the same folder of the other machine:\n"
        f"    certbot-sectigo accounts import {shlex.quote(str(plan.key_file))}"
        + ("" if plan.account.uri else " --online")
    )


def _describe_outgoing(plan: ExportPlan) -> dict[str, Any]:
    return {
        "account": plan.account.name,
        "server": plan.server,
        "key_file": str(plan.key_file),
        "account_file": str(plan.told_file) if plan.told_file else None,
    }
