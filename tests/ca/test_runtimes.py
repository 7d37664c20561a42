"""What other languages' libraries call a connection that fails, as their programs print it."""

from __future__ import annotations

import pytest

from certbot_sectigo.explain.findings import read


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("acme4j: java.nio.channels.UnresolvedAddressException: acme.sectigo.com",
         "ca-name-resolution"),
        ("rustls-acme: error trying to connect: dns error: failed to lookup address information",
         "ca-name-resolution"),
        ("AcmeNetworkException: java.net.http.HttpConnectTimeoutException: HTTP connect timed out",
         "ca-connect-timeout"),
        ("acme-client: Net::OpenTimeout: execution expired (https://acme.sectigo.com/v2/OV)",
         "ca-connect-timeout"),
        ("win-acme: The message received was unexpected or badly formatted. (acme.sectigo.com)",
         "ca-tls-handshake"),
        ("acme4j javax.net.ssl.SSLHandshakeException: No appropriate protocol (protocol is disabled"
         " or cipher suites are inappropriate)", "ca-tls-handshake"),
        ("certbot: Max retries exceeded with url: /v2/OV (Caused by SSLError(SSLError(1, '[SSL: "
         "DH_KEY_TOO_SMALL] dh key too small')))", "ca-tls-handshake"),
        ("lego: error:0A000152:SSL routines::unsafe legacy renegotiation disabled",
         "ca-tls-handshake"),
        ("instant-acme: error sending request for url (https://acme.sectigo.com/v2/OV): invalid "
         "peer certificate: UnknownIssuer", "ca-certificate"),
        ("win-acme: The proxy tunnel request to proxy 'http://proxy:3128/' failed with status code "
         "'407'.", "proxy"),
        ("curl: (56) CONNECT tunnel failed, response 407 acme.sectigo.com", "proxy"),
        ("acme.sh: OSError: Tunnel connection failed: 403 Forbidden", "proxy"),
        ('lego: Get "https://acme.sectigo.com/v2/OV": EOF', "ca-unreachable"),
        ("win-acme (HttpListenerException): Failed to listen on prefix 'http://+:80/.well-known/"
         "acme-challenge/' because it conflicts with an existing registration on the machine.",
         "port-taken"),
    ],
)  # fmt: skip
def test_a_connection_that_fails(text: str, key: str) -> None:
    assert [finding.entry.key for finding in read([text]).findings][:1] == [key]


@pytest.mark.parametrize(
    "text",
    [
        "app[7]: java.nio.channels.UnresolvedAddressException: db.internal",
        "rails[9]: Net::OpenTimeout: execution expired (https://api.example.com/v1)",
        "postfix/smtp[7]: dh key too small",
        "acme: there were 20 domains that are not in the directory",
    ],
)
def test_of_other_programs_it_is_no_matter(text: str) -> None:
    assert read([text]).findings == ()
