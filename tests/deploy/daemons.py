"""Real services on free ports, started as somebody without rights, for the installer to serve."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from certbot_sectigo.deploy.model import Material
from certbot_sectigo.deploy.served import fingerprint
from tests.bed.components import require
from tests.bed.ports import free_port
from tests.bed.process import Process, poll
from tests.deploy.lineages import NOBODY

_HAPROXY = """\
defaults
    mode http
    timeout connect 5s
    timeout client 5s
    timeout server 5s
frontend f
    bind 127.0.0.1:{port} ssl crt {folder}/site.pem
    http-request return status 200 content-type text/plain string hi
"""
_NGINX = """\
daemon off;
pid {folder}/run/nginx.pid;
error_log {folder}/run/error.log;
worker_processes 1;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/run/t1;
    proxy_temp_path {folder}/run/t2;
    fastcgi_temp_path {folder}/run/t3;
    uwsgi_temp_path {folder}/run/t4;
    scgi_temp_path {folder}/run/t5;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {folder}/site.crt;
        ssl_certificate_key {folder}/site.key;
        return 200 "hi\\n";
    }}
}}
"""
_APACHE = """\
ServerRoot {folder}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/run/apache.pid
ErrorLog {folder}/run/error.log
DefaultRuntimeDir {folder}/run
Mutex file:{folder}/run default
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule ssl_module {modules}/mod_ssl.so
LoadModule socache_shmcb_module {modules}/mod_socache_shmcb.so
SSLSessionCache none
SSLEngine on
SSLCertificateFile {folder}/site.crt
SSLCertificateKeyFile {folder}/site.key
"""


@contextmanager
def open_folder() -> Iterator[Path]:
    """Give a folder that everybody may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="certbot-sectigo-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


class Daemon:
    """One service, its configuration in a folder of its own.

    :param folder: made here; its ``site.*`` files are what a target writes.
    :param kind: ``haproxy``, ``nginx`` or ``apache2``.
    """

    def __init__(self, folder: Path, kind: str) -> None:
        self.kind = kind
        self.program = str(require(kind))
        self.folder = folder
        self.port = free_port()
        folder.mkdir(mode=0o755)
        run = folder / "run"
        run.mkdir()
        self.owner = NOBODY if os.geteuid() == 0 else os.geteuid()
        os.chown(run, self.owner, -1)
        config = {"haproxy": _HAPROXY, "nginx": _NGINX, "apache2": _APACHE}[kind]
        self.config = folder / "service.conf"
        self.config.write_text(
            config.format(folder=folder, port=self.port, modules="/usr/lib/apache2/modules")
        )
        self._process: Process | None = None
        # Its test too: nginx makes its log file at the test, and root's would be closed to it.
        self._drop: list[str] = []
        if os.geteuid() == 0:
            user = str(self.owner)
            self._drop = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups"]

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        return "127.0.0.1", self.port

    def _words(self, *more: str) -> list[str]:
        return [*self._drop, *self._plain_words(*more)]

    def _plain_words(self, *more: str) -> list[str]:
        if self.kind == "haproxy":
            return [self.program, "-f", str(self.config), *more]
        if self.kind == "nginx":
            log = str(self.folder / "run" / "error.log")
            return [self.program, "-e", log, "-p", str(self.folder), "-c", str(self.config), *more]
        return [self.program, "-d", str(self.folder), "-f", str(self.config), *more]

    @property
    def test(self) -> list[str]:
        """The service's own configuration test."""
        return self._words("-c" if self.kind == "haproxy" else "-t")

    @property
    def reload(self) -> list[str]:
        """The service's own reload."""
        if self.kind == "nginx":
            return self._words("-s", "reload")
        if self.kind == "apache2":
            return self._words("-k", "graceful")
        return ["kill", "-USR2", str(self.pid)]

    @property
    def pid(self) -> int:
        """Its main process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it in the foreground, without rights."""
        options = {"haproxy": ("-W", "-db"), "nginx": (), "apache2": ("-DFOREGROUND",)}
        words = self._words(*options[self.kind])
        self._process = Process(words, folder=self.folder / "output", name=self.kind)
        self._process.until(self.answers, f"{self.kind} on port {self.port}")

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.stop()

    def answers(self) -> bool:
        """Tell whether it speaks TLS."""
        try:
            fingerprint(self.address, None, 5)
        except OSError:
            return False
        return True

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process is not None and self._process.running

    def serves(self, certificate: bytes) -> bool:
        """Tell whether this is the certificate it serves; over a connection of another TLS stack.

        :param certificate: the leaf, PEM.
        """
        return serves(self.port, certificate)

    def until_serves(self, material: Material) -> None:
        """Wait until it serves a lineage's certificate: reloads go on in the background."""
        poll(lambda: self.serves(material.cert), f"{self.kind} to serve {material.names}")


def serves(port: int, certificate: bytes) -> bool:
    """Tell whether a port of loopback serves a certificate, given as PEM."""
    words = [str(require("openssl")), "s_client", "-connect", f"127.0.0.1:{port}"]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    if begin not in done.stdout:
        return False
    shown = begin + done.stdout.partition(begin)[2].partition(end)[0] + end
    return _sha256(shown.encode()) == _sha256(certificate)


def _sha256(pem: bytes) -> str:
    certificate = x509.load_pem_x509_certificate(pem)
    return hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest()
