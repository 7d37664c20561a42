"""Pure: what helps where a CA cannot be reached, by the words of the error."""

from __future__ import annotations

import re
from collections.abc import Mapping

from certbot_sectigo.machine import network

_CLOCK = re.compile(r"not yet valid|not valid before", re.IGNORECASE)
_TRUST = re.compile(r"certificate[ _]verify[ _]failed|self.signed|unable to get local", re.I)
_PROXY = re.compile(r"proxy|tunnel connection", re.IGNORECASE)


def remedy(reason: str, environ: Mapping[str, str], *, by_proxy: bool = False) -> str:
    """Return what to do about a request that got no answer.

    :param reason: the error's words, the innermost cause.
    :param environ: the process's environment; only names of it are told.
    :param by_proxy: the error says that the proxy is to blame.
    """
    given = network.given(environ)
    bundles = [name for name in given if name in network.BUNDLES]
    proxies = [name for name in given if name not in network.BUNDLES]
    if _CLOCK.search(reason):
        return "Compare this machine's clock: date -u. It seems to be before the CA's certificate."
    if _TRUST.search(reason):
        which = (
            f"{' and '.join(bundles)} names the CAs that are trusted here: see that the file has "
            "the one of the CA's certificate."
            if bundles
            else "If a proxy that looks into TLS stands between, put its CA's certificate into a "
            "file with the others and name that:  REQUESTS_CA_BUNDLE=FILE"
        )
        return f"This machine does not trust who answered (CERTIFICATE_VERIFY_FAILED). {which}"
    if proxies and (by_proxy or _PROXY.search(reason)):
        return (
            f"{' and '.join(proxies)} in the environment sends requests to a proxy, which did not "
            "let this one through. See that it is up and lets the CA's host pass, or leave it out "
            "for that host:  no_proxy=HOST"
        )
    return "Check the URL, the network and, if one is needed, the proxy (HTTPS_PROXY)."
