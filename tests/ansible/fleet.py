"""A controller and hosts of a tree, an sshd and an nginx each, at the sandbox's CA and SCM."""

from __future__ import annotations

import getpass
import signal
import socket
import ssl
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

from cryptography import x509

from certbot_sectigo.sandbox import Config, running
from tests.ansible.playing import TREE, Ansible, Played
from tests.bed.components import BIN, require
from tests.bed.ports import free_port
from tests.bed.process import Process
from tests.bed.sshd import Client, Sshd
from tests.portal.conftest import scm_ini
from tests.sandbox.scm_client import CLERK, SCM, Scm

# As if nothing were forced: sshd lets root in for one command only.
_ANY = 'exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"'
_NGINX = """\
daemon off; pid {root}/nginx/pid; error_log {root}/nginx/error.log; worker_processes 1; {user}
events {{}}
http {{
    access_log off;
    client_body_temp_path {root}/nginx/t1; proxy_temp_path {root}/nginx/t2;
    fastcgi_temp_path {root}/nginx/t3; uwsgi_temp_path {root}/nginx/t4;
    scgi_temp_path {root}/nginx/t5;
    {server}
}}
"""
_SERVER = """server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {root}/tls/site.pem;
    ssl_certificate_key {root}/tls/site.pem;
}}"""
_DEPLOY = """\
[[target]]
name = "nginx"
cert_name = "{name}"
path = "{root}/tls/site.pem"
format = "bundle"
reload = ["{root}/reload"]
allow_sandbox = true
connect = "127.0.0.1:{port}"
"""
_MORE = """
[[target]]
name = "more"
cert_name = "{name}"
path = "{path}"
format = "bundle"
allow_sandbox = true
"""


