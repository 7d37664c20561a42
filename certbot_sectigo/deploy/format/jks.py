"""Turn PKCS#12 into JKS and back with Java's own keytool."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.deploy.model import STANDARD_PATH, DeployError
from certbot_sectigo.deploy.surroundings import keytool

_TIMEOUT = 60
"""Seconds; a cold Java on a small machine takes several."""


def convert(content: bytes, to: str, alias: str, password: Secret, folder: Path) -> bytes:
    """Convert a key store with one entry.

    :param to: ``JKS`` or ``PKCS12``; the other one is what ``content`` is.
    :param folder: a folder of ours (0700); the key is in it for the moment.
    :raises DeployError: keytool is not here, or says no.
    """
    program = keytool()
    if program is None:
        raise DeployError("Java's keytool is not here.", "Install a Java runtime, or use pkcs12.")
    source = "PKCS12" if to == "JKS" else "JKS"
    with tempfile.TemporaryDirectory(dir=folder, prefix="keytool-") as name:
        room = Path(name)
        (room / "in").write_bytes(content)
        # From files: an argument or the environment could be read by others.
        (room / "pass").write_text(password.reveal() + "\n")
        words = [program, "-importkeystore", "-noprompt"]
        words += ["-srckeystore", str(room / "in"), "-srcstoretype", source]
        words += ["-destkeystore", str(room / "out"), "-deststoretype", to]
        words += ["-srcalias", alias, "-destalias", alias]
        for option in ("srcstorepass", "deststorepass", "srckeypass", "destkeypass"):
            words += [f"-{option}:file", str(room / "pass")]
        try:
            done = subprocess.run(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=_TIMEOUT,
                check=False,
                cwd="/",
                env={"PATH": STANDARD_PATH, "HOME": os.environ.get("HOME", "/"), "LC_ALL": "C"},
            )
        except subprocess.TimeoutExpired:
            raise DeployError(f"keytool took longer than {_TIMEOUT} s.") from None
        except OSError as error:
            raise DeployError(f"{program} could not be started: {error.strerror}.") from error
        if done.returncode or not (room / "out").exists():
            text = done.stdout.decode(errors="replace").strip()
            raise DeployError(f"keytool could not make the key store: {text[-500:]}")
        return (room / "out").read_bytes()
