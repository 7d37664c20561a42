"""Where the CA cannot be reached the remedy speaks of what is set here, never of a value."""

from __future__ import annotations

import pytest

from certbot_sectigo.ca.reach import remedy

PROXY = {"https_proxy": "http://user:pass@proxy.example:3128"}


@pytest.mark.parametrize(
    ("reason", "environ", "words"),
    [
        ("certificate verify failed: self-signed certificate", {}, "REQUESTS_CA_BUNDLE=FILE"),
        ("certificate verify failed", {"REQUESTS_CA_BUNDLE": "/x"}, "REQUESTS_CA_BUNDLE names"),
        ("certificate verify failed: certificate is not yet valid", {}, "date -u"),
        ("Tunnel connection failed: 403 Forbidden", PROXY, "https_proxy in the environment"),
        ("[Errno 111] Connection refused", PROXY, "Check the URL"),
        ("[Errno 111] Connection refused", {}, "Check the URL"),
    ],
)
def test_remedy(reason: str, environ: dict[str, str], words: str) -> None:
    text = remedy(reason, environ)
    assert words in text
    assert "proxy.example" not in text


def test_a_proxy_that_is_not_there() -> None:
    assert "https_proxy" in remedy("Connection refused", PROXY, by_proxy=True)
