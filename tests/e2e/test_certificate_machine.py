"""A certificate machine with the real certbot, and hosts it serves through OpenSSH's sshd."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bed.certbot import Certbot
from tests.bed.process import ArgumentWatch, Result, poll
from tests.bed.sectigo import Sectigo
from tests.bed.sshd import Client, ServedHost
from tests.deploy.daemons import Daemon, open_folder
from tests.deploy.services import Machine

NAME = "www.a.example"


class Host(ServedHost):
    """A served host with one real service."""

    def __init__(self, folder: Path, client: Client, kind: str) -> None:
        super().__init__(folder, client.public)
        self.service = Daemon(folder / kind, kind)

    def describe(self, *names: str, **keys: object) -> None:
        """Write its deploy file with one target."""
        here = self.service.folder
        machine = Machine(self.folder / "unused")
        machine.file = self.file
        form: dict[str, object] = {"format": "bundle", "path": str(here / "site.pem")}
        if self.service.kind != "haproxy":
            form = {"format": "files", "fullchain": f"{here}/site.crt"}
            form["privkey"] = f"{here}/site.key"
        machine.target(
            self.service.kind,
            **{
                **form,
                "cert_name": None,
                "domains": list(names or (NAME,)),
                "owner": self.service.owner,
                "mode": "0600",
                "test": self.service.test,
                "reload": None,
                "allow_sandbox": True,
                **keys,
            },
        )

    def describe_running(self) -> None:
        """The same, now that the service runs."""
        self.describe(reload=self.service.reload, connect=f"127.0.0.1:{self.service.port}")


class CertificateMachine:
    """The one that has the account."""

    def __init__(self, certbot: Certbot, sectigo: Sectigo, root: Path) -> None:
        self.certbot = certbot
        self.credentials = sectigo.a.credentials(certbot.home / "a.ini")
        certbot.config_dir.mkdir(parents=True)
        self.client = Client(root / "client")
        self.machine = Machine(root / "machine")
        self.machine.file = certbot.config_dir / "sectigo-deploy.toml"
        self.hosts = {
            "web1": Host(root / "web1", self.client, "nginx"),
            "web2": Host(root / "web2", self.client, "haproxy"),
        }
        self.client.knows(*(host.sshd for host in self.hosts.values()))
        for name, host in self.hosts.items():
            keys = self.client.keys(host.sshd)
            self.machine.target(name, cert_name=NAME, allow_sandbox=True, **keys)
            host.describe()
            host.sshd.start()

    def issue(self, check: int = 0) -> Result:
        """Get the certificate and deliver it."""
        words = ["--authenticator", "sectigo-eab", "--installer", "sectigo-eab", "--agree-tos"]
        words += ["--sectigo-eab-credentials", str(self.credentials), "-d", NAME]
        return self.certbot.run("run", *words, check=check)

    @property
    def cert(self) -> bytes:
        """The lineage's certificate."""
        return (self.certbot.config_dir / "live" / NAME / "cert.pem").read_bytes()

    @property
    def key(self) -> str:
        """A line of the lineage's private key."""
        text = (self.certbot.config_dir / "live" / NAME / "privkey.pem").read_text()
        return text.splitlines()[2]

    def serve(self, *names: str) -> None:
        """Wait until hosts show the lineage's certificate."""
        wanted = self.cert
        for name in names:
            service = self.hosts[name].service
            poll(lambda service=service: service.serves(wanted), f"{name} to serve it")  # type: ignore[misc]

    def stop(self) -> None:
        """End what runs."""
        for host in self.hosts.values():
            host.service.stop()
            host.sshd.stop()


@pytest.fixture
def fleet(certbot: Certbot, sectigo: Sectigo) -> Iterator[CertificateMachine]:
    with open_folder() as root:
        made = CertificateMachine(certbot, sectigo, root)
        try:
            yield made
        finally:
            made.stop()


def test_issue_deliver_renew_roll_back_there_and_retry_here(fleet: CertificateMachine) -> None:
    with ArgumentWatch("PRIVATE KEY") as watch:
        told = fleet.issue()
    assert 'target "web1": deployed' in told.text
    assert 'target "web2": deployed' in told.text
    assert watch.looks > 10
    assert watch.seen == set()
    for host in fleet.hosts.values():
        host.service.start()
        assert host.service.serves(fleet.cert)
        host.describe_running()
        assert {path.name for path in host.folder.iterdir()} >= {"etc", "var"}
        assert not (host.folder / "none").exists()  # no certbot is needed there

    fleet.certbot.run("renew", "--force-renewal")
    fleet.serve("web1", "web2")
    served = fleet.cert

    web1 = fleet.hosts["web1"].service
    config = web1.config.read_text()
    web1.config.write_text(config + "\nnonsense;\n")
    before = {path: path.read_bytes() for path in web1.folder.glob("site.*")}
    told = fleet.certbot.run("renew", "--force-renewal", check=1)
    assert 'target "web1": delivered, but not deployed there everywhere' in told.text
    assert 'target "nginx": not deployed, its files are as they were before' in told.text
    assert "nonsense" in told.text
    web1.config.write_text(config)
    assert len(before) == 2
    assert {path: path.read_bytes() for path in web1.folder.glob("site.*")} == before
    assert web1.serves(served)
    fleet.serve("web2")

    # Nothing is due; only what failed is sent again, once.
    times = (fleet.hosts["web2"].service.folder / "site.pem").stat().st_mtime_ns
    log = fleet.hosts["web2"].sshd.log
    told = fleet.certbot.run("renew")
    assert "not yet due" in told.text
    fleet.serve("web1")
    told = fleet.certbot.run("renew")
    assert "target" not in told.text
    assert (fleet.hosts["web2"].service.folder / "site.pem").stat().st_mtime_ns == times
    assert fleet.hosts["web2"].sshd.log == log
