"""A machine with accounts that the sandbox knows and lineages that name them, made in no time."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path

from certbot_sectigo.accounts import store
from certbot_sectigo.accounts.model import Learned, Note
from certbot_sectigo.machine import dirs
from tests.accounts.keys import new_key
from tests.bed.certbot import Certbot
from tests.bed.sectigo import Department, Sectigo
from tests.bed.tree import Entry, Snapshot

_REGISTERED = datetime(2026, 3, 1, tzinfo=timezone.utc)

RENEWAL = """# renew_before_expiry = 30 days
version = 5.8.0
archive_dir = {config}/archive/{name}
cert = {config}/live/{name}/cert.pem
privkey = {config}/live/{name}/privkey.pem
chain = {config}/live/{name}/chain.pem
fullchain = {config}/live/{name}/fullchain.pem

# Options used in the renewal process
[renewalparams]
account = {account}
authenticator = {authenticator}
server = {server}
key_type = ecdsa
{more}"""


class Machine:
    """certbot's directories, written directly.

    :param certbot: where they are.
    :param sectigo: the CA.
    """

    def __init__(self, certbot: Certbot, sectigo: Sectigo) -> None:
        self.certbot = certbot
        self.sectigo = sectigo
        self.dirs = dirs.Dirs(*certbot.directories)
        for folder in (*certbot.directories, self.dirs.renewal):
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def options(self) -> list[str]:
        """Our command's options for these directories."""
        words = []
        for name, folder in zip(("config", "work", "logs"), self.certbot.directories):
            words += [f"--{name}-dir", str(folder)]
        return [*words, "--lock-timeout", "0.2", "--system-root", str(self.certbot.home / "root")]

    def account(self, department: Department, *, noted: bool = True) -> str:
        """Make an account of a department, there and here, and give its id."""
        key = new_key()
        public = json.loads(key.public_key().json_dumps())
        url = self.sectigo.sandbox.add_account(department.kid, public)
        parent = self.certbot.accounts_dir(self.sectigo.server)
        parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        note = Note(department.kid, self.sectigo.server, Learned.REGISTERED, _REGISTERED)
        name = store.create(parent, key, note if noted else None)
        store.complete(parent / name, url)
        return name

    def folder(self, name: str) -> Path:
        """Give the folder of an account."""
        return self.certbot.accounts_dir(self.sectigo.server) / name

    def lineage(self, name: str, account: str, kid: str | None = None) -> Path:
        """Make a lineage's renewal file; one of ours if a kid is given."""
        more = f"sectigo_eab_kid = {kid}\nsectigo_eab_server = {self.sectigo.server}\n"
        path = self.certbot.renewal_file(name)
        path.write_text(
            RENEWAL.format(
                config=self.certbot.config_dir,
                name=name,
                account=account,
                authenticator="sectigo-eab" if kid else "standalone",
                server=self.sectigo.server,
                more=more if kid else "",
            )
        )
        return path

    def pins(self) -> dict[str, str]:
        """Tell which lineage names which account."""
        return {
            path.stem: line.partition(" = ")[2]
            for path in sorted(self.dirs.renewal.glob("*.conf"))
            for line in path.read_text().splitlines()
            if line.startswith("account = ")
        }

    def tree(self) -> dict[str, Entry]:
        """Give what certbot sees: accounts and renewal files, to the byte."""
        entries = Snapshot.of(self.dirs.accounts, self.dirs.renewal).entries
        return {path: entry for path, entry in entries.items() if not path.endswith(".tmp")}

    def dangling(self) -> list[str]:
        """Name the lineages whose account is not there."""
        return [
            name
            for name, account in self.pins().items()
            if not store.read(self.folder(account), "x").loads
        ]

    def certbot_loads(self, accounts: Iterable[str]) -> None:
        """Have the real certbot load accounts and show them, asking the CA."""
        for account in set(accounts):
            words = ("show_account", "--server", self.sectigo.server, "--account", account)
            result = self.certbot.run(*words)
            assert "Account details" in result.text, str(result)
