"""Look, without asking anybody, whether ssh will be content with a served host."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from certbot_sectigo.base import reading
from certbot_sectigo.deploy.delivery.ssh import Destination, environment
from certbot_sectigo.machine import commands

_SECONDS = 10


def examine(destination: Destination) -> Iterator[tuple[str, str]]:
    """Iterate over what is wrong: ``host-key`` or ``ssh-key``, and a text that ends with a command.

    What ssh's own configuration leaves open, or ssh does not tell, counts as well.
    """
    try:
        if _is_unknown(destination.plain("-G")):
            yield "host-key", unknown(destination)
    except OSError as error:
        yield "host-key", _cannot_be_told(error)
    key = destination.identity_file
    try:
        status = reading.status(key) if key is not None else None
    except OSError as error:
        yield "ssh-key", _cannot_be_told(error)
        return
    if key is not None and status is not None and status.st_mode & 0o077:
        command = commands.line(shlex.join(["chmod", "600", str(key)]))
        yield "ssh-key", f"Others can read {key}, so ssh does not use it:\n  {command}"


def _cannot_be_told(error: OSError) -> str:
    path = str(error.filename)
    return f"{path} cannot be looked at: {error.strerror}.\n  " + commands.line(
        shlex.join(["ls", "-ld", path])
    )


def unknown(destination: Destination) -> str:
    """Return that a host's key is not known here, and how it gets known."""
    look = commands.line(shlex.join(destination.plain("-o", "StrictHostKeyChecking=ask")))
    return (
        f"The host key of {destination.address} is not known here. Compare its fingerprint with "
        f"what the host itself says, then take it:\n  {look}"
    )


def _is_unknown(words: Sequence[str]) -> bool:
    """Return whether no file of known hosts has a key of the host that ssh would go to.

    :raises OSError: if that cannot be told.
    """
    told = _run(words)
    settings = {
        name: value
        for name, _, value in (line.partition(" ") for line in (told or "").splitlines())
    }
    host, port = settings.get("hostname"), settings.get("port", "22")
    if host is None or settings.get("knownhostscommand", "none") != "none":
        return False
    name = settings.get("hostkeyalias") or (host if port == "22" else f"[{host}]:{port}")
    files = f"{settings.get('userknownhostsfile', '')} {settings.get('globalknownhostsfile', '')}"
    for file in (Path(word).expanduser() for word in files.split()):
        if reading.is_file(file) and _run(["ssh-keygen", "-F", name, "-f", str(file)]):
            return False
    return True


def _run(words: Sequence[str]) -> str | None:
    """Return what a program says; None if it fails."""
    try:
        done = subprocess.run(
            list(words),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            env=environment(),
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
