"""How fast `accounts list` is, beside certbot itself and beside merely reading the files.

    .venv/bin/python benchmarks/accounts_list.py [--sizes 1000 10000] [--rounds 5]

Makes a tree of N accounts and N lineages, each lineage with a certificate of its
own and pinned to an account of its own, as certbot lays them down. Then it runs,
in turns: `certbot-sectigo accounts list --json`; `certbot certificates`; and a
Python process that reads the very files the first one reads, parses the JSON,
and does nothing with them. The best of the rounds counts, so that what else the
machine does counts least.

certbot runs for the smallest tree only. Compiled modules are in place for all, as
after an installation with pip. Of the accounts' keys only the sums are right: making
thousands of RSA keys would take the night.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from math import lcm
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from josepy.jwk import JWKRSA
from josepy.util import ComparableRSAKey

TREE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TREE))

from certbot_sectigo.machine import account_id  # noqa: E402 - the tree comes first

BIN = Path(sys.executable).parent
_STEERING = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONPATH")
SERVER = "https://acme.sectigo.com/v2/OV"
_READER = """
import json, os, sys
top = sys.argv[1]
for parent, folders, files in os.walk(os.path.join(top, "accounts")):
    for name in files:
        with open(os.path.join(parent, name), "rb") as stream:
            json.loads(stream.read())
renewal = os.path.join(top, "renewal")
for name in os.listdir(renewal):
    with open(os.path.join(renewal, name), "rb") as stream:
        stream.read()
live = os.path.join(top, "live")
for name in os.listdir(live):
    with open(os.path.join(live, name, "cert.pem"), "rb") as stream:
        stream.read()
"""


def account(folder: Path, template: dict[str, str], number: int) -> str:
    """Write an account; its numbers are no primes, which nothing that only lists can see."""
    key = {**template, **_numbers()}
    name = str(account_id.account_id(key))
    home = folder / name
    home.mkdir()
    (home / "private_key.json").write_text(json.dumps(key))
    uri = f"https://acme.sectigo.com/v2/OV/account/{number}"
    (home / "regr.json").write_text(json.dumps({"body": {}, "uri": uri}))
    made = datetime(2024, 1, 1, tzinfo=timezone.utc) + timedelta(minutes=number)
    meta = {"creation_dt": made.strftime("%Y-%m-%dT%H:%M:%SZ"), "creation_host": "web1.example"}
    (home / "meta.json").write_text(json.dumps(meta))
    return name


def _numbers() -> dict[str, str]:
    """Make numbers that belong together as an RSA key's do (RFC 8017 section 3.2)."""
    while True:
        p, q = (int.from_bytes(os.urandom(128), "big") | (3 << 1022) | 1 for _ in "pq")
        try:
            d, qi = pow(65537, -1, lcm(p - 1, q - 1)), pow(q, -1, p)
        except ValueError:  # they have a divisor in common
            continue
        found = {"n": p * q, "d": d, "p": p, "q": q, "dp": d % (p - 1), "dq": d % (q - 1), "qi": qi}
        return {name: _base64(number) for name, number in found.items()}


def _base64(number: int) -> str:
    import base64

    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def lineage(config: Path, name: str, pin: str, certificate: bytes, key: bytes) -> None:
    """Lay down a lineage with archive, live links and renewal file."""
    archive, live = config / "archive" / name, config / "live" / name
    archive.mkdir(parents=True)
    live.mkdir(parents=True)
    contents = {"cert": certificate, "chain": certificate, "fullchain": certificate * 2,
                "privkey": key}  # fmt: skip
    for kind, content in contents.items():
        (archive / f"{kind}1.pem").write_bytes(content)
        (live / f"{kind}.pem").symlink_to(f"../../archive/{name}/{kind}1.pem")
    four = "".join(f"{kind} = {live}/{kind}.pem\n" for kind in contents)
    (config / "renewal" / f"{name}.conf").write_text(
        f"# renew_before_expiry = 30 days\nversion = 5.8.0\narchive_dir = {archive}\n{four}\n"
        f"# Options used in the renewal process\n[renewalparams]\naccount = {pin}\n"
        f"server = {SERVER}\nauthenticator = sectigo-eab\nkey_type = ecdsa\n"
        f"sectigo_eab_kid = kid-of-{name}\nsectigo_eab_server = {SERVER}\n"
    )


