"""The playbooks: hosts behind sshd, from a bare inventory to served certificates, and back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest.importorskip("ansible")

from tests.ansible.fleet import Fleet

TRIAL = "CERTBOT_SECTIGO_TRIAL" in os.environ
# One host is all that make test has the time for; what many ask of SCM is in test_plugins.py.
HOSTS = ("web1", "web2", "web3") if TRIAL else ("web1",)
# Where what goes over ssh was seen already, it is a detour.
AT_HAND = () if TRIAL else ("-e", "ansible_connection=local")
ALL = ("-e", "sectigo_hosts=all")


def test_from_nothing_to_served_certificates_and_back(tmp_path: Path) -> None:
    with Fleet(tmp_path, HOSTS) as fleet:
        # A plan says what the play will do, and does nothing.
        planned = fleet.play("site", "--check", "--diff", *AT_HAND)
        assert "Accounts of all hosts at SCM" in planned.changed()
        assert fleet.accounts() == {}
        assert not any(host.config.exists() for host in fleet.hosts.values())

        fleet.play("site", "--diff", "-vvv", "-e", f"sectigo_dry_run={TRIAL}")
        assert set(fleet.accounts()) == set(fleet.hosts)
        for host in fleet.hosts.values():
            assert host.served_serial() == host.serial()
            assert not (host.config / "sectigo-eab.ini").exists()  # bound
        fleet.no_secrets()
        assert fleet.play("site", "--diff", *AT_HAND).changed() == []

        # Out of service; the last cannot even be reached.
        last = HOSTS[-1]
        fleet.gone(last)
        assert fleet.play("decommission", *ALL, "-vvv", "--diff").changed()
        assert fleet.accounts() == {}
        assert all(certificate.revoked for certificate in fleet.sandbox.certificates())
        assert [n for n, host in fleet.hosts.items() if host.config.exists()] == [last]
        # It comes back.
        fleet.back(last)
        again = fleet.play("decommission", *ALL, *AT_HAND)
        assert {"Timers go", "Keys and files on the host"} <= set(again.changed())
        assert not fleet.hosts[last].config.exists()
        if TRIAL:
            assert fleet.play("decommission", *ALL).changed() == []
        fleet.no_secrets()
