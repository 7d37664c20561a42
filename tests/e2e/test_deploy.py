"""The installer with the real certbot: the sandbox issues, real services serve."""

from __future__ import annotations

import os
import shutil
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from certbot_sectigo.deploy.store import DeployStore
from tests.bed import nginx, process, schema
from tests.bed.certbot import Certbot
from tests.bed.components import BIN
from tests.bed.ports import free_port
from tests.bed.process import Result, poll
from tests.bed.proposals import ran
from tests.bed.sectigo import Sectigo
from tests.deploy.daemons import Daemon, open_folder, serves
from tests.deploy.services import Machine

NAME = "www.a.example"


class Place:
    """A machine whose certbot installs with our plugin, and one HAProxy to serve."""

    def __init__(self, certbot: Certbot, sectigo: Sectigo, root: Path) -> None:
        self.certbot = certbot
        self.credentials = sectigo.a.credentials(certbot.home / "a.ini")
        certbot.config_dir.mkdir(parents=True)
        self.machine = Machine(root)
        self.machine.file = certbot.config_dir / "sectigo-deploy.toml"
        self.machine.store = DeployStore.of(certbot.config_dir)
        self.haproxy = Daemon(root / "haproxy", "haproxy")
        self.pem = self.haproxy.folder / "site.pem"

    def describe(self, **keys: object) -> None:
        """Write the deploy file with the one target."""
        self.machine.no_targets()
        self.machine.target(
            "haproxy",
            **{
                "cert_name": NAME,
                "path": str(self.pem),
                "owner": self.haproxy.owner,
                "mode": "0600",
                "test": self.haproxy.test,
                "reload": None,
                "allow_sandbox": True,
                **keys,
            },
        )

    def install(self, *more: str | Path, check: int | None = 0) -> Result:
        """Get the certificate and install it, as the README tells people to."""
        words = ["--authenticator", "sectigo-eab", "--installer", "sectigo-eab", "--agree-tos"]
        words += ["--sectigo-eab-credentials", str(self.credentials), "-d", NAME]
        return self.certbot.run("run", *words, *more, check=check)

    def deploy(self, *words: str, check: int = 0, options: tuple[str, ...] = ()) -> Result:
        """Run ``certbot-sectigo deploy``."""
        folders: list[str | Path] = [
            "--config-dir",
            self.certbot.config_dir,
            "--work-dir",
            self.certbot.work_dir,
        ]
        folders += ["--logs-dir", self.certbot.logs_dir]
        return process.run(
            [BIN / "certbot-sectigo", *folders, *options, "deploy", *words],
            folder=self.certbot.home / "output",
            check=check,
        )

    def paste(self, told: str, command: str, check: int = 0) -> Result:
        """Run the one line of a text that proposes a command, as it stands there.

        :param command: its first word.
        """
        (line,) = (line for line in told.splitlines() if line.startswith(f"  {command} "))
        assert line.count("--config-dir ") == line.count("--work-dir ") == 1
        assert line.count("--logs-dir ") == 1
        env = self.certbot.environment({"PATH": f"{BIN}:{os.environ['PATH']}"})
        folder = self.certbot.home / "pasted"
        return process.run(["sh", "-ec", ran(line)], folder=folder, env=env, check=check)

    @property
    def cert(self) -> bytes:
        """The lineage's certificate."""
        return (self.certbot.config_dir / "live" / NAME / "cert.pem").read_bytes()

    def serves(self) -> None:
        """Wait until the service shows the lineage's certificate."""
        wanted = self.cert
        poll(lambda: self.haproxy.serves(wanted), "the lineage's certificate to be served")


@pytest.fixture
def place(certbot: Certbot, sectigo: Sectigo) -> Iterator[Place]:
    with open_folder() as root:
        made = Place(certbot, sectigo, root)
        try:
            yield made
        finally:
            made.haproxy.stop()


