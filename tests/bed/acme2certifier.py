"""acme2certifier, an ACME server that can behave as if Sectigo had pre-validated all names."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType

import trustme

from tests.bed.components import require
from tests.bed.eab import EabPair
from tests.bed.ports import free_port
from tests.bed.process import Process, clean_environment

_CONFIG = """\
[DBhandler]
handler: wsgi
dbfile: {folder}/acme.db
[CAhandler]
handler_module: acme2certifier.cahandlers.openssl_ca_handler
issuing_ca_key: {folder}/ca-key.pem
issuing_ca_cert: {folder}/ca-cert.pem
# Must be named, need not exist.
issuing_ca_crl: {folder}/crl.pem
ca_cert_chain_list: ["{folder}/ca-cert.pem"]
cert_save_path: {folder}/certs
cert_validity_days: 30
[EABhandler]
eab_handler_module: acme2certifier.eabhandlers.file_handler
key_file: {folder}/eab.csv
[Challenge]
sectigo_sim: True
[Directory]
tos_url: http://127.0.0.1:{port}/tos
"""

_SERVE = """\
import sys
from wsgiref.simple_server import make_server
from acme2certifier.share.acme2certifier_wsgi import application, get_handler_cls
server = make_server("127.0.0.1", int(sys.argv[1]), application, handler_class=get_handler_cls())
server.serve_forever()
"""


class Acme2certifier:
    """A running acme2certifier on plain http; every authorization is valid at once.

    :param folder: for its configuration, database and output.
    :param kids: the key ids it knows; each may bind any number of accounts.
    """

    def __init__(self, folder: Path, kids: tuple[str, ...] = ("kid-1", "kid-2")) -> None:
        self._python = require("acme2certifier/bin/python")
        self._folder = folder
        (folder / "certs").mkdir(parents=True, exist_ok=True)
        self._port = free_port()
        self.directory = f"http://127.0.0.1:{self._port}/directory"
        """Its directory URL."""
        self.pairs = {kid: EabPair.new(kid) for kid in kids}
        """Key id -> its pair."""
        ca = trustme.CA(organization_name="Issuing CA of a test")
        ca.cert_pem.write_to_path(folder / "ca-cert.pem")
        ca.private_key_pem.write_to_path(folder / "ca-key.pem")
        lines = ["eab_kid,eab_mac", *(f"{p.kid},{p.hmac_key}" for p in self.pairs.values())]
        (folder / "eab.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "acme_srv.cfg").write_text(
            _CONFIG.format(folder=folder, port=self._port), encoding="utf-8"
        )
        (folder / "serve.py").write_text(_SERVE, encoding="utf-8")

    def __enter__(self) -> Acme2certifier:
        environment = clean_environment(ACME_SRV_CONFIGFILE=str(self._folder / "acme_srv.cfg"))
        command: list[str | Path] = [self._python, self._folder / "serve.py", str(self._port)]
        self._process = Process(
            command, folder=self._folder, name="acme2certifier", env=environment, cwd=self._folder
        )
        self._process.until(self._answers, "acme2certifier's directory")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.stop()

    @property
    def log(self) -> str:
        """What it has logged so far: each request."""
        return self._process.output

    def _answers(self) -> bool:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(self.directory, timeout=10):
                return True
        except (urllib.error.URLError, ConnectionError):
            return False
