"""An option of ours that nobody will look at is told from one that may count."""

from __future__ import annotations

import pytest

from certbot_sectigo.plugin.options import idle

GIVEN = ("certonly", "--sectigo-eab-kid", "K")


@pytest.mark.parametrize(
    ("words", "other"),
    [
        (("--standalone",), "standalone"),
        (("-a", "dns-rfc2136"), "dns-rfc2136"),
        (("-adns-rfc2136",), "dns-rfc2136"),
        (("--authenticator=manual",), "manual"),
        (("--configurator", "nginx"), "nginx"),
        (("--dns-cloudflare",), "dns-cloudflare"),
        (("--nginx", "-i", "apache"), "nginx"),
        # It may be what cli.ini, a menu or the lineage says.
        ((), None),
        (("-i", "nginx"), None),
        (("-a", "sectigo-eab"), None),
        (("-a", "certbot-sectigo:sectigo-eab"), None),
        (("--manual", "-i", "sectigo-eab"), None),
        (("--manual", "--installer=sectigo-eab"), None),
        (("--configurator", "sectigo-eab"), None),
        # Options of such a plugin are no such plugin.
        (("--dns-rfc2136-credentials", "F"), None),
    ],
)
def test_idle(words: tuple[str, ...], other: str | None) -> None:
    assert idle("--sectigo-eab-kid", [*GIVEN, *words], {}) == other


def test_what_configuration_files_say_counts() -> None:
    files = {"config_file|/etc/letsencrypt/cli.ini": {"installer": (None, "sectigo-eab")}}
    assert idle("--sectigo-eab-kid", [*GIVEN, "--manual"], files) is None
    assert idle("--sectigo-eab-kid", ["certonly", "--manual"], {}) is None


def test_an_authenticator_that_only_a_configuration_file_names() -> None:
    files = {"config_file|/etc/letsencrypt/cli.ini": {"authenticator": (None, "standalone")}}
    assert idle("--sectigo-eab-kid", GIVEN, files) == "standalone"
    assert idle("--sectigo-eab-kid", [*GIVEN, "-a", "sectigo-eab"], files) is None
    assert idle("--sectigo-eab-kid", [*GIVEN, "-i", "sectigo-eab"], files) is None
    ours = {"config_file|/etc/letsencrypt/cli.ini": {"authenticator": (None, "sectigo-eab")}}
    assert idle("--sectigo-eab-kid", GIVEN, ours) is None
    assert idle("--sectigo-eab-kid", [*GIVEN, "--standalone"], ours) == "standalone"