def test_issue_serve_renew_and_keep_the_old_one_when_the_test_fails(place: Place) -> None:
    place.describe()
    result = place.install()
    assert 'target "haproxy": deployed' in result.text
    place.haproxy.start()
    assert place.haproxy.serves(place.cert)

    place.describe(reload=place.haproxy.reload, connect=f"127.0.0.1:{place.haproxy.port}")
    first = place.cert
    place.certbot.run("renew", "--force-renewal")
    assert place.cert != first
    place.serves()

    served = place.cert
    before = place.machine.snapshot().of(place.haproxy.folder)
    config = place.haproxy.config.read_text()
    place.haproxy.config.write_text(config + "\nnonsense\n")
    result = place.certbot.run("renew", "--force-renewal", check=1)
    assert place.cert != served
    assert 'target "haproxy": not deployed, its files are as they were before' in result.text
    assert "nonsense" in result.text
    place.haproxy.config.write_text(config)
    assert before.changes(before.of(place.haproxy.folder)) == []
    assert place.haproxy.serves(served)

    # Nothing is due; what failed is done all the same, once.
    result = place.certbot.run("renew")
    assert "not yet due" in result.text
    place.serves()
    times = place.pem.stat().st_mtime_ns
    result = place.certbot.run("renew")
    assert "target" not in result.text
    assert place.pem.stat().st_mtime_ns == times


def test_failure_at_the_first_installation(place: Place) -> None:
    place.describe(test=["/bin/sh", "-c", "echo the cause; exit 7"])
    result = place.install(check=1)
    assert "exited with 7" in result.text
    assert "the cause" in result.text
    again = place.paste(result.output, "certbot-sectigo", check=1)
    assert "exited with 7" in again.text
    assert not place.pem.exists()
    assert place.cert  # the certificate is there and is not lost
    place.describe()
    place.certbot.run("install", "--cert-name", NAME, "--installer", "sectigo-eab")
    assert place.pem.exists()


def test_install_says_that_certbot_does_not_remember_it(place: Place) -> None:
    place.describe(test=None, mode="0600")
    place.certbot.certonly(NAME, credentials=place.credentials)
    # Without a terminal certbot renew sleeps for minutes first.
    place.certbot.cli_ini.parent.mkdir(parents=True, exist_ok=True)
    place.certbot.cli_ini.write_text("no-random-sleep-on-renew = true\n")
    words = ("install", "--cert-name", NAME, "--installer", "sectigo-eab")
    told = place.certbot.run(*words).stdout
    assert "For renewals to do the same:" in told
    place.paste(told, "certbot")  # reconfigure, where this certbot has it
    assert "For renewals" not in place.certbot.run(*words).text
    first = place.pem.read_bytes()
    place.certbot.run("renew", "--force-renewal")
    assert place.pem.read_bytes() != first


def test_rollback_brings_files_owners_and_modes_back(place: Place) -> None:
    place.pem.write_text("from before")
    place.pem.chmod(0o604)
    original = place.machine.snapshot().of(place.haproxy.folder)
    place.describe(test=None)
    place.install()
    first = original.of(place.haproxy.folder)
    place.certbot.run("renew", "--force-renewal")
    assert first.changes(first.of(place.haproxy.folder)) != []

    rollback = ("rollback", "--installer", "sectigo-eab")
    place.certbot.run(*rollback)
    assert first.changes(first.of(place.haproxy.folder)) == []
    # A renewal run does not undo what was rolled back on purpose.
    place.certbot.run("renew")
    assert first.changes(first.of(place.haproxy.folder)) == []
    place.certbot.run(*rollback)
    assert original.changes(original.of(place.haproxy.folder)) == []
    assert stat.S_IMODE(place.pem.stat().st_mode) == 0o604
    result = place.certbot.run(*rollback)
    assert "nothing to roll back" in result.text


def test_mistakes_are_told_before_anything_is_ordered(place: Place, sectigo: Sectigo) -> None:
    place.describe(owner="nobody-of-that-name", path=str(place.pem.parent / "none" / "x.pem"))
    orders = sectigo.orders
    result = place.install(check=1)
    assert 'target "haproxy": owner: there is no user "nobody-of-that-name"' in result.text
    assert f"{place.pem.parent / 'none'} is not there" in result.text
    assert "PluginError" not in result.text
    assert sectigo.orders == orders


