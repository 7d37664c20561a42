"""Register for a certbot run: what a person has to agree to, and certbot's own settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from certbot_sectigo import __version__
from certbot_sectigo.accounts.change import register as registration
from certbot_sectigo.accounts.model import Account
from certbot_sectigo.ca import credentials
from certbot_sectigo.ca.credentials import Credentials
from certbot_sectigo.ca.session import Settings
from certbot_sectigo.machine import certbot_versions
from certbot_sectigo.machine.dirs import Dirs

if TYPE_CHECKING:
    from josepy.jwk import JWK


def settings(config: Any) -> Settings:
    """Return the network settings of a certbot run: its own user agent, unless one is given."""
    comment = certbot_versions.user_agent_comment(config)
    agent = config.user_agent or " ".join(
        [f"certbot-sectigo/{__version__}", certbot_versions.certbot_product(), comment]
    )
    return Settings(agent.strip(), verify_ssl=not config.no_verify_ssl)


def register(config: Any, dirs: Dirs, pair: Credentials, *, insecure: bool) -> Account:
    """Register an account with an EAB pair, asking through certbot what has to be asked.

    :param config: certbot's configuration.
    :param insecure: take the secret from a file that others can read.
    :raises certbot_sectigo.base.errors.Error: if the file is too open, the CA refuses, or
        somebody does.
    """
    credentials.private_or_refuse(pair, insecure=insecure)
    if pair.path is None and certbot_versions.on_command_line("--eab-hmac-key"):
        certbot_versions.warn(
            "The EAB secret was an argument: it stood in the process list and stands in "
            f"certbot's log in {dirs.logs_dir}. Better: --sectigo-eab-credentials FILE, "
            "and a new pair if others can read either."
        )
    consent = registration.Consent(lambda terms: _agree(config, terms), lambda: _contact(config))
    return registration.register(
        dirs, pair, settings(config), consent, lambda: _new_key(config.rsa_key_size)
    )


def _agree(config: Any, terms: str) -> None:
    """Have the terms of service agreed to: ``--agree-tos``, else certbot's own question."""
    if config.tos:
        return
    question = (
        f"The terms of service of this CA are at {terms} . To register an ACME account you "
        "have to agree to them. Do you agree?"
    )
    if not certbot_versions.ask_yes_no(question, "--agree-tos"):
        raise registration.RegistrationError(
            "No account was registered: the terms of service were not agreed to.",
            "Nothing was sent to the CA. --agree-tos agrees beforehand.",
        )


def _contact(config: Any) -> tuple[str, ...]:
    silent = config.noninteractive_mode or config.register_unsafely_without_email
    if config.email is None and not silent:
        config.email = certbot_versions.ask_text(
            "E-mail address for notices of the CA (leave empty for none)"
        )
    return registration.contact(config.email)


def _new_key(bits: int) -> JWK:
    """Make an account key of the kind certbot makes."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from josepy.jwk import JWKRSA
    from josepy.util import ComparableRSAKey

    return JWKRSA(key=ComparableRSAKey(rsa.generate_private_key(65537, bits)))
