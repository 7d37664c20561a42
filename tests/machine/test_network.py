"""What only a shell knows of proxies and trust is told, what starts renewals and all."""

from __future__ import annotations

from pathlib import Path

import pytest

from certbot_sectigo.machine import network, timers

TIMER = "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n"
DROP_IN = "etc/systemd/system/certbot.service.d/p.conf"
SERVICE = "[Service]\nExecStart=/usr/bin/certbot -q renew\n"


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def lacks(root: Path, **environ: str) -> list[str]:
    starts = timers.read(root).starts
    assert starts
    return [lack.name for lack in network.lacking(environ, starts, root)]


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ({}, ["https_proxy"]),
        ({DROP_IN: "[Service]\nEnvironment=HTTPS_PROXY=x"}, []),
        ({DROP_IN: "[Service]\nPassEnvironment=https_proxy"}, []),
        ({"etc/systemd/system.conf": "[Manager]\nDefaultEnvironment=https_proxy=http://p:1\n"}, []),
        (
            {"etc/systemd/system.conf": "[Manager]\n#DefaultEnvironment=https_proxy=http://p:1\n"},
            ["https_proxy"],
        ),
        # systemd does not read it.
        ({"etc/environment": "https_proxy=http://p:1\n"}, ["https_proxy"]),
    ],
)
def test_a_unit(tmp_path: Path, more: dict[str, str], names: list[str]) -> None:
    units = {
        "etc/systemd/system/certbot.timer": TIMER,
        "etc/systemd/system/certbot.service": SERVICE,
    }
    root = write(tmp_path, {**units, **more})
    assert lacks(root, https_proxy="http://p:1") == names


def test_what_it_says_to_be_written_into_a_unit_is_what_was_missing(tmp_path: Path) -> None:
    """The editor that ``systemctl edit`` opens writes this very file."""
    root = write(tmp_path, {"etc/systemd/system/certbot.timer": TIMER,
                            "etc/systemd/system/certbot.service": SERVICE})  # fmt: skip
    (lack,) = network.lacking({"https_proxy": "http://p:1"}, timers.read(root).starts, root)
    command, _, text = lack.remedy.partition("\nand write there:\n")
    assert command == "systemctl edit certbot.service"
    write(root, {"etc/systemd/system/certbot.service.d/override.conf": text})
    assert lacks(root, https_proxy="http://p:1") == []


@pytest.mark.parametrize(
    ("more", "head", "names"),
    [
        ({}, "", ["REQUESTS_CA_BUNDLE"]),
        ({}, "REQUESTS_CA_BUNDLE=/ca.pem\n", []),
        ({"etc/environment": "REQUESTS_CA_BUNDLE=/ca.pem\n"}, "", []),
    ],
)
def test_a_cron_table(tmp_path: Path, more: dict[str, str], head: str, names: list[str]) -> None:
    line = "0 3 * * * root certbot -q renew\n"
    root = write(tmp_path, {"etc/cron.d/certbot": head + line, **more})
    assert lacks(root, REQUESTS_CA_BUNDLE="/ca.pem") == names
    assert lacks(root, HTTPS_PROXY="", LANG="C") == []


@pytest.mark.parametrize(
    ("address", "port", "why"),
    [
        ("", "80", ""),
        ("127.0.0.1", "65535", ""),
        ("a.name", "80", ""),  # nobody is asked for it here
        ("", "70000", "70000 is no port"),
        ("", "0", "0 is no port"),
        ("", "1" * 5000, f"{'1' * 20} is no port"),
        ("a..b", "80", "a..b is no address"),
        ("192.0.2.1", "80", "192.0.2.1 is no address of this machine"),
    ],
)
def test_where_nothing_can_listen(address: str, port: str, why: str) -> None:
    assert network.deaf(address, port) == why
