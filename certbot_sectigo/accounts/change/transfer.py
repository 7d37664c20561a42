"""Account keys that come from elsewhere or go there: certbot's, acme.sh's, lego's, dehydrated's."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from certbot_sectigo.accounts import store
from certbot_sectigo.accounts.model import Account, Learned, Note
from certbot_sectigo.base import atomic, errors, json_text, reading
from certbot_sectigo.ca.session import shown_kid
from certbot_sectigo.machine import commands
from certbot_sectigo.machine.dirs import Dirs, refuse_links, server_path

if TYPE_CHECKING:
    from josepy.jwk import JWK

_VERSION = 1


class TransferError(errors.Error):
    """A key cannot be imported or exported as asked; nothing was written."""


class NothingTold(TransferError):  # noqa: N818 - what was found, not a failure
    """A file is sound, and tells of no account."""


@dataclass(frozen=True)
class KeyTold:
    """What a file says about the account that a key belongs to; None is what it does not say."""

    server: str | None = None
    """ACME directory URL."""
    uri: str | None = None
    """The account URL."""
    kid: str | None = None


def to_json(account: Account, server: str) -> str:
    """Pure: write what has to go along with an account's key."""
    content = {
        "version": _VERSION,
        "server": server,
        "account_url": account.uri,
        "kid": account.kid,
    }
    return json.dumps(content, indent=2) + "\n"


def parse(text: str, *, settings: bool = True) -> KeyTold:
    """Pure: read what clients keep beside an account's key.

    Known are our own export, lego's ``account.json``, the ``account.json`` and ``ca.conf``
    of acme.sh, dehydrated's ``account_id.json`` and ``registration_info.json``, and certbot's
    ``regr.json``.

    :param settings: it is the settings of a shell where it is no JSON.
    :raises ValueError: if it is damaged; completes a sentence that begins with a file.
    """
    if settings and text.lstrip()[:1] != "{":
        return _parse_shell(text)
    try:
        content = json_text.loads_object(text)
    except ValueError:
        raise ValueError("is not JSON") from None
    registration = content.get("registration")  # lego, whose v4 has the CA's object in "body"
    body: Any = content
    uri = _first(content, "account_url", "uri", "url")
    if isinstance(registration, Mapping):
        body = registration.get("body", registration)
        uri = uri or _first(registration, "uri", "accountURL")
    kid = _first(content, "kid") or (shown_kid(body) if isinstance(body, Mapping) else None)
    return _checked(KeyTold(_first(content, "server"), uri, kid))


def _parse_shell(text: str) -> KeyTold:
    """Read acme.sh's settings, which a shell would source."""
    values = dict(re.findall(r"""^(\w+)=['"]?([^'"\r\n]*)['"]?\s*$""", text, re.MULTILINE))
    uri = values.get("ACCOUNT_URL") or None
    told = KeyTold(values.get("CA_SERVER") or None, uri, values.get("CA_EAB_KEY_ID") or None)
    return _checked(told)


def _checked(told: KeyTold) -> KeyTold:
    """Refuse what a damaged file says; certbot would send it to the CA, or show it."""
    for url in filter(None, (told.server, told.uri)):
        if not re.fullmatch(r"https?://[^\s/\x00-\x1f\x7f-\x9f][^\s\x00-\x1f\x7f-\x9f]*", url):
            raise ValueError("names a URL that is none")
        urlsplit(url)  # a ValueError of its own, such as of a bracket without its fellow
    if told.kid and re.search(r"[\s\x00-\x1f\x7f-\x9f]", told.kid):
        raise ValueError("names a kid that is none")
    return told


def beside(key_file: Path) -> Path | None:
    """Find the file that tells of a key's account, where the client that wrote both keeps it."""
    folder = key_file.parent
    for path in (
        key_file.with_name(f"{key_file.name}.json"),  # our own export
        key_file.with_suffix(".json"),
        folder / "account_id.json",  # dehydrated
        folder / "ca.conf",  # acme.sh
        folder.parent / "account.json",  # lego v4: the key is in a folder of its own
        folder / "account.json",  # lego v5
        folder / "regr.json",  # certbot
    ):
        if path != key_file and reading.is_file(path):
            return path
    return None


def read(path: Path) -> KeyTold:
    """Read a file for :func:`parse`.

    :raises NothingTold: if it tells nothing.
    :raises TransferError: if it cannot be read, or is damaged.
    """
    try:
        text = reading.read_regular(path).decode("utf-8", "replace")
        told = parse(text, settings=path.suffix != ".json")
    except OSError as error:
        raise TransferError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise TransferError(f"{path} {error}.") from None
    if told == KeyTold():
        raise NothingTold(f"{path} does not tell of an account.")
    return told


def read_all(path: Path) -> KeyTold:
    """Read a file, and what dehydrated keeps in another one beside it.

    :raises TransferError: as :func:`read` does.
    """
    told = read(path)
    other = path.with_name("registration_info.json")
    if path.name == "account_id.json" and reading.is_file(other):
        with contextlib.suppress(TransferError):  # it need not tell anything
            return replace(told, kid=told.kid or read(other).kid)
    return told


def refuse_existing(dirs: Dirs, name: str, server: str) -> None:
    """Refuse to import an account that is here already, or in the archive.

    :raises TransferError: with what to do instead.
    """
    path = server_path(server)
    if reading.is_there(dirs.accounts / path / name):
        raise TransferError(
            f"The account {name} of {server} is here already.",
            commands.ours("accounts", "show", name),
        )
    if reading.is_there(dirs.archive / path / name):
        raise TransferError(
            f"The account {name} of {server} is in the archive.",
            f"Bring it back:\n{commands.ours('accounts', 'restore', name)}",
        )


def bring_in(dirs: Dirs, key: JWK, server: str, uri: str, note: Note | None) -> Account:
    """Make a certbot account of a key: written aside, then moved into place by one rename.

    :param uri: the account URL.
    :raises certbot_sectigo.base.errors.Error: if it was not made.
    """
    path = server_path(server)
    staged, target = dirs.staging / path, dirs.accounts / path
    name = store.key_id(key)
    refuse_links(dirs.config_dir, staged)
    refuse_links(dirs.accounts, target)
    folder = staged / name
    if reading.is_there(folder):  # of a run that was cut off
        atomic.remove(folder)
    store.create(staged, key, note)
    store.complete(folder, uri)
    atomic.make_private_dir(target)
    atomic.rename_dir(folder, target / name)
    atomic.remove_empty(staged, dirs.config_dir)
    return store.read(target / name, path)


def told_note(kid: str | None, server: str) -> Note | None:
    """Return the note for a kid that came with the key."""
    if kid is None:
        return None
    return Note(kid, server, Learned.TOLD, datetime.now(timezone.utc))


def _first(content: Mapping[str, Any], *keys: str) -> str | None:
    for key in keys:
        value = content.get(key)
        if isinstance(value, str) and value:
            return value
    return None
