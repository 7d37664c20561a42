"""The directory object (RFC 8555 section 7.1.1), and the paths people take it for."""

from __future__ import annotations

from certbot_sectigo.sandbox.authority import caa
from certbot_sectigo.sandbox.protocol import problems
from certbot_sectigo.sandbox.protocol.exchange import Call, Context, Reply

_RESOURCES = ("newNonce", "newAccount", "newOrder", "revokeCert", "keyChange", "renewalInfo")


def directory(context: Context, call: Call) -> Reply:
    """Answer the directory: members and ``meta`` as at ZeroSSL [Z], in one line."""
    product = call.place.directory
    document: dict[str, object] = {name: context.urls.make(name, product) for name in _RESOURCES}
    document["meta"] = {
        "termsOfService": "https://sandbox.invalid/terms.pdf",
        "website": "https://sandbox.invalid/",
        "caaIdentities": list(caa.identities(context.config.profile)),
        "externalAccountRequired": True,
    }
    return Reply.json(document)


def alias(context: Context, call: Call) -> Reply:
    """Answer ``/directory`` in profile ``universal``, in one of the ways seen [S]."""
    kind = context.config.directory_alias
    if kind == "redirect":
        # To itself, without end.
        target = context.urls.base + call.request.path
        return Reply(302, b"", "text/html", (("Location", target),))
    if kind == "html":
        return Reply(200, b"<!DOCTYPE html><title>SANDBOX</title>\n", "text/html")
    raise problems.malformed("There is nothing here", 404)


def invalid(context: Context, call: Call) -> Reply:
    """Refuse a product that does not exist: ``/v2/directory`` is the known case [S]."""
    raise problems.INVALID_SERVER_URL.error()
