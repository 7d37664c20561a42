"""A healthy machine made by real certbot runs, and copies of it to plant faults in."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import NameOID

from tests.bed import process, schema
from tests.bed.certbot import Certbot
from tests.bed.components import BIN
from tests.bed.sectigo import Sectigo


@dataclass(frozen=True)
class Machine:
    """certbot's directories, and a root folder for everything else."""

    home: Path

    @property
    def config(self) -> Path:
        return self.home / "config"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def root(self) -> Path:
        return self.home / "root"

    @property
    def cli_ini(self) -> Path:
        path = self.root / "etc/letsencrypt/cli.ini"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    @property
    def log(self) -> Path:
        return self.logs / "letsencrypt.log"

    def account(self, number: int = 0) -> Path:
        """Give an account's folder, by the order of their ids."""
        return sorted(path.parent for path in self.config.glob("accounts/**/regr.json"))[number]

    def renewal(self, name: str) -> Path:
        return self.config / "renewal" / f"{name}.conf"

    def write(self, path: str, text: str, mode: int = 0o644) -> Path:
        """Write a file below the root folder."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        target.chmod(mode)
        return target

    def command(self, *args: str | Path, check: int | None = None) -> process.Result:
        """Run certbot-sectigo on it."""
        words = [str(BIN / "certbot-sectigo"), "--system-root", str(self.root)]
        for name in ("config", "work", "logs"):
            words += [f"--{name}-dir", str(self.home / name)]
        result = process.run(
            [*words, *map(str, args)],
            folder=self.home.parent / "output",
            # No resolver: what the DNS says is asked in other tests.
            env=process.clean_environment(
                HOME=str(self.root / "root"), CERTBOT_SECTIGO_DNS="127.0.0.1:9"
            ),
            check=check,
        )
        assert "Traceback" not in result.output
        return result

    def doctor(self, *args: str) -> tuple[int, list[dict[str, Any]], dict[str, Any]]:
        """Give exit code, findings, and the whole document."""
        result = self.command("doctor", "--json", *args)
        document = schema.document(result.stdout)
        return result.returncode, document["findings"], document

    def codes(self, *args: str) -> list[str]:
        """Give the codes of the findings."""
        return [finding["code"] for finding in self.doctor(*args)[1]]


def healthy(home: Path, sectigo: Sectigo) -> Machine:
    """Have two certificates of two departments issued, and schedule their renewal."""
    certbot = Certbot(home)
    for department, name in ((sectigo.a, "a.example"), (sectigo.c, "c.example")):
        certbot.certonly(name, credentials=department.credentials(home / f"{name}.ini"))
    machine = Machine(home)
    renew = f"certbot -q --config-dir {machine.config} renew"
    machine.write("etc/cron.d/certbot", f"0 */12 * * * root {renew}\n")
    (machine.root / "root").mkdir()
    return machine


def copied(machine: Machine, home: Path) -> Machine:
    """Give a copy at another place, in all files."""
    shutil.copytree(machine.home, home, symlinks=True)
    table = home / "root/etc/cron.d/certbot"
    for path in (*(home / "config" / "renewal").iterdir(), table):
        mode = path.stat().st_mode
        path.write_text(path.read_text().replace(str(machine.home), str(home)))
        path.chmod(mode)
    return Machine(home)


def certificate(machine: Machine, name: str, not_before: datetime, not_after: datetime) -> bytes:
    """Make a certificate for a lineage's own key, in PEM."""
    held = (machine.config / "archive" / name / "privkey1.pem").read_bytes()
    key = load_pem_private_key(held, None)
    assert isinstance(key, (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey))
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(77)
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.PEM)
    )
