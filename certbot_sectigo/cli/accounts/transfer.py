"""``accounts import``: account keys that come from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from certbot_sectigo.accounts import keys, store
from certbot_sectigo.accounts.change import other_clients, transfer
from certbot_sectigo.accounts.change.transfer import KeyTold, TransferError
from certbot_sectigo.accounts.model import Account
from certbot_sectigo.base import errors, reading
from certbot_sectigo.ca import credentials
from certbot_sectigo.ca.errors import CaError
from certbot_sectigo.ca.session import Session, Settings
from certbot_sectigo.cli.shared import ask_ca, change
from certbot_sectigo.cli.shared.id_types import Kid, Server
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.path_types import File
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine import commands


@dataclass(frozen=True)
class ImportPlan:
    """Which account a key is to become."""

    name: str
    server: str
    uri: str | None
    """None until the CA is asked."""
    kid: str | None


@click.command("import")
@click.argument("key_file", metavar="KEY", type=File())
@click.argument("told_file", metavar="[ACCOUNT]", required=False, type=File())
@click.option(
    "--server", metavar="URL", type=Server(), help="ACME directory URL, if ACCOUNT does not say."
)
@click.option("--account-url", metavar="URL", help="The account's URL, if ACCOUNT does not say.")
@click.option("--eab-kid", metavar="KID", type=Kid(), help="The kid it was bound with, if known.")
@click.option("--online", is_flag=True, help="See at the CA that the key has an account there.")
@ask_ca.no_verify_ssl_option
@change.yes_option
@click.pass_obj
def command(
    context: CommandContext,
    key_file: str,
    told_file: str | None,
    server: str | None,
    account_url: str | None,
    eab_kid: str | None,
    online: bool,
    no_verify_ssl: bool,
    yes: bool,
) -> None:
    """Make a certbot account of the private key in the file KEY.

    KEY is PEM, or certbot's private_key.json. ACCOUNT is what was written beside it: the
    JSON file of export, or of lego, acme.sh, dehydrated or certbot; it is looked for if not
    named. With --online the CA tells the account's URL.

    "import lego DIR", and acme.sh, dehydrated or uacme in its place, takes all accounts with
    EAB in that client's folder. The client's files stay as they are.
    """
    settings = ask_ca.settings(verify_ssl=not no_verify_ssl)
    if _is_client(key_file, told_file):
        if told_file is None:
            raise errors.UsageError(
                f"Name the folder of {key_file}, too.",
                commands.ours("accounts", "import", key_file, "DIR"),
            )
        if account_url or eab_kid:
            raise errors.UsageError("--account-url and --eab-kid go with a single key.")
        from certbot_sectigo.cli.accounts.foreign import bring

        folder = Path(told_file).absolute()
        bring(context, key_file, folder, server=server, online=online, settings=settings, yes=yes)
        return
    dirs = change.own_dirs(context)
    path = Path(key_file).absolute()
    given = KeyTold(server, account_url, eab_kid)

    def make() -> ImportPlan:
        plan = _incoming(path, Path(told_file).absolute() if told_file else None, given)
        transfer.refuse_existing(dirs, plan.name, plan.server)
        if plan.uri is None and not online:
            raise TransferError(
                "The account's URL is not known.",
                "Add --online to ask the CA for it, or give --account-url URL.",
            )
        return plan

    def carry_out(plan: ImportPlan) -> Account:
        key = keys.from_file(path)
        uri, kid = plan.uri, plan.kid
        if online:
            uri, shown = _ask(plan, key, settings)
            kid = kid or shown
        assert uri is not None  # noqa: S101 - for mypy; make has seen to it
        note = transfer.told_note(kid, plan.server)
        return transfer.bring_in(dirs, key, plan.server, uri, note)

    change.act(
        context,
        "accounts import",
        make=make,
        show=lambda plan: say(
            f"Make the account {plan.name} of {path}\n"
            f"at {plan.server} ({plan.uri or 'the CA tells its URL'}), "
            f"kid {plan.kid or 'unknown'}."
        ),
        describe=_describe_incoming,
        question="Import it?",
        yes=yes,
        carry_out=carry_out,
        conclude=lambda account: say(f"Imported: {account.folder}"),
        result=lambda account: {
            "account": account.name,
            "uri": account.uri,
            "folder": str(account.folder),
        },
    )


def _is_client(key_file: str, told_file: str | None) -> bool:
    """Tell the name of a client from a key's file; a file of that name may lie here."""
    if key_file not in other_clients.CLIENTS:
        return False
    if not reading.is_file(Path(key_file)):
        return True
    return told_file is not None and reading.is_folder(Path(told_file))


def _incoming(path: Path, told_file: Path | None, given: KeyTold) -> ImportPlan:
    key = keys.from_file(path)
    if told_file is None:
        told_file = transfer.beside(path)
    told = transfer.read_all(told_file) if told_file else KeyTold()
    server = given.server or told.server
    if server is None:
        raise TransferError(
            f"Which server the key in {path} belongs to is not known.",
            "Give its directory URL:  --server URL",
        )
    problem = credentials.server_problem(server)
    if problem:
        raise TransferError(f"The server {server} {problem}.")
    uri = given.uri or told.uri
    return ImportPlan(store.key_id(key), server, uri, given.kid or told.kid)


def _ask(plan: ImportPlan, key: Any, settings: Settings) -> tuple[str, str | None]:
    found = Session(plan.server, key, settings).find()
    if found is None:
        raise CaError(f"{plan.server} knows no account of this key.")
    if found.status != "valid":
        raise CaError(f"The account {found.uri} is {found.status}.")
    if plan.uri is not None and found.uri != plan.uri:
        raise CaError(f"At the CA the key's account is {found.uri}, not {plan.uri}.")
    return found.uri, found.kid


def _describe_incoming(plan: ImportPlan) -> dict[str, Any]:
    return {
        "account": plan.name,
        "server": plan.server,
        "account_url": plan.uri,
        "kid": plan.kid,
    }
