"""A finding, of the doctor or of an audit, as JSON has it; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from certbot_sectigo.doctor.model import Finding


def as_json(finding: Finding) -> Mapping[str, Any]:
    """Return its members as docs/json.md has them."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "title": finding.title,
        "what": finding.what,
        "where": list(finding.where),
        "remedy": finding.remedy,
        "command": finding.command or None,
    }
