"""Options of ours where our plugin has no part, by table."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from certbot_sectigo.doctor.checks import idle_options
from certbot_sectigo.doctor.model import ScheduledLine
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.machine.settings import parse
from certbot_sectigo.renewals.facts import Facts
from certbot_sectigo.renewals.forecast import forecast
from certbot_sectigo.renewals.model import Renewal

INI, CRON = Path("/etc/letsencrypt/cli.ini"), Path("/etc/cron.d/certbot")
GIVEN = "sectigo-eab-credentials = /etc/chem.ini"
OPTION = "--sectigo-eab-credentials /etc/chem.ini"


def renewal(
    authenticator: str, installer: str = "", options: Mapping[str, str] | None = None
) -> Renewal:
    lineage = Lineage(
        "a.example", Path("/r/a.example.conf"), authenticator=authenticator, installer=installer
    )
    said = forecast(Facts(lineage))
    return Renewal(lineage, (), None, None, None, None, None, said, options=options or {})


OURS, PLAIN = renewal("sectigo-eab"), renewal("standalone")


@pytest.mark.parametrize(
    ("ini", "renewals", "found"),
    [
        (GIVEN, (OURS,), False),
        (GIVEN, (), False),  # they may be for what is ordered next
        (GIVEN, (PLAIN,), True),
        (GIVEN, (renewal("dns-rfc2136", "sectigo-eab"),), False),
        (f"{GIVEN}\nauthenticator = standalone", (OURS,), True),
        (f"{GIVEN}\nstandalone = true", (OURS,), True),
        (f"{GIVEN}\nauthenticator = standalone\ninstaller = sectigo-eab", (PLAIN,), False),
        (f"{GIVEN}\nauthenticator = sectigo-eab", (PLAIN,), False),
        (f"{GIVEN}\nconfigurator = nginx", (OURS,), True),
        (f"# {GIVEN}", (PLAIN,), False),
        ("authenticator = standalone", (PLAIN,), False),
    ],
)
def test_cli_ini(ini: str, renewals: tuple[Renewal, ...], found: bool) -> None:
    settings = list(parse(INI, ini))
    findings = list(idle_options.check(settings, (), renewals))
    assert [f.code for f in findings] == ["traps/idle-options"] * found
    assert all(f.where == (f"{INI}:1",) for f in findings)


def test_the_lines_of_cli_ini_are_taken_out_as_it_is_printed(tmp_path: Path) -> None:
    path = tmp_path / "cli.ini"
    path.write_text(f"email = a@a.example\n{GIVEN}\nstandalone\nsectigo-eab-kid = k\n")
    settings = list(parse(path, path.read_text()))
    [finding] = idle_options.check(settings, (), (OURS,))
    subprocess.run(finding.command, shell=True, check=True)
    left = list(parse(path, path.read_text()))
    assert list(idle_options.check(left, (), (OURS,))) == []
    assert path.read_text().splitlines()[::2] == ["email = a@a.example", "standalone"]


@pytest.mark.parametrize(
    ("words", "renewals", "found"),
    [
        (f"certbot certonly --standalone {OPTION} -d a.example", (OURS,), True),
        (f"certbot certonly -a dns-x {OPTION} -i sectigo-eab -d a.example", (OURS,), False),
        (f"certbot certonly -a sectigo-eab {OPTION} -d a.example", (), False),
        (f"certbot certonly {OPTION} -d a.example", (PLAIN,), False),
        (f"certbot -q renew {OPTION}", (OURS, PLAIN), False),
        (f"certbot -q renew {OPTION}", (PLAIN,), True),
        (f"certbot -q renew -a webroot {OPTION}", (OURS,), True),
        ("certbot -q renew", (PLAIN,), False),
    ],
)
def test_schedules(words: str, renewals: tuple[Renewal, ...], found: bool) -> None:
    line = ScheduledLine(CRON, 3, f"0 3 * * * root {words}")
    findings = list(idle_options.check((), (line,), renewals))
    assert [f.where for f in findings] == [(f"{CRON}:3",)] * found


@pytest.mark.parametrize(
    ("authenticator", "installer", "options", "found"),
    [
        ("standalone", "", {"sectigo_eab_credentials": "/etc/chem.ini"}, True),
        ("standalone", "nginx", {"sectigo_eab_kid": "k"}, True),
        ("standalone", "sectigo-eab", {"sectigo_eab_kid": "k"}, False),
        ("certbot-sectigo:sectigo-eab", "", {"sectigo_eab_kid": "k"}, False),
        ("standalone", "", {"sectigo_eab_kid": "None"}, False),
        ("standalone", "", {"http01_port": "80"}, False),
    ],
)
def test_renewal_files(
    authenticator: str, installer: str, options: Mapping[str, str], found: bool
) -> None:
    findings = list(idle_options.check((), (), (renewal(authenticator, installer, options),)))
    assert bool(findings) is found
