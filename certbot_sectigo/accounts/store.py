"""certbot's account folders on disk: the only module that knows their file names."""

from __future__ import annotations

import json
import os
import re
import socket
import stat
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from certbot_sectigo.accounts import files, keys
from certbot_sectigo.accounts.model import Account, Learned, Note, State
from certbot_sectigo.base import atomic, errors, reading
from certbot_sectigo.machine import account_id as jwk
from certbot_sectigo.machine import dirs

if TYPE_CHECKING:
    from josepy.jwk import JWK

_CERTBOTS = (files.REGR, files.KEY, files.META)  # in the order in which certbot opens them
_NOTE = "sectigo-eab.json"
_NOTE_VERSION = 1
_ID = re.compile(r"[0-9a-fA-F]{32}")
_DEEPEST = 100  # folders on the way to an account: more than any URL has parts


class AccountError(errors.Error):
    """An account's folder cannot be read or written as asked."""


def read_all(accounts_dir: Path) -> list[Account]:
    """Read every account of every server, never failing on a broken one.

    certbot's own symbolic links between servers are followed; each account folder
    is reported under every path certbot would find it by, marked with `link`.

    :param accounts_dir: ``<config_dir>/accounts``.
    """
    return [
        read(folder, server_path, link)
        for server_path, folder, link in _folders(accounts_dir, "", None, frozenset())
    ]


def must_be_readable(accounts_dir: Path) -> None:
    """See that accounts can be listed at all: that there are none must not be concluded.

    :raises AccountError: if they cannot. A folder that is not there holds no accounts.
    """
    try:
        with os.scandir(accounts_dir) as entries:
            next(entries, None)
    except FileNotFoundError:
        return
    except OSError as error:
        raise AccountError(
            f"{accounts_dir} cannot be read: {error.strerror}.",
            "Repeat the command as the user certbot runs as, most often root (sudo).",
        ) from None


def read_server(accounts_dir: Path, server: str) -> list[Account]:
    """Read the accounts certbot would find for one server.

    :param server: ACME directory URL.
    """
    server_path = dirs.server_path(server)
    top = accounts_dir / server_path
    link = _link_above(accounts_dir, top)
    return [read(folder, server_path, link or own) for folder, own in _accounts_in(top)]


