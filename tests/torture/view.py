"""What is on a machine and at its CA, described so that equal states are equal."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.torture.world import Bound, World

_ID = re.compile(r"[0-9a-f]{32}")
_TIMES = re.compile(r"\d{4}-?\d\d-?\d\d[T ][0-9:.,]+(?:Z|\+00:00)?(?:-[0-9a-f]{4})?")
_FILES = ("private_key.json", "regr.json", "meta.json")
_TEMPORARY = re.compile(r"\.sectigo-eab-[^/]*\.tmp|\.purged-|\.sectigo-new|\.sectigo-old")
# Where some command looks: certbot and every command, archived and restore, register, pin --undo.
_SEEN = ("accounts/", "sectigo/archive/", "sectigo/pending/", "sectigo/backup/", "sectigo/staging/")
# Copies of what was: how many there are is no matter.
_KEPT = "config/sectigo/backup"
_CHECKPOINT = re.compile(r"config/sectigo/deploy/checkpoints/\d+")
# Written with random keys, serials or times in them.
_RANDOM = ("private_key.json", "regr.json", "meta.json", ".pem", ".crt", ".key")


@dataclass(frozen=True)
class Thing:
    """A file, folder or link."""

    mode: str
    content: str
    """Digest of a file whose content is known beforehand; a link's target."""


@dataclass(frozen=True)
class View:
    """Everything that is judged."""

    things: dict[str, Thing]
    """Path below the tree -> what is there, as it is."""
    shape: frozenset[tuple[str, Thing, int]]
    """The same without ids, times and random names, with how many there are of each."""
    keys: dict[str, tuple[str, ...]]
    """Thumbprint of an account key -> paths below ``config`` that hold it."""
    bound: tuple[Bound, ...]
    problems: tuple[str, ...]
    """Dangling pins, accounts certbot sees half, files that do not parse."""

    @property
    def state(self) -> object:
        """What decides how it goes on from here."""
        holders = frozenset(
            (bound.kid, bound.status, tuple(map(_plain, self.keys.get(bound.thumbprint, ()))))
            for bound in self.bound
        )
        return self.shape, holders, len(self.bound)

    def seen(self, thumbprint: str) -> bool:
        """Tell whether a key lies where some command looks."""
        return any(
            path.startswith(_SEEN) and not _TEMPORARY.search(path)
            for path in self.keys.get(thumbprint, ())
        )