class FleetHost:
    """A host: its tree, its sshd, its nginx."""

    def __init__(self, root: Path, name: str, public: str) -> None:
        self.root = root
        self.name = f"{name}.c.example"
        self.config = root / "etc" / "letsencrypt"
        for folder in ("etc", "tls", "nginx"):
            (root / folder).mkdir(parents=True)
        (root / "machine-id").write_text(f"{name}\n")
        self.port = free_port()
        self.sshd = Sshd(root / "ssh", public, _ANY)
        self._conf = root / "nginx" / "nginx.conf"
        self._conf.write_text(self._text(""))
        nginx = require("nginx")
        words = f"{nginx} -p {root}/nginx -e {root}/nginx/error.log -c {self._conf}"
        reload = root / "reload"
        reload.write_text(
            f"#!/bin/sh\ncp {root}/nginx/with-tls.conf {self._conf}\nexec {words} -s reload\n"
        )
        reload.chmod(0o755)
        (root / "nginx" / "with-tls.conf").write_text(
            self._text(_SERVER.format(root=root, port=self.port))
        )
        self.nginx = Process(words.split(), folder=root / "output", name="nginx")
        self.nginx.until((root / "nginx" / "pid").exists, "nginx's pid file")

    def _text(self, server: str) -> str:
        user = "user root;" if getpass.getuser() == "root" else ""
        return _NGINX.format(root=self.root, server=server, user=user)

    def variables(self, key: Path) -> dict[str, Any]:
        """Its line in the inventory."""
        return {
            "ansible_connection": "ssh",
            "ansible_host": "127.0.0.1",
            "ansible_port": self.sshd.port,
            "ansible_user": getpass.getuser(),
            "ansible_ssh_private_key_file": str(key),
            "ansible_remote_tmp": f"{self.root}/tmp",
            "sectigo_config_dir": str(self.config),
            "sectigo_work_dir": f"{self.root}/var/lib",
            "sectigo_logs_dir": f"{self.root}/var/log",
            "sectigo_cron_file": f"{self.root}/etc/cron",
            "sectigo_unit_dir": f"{self.root}/etc",
            "sectigo_machine_id_file": f"{self.root}/machine-id",
            "sectigo_certificates": [{"name": self.name, "domains": [self.name]}],
            "sectigo_deploy": _DEPLOY.format(name=self.name, root=self.root, port=self.port),
        }

    def serial(self) -> int:
        """The serial number of its certificate."""
        pem = (self.config / "live" / self.name / "cert.pem").read_bytes()
        return x509.load_pem_x509_certificate(pem).serial_number

    def served_serial(self) -> int:
        """The serial number of what its nginx serves."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with (
            socket.create_connection(("127.0.0.1", self.port), 10) as raw,
            context.wrap_socket(raw, server_hostname=self.name) as made,
        ):
            der = made.getpeercert(binary_form=True)
        assert der is not None
        return x509.load_der_x509_certificate(der).serial_number


class Fleet:
    """All of it.

    :param home: its folder.
    :param names: the hosts.
    """

    def __init__(self, home: Path, names: tuple[str, ...] = ("web1", "web2", "web3")) -> None:
        self.home = home
        self._names = names
        self._stack = ExitStack()
        self._keys: set[str] = set()
        self.kills = 0

    def __enter__(self) -> Fleet:
        self.sandbox = self._stack.enter_context(running(Config(**SCM)))
        self.controller = self.home / "controller"
        self.controller.mkdir(mode=0o700)
        scm_ini(self.sandbox, self.controller)
        client = Client(self.home / "client")
        self.ansible = Ansible(
            self.home / "ansible",
            {
                "CERTBOT_SECTIGO_CONTROLLER_DIR": str(self.controller),
                "ANSIBLE_PIPELINING": "1",
                "ANSIBLE_SSH_TRANSFER_METHOD": "piped",
                # A socket's path is short.
                "ANSIBLE_SSH_CONTROL_PATH_DIR": self._stack.enter_context(TemporaryDirectory()),
                "ANSIBLE_SSH_ARGS": f"-F {client.config} -o ControlMaster=auto -o ControlPersist=9",
            },
        )
        self.hosts = {}
        for name in self._names:
            host = FleetHost(self.home / "hosts" / name, name, client.public)
            self._stack.callback(host.nginx.stop)
            host.sshd.start()
            self._stack.callback(host.sshd.stop)
            self._stack.callback(host.sshd.cut)
            self.hosts[name] = host
        client.knows(*(host.sshd for host in self.hosts.values()))
        of_all = {
            "sectigo_become": False,
            "sectigo_install": "none",
            "sectigo_executable": str(BIN / "certbot-sectigo"),
            "sectigo_timer": "cron",
            "sectigo_organisation": "Department C",
            "sectigo_server": self.sandbox.directory_url(),
            "sectigo_email": "x@c.example",
            "sectigo_controller_dir": str(self.controller),
        }
        self._lines = {
            name: {**of_all, **host.variables(client.key)} for name, host in self.hosts.items()
        }
        self.ansible.hosts(**self._lines)
        self.scm = Scm(self.sandbox)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def play(self, book: str, *options: str, check: int | None = 0) -> Played:
        """Play one of the collection's playbooks."""
        path = TREE / "ansible" / "playbooks" / f"{book}.yml"
        words = ("-e", "sectigo_become=false", *options)
        played = self.ansible.play(path, *words, check=check, timeout=300)
        self.accounts()  # whose keys are seen only now
        return played

    def play_until(self, task: str, book: str, *options: str) -> None:
        """Play one that is killed when this task is done."""
        self.ansible.environment["KILL_AFTER"] = task
        try:
            self.play(book, *options, check=-signal.SIGKILL)
        finally:
            del self.ansible.environment["KILL_AFTER"]

    def play_within(self, task: str, seconds: float, book: str, *options: str) -> None:
        """Play one that is killed so long after it began this task, if it is not at its end."""
        self.ansible.environment["KILL_WITHIN"] = f"{seconds} {task}"
        try:
            self.play(book, *options, check=None)
        finally:
            del self.ansible.environment["KILL_WITHIN"]

    def killed(self, chance: Random, tasks: Iterable[str], book: str, *options: str) -> None:
        """Kill a playbook within these tasks, at times of chance; then play it to its end once.

        What a killed run has started on a host goes on there.
        """
        for task in tasks:
            self.play_within(task, chance.uniform(0, 3), book, *options)
            self.kills += 1
        self.play(book, *options)

    def accounts(self) -> dict[str, dict[str, Any]]:
        """Name -> account at SCM."""
        found: dict[str, dict[str, Any]] = {}
        for account in self.scm.ask("GET", "/api/acme/v2/account").json:
            assert account["name"] not in found, "two accounts of one name"
            found[account["name"]] = account
            self._keys.add(account["macKey"])
        return found

    def clients(self, name: str) -> list[str]:
        """States of an account's clients."""
        number = self.accounts()[name]["id"]
        answer = self.scm.ask("GET", f"/api/acme/v2/account/{number}/client").json
        return [str(client["status"]) for client in answer]

    def all_clients(self) -> list[str]:
        """States of all accounts' clients."""
        return [state for name in self.accounts() for state in self.clients(name)]

    def deploy_also(self, host: str, name: str) -> None:
        """Have a host's certificate deployed to one more file."""
        more = _MORE.format(name=self.hosts[host].name, path=self.hosts[host].root / "tls" / name)
        self._lines[host]["sectigo_deploy"] += more
        self.ansible.hosts(**self._lines)

    def machine_ids(self, host: str, text: str) -> None:
        """Make a host another machine."""
        (self.hosts[host].root / "machine-id").write_text(f"{text}\n")

    def gone(self, host: str) -> None:
        """Take a host away, and say so in the inventory."""
        self.hosts[host].sshd.cut()
        self.hosts[host].sshd.stop()
        self._lines[host]["sectigo_host_gone"] = True
        self.ansible.hosts(**self._lines)

    def back(self, host: str) -> None:
        """Have a host back that was gone."""
        self.hosts[host].sshd.start()
        del self._lines[host]["sectigo_host_gone"]
        self.ansible.hosts(**self._lines)

    def no_secrets(self) -> None:
        """See that no secret is in any output, or in a file but its own."""
        own = {self.controller / "sectigo-scm.ini"}
        files = [p for p in self.home.rglob("*") if p.is_file() and not p.is_symlink()]
        for secret in (*self._keys, CLERK.password.reveal()):
            holders = [p for p in files if p not in own and secret.encode() in p.read_bytes()]
            assert holders == [], holders
        said = [p for p in files if self.ansible.home in p.parents]
        assert not [p for p in said if b"PRIVATE KEY" in p.read_bytes()]
