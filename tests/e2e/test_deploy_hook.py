"""``certbot-sectigo deploy`` in a deploy hook: certbot waits for it and holds the locks."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bed.certbot import Certbot
from tests.bed.components import BIN
from tests.bed.process import anew, poll
from tests.bed.sectigo import Sectigo
from tests.deploy.daemons import open_folder
from tests.deploy.services import Machine

NAME = "www.a.example"


class Hooked:
    """A certbot whose lineage is put in its place by a hook, not by an installer."""

    def __init__(self, certbot: Certbot, sectigo: Sectigo, root: Path) -> None:
        self.certbot = certbot
        self.credentials = sectigo.a.credentials(certbot.home / "a.ini")
        self.machine = Machine(root)
        certbot.config_dir.mkdir(parents=True, exist_ok=True)
        self.machine.file = certbot.config_dir / "sectigo-deploy.toml"
        self.machine.target(
            "service", cert_name=NAME, test=None, reload=None, allow_sandbox=True, mode="0600"
        )
        self.said = root / "said"
        self.pem = self.machine.place("service")

    @property
    def command(self) -> str:
        """The words that deploy, for a shell."""
        bot = self.certbot
        words = [BIN / "certbot-sectigo", "--config-dir", bot.config_dir]
        words += ["--work-dir", bot.work_dir, "--logs-dir", bot.logs_dir, "deploy"]
        return f"{shlex.join(map(str, words))} > {self.said} 2>&1"

    @property
    def cert(self) -> bytes:
        return (self.certbot.config_dir / "live" / NAME / "cert.pem").read_bytes()

    def issue(self, hook: str) -> None:
        self.certbot.certonly(NAME, credentials=self.credentials, more=("--deploy-hook", hook))


@pytest.fixture
def hooked(certbot: Certbot, sectigo: Sectigo) -> Iterator[Hooked]:
    # A deploy reads the arguments of the certbot above it: they have to be that one's own.
    with open_folder() as root, anew():
        yield Hooked(certbot, sectigo, root)


@pytest.mark.parametrize("how", ["{}", "sh -c {quoted}; true"])
def test_it_deploys_below_the_certbot_that_waits_for_it(hooked: Hooked, how: str) -> None:
    hooked.issue(how.format(hooked.command, quoted=shlex.quote(hooked.command)))
    assert 'target "service": deployed' in hooked.said.read_text()
    assert hooked.cert in hooked.pem.read_bytes()
    assert hooked.machine.store.checkpoints.left_open() == []


def test_in_the_background_it_waits_for_the_locks(hooked: Hooked) -> None:
    # Its shell has ended before it looks, and certbot goes on until then and somewhat longer.
    go = hooked.machine.root / "go"
    later = f"until test -e {go}; do sleep 0.05; done; {hooked.command}; touch {go}.done"
    hooked.issue(f"sh -c {shlex.quote(f'({later}) >/dev/null 2>&1 &')}; (sleep 1; touch {go}) &")
    done = go.with_name("go.done")
    poll(done.exists, "the end of the deployment in the background")
    assert 'target "service": deployed' in hooked.said.read_text()
    assert hooked.cert in hooked.pem.read_bytes()


def test_a_dry_run_that_runs_hooks_deploys_nothing(hooked: Hooked) -> None:
    hooked.issue(hooked.command)
    hooked.pem.unlink()
    renewed = hooked.certbot.run("renew", "--dry-run", "--run-deploy-hooks", check=None)
    if "unrecognized arguments" in renewed.output:
        pytest.skip("this certbot runs no deploy hooks on a dry run")
    assert renewed.returncode == 0, str(renewed)
    assert "certbot is on a dry run, so nothing is deployed" in hooked.said.read_text()
    assert f"would write {hooked.pem}" in hooked.said.read_text()
    assert not hooked.pem.exists()
    assert hooked.certbot.run("renew", "--force-renewal").returncode == 0
    assert hooked.cert in hooked.pem.read_bytes()
