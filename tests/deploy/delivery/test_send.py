"""The certificate machine's side against OpenSSH's sshd: hosts that are odd or not there."""

from __future__ import annotations

import json
import os
import shlex
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from certbot_sectigo.deploy.examination import examine
from certbot_sectigo.doctor.checks import deployment
from tests.bed.components import BIN
from tests.bed.ports import free_port
from tests.bed.process import Process, Result, clean_environment, poll, run
from tests.bed.proposals import ran
from tests.bed.sshd import Client, ServedHost, Sshd
from tests.bed.terminal import terminal
from tests.bed.tree import Snapshot
from tests.deploy.lineages import issue, lay
from tests.deploy.services import Machine

NAME = "www.example.org"


class Sender:
    """A certificate machine with one lineage, and one host."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.machine = Machine(root / "machine")
        self.client = Client(root / "client")
        self.host = ServedHost(root / "host", self.client.public)
        self.there = Machine(root / "there")
        self.there.file = self.host.file
        self.there.target("a", cert_name=None, domains=[NAME])
        self.renew()
        self.client.knows(self.host.sshd)
        self.keys = self.client.keys(self.host.sshd)
        self.machine.target("web", **self.keys)

    def renew(self) -> None:
        """Have a new certificate."""
        self.material = lay(self.machine.config_dir, "www", issue(NAME))

    def again(self, **keys: object) -> None:
        """Describe the target anew."""
        self.machine.no_targets()
        self.machine.target("web", **{**self.keys, **keys})

    def words(self, *words: str) -> list[str | Path]:
        """Return a call of certbot-sectigo."""
        where = ("--config-dir", self.machine.config_dir, "--work-dir", self.root / "work")
        return [BIN / "certbot-sectigo", *where, "--logs-dir", self.root / "logs", *words]

    def call(self, *words: str, check: int | None = 0) -> Result:
        """Run certbot-sectigo to its end."""
        env = clean_environment(HOME=str(self.root), SSH_AUTH_SOCK="/none", DISPLAY=":9")
        return run(self.words(*words), folder=self.root / "output", env=env, check=check)

    def deploy(self, check: int = 0) -> Result:
        """Run ``deploy``."""
        return self.call("deploy", check=check)

    @property
    def owed(self) -> bool:
        """Whether something is owed."""
        return self.machine.owed(self.material) is not None


@pytest.fixture
def sender(tmp_path: Path) -> Iterator[Sender]:
    made = Sender(tmp_path)
    with made.host.sshd:
        yield made


def test_delivered_checked_and_not_delivered_twice(sender: Sender) -> None:
    before = Snapshot.of(sender.machine.root, sender.host.folder, sender.there.root)
    told = sender.call("deploy", "--check", check=1).text
    assert 'target "a": does not have this certificate; it would be taken' in told
    assert "would send it to" in sender.call("deploy", "--dry-run").text
    after = Snapshot.of(sender.machine.root, sender.host.folder, sender.there.root)
    changed = [line for line in before.changes(after) if "/ssh/" not in line]
    assert changed == []

    assert 'target "web": deployed' in sender.deploy().text
    assert sender.there.ran() == ["test-a", "reload-a"]
    assert sender.there.place("a").read_bytes().startswith(sender.material.cert)
    assert "has the certificate" in sender.call("deploy", "--check").text
    assert 'target "web": had the certificate already' in sender.deploy().text
    told = sender.call("--json", "deploy").stdout
    ((target,),) = (one["targets"] for one in json.loads(told)["certificates"])
    assert (target["state"], target["ok"]) == ("unchanged", True)
    sender.renew()
    assert "would be taken" in sender.call("deploy", "--check", check=1).text


def test_what_fails_there_is_told_owed_and_done_again(sender: Sender) -> None:
    sender.deploy()
    before = sender.there.place("a").read_bytes()
    sender.renew()
    sender.there.no_targets()
    test = sender.there.script("test-a", "echo the cause >&2; exit 9")
    sender.there.target("a", cert_name=None, domains=[NAME], test=test)
    told = sender.deploy(check=1).text
    assert 'target "web": delivered, but not deployed there everywhere' in told
    assert "the cause" in told
    assert "exited with 9" in told
    assert sender.there.place("a").read_bytes() == before
    assert sender.owed
    (finding,) = deployment.check(examine(sender.machine.config_dir, [None]))
    assert (finding.code, finding.where) == ("deploy/owed", ("www",))
    assert "the cause" not in finding.what  # its first line is enough
    sender.there.no_targets()
    sender.there.target("a", cert_name=None, domains=[NAME])
    words = shlex.split(finding.command)
    told = sender.call(*words[1:]).text
    assert 'target "web": deployed' in told
    assert not sender.owed
    assert list(examine(sender.machine.config_dir, [None])) == []


def test_what_was_not_asked_for_is_told(sender: Sender) -> None:
    sender.there.no_targets()
    sender.there.target("a", cert_name=None, domains=["other.example.org"])
    told = sender.deploy(check=1).text
    assert 'target "web": nothing was written' in told
    assert f"did not ask for a certificate of these names: {NAME}" in told
    assert "other.example.org" not in told
    assert "did not ask" in sender.call("deploy", "--check", check=1).text
    sender.host.file.write_text("nonsense")
    told = sender.deploy(check=1).text
    assert "takes nothing" in told


def test_one_dead_host_does_not_hold_up_the_others(sender: Sender) -> None:
    sender.machine.target("dead", **{**sender.keys, "port": free_port()})
    sender.machine.target("here")
    told = sender.deploy(check=1).text
    assert 'target "web": deployed' in told
    assert 'target "here": deployed' in told
    assert 'target "dead": not delivered' in told
    assert "Connection refused" in told
    owed = sender.machine.owed(sender.material)
    assert owed is not None
    assert owed.targets == ("dead",)


@pytest.mark.parametrize(
    ("command", "keys", "said"),
    [
        ("cat /dev/zero", {}, "the answer is larger than"),
        ("cat > /dev/null; cat /dev/zero >&2", {"timeout": 3}, "no answer in time"),
        ("{wait}", {"timeout": 2}, "no answer in time"),
        ("cat > /dev/null; {wait}", {"timeout": 2}, "no answer in time"),
        ("cat > /dev/null; exec >&- 2>&-; {wait}", {"timeout": 2}, ""),
        ("exit 0", {}, "the host answered nothing"),
        ("exit 7", {}, "ssh ended with 7"),
        ("echo Welcome to web1", {}, "answered something else"),
        ("cat", {}, "answered something else"),
        ("""echo '{"command": "receive", "targets": []}'""", {}, "answered something else"),
        (r"""printf '{"command":"receive","error":{"message":"\\u001b[2Jx"}}'""", {}, "says: "),
    ],
)
def test_hosts_that_answer_oddly(
    sender: Sender, command: str, keys: dict[str, object], said: str
) -> None:
    # What goes on without a connection ends with its server.
    wait = f"while kill -0 {sender.host.sshd.pid}; do sleep 0.1; done"
    sender.host.sshd.allow(sender.client.public, command.replace("{wait}", wait))
    sender.again(**keys)
    told = sender.deploy(check=1)
    assert said in told.text
    assert "\x1b" not in told.output
    assert "PRIVATE" not in told.output
    assert sender.material.privkey.reveal().splitlines()[1] not in told.output
    assert sender.owed
    assert said in sender.call("deploy", "--check", check=1).text


def test_an_unknown_host_key_is_refused_and_the_command_takes_it(sender: Sender) -> None:
    sender.client.known_hosts.write_text("")
    told = sender.deploy(check=1)
    assert "Host key verification failed" in told.text
    assert sender.client.known_hosts.read_text() == ""
    (line,) = (line for line in told.stdout.splitlines() + told.stderr.splitlines()
               if line.strip().startswith("ssh -F"))  # fmt: skip
    found = {f.code: f for f in deployment.check(examine(sender.machine.config_dir, [None]))}
    assert set(found) == {"deploy/host-key", "deploy/owed"}
    assert found["deploy/host-key"].command == line.strip()
    env = clean_environment(HOME=str(sender.root))
    with terminal(["sh", "-c", ran(line)], env) as child:
        child.expect("continue connecting")
        child.sendline("yes")
        child.expect("\n")
    poll(lambda: sender.client.known_hosts.read_text() != "", "the host's key to be noted")
    assert 'target "web": deployed' in sender.deploy().text
    assert list(examine(sender.machine.config_dir, [None])) == []
    # Another one in its place.
    other = Sshd(sender.root / "other", sender.client.public, "true")
    text = f"[127.0.0.1]:{sender.host.sshd.port} {other.host_key}\n"
    sender.client.known_hosts.write_text(text)
    changed = sender.deploy(check=1).text
    assert "another host key than before" in changed
    assert "then take it" not in changed
    assert sender.client.known_hosts.read_text() == text


def test_a_configuration_of_ssh_cannot_weaken_it(sender: Sender) -> None:
    mark = sender.root / "mark"
    with sender.client.config.open("a") as config:
        config.write(
            "StrictHostKeyChecking no\nBatchMode no\nForwardAgent yes\nForwardX11 yes\n"
            f"PermitLocalCommand yes\nLocalCommand touch {mark}\nRemoteCommand touch {mark}\n"
            f"ControlMaster auto\nControlPath {sender.root}/c\nControlPersist yes\n"
            f"LocalForward {free_port()} 127.0.0.1:1\nUpdateHostKeys yes\n"
        )
    before = sender.client.known_hosts.read_bytes()
    assert 'target "web": deployed' in sender.deploy().text
    assert not mark.exists()
    assert not (sender.root / "c").exists()
    assert sender.client.known_hosts.read_bytes() == before
    sender.client.known_hosts.write_text("")
    assert "Host key verification failed" in sender.deploy(check=1).text
    assert sender.client.known_hosts.read_text() == ""


def test_through_a_jump_host_with_the_same_strictness(sender: Sender, tmp_path: Path) -> None:
    folder = tmp_path / "jump"
    with Sshd(folder, sender.client.public, "false", options="port-forwarding") as jump:
        with sender.client.config.open("a") as config:
            config.write(f"IdentityFile {sender.client.key}\nStrictHostKeyChecking no\n")
        sender.again(proxy_jump=f"{sender.keys['ssh']}:{jump.port}")
        assert "Host key verification failed" in sender.deploy(check=1).text
        sender.client.knows(sender.host.sshd, jump)
        assert 'target "web": deployed' in sender.deploy().text
        assert "Accepted publickey" in jump.log


def test_a_key_that_others_can_read(sender: Sender) -> None:
    sender.client.key.chmod(0o644)
    told = sender.deploy(check=1).text
    assert "Permission denied" in told
    found = {f.code: f for f in deployment.check(examine(sender.machine.config_dir, [None]))}
    assert set(found) == {"deploy/ssh-key", "deploy/owed"}
    assert os.system(found["deploy/ssh-key"].command) == 0
    sender.deploy()


def blocking(sender: Sender) -> tuple[Path, Path]:
    """Have the host's test say that it runs, and wait until it may go on."""
    running, go = sender.root / "running", sender.root / "go"
    wait = f"touch {running}; while [ ! -e {go} ]; do sleep 0.05; done"
    sender.there.no_targets()
    test = sender.there.script("test-a", wait)
    sender.there.target("a", cert_name=None, domains=[NAME], test=test)
    return running, go


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_machine_is_killed_amid_a_delivery(sender: Sender, number: int) -> None:
    sender.deploy()
    sender.renew()
    running, go = blocking(sender)
    process = Process(
        sender.words("deploy"),
        folder=sender.root / "output",
        env=clean_environment(HOME=str(sender.root)),
    )
    process.until(running.exists, "the test there to run")
    os.kill(process.pid, number)
    assert process.wait().returncode != 0
    assert sender.owed
    go.touch()
    # The host goes on by itself: what has arrived is deployed or taken back, all of it.
    new = sender.material.cert
    poll(lambda: sender.there.place("a").read_bytes().startswith(new), "the new certificate")
    sender.deploy()
    assert not sender.owed


def test_a_connection_that_breaks_is_owed(sender: Sender) -> None:
    running, go = blocking(sender)
    process = Process(
        sender.words("deploy"),
        folder=sender.root / "output",
        env=clean_environment(HOME=str(sender.root)),
    )
    process.until(running.exists, "the test there to run")
    sender.host.sshd.cut()
    done = process.wait()
    assert done.returncode == 1
    assert 'target "web": not delivered' in done.text
    assert sender.owed
    go.touch()
    sender.deploy()
    assert not sender.owed
