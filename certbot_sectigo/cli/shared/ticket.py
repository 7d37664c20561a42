"""What goes to somebody who helps: one line for a ticket, or an archive."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from certbot_sectigo.base import atomic, errors, reading
from certbot_sectigo.doctor import bundle
from certbot_sectigo.doctor.examination import Machine
from certbot_sectigo.doctor.model import Diagnosis, Severity
from certbot_sectigo.doctor.readers import secret_values
from certbot_sectigo.machine import installation, lineages
from certbot_sectigo.machine.logs import files as log_files

_LOGS = 10
"""Logs that go into the archive, the newest."""
_TAIL = 1 << 20
"""Letters of a log that do, its last."""


def line(diagnosis: Diagnosis, certbot: tuple[int, ...]) -> str:
    """Return findings by severity, versions, and how this was installed, in one line."""
    counts = ", ".join(f"{diagnosis.count(severity)} {severity.value}" for severity in Severity)
    return f"Findings: {counts}; {installation.versions(certbot)}"


def write(path: Path, machine: Machine, diagnosis: Diagnosis, data: Mapping[str, Any]) -> str:
    """Write the archive for a helper, and return what is to be said of it.

    :param data: the findings, as JSON has them.
    :raises certbot_sectigo.base.errors.Error: if it is there, cannot be written, or would hold
        a secret.
    """
    if reading.is_there(path):
        raise errors.Error(f"{path} is there already.", "Name another file, or remove it first.")
    known = secret_values.read(machine.dirs, machine.settings_files) | frozenset(machine.keys)
    texts = {name: bundle.masked(text, known) for name, text in _texts(machine, diagnosis, data)}
    bundle.refuse_leak(texts, known)
    texts = {n: t[-_TAIL:] if n.startswith("logs/") else t for n, t in texts.items()}
    mine = (os.geteuid(), os.getegid())
    atomic.sweep(path.parent)
    atomic.replace(path, bundle.pack(texts, machine.now), mode=0o600, owner=mine)
    return (
        f"Written: {path}, for nobody but you to read: {len(texts)} files, from which secrets "
        f"were taken out. {len(known)} that this machine is known to hold were looked for "
        "afterwards, and none is in it. Names of hosts, domains, accounts and Key IDs are."
    )


def _texts(
    machine: Machine, diagnosis: Diagnosis, data: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    yield "ticket.txt", f"{machine.host}\n{line(diagnosis, machine.certbot_version)}\n"
    yield "findings.json", json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    for lineage in lineages.read_all(machine.dirs.renewal):
        yield f"renewal/{lineage.path.name}", _text(lineage.path)
    for number, path in enumerate(sorted({*machine.settings_files, machine.dirs.deploy_file})):
        if reading.is_there(path):
            yield f"settings/{number}-{path.name}", f"# {path}\n{_text(path)}"
    for number, log in enumerate(log_files.find(machine.dirs.logs_dir)[:_LOGS]):
        trouble: list[log_files.Unread] = []
        text = ""
        # A key that is cut is no longer known for one, so there is more than will be kept.
        for block in log_files.blocks(log, trouble):
            text = (text + block)[-2 * _TAIL :]
        missing = "".join(f"\n{unread.log}: {unread.reason}\n" for unread in trouble)
        yield f"logs/{number}-{log.name}.txt", text + missing


def _text(path: Path) -> str:
    return reading.read_regular(path).decode("utf-8", "replace")
