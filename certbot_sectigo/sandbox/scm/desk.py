"""SCM's front desk: from a request to its answer, and the state it begins with."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from certbot_sectigo.sandbox import model
from certbot_sectigo.sandbox.protocol.exchange import Context, Reply, SandboxRequest
from certbot_sectigo.sandbox.protocol.faults import Fault
from certbot_sectigo.sandbox.protocol.paths import ScmPlace
from certbot_sectigo.sandbox.scm import accounts, certificates, clients, domains
from certbot_sectigo.sandbox.scm.login import Login
from certbot_sectigo.sandbox.scm.visit import DAY, ScmError, Visit, organisations

_logger = logging.getLogger(__name__)
_READ = ("GET",)
_ROUTES: Mapping[str, tuple[Callable[[Visit], Reply], tuple[str, ...]]] = {
    "scm-servers": (accounts.servers, _READ),
    "scm-accounts": (accounts.accounts, ("GET", "POST")),
    "scm-account": (accounts.account, ("GET", "PUT", "DELETE")),
    "scm-account-domains": (accounts.domains, ("GET", "POST", "DELETE")),
    "scm-account-domains-v1": (accounts.domains, ("POST", "DELETE")),
    "scm-clients": (clients.clients, _READ),
    "scm-client": (clients.client, ("PUT",)),
    "scm-organizations": (domains.organizations, _READ),
    "scm-organization": (domains.organization, _READ),
    "scm-organization-validations": (domains.organization_validations, _READ),
    "scm-domains": (domains.domains, ("GET", "POST")),
    "scm-domain": (domains.domain, _READ),
    "scm-delegation": (domains.delegation, ("POST", "DELETE")),
    "scm-delegation-decision": (domains.decision, ("POST",)),
    "scm-validations": (domains.validations, _READ),
    "scm-validation-status": (domains.validation_status, ("POST",)),
    "scm-certificates": (certificates.certificates, ("GET", "HEAD")),
    "scm-certificate": (certificates.certificate, _READ),
    "scm-collect": (certificates.collect, _READ),
    "scm-revoke": (certificates.revoke, ("POST",)),
    "scm-revoke-serial": (certificates.revoke, ("POST",)),
    "scm-report": (certificates.report, ("POST",)),
}


class Desk:
    """Answers the requests to SCM."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._login = Login(context)
        self._started = context.now()

    def reply(
        self, request: SandboxRequest, place: ScmPlace, faults: Mapping[str, Fault], who: list[str]
    ) -> Reply:
        """Answer one request; refusals are answers, too.

        :param who: gets the login of who asks, where it is known.
        """
        try:
            return self._reply(request, place, faults, who)
        except ScmError as error:
            return _refusal(error)
        except Exception:
            # Whatever a client sends, it gets an answer.
            _logger.exception("%s %s", request.method, request.path)
            return _refusal(ScmError(500, -14, "Internal error"))

    def _reply(
        self, request: SandboxRequest, place: ScmPlace, faults: Mapping[str, Fault], who: list[str]
    ) -> Reply:
        if "rate-limit" in faults:
            wait = str(max(1, round(faults["rate-limit"].seconds)))
            refusal = _refusal(ScmError(429, -1, "Too many requests"))
            return replace(refusal, headers=(("Retry-After", wait),))
        if "server-error" in faults:
            raise ScmError(500, -14, "Internal error")
        if place.endpoint == "scm-token":
            if request.method != "POST":
                raise ScmError(405, -1, "Method not allowed")
            return self._login.token(request)
        admin = self._login.admin(request, place, expired="expired-token" in faults)
        who.append(admin.login)
        visit = Visit(self._context, admin, request, place, self._started)
        if place.endpoint == "scm-password" and request.method == "GET":
            return self._login.password(visit)
        handler, methods = _ROUTES.get(place.endpoint, (None, ()))
        if handler is None:
            raise ScmError(404, -1, "There is nothing here")
        if request.method not in methods:
            raise ScmError(405, -1, "Method not allowed")
        return handler(visit)


def enter(context: Context) -> None:
    """Enter the configuration's accounts and domains into SCM, except those already known.

    Call it in a transaction. What the configuration says of a pair's domains counts again
    when it has changed since; else what was done over REST stays.
    """
    store, config = context.store, context.config
    number = accounts.next_id(store.find(model.ScmAccount))
    for pair in config.pairs:
        known = store.find(model.ScmAccount, kid=pair.kid)
        if known:
            if known[0].configured != pair.domains:
                changed = replace(known[0], domains=pair.domains, configured=pair.domains)
                store.put(changed)
            continue
        store.put(
            model.ScmAccount(
                id=number,
                kid=pair.kid,
                hmac_key=pair.hmac_key.reveal(),
                name=pair.domains[0] if pair.domains else pair.organisation,
                directory=pair.directory,
                organisation=pair.organisation,
                binding=pair.binding,
                domains=pair.domains,
                configured=pair.domains,
                from_configuration=True,
                created=context.now(),
                profile=accounts.PROFILE if config.profile == "universal" else "",
            )
        )
        number += 1
    numbers = itertools.count(domains.next_id(store.find(model.ScmDomain)))
    for organisation in organisations(config):
        validated = organisation.validated
        for name in organisation.domains:
            done = validated is None or name in validated
            age = organisation.validation_age if done else None
            _enter_domain(context, numbers, name, organisation.name, age)
    for pair in config.pairs:
        for name in pair.domains:
            done = name in pair.validated_domains
            age = pair.validation_age if done else None
            _enter_domain(context, numbers, name.replace("*.", "", 1), pair.organisation, age)


def _enter_domain(
    context: Context, numbers: Iterator[int], name: str, organisation: str, age: float | None
) -> None:
    store = context.store
    known = store.find(model.ScmDomain, name=name)
    if known:
        names = tuple(dict.fromkeys((*known[0].organisations, organisation)))
        store.put(replace(known[0], organisations=names))
        return
    at = 0.0 if age is None else context.now() - age * DAY
    store.put(model.ScmDomain(next(numbers), name, (organisation,), (), at))


def _refusal(error: ScmError) -> Reply:
    return Reply.json({"code": error.code, "description": error.description}, error.status)
