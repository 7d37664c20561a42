"""Problem documents: every refusal the sandbox knows, with its HTTP code and its source.

Marks, as everywhere in this room: ``[S]`` seen at a Sectigo host, ``[Z]`` seen
at ZeroSSL, which runs the same server software, ``[doc]`` vendor documentation,
``[inf]`` inference, ``[RFC]`` RFC 8555 (or the RFC named) with words of our own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

_NAMESPACE = "urn:ietf:params:acme:error:"


@dataclass(frozen=True)
class AcmeProblem:
    """One refusal: the ACME error type, the text, the HTTP code and where it is from."""

    type: str
    """Error type of RFC 8555 section 6.7, without its namespace."""
    detail: str
    """The text; ``{name}`` is filled in by :meth:`error`."""
    status: int
    """HTTP status code."""
    mark: str
    """The source of exactly this combination of type, text and code."""

    def error(self, *, name: str = "") -> ProblemError:
        """Make the exception that carries this problem.

        :param name: what ``{name}`` in the text stands for.
        """
        # Not str.format: a name is free to contain braces.
        return ProblemError(self.type, self.detail.replace("{name}", name), self.status)


class ProblemError(Exception):
    """A request is refused; the answer is this problem document (RFC 7807, RFC 8555 6.7).

    :param kind: error type of RFC 8555 section 6.7, without its namespace.
    :param detail: the text; may be empty.
    :param status: HTTP status code.
    :param extra: further members of the document (``algorithms``, ``subproblems``).
    :param headers: header fields the answer carries besides the usual ones.
    """

    def __init__(
        self,
        kind: str,
        detail: str,
        status: int = 400,
        *,
        extra: dict[str, Any] | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail
        self.status = status
        self.extra = extra or {}
        self.headers = headers

    def document(self) -> dict[str, Any]:
        """Give the JSON object: type, status, detail and the further members."""
        return {
            "type": _NAMESPACE + self.kind,
            "status": self.status,
            "detail": self.detail,
            **self.extra,
        }

    def text(self) -> str:
        """Give the JSON object as text, for storing it with an order or a challenge."""
        return json.dumps(self.document())


# The texts people meet at Sectigo. ``tests/sandbox/test_refusals.py`` produces
# each with a real request.
BINDING_REQUIRED = AcmeProblem(
    "externalAccountRequired",
    'The request must include a value for the "externalAccountBinding" field',
    400,
    "[S] acme.sh#5318, dehydrated#742",
)
NOT_AWAITING = AcmeProblem(
    "malformed",
    "[External Account Binding] The account is not awaiting external account binding",
    400,
    "[S] certbot#8944, win-acme#1904",
)
INVALID_MAC = AcmeProblem(
    "malformed", "[External Account Binding] Invalid MAC on JWS request", 400, "[Z]"
)
UNKNOWN_KID = AcmeProblem(
    "malformed",
    "[External Account Binding] The Key Identifier was not recognized",
    400,
    "[Z]",
)
NO_PROTECTED_HEADER = AcmeProblem(
    "malformed", "The JWS Protected Header MUST be present", 400, "[S] win-acme#1565"
)
NO_SIGNATURE = AcmeProblem(
    "malformed", "The JWS Signature MUST be present", 400, "[S] acme.sh#4503, #5062; code [inf]"
)
NO_KEY_ID = AcmeProblem(
    "malformed", "A Key ID MUST be specified", 400, "[S] acme.sh#3310; code [inf]"
)
WRONG_URL = AcmeProblem(
    "unauthorized",
    "The Request URL in the JWS Protected Header does not match the actual Request URL",
    401,
    "[Z]",
)
DEACTIVATED = AcmeProblem("unauthorized", "The account has been deactivated", 401, "[Z]")
SUSPENDED = AcmeProblem(
    "unauthorized",
    "The account is currently suspended",
    401,
    "text and code seen, at which host is not known; type [inf]",
)
NOT_LINKED = AcmeProblem(
    "unauthorized",
    "The identifiers are not all linked to the same preauthorized Subject organization"
    " name/address",
    401,
    "text and step [S] win-acme#1644, #2374; code [inf]",
)
NOT_DELEGATED = AcmeProblem(
    "unauthorized",
    "A requested identifier has not been delegated [{name}]",
    401,
    "text [doc]; code [inf]",
)
NOT_OF_ACCOUNT = AcmeProblem(
    "rejectedIdentifier",
    "The identifier {name} is not available to this account",
    403,
    "[own]",
)
NO_PRODUCT = AcmeProblem(
    "unauthorized",
    "No suitable certificate product is currently available to this account",
    401,
    "text and code [Z]; type [inf]",
)
EMPTY_DETAIL = AcmeProblem(
    "malformed",
    "",
    400,
    "[S] universal, an order of two names; type [inf]",
)
INTERNAL = AcmeProblem(
    "serverInternal", "The server experienced an internal error", 500, "[S] lego#1183; code [inf]"
)
INVALID_SERVER_URL = AcmeProblem(
    "unauthorized", "Invalid ACME server URL", 403, "[S] win-acme#1909, GET /v2/directory"
)
DUPLICATED = AcmeProblem(
    "rejectedIdentifier",
    "One or more identifiers are duplicated",
    400,
    "text and type seen, acme.sh#3268; code [inf]",
)
DISALLOWED = AcmeProblem(
    "rejectedIdentifier",
    "DNS identifier is disallowed",
    400,
    "text and type seen, acme.sh#5156; code [inf]",
)

# What RFC 8555 asks for and nobody has reported from Sectigo: words of our own.
NOT_YOURS = AcmeProblem(
    "unauthorized", "The resource belongs to another account", 401, "[inf]; RFC 8555 section 6.2"
)
NO_ACCOUNT = AcmeProblem(
    "accountDoesNotExist", "No account has this key", 400, "[RFC] 8555 section 7.3.1"
)
NO_ACCOUNT_URL = AcmeProblem(
    "accountDoesNotExist", "No account has this URL", 400, "[RFC] 8555 section 6.2"
)
BAD_NONCE = AcmeProblem(
    "badNonce", "The nonce is unknown or was used", 400, "[RFC] 8555 section 6.5"
)
NOT_READY = AcmeProblem("orderNotReady", "The order is {name}", 403, "[RFC] 8555 section 7.4")
ALREADY_REVOKED = AcmeProblem(
    "alreadyRevoked", "The certificate has been revoked already", 400, "[RFC] 8555 section 7.6"
)
BAD_REASON = AcmeProblem(
    "badRevocationReason", "The revocation reason is not allowed", 400, "[RFC] 8555 section 7.6"
)
MAY_NOT_REVOKE = AcmeProblem(
    "unauthorized",
    "The certificate belongs to another account",
    401,
    "[inf]; RFC 8555 section 7.6",
)

TABLE = (
    BINDING_REQUIRED,
    NOT_AWAITING,
    INVALID_MAC,
    UNKNOWN_KID,
    NO_PROTECTED_HEADER,
    NO_SIGNATURE,
    NO_KEY_ID,
    WRONG_URL,
    DEACTIVATED,
    SUSPENDED,
    NOT_LINKED,
    NOT_DELEGATED,
    NOT_OF_ACCOUNT,
    NO_PRODUCT,
    EMPTY_DETAIL,
    INTERNAL,
    INVALID_SERVER_URL,
    DUPLICATED,
    DISALLOWED,
)
"""The imitations, in the order in which a request meets them."""


def malformed(detail: str, status: int = 400) -> ProblemError:
    """Make the refusal of a message that breaks the protocol; the words are ours."""
    return ProblemError("malformed", detail, status)
