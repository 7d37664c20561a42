"""Read what a lineage offers, by what certbot's renewal files say."""

from __future__ import annotations

from pathlib import Path

from certbot_sectigo.base import reading
from certbot_sectigo.base.secret import Secret
from certbot_sectigo.deploy import checks
from certbot_sectigo.deploy.model import DeployError, Material
from certbot_sectigo.deploy.target import DeployTarget
from certbot_sectigo.machine import certificates, lineages
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.machine.lineages import Lineage


def read(
    cert: Path,
    privkey: Path,
    chain: Path | None,
    fullchain: Path | None,
    lineage: str | None = None,
) -> Material:
    """Read the four files certbot names.

    :param lineage: its name; ``None``: as the folder says, where that lies in ``live``.
    :param chain: ``certbot install --cert-path`` may give none.
    :param fullchain: likewise; then it is the certificate and the chain.
    :raises DeployError: one of them cannot be read, or the key is empty.
    """
    try:
        key = _content(privkey).decode("ascii")
    except UnicodeDecodeError:
        raise DeployError(f"{privkey} is no PEM file.") from None
    first = _content(cert)
    upper = _content(chain) if chain is not None else b""
    whole = _content(fullchain) if fullchain is not None else first.rstrip() + b"\n" + upper
    if not key.strip():
        raise DeployError(f"{privkey} is empty.")
    try:
        found = certificates.parse(first)
        names = certificates.describe(found[0]).listed if found else ()
    except ValueError as error:
        raise DeployError(f"{cert} holds no certificate that can be read.") from error
    folder = cert.parent
    if lineage is None and folder.parent.name == "live":
        lineage = folder.name
    return Material(lineage, folder, first, upper, whole, Secret(key), names)


def _content(path: Path) -> bytes:
    try:
        return reading.read_regular(path)
    except OSError as error:
        raise DeployError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError:  # a NUL in its name
        raise DeployError(f"{str(path)!r} is no path.") from None


def read_lineage(config_dir: Path, name: str) -> Material:
    """Read a lineage by its name.

    :raises DeployError: there is none, or a file of it cannot be read.
    """
    found = find(config_dir, name)
    if found is None:
        known = ", ".join(names(config_dir)) or "none"
        raise DeployError(
            f'There is no certificate "{name}" in {config_dir}.', f"There are: {known}"
        )
    if found.problem is not None:
        raise DeployError(f"{found.path} {found.problem}, so certbot cannot use it either.")
    paths = found.cert_path, found.key_path, found.chain_path, found.fullchain_path
    if None in paths:
        raise DeployError(f"{found.path} does not name all four files of the certificate.")
    cert, key, chain, fullchain = (path for path in paths if path is not None)
    return read(cert, key, chain, fullchain, name)


def find(config_dir: Path, name: str) -> Lineage | None:
    """Return what the renewal file of a lineage says; ``None`` if there is none of that name."""
    return lineages.read(Dirs(config_dir).renewal / f"{name}.conf")


def names(config_dir: Path) -> tuple[str, ...]:
    """Return the names of all lineages, in certbot's order.

    :raises LineageError: the folder of renewal files cannot be read.
    """
    return tuple(one.name for one in lineages.read_all(Dirs(config_dir).renewal))


def belongs(target: DeployTarget, lineage: str | None, names: tuple[str, ...]) -> bool:
    """Return whether a target takes its certificate from a lineage; pure."""
    if target.cert_name is not None:
        return target.cert_name == lineage
    return all(checks.covered(domain, names) for domain in target.domains)


def rivals(target: DeployTarget, material: Material, config_dir: Path) -> tuple[str, ...]:
    """Return the other lineages a target without ``cert_name`` could take as well.

    With two of them the last renewal would win, so such a target is refused. A certificate
    that cannot be read counts: nobody can tell that it does not cover them.
    """
    if target.cert_name is not None:
        return ()
    found = []
    for lineage in lineages.read_all(Dirs(config_dir).renewal):
        if lineage.name == material.lineage:
            continue
        other = lineages.read_certificate(lineage)
        if isinstance(other, certificates.Unreadable):
            if not _is_gone(lineage):
                found.append(f"{lineage.name} (cannot be read: {other.reason})")
        elif belongs(target, lineage.name, other.listed):
            found.append(lineage.name)
    return tuple(found)


def _is_gone(lineage: Lineage) -> bool:
    """Return whether a lineage's certificate is surely not there."""
    path = lineage.certificate_path
    try:
        return path is not None and reading.status(path) is None
    except OSError:
        return False
