"""certbot trees with all the damage that machines collect, made from a seed."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.accounts.keys import account_folder

SERVERS = ("ca.example/v2/OV", "ca.example/v2/OV/directory", "other.example:8443/dir", "LE.example")
_FILES = ("private_key.json", "regr.json", "meta.json", "sectigo-eab.json")


def grow(top: Path, seed: int) -> Path:
    """Make a tree; gives certbot's configuration directory.

    The same seed damages the same things, only the keys differ.
    """
    luck = random.Random(seed)
    config = top / "config"
    accounts = config / "accounts"
    renewal = config / "renewal"
    renewal.mkdir(parents=True)
    folders = [
        account_folder(accounts / luck.choice(SERVERS), f"https://ca.example/acct/{number}")
        for number in range(luck.randint(1, 6))
    ]
    for number in range(luck.randint(0, 6)):
        _lineage(config, f"site{number}.example", luck.choice(folders), luck)
    for damage in luck.sample(DAMAGES, luck.randint(1, 6)):
        folder = luck.choice(folders)
        if folder.is_dir():
            damage(config, folder, luck)
    return config


def _lineage(config: Path, name: str, account: Path, luck: random.Random) -> None:
    server = "https://" + account.parent.relative_to(config / "accounts").as_posix()
    live = config / "live" / name
    live.mkdir(parents=True)
    (live / "cert.pem").write_text(
        luck.choice(["", "no certificate", "-----BEGIN CERTIFICATE-----"])
    )
    four = "".join(
        f"{kind} = {live}/{kind}.pem\n" for kind in ("cert", "privkey", "chain", "fullchain")
    )
    (config / "renewal" / f"{name}.conf").write_text(
        f"{four}[renewalparams]\naccount = {account.name}\nserver = {server}\n"
    )


def truncated(config: Path, folder: Path, luck: random.Random) -> None:
    """Cut a file off somewhere."""
    path = folder / luck.choice(_FILES[:3])
    data = path.read_bytes() if path.is_file() else b""
    _replace(path, data[: luck.randrange(len(data) + 1)])


def junk(config: Path, folder: Path, luck: random.Random) -> None:
    """Put bytes of no meaning into a file."""
    choices = (
        b"", b"\xff\xfe\x00", b"[" * 5000, b"null", b"[]", b'{"uri": 1, "body": 2}', b"{}" * 9,
        b'{"creation_dt": {}, "creation_host": []}', b'{"kty": "RSA", "n": 1, "e": null, "d": []}',
        b'{"kty": "EC", "crv": "P-256", "x": "*", "y": "*", "d": "*"}',
        b'{"uri": "\\u001b[2J\\ud800", "body": {"contact": [1, "mailto:\\n"]}}',
        b'{"kid": "\\u202e", "server": "x", "learned": "told", "when": "2026-01-01T00:00:00Z"}',
        b'{"creation_dt": "9999-12-31T23:59:59-23:59", "creation_host": "\\u0000"}',
        b'{"creation_dt": "0001-01-01T00:00:00+23:59", "creation_host": 7}',
    )  # fmt: skip
    _replace(folder / luck.choice(_FILES), luck.choice(choices))


def missing(config: Path, folder: Path, luck: random.Random) -> None:
    """Take a file away."""
    path = folder / luck.choice(_FILES[:3])
    if path.is_file():
        path.unlink()


def folder_for_a_file(config: Path, folder: Path, luck: random.Random) -> None:
    """Put a folder, a pipe or a link into a file's place."""
    path = folder / luck.choice(_FILES)
    _remove(path)
    kind = luck.choice(["folder", "pipe", "link"])
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(path.name)


def closed(config: Path, folder: Path, luck: random.Random) -> None:
    """Take permissions away from a file or folder."""
    path = luck.choice([folder / name for name in _FILES[:3]] + [folder])
    if path.exists() and not path.is_symlink():
        path.chmod(luck.choice([0o000, 0o200, 0o100]))


def copied(config: Path, folder: Path, luck: random.Random) -> None:
    """Leave copies as people do."""
    name = luck.choice(["{}.bak", "{}~", "copy of {}", "{}_äöü", "{}\n", "\udcff{}", "{}; id"])
    _copy(folder, folder.with_name(name.format(folder.name)))


def capitals(config: Path, folder: Path, luck: random.Random) -> None:
    """Write an id in capitals."""
    _copy(folder, folder.with_name(folder.name.upper()))
    if luck.random() < 0.5:
        shutil.rmtree(folder)


def foreign(config: Path, folder: Path, luck: random.Random) -> None:
    """Put files that are nobody's where folders are expected."""
    for parent in (config / "accounts", folder.parent, folder):
        (parent / luck.choice([".DS_Store", "README", "ключ", "a\tb", "\udcfe"])).write_text("x")


def deep(config: Path, folder: Path, luck: random.Random) -> None:
    """Make folders as deep as paths can be."""
    here = folder.parent
    for _ in range(luck.choice([5, 150, 900])):
        here = here / "d"
        if len(str(here)) > 3900:
            break
    here.mkdir(parents=True, exist_ok=True)


def circles(config: Path, folder: Path, luck: random.Random) -> None:
    """Link folders to themselves, to those above them, to others, and to nowhere."""
    targets = (".", "..", "loop", str(config), "/nowhere", str(folder), "../..")
    for name in ("loop", "0" * 32, "new.example"):
        path = luck.choice([folder.parent, config / "accounts"]) / name
        if not os.path.lexists(path):
            path.symlink_to(luck.choice(targets))


def broken_renewal(config: Path, folder: Path, luck: random.Random) -> None:
    """Break a renewal file, or what lies in its place."""
    path = config / "renewal" / luck.choice(["site0.example.conf", "bröken.conf", "\udcff.conf"])
    texts = (
        b"", b"\x00\x01", b"[renewalparams", b"[renewalparams]\n", b"renewalparams = 1\n",
        f"[renewalparams]\naccount = {folder.name}\n".encode(),
        b"cert = /x\nprivkey = /x\nchain = /x\nfullchain = /x\n[renewalparams]\naccount = ../../x\n"
        b"server = https://ca.example/v2/OV\n",
        b"[renewalparams]\naccount = a, b\nserver = https://[\n",
        b"cert = \xff\n[renewalparams]\naccount = \xff\n",
    )  # fmt: skip
    _remove(path)
    if luck.random() < 0.2:
        path.symlink_to(luck.choice([path.name, "/nowhere"]))
    else:
        path.write_bytes(luck.choice(texts))


def vanished(config: Path, folder: Path, luck: random.Random) -> None:
    """Take a whole account away, so that pins dangle."""
    shutil.rmtree(folder)


DAMAGES: list[Callable[[Path, Path, random.Random], None]] = [
    truncated, junk, missing, folder_for_a_file, closed, copied, capitals, foreign, deep, circles,
    broken_renewal, vanished,
]  # fmt: skip


def _copy(folder: Path, target: Path) -> None:
    if os.path.lexists(target):
        return
    target.mkdir()
    for path in folder.iterdir():
        if path.is_file() and not path.is_symlink():
            shutil.copy2(path, target)


def _replace(path: Path, data: bytes) -> None:
    _remove(path)
    path.write_bytes(data)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif os.path.lexists(path):
        path.unlink()
