"""lego, an ACME client in Go that nobody here wrote."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509

from tests.bed.components import require
from tests.bed.eab import EabPair
from tests.bed.process import Result, clean_environment, run


@dataclass(frozen=True)
class Lego:
    """lego on a folder of its own.

    :param home: its folder.
    :param directory: the ACME server.
    :param trust: certificates of the server's TLS, where it has TLS.
    :param http01_port: the port on loopback on which it answers HTTP-01.
    """

    home: Path
    directory: str
    http01_port: int
    trust: Path | None = None
    email: str = "lego@example.org"

    def run(
        self,
        command: str,
        *names: str,
        pair: EabPair,
        options: tuple[str, ...] = (),
        check: int | None = 0,
    ) -> Result:
        """Run one of its commands (``run``, ``renew``, ``revoke``) for some names.

        :param pair: the EAB pair to register with; lego wants it every time, and its
            secret as an argument.
        :param options: the command's own.
        :param check: the exit code it must have; None for any.
        """
        words: list[str | Path] = [require("lego"), "--path", self.home]
        words += ["--server", self.directory, "--email", self.email, "--accept-tos"]
        words += ["--http", "--http.port", f"127.0.0.1:{self.http01_port}"]
        words += ["--eab", "--kid", pair.kid, "--hmac", pair.hmac_key]
        for name in names:
            words += ["--domains", name]
        trust = {} if self.trust is None else {"LEGO_CA_CERTIFICATES": str(self.trust)}
        environment = clean_environment(HOME=str(self.home), **trust)
        folder = self.home / "output"
        return run([*words, command, *options], folder=folder, env=environment, check=check)

    def certificate(self, name: str) -> x509.Certificate:
        """Read the certificate it got."""
        path = self.home / "certificates" / f"{name}.crt"
        return x509.load_pem_x509_certificate(path.read_bytes())

    def account(self) -> dict[str, Any]:
        """Read what it stored about its account."""
        (path,) = self.home.glob(f"accounts/*/{self.email}/account.json")
        account: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return account
