"""Lineages: what certbot's renewal files say, and which certificates they are about."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from certbot_sectigo.base import errors, reading
from certbot_sectigo.machine import certificates, dirs, renewal_file
from certbot_sectigo.machine.certificates import Certificate, Unreadable
from certbot_sectigo.machine.lineage import FOUR, PLUGIN, Lineage
from certbot_sectigo.machine.renewal_file import RepointError, diff, repoint

__all__ = [
    "PLUGIN",
    "Certificate",
    "Lineage",
    "LineageError",
    "RepointError",
    "Unreadable",
    "diff",
    "read",
    "read_all",
    "read_certificate",
    "read_expiry",
    "read_options",
    "read_text",
    "refuse_unread",
    "repoint",
]

_ONE = ("pre_hook", "user_agent")
"""What certbot fails with where a comma has made a list of it; of a post_hook it does not."""
_ONE_AFTER = ("renew_hook", "deploy_hook")
"""With these it does so once it has the certificate."""
_ONE_ABOVE = (*FOUR, "archive_dir", "renew_before_expiry")
"""The same above ``[renewalparams]``."""
_OURS = ("sectigo_eab_credentials", "sectigo_eab_webroot", "sectigo_eab_deploy")
"""Of these certbot gives our plugin a list as Python prints it."""
_READ = (
    *("server", "account", "authenticator", *_ONE, "installer", "key_type"),
    *("sectigo_eab_kid", "sectigo_eab_server", *_OURS),
)
"""What is asked of ``[renewalparams]`` and has to be one text, in this order."""


class LineageError(errors.Error):
    """Renewal files cannot be read."""


def read(path: Path) -> Lineage | None:
    """Return what one renewal file says, never failing on a broken one.

    :returns: None if there is no such file.
    """
    try:
        found = reading.status(path, follow_symlinks=False)
    except OSError as error:
        return _unread(path, error)
    return None if found is None else _read(path, stat.S_ISLNK(found.st_mode))


def _unread(path: Path, error: OSError, link: bool = False) -> Lineage:
    told = reading.tells(error)
    return Lineage(_name(path), path, error.strerror, link=link, unknown=True, unread=not told)


def _name(path: Path) -> str:
    return path.name[: -len(".conf")] if path.name.endswith(".conf") else path.name


def _read(path: Path, link: bool) -> Lineage | None:
    name = _name(path)
    try:
        data = reading.read_regular(path)
    except FileNotFoundError:
        if not link:
            return None
        return Lineage(name, path, "is a link that leads nowhere", link=link, unknown=True)
    except OSError as error:
        return _unread(path, error, link)
    try:
        content = renewal_file.parse(data)
    except renewal_file.MalformedRenewalFile as error:
        seen = renewal_file.salvage(data)
        lines = {key: value for key, value in seen.items() if value}
        return _lineage(name, path, lines, lines, str(error), link)
    params = content.get(renewal_file.PARAMS)
    if not isinstance(params, Mapping):
        return _lineage(name, path, content, {}, f"has no [{renewal_file.PARAMS}]", link)
    missing = [key for key in FOUR if not content.get(key)]
    problem = f"has no {missing[0]}" if missing else None
    return _lineage(name, path, content, params, problem, link)


def read_all(renewal_dir: Path) -> list[Lineage]:
    """Return what all renewal files say, in certbot's order.

    :param renewal_dir: ``<config_dir>/renewal``; where it is missing there are none.
    :raises LineageError: if it cannot be read: that there are none must not be concluded.
    """
    try:
        with os.scandir(renewal_dir) as entries:
            # As certbot's glob: hidden files are not seen.
            names = sorted(
                (entry.name, entry.is_symlink())
                for entry in entries
                if entry.name.endswith(".conf") and entry.name[0] != "."
            )
    except FileNotFoundError:
        return []
    except OSError as error:
        raise LineageError(
            f"{renewal_dir} cannot be read: {error.strerror}.",
            "Repeat the command as the user certbot runs as, most often root (sudo).",
        ) from None
    found = (_read(renewal_dir / name, link) for name, link in names)
    return [lineage for lineage in found if lineage is not None]


def refuse_unread(found: Iterable[Lineage]) -> None:
    """See that all renewal files could be read: for what changes something by what they name.

    :raises LineageError: naming one that could not.
    """
    for lineage in found:
        if lineage.unread:
            raise LineageError(
                f"{lineage.path}: {lineage.problem}. Which account it names cannot be told.",
                "Repeat the command as the user certbot runs as, most often root (sudo).",
            )


def read_text(lineage: Lineage) -> str:
    """Return a renewal file's text for :func:`repoint`, with its line ends as they are.

    :raises LineageError: if that is not possible.
    """
    try:
        return reading.read_regular(lineage.path).decode()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise LineageError(f"{lineage.path} cannot be read: {reason}.") from None


def read_options(lineage: Lineage) -> Mapping[str, str]:
    """Return the texts of ``[renewalparams]`` and those above it, as ``renew_before_expiry``.

    ``ari_retry_after``, which has a section of its own, is among them.

    A list, such as of ``pref_challs``, is one text with commas, at its end if it has but one.

    Empty for a file that cannot be read: :attr:`Lineage.problem` says why.
    """
    if lineage.problem is not None:
        return {}
    try:
        content = renewal_file.parse(read_text(lineage).encode())
    except (LineageError, renewal_file.MalformedRenewalFile):
        return {}
    options: dict[str, str] = {}
    params: Any = content.get(renewal_file.PARAMS, {})
    asked: Any = content.get("acme_renewal_info")
    for source in (params, asked if isinstance(asked, Mapping) else {}, content):
        options.update({k: v for k, v in source.items() if isinstance(v, str)})
        options.update({k: _listed(v) for k, v in source.items() if isinstance(v, list)})
    return options


def _listed(values: Sequence[str]) -> str:
    return ", ".join(values) + "," * (len(values) < 2)


def read_expiry(lineage: Lineage) -> datetime | None:
    """Return when a lineage's certificate ends (UTC); None if that cannot be read."""
    path = lineage.certificate_file
    return certificates.read_expiry(path) if path else None


