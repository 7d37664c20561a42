"""Ask a running service which certificate it serves."""

from __future__ import annotations

import hashlib
import socket
import ssl
import time

from certbot_sectigo.deploy import checks
from certbot_sectigo.deploy.model import Material
from certbot_sectigo.deploy.target import DeployTarget
from certbot_sectigo.machine import certificates

_PAUSE = 0.1
"""Seconds between two questions while a service reloads."""


def server_name(target: DeployTarget, material: Material) -> str | None:
    """Return the name to ask for (SNI, RFC 6066 section 3): one the certificate covers."""
    for name in (*target.domains, *material.names):
        plain = f"www{name[1:]}" if name.startswith("*.") else name
        if not plain.replace(".", "").isdigit() and ":" not in plain:
            return plain
    return None


def fingerprint(address: tuple[str, int], name: str | None, timeout: float) -> str:
    """Return the SHA-256 of the certificate a service shows.

    Trust is not the question here, so the certificate is not verified.

    :raises OSError: no connection, or no TLS.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection(address, timeout) as plain,
        context.wrap_socket(plain, server_hostname=name) as tls,
    ):
        shown = tls.getpeercert(binary_form=True)
    if not shown:
        raise ssl.SSLError("the service shows no certificate")
    return hashlib.sha256(shown).hexdigest()


def problem(target: DeployTarget, material: Material, patience: float) -> str | None:
    """Return in what the service differs from the lineage; ``None`` if it serves it.

    :param patience: seconds to wait for it; 0 asks once.
    """
    if target.connect is None:
        return None
    wanted = hashlib.sha256(checks.der(certificates.parse(material.cert)[0])).hexdigest()
    until = time.monotonic() + patience
    while True:
        try:
            found = fingerprint(target.connect, server_name(target, material), target.timeout)
            if found == wanted:
                return None
            why = f"{_shown(target.connect)} serves another certificate (SHA-256 {found[:16]}…)"
        except OSError as error:
            why = f"{_shown(target.connect)} cannot be asked over TLS: {error.strerror or error}"
        if time.monotonic() >= until:
            return why
        time.sleep(_PAUSE)


def silent(target: DeployTarget, material: Material, patience: float) -> str | None:
    """Return that a service does not answer at all; ``None`` if it does.

    :param patience: seconds to wait for it.
    """
    if target.connect is None:
        return None
    until = time.monotonic() + patience
    while True:
        try:
            fingerprint(target.connect, server_name(target, material), target.timeout)
            return None
        except OSError:
            if time.monotonic() >= until:
                return f"nothing answers at {_shown(target.connect)}"
        time.sleep(_PAUSE)


def _shown(address: tuple[str, int]) -> str:
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
