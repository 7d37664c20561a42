"""Pebble, Let's Encrypt's test CA, with External Account Binding and real HTTP-01."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

import trustme

from tests.bed.components import require
from tests.bed.eab import EabPair
from tests.bed.ports import free_port
from tests.bed.process import Process, clean_environment

# Loopback is asked directly, whatever proxy the caller's environment names.
_direct = urllib.request.ProxyHandler({})


class Pebble:
    """A running Pebble with its DNS; every name resolves to 127.0.0.1.

    Its state is in memory only: :meth:`restart` forgets all accounts and certificates.

    :param folder: for its configuration, TLS certificate and output.
    :param kids: the key ids it knows; each may bind any number of accounts.
    """

    def __init__(self, folder: Path, kids: tuple[str, ...] = ("kid-1", "kid-2")) -> None:
        self._pebble = require("pebble")
        self._challtestsrv = require("pebble-challtestsrv")
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.pairs = {kid: EabPair.new(kid) for kid in kids}
        """Key id -> its pair."""
        self.http01_port = free_port()
        """Where it asks for HTTP-01 answers."""
        port, self._management, self._dns, self._dns_api = (free_port() for _ in range(4))
        self.directory = f"https://127.0.0.1:{port}/dir"
        """Its directory URL."""
        self.trust = folder / "ca.pem"
        """The certificate that its TLS goes back to."""
        ca = trustme.CA()
        ca.cert_pem.write_to_path(self.trust)
        server = ca.issue_cert("localhost", "127.0.0.1")
        server.cert_chain_pems[0].write_to_path(folder / "cert.pem")
        server.private_key_pem.write_to_path(folder / "key.pem")
        config = {
            "listenAddress": f"127.0.0.1:{port}",
            "managementListenAddress": f"127.0.0.1:{self._management}",
            "certificate": str(folder / "cert.pem"),
            "privateKey": str(folder / "key.pem"),
            "httpPort": self.http01_port,
            "tlsPort": free_port(),
            "ocspResponderURL": "",
            "externalAccountBindingRequired": True,
            "externalAccountMACKeys": {pair.kid: pair.hmac_key for pair in self.pairs.values()},
        }
        (folder / "pebble.json").write_text(json.dumps({"pebble": config}), encoding="utf-8")
        self._processes: list[Process] = []

    def __enter__(self) -> Pebble:
        dns: list[str | Path] = [
            self._challtestsrv,
            "-defaultIPv4",
            "127.0.0.1",
            "-defaultIPv6",
            "",
        ]
        dns += ["-dns01", f"127.0.0.1:{self._dns}", "-management", f"127.0.0.1:{self._dns_api}"]
        dns += ["-http01", "", "-https01", "", "-tlsalpn01", ""]
        self._processes.append(Process(dns, folder=self._folder))
        self._start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in reversed(self._processes):
            process.stop()

    def _start(self) -> None:
        environment = clean_environment(
            PEBBLE_VA_ALWAYS_VALID="0",
            PEBBLE_VA_NOSLEEP="1",
            PEBBLE_WFE_NONCEREJECT="0",
            PEBBLE_AUTHZREUSE="0",  # in percent: every order has to be answered for
        )
        command: list[str | Path] = [
            self._pebble,
            "-config",
            self._folder / "pebble.json",
            "-strict",
        ]
        command += ["-dnsserver", f"127.0.0.1:{self._dns}"]
        process = Process(command, folder=self._folder, env=environment)
        self._processes.append(process)
        process.until(lambda: self._get(self.directory) is not None, "Pebble's directory")

    def restart(self) -> None:
        """End it and start a new one at the same place: no account is known any more."""
        self._processes.pop().stop()
        self._start()

    @property
    def http01(self) -> tuple[str, ...]:
        """certbot's options for answering HTTP-01 where Pebble asks."""
        return "--http-01-port", str(self.http01_port), "--http-01-address", "127.0.0.1"

    @property
    def log(self) -> str:
        """What it has logged since its start: each request, each validation."""
        return self._processes[-1].output

    def is_revoked(self, serial: int) -> bool:
        """Ask its management interface whether a certificate is revoked.

        :raises LookupError: if it did not issue the certificate.
        """
        base = f"https://127.0.0.1:{self._management}/cert-status-by-serial"
        for digits in (f"{serial:x}", f"{serial:040x}"):
            answer = self._get(f"{base}/{digits}")
            if answer is not None:
                return bool(answer["Status"] == "Revoked")
        raise LookupError(f"{serial:x} is not a certificate of this Pebble")

    def _get(self, url: str) -> Any:
        context = ssl.create_default_context(cafile=str(self.trust))
        opener = urllib.request.build_opener(_direct, urllib.request.HTTPSHandler(context=context))
        try:
            with opener.open(url, timeout=10) as answer:
                return json.load(answer)
        except (urllib.error.URLError, ConnectionError):
            return None
