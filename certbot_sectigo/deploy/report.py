"""Pure: say what became of the targets of a lineage."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from certbot_sectigo.deploy.model import DeployError, TargetOutcome
from certbot_sectigo.deploy.target import DeployTarget
from certbot_sectigo.machine import commands

_STATES = {
    "deployed": "deployed",
    "unchanged": "had the certificate already; tested and reloaded",
    "refused": "nothing was written",
    "rolled back": "not deployed, its files are as they were before",
    "stuck": "not deployed, and its files could not be brought back",
    "not delivered": "not delivered",
    "failed there": "delivered, but not deployed there everywhere",
    "not served": "deployed, but the running service does not show the certificate",
}


def sentence(outcome: TargetOutcome) -> str:
    """Return what became of one target, with its reasons indented below."""
    title = f'target "{outcome.target}": {_STATES[outcome.state]}'
    if not outcome.message:
        return title
    return title + ":\n" + "\n".join(f"  {line}" for line in outcome.message.splitlines())


def starting(file: Path) -> str:
    """Return the remedy for a deploy file that is not there."""
    example = f"certbot-sectigo deploy --example haproxy > {shlex.quote(str(file))}"
    return f"Write it; a target to start from:\n  {commands.line(example)}"


def deploying(lineage: str | None) -> str:
    """Return the command that deploys a lineage, or all of them."""
    return commands.ours("deploy", *(("--cert-name", lineage) if lineage else ()))


def at_renewals(lineage: str) -> str:
    """Return the certbot command by which renewals deploy a lineage."""
    return commands.saving(lineage, "--installer", "sectigo-eab")


def no_target(
    file: Path, targets: Sequence[DeployTarget] | None, lineage: str | None, known: Sequence[str]
) -> DeployError:
    """Return that a deploy file has no target for a lineage, and what there is instead.

    :param targets: the file's targets; ``None``: the file is not there.
    :param lineage: the one that was to be deployed; ``None``: all of ``known``.
    :param known: the names of all lineages.
    """
    certificates = "Certificates: " + (", ".join(known) or "none")
    if targets is None:
        what = f'the certificate "{lineage}" goes' if lineage is not None else "certificates go"
        return DeployError(
            f"{file} is not there: nothing says where {what}.\n{certificates}", starting(file)
        )
    if lineage is not None:
        title = f'{file} has no target for the certificate "{lineage}".'
    else:
        title = f"{file} has no target for any certificate that is here."
    listed = ", ".join(
        f'"{target.name}" (for {target.cert_name or " ".join(target.domains)})'
        for target in targets
    )
    wanted = lineage or (known[0] if len(known) == 1 else "NAME")
    # Files that are no lineage's can be named by their domains only.
    key = f'cert_name = "{wanted}"' if lineage in (None, *known) else 'domains = ["NAME"]'
    return DeployError(
        f"{title}\n{certificates}\nTargets: {listed or 'none'}",
        f"Name the certificate in a target of the file:  {key}",
    )


def failure(
    lineage: str | None, outcomes: Sequence[TargetOutcome], *, renewed: bool = True
) -> DeployError | None:
    """Return one error of all targets that failed; ``None`` if none did.

    :param renewed: whether ``certbot renew`` will try again.
    """
    failed = [outcome for outcome in outcomes if not outcome.ok]
    if not failed:
        return None
    if lineage is not None:
        remedy = f"After the cause is removed:\n  {deploying(lineage)}"
        if renewed:
            remedy += "\n(the next `certbot renew` tries again by itself)."
    else:
        remedy = "After the cause is removed, run the same command again."
    some = " everywhere" if len(failed) < len(outcomes) else ""
    title = f'The certificate "{lineage}"' if lineage is not None else "The certificate"
    return DeployError(
        "\n".join([f"{title} is saved, but was not deployed{some}.", *map(sentence, failed)]),
        remedy,
    )
