"""Answer HTTP-01 challenges (RFC 8555 section 8.3): from a server of our own or a web root."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from acme import standalone

from certbot_sectigo.base import errors

logger = logging.getLogger(__name__)

_WELL_KNOWN = ".well-known/acme-challenge"


class ChallengeError(errors.Error):
    """A challenge cannot be answered on this machine."""


@dataclass(frozen=True)
class Answer:
    """One challenge and what has to stand under its token."""

    name: str
    """The identifier the challenge is for."""
    challenge: Any
    """``acme.challenges.HTTP01``."""
    response: Any
    validation: str


class Responder(Protocol):
    """Something that makes answers reachable, and takes them away again."""

    def publish(self, answers: Sequence[Answer]) -> None:
        """Make the answers reachable for the CA.

        :raises ChallengeError: where that cannot be done.
        """

    def withdraw(self) -> None:
        """Take away whatever :meth:`publish` put there."""


class Standalone:
    """Serve the answers on certbot's HTTP-01 address and port, for as long as they are needed.

    :param address: certbot's ``--http-01-address``; empty for all addresses.
    :param port: certbot's ``--http-01-port``.
    """

    def __init__(self, address: str, port: int) -> None:
        self._address = address
        self._port = port
        self._servers: standalone.HTTP01DualNetworkedServers | None = None

    def publish(self, answers: Sequence[Answer]) -> None:
        """Open the port and serve; see :class:`Responder`."""
        resources = {
            standalone.HTTP01RequestHandler.HTTP01Resource(
                chall=answer.challenge, response=answer.response, validation=answer.validation
            )
            for answer in answers
        }
        try:
            self._servers = standalone.HTTP01DualNetworkedServers(
                (self._address, self._port), resources
            )
        except OSError as error:
            raise ChallengeError(self._refusal(error, answers), _ways_out(answers)) from error
        self._servers.serve_forever()

    def withdraw(self) -> None:
        """Close the port; see :class:`Responder`."""
        if self._servers is not None:
            self._servers.shutdown_and_server_close()
            self._servers = None

    def _refusal(self, error: OSError, answers: Iterable[Answer]) -> str:
        if error.errno == errno.EACCES:
            why = "only root may open it"
        elif error.errno == errno.EADDRINUSE:
            why = "another program has it"
        else:
            why = error.strerror or str(error)
        where = f"port {self._port}" + (f" of {self._address}" if self._address else "")
        return (
            f"The CA wants these names validated over HTTP, but {where} cannot be opened ({why}): "
            f"{_names(answers)}"
        )


class WebRoot:
    """Put the answers into the web root of a server that is running already.

    :param folder: what that server serves as ``/``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: list[Path] = []
        self._folders: list[Path] = []

    def publish(self, answers: Sequence[Answer]) -> None:
        """Write one file per token; see :class:`Responder`."""
        if not os.path.isdir(self._folder):  # noqa: PTH112 - unlike Path.is_dir it never raises
            raise ChallengeError(
                f"The web root {self._folder} (--sectigo-eab-webroot) is not a directory, or not "
                "one that this user may look into.",
                f"Give the folder that the web server serves for {_names(answers)}.",
            )
        try:
            folder = self._folder
            for part in _WELL_KNOWN.split("/"):
                folder = folder / part
                if not folder.is_dir():
                    folder.mkdir(mode=0o755)
                    folder.chmod(0o755)  # the umask may have narrowed it
                    self._folders.append(folder)
            for answer in answers:
                self._write(folder / answer.challenge.encode("token"), answer.validation)
        except OSError as error:
            raise ChallengeError(
                f"{error.filename or self._folder}: {error.strerror}; needed for {_names(answers)}",
                _ways_out(answers),
            ) from error

    def withdraw(self) -> None:
        """Remove the files, and the folders that were made for them; see :class:`Responder`."""
        for path in self._files:
            path.unlink(missing_ok=True)
        for folder in reversed(self._folders):
            try:
                folder.rmdir()
            except OSError:
                logger.debug("%s is not empty and stays", folder)
        self._files, self._folders = [], []

    def _write(self, path: Path, validation: str) -> None:
        # The web server's user has to read it, whatever root's umask is.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644)
        self._files.append(path)
        with os.fdopen(descriptor, "w") as stream:
            os.fchmod(descriptor, 0o644)
            stream.write(validation)


def _names(answers: Iterable[Answer]) -> str:
    return ", ".join(sorted({answer.name for answer in answers}))


def _ways_out(answers: Iterable[Answer]) -> str:
    return (
        "Either let the web server that runs here answer: --sectigo-eab-webroot DIR\n"
        f"or have {_names(answers)} validated in Sectigo Certificate Manager (Domains) and "
        "assigned to this ACME account: then nothing is asked here and no port is needed."
    )
