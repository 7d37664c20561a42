"""What the sandbox says when it serves, and the credentials files it writes."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from certbot_sectigo.base import errors
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.sandbox import Pair, RunningSandbox

_WIDTH = 80


def write_credentials(sandbox: RunningSandbox, directory: Path) -> dict[str, Path]:
    """Write one file per pair, readable for its owner only.

    :return: the file of each kid.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    files: dict[str, Path] = {}
    for number, pair in enumerate(sandbox.config.pairs, 1):
        name = pair.domains[0].replace("*", "_") if pair.domains else f"pair-{number}"
        path = directory.absolute() / f"{name}.ini"
        if path in files.values():
            path = path.with_name(f"{name}-{number}.ini")
        text = (
            f"# EAB pair of the sandbox for {pair.organisation}; worth nothing anywhere else.\n"
            f"sectigo_eab_kid = {pair.kid}\n"
            f"sectigo_eab_hmac_key = {pair.hmac_key.reveal()}\n"
            f"sectigo_eab_server = {sandbox.server_of(pair)}\n"
        )
        _write(path, text)
        files[pair.kid] = path
    return files


def write_scm(sandbox: RunningSandbox, directory: Path) -> Path | None:
    """Write the login of the first administrator of SCM; None where there is none."""
    if not sandbox.config.admins:
        return None
    admin = sandbox.config.admins[0]
    path = directory.absolute() / "sectigo-scm.ini"
    _write(
        path,
        "# Login to the sandbox's SCM; worth nothing anywhere else.\n"
        f"sectigo_scm_url = {sandbox.url}/api\n"
        f"sectigo_scm_customer_uri = {admin.customer_uri}\n"
        f"sectigo_scm_login = {admin.login}\n"
        f"sectigo_scm_password = {admin.password.reveal()}\n",
    )
    return path


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(text)
        temporary.replace(path)
    except OSError as error:
        raise errors.Error(f"{path} cannot be written: {error.strerror}") from None


def as_json(
    sandbox: RunningSandbox, files: Mapping[str, Path], scm_file: Path | None, *, tls: bool
) -> dict[str, Any]:
    """Return what a client needs to know; no HMAC key."""
    config = sandbox.config
    return {
        "directories": sandbox.directories,
        "ca_bundle": str(sandbox.ca_bundle) if tls else None,
        "http01_port": config.http01_port,
        "pairs": [
            {
                "kid": pair.kid,
                "organisation": pair.organisation,
                "directory": pair.directory,
                "binding": pair.binding,
                "domains": list(pair.domains),
                "validated_domains": list(pair.validated_domains),
                "credentials": str(files[pair.kid]) if pair.kid in files else None,
            }
            for pair in config.pairs
        ],
        "scm": {
            "url": f"{sandbox.url}/api",
            "logins": [admin.login for admin in config.admins],
            "credentials": str(scm_file) if scm_file else None,
        },
    }


def greet(
    sandbox: RunningSandbox, files: dict[str, Path], scm_file: Path | None, *, tls: bool
) -> None:
    """Tell what there is, with commands ready to be copied."""
    say("SANDBOX: a look-alike of Sectigo's ACME service. Its certificates are worthless.")
    say("\nDirectory URLs:")
    for url in dict.fromkeys(sandbox.directories.values()):
        say(f"  {url}")
    if tls:
        say(f"\nIts root, for REQUESTS_CA_BUNDLE: {sandbox.ca_bundle}")
    for number, pair in enumerate(sandbox.config.pairs, 1):
        _greet_pair(number, pair, files.get(pair.kid), sandbox.config.http01_port)
    for admin in sandbox.config.admins:
        seen = ", ".join(admin.organisations) or "all organisations"
        say(f"\nAdministrator of its SCM ({sandbox.url}/api): {admin.login}, sees {seen}")
    if scm_file is not None:
        parts = [
            "certbot-sectigo",
            "scm",
            "whoami",
            f"--scm-credentials {shlex.quote(str(scm_file))}",
        ]
        click.echo(_folded(parts))
    if not files:
        say("\nThe HMAC keys are not shown. --print-credentials DIR writes credentials files.")
    else:
        say(
            "\nThe directories of its own keep the rehearsal apart from your real"
            "\ncertificates, and need no root."
        )
    say("\nPress Ctrl-C to end it.")


def _greet_pair(number: int, pair: Pair, path: Path | None, http01_port: int) -> None:
    say(f"\nPair {number}: {pair.organisation}, {pair.directory}, binds {pair.binding}")
    say(f"  kid      {pair.kid}")
    for domain in pair.domains:
        validated = domain in pair.validated_domains
        note = "validated" if validated else f"needs a challenge: --http-01-port {http01_port}"
        say(f"  domain   {domain} ({note})")
    if path is not None and pair.domains:
        own = path.with_name("le")
        parts: list[list[str | Path]] = [["certbot", "certonly"]]
        parts += [["--config-dir", own], ["--work-dir", own], ["--logs-dir", own]]
        parts += [["--authenticator", "sectigo-eab"], ["--sectigo-eab-credentials", path]]
        if pair.domains[0] not in pair.validated_domains:
            parts.append(["--http-01-port", str(http01_port)])
        parts.append(["-d", f"www.{pair.domains[0].lstrip('*.')}"])
        click.echo(_folded([shlex.join(map(str, part)) for part in parts]))


def _folded(parts: Sequence[str]) -> str:
    """Write a command over lines of 80 letters, as a shell takes them; no part is divided."""
    lines = ["  "]
    for part in parts:
        if lines[-1].strip() and len(f"{lines[-1]} {part} \\") > _WIDTH:
            lines.append("     ")
        lines[-1] += f" {part}" if lines[-1].strip() or len(lines) > 1 else part
    return " \\\n".join(lines)
