"""certbot's account folders on disk: the only module that knows their file names."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from certbot_sectigo.accounts import files, keys, tree
from certbot_sectigo.accounts.model import Account, Learned, Note, State
from certbot_sectigo.base import atomic, errors, reading
from certbot_sectigo.machine import account_id, dirs, host_name

if TYPE_CHECKING:
    from josepy.jwk import JWK

NOTE = "sectigo-eab.json"
_NOTE_VERSION = 1


class AccountError(errors.Error):
    """An account's folder cannot be read or written as asked."""


def read_all(accounts_dir: Path) -> list[Account]:
    """Read every account of every server, never failing on a broken one.

    certbot's own symbolic links between servers are followed; each account folder
    is reported under every path certbot would find it by, marked with `link`.

    :param accounts_dir: ``<config_dir>/accounts``.
    :raises OSError: if a folder cannot be listed: that it is empty must not be concluded.
    """
    return [
        read(folder, server_path, link) for server_path, folder, link in tree.folders(accounts_dir)
    ]


def read_server(accounts_dir: Path, server: str) -> list[Account]:
    """Read the accounts certbot would find for one server.

    :param server: ACME directory URL.
    :raises OSError: if they cannot be listed.
    """
    server_path = dirs.server_path(server)
    top = accounts_dir / server_path
    link = tree.link_above(accounts_dir, top)
    return [read(folder, server_path, link or own) for folder, own in tree.accounts_in(top)]


def read(folder: Path, server_path: str, link: Path | None = None) -> Account:
    """Read one account folder into the model.

    :param folder: the folder itself.
    :param server_path: certbot's folder for the server.
    :param link: what it is a symbolic link to, if it is one.
    """
    state, problem = State.LOADS, None
    here, ident, unread = str(folder), None, None
    found: dict[str, Mapping[str, Any]] = {}
    for name in files.CERTBOTS:
        try:
            content = files.load(f"{here}/{name}")
            files.CHECKS[name](content)
            if name == files.KEY:
                ident = account_id.account_id(content)
                if ident is None:
                    raise files.MalformedAccount("does not hold a usable key")
            found[name] = content
        except (OSError, files.MalformedAccount) as error:
            # What certbot stumbles over first decides what it does.
            if state is State.LOADS:
                state = (
                    State.UNPARSABLE
                    if isinstance(error, files.MalformedAccount)
                    else State.INCOMPLETE
                )
                problem = f"{here}/{name}: {getattr(error, 'strerror', None) or error}"
            if isinstance(error, OSError) and not reading.tells(error):
                unread = f"{here}/{name}: {error.strerror}"
    try:
        note = read_note(folder)
    except OSError as error:
        note, unread = None, f"{here}/{NOTE}: {error.strerror}"
    key = found.get(files.KEY, {})
    meta = found.get(files.META, {})
    regr = found.get(files.REGR, {})
    return Account(
        folder=folder,
        server_path=server_path,
        state=state,
        id=ident,
        uri=regr.get("uri"),
        created=files.parse_time(str(meta["creation_dt"])) if meta else None,
        creation_host=str(meta["creation_host"]) if meta else None,
        key_type=account_id.kind(key) if key else None,
        contact=files.contact(regr),
        note=note,
        problem=problem,
        unread=unread,
        link=link,
    )


def refuse_unread(accounts: Iterable[Account]) -> None:
    """See that all files of accounts could be read: for what changes something by them.

    :raises AccountError: naming one that could not.
    """
    for account in accounts:
        if account.unread is not None:
            raise AccountError(
                f"{account.unread}. What the account {account.name} is cannot be told, so nothing "
                "was changed.",
                "Repeat the command as the user certbot runs as, most often root (sudo); of an "
                "input/output error the kernel's log tells more: dmesg",
            )


def load_key(folder: Path) -> JWK:
    """Load an account's private key.

    :raises AccountError: if the file cannot be read or holds no key.
    """
    from josepy.errors import Error as JoseError

    path = folder / files.KEY
    try:
        return keys.parsed(reading.read_regular(path))
    except OSError as error:
        raise AccountError(f"{path}: {error.strerror}") from None
    except (JoseError, ValueError, KeyError, TypeError):
        # The cause is left out: a parser's words could quote the key.
        raise AccountError(f"{path} does not hold an account key.") from None


