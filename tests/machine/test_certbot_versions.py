"""Which options were really given on the command line."""

from __future__ import annotations

import subprocess
import sys

import pytest

from certbot_sectigo.machine import certbot_versions


@pytest.mark.parametrize(
    ("option", "argv", "expected"),
    [
        ("--eab-kid", ["certonly", "--eab-kid", "K"], True),
        ("--eab-kid", ["--eab-kid=K"], True),
        ("--eab-kid", ["--eab-k", "K"], True),
        ("--eab-kid", ["--eab-hmac-key", "K"], False),
        ("--eab-kid", ["certonly", "-n"], False),
        ("--eab-kid", ["--", "--eab-kid"], False),
        ("--server", ["--server", "U"], True),
        ("--server", ["--sectigo-eab-server", "U"], False),
        ("--sectigo-eab-server", ["--server", "U"], False),
        ("--sectigo-eab-credentials", ["--sectigo-eab-cred", "F"], True),
        ("--account", ["--ac", "ID"], True),
        ("--account", ["--agree-tos", "-d", "account"], False),
    ],
)
def test_on_command_line(option: str, argv: list[str], expected: bool) -> None:
    assert certbot_versions.on_command_line(option, argv) is expected


def test_certbots_defaults_are_nobodys_choice() -> None:
    assert not certbot_versions.server_given("https://acme-v02.api.letsencrypt.org/directory")
    assert certbot_versions.server_given("https://acme.sectigo.com/v2/OV")


def test_a_certbot_without_zope_loads_the_plugin() -> None:
    """certbot needs zope only before 2.0; where it is missing every command would stop."""
    blind = "import sys; sys.modules['zope'] = sys.modules['zope.interface'] = None; "
    subprocess.run(
        [sys.executable, "-c", f"{blind}import certbot_sectigo.plugin.configurator"], check=True
    )
