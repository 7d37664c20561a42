"""Who asks SCM: password, client certificate, or an OAuth2 token."""

from __future__ import annotations

import secrets
import threading
from urllib.parse import parse_qs

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.sandbox.parties import Admin
from certbot_sectigo.sandbox.protocol.exchange import Context, Reply, SandboxRequest
from certbot_sectigo.sandbox.protocol.paths import ScmPlace
from certbot_sectigo.sandbox.scm.visit import DAY, UNKNOWN_USER, ScmError, Visit

_TOKEN_SECONDS = 300


class Login:
    """Knows the tokens that were given out; they live as long as the sandbox."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._tokens: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def token(self, request: SandboxRequest) -> Reply:
        """Answer the token path: client credentials in a form (RFC 6749 section 4.4) [O]."""
        form = {k: v[0] for k, v in parse_qs(request.body.decode("utf-8", "replace")).items()}
        if form.get("grant_type") != "client_credentials":
            return Reply.json({"error": "unsupported_grant_type"}, 400)
        for admin in self._context.config.admins:
            known = admin.client_id and admin.client_id == form.get("client_id")
            if known and _same(admin.client_secret, form.get("client_secret")):
                token = secrets.token_urlsafe(32)
                with self._lock:
                    self._tokens[token] = (admin.login, self._context.now() + _TOKEN_SECONDS)
                answer = {
                    "access_token": token,
                    "expires_in": _TOKEN_SECONDS,
                    "token_type": "Bearer",
                }
                return Reply.json(answer)
        return Reply.json({"error": "invalid_client"}, 401)

    def admin(self, request: SandboxRequest, place: ScmPlace, *, expired: bool) -> Admin:
        """Return who asks.

        :param expired: take a token for one that has run out.
        :raises ScmError: 401, if it is nobody known.
        """
        headers = request.headers
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            with self._lock:
                login, until = self._tokens.get(token, ("", 0.0))
            if expired or until <= self._context.now():
                raise ScmError(*UNKNOWN_USER)
            return next(a for a in self._context.config.admins if a.login == login)
        for admin in self._context.config.admins:
            named = headers.get("login") == admin.login
            if not named or headers.get("customeruri") != admin.customer_uri:
                continue
            if place.private:
                # The certificate stands in for the password [D].
                if request.peer == admin.login:
                    return admin
            elif _same(admin.password, headers.get("password")) and not admin.password_expired:
                return admin
        raise ScmError(*UNKNOWN_USER)

    def password(self, visit: Visit) -> Reply:
        """Answer when the administrator's password ends [D]."""
        state = visit.admin.password_state
        document = {"state": state}
        if state != "NEVER_EXPIRE":
            until = visit.started + visit.admin.password_days * DAY
            document["expirationDate"] = visit.date(until, "%Y-%m-%d")
        return Reply.json(document)


def _same(secret: Secret | None, given: str | None) -> bool:
    return secret is not None and bool(given) and secret == Secret(given or "-")