def certificate(name: str, key: ec.EllipticCurvePrivateKey) -> bytes:
    """Make a certificate; certbot checks that it goes with its key."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(timezone.utc).replace(microsecond=0)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=199))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def make(top: Path, size: int) -> None:
    """Make a tree of that many accounts and lineages."""
    config = top / "config"
    folder = config / "accounts" / "acme.sectigo.com" / "v2" / "OV"
    folder.mkdir(parents=True)
    (config / "renewal").mkdir()
    real = JWKRSA(key=ComparableRSAKey(rsa.generate_private_key(65537, 2048)))
    template = json.loads(real.json_dumps())
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    for number in range(size):
        name = f"host{number:05}.example.org"
        lineage(config, name, account(folder, template, number), certificate(name, key), pem)


def measure(command: Sequence[str | Path], compiled: Path, check: str) -> tuple[float, float]:
    """Run a command; gives seconds and its largest memory in MB.

    :param compiled: folder for compiled modules.
    :param check: must be in its output.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _STEERING}
    environment["PYTHONPYCACHEPREFIX"] = str(compiled)
    words = [str(word) for word in command]
    start = time.perf_counter()
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as child:
        assert child.stdout is not None
        output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    assert child.returncode == 0, command
    assert check.encode() in output, f"{command} does not say {check!r}"
    return seconds, usage.ru_maxrss / 1024


def best(
    commands: dict[str, Sequence[str | Path]], rounds: int, check: dict[str, str]
) -> dict[str, tuple[float, float]]:
    """Run the commands in turns; gives the best time of each, and its largest memory.

    :param check: what must be in a command's output.
    """
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory(prefix="certbot-sectigo-benchmark-") as compiled:
        for number in range(rounds + 1):
            for name, command in commands.items():
                figures = measure(command, Path(compiled), check.get(name, ""))
                if number:  # the first one compiles
                    seen[name].append(figures)
    return {name: (min(s for s, _ in runs), max(m for _, m in runs)) for name, runs in seen.items()}


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10000])
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    times: dict[int, float] = {}
    for size in sorted(args.sizes):
        top = Path(tempfile.mkdtemp(prefix="certbot-sectigo-benchmark-"))
        try:
            make(top, size)
            where = [f"--{kind}-dir={top / kind}" for kind in ("config", "work", "logs")]
            ours, reader, theirs = "accounts list --json", "bare reader", "certbot certificates"
            commands: dict[str, Sequence[str | Path]] = {
                ours: [BIN / "certbot-sectigo", *where, "--json", "accounts", "list"],
                reader: [sys.executable, "-c", _READER, top / "config"],
            }
            if not times:
                commands[theirs] = [BIN / "certbot", "certificates", *where]
            last = f"host{size - 1:05}.example.org"
            found = best(commands, args.rounds, {ours: last, theirs: last})
            print(f"{size} accounts, {size} lineages")
            for name, (seconds, megabytes) in found.items():
                print(f"  {name:22} {seconds:8.3f} s  {megabytes:6.0f} MB")
            times[size] = found[ours][0]
            print(f"  times the bare reader  {times[size] / found[reader][0]:8.2f}")
            if theirs in found:
                print(f"  faster than certbot    {found[theirs][0] / times[size]:8.2f} times")
        finally:
            shutil.rmtree(top)
    if len(times) > 1:
        small, large = min(times), max(times)
        print(f"{large} take {times[large] / times[small]:.2f} times as long as {small}")
    commands = {
        "version": [BIN / "certbot-sectigo", "--version"],
        "python -c pass": [sys.executable, "-c", "pass"],
    }
    found = best(commands, 4 * args.rounds, {})
    ratio = found["version"][0] / found["python -c pass"][0]
    print(f"--version {found['version'][0]:.3f} s, {ratio:.2f} times python -c pass")


if __name__ == "__main__":
    main()
