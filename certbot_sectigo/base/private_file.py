"""The one reader of files that hold a secret: ``key = value`` lines, and who else can read them.

The form is the one of certbot's DNS plugins; ``#`` begins a comment.
"""

from __future__ import annotations

import errno
import os
import pwd
import re
import shlex
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.base import errors, proposed, reading

# What web pages and word processors put around a copied value. None of these
# can be part of a kid, a key or a URL, so taking them off loses nothing.
WRAPPING = "\"'`\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb\u00a0\u200b\u200c\u200d\ufeff \t\r\n"

_MOST_BYTES = 65536


class PrivateFileError(errors.Error):
    """The file cannot be used; says file, line and remedy, never a value."""


@dataclass(frozen=True)
class Form:
    """What a file of one kind may say."""

    prefix: str
    """What its keys begin with, such as ``sectigo_eab``; other keys are passed over."""
    keys: tuple[str, ...]
    """The keys it may have."""
    example: str
    """Lines that make a good file."""
    continued: frozenset[str] = frozenset()
    """Keys with a value of base64, which may have broken over lines when it was pasted."""
    verbatim: frozenset[str] = frozenset()
    """Keys whose value is taken as it stands: passwords may have quotes and ``#``."""


@dataclass(frozen=True)
class Exposure:
    """Why a file is not private enough to take a secret from."""

    path: Path
    reason: str
    remedy: str
    """The chmod or chown that helps."""
    writable: bool = True
    """Others can put something else into it, too."""


@dataclass(frozen=True)
class PrivateFile:
    """What a file says."""

    path: Path
    values: Mapping[str, tuple[int, str]]
    """Key -> line (from 1) and value. A key without the prefix's first word is there with an
    empty value, for the sake of what is said of it."""
    exposure: Exposure | None


def read(path: Path, form: Form, owner: int | None = None) -> PrivateFile:
    """Read a file.

    Quotes, blanks and line breaks that came with a pasted value are taken off.

    :param owner: uid whose file it may be besides root's and this process's: where another
        user owns certbot's directories, and so the account keys, the secret is that user's, too.
    :raises PrivateFileError: for whatever makes it unusable. Being readable by others does
        not: see :attr:`PrivateFile.exposure`, which matters where the secret is used.
    """
    text, exposure = _read(path, form, owner)
    return PrivateFile(path, _parse(path, text, form), exposure)


def bad(path: Path, line: int, what: str, remedy: str) -> PrivateFileError:
    """Return the error of a line.

    :param what: completes a sentence that begins with the place.
    """
    return PrivateFileError(f"{path}, line {line}: {what}.", remedy)


def _read(path: Path, form: Form, owner: int | None) -> tuple[str, Exposure | None]:
    try:
        # Not blocking, so that a FIFO in the place of the file cannot hang anybody.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise PrivateFileError(
            f"The credentials file {path} does not exist.",
            f"Make it with these lines, then run  {_closing(path)}\n{form.example}",
        ) from None
    except PermissionError:
        raise PrivateFileError(
            f"The credentials file {path} cannot be read by this user.",
            f"Run it as root, or have root give it to this user:  {_giving(path, os.geteuid())}",
        ) from None
    except OSError as error:
        raise PrivateFileError(f"The credentials file {path}: {error.strerror}.") from None
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise PrivateFileError(f"{path} is a directory.", "Give the credentials file in it.")
        if not stat.S_ISREG(status.st_mode):
            raise PrivateFileError(f"{path} is not a regular file.", "Give a plain file.")
        data = reading.read_descriptor(descriptor, path, _MOST_BYTES)
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise PrivateFileError(
                f"{path} is too large for a credentials file.", form.example
            ) from None
        raise PrivateFileError(f"The credentials file {path}: {error.strerror}.") from None
    finally:
        os.close(descriptor)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PrivateFileError(f"{path} is not a text file in UTF-8.", form.example) from None
    return text, exposed(path, status, owner)


def exposed(path: Path, status: os.stat_result, owner: int | None) -> Exposure | None:
    """Return why a file is not private enough for a secret; None if it is.

    :param status: of the file that is open.
    :param owner: see :func:`read`.
    """
    if status.st_uid not in (0, os.geteuid(), owner):
        stranger = _user_name(status.st_uid)
        rightful = os.geteuid() if owner is None else owner
        return Exposure(path, f"belongs to {stranger}", _giving(path, rightful))
    mode = stat.S_IMODE(status.st_mode)
    folder = credentials_directory()
    same = folder is not None and os.path.realpath(path.parent) == os.path.realpath(folder)
    if same and status.st_uid == 0:  # /var/run is a link to /run
        # systemd lets the unit's user in by an ACL, whose mask shows as the group's bits.
        mode &= ~stat.S_IRGRP
    who = [name for bits, name in ((0o070, "its group"), (0o007, "everybody")) if mode & bits]
    if who:
        reason = f"is open to {' and '.join(who)} (mode {mode:04o})"
        return Exposure(path, reason, _closing(path), writable=bool(mode & 0o022))
    return None


def credentials_directory() -> Path | None:
    """Return where systemd puts the credentials of the unit that this runs in; None outside."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    return Path(folder) if Path(folder).is_absolute() else None


def _closing(path: Path) -> str:
    return proposed.line(f"chmod 600 {shlex.quote(str(path))}")


def _giving(path: Path, owner: int) -> str:
    return proposed.line(f"chown {_user_name(owner)} {shlex.quote(str(path))}")


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _parse(path: Path, text: str, form: Form) -> Mapping[str, tuple[int, str]]:
    values: dict[str, tuple[int, str]] = {}
    last: str | None = None
    first_word = form.prefix.partition("_")[0]
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line[0] in "#;[":
            last = None
            continue
        match = re.fullmatch(r"([A-Za-z][\w-]*?)\s*=(?!=*$)\s*(.*)|([A-Za-z][\w-]*?)\s*=", line)
        key = (match.group(1) or match.group(3)).replace("-", "_").lower() if match else ""
        if key.startswith(form.prefix):
            if key not in form.keys:
                # Not repeated: what was pasted in the wrong place may be the secret.
                raise bad(path, number, f"what stands before the = begins with {form.prefix}, but "
                          "is no known key", "Known are: " + ", ".join(form.keys))  # fmt: skip
            if key in values:
                raise bad(path, number, f"{key} stands a second time (first in line "
                          f"{values[key][0]})", "Keep one of the two.")  # fmt: skip
            value = (match.group(2) or "") if match else ""
            if key not in form.verbatim:
                value = re.sub(r"\s+[#;].*$", "", value).strip(WRAPPING)
            values[key] = (number, value)
            last = key
        elif last in form.continued and re.fullmatch(r"[\w+/=\"'-]+", line):
            first, value = values[str(last)]
            values[str(last)] = (first, value + line.strip(WRAPPING))
        elif not match:
            raise bad(path, number, "is not of the form  key = value", "Mend or drop the line.")
        else:
            last = None
            if f"{first_word}_{key}" in form.keys:
                values.setdefault(key, (number, ""))
    return values
