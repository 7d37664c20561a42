"""The DNS server that this machine asks, for the records that a rehearsed DNS-01 sets."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path

from certbot_sectigo.base import errors, reading

VARIABLE = "CERTBOT_SECTIGO_DNS"
"""Environment variable that names another server: ``ADDRESS`` or ``ADDRESS:PORT``."""

_PORT = 53
_WITH_PORT = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):(\d{1,5})")


def server(environment: Mapping[str, str], resolv_conf: Path) -> tuple[str, int]:
    """Return address and port of the DNS server to ask.

    :param resolv_conf: ``/etc/resolv.conf``; its first server counts, and this machine where
        there is none (resolv.conf(5)).
    :raises certbot_sectigo.base.errors.Error: if the environment variable makes no sense.
    """
    given = environment.get(VARIABLE)
    if given:
        return _given(given)
    try:
        text = reading.read_regular(resolv_conf).decode("utf-8", "replace")
    except OSError:
        text = ""  # as the C library: what cannot be read says nothing
    for line in text.splitlines():
        words = line.split()
        if len(words) > 1 and words[0] == "nameserver":
            return words[1], _PORT
    return "127.0.0.1", _PORT


def _given(text: str) -> tuple[str, int]:
    found = _WITH_PORT.fullmatch(text)
    address, port = (found[1] or found[2], int(found[3])) if found else (text, _PORT)
    try:
        ipaddress.ip_address(address)
        if 0 < port < 65536:
            return address, port
    except ValueError:
        pass
    raise errors.Error(
        f"{VARIABLE} in the environment is no DNS server: {text!r}.",
        f"Give its IP address, with a port if need be:  {VARIABLE}=192.0.2.53:53",
    )
