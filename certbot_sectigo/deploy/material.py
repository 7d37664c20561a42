"""Read what a lineage offers from certbot's ``live`` folder."""

from __future__ import annotations

from pathlib import Path

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.deploy import checks
from certbot_sectigo.deploy.model import DeployError, Material, Target


def read(cert: Path, privkey: Path, chain: Path | None, fullchain: Path | None) -> Material:
    """Read the four files certbot names.

    :param chain: ``certbot install --cert-path`` may give none.
    :param fullchain: likewise; then it is the certificate and the chain.
    :raises DeployError: one of them cannot be read, or the key is empty.
    """
    try:
        key = privkey.read_text(encoding="ascii")
        first = cert.read_bytes()
        upper = chain.read_bytes() if chain is not None else b""
        whole = fullchain.read_bytes() if fullchain is not None else first.rstrip() + b"\n" + upper
    except UnicodeDecodeError:
        raise DeployError(f"{privkey} is no PEM file.") from None
    except OSError as error:
        raise DeployError(f"{error.filename} cannot be read: {error.strerror}.") from error
    if not key.strip():
        raise DeployError(f"{privkey} is empty.")
    try:
        found = checks.certificates(first)
        names = checks.names(found[0]) if found else ()
    except ValueError as error:
        raise DeployError(f"{cert} holds no certificate that can be read.") from error
    folder = cert.parent
    lineage = folder.name if folder.parent.name == "live" else None
    return Material(lineage, folder, first, upper, whole, Secret(key), names)


def read_lineage(config_dir: Path, name: str) -> Material:
    """Read a lineage by its name.

    :raises DeployError: there is none, or a file of it cannot be read.
    """
    folder = config_dir / "live" / name
    if not (folder / "cert.pem").exists():
        known = ", ".join(lineages(config_dir)) or "none"
        raise DeployError(
            f'There is no certificate "{name}" in {config_dir}.', f"There are: {known}"
        )
    return read(
        folder / "cert.pem", folder / "privkey.pem", folder / "chain.pem", folder / "fullchain.pem"
    )


def lineages(config_dir: Path) -> tuple[str, ...]:
    """Give the names of all lineages, sorted."""
    return tuple(sorted(file.parent.name for file in (config_dir / "live").glob("*/cert.pem")))


def belongs(target: Target, lineage: str | None, names: tuple[str, ...]) -> bool:
    """Tell whether a target takes its certificate from a lineage; pure."""
    if target.cert_name is not None:
        return target.cert_name == lineage
    return all(checks.covered(domain, names) for domain in target.domains)


def rivals(target: Target, material: Material, config_dir: Path) -> tuple[str, ...]:
    """Name the other lineages a target without ``cert_name`` could take as well.

    With two of them the last renewal would win, so such a target is refused.
    """
    if target.cert_name is not None:
        return ()
    found = []
    for name in lineages(config_dir):
        if name == material.lineage:
            continue
        try:
            certificates = checks.certificates(
                (config_dir / "live" / name / "cert.pem").read_bytes()
            )
        except (OSError, ValueError):
            continue
        if certificates and belongs(target, name, checks.names(certificates[0])):
            found.append(name)
    return tuple(found)
