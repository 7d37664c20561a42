"""Asks the sandbox's SCM with nothing but the standard library."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.sandbox import Admin, Organisation, RunningSandbox

DEPARTMENT_C = Organisation(
    "Department C", 77, "Company", ("c.example", "d.example"), ("c.example",)
)
COMPANY = Organisation("Company", 70, domains=("company.example",))
CLERK = Admin(
    "clerk",
    Secret("clerks-password"),
    organisations=("Department C",),
    client_id="clerk-id",
    client_secret=Secret("clerks-client-secret"),
)
ROOT = Admin("root", Secret("roots-password"))
SCM: dict[str, Any] = {"organisations": (COMPANY, DEPARTMENT_C), "admins": (CLERK, ROOT)}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Scm:
    """One administrator at the sandbox's SCM."""

    def __init__(self, sandbox: RunningSandbox, admin: Admin = CLERK) -> None:
        self.sandbox = sandbox
        self.headers = {
            "login": admin.login,
            "password": admin.password.reveal(),
            "customerUri": admin.customer_uri,
        }

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.sandbox.port, timeout=30)
        data = body if isinstance(body, (str, bytes)) or body is None else json.dumps(body)
        try:
            connection.request(method, path, data, self.headers if headers is None else headers)
            reply = connection.getresponse()
            found = {k.lower(): v for k, v in reply.getheaders()}
            return Answer(reply.status, found, reply.read())
        finally:
            connection.close()

    def create(self, name: str = "web1.c.example", organisation: int = 77) -> int:
        given = {
            "name": name,
            "organizationId": organisation,
            "acmeServer": self.sandbox.directory_url(),
        }
        made = self.ask("POST", "/api/acme/v2/account", given)
        assert (made.status, made.body) == (201, b""), made
        return int(made.headers["location"].rsplit("/", 1)[1])
