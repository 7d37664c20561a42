"""Which path means what at SCM: the last part of the path after ``/api`` or ``/private/api``."""

from __future__ import annotations

import re
from dataclasses import dataclass

TOKEN = "/auth/realms/apiclients/protocol/openid-connect/token"  # noqa: S105 - a path [O]
BASES = ("/api", "/private/api")
"""By password or token; by the client's TLS certificate [D]."""

_NUMBER = r"(?P<ident>\d{1,18})"
UNIVERSAL = "v1/pca"
"""In place of the version, for Universal ACME accounts [D]."""
_VERSION = f"(?P<version>{UNIVERSAL}|v1|v2)"
_NEWER = f"(?P<version>{UNIVERSAL}|v2)"
_PATHS = {
    "scm-password": "/admin/v1/password",
    "scm-servers": "/acme/v1/server",
    "scm-accounts": f"/acme/{_VERSION}/account",
    "scm-account": f"/acme/{_VERSION}/account/{_NUMBER}",
    "scm-account-domains": f"/acme/(?P<version>v2)/account/{_NUMBER}/domain",
    "scm-account-domains-v1": f"/acme/(?P<version>v1)/account/{_NUMBER}/domains",
    "scm-clients": f"/acme/{_NEWER}/account/{_NUMBER}/client",
    "scm-client": f"/acme/{_NEWER}/account/{_NUMBER}/client/(?P<detail>[^/]+)",
    "scm-organizations": "/organization/v1",
    "scm-organization": f"/organization/v1/{_NUMBER}",
    "scm-organization-validations": f"/organization/v2/{_NUMBER}/validations",
    "scm-domains": "/domain/v1",
    "scm-domain": f"/domain/v1/{_NUMBER}",
    "scm-delegation": f"/domain/v1/{_NUMBER}/delegation",
    "scm-delegation-decision": (f"/domain/v1/{_NUMBER}/delegation/(?P<detail>approve|reject)"),
    "scm-validations": "/dcv/v2/validation",
    "scm-validation-status": "/dcv/v2/validation/status",
    "scm-certificates": "/ssl/v[12]",
    "scm-certificate": f"/ssl/v[12]/{_NUMBER}",
    # v1 has the form in the path, v2 in the query [PyPI][O].
    "scm-collect": f"/ssl/v[12]/collect/{_NUMBER}(?:/(?P<detail>[a-zA-Z0-9]+))?",
    "scm-revoke": f"/ssl/v[12]/revoke/{_NUMBER}",
    "scm-revoke-serial": "/ssl/v[12]/revoke/serial/(?P<detail>[^/]+)",
    "scm-report": "/report/v1/ssl-certificates",
}
_PATTERNS = {name: re.compile(path) for name, path in _PATHS.items()}

SCM_ENDPOINTS = ("scm-token", *_PATHS, "scm-unknown")
"""The names of what a path of SCM can mean."""


@dataclass(frozen=True)
class ScmPlace:
    """What a path of SCM means."""

    endpoint: str
    private: bool = False
    """Whether it asks for the client's TLS certificate."""
    version: str = ""
    """Of the API, where the answer depends on it."""
    ident: int = 0
    detail: str = ""
    """What else the path has: a client's id, a serial number, percent-encoded."""


def parse(path: str) -> ScmPlace | None:
    """Return what a path means, None if it is not SCM's."""
    if path == TOKEN:
        return ScmPlace("scm-token")
    for base in BASES:
        if path == base or path.startswith(f"{base}/"):
            private = base != "/api"
            for name, pattern in _PATTERNS.items():
                match = pattern.fullmatch(path[len(base) :])
                if match:
                    parts = match.groupdict()
                    return ScmPlace(
                        name,
                        private,
                        parts.get("version") or "",
                        int(parts.get("ident") or 0),
                        parts.get("detail") or "",
                    )
            return ScmPlace("scm-unknown", private)
    return None