def test_broken_deploy_file_does_not_keep_a_certificate_from_being_renewed(place: Place) -> None:
    place.describe()
    place.install()
    before = place.cert
    text = place.machine.file.read_text()
    place.machine.file.write_text(text.replace("mode", "moed"))
    told = place.certbot.run("renew", "--dry-run", check=1).text
    assert "its services would keep the old certificate" in told
    assert "is mode meant?" in told
    result = place.certbot.run("renew", "--force-renewal", check=1)
    assert 'target "haproxy": moed: is not a key of a target; is mode meant?' in result.text
    assert place.cert != before
    assert "moed" in place.paste(result.output, "certbot-sectigo", check=1).text
    place.machine.file.write_text(text)
    place.certbot.run("renew")
    assert place.cert in place.pem.read_bytes()


def test_deploy_file_of_another_name_is_found_at_renewals(place: Place, tmp_path: Path) -> None:
    place.machine.file = tmp_path / "elsewhere.toml"
    place.describe(test=None)
    words = ("--authenticator", "sectigo-eab", "--installer", "sectigo-eab", "--agree-tos")
    place.certbot.run(
        *("run", *words, "--sectigo-eab-credentials", place.credentials, "-d", NAME),
        *("--sectigo-eab-deploy", "elsewhere.toml"),
        cwd=tmp_path,
    )
    place.certbot.run("renew", "--force-renewal")
    assert place.cert in place.pem.read_bytes()
    place.pem.unlink()
    place.deploy()
    assert place.cert in place.pem.read_bytes()


def test_certonly_says_that_nothing_is_deployed(place: Place) -> None:
    place.describe(test=None)
    result = place.certbot.certonly(
        NAME, credentials=place.credentials, more=("--installer", "sectigo-eab")
    )
    assert "deploys nothing here" in result.text
    assert not place.pem.exists()
    place.paste(result.output, "certbot-sectigo")
    assert place.pem.exists()


def test_certonly_without_a_deploy_file_proposes_no_deployment(place: Place) -> None:
    place.machine.file.unlink(missing_ok=True)
    more = ("--installer", "sectigo-eab")
    result = place.certbot.certonly(NAME, credentials=place.credentials, more=more)
    renewed = place.certbot.run("renew", "--force-renewal")
    assert "deploys nothing" not in result.text + renewed.text
    assert "certbot-sectigo" not in result.text


def test_no_targets_is_no_failure_but_said(place: Place) -> None:
    result = place.install()
    assert "nothing was deployed" in result.stderr
    assert f"{place.machine.file} is not there" in result.stderr
    place.paste(result.stderr, "certbot-sectigo")
    assert 'name = "haproxy"' in place.machine.file.read_text()
    place.describe(cert_name="typo")
    result = place.certbot.run("install", "--cert-name", NAME, "--installer", "sectigo-eab")
    assert f'{place.machine.file} has no target for the certificate "{NAME}"' in result.stderr
    assert '"haproxy" (for typo)' in result.stderr
    result = place.certbot.run("renew", "--force-renewal")
    assert "nothing was deployed" in result.text


def test_by_hand(place: Place) -> None:
    place.describe(connect=f"127.0.0.1:{place.haproxy.port}", timeout=1)
    place.install(check=1)  # nothing listens yet
    place.haproxy.start()
    result = place.deploy("--check")
    assert 'www.a.example: target "haproxy": has the certificate' in result.text

    text = place.machine.file.read_text()
    place.machine.file.write_text(text.replace('mode = "0600"', 'mode = "0400"'))
    result = place.deploy("--check", check=1)
    assert "and mode 0600 instead of" in result.text
    result = place.deploy("--dry-run")
    assert f"would write {place.pem} (owner {place.haproxy.owner}:0, mode 0400)" in result.text
    assert "would test: " in result.text
    assert stat.S_IMODE(place.pem.stat().st_mode) == 0o600
    place.deploy()
    assert stat.S_IMODE(place.pem.stat().st_mode) == 0o400

    place.certbot.run("renew", "--force-renewal", "--disable-renew-updates")
    data = schema.document(place.deploy("--check", check=1, options=("--json",)).stdout)
    assert (data["version"], data["command"]) == (1, "deploy")
    ((target,),) = (one["targets"] for one in data["certificates"])
    assert data["ok"] is target["ok"] is False
    file, service = target["differences"]
    assert file == f"{place.pem} holds something else"
    assert "serves another certificate" in service

    result = place.deploy("--cert-name", "other", check=1)
    assert 'There is no certificate "other"' in result.text
    assert "There are: www.a.example" in result.text
    result = place.deploy("--check", "--dry-run", check=2)
    assert "exclude each other" in result.text


