"""Real services: the new certificate is served after a deployment, else the old one."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from certbot_sectigo.deploy.model import Material
from tests.deploy.daemons import Daemon, open_folder
from tests.deploy.lineages import issue, lay
from tests.deploy.services import Machine


@dataclass
class Site:
    """A machine with one service that is running and has its first certificate."""

    machine: Machine
    daemon: Daemon
    first: Material

    def describe(self, **keys: object) -> None:
        """Write the deploy file with the one target."""
        folder = self.daemon.folder
        places: dict[str, object] = {"format": "bundle", "path": str(folder / "site.pem")}
        if self.daemon.kind != "haproxy":
            places = {
                "format": "files",
                "fullchain": str(folder / "site.crt"),
                "privkey": str(folder / "site.key"),
            }
        self.machine.no_targets()
        self.machine.target(
            self.daemon.kind,
            **{
                **places,
                "owner": self.daemon.owner,
                "test": self.daemon.test,
                "reload": None,
                "connect": f"127.0.0.1:{self.daemon.port}",
                **keys,
            },
        )

    def renew(self) -> Material:
        """Give the lineage a new certificate."""
        return lay(self.machine.config_dir, "www", issue("www.example.org"))


@pytest.fixture(params=["haproxy", "nginx", "apache2"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    with open_folder() as root:
        machine = Machine(root)
        first = lay(machine.config_dir, "www", issue("www.example.org"))
        here = Site(machine, Daemon(root / "service", request.param), first)
        here.describe(connect=None)
        assert here.machine.deploy(first)[request.param].ok
        here.daemon.start()
        try:
            yield here
        finally:
            here.daemon.stop()


def test_renewed_certificate_is_served_after_the_reload(site: Site) -> None:
    assert site.daemon.serves(site.first.cert)
    site.describe(reload=site.daemon.reload)
    renewed = site.renew()
    outcome = site.machine.deploy(renewed)[site.daemon.kind]
    assert outcome.state == "deployed", outcome
    site.daemon.until_serves(renewed)


def test_failing_test_leaves_the_old_certificate(site: Site) -> None:
    before = site.machine.snapshot()
    text = site.daemon.config.read_text()
    site.daemon.config.write_text(text + "\nnonsense;\n")
    site.describe(reload=site.daemon.reload)
    outcome = site.machine.deploy(site.renew())[site.daemon.kind]
    assert outcome.state == "rolled back"
    assert "nonsense" in outcome.message
    assert "the certificate is not the cause" in outcome.message
    assert before.changes(site.machine.snapshot()) == []
    assert site.daemon.running
    assert site.daemon.serves(site.first.cert)
    site.daemon.config.write_text(text)
    again = site.machine.lineage()
    owed = site.machine.owed(again)
    assert owed is not None
    assert site.machine.deploy(again, *(owed.targets or ()))[site.daemon.kind].ok
    site.daemon.until_serves(again)


def test_failing_reload_leaves_the_old_certificate(site: Site) -> None:
    before = site.machine.snapshot()
    state = site.machine.root / "tried"
    words = shlex.join(site.daemon.reload)
    site.describe(
        reload=f"test -e {state} || {{ touch {state}; echo refused; exit 1; }}; {words}",
        test=shlex.join(site.daemon.test),
        shell=True,
    )
    outcome = site.machine.deploy(site.renew())[site.daemon.kind]
    assert outcome.state == "rolled back"
    assert outcome.message.startswith("reload failed")
    assert outcome.message.endswith("refused\n(with the old files it succeeds)")
    assert before.changes(site.machine.snapshot()) == []
    site.daemon.until_serves(site.first)
    assert site.daemon.running


def test_service_that_a_reload_ends_is_reported(site: Site) -> None:
    status = f"/proc/{site.daemon.pid}/stat"
    end = f"kill {site.daemon.pid}; until grep -q ') Z' {status}; do sleep 0.05; done; exit 1"
    site.describe(reload=end, shell=True, test=shlex.join(site.daemon.test), timeout=3)
    outcome = site.machine.deploy(site.renew())[site.daemon.kind]
    assert outcome.state == "rolled back"
    assert f"nothing answers at 127.0.0.1:{site.daemon.port}: start the service" in outcome.message
    site.daemon.start()
    site.daemon.until_serves(site.first)


def test_foreign_key_never_reaches_the_service(site: Site) -> None:
    site.describe(reload=site.daemon.reload)
    renewed = site.renew()
    (renewed.folder / "privkey.pem").write_bytes(issue("www.example.org").privkey)
    outcome = site.machine.deploy(site.machine.lineage())[site.daemon.kind]
    assert outcome.state == "refused"
    assert "the private key does not belong to the certificate" in outcome.message
    assert site.daemon.serves(site.first.cert)


def test_service_that_does_not_show_the_certificate_is_reported(site: Site) -> None:
    site.describe(reload=["true"], timeout=1)
    renewed = site.renew()
    outcome = site.machine.deploy(renewed)[site.daemon.kind]
    assert outcome.state == "not served"
    assert f"127.0.0.1:{site.daemon.port} serves another certificate" in outcome.message
    # The files stay, and the next run reloads again.
    site.describe(reload=site.daemon.reload)
    assert site.machine.owed(renewed) is not None
    assert site.machine.deploy(renewed)[site.daemon.kind].state == "unchanged"
    site.daemon.until_serves(renewed)
    assert site.machine.owed(renewed) is None
