"""A line for Nagios, Icinga and the like, and long output (Monitoring Plugins' guidelines)."""

from __future__ import annotations

from collections import Counter

from certbot_sectigo.doctor.format.interface import DoctorFormat
from certbot_sectigo.doctor.model import Diagnosis, Expiry, Severity

_STATES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
_LONGEST = 400
"""Characters of the sentence: some agents cut lines off at a few hundred."""


class Nagios(DoctorFormat):
    """State, the worst findings, and figures behind a bar; notices do not raise the state.

    Below that line stands the long output: what will become of each lineage, the worst first, as
    readers cut off what is too long for them.
    """

    def text(self, diagnosis: Diagnosis) -> str:
        """Return the line, and those of the lineages."""
        counts = [(diagnosis.count(severity), severity.value) for severity in Severity]
        said = ", ".join(f"{count} {name}" for count, name in counts if count) or "no findings"
        worst = "; ".join(
            f"{finding.title}: {finding.where[0]}" if finding.where else finding.title
            for finding in diagnosis.findings
        )
        sentence = f"{said}: {worst}" if worst else said
        state = _STATES[self.exit_code(diagnosis)]
        figures = [f"{name}={count};;;0" for count, name in counts]
        ends = [e.not_after for e in diagnosis.expiries if e.not_after is not None]
        if ends:
            days = int((min(ends) - diagnosis.when).total_seconds() // 86400)
            figures.append(f"days_left={days}")
        horizons = [e.horizon for e in diagnosis.expiries if e.horizon is not None]
        if horizons:
            days = int((min(horizons) - diagnosis.when).total_seconds() // 86400)
            figures.append(f"days_validated={days}")
        forecasts = Counter(e.forecast for e in diagnosis.expiries if e.forecast)
        figures += [f"renewals_{name}={count};;;0" for name, count in sorted(forecasts.items())]
        first = f"CERTBOT-SECTIGO {state} - {_plain(sentence)} | {' '.join(figures)}"
        known = sorted((e for e in diagnosis.expiries if e.forecast), key=_worst_first)
        return "\n".join([first, *(_plain(_lineage(expiry)) for expiry in known)]) + "\n"

    def exit_code(self, diagnosis: Diagnosis) -> int:
        """Return 0, 1 or 2."""
        if diagnosis.count(Severity.CRITICAL):
            return 2
        return 1 if diagnosis.count(Severity.WARNING) else 0

    def failure(self, message: str) -> tuple[str, int]:
        """Return UNKNOWN."""
        return f"CERTBOT-SECTIGO UNKNOWN - {_plain(message)}\n", 3


def _worst_first(expiry: Expiry) -> tuple[int, str, str]:
    order = ("broken", "refused", "unattended", "challenge", "unknown", "ready")
    horizon = expiry.horizon.isoformat() if expiry.horizon else "9"
    return order.index(expiry.forecast), horizon, expiry.lineage


def _lineage(expiry: Expiry) -> str:
    ends = f"{expiry.not_after:%Y-%m-%d}" if expiry.not_after else "not known"
    horizon = f"{expiry.horizon:%Y-%m-%d}" if expiry.horizon else "not known"
    return (
        f"{expiry.lineage}: renewal {expiry.forecast}, valid until {ends}, names validated until "
        f"{horizon}"
    )


def _plain(text: str) -> str:
    """Keep a text on its line and clear of the bar, which begins the figures."""
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    text = text.replace("|", "/")
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
