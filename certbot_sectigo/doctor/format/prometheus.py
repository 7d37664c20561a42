"""Metrics in Prometheus' text format, for the node exporter's textfile collector."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from certbot_sectigo.accounts.model import Verdict
from certbot_sectigo.doctor.format.interface import DoctorFormat
from certbot_sectigo.doctor.model import Diagnosis, Severity

_Sample = tuple[Mapping[str, str], float]


class Prometheus(DoctorFormat):
    """Expiry per lineage, accounts per verdict, findings per severity and code."""

    def text(self, diagnosis: Diagnosis) -> str:
        """Return the metrics."""
        return "".join(f"{line}\n" for line in _lines(diagnosis))

    def exit_code(self, diagnosis: Diagnosis) -> int:
        """Return 0: that there are findings is what the metrics say."""
        return 0

    def failure(self, message: str) -> None:
        """Leave it to be reported: half a file of metrics would look like a healthy machine."""
        return


def _lines(diagnosis: Diagnosis) -> Iterator[str]:
    yield from _metric(
        "certificate_not_after_timestamp_seconds",
        "End of the lineage's certificate.",
        (
            ({"lineage": expiry.lineage}, expiry.not_after.timestamp())
            for expiry in diagnosis.expiries
            if expiry.not_after is not None
        ),
    )
    yield from _metric(
        "renewal_forecast",
        "What the lineage's next renewal will do.",
        (
            ({"lineage": expiry.lineage, "forecast": expiry.forecast}, 1)
            for expiry in diagnosis.expiries
            if expiry.forecast
        ),
    )
    yield from _metric(
        "validation_horizon_timestamp_seconds",
        "When the first of the lineage's names ceases to count as validated, where it is known.",
        (
            ({"lineage": expiry.lineage}, expiry.horizon.timestamp())
            for expiry in diagnosis.expiries
            if expiry.horizon is not None
        ),
    )
    servers = sorted({server for server, _ in diagnosis.verdicts})
    yield from _metric(
        "accounts",
        "ACME accounts by server and verdict.",
        (
            (
                {"server": server, "verdict": verdict.value},
                diagnosis.verdicts.get((server, verdict.value), 0),
            )
            for server in servers
            for verdict in Verdict
        ),
    )
    yield from _metric(
        "findings",
        "Findings by severity.",
        (({"severity": severity.value}, diagnosis.count(severity)) for severity in Severity),
    )
    codes = sorted({finding.code for finding in diagnosis.findings})
    yield from _metric(
        "finding",
        "Number of findings of a kind; absent where there is none.",
        (
            ({"code": code}, sum(finding.code == code for finding in diagnosis.findings))
            for code in codes
        ),
    )
    yield from _metric(
        "doctor_timestamp_seconds", "When the doctor looked.", [({}, diagnosis.when.timestamp())]
    )


def _metric(name: str, help_text: str, samples: Iterable[_Sample]) -> Iterator[str]:
    full = f"certbot_sectigo_{name}"
    yield f"# HELP {full} {help_text}"
    yield f"# TYPE {full} gauge"
    for labels, value in samples:
        pairs = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"{full}{{{pairs}}} {value:.0f}" if pairs else f"{full} {value:.0f}"


def _escaped(text: str) -> str:
    """Escape a label's value as the text format wants it."""
    # The format is UTF-8; file names need not be.
    text = text.encode("utf-8", "backslashreplace").decode()
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
