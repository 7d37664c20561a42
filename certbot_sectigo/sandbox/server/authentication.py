"""Who is asking: every check of the JWS around a request (RFC 8555 sections 6.2 to 6.5)."""

from __future__ import annotations

from certbot_sectigo.sandbox import model
from certbot_sectigo.sandbox.protocol import jws, problems
from certbot_sectigo.sandbox.protocol.exchange import Context, SandboxRequest, Signed
from certbot_sectigo.sandbox.protocol.urls import Endpoint
from certbot_sectigo.sandbox.resources import account

CONTENT_TYPE = "application/jose+json"


def authenticate(context: Context, request: SandboxRequest, place: Endpoint, wants: str) -> Signed:
    """Check a request's JWS.

    :param wants: ``kid``, ``jwk`` or ``either``: how the key has to be named.
    :raises problems.ProblemError: for the first fault.
    """
    content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type != CONTENT_TYPE:
        raise problems.malformed(f"The content type MUST be {CONTENT_TYPE}", 415)
    try:
        document = jws.parse_json(request.body)
    except ValueError as error:
        raise problems.malformed(f"The body is not a JWS: {error}") from None
    parsed = jws.parse(document)
    jws.check_algorithm(parsed)
    named = {name for name in ("kid", "jwk") if name in parsed.protected}
    if len(named) == 2:
        raise problems.malformed("jwk and kid MUST NOT both be present")
    if "kid" not in named and (wants == "kid" or not named):
        raise problems.NO_KEY_ID.error()
    if "jwk" not in named and wants == "jwk":
        raise problems.malformed("A JSON Web Key MUST be specified")
    if parsed.header("url") != context.urls.base + request.path + _query(request):
        raise problems.WRONG_URL.error()
    # Used up from here on, whatever becomes of the request (section 6.5).
    if not context.nonces.use(parsed.header("nonce")):
        raise problems.BAD_NONCE.error()
    if "jwk" in named:
        owner, key = None, jws.load_key(parsed.protected["jwk"])
    else:
        owner = _owner(context, parsed, place)
        key = jws.read_key(owner.jwk)
    if not parsed.verified_by(key):
        raise problems.malformed("The JWS signature is wrong")
    if owner is not None:
        account.refuse_deactivated(owner)
    return Signed(_payload(parsed), key, owner)


def _query(request: SandboxRequest) -> str:
    return f"?{request.query}" if request.query else ""


def _owner(context: Context, parsed: jws.Jws, place: Endpoint) -> model.Account:
    url = parsed.header("kid")
    base = context.urls.base
    named = context.urls.parse(url[len(base) :]) if url.startswith(f"{base}/") else Endpoint("")
    owner = None
    # An account is known to the directory it was made at, and to no other [inf].
    if named.endpoint == "account" and named.directory == place.directory:
        owner = context.store.get(model.Account, named.ident)
    if owner is None or owner.directory != place.directory:
        raise problems.NO_ACCOUNT_URL.error()
    return owner


def _payload(parsed: jws.Jws) -> dict[str, object] | None:
    """Read the payload: empty for POST-as-GET (section 6.3), else a JSON object."""
    if not parsed.payload:
        return None
    try:
        return jws.parse_json(parsed.payload)
    except ValueError as error:
        raise problems.malformed(f"The payload is not JSON: {error}") from None
