"""Two CAs and a certbot: lineages at one, a pair of the other."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from certbot_sectigo.accounts import store
from certbot_sectigo.machine.dirs import server_path
from certbot_sectigo.sandbox import Config, Pair, RunningSandbox, running
from tests.bed.certbot import Certbot
from tests.bed.eab import EabPair
from tests.bed.sectigo import Sectigo

A, SHARED, STRANGER = "www.a.example", "www.shared.example", "www.c.example"


class Bed:
    """A machine whose lineages are of the sandbox of Sectigo, and one of HARICA to go to."""

    def __init__(self, certbot: Certbot, sectigo: Sectigo, new: RunningSandbox) -> None:
        self.certbot = certbot
        self.sectigo = sectigo
        self.new = new
        self.pair = new.config.pairs[0]
        self.server = new.server_of(self.pair)
        key = EabPair(self.pair.kid, self.pair.hmac_key.reveal())
        self.to = key.credentials(certbot.home / "new.ini", self.server)
        self.words = ("--to", self.to, "--agree-tos", "--email", "admin@example.org")

    def issue(self, *names: str, more: tuple[str, ...] = ()) -> None:
        """Have lineages issued by the old CA, each with its own department's account."""
        for name in names:
            department = self.sectigo.c if name == STRANGER else self.sectigo.a
            file = department.credentials(self.certbot.home / f"{department.name}.ini")
            self.certbot.certonly(name, credentials=file, more=more)

    def file(self, name: str) -> bytes:
        """Return the bytes of a renewal file."""
        return self.certbot.renewal_file(name).read_bytes()

    def files(self) -> dict[str, str]:
        """Return what the links in ``live/`` say and what certbot has besides logs."""
        top = self.certbot.config_dir
        return {
            str(path.relative_to(top)): str(path.readlink())
            if path.is_symlink()
            else path.read_bytes().hex()
            for path in sorted(top.rglob("*"))
            if (path.is_file() or path.is_symlink())
            and "sectigo" not in path.parts
            and path.name != ".certbot.lock"
        }

    def lineages(self) -> dict[str, str]:
        """Return the same of what certbot uses: renewal files and links."""
        used = ("renewal/", "live/")
        return {name: held for name, held in self.files().items() if name.startswith(used)}

    def deploy(self, name: str, place: Path, broken: Path) -> None:
        """Write a deploy file: a lineage goes to a place, unless it is broken."""
        file = self.certbot.config_dir / "sectigo-deploy.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(
            f'[[target]]\nname = "site"\ncert_name = "{name}"\nformat = "bundle"\n'
            f'path = "{place}"\ntest = ["/usr/bin/test", "!", "-e", "{broken}"]\n'
            "allow_sandbox = true\n"
        )

    def stranded(self, names: Iterable[str]) -> list[str]:
        """Name the lineages whose pin leads nowhere, or to a CA that refuses their names."""
        accounts = self.certbot.config_dir / "accounts"
        found = []
        for name in names:
            params = self.certbot.lineage(name).params
            path = server_path(params["server"])
            if not store.read(accounts / path / params["account"], path).loads:
                found.append(name)
        return [*found, *([STRANGER] if self.pinned(STRANGER) == self.server else [])]

    def issuer(self, name: str) -> str:
        """Return who issued a lineage's certificate."""
        return self.certbot.lineage(name).leaf.issuer.rfc4514_string()

    def of_new(self, name: str) -> bool:
        """Tell whether a lineage's certificate is of the new CA."""
        return "HARICA" in self.issuer(name)

    def pinned(self, name: str) -> str:
        """Return the server that a lineage is pinned to."""
        found = re.search(r"^server = (.+)$", self.file(name).decode(), re.MULTILINE)
        assert found is not None
        return found[1]


@contextlib.contextmanager
def bed(
    certbot: Certbot,
    sectigo: Sectigo,
    domains: tuple[str, ...],
    binding: str = "once",
    **more: Any,
) -> Iterator[Bed]:
    """Run a CA like HARICA beside the one there is.

    :param domains: those that its pair may have, validated.
    :param more: further fields of its configuration.
    """
    pair = Pair(organisation="University", domains=domains, binding=binding)
    config = Config(profile="harica", pairs=(pair,), contact_required=True, **more)
    with running(config) as new:
        yield Bed(certbot, sectigo, new)
