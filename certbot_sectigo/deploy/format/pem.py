"""certbot's four PEM files: what the formats that are made of them share."""

from __future__ import annotations

from certbot_sectigo.deploy.model import Material

PARTS = ("cert", "chain", "fullchain", "privkey")
"""certbot's own names of them."""

KEY = "privkey"
"""The one that is secret."""


def pem(material: Material, part: str) -> bytes:
    """Return the content of one of :data:`PARTS`."""
    if part == KEY:
        return material.privkey.reveal().encode()
    return {"cert": material.cert, "chain": material.chain, "fullchain": material.fullchain}[part]
