"""One request to SCM: who asks, what they may see, and how it is refused."""

from __future__ import annotations

import datetime
import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs

from certbot_sectigo.sandbox import model
from certbot_sectigo.sandbox.config import Config
from certbot_sectigo.sandbox.parties import Admin, Organisation
from certbot_sectigo.sandbox.protocol.exchange import Context, Reply, SandboxRequest
from certbot_sectigo.sandbox.protocol.paths import ScmPlace

DAY = 86400.0
_MOST = 200
_FIRST_ID = 1001


class ScmError(Exception):
    """A refusal of SCM.

    :param status: HTTP status code.
    :param code: SCM's own number [D].
    :param description: SCM's text.
    """

    def __init__(self, status: int, code: int, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.code = code
        self.description = description


UNKNOWN_USER = (401, -16, "Unknown user")  # [D]
NO_SUCH_ACCOUNT = (404, -1, "ACME account not found")  # [own]
NO_SUCH_ORGANISATION = (400, -1023, "Organization not found")  # number [D], text [own]
NO_SUCH_DOMAIN = (404, -727, "Domain does not exist")  # number [D], text [own]
NO_SUCH_CERTIFICATE = (400, -124, "Wrong SSL id")  # number [D], text [own]
NOT_ALLOWED = (403, -3, "You are not authorized to perform this action")  # [D]; status [own]
ALREADY_REVOKED = (400, -159, "The certificate is already revoked")  # number [D], text [own]


def missing(name: str) -> ScmError:
    """Return the refusal of a request that lacks something ([hm] for ``organizationId``)."""
    return ScmError(400, -1001, f"Value of '{name}' must not be null.")


def invalid(name: str) -> ScmError:
    """Return the refusal of a value; number [D], text [own]."""
    return ScmError(400, -1601, f"Invalid value of '{name}'.")


def organisations(config: Config) -> tuple[Organisation, ...]:
    """Return all organisations, each with its number: those configured and those of pairs."""
    found = {o.name: o for o in config.organisations}
    for pair in config.pairs:
        found.setdefault(pair.organisation, Organisation(pair.organisation))
    return tuple(
        o if o.id else replace(o, id=number) for number, o in enumerate(found.values(), _FIRST_ID)
    )


@dataclass(frozen=True)
class Visit:
    """A request whose sender is known."""

    context: Context
    admin: Admin
    request: SandboxRequest
    place: ScmPlace
    started: float
    """When the sandbox was."""

    @functools.cached_property
    def organisations(self) -> tuple[Organisation, ...]:
        """The organisations this administrator sees, with the departments of each."""
        every = organisations(self.context.config)
        own = self.admin.organisations
        if not own:
            return every
        return tuple(o for o in every if o.name in own or o.department_of in own)

    def organisation(self, ident: object) -> Organisation:
        """Return a visible organisation.

        :raises ScmError: if there is none of that number.
        """
        for found in self.organisations:
            if found.id == ident:
                return found
        raise ScmError(*NO_SUCH_ORGANISATION)

    def sees(self, organisation: str) -> bool:
        """Return whether an organisation's name is one of those this administrator sees."""
        return any(found.name == organisation for found in self.organisations)

    def query(self, name: str) -> str | None:
        """Return a value of the query, None where it is not given."""
        values = parse_qs(self.request.query).get(name)
        return values[0] if values else None

    def number(self, name: str) -> int | None:
        """Return a number of the query.

        :raises ScmError: if it is none.
        """
        text = self.query(name)
        if text is None:
            return None
        if not text.lstrip("-").isdigit() or len(text) > 12:
            raise invalid(name)
        return int(text)

    def body(self) -> Mapping[str, Any]:
        """Return the JSON object that was sent.

        :raises ScmError: if there is none.
        """
        try:
            found = json.loads(self.request.body)
        except (ValueError, RecursionError):
            raise ScmError(400, -1, "The request's body is not JSON") from None
        if not isinstance(found, dict):
            raise ScmError(400, -1, "The request's body is not a JSON object")
        return found

    def text(self, body: Mapping[str, Any], name: str, most: int) -> str:
        """Return a text that has to be there.

        :raises ScmError: if it is missing, empty or too long.
        """
        value = body.get(name)
        if value is None:
            raise missing(name)
        if not isinstance(value, str) or not 1 <= len(value) <= most:
            raise invalid(name)
        return value

    def listed(self, rows: Sequence[Mapping[str, Any]]) -> Reply:
        """Return a page of a list, with ``X-Total-Count`` [D]."""
        position, size = self.number("position") or 0, self.number("size")
        size = _MOST if size is None else min(max(size, 0), _MOST)
        page = list(rows[max(position, 0) :][:size])
        count = (("X-Total-Count", str(len(rows))),)
        return Reply(200, json.dumps(page).encode(), "application/json", count)

    def date(self, seconds: float, usual: str) -> str:
        """Return a date in the endpoint's usual form, or as ISO where that is asked for [D]."""
        asked = (self.query("dateFormat") or "").upper()
        form = "%Y-%m-%d" if asked.startswith("ISO") else usual
        return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime(form)

    def moment(self, seconds: float) -> str:
        """Return a time as ISO 8601 with milliseconds [D]."""
        moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def validated_until(self, at: float | None) -> float | None:
        """Return until when a validation counts, seconds since 1970."""
        return at + self.context.config.validation_days * DAY if at else None

    def accounts(self) -> list[model.ScmAccount]:
        """Return the ACME accounts this administrator sees."""
        found = self.context.store.find(model.ScmAccount)
        return [a for a in found if not a.deleted and self.sees(a.organisation)]


def empty(status: int, *headers: tuple[str, str]) -> Reply:
    """Return an answer without a body."""
    return Reply(status, b"", "", headers)
