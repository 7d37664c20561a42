"""Answer HTTP-01 challenges (RFC 8555 section 8.3): from a server of our own or a web root."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from acme import standalone

from certbot_sectigo.base import errors, proposed, walk
from certbot_sectigo.base.atomic import FileError
from certbot_sectigo.base.atomic.steps import explained
from certbot_sectigo.base.walk import WalkedFolder

logger = logging.getLogger(__name__)

_WELL_KNOWN = Path(".well-known") / "acme-challenge"


@dataclass(frozen=True)
class ChallengeAnswer:
    """One challenge and what has to stand under its token."""

    name: str
    """The identifier the challenge is for."""
    challenge: Any
    """``acme.challenges.HTTP01``."""
    response: Any
    validation: str


class Responder(Protocol):
    """Something that makes answers reachable, and takes them away again."""

    def publish(self, answers: Sequence[ChallengeAnswer]) -> None:
        """Make the answers reachable for the CA.

        :raises certbot_sectigo.base.errors.Error: where that cannot be done.
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

    def publish(self, answers: Sequence[ChallengeAnswer]) -> None:
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
        except (OSError, OverflowError) as error:
            raise errors.Error(self._refusal(error, answers), _ways_out(answers)) from error
        self._servers.serve_forever()

    def withdraw(self) -> None:
        """Close the port; see :class:`Responder`."""
        if self._servers is not None:
            self._servers.shutdown_and_server_close()
            self._servers = None

    def _refusal(self, error: OSError | OverflowError, answers: Iterable[ChallengeAnswer]) -> str:
        if isinstance(error, OverflowError):
            why = "there is none of that number"
        elif error.errno == errno.EACCES:
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

    A web root most often belongs to somebody else, who may replace any name in it at any
    moment. So it is walked once, and what was reached is kept open until the answers are
    taken away.

    :param folder: what that server serves as ``/``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept = contextlib.ExitStack()
        self._answers: WalkedFolder | None = None
        self._tokens: list[str] = []

    def publish(self, answers: Sequence[ChallengeAnswer]) -> None:
        """Write one file per token; see :class:`Responder`."""
        try:
            root = self._kept.enter_context(walk.folder(self._folder))
        except FileError as error:
            raise errors.Error(
                f"The web root {walk.shown(self._folder)} (--sectigo-eab-webroot) is not a "
                f"directory that can be used: {error.message}",
                f"{error.remedy}\nOr give the folder that the web server serves for "
                f"{_names(answers)}.",
            ) from error
        try:
            self._answers = self._kept.enter_context(
                walk.folder(_WELL_KNOWN, below=root, mode=0o755)
            )
            for answer in answers:
                self._write(answer.challenge.encode("token"), answer.validation, self._answers)
        except FileError as error:
            raise errors.Error(
                f"{error.message.rstrip('.')}. It is needed for {_names(answers)}.",
                f"{error.remedy}\n{_ways_out(answers)}",
            ) from error

    def withdraw(self) -> None:
        """Remove the files, and the folders that were made for them; see :class:`Responder`."""
        with self._kept:
            if self._answers is None:
                return
            for token in self._tokens:
                try:
                    os.unlink(token, dir_fd=self._answers.descriptor)
                except FileNotFoundError:
                    logger.debug("%s was gone already", token)
                except OSError as error:
                    logger.warning("%s stays: %s", self._answers.path / token, error.strerror)
            for made in reversed(self._answers.made):
                try:
                    with walk.folder(made.parent) as above:
                        os.rmdir(made.name, dir_fd=above.descriptor)
                except (OSError, FileError):
                    logger.debug("%s is not empty and stays", made)
        self._answers, self._tokens = None, []

    def _write(self, token: str, validation: str, folder: WalkedFolder) -> None:
        path = folder.path / token
        _remove_ours(token, folder)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            descriptor = os.open(token, flags, 0o644, dir_fd=folder.descriptor)
            self._tokens.append(token)
            with os.fdopen(descriptor, "w") as stream:
                # The web server's user has to read it, whatever root's umask is.
                os.fchmod(descriptor, 0o644)
                stream.write(validation)
        except FileExistsError:
            raise FileError(
                f"{walk.shown(path)} is there already, and is no file of this user's.",
                f"See what it is, then remove it:  {proposed.line(f'rm {walk.quoted(path)}')}",
            ) from None
        except OSError as error:
            raise explained(error, path) from None


def _remove_ours(token: str, folder: WalkedFolder) -> None:
    """Remove what a run that was killed left: the CA may ask for the same token again."""
    with contextlib.suppress(OSError):
        found = os.stat(token, dir_fd=folder.descriptor, follow_symlinks=False)
        if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid():
            os.unlink(token, dir_fd=folder.descriptor)


def _names(answers: Iterable[ChallengeAnswer]) -> str:
    return ", ".join(sorted({answer.name for answer in answers}))


def _ways_out(answers: Iterable[ChallengeAnswer]) -> str:
    return (
        "Either let the web server that runs here answer: --sectigo-eab-webroot DIR\n"
        f"or have {_names(answers)} validated in Sectigo Certificate Manager (Domains) and "
        "assigned to this ACME account: then nothing is asked here and no port is needed."
    )