def read(folder: Path, server_path: str, link: Path | None = None) -> Account:
    """Read one account folder into the model.

    :param folder: the folder itself.
    :param server_path: certbot's folder for the server.
    :param link: what it is a symbolic link to, if it is one.
    """
    state, problem = State.LOADS, None
    here, account_id = str(folder), None
    found: dict[str, Mapping[str, Any]] = {}
    for name in _CERTBOTS:
        try:
            content = files.load(f"{here}/{name}")
            files.CHECKS[name](content)
            if name == files.KEY:
                account_id = jwk.account_id(content)
                if account_id is None:
                    raise files.Malformed("does not hold a usable key")
            found[name] = content
        except (OSError, files.Malformed) as error:
            # What certbot stumbles over first decides what it does.
            if state is State.LOADS:
                state = State.UNPARSABLE if isinstance(error, files.Malformed) else State.INCOMPLETE
                problem = f"{here}/{name}: {getattr(error, 'strerror', None) or error}"
    key = found.get(files.KEY, {})
    meta = found.get(files.META, {})
    regr = found.get(files.REGR, {})
    return Account(
        folder=folder,
        server_path=server_path,
        state=state,
        id=account_id,
        uri=regr.get("uri"),
        created=files.parse_time(str(meta["creation_dt"])) if meta else None,
        creation_host=str(meta["creation_host"]) if meta else None,
        key_type=jwk.kind(key) if key else None,
        contact=files.contact(regr),
        note=_read_note(folder),
        problem=problem,
        link=link,
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
    """Give certbot's id of a key, which is the name of its account's folder.

    :raises AccountError: for a kind of key that certbot has no id for.
    """
    public = {name: str(value) for name, value in key.public_key().to_partial_json().items()}
    account_id = jwk.account_id({"kty": key.typ, **public})
    if account_id is None:
        raise AccountError("This kind of account key has no certbot account id.")
    return account_id


def create(folder: Path, key: JWK, note: Note | None) -> str:
    """Write the key of an account that is about to be registered, and what it is for.

    Everything but the account URL is there afterwards, synced to disk; see
    :func:`complete`. Modes are certbot's: the key 0400, the folder 0700.

    :param folder: parent in which a folder named by the account's id is made.
    :returns: that id.
    """
    account_id = key_id(key)
    target = folder / account_id
    atomic.make_private_dir(target)
    meta = {
        "creation_dt": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "creation_host": socket.gethostname(),
    }
    _write(target / files.META, meta, mode=0o644)
    if note is not None:
        write_note(target, note)
    # The key comes last: a folder that has it has everything else.
    atomic.replace(target / files.KEY, key.json_dumps().encode(), mode=0o400)
    return account_id


def derive(folder: Path, key: JWK, like: Path) -> str:
    """Write an account anew with another key; everything else is copied, owners included.

    :param folder: parent in which a folder named by the new id is made.
    :param like: the account's folder so far.
    :returns: the new id.
    """
    account_id = key_id(key)
    target = folder / account_id
    atomic.make_private_dir(target)
    for name in (files.META, files.REGR, _NOTE, files.KEY):
        old = like / name
        if name == _NOTE and not old.exists():
            continue
        status = old.stat()
        data = key.json_dumps().encode() if name == files.KEY else reading.read_regular(old)
        mode, owner = stat.S_IMODE(status.st_mode), (status.st_uid, status.st_gid)
        atomic.replace(target / name, data, mode=mode, owner=owner)
    above, made = like.stat(), target.stat()
    if (above.st_uid, above.st_gid) != (made.st_uid, made.st_gid):
        os.chown(target, above.st_uid, above.st_gid)
    return account_id


def account_folders(top: Path) -> list[Path]:
    """List the folders of one server whose name is an account's id, readable or not.

    Links, and the folders of servers that nest in this one, are not among them.
    """
    return [f for f, is_link in _children(top) if _ID.fullmatch(f.name) and not is_link]


def has_key(folder: Path) -> bool:
    """Tell whether a folder holds an account key, readable or not."""
    return os.path.lexists(folder / files.KEY)


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
    _write(folder / _NOTE, content, mode=0o600)


def _write(path: Path, content: Mapping[str, Any], mode: int) -> None:
    atomic.replace(path, json.dumps(content).encode(), mode=mode)


def _folders(
    top: Path, server_path: str, link: Path | None, seen: frozenset[str]
) -> Iterator[tuple[str, Path, Path | None]]:
    """Walk ``accounts/``; yield server path, account folder and link of every account."""
    real = os.path.realpath(top)
    if real in seen or len(seen) > _DEEPEST:
        return  # a link that leads back to a folder above it, or no server's path
    for folder, is_link in _children(top):
        here = link or (Path(os.path.realpath(folder)) if is_link else None)
        if _looks_like_account(folder):
            yield server_path, folder, here
        else:
            below = f"{server_path}/{folder.name}" if server_path else folder.name
            yield from _folders(folder, below, here, seen | {real})


def _accounts_in(top: Path) -> list[tuple[Path, Path | None]]:
    return [
        (folder, Path(os.path.realpath(folder)) if is_link else None)
        for folder, is_link in _children(top)
        if _looks_like_account(folder)
    ]


def _children(top: Path) -> list[tuple[Path, bool]]:
    """List the folders in a folder, and which are reached through a link."""
    found = []
    try:
        with os.scandir(top) as entries:
            for entry in entries:
                try:
                    if entry.is_dir():
                        found.append((entry.name, entry.is_symlink()))
                except OSError:
                    continue  # a link that leads in a circle
    except OSError:
        return []
    return [(top / name, is_link) for name, is_link in sorted(found)]


def _looks_like_account(folder: Path) -> bool:
    """Tell an account from a folder that is a part of a server's path; stores nest."""
    if _ID.fullmatch(folder.name):
        return True
    return any(os.path.lexists(folder / name) for name in _CERTBOTS)


def _link_above(accounts_dir: Path, top: Path) -> Path | None:
    while top != accounts_dir:
        if top.is_symlink():
            return Path(os.path.realpath(top))
        top = top.parent
    return None


def _read_note(folder: Path) -> Note | None:
    try:
        content = files.load(f"{folder}/{_NOTE}")
        when = files.parse_time(str(content["when"]))
        kid, server = content["kid"], content["server"]
        if when is None or not isinstance(kid, str) or not kid or not isinstance(server, str):
            return None
        return Note(kid=kid, server=server, learned=Learned(content["learned"]), when=when)
    except (OSError, KeyError, ValueError):
        return None  # a note that cannot be read tells nothing; what it said can be found again
