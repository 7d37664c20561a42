"""Read the deploy file; whatever is wrong with it is said at once."""

from __future__ import annotations

import difflib
import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from certbot_sectigo.base import reading
from certbot_sectigo.deploy import report, values
from certbot_sectigo.deploy.format.registry import format_keys, formats
from certbot_sectigo.deploy.model import TargetsError
from certbot_sectigo.deploy.target import DeployTarget
from certbot_sectigo.deploy.values import KeyReader
from certbot_sectigo.machine import commands

if sys.version_info >= (3, 11):
    import tomllib
else:
    # Installed only below 3.11, so a newer Python does not see its types.
    import tomli as tomllib  # type: ignore[import-not-found,unused-ignore]

# Formats that are gone -> the one to write instead, why, and its lines.
_GONE: Mapping[str, tuple[str, str, tuple[str, ...], str]] = {
    "jks": (
        "pkcs12",
        '"jks" is not written any more: every Java since 8u60 reads PKCS#12, from this very path '
        "and where its configuration still says JKS. In this target, put in place of the line "
        'format = "jks":',
        ('format = "pkcs12"', 'encryption = "legacy"'),
        "(Without the second line for Java 8u301 and newer: that is the stronger encryption.)",
    )
}

_KEYS: Mapping[str, KeyReader] = {
    "name": values.text,
    "cert_name": values.text,
    "domains": values.texts,
    "format": lambda value: values.one_of(*formats(), *_GONE, shown=formats())(value),
    "owner": values.user,
    "group": values.user,
    "mode": values.mode,
    "public_mode": values.mode,
    "test": values.anything,
    "reload": values.anything,
    "shell": values.boolean,
    "timeout": values.seconds,
    "connect": values.address,
    "roots": values.path,
    "allow_sandbox": values.boolean,
}


def keys() -> Mapping[str, KeyReader]:
    """Return all keys of a target with what reads them."""
    return {**_KEYS, **format_keys()}


def _cross_check(table: Mapping[str, Any], say: Callable[[str, str], None]) -> None:
    """Tell what is wrong between the keys that every format has."""
    for key in ("name", "format"):
        if key not in table:
            say(key, "is missing")
    if "cert_name" not in table and "domains" not in table:
        say("cert_name", "is missing: name the certificate, or its domains = [...]")


def _check_modes(table: Mapping[str, Any], say: Callable[[str, str], None]) -> None:
    if table.get("mode", 0) & 0o007:
        say("mode", "lets everybody read the private key; the last digit has to be 0")
    for key in ("mode", "public_mode"):
        if not table.get(key, 0o400) & 0o400:
            say(key, "must let the owner read")
        if table.get(key, 0) & 0o022:
            say(key, "lets others than the owner write")


def _check_format(name: str, table: Mapping[str, Any], say: Callable[[str, str], None]) -> None:
    """Tell which keys are another format's."""
    for key in sorted(set(table) & set(format_keys()) - set(formats()[name].keys)):
        fitting = [one for one, made in formats().items() if key in made.keys]
        say(key, f'has no meaning with format = "{name}", only with ' + ", ".join(fitting))
    for key in sorted(set(table) & formats()[name].without):
        say(key, f'has no meaning with format = "{name}": the other host says that itself')


