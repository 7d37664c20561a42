"""Pure: a user who is to change nothing here is proposed nothing that would be refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from certbot_sectigo.doctor.model import Finding, Severity
from certbot_sectigo.machine.owners import OwnerError

_OURS = "certbot-sectigo"


def check(refused: OwnerError, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings without commands that would be refused, and why they would be."""
    remedy, _, command = refused.remedy.partition("\n")
    return [
        Finding(
            "secrets/owner",
            Severity.WARNING,
            "This user is to change nothing here",
            "Commands that change something are refused, so the other findings name none.",
            (refused.message.partition(": ")[2] or refused.message,),
            remedy,
            command,
        ),
        *(
            dataclasses.replace(finding, command="")
            if finding.command.startswith(_OURS)
            else finding
            for finding in findings
        ),
    ]
