"""A served host in this process, and offers for it: good ones, and whatever a thief may send."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.deploy.delivery import document
from certbot_sectigo.deploy.model import Material, TargetOutcome
from certbot_sectigo.deploy.receiving import receive
from certbot_sectigo.deploy.receiving.place import ReceivingPlace
from certbot_sectigo.machine import certificates
from tests.deploy.lineages import Pems
from tests.deploy.services import Machine

NAME = "www.example.org"


def material_of(pems: Pems) -> Material:
    """Return a lineage as the certificate machine has it."""
    found = certificates.describe(certificates.parse(pems.cert)[0])
    key = Secret(pems.privkey.decode())
    full = pems.cert + pems.chain
    return Material("www", Path("/nowhere"), pems.cert, pems.chain, full, key, found.listed)


def offer(pems: Pems, kind: str = document.DEPLOY, **more: Any) -> bytes:
    """Return an offer.

    :param kind: its ``act``.
    :param more: members to put in, or to take out where they are None.
    """
    members = {**json.loads(document.write(material_of(pems), kind)), **more}
    return json.dumps({key: value for key, value in members.items() if value is not None}).encode()


@dataclass
class Served:
    """A served host whose services are commands that keep a record."""

    root: Path

    def __post_init__(self) -> None:
        self.machine = Machine(self.root)
        self.machine.file = self.root / "receive.toml"
        self.place = ReceivingPlace(self.machine.file, self.root / "state", self.root / "none")

    def ask_for(self, target: str, *names: str, **keys: object) -> None:
        """Add a target to the deploy file."""
        domains = list(names or (NAME,))
        self.machine.target(target, **{"cert_name": None, "domains": domains, **keys})

    def take(self, data: bytes) -> dict[str, TargetOutcome]:
        """Receive, and give what became of each target."""
        found = receive.receive(self.place, data, self.machine.told.append)
        return {one.target: one for one in found.outcomes}