def key_id(key: JWK) -> str:
    """Return certbot's id of a key, which is the name of its account's folder.

    :raises AccountError: for a kind of key that certbot has no id for.
    """
    public = {name: str(value) for name, value in key.public_key().to_partial_json().items()}
    ident = account_id.account_id({"kty": key.typ, **public})
    if ident is None:
        raise AccountError("This kind of account key has no certbot account id.")
    return ident


def create(folder: Path, key: JWK, note: Note | None) -> str:
    """Write the key of an account that is about to be registered, and what it is for.

    Everything but the account URL is there afterwards, synced to disk; see
    :func:`complete`. Modes are certbot's: the key 0400, the folder 0700.

    :param folder: parent in which a folder named by the account's id is made.
    :returns: that id.
    """
    ident = key_id(key)
    target = folder / ident
    atomic.make_private_dir(target)
    meta = {
        "creation_dt": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "creation_host": host_name.own(),
    }
    _write(target / files.META, meta, mode=0o644)
    if note is not None:
        write_note(target, note)
    # The key comes last: a folder that has it has everything else.
    atomic.replace(target / files.KEY, key.json_dumps().encode(), mode=0o400)
    return ident


def derive(folder: Path, key: JWK, like: Path) -> str:
    """Write an account anew with another key; everything else is copied.

    Owners other than root are copied, too.

    :param folder: parent in which a folder named by the new id is made.
    :param like: the account's folder so far.
    :returns: the new id.
    """
    ident = key_id(key)
    target = folder / ident
    atomic.make_private_dir(target)
    for name in (files.META, files.REGR, NOTE, files.KEY):
        old = like / name
        if name == NOTE and not reading.is_there(old):
            continue
        status = old.stat()
        data = key.json_dumps().encode() if name == files.KEY else reading.read_regular(old)
        atomic.replace(
            target / name, data, mode=stat.S_IMODE(status.st_mode), owner=_owner(old, like.parent)
        )
    os.chown(target, *_owner(like, like.parent))
    return ident


def _owner(old: Path, above: Path) -> tuple[int, int]:
    """Return the owner of a file's successor: its own, or of what was root's the folder's."""
    status = old.stat()
    if status.st_uid == os.geteuid() == 0:
        status = above.stat()
    return status.st_uid, status.st_gid


def has_key(folder: Path) -> bool:
    """Return whether a folder holds an account key, readable or not.

    :raises OSError: if that cannot be told.
    """
    return reading.is_there(folder / files.KEY)


def complete(folder: Path, uri: str) -> None:
    """Write the account URL beside the key; certbot can load the account afterwards."""
    _write(folder / files.REGR, {"body": {}, "uri": uri}, mode=0o644)


def write_note(folder: Path, note: Note) -> None:
    """Write the note beside an account; certbot ignores it, and ``unregister`` removes it."""
    content = {
        "version": _NOTE_VERSION,
        "kid": note.kid,
        "server": note.server,
        "learned": note.learned.value,
        "when": note.when.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    _write(folder / NOTE, content, mode=0o600)


def _write(path: Path, content: Mapping[str, Any], mode: int) -> None:
    atomic.replace(path, json.dumps(content).encode(), mode=mode)


def read_note(folder: Path) -> Note | None:
    """Return the note beside an account; None where there is none, or it is damaged.

    :raises OSError: if it cannot be read: there may be one.
    """
    try:
        content = files.load(f"{folder}/{NOTE}")
        when = files.parse_time(str(content["when"]))
        kid, server = content["kid"], content["server"]
        if when is None or not isinstance(kid, str) or not kid or not isinstance(server, str):
            return None
        return Note(kid=kid, server=server, learned=Learned(content["learned"]), when=when)
    except OSError as error:
        if reading.tells(error):
            return None
        raise
    except (KeyError, ValueError):
        return None  # a note that is damaged tells nothing; what it said can be found again
