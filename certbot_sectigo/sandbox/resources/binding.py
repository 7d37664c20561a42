"""The external account binding of a registration (RFC 8555 section 7.3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from josepy.jwk import JWK

from certbot_sectigo.sandbox import model
from certbot_sectigo.sandbox.parties import Pair
from certbot_sectigo.sandbox.protocol import jws, problems
from certbot_sectigo.sandbox.protocol.exchange import Context


def check(context: Context, payload: Mapping[str, Any], key: JWK, url: str, directory: str) -> Pair:
    """Check the binding a newAccount request brings.

    In the order in which Sectigo's refusals are known [Z]; that a pair which is
    used up is refused before its MAC is looked at is an inference.

    :param payload: the request's payload.
    :param key: the key that signed the request.
    :param url: the request's own URL.
    :param directory: the product it was sent to.
    :return: the pair it is bound with.
    :raises problems.ProblemError: for every fault.
    """
    document = payload.get("externalAccountBinding")
    if document is None:
        raise problems.BINDING_REQUIRED.error()
    if context.config.contact_required and not payload.get("contact"):
        # [Z]: misleading, since the binding was there.
        raise problems.BINDING_REQUIRED.error()
    if not isinstance(document, dict):
        raise problems.malformed("[External Account Binding] The field is not a JSON object")
    binding = jws.parse(document, "[External Account Binding] JWS")
    jws.check_algorithm(binding, jws.MAC_ALGORITHMS)
    if "nonce" in binding.protected:
        raise problems.malformed("[External Account Binding] A nonce MUST NOT be present")
    if binding.header("url") != url:
        raise problems.WRONG_URL.error()
    pair = context.pair(binding.header("kid"))
    if pair is None or not _serves(context, pair, directory):
        raise problems.UNKNOWN_KID.error()
    if not awaits(context, pair):
        raise problems.NOT_AWAITING.error()
    text = pair.hmac_key.reveal().rstrip("=")
    if not binding.verified_by_mac(jws.decode(text)):
        raise problems.INVALID_MAC.error()
    try:
        bound = jws.load_key(jws.parse_json(binding.payload))
    except (ValueError, problems.ProblemError):
        bound = None
    if bound is None or jws.thumbprint(bound) != jws.thumbprint(key):
        raise problems.malformed(
            "[External Account Binding] The payload is not the key of the request"
        )
    return pair


def awaits(context: Context, pair: Pair) -> bool:
    """Tell whether a pair can still be bound.

    Bind-once pairs refuse a second account ([S] certbot#8944), and so do pairs
    deactivated in SCM [inf]. A suspended account may still be bound [inf].
    """
    state = context.store.get(model.PairState, pair.kid)
    if state is None or state.status == "deactivated":
        return False
    return pair.binding == "reusable" or state.bound == 0


def bind(context: Context, pair: Pair) -> str:
    """Count one account more for a pair, in the caller's transaction.

    :return: the id for the new account: the kid for the first one [Z], else empty.
    :raises problems.ProblemError: if another request was quicker.
    """
    state = context.store.get(model.PairState, pair.kid)
    if state is None or not awaits(context, pair):
        raise problems.NOT_AWAITING.error()
    # SCM shows the account as pending until its first client registers [doc].
    status = "valid" if state.status == "pending" else state.status
    context.store.put(replace(state, status=status, bound=state.bound + 1))
    return pair.kid if state.bound == 0 else ""


def _serves(context: Context, pair: Pair, directory: str) -> bool:
    # One directory for every product in profile universal [inf].
    return directory == context.config.directory_of(pair)
