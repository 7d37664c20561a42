"""The account stores of other ACME clients, read only."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from certbot_sectigo.accounts.change import transfer
from certbot_sectigo.accounts.change.transfer import KeyTold, NothingTold, TransferError
from certbot_sectigo.accounts.model import Learned
from certbot_sectigo.base import reading
from certbot_sectigo.machine import commands

LEGO = "lego"
ACME_SH = "acme.sh"
DEHYDRATED = "dehydrated"
UACME = "uacme"
CLIENTS = (LEGO, ACME_SH, DEHYDRATED, UACME)
_PLACES = {
    LEGO: "accounts/HOST/EMAIL/account.json",
    ACME_SH: "ca/HOST/PATH/account.key",
    DEHYDRATED: "accounts/ENCODED-URL/account_key.pem",
    UACME: "private/key.pem",
}


@dataclass(frozen=True)
class Foreign:
    """An account of another client; None is what its files do not say."""

    key_path: Path
    """The private key, PEM."""
    server: str | None = None
    """ACME directory URL."""
    uri: str | None = None
    """The account URL."""
    kid: str | None = None
    learned: Learned = Learned.TOLD
    """Where the kid is from: the CA's own answer, or what was once typed."""
    guessed: bool = False
    """The server was concluded from the account's URL."""
    problem: str | None = None
    """Why it is no account, as the end of a sentence."""
    unread: str | None = None
    """What beside it is damaged or cannot be read, and may have told more; a sentence."""


def read(client: str, folder: Path) -> list[Foreign]:
    """Read all accounts in another client's folder.

    :param client: one of :data:`CLIENTS`.
    :param folder: lego's ``--path`` (``.lego``), acme.sh's home or ``--config-home``
        (``.acme.sh``), dehydrated's ``BASEDIR``, uacme's ``--confdir``; a folder inside will do
        as well.
    :raises TransferError: if there are none.
    """
    if not reading.is_folder(folder):
        what = "is not a folder" if reading.is_there(folder) else "does not exist"
        raise TransferError(
            f"{folder} {what}.",
            f"Name the folder of {client}:\n{commands.ours('accounts', 'import', client, 'DIR')}",
        )
    reader = {LEGO: _lego, ACME_SH: _acme_sh, DEHYDRATED: _dehydrated, UACME: _uacme}[client]
    found = sorted(reader(folder), key=lambda account: str(account.key_path))
    if not found:
        raise TransferError(
            f"{folder} holds no account of {client}.",
            f"Name the folder in which {client} keeps accounts: in it is  {_PLACES[client]}.",
        )
    return found


def directory_of(account_url: str) -> str | None:
    """Pure: conclude from an account's URL which directory it belongs to.

    With Sectigo's software the one begins with the other: ``<directory>/account/<id>``.

    :returns: None where the URL is of another shape.
    """
    match = re.fullmatch(r"(https?://[^/?#]+(?:/[^?#]*)?)/account/[^/?#]+", account_url)
    return match[1] if match else None


def sure_of_shape(server: str) -> bool:
    """Pure: tell whether a server is one whose URLs are known to have that shape."""
    host = urlsplit(server).hostname or ""
    return f".{host}".endswith((".sectigo.com", ".zerossl.com"))


def acme_sh_directory(place: tuple[str, ...], urls: Iterable[str]) -> str | None:
    """Pure: give the directory URL of a folder below acme.sh's ``ca/``.

    The folder is made of host and path; the port is lost, so URLs that acme.sh's other
    files name come first.

    :param place: the folder's parts, such as ``("acme.sectigo.com", "v2", "OV")``.
    :param urls: directory URLs that the certificates' settings name.
    :returns: None where several fit.
    """
    fitting = {url.rstrip("/") for url in urls if _place(url) == place}
    if len(fitting) > 1:
        return None
    return fitting.pop() if fitting else "https://" + "/".join(place)


def _place(url: str) -> tuple[str, ...]:
    try:
        parts = urlsplit(url)
        return (parts.hostname or "", *(part for part in parts.path.split("/") if part))
    except ValueError:
        return ()


def _lego(folder: Path) -> Iterator[Foreign]:
    for told_file in _files(folder, "account.json"):
        here = told_file.parent
        if any(reading.is_there(here / name) for name in ("ca.conf", "account.key")):
            continue  # another client's
        keys = [
            where / entry.name
            for where in (here / "keys", here)  # v4, v5
            for entry in reading.entries(where)
            if entry.name.endswith(".key")
        ]
        keys = [key for key in keys if key.stem == here.name] or keys
        told, unread = _told(told_file)
        if len({key.name for key in keys}) != 1:
            if told.uri is not None or unread:
                what = "several keys, and none of its name," if keys else "no key"
                yield Foreign(told_file, problem=f"has {what} beside it")
            continue
        if told.uri is None:
            yield Foreign(
                keys[0], problem=f"is not imported: {unread}" if unread else "was never registered"
            )
            continue
        # Before v5 lego keeps of the server's URL the host alone.
        server = told.server or directory_of(told.uri)
        guessed = told.server is None and server is not None
        yield Foreign(keys[0], server, told.uri, told.kid, Learned.SERVER, guessed)


