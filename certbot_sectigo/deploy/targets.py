"""Read the deploy file; whatever is wrong with it is said at once."""

from __future__ import annotations

import difflib
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from certbot_sectigo.deploy import report
from certbot_sectigo.deploy.model import PARTS, Target, TargetsError
from certbot_sectigo.deploy.values import FORMATS, KEYS, ONLY_IN, command

if sys.version_info >= (3, 11):
    import tomllib
else:
    # Installed only below 3.11, so a newer Python does not see its types.
    import tomli as tomllib  # type: ignore[import-not-found,unused-ignore]

_HAPROXY_ORDER = ("fullchain", "privkey")


def _cross_check(values: dict[str, Any], say: Callable[[str, str], None]) -> None:
    """Say what is wrong between the keys of one target."""
    kind = values.get("format")
    if kind is None:
        return
    for key in sorted(set(values) & frozenset().union(*ONLY_IN.values()) - ONLY_IN[kind]):
        fitting = [name for name in FORMATS if key in ONLY_IN[name]]
        say(key, f'has no meaning with format = "{kind}", only with ' + ", ".join(fitting))
    if kind == "files":
        if not set(PARTS) & set(values):
            say("format", "needs at least one of the keys " + ", ".join(PARTS))
    elif "path" not in values:
        say("path", "is missing")
    if kind in ("pkcs12", "jks") and "password_file" not in values:
        say(
            "password_file",
            "is missing: Java reads no key store without a password; "
            "generate_password = true makes one",
        )
    if values.get("mode", 0) & 0o007:
        say("mode", "lets everybody read the private key; the last digit has to be 0")
    for key in ("mode", "public_mode"):
        if not values.get(key, 0o400) & 0o400:
            say(key, "must let the owner read")
        if values.get(key, 0) & 0o022:
            say(key, "lets others than the owner write")


def _read_target(table: Any, number: int, problems: list[str]) -> Target | None:
    name = table.get("name") if isinstance(table, dict) else None
    title = f'target "{name}"' if isinstance(name, str) and name else f"target number {number}"
    before = len(problems)

    def say(key: str, what: str) -> None:
        problems.append(f"{title}: {key}: {what}")

    if not isinstance(table, dict):
        problems.append(f"{title}: must be a table, headed [[target]]")
        return None
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in KEYS:
            near = difflib.get_close_matches(key, KEYS, 1)
            say(key, "is not a key of a target" + (f"; is {near[0]} meant?" if near else ""))
            continue
        try:
            values[key] = KEYS[key](value)
        except ValueError as error:
            say(key, str(error))
    for key in ("name", "format"):
        if key not in table:
            say(key, "is missing")
    if "cert_name" not in table and "domains" not in table:
        say("cert_name", "is missing: name the certificate, or its domains = [...]")
    for key in ("test", "reload"):
        if key in values:
            try:
                values[key] = command(values[key], values.get("shell", False))
            except ValueError as error:
                say(key, str(error))
    _cross_check(values, say)
    if len(problems) > before:
        return None
    kind = values["format"]
    if kind == "files":
        paths = tuple((part, values[part]) for part in PARTS if part in values)
    else:
        paths = ((kind, values["path"]),)
    return Target(
        name=values["name"],
        cert_name=values.get("cert_name"),
        domains=tuple(domain.lower() for domain in values.get("domains", ())),
        format=kind,
        paths=paths,
        order=values.get("order", _HAPROXY_ORDER),
        owner=values.get("owner"),
        group=values.get("group"),
        mode=values.get("mode"),
        public_mode=values.get("public_mode"),
        test=values.get("test"),
        reload=values.get("reload"),
        timeout=values.get("timeout", 30),
        connect=values.get("connect"),
        password_file=values.get("password_file"),
        generate_password=values.get("generate_password", False),
        encryption=values.get("encryption", "modern"),
        alias=values.get("alias", "tls"),
        allow_sandbox=values.get("allow_sandbox", False),
    )


def outputs(target: Target) -> tuple[Path, ...]:
    """Give every file a target may write, its generated password included."""
    written = [path for _, path in target.paths]
    if target.generate_password and target.password_file is not None:
        written.append(target.password_file)
    return tuple(written)


def parse(text: str) -> tuple[tuple[Target, ...], tuple[str, ...]]:
    """Read the text of a deploy file; pure.

    :returns: the targets that are well formed, and everything that is wrong,
        each line naming the target and the key.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return (), (f"not TOML: {error}",)
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
        for path in outputs(target):
            if path in places:
                problems.append(
                    f'target "{target.name}": path: {path} is written by '
                    f'target "{places[path]}" too'
                    if places[path] != target.name
                    else f'target "{target.name}": path: {path} is named twice'
                )
            places.setdefault(path, target.name)
    return found, tuple(problems)


def load(path: Path) -> tuple[Target, ...]:
    """Read the deploy file.

    :raises TargetsError: it is not there, can be changed by others (its
        commands run as root), or is not well formed; every mistake is named.
    """
    try:
        with path.open("rb") as stream:
            status = os.fstat(stream.fileno())
            text = stream.read().decode()
    except FileNotFoundError:
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
        raise TargetsError(
            f"{path} can be changed by others, and its commands run with your rights.",
            f"Look at what it says, then: chown 0 {path}; chmod go-w {path}",
        )
    targets, problems = parse(text)
    if problems:
        raise malformed(path, problems)
    return targets


def malformed(path: Path, problems: Sequence[str]) -> TargetsError:
    """Make one error of everything that is wrong in or around a deploy file."""
    return TargetsError(
        f"{path} cannot be used:\n" + "\n".join(f"  - {problem}" for problem in problems),
        f"Mend it, then: certbot-sectigo deploy --check --deploy-file {shlex.quote(str(path))}",
    )
