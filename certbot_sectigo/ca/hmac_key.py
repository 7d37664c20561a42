"""The HMAC key of an EAB pair: as it was pasted, from a command, from a file of its own."""

from __future__ import annotations

import base64
import binascii
import errno
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Union

from certbot_sectigo.base import private_file, reading, secret_command
from certbot_sectigo.base.private_file import Exposure, PrivateFileError
from certbot_sectigo.base.secret import Secret

_MINIMUM_BYTES = 16
_MOST_BYTES = 65536
_UNIT = "%d/"
"""Stands for the unit's folder of credentials, as in systemd's own settings."""


@dataclass
class KeyCommand:
    """A command that prints the key; run once, and not before the key is needed."""

    path: Path
    line: int
    command: str = field(repr=False)
    exposure: Exposure | None
    """Who else can change what is run."""
    _got: Secret | None = field(default=None, repr=False)

    def reveal(self) -> str:
        """Run it and return the key.

        :raises PrivateFileError: if others can write the file that has the command, if the
            command gives no key, or none that can be one.
        """
        name = "sectigo_eab_hmac_key_command"
        if self._got is None:
            if self.exposure is not None:
                raise PrivateFileError(
                    f"{self.path} has a command that prints the EAB secret, and "
                    f"{self.exposure.reason}, so it is not run.",
                    f"Look at it, then run:  {self.exposure.remedy}",
                )
            try:
                text = secret_command.first_line(self.command).reveal()
            except secret_command.SecretCommandError as error:
                raise private_file.bad(
                    self.path, self.line, f"{name} {error.why}", error.remedy
                ) from None
            try:
                if re.search(r"\S\s+\S", text):  # words beside it would become a part of it
                    raise ValueError("has blanks between words, so it is not a key alone")
                self._got = normalise(text)
            except ValueError as error:
                raise private_file.bad(
                    self.path, self.line, f"{name}: the first line that it prints {error}",
                    "Try it by hand: it has to print the HMAC key that SCM shows.",
                ) from None  # fmt: skip
        return self._got.reveal()


@dataclass
class KeyFile:
    """A file that holds the key alone, such as a credential of systemd or a container's secret."""

    path: Path
    line: int
    name: str
    """As it was written; relative to the file that names it."""
    owner: int | None = field(compare=False)
    """Of certbot's directories; not a part of what the file says: they may just have been made."""

    def look(self) -> Exposure | None:
        """Return why it is not private enough; None if it is.

        :raises PrivateFileError: if it cannot be read.
        """
        return self._read()[1]

    def reveal(self) -> str:
        """Return the key.

        :raises PrivateFileError: if it cannot be read or holds no key.
        """
        text, _ = self._read()
        try:
            return normalise(text).reveal()
        except ValueError as error:
            raise PrivateFileError(
                f"{self._where()} holds no HMAC key: the text {error}.",
                f"It is what sectigo_eab_hmac_key_file in {self.path} names: it has to hold the "
                "HMAC key that SCM shows, and nothing else.",
            ) from None

    def _where(self) -> Path:
        if not self.name.startswith(_UNIT):
            return self.path.parent / Path(self.name).expanduser()
        name = self.name[len(_UNIT) :]
        folder = private_file.credentials_directory()
        if folder is None:
            raise private_file.bad(
                self.path, self.line,
                "%d stands for the folder where systemd puts a unit's credentials, and "
                "CREDENTIALS_DIRECTORY is not set here",
                f"Have the unit say  LoadCredential={name}:/path  (or LoadCredentialEncrypted=), "
                "and start that unit; or name the file by its path.",
            )  # fmt: skip
        return folder / name

    def _read(self) -> tuple[str, Exposure | None]:
        where = self._where()
        try:
            descriptor = reading.open_regular(where)
            try:
                status = os.fstat(descriptor)
                data = reading.read_descriptor(descriptor, where, _MOST_BYTES)
            finally:
                os.close(descriptor)
            text = data.decode("utf-8-sig")
        except OSError as error:
            why = "is too large" if error.errno == errno.EFBIG else error.strerror
        except UnicodeDecodeError:
            why = "is no text"
        else:
            return text, private_file.exposed(where, status, self.owner)
        raise private_file.bad(
            self.path, self.line, f"sectigo_eab_hmac_key_file: {where}: {why}",
            "Name a file that this user can read, with the HMAC key in it and nothing else.",
        )  # fmt: skip


HmacKey = Union[Secret, KeyCommand, KeyFile]
"""Where a pair's key comes from; ``reveal()`` gives it."""


def normalise(value: str) -> Secret:
    """Bring a pasted HMAC key into the form `acme` takes: base64url without padding.

    :param value: base64url or ordinary base64, padded or not, wrapped or not.
    :raises ValueError: if it is neither, or shorter than 128 bits; the text
        completes a sentence that begins with the option's name.
    """
    text = re.sub(r"[\s\u200b\u200c\u200d\ufeff]", "", value.strip(private_file.WRAPPING)).rstrip(
        "="
    )
    if not text:
        raise ValueError("is empty")
    if re.search(r"[-_]", text) and re.search(r"[+/]", text):
        raise ValueError("mixes the two base64 alphabets, so it is not one key")
    text = text.replace("+", "-").replace("/", "_")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", text):
        raise ValueError("has characters that base64url does not know")
    if len(text) % 4 == 1:
        raise ValueError("has a length no base64 text has, so a part of it is missing")
    try:
        decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise ValueError("is not base64url") from None
    if len(decoded) < _MINIMUM_BYTES:
        raise ValueError(f"has only {len(decoded) * 8} bits, and fewer than 128 are not safe")
    return Secret(text)
