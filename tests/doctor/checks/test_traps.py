"""What spoils every run: here, what the plugin requires and Python does not find."""

from __future__ import annotations

import pytest

from certbot_sectigo.doctor.checks.traps import check_requirement
from certbot_sectigo.doctor.model import Severity
from certbot_sectigo.machine.requirements import Unmet


@pytest.mark.parametrize(
    ("certbot", "severity", "stops"),
    [
        ((1, 12, 0), Severity.CRITICAL, True),
        ((2, 1, 0), Severity.CRITICAL, True),
        ((2, 9, 0), Severity.WARNING, False),
        ((5, 8, 0), Severity.WARNING, False),
    ],
)
def test_an_unmet_requirement(certbot: tuple[int, ...], severity: Severity, stops: bool) -> None:
    [finding] = check_requirement(Unmet("rich>=9.11", "rich 9.2.0"), certbot)
    assert (finding.code, finding.severity) == ("traps/requirement", severity)
    assert "rich>=9.11, but rich 9.2.0" in finding.what
    assert ("refuse every command" in finding.what) == stops
    assert finding.command.endswith(" -m pip install 'rich>=9.11'")
    assert list(check_requirement(None, certbot)) == []
