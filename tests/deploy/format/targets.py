"""Targets of one format each."""

from __future__ import annotations

from pathlib import Path

from certbot_sectigo.deploy.target import DeployTarget
from certbot_sectigo.deploy.targets import parse


def target(folder: Path, kind: str, *lines: str) -> DeployTarget:
    """Return a target of a format, with what it requires and more lines."""
    head = ['name = "t"', 'cert_name = "www"', f'format = "{kind}"']
    if kind != "files":
        head.append(f'path = "{folder}/out"')
    if kind == "pkcs12":
        head.append(f'password_file = "{folder}/pass"')
    ((found,), problems) = parse("[[target]]\n" + "\n".join([*head, *lines]))
    assert problems == ()
    return found
