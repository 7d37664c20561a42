"""A company at our sandbox: three departments, each with its EAB pair, organisation and domains."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.sandbox import Config, Pair, running
from tests.bed.certbot import Account, Certbot
from tests.bed.eab import EabPair
from tests.bed.history import plain_account
from tests.bed.ports import free_port


@dataclass(frozen=True)
class Department:
    """A department with an ACME account of its own in SCM."""

    name: str
    pair: EabPair
    binding: str
    """``once`` or ``reusable``."""
    domains: tuple[str, ...]
    validated: tuple[str, ...]
    server: str = ""

    @property
    def kid(self) -> str:
        """The key id of its pair."""
        return self.pair.kid

    @property
    def organisation(self) -> str:
        """O of its certificates."""
        return f"Department {self.name.upper()}"

    def credentials(self, path: Path) -> Path:
        """Write its credentials file."""
        return self.pair.credentials(path, self.server)


class Sectigo:
    """A running sandbox, with what tests ask about it and do to it.

    Department a may have b's names as well, so that a certificate from the wrong account
    is not refused, but shows in its O.

    :param show_binding: whether account objects show which kid they are bound with.
    :param more: further fields of the sandbox's configuration.
    """

    def __init__(self, *, show_binding: bool = False, **more: Any) -> None:
        http01_port = free_port()
        self.http01 = ("--http-01-port", str(http01_port), "--http-01-address", "127.0.0.1")
        """certbot's options for answering HTTP-01 where the sandbox asks."""
        at_once = ("a.example", "b.example", "shared.example")
        self._planned = [
            self._department("a", "once", at_once, "challenge.example"),
            self._department("b", "once", at_once[1:]),
            self._department("c", "reusable", ("c.example",)),
        ]
        pairs = tuple(
            Pair(
                kid=planned.kid,
                hmac_key=Secret(planned.pair.hmac_key),
                binding=planned.binding,
                organisation=planned.organisation,
                domains=planned.domains,
                validated=planned.validated,
            )
            for planned in self._planned
        )
        self._config = Config(
            pairs=pairs, show_binding=show_binding, http01_port=http01_port, **more
        )
        self._stack = ExitStack()

    @staticmethod
    def _department(
        name: str, binding: str, validated: tuple[str, ...], *unvalidated: str
    ) -> Department:
        pair = EabPair.new(f"kid-of-department-{name}")
        return Department(name, pair, binding, (*validated, *unvalidated), validated)

    def __enter__(self) -> Sectigo:
        self.sandbox = self._stack.enter_context(running(self._config))
        self.server = self.sandbox.directory_url("OV")
        """The directory URL of every department."""
        self.departments = {
            planned.name: replace(planned, server=self.server) for planned in self._planned
        }
        self.a = self.departments["a"]
        self.b = self.departments["b"]
        self.c = self.departments["c"]
        self.once = self.a
        """One whose pair binds once."""
        self.reusable = self.c
        """One whose pair binds any number of accounts."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def url(self, product: str) -> str:
        """Give the directory URL of a certificate product."""
        return self.sandbox.directory_url(product)

    def plant(self, department: Department, certbot: Certbot, folder: Path) -> Account:
        """Have a department's account made by plain certbot, see :func:`plain_account`."""
        return plain_account(certbot, department.pair, self.server, folder=folder)

    # What there is.

    @property
    def requests(self) -> int:
        """How many requests were made so far."""
        return sum(self.sandbox.counts().values())

    @property
    def orders(self) -> int:
        """How many orders were opened so far."""
        return len(self.sandbox.orders())

    @property
    def challenges(self) -> int:
        """How many challenges clients have said to be ready for."""
        return len(self.sandbox.requests("chall"))

    @property
    def accounts(self) -> list[str]:
        """URLs of all accounts."""
        return [account.url for account in self.sandbox.accounts()]

    def accounts_of(self, kid: str) -> list[str]:
        """URLs of the accounts that were bound with a kid."""
        return [account.url for account in self.sandbox.accounts(kid)]

    def contacts_of(self, kid: str) -> list[str]:
        """Contacts of the one account that was bound with a kid."""
        (account,) = self.sandbox.accounts(kid)
        return list(account.contact)

    def kid_behind(self, url: str) -> str:
        """Tell which kid an account was bound with."""
        (found,) = (account for account in self.sandbox.accounts() if account.url == url)
        return found.kid

    def is_revoked(self, serial: int) -> bool:
        """Tell whether a certificate is revoked."""
        (found,) = (c for c in self.sandbox.certificates() if int(c.serial, 16) == serial)
        return bool(found.revoked)

    def asked_by(self, deed: Callable[[], object]) -> list[tuple[str, str]]:
        """Give method and endpoint of each request that a deed makes."""
        before = len(self.sandbox.requests())
        deed()
        return [(record.method, record.endpoint) for record in self.sandbox.requests()[before:]]

    # What goes wrong.

    @contextmanager
    def faulty(self, kind: str, endpoint: str) -> Iterator[None]:
        """Have each request to an endpoint meet a fault of the sandbox, inside the block."""
        self.sandbox.fault(kind, endpoint, times=0, seconds=600)
        try:
            yield
        finally:
            self.sandbox.clear_faults()