def read_certificate(lineage: Lineage) -> Certificate | Unreadable:
    """Return the certificate a lineage points to, never failing on a broken one."""
    path = lineage.certificate_path
    return certificates.read(path) if path else Unreadable(f"{lineage.path} names no certificate")


def _lineage(
    name: str,
    path: Path,
    content: Mapping[str, Any],
    params: Mapping[str, Any],
    problem: str | None,
    link: bool,
) -> Lineage:
    text = {key: value for key, value in params.items() if isinstance(value, str)}
    for key in _READ if len(text) < len(params) else ():
        value = params.get(key, "")
        if isinstance(value, list) and key == "key_type":
            text[key] = next(iter(value), "")  # certbot takes the first
        elif isinstance(value, list) and key in _OURS:
            text[key] = str(value)
        elif not isinstance(value, str):
            problem = problem or f"has not one value for {key}"
    said = {key: value for key, value in text.items() if value and value != "None"}.get
    server = said("server")
    if server is not None:
        try:
            dirs.server_path(server)
        except dirs.PathError:
            problem = problem or f"has a server that is no URL: {server!r}"
            server = None
    account, authenticator = said("account"), said("authenticator")
    several = next((key for key in _ONE_ABOVE if isinstance(content.get(key), list)), None)
    if several is not None:
        problem = problem or f"has not one value for {several}"
    above = ((key, content.get(key)) for key in (*FOUR, "archive_dir"))
    named = {key: value for key, value in above if isinstance(value, str) and "\0" not in value}
    return Lineage(
        name=name,
        path=path,
        server=server,
        account=account,
        authenticator=authenticator,
        installer=said("installer"),
        kid=said("sectigo_eab_kid"),
        eab_server=said("sectigo_eab_server"),
        credentials=said("sectigo_eab_credentials"),
        webroot=said("sectigo_eab_webroot"),
        deploy=said("sectigo_eab_deploy"),
        key_type=said("key_type"),
        named=named,
        link=link,
        several=next((key for key in _ONE_AFTER if isinstance(params.get(key), list)), ""),
        problem=problem,
        # Of options that certbot has written these two are the first.
        unknown=account is None and (problem is not None or authenticator is None),
    )
