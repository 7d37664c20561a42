"""``certbot-sectigo doctor`` on odd machines, and its words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from certbot_sectigo import doctor
from certbot_sectigo.doctor.checks import deployment, renewal
from tests.bed.components import BIN
from tests.bed.process import Result, clean_environment, run

PAGE = Path(__file__).parents[2] / "docs" / "doctor.md"


def command(folder: Path, *words: str) -> Result:
    dirs = [f"--{name}-dir={folder / name}" for name in ("config", "work", "logs")]
    return run(
        [BIN / "certbot-sectigo", *dirs, f"--system-root={folder}", *words],
        folder=folder,
        env=clean_environment(HOME=str(folder)),
        check=None,
    )


def test_a_machine_without_certbot_has_nothing_wrong(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    result = command(tmp_path, "doctor")
    assert (result.returncode, result.stderr) == (0, "")
    assert list((tmp_path / "config").iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ("doctor",),
        ("doctor", "--format", "prometheus"),
        ("renewals",),
        ("accounts", "list"),
        ("accounts", "show", "0a"),
        ("accounts", "pick", "-d", "a.example"),
        ("accounts", "probe", "-d", "a.example", "--yes"),
        ("accounts", "archived"),
        ("deploy", "--check"),
    ],
)
def test_a_directory_that_is_named_and_not_there(tmp_path: Path, words: tuple[str, ...]) -> None:
    """A misspelt one, or a volume that is not mounted, is no clean machine."""
    result = command(tmp_path, *words)
    assert result.returncode == 2
    assert f"There is no {tmp_path / 'config'}" in result.stderr
    assert result.stdout == ""
    assert not (tmp_path / "config").exists()


def test_to_monitoring_it_is_unknown(tmp_path: Path) -> None:
    result = command(tmp_path, "doctor", "--format", "nagios")
    assert result.returncode == 3
    assert result.stdout.startswith("CERTBOT-SECTIGO UNKNOWN - There is no ")


def test_what_cannot_be_read_is_unknown_to_monitoring(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/renewal").write_text("not a folder")
    result = command(tmp_path, "doctor", "--format", "nagios")
    assert result.returncode == 3
    assert result.stdout.startswith("CERTBOT-SECTIGO UNKNOWN - ")
    for name in ("text", "json", "prometheus"):
        result = command(tmp_path, "doctor", "--format", name)
        assert result.returncode == 1
        assert "config/renewal" in result.stderr
        assert bool(result.stdout) == (name == "json")


def test_fix_does_not_go_with_monitoring(tmp_path: Path) -> None:
    assert command(tmp_path, "doctor", "--fix", "--format", "nagios").returncode == 2


def test_every_finding_is_on_its_page() -> None:
    sources = Path(doctor.__file__).parent.rglob("*.py")
    literal = re.compile(r'"((?:accounts|caa|secrets|reach|receive|renewal|traps)/[a-z-]+)"')
    codes = {code for source in sources for code in literal.findall(source.read_text())}
    computed = {
        *(f"accounts/{v}" for v in ("unparsable", "incomplete", "misnamed", "dead", "duplicate",
                                    "superseded")),
        *(f"secrets/{k}-owner" for k in ("account-key", "credentials", "folder")),
        *(f"secrets/hmac-key-in-{p}" for p in ("log", "cron", "systemd", "cli-ini", "renewal",
                                               "process", "history", "temporary-log")),
        *(f"renewal/{code}" for code in renewal._TITLES),
        *(f"deploy/{kind}" for kind in deployment._TOLD),
        *(f"traps/{s}-in-cli-ini" for s in ("server", "account", "authenticator")),
    }  # fmt: skip
    told = set(re.findall(r"^\| `([a-z]+/[a-z-]+)` \|", PAGE.read_text(), re.MULTILINE))
    assert told == codes | computed
