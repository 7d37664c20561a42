"""What a renewal needs of this machine: hooks, a place to listen, the key that is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from certbot_sectigo.machine import certificates, network, settings
from certbot_sectigo.machine.certificates import Certificate
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.machine.settings import Setting


def deaf(lineage: Lineage, options: Mapping[str, str], configured: Sequence[Setting]) -> str:
    """Return why its authenticator cannot listen for HTTP-01, as part of a sentence."""
    if not (lineage.ours and not lineage.webroot) and lineage.authenticator != "standalone":
        return ""
    said, _ = settings.over(configured, options)
    address = said.get("http01_address", "")
    return network.deaf("" if address == "None" else address, said.get("http01_port", "80"))


def key(
    lineage: Lineage,
    certificate: Certificate | None,
    options: Mapping[str, str],
    configured: Sequence[Setting],
) -> str:
    """Return the kind of the key that certbot looks at: in its file where it is kept."""
    said, _ = settings.over(configured, options)
    kept = said.get("reuse_key", "").lower() == "true"
    found = certificates.key_kind(lineage.key_path) if kept else ""
    return found or (certificate.key if certificate else None) or ""


def missing_hook(lineage: Lineage, options: Mapping[str, str]) -> str:
    """Return a hook of its authenticator with why certbot cannot start it; empty if it may."""
    if "manual" not in lineage.plugins:
        return ""
    for name in ("manual_auth_hook", "manual_cleanup_hook"):
        program = options.get(name, "None").split()[:1]
        why = settings.no_program(program[0]) if program and program != ["None"] else ""
        if why:
            return f"{name} = {program[0]}, {why}"
    return ""
