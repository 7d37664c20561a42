"""Find what is to be revoked: the certificate, its lineage, its server, and its key."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from certbot_sectigo.accounts import records, store
from certbot_sectigo.accounts.change.revoke_ways import RevokeSubject
from certbot_sectigo.accounts.known import issuance, servers
from certbot_sectigo.base import errors, reading
from certbot_sectigo.machine import commands, lineages
from certbot_sectigo.machine.dirs import Dirs, server_path
from certbot_sectigo.machine.lineages import Lineage, Unreadable


def find(
    dirs: Dirs,
    *,
    cert_name: str | None = None,
    cert_path: Path | None = None,
    key_path: Path | None = None,
    server: str | None = None,
) -> RevokeSubject:
    """Find a certificate by its lineage's name or its file; reads only.

    :param cert_name: the lineage; its newest certificate is meant.
    :param cert_path: else a file with the certificate in PEM; of a chain the first.
    :param key_path: its private key; looked for beside it if None.
    :param server: ACME directory URL; that of the lineage if None.
    :raises certbot_sectigo.base.errors.Error: if there is no such certificate, or its server is
        not known.
    """
    known = lineages.read_all(dirs.renewal)
    if cert_name is not None:
        lineage = _named(dirs, known, cert_name)
        path = lineage.certificate_path
        if path is None:
            raise errors.Error(
                f"{lineage.path} does not say where the certificate is.",
                f"Name its file:  --cert-path {dirs.live / cert_name / 'cert.pem'} --server URL",
            )
    else:
        path = Path(os.path.realpath(cert_path or ""))
        found = _of_file(known, path)
        if found is None:
            return _subject(dirs, known, path, None, key_path, server)
        lineage = found
    return _subject(dirs, known, path, lineage, key_path, server)


def _subject(
    dirs: Dirs,
    known: Sequence[Lineage],
    path: Path,
    lineage: Lineage | None,
    key_path: Path | None,
    server: str | None,
) -> RevokeSubject:
    certificate = lineages.read_certificate(Lineage(path.stem, path, named={"cert": str(path)}))
    if isinstance(certificate, Unreadable):
        raise errors.Error(f"There is no certificate to revoke: {certificate.reason}.")
    written = datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
    if server is None and lineage is not None:
        # It may have gone to another CA since.
        then = issuance.server_then(records.history(dirs), lineage.name, written)
        server = then or lineage.server
    server = server or _only_server(dirs, known)
    if server is None:
        raise errors.Error(
            f"Which CA issued {path} (issuer: {certificate.issuer}) is not known here.",
            "Name its ACME server:  --server URL",
        )
    server_path(server)
    current = True
    if lineage is not None:
        newest = lineages.read_certificate(lineage)
        current = isinstance(newest, Unreadable) or newest.serial == certificate.serial
    key = _key(path, lineage, key_path)
    if key_path is not None and key is None:
        raise errors.Error(f"{key_path} is not the private key of {path}.")
    return RevokeSubject(
        cert_path=path,
        certificate=certificate,
        written=written,
        server=server,
        lineage=lineage,
        current=current,
        key_path=key,
    )


def _named(dirs: Dirs, known: Iterable[Lineage], name: str) -> Lineage:
    for lineage in known:
        if lineage.name == name:
            return lineage
    raise errors.Error(
        f"There is no lineage {name} in {dirs.renewal}.",
        f"All there are:\n{commands.certbots('certificates')}\n"
        "A certificate outside is named by its file: --cert-path FILE",
    )


def _of_file(known: Iterable[Lineage], path: Path) -> Lineage | None:
    """Find the lineage that a certificate's file is, or was, of."""
    for lineage in known:
        for file in (lineage.cert_path, lineage.fullchain_path):
            # certbot keeps earlier certificates beside the one its links lead to.
            if file is not None and Path(os.path.realpath(file)).parent == path.parent:
                return lineage
    return None


def _only_server(dirs: Dirs, known: Sequence[Lineage]) -> str | None:
    """Return the server of all accounts, where there is but one."""
    accounts = store.read_all(dirs.accounts)
    urls = set(servers.urls(accounts, known).values())
    return urls.pop() if len(urls) == 1 else None


def _key(path: Path, lineage: Lineage | None, given: Path | None) -> Path | None:
    """Find the private key that belongs to a certificate."""
    from cryptography import x509

    try:
        certificate = x509.load_pem_x509_certificate(reading.read_regular(path))
    except Exception:  # it was read a moment ago, so this cannot be
        return None
    wanted = _public(certificate.public_key())
    for candidate in [given] if given is not None else _keys_near(path, lineage):
        if _public_of(candidate) == wanted:
            return candidate
    return None


def _keys_near(path: Path, lineage: Lineage | None) -> Iterator[Path]:
    if lineage is not None and lineage.key_path is not None:
        yield lineage.key_path
    folder = Path(os.path.realpath(path)).parent
    for pattern in ("privkey*.pem", "*.key"):
        for entry in reading.entries(folder):
            if fnmatch.fnmatchcase(entry.name, pattern):
                yield folder / entry.name


def _public_of(path: Path) -> bytes | None:
    from cryptography.hazmat.primitives import serialization

    try:
        key = serialization.load_pem_private_key(reading.read_regular(path), None)
    except Exception:  # not a key, or not to be read: then it is not this one
        return None
    return _public(key.public_key())


def _public(key: Any) -> bytes:
    from cryptography.hazmat.primitives import serialization

    data: bytes = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return data
