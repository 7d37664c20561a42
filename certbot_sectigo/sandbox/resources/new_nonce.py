"""newNonce (RFC 8555 section 7.2)."""

from __future__ import annotations

from certbot_sectigo.sandbox.protocol.exchange import Call, Context, Reply


def new_nonce(context: Context, call: Call) -> Reply:
    """Answer newNonce: HEAD with 200, GET with 204 (RFC 8555 section 7.2).

    The nonce itself is on every reply. The content type was seen at HEAD [Z].
    """
    if call.request.method == "HEAD":
        return Reply(200, b"", "application/octet-stream")
    return Reply(204, b"", "")
