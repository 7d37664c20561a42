"""Which settings of the network a process has that what starts certbot's renewals has not.

cron, systemd and containers do not have the variables of a shell: behind a proxy a run by hand
goes well and the renewal at night does not.
"""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.base import proposed
from certbot_sectigo.machine import host_name, schedules
from certbot_sectigo.machine.starts import Start

PROXIES = ("https_proxy", "http_proxy", "all_proxy")
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Variables by which requests, and so certbot, finds a proxy and the CAs to trust; proxies'
also in capitals."""

_FOR_UNITS = ("etc/systemd/system.conf",)
_FOR_CRON = ("etc/environment",)
_DROP_INS = "etc/systemd/system.conf.d"


@dataclass(frozen=True)
class Lack:
    """A variable that is set here, and is not where renewals are started."""

    name: str
    start: Start

    @property
    def remedy(self) -> str:
        """Return what sets it there; its value, which may hold a password, is not repeated."""
        if self.start.service:
            return (
                f"{proposed.line(f'systemctl edit {self.start.service}')}\n"
                f"and write there:\n[Service]\nEnvironment={self.name}=VALUE"
            )
        return f"Put a line  {self.name}=VALUE  at the top of {self.start.schedule}"


def deaf(address: str, port: str) -> str:
    """Return why nothing can listen there, as part of a sentence; empty if something may.

    :param address: of this machine; empty for all it has.
    :param port: as it stands in a renewal file.
    """
    if re.fullmatch(r"\s*[+-]?\d+\s*", port) and (len(port) > 99 or not 0 < int(port) < 1 << 16):
        return f"{port.strip()[:20]} is no port"
    try:
        found = socket.getaddrinfo(address or None, None, flags=socket.AI_NUMERICHOST)
        family, where = found[0][0], found[0][4]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind(where)
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            return f"{address} is no address of this machine"
    except ValueError:  # Python makes a name of it that DNS cannot have
        return f"{address} is no address"
    return ""


def given(environ: Mapping[str, str]) -> list[str]:
    """Return the names of the variables that are set, as they are spelt there."""
    names = [n for name in PROXIES for n in (name, name.upper())] + list(BUNDLES)
    return [name for name in names if environ.get(name)]


def lacking(environ: Mapping[str, str], starts: Iterable[Start], system_root: Path) -> list[Lack]:
    """Return what is set here and not there, a variable and a start each.

    :param environ: this process's environment.
    :param starts: what starts ``certbot renew``; of those that are not enabled nothing is said.
    :param system_root: where ``/etc`` is looked up.
    """
    names = {name.lower(): name for name in reversed(given(environ))}
    if not names:
        return []
    found = []
    for start in starts:
        if not start.active:
            continue
        files = [system_root / path for path in (_FOR_UNITS if start.service else _FOR_CRON)]
        if start.service:
            files += schedules.children(system_root / _DROP_INS)
        text = "\n".join([start.around, *map(schedules.read_text, files)])
        lines = [line for line in text.splitlines() if not line.lstrip().startswith(("#", ";"))]
        for name in names.values():
            # PassEnvironment= names it as well.
            if not re.search(rf"(?<!\w){name}(?!\w)", "\n".join(lines), re.IGNORECASE):
                found.append(Lack(name, start))
    return found


def host(system_root: Path) -> str:
    """Return the machine's name; of another root, the one that is written down there."""
    if system_root != Path("/"):
        name = schedules.read_text(system_root / "etc/hostname").strip()
        if name:
            return name
    return host_name.own()