def _read_target(table: Any, number: int, problems: list[str]) -> DeployTarget | None:
    name = table.get("name") if isinstance(table, dict) else None
    title = f'target "{name}"' if isinstance(name, str) and name else f"target number {number}"
    before = len(problems)

    def say(key: str, what: str) -> None:
        problems.append(f"{title}: {key}: {what}")

    if not isinstance(table, dict):
        problems.append(f"{title}: must be a table, headed [[target]]")
        return None
    known = keys()
    read: dict[str, Any] = {}
    if "ssh" in table:
        table = {"format": "ssh", **table}
    for key, value in table.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            say(key, "is not a key of a target" + (f"; is {near[0]} meant?" if near else ""))
            continue
        try:
            read[key] = known[key](value)
        except ValueError as error:
            say(key, str(error))
    _cross_check(table, say)
    for key in ("test", "reload"):
        if key in read:
            try:
                read[key] = values.command(read[key], read.get("shell", False))
            except ValueError as error:
                say(key, str(error))
    made, refusal = None, ""
    if "format" in read:
        kind = read["format"]
        if kind in _GONE:
            kind, why, lines, note = _GONE[kind]
            refusal = "\n".join([f"format: {why}", *(f"  {line}" for line in lines), note])
        _check_format(kind, read, say)
        made = formats()[kind].read(read, say)
    _check_modes(read, say)
    if len(problems) > before or made is None:
        return None
    return DeployTarget(
        name=read["name"],
        cert_name=read.get("cert_name"),
        domains=tuple(domain.lower() for domain in read.get("domains", ())),
        format=made,
        owner=read.get("owner"),
        group=read.get("group"),
        mode=read.get("mode"),
        public_mode=read.get("public_mode"),
        test=read.get("test"),
        reload=read.get("reload"),
        timeout=read.get("timeout", made.seconds),
        connect=read.get("connect"),
        allow_sandbox=read.get("allow_sandbox", False),
        roots=read.get("roots"),
        refusal=refusal,
    )


def parse(text: str) -> tuple[tuple[DeployTarget, ...], tuple[str, ...]]:
    """Read the text of a deploy file; pure.

    :returns: the targets that are well formed, and everything that is wrong,
        each line naming the target and the key.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return (), (f"not TOML: {error}",)
    except RecursionError:
        return (), ("not TOML: nests too deep",)
    problems: list[str] = []
    for key in document:
        if key != "target":
            problems.append(f"{key}: only [[target]] tables are known")
    tables = document.get("target", [])
    if not isinstance(tables, list):
        return (), (*problems, "target: each target is headed [[target]], with two brackets")
    read = [_read_target(table, number, problems) for number, table in enumerate(tables, 1)]
    found = tuple(target for target in read if target is not None)
    names: set[str] = set()
    places: dict[Path, str] = {}
    for target in found:
        if target.name in names:
            problems.append(f'target "{target.name}": name: another target has it too')
        names.add(target.name)
        for path in target.format.paths:
            if path in places:
                problems.append(
                    f'target "{target.name}": path: {path} is written by '
                    f'target "{places[path]}" too'
                    if places[path] != target.name
                    else f'target "{target.name}": path: {path} is named twice'
                )
            places.setdefault(path, target.name)
    return found, tuple(problems)


def load(path: Path, again: str | None = None) -> tuple[DeployTarget, ...]:
    """Read the deploy file.

    :param again: the command to run once it is mended; None for the usual one.
    :raises TargetsError: it is not there, can be changed by others (its
        commands run as root), or is not well formed; every mistake is named.
    """
    try:
        descriptor = reading.open_regular(path)
        try:
            status = os.fstat(descriptor)
            text = reading.read_descriptor(descriptor, path).decode()
        finally:
            os.close(descriptor)
    except (FileNotFoundError, NotADirectoryError):
        raise TargetsError(
            f"{path} is not there: nothing says where certificates go.",
            report.starting(path),
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise TargetsError(f"{path} cannot be read: {reason}.") from error
    others_group = status.st_gid not in (0, os.getegid())
    if (
        status.st_mode & 0o002
        or (status.st_mode & 0o020 and others_group)
        or status.st_uid not in (0, os.geteuid())
    ):
        file = shlex.quote(str(path))
        raise TargetsError(
            f"{path} can be changed by others, and its commands run with your rights.",
            "Look at what it says, then:\n  "
            + commands.line(f"chown {os.geteuid()} {file}; chmod go-w {file}"),
        )
    targets, problems = parse(text)
    if problems:
        raise malformed(path, problems, again)
    return targets


def malformed(path: Path, problems: Sequence[str], again: str | None = None) -> TargetsError:
    """Return one error of everything that is wrong in or around a deploy file.

    :param again: as :func:`load`.
    """
    again = again or commands.ours("deploy", "--check", "--deploy-file", str(path))
    return TargetsError(
        f"{path} cannot be used:\n" + "\n".join(f"  - {problem}" for problem in problems),
        f"Mend it, then:\n  {again}",
    )
