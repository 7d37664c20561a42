"""Lineages for the installer's tests: certificates of a CA made here, as certbot lays them out."""

from __future__ import annotations

import datetime
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import trustme

from certbot_sectigo.deploy import material
from certbot_sectigo.deploy.model import Material

NOBODY = 65534


@cache
def authority() -> trustme.CA:
    """Return an intermediate CA below a root, the same for all tests of this process."""
    return trustme.CA(organization_name="Example Trust").create_child_ca()


@dataclass(frozen=True)
class Pems:
    """The parts of a lineage."""

    cert: bytes
    chain: bytes
    privkey: bytes


def issue(
    *names: str, ca: trustme.CA | None = None, expired: bool = False, not_yet: bool = False
) -> Pems:
    """Have a certificate issued."""
    issuer = ca or authority()
    now = datetime.datetime.now(datetime.timezone.utc)
    start, end = now - datetime.timedelta(days=2), now + datetime.timedelta(days=90)
    if expired:
        end = now - datetime.timedelta(days=1)
    if not_yet:
        start = now + datetime.timedelta(days=1)
    made = issuer.issue_cert(*names, not_before=start, not_after=end)
    leaf, *chain = [pem.bytes() for pem in made.cert_chain_pems]
    return Pems(leaf, b"".join(chain), made.private_key_pem.bytes())


def lay(config_dir: Path, name: str, pems: Pems) -> Material:
    """Lay a lineage out below ``live``, replacing what is there, and read it."""
    folder = config_dir / "live" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cert.pem").write_bytes(pems.cert)
    (folder / "chain.pem").write_bytes(pems.chain)
    (folder / "fullchain.pem").write_bytes(pems.cert + pems.chain)
    (folder / "privkey.pem").touch(mode=0o600)
    (folder / "privkey.pem").write_bytes(pems.privkey)
    renewal = config_dir / "renewal" / f"{name}.conf"
    if not renewal.exists():
        renewal.parent.mkdir(exist_ok=True)
        parts = ("cert", "privkey", "chain", "fullchain")
        lines = "".join(f"{part} = {folder / part}.pem\n" for part in parts)
        renewal.write_text(f"{lines}[renewalparams]\nauthenticator = sectigo-eab\n")
    return material.read_lineage(config_dir, name)


def need_root() -> None:
    """Skip a test that changes users where that is not allowed; a failure where CI is set."""
    if os.geteuid() != 0:
        if os.environ.get("CI"):
            pytest.fail("this test changes users: run it as root", pytrace=False)
        pytest.skip("changes users: run the tests as root")


def make_odd(path: Path, kind: str) -> None:
    """Put something that is no ordinary file under a name: fifo, zero, circle or folder."""
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero" if kind == "zero" else path.name)
