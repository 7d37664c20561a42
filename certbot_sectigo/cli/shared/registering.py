"""What commands that register an account share: its options, the consent, and the act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from certbot_sectigo.accounts import find, keys
from certbot_sectigo.accounts.change import register
from certbot_sectigo.accounts.find import FindContext
from certbot_sectigo.accounts.judge.choice import Chosen
from certbot_sectigo.accounts.request import AccountRequest
from certbot_sectigo.ca.credentials import Credentials
from certbot_sectigo.ca.session import Session, Settings
from certbot_sectigo.cli.shared import questions
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine import commands


def consent_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--email`` and ``--agree-tos``."""
    terms = click.option("--agree-tos", is_flag=True, help="Agree to the CA's terms of service.")
    mail = click.option("--email", metavar="ADDRESS", help="Contact; several with commas between.")
    return mail(terms(function))


def key_type_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--key-type`` of the account's key."""
    return click.option(
        "--key-type",
        type=click.Choice(["rsa", "ecdsa"]),
        default="rsa",
        show_default=True,
        help="Kind of account key.",
    )(function)


class Consenting:
    """What a person says to a registration: by options, or asked where questions may be asked.

    :param settings: how the CA is asked for its terms.
    :param email: addresses with commas between; None: asked for.
    :param agree_tos: the terms are agreed to beforehand.
    :raises certbot_sectigo.accounts.change.register.RegistrationError: if an address is none.
    """

    def __init__(
        self, context: CommandContext, settings: Settings, email: str | None, *, agree_tos: bool
    ) -> None:
        register.contact(email)
        self._context = context
        self._settings = settings
        self._address = email
        self._agree_tos = agree_tos
        self._agreed: set[str] = set()

    def question(self, server: str, act: str) -> str:
        """Ask for the address, show the terms, and return the question that agrees to all of it.

        :param server: ACME directory URL.
        :param act: what is done then, such as ``register the account``.
        """
        if self._address is None:
            self._address = questions.text("E-mail address for the CA's notices (empty: none)")
            register.contact(self._address)
        terms = Session(server, None, self._settings).terms_of_service()
        if self._agree_tos or not terms:
            return f"{act[0].upper()}{act[1:]}?"
        say(f"The CA's terms of service: {terms}")
        self._agreed.add(terms)
        return f"Agree to them and {act}?"

    @property
    def consent(self) -> register.Consent:
        """The same for the registration."""
        return register.Consent(self._agree, self._contact)

    def _agree(self, terms: str) -> None:
        may_ask = self._context.interactive and not self._context.json
        if self._agree_tos or terms in self._agreed:
            return
        if may_ask and questions.agreed(
            f"The CA's terms of service are at {terms} . Do you agree?"
        ):
            self._agreed.add(terms)
            return
        raise register.RegistrationError(
            f"No account was registered: the terms of service ({terms}) were not agreed to.",
            "Nothing was sent to the CA. To agree beforehand:" + commands.again_with("--agree-tos"),
        )

    def _contact(self) -> tuple[str, ...]:
        return register.contact(self._address)


def request(pair: Credentials) -> AccountRequest:
    """Return the wish for an account of a pair's kid."""
    return AccountRequest(pair.server, pair.kid, credentials=pair)


def refuse_beforehand(pair: Credentials, around: FindContext, consented: register.Consent) -> None:
    """Raise what :func:`obtain` can know before anything is written.

    :raises certbot_sectigo.base.errors.Error: with what helps.
    """
    register.refuse_beforehand(around.dirs, pair, around.settings, consented)


def obtain(
    pair: Credentials, around: FindContext, consented: register.Consent, key_type: str
) -> Chosen:
    """Register an account with a pair; where a run was cut off, finish what it began.

    :param key_type: ``rsa`` or ``ecdsa``.
    :raises certbot_sectigo.base.errors.Error: where the CA or somebody refuses.
    """
    kind = keys.DEFAULT_KIND if key_type == "rsa" else "EC P-256"
    return find.new(
        request(pair),
        around,
        pair,
        lambda given: register.register(
            around.dirs, given, around.settings, consented, lambda: keys.new(kind)
        ),
    )
