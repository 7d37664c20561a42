"""docs/certificate-machine.md as it stands: useradd, sudo, sshd, and what the doctor says of it.

In a mount namespace of its own, where ``/etc``, ``/var/lib`` and ``/usr/local/bin`` are copies.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from certbot_sectigo.deploy.receiving.receive import label_of
from tests.bed import process, schema
from tests.bed.components import BIN, TREE, require
from tests.bed.ports import free_port
from tests.bed.process import Process, Result, clean_environment
from tests.bed.sshd import Client, make_key
from tests.deploy.daemons import open_folder
from tests.deploy.lineages import issue, lay, need_root
from tests.deploy.services import Machine

NAME = "www.shop.example"
PAGE = (TREE / "docs" / "certificate-machine.md").read_text()
_APART = """\
set -e
mount --bind {root}/etc /etc
mount --bind {root}/var-lib /var/lib
mount --bind {root}/local-bin /usr/local/bin
mount -t tmpfs tmpfs /run
mkdir -m 755 /run/sshd
touch {root}/apart
exec sleep infinity
"""
_SSHD = """\
ListenAddress 127.0.0.1:{port}
HostKey {root}/host_key
PidFile none
UsePAM yes
PasswordAuthentication no
KbdInteractiveAuthentication no
"""


def part(title: str) -> str:
    """Return a section of the page."""
    return re.split(r"^## ", PAGE.partition(f"\n## {title}\n")[2], maxsplit=1, flags=re.M)[0]


def block(title: str, kind: str) -> str:
    """Return the first block of a kind in a section."""
    found = re.search(rf"^```{kind}\n(.*?)^```$", part(title), re.S | re.M)
    assert found is not None
    return found[1]


class Apart:
    """The served host, and the certificate machine beside it."""

    def __init__(self, root: Path) -> None:
        need_root()
        for program in ("/usr/sbin/sshd", "sudo", "unshare", "nsenter", "useradd"):
            require(program)
        self.root = root
        shutil.copytree("/etc", root / "etc", symlinks=True)
        for name in ("var-lib", "local-bin"):
            (root / name).mkdir()
        (root / "local-bin" / "certbot-sectigo").symlink_to(BIN / "certbot-sectigo")
        words = ["unshare", "--mount", "--propagation", "private"]
        script = _APART.format(root=root)
        self._apart = Process([*words, "sh", "-c", script], folder=root / "output", name="apart")
        self._apart.until((root / "apart").exists, "a mount namespace")
        self.client = Client(root / "client")
        self.port = free_port()
        self.there = Machine(root / "there")
        self.there.file = root / "etc" / "certbot-sectigo" / "receive.toml"
        self.machine = Machine(root / "machine")
        lay(self.machine.config_dir, NAME, issue(NAME))

    def run(self, *words: str, check: int | None = 0) -> Result:
        """Run something on the served host."""
        return process.run(
            ["nsenter", "--mount", f"--target={self._apart.pid}", *words],
            folder=self.root / "output",
            env=clean_environment(PATH="/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
            check=check,
        )

    def as_certs(self, line: str) -> Result:
        """Run a line as the user that logs in."""
        return self.run("runuser", "-u", "certs", "--", "sh", "-c", line, check=None)

    def start_sshd(self) -> None:
        """Start sshd as a distribution does, with PAM and strict modes."""
        key = make_key(self.root / "host_key")
        (self.root / "sshd_config").write_text(_SSHD.format(port=self.port, root=self.root))
        words = ["nsenter", "--mount", f"--target={self._apart.pid}", "/usr/sbin/sshd", "-D", "-e"]
        self.sshd = Process([*words, "-f", str(self.root / "sshd_config")],
                            folder=self.root / "output", name="sshd")  # fmt: skip
        self.sshd.until(lambda: "Server listening" in self.sshd.output, "sshd")
        self.client.known_hosts.write_text(f"[127.0.0.1]:{self.port} {key}\n")

    def deploy(self, *words: str, check: int = 0) -> Result:
        """Run ``deploy`` on the machine."""
        where: list[str | Path] = ["--config-dir", self.machine.config_dir]
        where += ["--work-dir", self.root / "work", "--logs-dir", self.root / "logs"]
        call = [BIN / "certbot-sectigo", *where, "deploy", *words]
        return process.run(call, folder=self.root / "output", check=check)

    def findings(self) -> dict[str, Any]:
        """Return what the doctor there says of receiving."""
        found = schema.document(self.run("certbot-sectigo", "--json", "doctor", check=None).stdout)
        return {f["code"]: f for f in found["findings"] if f["code"].startswith("receive/")}

    def stop(self) -> None:
        """End what runs."""
        self._apart.stop()
        if hasattr(self, "sshd"):
            self.sshd.stop()


@pytest.fixture
def apart() -> Iterator[Apart]:
    with open_folder() as root:
        made = Apart(root)
        try:
            yield made
        finally:
            made.stop()


def test_set_up_as_the_page_says(apart: Apart) -> None:
    apart.run("sh", "-ec", block("The served host", "sh"))
    file = apart.there.file
    assert 'domains = ["www.example.org"]' in file.read_text()
    apart.there.target("a", cert_name=None, domains=[NAME])
    key = block("The certificate machine", "sh")
    ours = str(apart.root / "certificate-machine")
    assert "/root/.ssh/certificate-machine" in key
    process.run(["sh", "-ec", key.replace("/root/.ssh/certificate-machine", ours)],
                folder=apart.root / "output")  # fmt: skip
    public = Path(f"{ours}.pub").read_text().strip()
    (line,) = re.findall(r"^restrict,.*$", part("The served host"), re.M)
    keys = apart.root / "var-lib" / "certs" / ".ssh" / "authorized_keys"
    keys.write_text(line.replace("ssh-ed25519 AAAA…", public) + "\n")
    apart.start_sshd()

    target = block("The certificate machine", "toml")
    target = target.replace("web1.hosting.example", "127.0.0.1")
    target = target.replace("/root/.ssh/certificate-machine", ours)
    target += f'port = {apart.port}\nssh_config = "{apart.client.config}"\n'
    apart.machine.file.write_text(target)
    assert "it would be taken" in apart.deploy("--check", "--cert-name", NAME, check=1).text
    assert not (apart.root / "var-lib" / "certbot-sectigo").exists()
    assert 'target "web1": deployed' in apart.deploy().text
    assert "has the certificate" in apart.deploy("--check").text
    state = apart.root / "var-lib" / "certbot-sectigo"
    assert (state.stat().st_uid, state.stat().st_mode & 0o777) == (0, 0o700)
    assert apart.findings() == {}

    # Neither sudo nor the file system gives the user that logs in anything more.
    for words in (
        *("touch ~/x", "touch ~/.ssh/x", "echo >> ~/.ssh/authorized_keys", "mv ~/.ssh ~/x"),
        *("echo >> /etc/certbot-sectigo/receive.toml", "ls /var/lib/certbot-sectigo"),
        *("sudo -n id", "sudo -n certbot-sectigo deploy", "sudo -n certbot-sectigo"),
        "sudo -n certbot-sectigo receive --deploy-file /tmp/x",
        "sudo -n certbot-sectigo --config-dir /tmp receive",
        "sudo -n certbot-sectigo receive receive",
    ):
        assert apart.as_certs(words).returncode not in (0, 127), words
    # What else ssh was to run is not even handed on.
    ssh = shlex.join(["ssh", "-F", str(apart.client.config), "-i", ours, "-p", str(apart.port)])
    told = process.run(
        ["sh", "-c", f"echo '[]' | {ssh} certs@127.0.0.1 touch {apart.root}/mark"],
        folder=apart.root / "output",
        check=1,
    )
    assert "no document" in schema.document(told.stdout, "receive")["error"]["message"]
    assert not (apart.root / "mark").exists()


def test_what_the_doctor_there_tells(apart: Apart) -> None:
    apart.run("sh", "-ec", block("The served host", "sh"))
    keys = apart.root / "var-lib" / "certs" / ".ssh" / "authorized_keys"
    (line,) = re.findall(r"^restrict,.*$", part("The served host"), re.M)
    keys.write_text(f"# certbot-sectigo receive\nssh-rsa AAAA other\n{line}\n")
    apart.there.target("a", cert_name=None, domains=[NAME])
    assert apart.findings() == {}

    keys.write_text(line.replace("restrict,", 'from="10.0.0.1,restrict",') + "\n")
    (finding,) = apart.findings().values()
    assert finding["code"] == "receive/unrestricted"
    assert finding["where"] == ["/var/lib/certs/.ssh/authorized_keys:1"]
    keys.write_text(f'from="10.0.0.1",{line}\n')
    assert apart.findings() == {}

    apart.run("chown", "-R", "certs", "/var/lib/certs")
    apart.run("chmod", "g+w", "/var/lib/certs/.ssh")
    (finding,) = apart.findings().values()
    assert finding["code"] == "receive/authorized-keys"
    assert len(finding["where"]) == 3
    apart.run("sh", "-ec", finding["command"])
    assert apart.findings() == {}

    for path, words in (
        ("/etc/certbot-sectigo", "chmod 777"),
        ("/etc/certbot-sectigo/receive.toml", "chown certs"),
        ("/etc/certbot-sectigo/receive.toml", "chmod go+w"),
    ):
        apart.run("sh", "-ec", f"{words} {path}")
        (finding,) = apart.findings().values()
        assert finding["code"] == "receive/file"
        assert path in finding["what"]
        apart.run("sh", "-ec", finding["command"])
        assert apart.findings() == {}

    apart.there.file.unlink()
    (finding,) = apart.findings().values()
    assert "is not there" in finding["what"]
    apart.run("sh", "-ec", finding["command"])
    assert apart.findings() == {}
    for wrong in ("[[target]]\nname = 1\n", '[[target]]\nname = "a"\ncert_name = "b"\n'):
        apart.there.file.write_text(wrong)
        (finding,) = apart.findings().values()
        assert "cannot be used" in finding["what"]
        assert finding["command"] is None

    apart.there.no_targets()
    apart.there.target("a", cert_name=None, domains=[NAME])
    notes = apart.root / "var-lib" / "certbot-sectigo" / "deploy" / "lineages"
    notes.mkdir(parents=True)
    owed = {"certificate": "x", "owed": {"reason": "a: test failed", "targets": ["a"]}}
    (notes / "gone_0.json").write_text(json.dumps(owed))
    (notes / f"{label_of(frozenset([NAME]))}.json").write_text(json.dumps(owed))
    (finding,) = apart.findings().values()
    assert (finding["code"], finding["where"]) == ("receive/owed", [NAME])
    assert "a: test failed" in finding["what"]
