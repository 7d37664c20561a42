"""Runs the commands of docs/portal.md and shows the document with what they print."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from pathlib import Path

from tests.bed.components import BIN
from tests.bed.process import clean_environment, run

DOCUMENT = Path(__file__).parents[2] / "docs" / "portal.md"
_CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
# What differs from run to run, and what stands for it in the document.
_VARIES = (
    (re.compile(r"20\d\d-\d\d-\d\d"), "2026-07-01"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "5f3c2a91d7b64e0f8c1d2e3f4a5b6c7d"),
    (re.compile(r"\b[0-9a-f]{36,40}\b"), "6b1f3e5a7c9d0b2e4f6a8c0d1e3f5a7b9c1d3e5f"),
)
_CLIENT = "w5Zk0mQxT3uV7yB1nR9sLg"


def told(port: int, folder: Path) -> str:
    """Return the document as it ought to be.

    :param port: of the sandbox, which has written its credentials into `folder`/le.
    """
    client = ""
    environment = {
        **clean_environment(HOME=str(folder), COLUMNS="100"),
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "D": "--config-dir ./le --work-dir ./le --logs-dir ./le",
    }

    def block(match: re.Match[str]) -> str:
        nonlocal client
        lines = [line for line in match[1].splitlines() if line.startswith("$ ")]
        shown = []
        for line in lines:
            shown.append(line)
            typed = line[2:].replace(":8555", f":{port}").replace(" CLIENT ", f" {client} ")
            output = _output(typed, folder, environment)
            found = re.search(r"^kid +(\S+)$", output, re.MULTILINE)
            client = found[1] if found else client
            shown += [_normal(text, client, port, folder) for text in output.splitlines()]
        return "```console\n" + "\n".join(line.rstrip() for line in shown) + "\n```"

    return _CONSOLE.sub(block, DOCUMENT.read_text("utf-8"))


def _output(typed: str, folder: Path, environment: Mapping[str, str]) -> str:
    result = run(["sh", "-c", typed], folder=folder / "out", env=dict(environment), cwd=folder)
    assert "Traceback" not in result.output, result.output
    return result.stdout


def _normal(text: str, client: str, port: int, folder: Path) -> str:
    # Absolute paths, as of the file that was written.
    text = text.replace(f"{folder}/", "/home/you/")
    text = re.sub(rf":{port}(/\S*)(  +)", r":8555\1\2 ", text).replace(f":{port}", ":8555")
    text = re.sub(rf"\b{re.escape(socket.gethostname())}\b", "web1", text)
    text = re.sub(r"kid [\w-]{22}(?![\w-])", f"kid {_CLIENT}", text)
    if client:
        text = text.replace(client, _CLIENT)
    text = re.sub(r"ACMEClient/\S+", "ACMEClient/5.8.0", text)
    for pattern, instead in _VARIES:
        text = pattern.sub(instead, text)
    return text
