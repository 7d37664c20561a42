"""The playbooks: hosts behind sshd, from a bare inventory to served certificates, and back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest.importorskip("ansible")

from tests.ansible.fleet import Fleet

# One host is all that make test has the time for; what many ask of SCM is in test_plugins.py.
HOSTS = ("web1", "web2", "web3") if "CERTBOT_SECTIGO_TRIAL" in os.environ else ("web1",)


def test_from_nothing_to_served_certificates_and_back(tmp_path: Path) -> None:
    with Fleet(tmp_path, HOSTS) as fleet:
        # A plan says what the play will do, and does nothing.
        planned = fleet.play("site", "--check", "--diff")
        assert "Accounts of all hosts at SCM" in planned.changed()
        assert fleet.accounts() == {}
        assert not any(host.config.exists() for host in fleet.hosts.values())

        fleet.play("site", "--diff", "-vvv", "-e", f"sectigo_dry_run={'web3' in HOSTS}")
        assert set(fleet.accounts()) == set(fleet.hosts)
        for host in fleet.hosts.values():
            assert host.served_serial() == host.serial()
            assert not (host.config / "sectigo-eab.ini").exists()  # bound
        fleet.no_secrets()
        assert fleet.play("site", "--diff").changed() == []

        # Out of service; the last cannot even be reached.
        last = HOSTS[-1]
        fleet.gone(last)
        assert fleet.play("decommission", "-e", "sectigo_hosts=all", "-vvv", "--diff").changed()
        assert fleet.accounts() == {}
        assert all(certificate.revoked for certificate in fleet.sandbox.certificates())
        assert [n for n, host in fleet.hosts.items() if host.config.exists()] == [last]
        # It comes back.
        fleet.back(last)
        again = fleet.play("decommission", "-e", "sectigo_hosts=all")
        assert {"Timers go", "Keys and files on the host"} <= set(again.changed())
        assert not fleet.hosts[last].config.exists()
        assert fleet.play("decommission", "-e", "sectigo_hosts=all").changed() == []
        fleet.no_secrets()
