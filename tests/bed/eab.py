"""EAB pairs and the credentials files that hold them."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class EabPair:
    """A key id and its HMAC key in base64url without padding, as Sectigo shows them."""

    kid: str
    hmac_key: str = field(repr=False)

    @classmethod
    def new(cls, kid: str) -> EabPair:
        """Make a pair with a key of 64 bytes, as Sectigo's are."""
        return cls(kid, base64.urlsafe_b64encode(secrets.token_bytes(64)).rstrip(b"=").decode())

    @property
    def arguments(self) -> tuple[str, ...]:
        """The pair as plain certbot's options; either may begin with a dash, so with ``=``."""
        return (f"--eab-kid={self.kid}", f"--eab-hmac-key={self.hmac_key}")

    def credentials(self, path: Path, server: str) -> Path:
        """Write a credentials file, readable by its owner only.

        :param path: the file; its folder is made if it is not there.
        :param server: the directory URL.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(
            f"sectigo_eab_kid = {self.kid}\n"
            f"sectigo_eab_hmac_key = {self.hmac_key}\n"
            f"sectigo_eab_server = {server}\n",
            encoding="utf-8",
        )
        return path
