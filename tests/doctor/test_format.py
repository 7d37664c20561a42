"""What monitoring gets: one line with a state, or metrics."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest

from certbot_sectigo.doctor.format import FORMATS
from certbot_sectigo.doctor.model import Diagnosis, Expiry, Finding, Severity

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=timezone.utc)
NAGIOS, PROMETHEUS = FORMATS["nagios"], FORMATS["prometheus"]
SAMPLE = re.compile(r'certbot_sectigo_[a-z_]+(?:\{(?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)+\})? -?\d+')


def diagnosis(*severities: Severity, title: str = "A fault", lineage: str = "a") -> Diagnosis:
    found = tuple(
        Finding("family/name", severity, title, "What.", ("/etc/x",), "Do it.")
        for severity in severities
    )
    expiry = Expiry(lineage, ("a.example",), NOW - timedelta(1), NOW + timedelta(days=57.5))
    verdicts = {("https://ca/dir", "in use"): 2}
    return Diagnosis(NOW, found, verdicts, (expiry,), ())


@pytest.mark.parametrize(
    ("severities", "state", "code"),
    [
        ((), "OK", 0),
        ((Severity.NOTICE,), "OK", 0),
        ((Severity.WARNING, Severity.NOTICE), "WARNING", 1),
        ((Severity.CRITICAL, Severity.WARNING), "CRITICAL", 2),
    ],
)
def test_nagios_states(severities: tuple[Severity, ...], state: str, code: int) -> None:
    text = NAGIOS.text(diagnosis(*severities))
    assert text.startswith(f"CERTBOT-SECTIGO {state} - ")
    assert NAGIOS.exit_code(diagnosis(*severities)) == code
    sentence, _, figures = text.partition(" | ")
    assert "\n" not in sentence
    assert figures.split()[-1] == "days_left=57"
    for severity in Severity:
        assert f"{severity.value}={severities.count(severity)};;;0" in figures.split()


def test_nagios_keeps_to_its_line() -> None:
    text = NAGIOS.text(diagnosis(*[Severity.WARNING] * 50, title="odd | title\nwith lines"))
    assert text.count("\n") == 1
    assert text.count("|") == 1
    assert len(text) < 600


def test_nagios_tells_of_each_lineage_below_the_worst_first() -> None:
    end = NOW + timedelta(days=57)
    lineages = (
        Expiry("ready", (), NOW, end, "", "ready", NOW + timedelta(days=100)),
        Expiry("refu|sed", (), NOW, end, "", "refused"),
        Expiry("soon", (), NOW, None, "", "ready", NOW + timedelta(days=3)),
    )
    text = NAGIOS.text(Diagnosis(NOW, (), {}, lineages, ()))
    first, *rest = text.splitlines()
    assert text.count("|") == 1
    assert {"days_validated=3", "renewals_ready=2;;;0", "renewals_refused=1;;;0"} <= set(
        first.split()
    )
    assert rest == [
        "refu/sed: renewal refused, valid until 2027-01-20, names validated until not known",
        "soon: renewal ready, valid until not known, names validated until 2026-11-27",
        "ready: renewal ready, valid until 2027-01-20, names validated until 2027-03-04",
    ]


def test_prometheus_has_forecast_and_horizon_of_each_lineage() -> None:
    until = NOW + timedelta(days=3)
    expiry = Expiry("a", (), NOW, NOW, "", "challenge", until)
    text = PROMETHEUS.text(Diagnosis(NOW, (), {}, (expiry,), ()))
    assert 'certbot_sectigo_renewal_forecast{lineage="a",forecast="challenge"} 1\n' in text
    horizon = 'certbot_sectigo_validation_horizon_timestamp_seconds{lineage="a"}'
    assert f"{horizon} {until.timestamp():.0f}\n" in text


def test_nagios_unknown() -> None:
    assert NAGIOS.failure("x cannot\nbe read") == (
        "CERTBOT-SECTIGO UNKNOWN - x cannot be read\n",
        3,
    )
    assert PROMETHEUS.failure("x") is None


def test_prometheus_metrics() -> None:
    text = PROMETHEUS.text(diagnosis(Severity.WARNING, lineage='odd "name\\\n'))
    metrics = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(SAMPLE.fullmatch(line) for line in metrics), metrics
    assert (
        f'{{lineage="odd \\"name\\\\\\n"}} {(NOW + timedelta(days=57.5)).timestamp():.0f}' in text
    )
    assert 'certbot_sectigo_accounts{server="https://ca/dir",verdict="in use"} 2' in metrics
    assert 'certbot_sectigo_accounts{server="https://ca/dir",verdict="idle"} 0' in metrics
    assert 'certbot_sectigo_findings{severity="warning"} 1' in metrics
    assert 'certbot_sectigo_finding{code="family/name"} 1' in metrics
    names = {line.split("{")[0].split(" ")[0] for line in metrics}
    for name in names:
        assert text.count(f"# TYPE {name} gauge\n") == 1
        assert text.count(f"# HELP {name} ") == 1
    assert PROMETHEUS.exit_code(diagnosis(Severity.CRITICAL)) == 0


def test_names_that_are_no_text_are_text_to_prometheus() -> None:
    text = PROMETHEUS.text(diagnosis(lineage="caf\udce9"))
    [line] = [line for line in text.splitlines() if "not_after" in line and "{" in line]
    assert line.encode() and SAMPLE.fullmatch(line)
    assert 'lineage="caf\\\\udce9"' in line
