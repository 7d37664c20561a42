"""Which URL means what, in each profile."""

from __future__ import annotations

import re
from dataclasses import dataclass

_IDENT = r"(?P<ident>[A-Za-z0-9_.~-]+)"

# Endpoint name -> path below the directory. Seen at Sectigo [S] or ZeroSSL [Z]
# except where it says otherwise.
_CLASSIC = {
    "newNonce": "/newNonce",
    "newAccount": "/newAccount",  # [S] win-acme#1565
    "newOrder": "/newOrder",
    "revokeCert": "/revokeCert",
    "keyChange": "/keyChange",
    "account": "/account/{}",  # [S]
    "orders": "/account/{}/orders",  # [Z]
    "authz": "/authz/{}",  # [S] acme2certifier#122
    "chall": "/chall/{}",  # [S] acme2certifier#122
    "order": "/order/{}",  # [S] lego#1183
    "finalize": "/order/{}/finalize",  # [S] lego#1183
    "cert": "/cert/{}",  # [inf]
}
_UNIVERSAL = {
    **_CLASSIC,
    # [S] acme-proxy#22, for names validated in SCM; that all end so is [inf].
    "authz": "/authorization/{}/0/always-valid",
    "chall": "/challenge/{}",  # [inf]
}
_HARICA = {**_CLASSIC, "newNonce": "/new-nonce", "newAccount": "/new-account"}  # [inf]
# At Sectigo renewalInfo is on a host of its own [Z]; here, below a path of its own.
_RENEWAL_INFO = "/renewalInfo"

ACME_ENDPOINTS = ("directory", "alias", "invalid", *_CLASSIC, "renewalInfo")
"""The names of what a path of the CA can mean."""


@dataclass(frozen=True)
class Endpoint:
    """What the path of a request means."""

    endpoint: str
    """Name of the endpoint, as in the directory object or ``directory``,
    ``account``, ``orders``, ``authz``, ``chall``, ``order``, ``finalize``,
    ``cert``, ``alias`` or ``unknown``; what begins with ``scm-`` is SCM's."""
    directory: str = ""
    """Certificate product of the directory; empty in profile ``universal``, in ``harica`` what
    the pair's own URL holds."""
    ident: str = ""
    """Id of the resource, empty where there is none."""


class Urls:
    """Builds the sandbox's URLs and takes them apart.

    :param base: scheme, host and port, without a slash at the end.
    :param profile: ``classic``, ``universal`` or ``harica``.
    :param directories: what tells directories apart.
    """

    def __init__(self, base: str, profile: str, directories: tuple[str, ...]) -> None:
        self.base = base
        self._universal = profile == "universal"
        self._harica = profile == "harica"
        self._paths = {"universal": _UNIVERSAL, "harica": _HARICA}.get(profile, _CLASSIC)
        self._directories = directories
        self._patterns = [
            (name, re.compile(path.replace("{}", _IDENT)))
            for name, path in (*self._paths.items(), ("renewalInfo", f"{_RENEWAL_INFO}/{{}}"))
        ]

    def directory(self, name: str) -> str:
        """Give the URL of a directory: in profile ``universal`` the same for every product."""
        # The directory is the base itself, with nothing behind it [S] win-acme#1909; at HARICA
        # it has an id of the pair's [pub] acme-ansible-debian-sectigo.
        return self._root(name) + ("/directory" if self._harica else "")

    def _root(self, name: str) -> str:
        if self._universal:
            return self.base
        return f"{self.base}/{self._first}/{name}"

    @property
    def _first(self) -> str:
        return "acme" if self._harica else "v2"

    def index(self, name: str) -> str:
        """Return the directory URL that the answer to a request names as its index.

        :param name: of the directory the request was for; any other gives that of OV.
        """
        other = "OV" if "OV" in self._directories else next(iter(self._directories), "")
        return self.directory(name if name in self._directories else other)

    def product(self, url: str) -> str | None:
        """Return which certificate product's directory a URL is; None if it is none."""
        return next((n for n in self._directories if self.directory(n) == url.rstrip("/")), None)

    def make(self, endpoint: str, directory: str, ident: str = "") -> str:
        """Give the URL of an endpoint or a resource.

        :param endpoint: as in :class:`Endpoint`.
        :param directory: name of the certificate product.
        :param ident: id of the resource.
        """
        if endpoint == "renewalInfo":
            return self.base + _RENEWAL_INFO + (f"/{ident}" if ident else "")
        return self._root(directory) + self._paths[endpoint].replace("{}", ident)

    def parse(self, path: str) -> Endpoint:
        """Tell what a path means, without its query.

        A path below ``/v2`` that names no product gives endpoint
        ``invalid`` ([S] for ``/v2/directory``; for others [inf]).
        """
        directory, rest = "", path
        if path.startswith(_RENEWAL_INFO):
            pass
        elif self._universal:
            if path in ("", "/"):
                return Endpoint("directory")
            if path == "/directory":
                return Endpoint("alias")
        else:
            parts = path.split("/", 3)
            if len(parts) < 3 or parts[1] != self._first:
                return Endpoint("unknown")
            directory, rest = parts[2], "/" + parts[3] if len(parts) == 4 else ""
            if directory not in self._directories:
                return Endpoint("invalid")
            if rest in (("/directory",) if self._harica else ("", "/")):
                return Endpoint("directory", directory)
        for name, pattern in self._patterns:
            match = pattern.fullmatch(rest)
            if match:
                return Endpoint(name, directory, match.groupdict().get("ident", ""))
        return Endpoint("unknown", directory)
