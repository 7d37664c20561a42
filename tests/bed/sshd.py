"""OpenSSH's own server on loopback, and a served host with its tree behind it."""

from __future__ import annotations

import contextlib
import getpass
import os
import shlex
import signal
import socket
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from tests.bed import process
from tests.bed.components import BIN, require
from tests.bed.ports import free_port
from tests.bed.process import Process, clean_environment

_CONFIG = """\
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PermitRootLogin forced-commands-only
PasswordAuthentication no
KbdInteractiveAuthentication no
Subsystem sftp internal-sftp
"""
# The server wants this folder, which its package makes at boot only.
_OWN_RUN = 'mount -t tmpfs tmpfs /run && mkdir -m 755 /run/sshd && exec "$@"'


def make_key(path: Path) -> str:
    """Make a key pair; return the public half."""
    words = [str(require("ssh-keygen")), "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)]
    process.run(words, folder=path.parent / "output")
    return path.with_name(f"{path.name}.pub").read_text().strip()


class Sshd:
    """A server whose one user, that of the tests, may run one command.

    :param folder: its own; made here.
    :param public: the key that may log in.
    :param command: the forced command.
    :param options: of the line in authorized_keys.
    """

    def __init__(
        self, folder: Path, public: str, command: str, *, options: str = "restrict"
    ) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.port = free_port()
        self.host_key = make_key(folder / "host_key")
        self.authorized_keys = folder / "authorized_keys"
        self.allow(public, command, options)
        (folder / "sshd_config").write_text(_CONFIG.format(port=self.port, folder=folder))
        self._process: Process | None = None

    def allow(self, public: str, command: str, options: str = "restrict") -> None:
        """Say what a key may run."""
        quoted = command.replace('"', '\\"')
        self.authorized_keys.write_text(f'{options},command="{quoted}" {public}\n')

    @property
    def known(self) -> str:
        """Its line for known_hosts."""
        return f"[127.0.0.1]:{self.port} {self.host_key}\n"

    def __enter__(self) -> Sshd:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start it, and wait until it listens."""
        words = [str(require("/usr/sbin/sshd")), "-D", "-e", "-f", str(self.folder / "sshd_config")]
        if os.geteuid() == 0:
            private = ["unshare", "--mount", "--propagation", "private"]
            words = [*private, "sh", "-c", _OWN_RUN, "sh", *words]
        self._process = Process(words, folder=self.folder / "output", name="sshd")
        self._process.until(self._listens, f"sshd on port {self.port}")

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.stop()

    @property
    def pid(self) -> int:
        """Its main process."""
        assert self._process is not None
        return self._process.pid

    def cut(self) -> None:
        """Cut all connections off, as a cable would."""
        for entry in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                # After the name in parentheses: state, then the parent's id.
                parent = entry.read_text().rpartition(")")[2].split()[1]
                if int(parent) == self.pid:
                    os.kill(int(entry.parent.name), signal.SIGKILL)

    @property
    def log(self) -> str:
        """What it has said."""
        assert self._process is not None
        return self._process.output

    def _listens(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as made:
                return made.recv(4).startswith(b"SSH-")
        except OSError:
            return False


class ServedHost:
    """A host of its own: sshd, a tree without any certbot, and its deploy file.

    :param folder: made here.
    :param public: the certificate machine's key.
    """

    def __init__(self, folder: Path, public: str) -> None:
        self.folder = folder
        self.file = folder / "etc" / "receive.toml"
        self.state = folder / "var" / "certbot-sectigo"
        self.file.parent.mkdir(parents=True)
        self.state.parent.mkdir()
        self.sshd = Sshd(folder / "ssh", public, shlex.join(self.words()))

    def words(self) -> list[str]:
        """Return the forced command."""
        return [
            *(str(BIN / "certbot-sectigo"), "--config-dir", str(self.folder / "none"), "receive"),
            *("--deploy-file", str(self.file), "--state-dir", str(self.state)),
        ]

    def ask_for(self, *targets: str) -> None:
        """Write the deploy file."""
        self.file.write_text("\n".join(targets))


class Client:
    """The certificate machine's side: its key, its known hosts, its ssh configuration.

    :param folder: made here.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.key = folder / "key"
        self.public = make_key(self.key)
        self.known_hosts = folder / "known_hosts"
        self.known_hosts.touch()
        self.config = folder / "config"
        self.config.write_text(
            f"UserKnownHostsFile {self.known_hosts}\nGlobalKnownHostsFile /dev/null\n"
        )

    def knows(self, *servers: Sshd) -> None:
        """Take the host keys of these servers, and of no other."""
        self.known_hosts.write_text("".join(server.known for server in servers))

    def keys(self, server: Sshd) -> dict[str, object]:
        """Return the keys of a target that goes to a server."""
        return {
            "format": None,
            "test": None,
            "reload": None,
            "path": None,
            "ssh": f"{getpass.getuser()}@127.0.0.1",
            "port": server.port,
            "identity_file": str(self.key),
            "ssh_config": str(self.config),
        }

    def ssh(
        self, server: Sshd, *words: str, given: Path | None = None, options: Sequence[str] = ()
    ) -> process.Result:
        """Run ssh as somebody who has the key, with any words; return what came of it."""
        call = [str(require("ssh")), "-F", str(self.config), "-i", str(self.key), "-T"]
        call += ["-o", "BatchMode=yes", "-p", str(server.port), *options]
        call += [f"{getpass.getuser()}@127.0.0.1", *words]
        shell = ["sh", "-c", f"exec {shlex.join(call)} < {shlex.quote(str(given or '/dev/null'))}"]
        return process.run(
            shell, folder=self.folder / "output", env=clean_environment(), check=None
        )