def _acme_sh(folder: Path) -> Iterator[Foreign]:
    urls: set[str] | None = None
    for key_path in _files(folder, "account.key"):
        place = _below_ca(key_path.parent, folder)
        if place is None or "deactivated" in place:  # acme.sh moves them there
            continue
        if urls is None:
            urls = set(_acme_sh_urls(key_path.parents[len(place) + 1]))
        shown, damaged = _told(key_path.parent / "account.json")
        typed, unread = _told(key_path.parent / "ca.conf")
        # ca.conf has the pair of the last attempt to register, even of one that failed.
        kid, learned = (shown.kid, Learned.SERVER) if shown.kid else (typed.kid, Learned.TOLD)
        server = acme_sh_directory(place, urls)
        yield Foreign(key_path, server, typed.uri, kid, learned, unread=damaged or unread)


def _dehydrated(folder: Path) -> Iterator[Foreign]:
    for key_path in _files(folder, "account_key.pem"):
        server = dehydrated_directory(key_path.parent.name)
        told, damaged = _told(key_path.with_name("account_id.json"))
        shown, unread = _told(key_path.with_name("registration_info.json"))
        kid = told.kid or shown.kid
        yield Foreign(key_path, server, told.uri, kid, Learned.SERVER, unread=damaged or unread)


def dehydrated_directory(name: str) -> str | None:
    """Pure: give the directory URL of a folder below dehydrated's ``accounts/``.

    :returns: None where it is another folder.
    """
    try:
        text = base64.b64decode(name + "=" * (-len(name) % 4), b"-_", validate=True).decode()
    except ValueError:
        return None
    return text.rstrip("\n") if re.match(r"https?://[^/\s]", text) else None


def _uacme(folder: Path) -> Iterator[Foreign]:
    """Find the one account; uacme keeps its key alone, and asks each CA for the rest."""
    inside = folder if folder.name == "private" else folder / "private"
    key_path = inside / "key.pem"
    if reading.is_there(key_path):
        yield Foreign(key_path)


def _below_ca(key_folder: Path, top: Path) -> tuple[str, ...] | None:
    """Return the parts of a folder below acme.sh's ``ca``; None if it is not below one."""
    inside = key_folder.relative_to(top).parts
    for at, part in enumerate(inside):
        if part == "ca" and not "".join(inside[at + 1 :]).startswith("."):  # a host's name
            return inside[at + 1 :] or None
    above = top.parts  # a folder inside of ca was named
    if "ca" not in above:
        return None
    last = len(above) - above[::-1].index("ca")
    return (*above[last:], *inside) or None


def _acme_sh_urls(home: Path) -> Iterator[str]:
    """Find the directory URLs that acme.sh's settings name."""
    below = [home / entry.name for entry in reading.entries(home) if _is_folder(entry)]
    settings = [d / e.name for d in below for e in reading.entries(d) if e.name.endswith(".conf")]
    for path in [home / "account.conf", *settings]:
        try:
            text = reading.read_regular(path).decode("utf-8", "replace")
        except OSError as error:
            if not reading.tells(error):
                raise
            continue  # then the folder's name tells the server
        yield from re.findall(
            r"""^(?:Le_API|DEFAULT_ACME_SERVER)=['"]?(https?://[^'"\s]+)""", text, re.MULTILINE
        )


def _files(folder: Path, name: str) -> list[Path]:
    """Find what has a file's name in a folder and below it, whether it can be read or not.

    Each folder is looked into once, by its own name if it has one here, else by a link's.

    :raises OSError: if a folder cannot be listed.
    """
    found: list[Path] = []
    waiting, seen = [folder], set()
    top = os.path.realpath(folder)
    while waiting:
        here = waiting.pop()
        real = os.path.realpath(here)
        if real in seen or (here != folder and f"{top}/".startswith(f"{real.rstrip('/')}/")):
            continue  # a link that leads out of it, upwards, would lead to all there is
        seen.add(real)
        for entry in reading.entries(here):
            path = here / entry.name
            if _is_folder(entry):
                waiting.insert(0 if entry.is_symlink() else len(waiting), path)
            elif entry.name == name:
                found.append(path)
    return found


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Tell whether it is a folder, or a link to one; a link that leads nowhere is none."""
    try:
        return entry.is_dir()
    except OSError as error:
        if not reading.tells(error):
            raise
        return False


def _told(path: Path) -> tuple[KeyTold, str | None]:
    """Return what a file tells; and where it is damaged or cannot be read, a sentence on it."""
    if not reading.is_there(path):
        return KeyTold(), None
    try:
        return transfer.read(path), None
    except NothingTold:
        return KeyTold(), None
    except TransferError as error:
        return KeyTold(), error.message
