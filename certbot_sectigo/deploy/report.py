"""Pure: say what became of the targets of a lineage."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from certbot_sectigo import compat
from certbot_sectigo.deploy.model import DeployError, Outcome

_STATES = {
    "deployed": "deployed",
    "unchanged": "had the certificate already; tested and reloaded",
    "refused": "nothing was written",
    "rolled back": "not deployed, its files are as they were before",
    "stuck": "not deployed, and its files could not be brought back",
    "not served": "deployed, but the running service does not show the certificate",
}


def sentence(outcome: Outcome) -> str:
    """Say what became of one target, with its reasons indented below."""
    title = f'target "{outcome.target}": {_STATES[outcome.state]}'
    if not outcome.message:
        return title
    return title + ":\n" + "\n".join(f"  {line}" for line in outcome.message.splitlines())


def command(config_dir: Path, *words: str) -> str:
    """Give the ``certbot-sectigo deploy`` that suits this machine."""
    given = () if config_dir == Path("/etc/letsencrypt") else ("--config-dir", str(config_dir))
    return shlex.join(["certbot-sectigo", *given, "deploy", *words])


def at_renewals(config_dir: Path, lineage: str) -> str:
    """Give the certbot command by which renewals deploy a lineage."""
    given = () if config_dir == Path("/etc/letsencrypt") else ("--config-dir", str(config_dir))
    return shlex.join([*compat.saving(lineage), "--installer", "sectigo-eab", *given])


def failure(
    lineage: str | None, outcomes: Sequence[Outcome], config_dir: Path, *, renewed: bool = True
) -> DeployError | None:
    """Make one error of all targets that failed; ``None`` if none did.

    :param renewed: whether ``certbot renew`` will try again.
    """
    failed = [outcome for outcome in outcomes if not outcome.ok]
    if not failed:
        return None
    remedy = "After the cause is removed: "
    if lineage is not None:
        remedy += command(config_dir, "--cert-name", lineage)
        if renewed:
            remedy += "\n(the next `certbot renew` tries again by itself)."
    else:
        remedy += "run the same command again."
    some = " everywhere" if len(failed) < len(outcomes) else ""
    title = f'The certificate "{lineage}"' if lineage is not None else "The certificate"
    return DeployError(
        "\n".join([f"{title} is saved, but was not deployed{some}.", *map(sentence, failed)]),
        remedy,
    )
