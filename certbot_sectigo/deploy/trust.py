"""See that a chain can be trusted: CAs only, and up to a root that the target names."""

from __future__ import annotations

from certbot_sectigo.base import reading
from certbot_sectigo.base.printable import one_line
from certbot_sectigo.deploy import checks
from certbot_sectigo.deploy.model import Material
from certbot_sectigo.deploy.target import DeployTarget


def chain_problems(material: Material) -> list[str]:
    """Return which certificates in a chain may not issue others; pure."""
    try:
        foreign = checks.foreign_authorities(material.chain)
    except ValueError:
        return []  # told by checks
    return [
        f'the chain has "{one_line(name, 200)}", which is no certificate of a CA'
        for name in foreign
    ]


def problems(target: DeployTarget, material: Material) -> list[str]:
    """Return why a lineage does not come from the roots of a target; nothing if it has none."""
    if target.roots is None:
        return []
    try:
        if checks.ends_at(material.fullchain, reading.read_regular(target.roots)):
            return chain_problems(material)
    except OSError as error:
        return [f"roots: {target.roots} cannot be read: {error.strerror}"]
    except ValueError:
        return [f"roots: {target.roots}, or the chain, has a certificate that cannot be read"]
    return [f"the chain does not end at a root of {target.roots}"]
