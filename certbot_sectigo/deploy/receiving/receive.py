"""Take an offer: what this host asked for, sound and not older, by the code of all deployments."""

from __future__ import annotations

import hashlib
import os
import re
import select
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from certbot_sectigo.base import errors
from certbot_sectigo.base.printable import one_line
from certbot_sectigo.base.secret import Secret
from certbot_sectigo.deploy import checks, report, served, surroundings, transaction, trust
from certbot_sectigo.deploy.delivery import document
from certbot_sectigo.deploy.delivery.document import Offer
from certbot_sectigo.deploy.files import ServiceFiles
from certbot_sectigo.deploy.model import DeployError, Material, TargetOutcome
from certbot_sectigo.deploy.receiving.place import ReceivingPlace
from certbot_sectigo.deploy.recovery import Tell
from certbot_sectigo.deploy.target import DeployTarget
from certbot_sectigo.machine import certificates, commands
from certbot_sectigo.machine.certificates import Certificate

SECONDS = 60.0
"""How long a sender may take for its offer."""
_NO_KEY = Secret("only the certificate was sent")
"""In the place of the key where somebody asks: nothing is made of it."""


@dataclass(frozen=True)
class Received:
    """What became of an offer."""

    act: str
    outcomes: tuple[TargetOutcome, ...]
    """Of a check: ``deployed``, ``wanted`` (it would be taken) or ``refused``."""


def read_offer(descriptor: int, seconds: float = SECONDS) -> bytes:
    """Return what comes in, to its end.

    :raises DeployError: it is too large, or takes too long.
    """
    deadline = time.monotonic() + seconds
    data = bytearray()
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            raise DeployError(f"What is sent has to be complete within {seconds:.0f} seconds.")
        part = os.read(descriptor, 1 << 16)
        if not part:
            return bytes(data)
        data += part
        if len(data) > document.MOST_BYTES:
            raise DeployError(f"What is sent may have {document.MOST_BYTES} bytes at the most.")


def receive(place: ReceivingPlace, data: bytes, tell: Tell) -> Received:
    """Deploy what is offered, or say whether it would be.

    :param data: the offer.
    :raises certbot_sectigo.base.errors.Error: nothing was written, and why.
    """
    offer = document.read(data)
    offered = _certificate(offer)
    targets = _asked_for(_targets(place), offered)
    label = label_of(offered.names)
    material = _material(place, offer, label, offered)
    now = datetime.now(timezone.utc)
    problems = {target.name: _problems(target, material, offer, now) for target in targets}
    if all(problems.values()):
        every = (problem for found in problems.values() for problem in found)
        raise DeployError("\n".join(dict.fromkeys(every)))
    # With a name of its own each target has one certificate, whatever a certbot here has.
    targets = [replace(target, cert_name=label) for target in targets]
    if offer.act == document.CHECK:
        place.newest.refuse_older(label, offered)
        has = place.store.knows(label) and not place.store.owed(label, material.fingerprint)
        return Received(
            offer.act,
            tuple(_would(one, problems[one.name], has, material, place) for one in targets),
        )
    place.make()
    with place.store.locked():
        place.newest.refuse_older(label, offered)
        place.newest.remember(label, offered)
        outcomes = transaction.deploy_locked(place.store, material, targets, place.config_dir, tell)
    return Received(offer.act, outcomes)


def label_of(names: frozenset[str]) -> str:
    """Return what stands for a set of names; fit for the name of a file."""
    listed = sorted(names)
    digest = hashlib.sha256("\n".join(listed).encode()).hexdigest()[:12]
    return f"{re.sub('[^a-z0-9.-]', '_', listed[0])[:64]}_{digest}"


def sentence(outcome: TargetOutcome) -> str:
    """Return what became of a target, for people."""
    if outcome.state != "wanted":
        return report.sentence(outcome)
    return f'target "{outcome.target}": does not have this certificate; it would be taken'


def _certificate(offer: Offer) -> Certificate:
    """Return what the certificate says.

    :raises DeployError: it cannot be read, or what was said with it is of another one.
    """
    try:
        found = certificates.describe(certificates.parse(offer.chain)[0])
    except ValueError:
        raise DeployError("The certificate cannot be read.") from None
    if certificates.normal_names(offer.names) != found.names:
        raise DeployError("The names that were sent are not those of the certificate.")
    if offer.serial != f"{found.serial:x}":
        raise DeployError("The serial number that was sent is not that of the certificate.")
    return found


def _targets(place: ReceivingPlace) -> tuple[DeployTarget, ...]:
    """Return what this host takes; what is wrong with its file is not for the sender."""
    try:
        return place.targets()
    except (errors.Error, OSError):
        raise DeployError(
            "This host takes nothing: the file that says what cannot be used.",
            f"What is wrong with it is told there:\n  {commands.ours('doctor')}",
        ) from None


def _asked_for(targets: Sequence[DeployTarget], offered: Certificate) -> list[DeployTarget]:
    """Return the targets that take exactly these names; pure.

    Not those that could do with fewer: the key of a certificate for more names than a host has
    asked for must not lie on it.
    """
    found = [one for one in targets if certificates.normal_names(one.domains) == offered.names]
    if not found:
        names = one_line(", ".join(sorted(offered.names)), 400)
        raise DeployError(
            f"This host did not ask for a certificate of these names: {names}",
            "Its deploy file has to have a target whose domains are these, all of them and no "
            "other.",
        )
    return found


def _material(place: ReceivingPlace, offer: Offer, label: str, offered: Certificate) -> Material:
    cut = offer.chain.index(b"-----BEGIN", 1) if offer.chain.count(b"-----BEGIN") > 1 else None
    return Material(
        lineage=label,
        folder=place.state / "received" / label,
        cert=offer.chain[:cut],
        chain=offer.chain[cut:] if cut else b"",
        fullchain=offer.chain,
        privkey=offer.key or _NO_KEY,
        names=offered.listed,
    )


def _problems(target: DeployTarget, material: Material, offer: Offer, now: datetime) -> list[str]:
    """Return why a target cannot have what is offered."""
    look = checks.problems if offer.key is not None else checks.certificate_problems
    return [
        *look(material, target.domains, target.allow_sandbox, now),
        *trust.chain_problems(material),
        *trust.problems(target, material),
    ]


def _would(
    target: DeployTarget, problems: list[str], has: bool, material: Material, place: ReceivingPlace
) -> TargetOutcome:
    """Return whether a target has what is offered, or would take it; writes nothing."""
    problems = problems + surroundings.problems(target, ServiceFiles(place.config_dir))
    if problems:
        return TargetOutcome(target.name, "refused", "\n".join(problems))
    if not has:
        return TargetOutcome(target.name, "wanted")
    why = served.problem(target, material, 0)
    return TargetOutcome(target.name, "not served" if why else "deployed", why or "")
