"""Knot, a DNS server that takes dynamic updates (RFC 2136), for real DNS-01."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path
from types import TracebackType

from certbot_sectigo.sandbox.authority.dns import DnsError, txt_records
from tests.bed.components import require
from tests.bed.ports import free_port
from tests.bed.process import Process

_KEY = "certbot-key."


class Knot:
    """A running Knot with one zone.

    :param folder: for its configuration and data.
    :param zone: the zone, which who has the key may change.
    """

    def __init__(self, folder: Path, zone: str) -> None:
        knotd = require("knotd")
        folder.mkdir(parents=True)
        self._zone = zone
        self.port = free_port()
        """Its port on 127.0.0.1, for UDP and TCP."""
        self._secret = base64.b64encode(secrets.token_bytes(64)).decode()
        (folder / "zone").write_text(
            f"$ORIGIN {zone}.\n$TTL 1\n@ SOA ns hostmaster 1 1 1 1 1\n@ NS ns\nns A 127.0.0.1\n"
        )
        config = folder / "knot.conf"
        config.write_text(
            f"""server:
  rundir: {folder}
  listen: 127.0.0.1@{self.port}
control:
  listen: {folder}/control
database:
  storage: {folder}
key:
- id: {_KEY}
  algorithm: hmac-sha512
  secret: {self._secret}
acl:
- id: update
  key: {_KEY}
  action: update
zone:
- domain: {zone}
  file: {folder}/zone
  acl: update
"""
        )
        self._process = Process([knotd, "--config", config], folder=folder)

    def __enter__(self) -> Knot:
        self._process.until(self._answers, "Knot")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.stop()

    def credentials(self, path: Path) -> Path:
        """Write certbot-dns-rfc2136's credentials file for the zone."""
        lines = (
            "dns_rfc2136_server = 127.0.0.1",
            f"dns_rfc2136_port = {self.port}",
            f"dns_rfc2136_name = {_KEY}",
            f"dns_rfc2136_secret = {self._secret}",
            "dns_rfc2136_algorithm = HMAC-SHA512",
        )
        path.write_text("\n".join(lines) + "\n")
        path.chmod(0o600)
        return path

    def _answers(self) -> bool:
        try:
            txt_records(self._zone, ("127.0.0.1", self.port), 1)
        except DnsError:
            return False
        return True