def look(world: World, *, certbots: bool) -> View:
    """Look at everything.

    :param certbots: certbot's certificates are left out, as certbot's own.
    """
    things: dict[str, Thing] = {}
    keys: dict[str, list[str]] = {}
    problems: list[str] = []
    shape: Counter[tuple[str, Thing]] = Counter()
    for path in sorted(world.tree.rglob("*")):
        name = str(path.relative_to(world.tree))
        inside = name.startswith("config/")
        if path.name == ".certbot.lock" or name.startswith("work"):
            continue
        if certbots and not name.startswith(
            ("config/accounts", "config/renewal", "config/sectigo")
        ):
            continue
        if _CHECKPOINT.match(name):
            if _CHECKPOINT.fullmatch(name):
                try:
                    held = list(_checkpoint(world, path))
                except (OSError, ValueError, KeyError, TypeError) as error:
                    problems.append(f"a checkpoint cannot be taken back: {type(error).__name__}")
                    held = []
                things.update(held)
                shape.update(held)
            continue
        data = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        if inside and b'"kty"' in data:
            thumbprint = _thumbprint(data)
            if thumbprint:
                keys.setdefault(thumbprint, []).append(name[len("config/") :])
        plain = named(world, name)
        thing = _thing(world, path, plain, data, certbots)
        things[name] = thing
        shape[_plain(plain), thing] += 1
    for path in sorted(world.given.iterdir()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        things[f"given/{path.name}"] = Thing(f"{path.lstat().st_mode:o}", content)
    shape.update((f"in SCM: {account}", Thing("", "")) for account in world.in_portal())
    if certbots:
        # Under which name, after a run that was cut off, is certbot's own concern.
        lives = [path.resolve() for path in (world.config / "live").glob("*/fullchain.pem")]
        if any(path.exists() for path in lives):
            is_first = all(path.name == "fullchain1.pem" for path in lives)
            shape["a certificate", Thing("", "the first" if is_first else "renewed")] = 1
    problems += _half_accounts(world)
    problems += [text for text in _pins(world) if not (certbots and "cut off" in text)]
    counted = frozenset(
        (name, thing, 1 if name.startswith(_KEPT) else count)
        for (name, thing), count in shape.items()
    )
    found = {thumbprint: tuple(paths) for thumbprint, paths in keys.items()}
    return View(things, counted, found, tuple(world.bound()), tuple(problems))


def differences(found: View, wanted: View) -> tuple[list[str], list[str], list[str]]:
    """Return what is too much, what is missing, and what is not as it should be."""
    here = {name: (thing, count) for name, thing, count in found.shape}
    there = {name: (thing, count) for name, thing, count in wanted.shape}
    both = here.keys() & there.keys()
    return (
        _tops(here.keys() - there.keys()) + sorted(n for n in both if here[n][1] > there[n][1]),
        _tops(there.keys() - here.keys()) + sorted(n for n in both if here[n][1] < there[n][1]),
        sorted(f"{n}: {apart(here[n][0], there[n][0])}" for n in both if here[n][0] != there[n][0]),
    )


def apart(found: Thing, wanted: Thing) -> str:
    """Say in which respect a thing is another."""
    if found.mode != wanted.mode:
        return f"mode {found.mode} for {wanted.mode}"
    return "nothing in it" if found.content == "nothing" else "other content"


def _tops(names: Iterable[str]) -> list[str]:
    """Leave folders out of whose content something is named."""
    known = sorted(names)
    return [name for name in known if not any(one.startswith(f"{name}/") for one in known)]


def _thing(world: World, path: Path, plain: str, data: bytes, certbots: bool) -> Thing:
    status = path.lstat()
    mode = f"{status.st_mode:o}"
    if stat.S_ISLNK(status.st_mode):
        return Thing(mode, named(world, str(path.readlink())))
    if not stat.S_ISREG(status.st_mode):
        return Thing(mode, "")
    if plain.startswith("config/sectigo/moves/") and path.suffix == ".json":
        return Thing(mode, _journal(data))
    fixed = "NEW" not in plain and not (certbots and plain.endswith(".conf"))
    # Copies of what was tell of times and digests.
    fixed = fixed and not plain.startswith(_KEPT)
    if not fixed or (plain.endswith(_RANDOM) and "/<" not in plain and "places" not in plain):
        return Thing(mode, "some" if data else "nothing")
    text = _TIMES.sub("TIME", named(world, data.decode("utf-8", "replace")))
    return Thing(mode, hashlib.sha256(text.encode()).hexdigest()[:16])


def _journal(data: bytes) -> str:
    """Return how far the journal of a move has come; which lineages go on from it hangs on that."""
    content = json.loads(data)
    left = ", ".join(sorted(content["left"]))
    return f"{content['state']}, asked {content['asked']}, proved {content['proved']}, left {left}"


def _checkpoint(world: World, folder: Path) -> Iterator[tuple[str, Thing]]:
    """Describe what a finished deployment replaced, and could bring back: a thing for each file.

    The checkpoint's number is no matter, nor which deployments share one: what was cut off is
    done again under another number, and a target that failed is deployed by the next run.
    """
    top = folder.parent.relative_to(world.tree)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    services = {service["target"]: service for service in manifest["services"]}
    modes = [f"{path.lstat().st_mode:o}" for path in (folder, folder / "manifest.json")]
    unnamed = {path.name for path in folder.iterdir()} - {"manifest.json"}
    for file in manifest["files"]:
        old, was = file["old"], "nothing"
        facts = [manifest["lineage"], manifest["names"], services[file["target"]], file["new"]]
        if old is not None:
            path = folder / old.pop("content")
            unnamed.remove(path.name)
            was = hashlib.sha256(path.read_bytes()).hexdigest()
            facts += [was, old, f"{path.lstat().st_mode:o}"]
        place = Path(file["path"]).relative_to(world.tree)
        name = f"{top}/{place}: {was[:8]} before {file['new'][:8]}"
        digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
        yield name, Thing(" ".join(modes), digest)
    for name in sorted(unnamed):
        yield f"{top}/UNNAMED/{name.rstrip('0123456789')}", Thing("", "some")


def named(world: World, text: str) -> str:
    """Call accounts by their labels, new ones NEW, and the CA's folder SERVER."""
    text = text.replace(world.server.split("://")[-1], "SERVER")
    text = text.replace(world.server.split("/")[2], "HOST")
    for kid, label in world.kids.items():
        text = text.replace(kid, f"<kid of {label}>")
    labels = {ident: f"<{label}>" for ident, label in world.labels.items()}
    return _ID.sub(lambda match: labels.get(match[0], "NEW"), text)


def _plain(name: str) -> str:
    name = _TIMES.sub("TIME", re.sub(r"\.sectigo-eab-[0-9a-f]+\.tmp", "TEMPORARY", name))
    return re.sub(r"\.purged-[0-9a-f]+", "PURGED", _ID.sub("NEW", name))


def _thumbprint(data: bytes) -> str | None:
    """Compute the thumbprint of a private JSON Web Key (RFC 7638); None if it is none."""
    try:
        jwk: dict[str, Any] = json.loads(data)
        names = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y")}[jwk["kty"]]
        if "d" not in jwk:
            return None
        text = json.dumps({name: jwk[name] for name in names}, separators=(",", ":"))
    except (ValueError, KeyError, TypeError):
        return None
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def _half_accounts(world: World) -> list[str]:
    """Say which folders below accounts/ certbot would find and not load."""
    problems = []
    for folder in sorted((world.config / "accounts").rglob("*")):
        if not _ID.fullmatch(folder.name):
            continue
        for name in _FILES:
            try:
                json.loads((folder / name).read_bytes())
            except (OSError, ValueError) as error:
                problems.append(
                    f"half an account: {named(world, folder.name)}/{name}: {type(error).__name__}"
                )
    return problems


def _pins(world: World) -> list[str]:
    """Say which lineages name an account that is not there."""
    problems = []
    for path in sorted((world.config / "renewal").glob("*.conf")):
        lines = path.read_text().splitlines()
        values = dict(line.split(" = ", 1) for line in lines if " = " in line)
        account, server = values.get("account"), values.get("server", "")
        if not lines or (account is None and "[renewalparams]" in lines):
            problems.append(f"{path.name} is cut off")
        elif account is not None:
            folder = world.config / "accounts" / server.split("://")[-1] / account
            if not (folder / "private_key.json").is_file():
                problems.append(f"{path.name} names {named(world, account)}, which is not there")
    return problems