# In renew, certbot itself takes no notice of SIGTERM once the new certificate is saved.
@pytest.mark.parametrize(
    ("verb", "sign"),
    [("renew", signal.SIGKILL), ("install", signal.SIGKILL), ("install", signal.SIGTERM)],
)
def test_certbot_is_ended_while_the_service_tests(
    place: Place, verb: str, sign: signal.Signals
) -> None:
    place.describe(test=None)
    place.install()
    before = place.machine.snapshot().of(place.haproxy.folder)
    begun, go = place.machine.root / "begun", place.machine.root / "go"
    place.describe(
        test=["/bin/sh", "-c", f"touch {begun}; until test -e {go}; do sleep 0.05; done"]
    )
    words: tuple[str, ...] = ("renew", "--force-renewal")
    if verb == "install":
        place.certbot.run("renew", "--force-renewal", "--disable-renew-updates")
        words = ("install", "--cert-name", NAME, "--installer", "sectigo-eab")
    running = place.certbot.start(*words)
    running.until(begun.exists, "the service's test")
    assert place.cert in place.pem.read_bytes()
    os.kill(running.pid, sign)
    assert running.wait().returncode != 0
    if verb == "install" and sign == signal.SIGTERM:
        # certbot has the installer undo what it began.
        assert before.changes(before.of(place.haproxy.folder)) == []
    go.touch()
    result = place.certbot.run("renew")
    assert "not yet due" in result.text
    assert "it was interrupted" in result.text
    assert 'target "haproxy": deployed' in result.text
    assert place.cert in place.pem.read_bytes()
    assert [path.name for path in place.pem.parent.glob(".*")] == []


def test_certbot_is_killed_before_it_comes_to_the_first_deployment(place: Place) -> None:
    place.describe(test=None)
    place.install("--deploy-hook", "kill -9 $PPID", check=-signal.SIGKILL)
    assert place.cert and not place.pem.exists()
    result = place.certbot.run("renew")
    assert "has not been deployed yet" in result.text
    assert place.cert in place.pem.read_bytes()
    # Once is enough, and where there is no target nothing is said.
    place.pem.unlink()
    assert "target" not in place.certbot.run("renew").text
    shutil.rmtree(place.machine.store.root)
    place.describe(cert_name="other", test=None)
    assert "deployed" not in place.certbot.run("renew").text


def test_menus_are_as_they_were(certbot: Certbot) -> None:
    certbot.cli_ini.parent.mkdir(parents=True)
    certbot.cli_ini.write_text("authenticator = sectigo-eab\n")
    shown = certbot.run("plugins", "--prepare", "--installers")
    assert "sectigo-eab" not in shown.stdout
    assert not (certbot.config_dir / "sectigo").exists()


def test_enhancements_are_refused(place: Place) -> None:
    place.describe(test=None)
    place.install()
    result = place.certbot.run(
        *("enhance", "--cert-name", NAME, "--installer", "sectigo-eab", "--hsts"), check=None
    )
    assert "hsts" in result.text
    assert "not supported" in result.text


def test_example_is_a_deploy_file(place: Place) -> None:
    shown = place.deploy("--example", "postfix").stdout
    place.machine.file.write_text(shown)
    place.certbot.config_dir.joinpath("live").mkdir()
    assert 'Targets: "postfix"' in place.deploy("--check", check=1).text


def test_certbots_nginx_installer_with_our_authenticator(
    certbot: Certbot, sectigo: Sectigo
) -> None:
    credentials = sectigo.a.credentials(certbot.home / "a.ini")
    with nginx.running(NAME, free_port()) as server:
        certbot.run(
            *("run", "--authenticator", "sectigo-eab", "--installer", "nginx"),
            *("--sectigo-eab-credentials", credentials, "-d", NAME, "--agree-tos"),
            *("--no-redirect", *server.words),
            env=server.env,
        )

        def served() -> bool:
            cert = (certbot.config_dir / "live" / NAME / "cert.pem").read_bytes()
            return serves(server.https, cert)

        poll(served, "the first certificate")
        first = certbot.lineage(NAME).serial
        certbot.run("renew", "--force-renewal", env=server.env)
        assert certbot.lineage(NAME).serial != first
        assert certbot.lineage(NAME).params["installer"] == "nginx"
        poll(served, "the renewed certificate")
