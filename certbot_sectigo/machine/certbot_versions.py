"""What differs between certbot versions, and which options were really given."""

from __future__ import annotations

import inspect
import logging
import sys
from collections.abc import Callable, Sequence
from typing import Any

DEFAULT_SERVERS = (
    "https://acme-v02.api.letsencrypt.org/directory",
    "https://acme-staging-v02.api.letsencrypt.org/directory",
)
"""What certbot puts into ``config.server`` where nobody asked for a server.

certbot has no public name for them, and before 2.10 no public way to ask
whether an option was given.
"""


def on_command_line(option: str, argv: Sequence[str] | None = None) -> bool:
    """Return whether an option stands among the process's arguments.

    Neither cli.ini nor a ``-c`` file nor a renewal file counts. An option may be
    shortened as argparse allows; a prefix that is ambiguous never got this far.

    :param option: the long option, such as ``--eab-kid``.
    :param argv: the arguments; those of this process if None.
    """
    for word in sys.argv[1:] if argv is None else argv:
        if word == "--":
            return False
        given = word.split("=", 1)[0]
        if given == option or (len(given) > 3 and option.startswith(given) and given != "--server"):
            return True
    return False


def server_given(server: str) -> bool:
    """Return whether ``config.server`` is somebody's choice and not certbot's default."""
    return server not in DEFAULT_SERVERS


def acme_post_arguments() -> dict[str, Any]:
    """Return what ``ClientNetwork.post`` of this `acme` needs for RFC 8555.

    acme before 2.0 still had a client for the older protocol, and spoke that by default.
    """
    from acme import client

    return {"acme_version": 2} if hasattr(client, "BackwardsCompatibleClientV2") else {}


def takes_ec_keys() -> bool:
    """Return whether this certbot can use an account whose key is an EC one.

    Before 2.0 it signs with RS256 whatever the key is; josepy before 1.3 reads no such key.
    """
    from acme import client

    return not hasattr(client, "BackwardsCompatibleClientV2")


def certbot_product() -> str:
    """Return certbot's name and version as HTTP writes products."""
    import certbot

    return f"certbot/{certbot.__version__}"


def certbot_version() -> tuple[int, ...]:
    """Return certbot's version, such as ``(5, 8, 0)``, for the functions below."""
    import certbot

    return tuple(int(part) for part in certbot.__version__.split(".") if part.isdigit())


def renews_by_lifetime(version: tuple[int, ...]) -> bool:
    """Return whether certbot renews in a certificate's last third, not 30 days before its end."""
    return version >= (4,)


def renews_no_later(version: tuple[int, ...]) -> bool:
    """Return whether ``renew_before_expiry`` cannot put off what certbot would renew anyway."""
    return version[:2] == (4, 0)


_NOT_YET = {
    (1, 12): ("no-reuse-key", "verbose-level"),
    (1, 21): ("issuance-timeout", "new-key"),
    (2, 1): ("run-deploy-hooks",),
    (2, 9): ("preferred-profile", "required-profile"),
    (4, 0): ("eab-hmac-alg", "ip-address"),
}
"""Version -> options that it and those before it lack; of those between two it is not known."""
_NOT_ANY_MORE = {(2, 1): ("dns-cloudxns",), (4, 0): ("manual-public-ip-logging-ok",)}


def lacks_option(version: tuple[int, ...], name: str) -> bool:
    """Return whether a certbot surely lacks an option that others have.

    :param name: without its ``--``.
    """
    return any(name in names and version[:2] <= last for last, names in _NOT_YET.items()) or any(
        name in names and version >= first for first, names in _NOT_ANY_MORE.items()
    )


def compares_kept_keys(version: tuple[int, ...]) -> bool:
    """Return whether ``reuse_key`` has it compare the key with options, and mind another one."""
    return not lacks_option(version, "new-key")


def reads_deploy_hook(version: tuple[int, ...]) -> bool:
    """Return whether it takes ``deploy_hook`` out of a renewal file; others look for renew_hook."""
    return version >= (5, 3) or not version


def takes_prefixed_plugins(version: tuple[int, ...]) -> bool:
    """Return whether certbot knows plugins by ``DISTRIBUTION:NAME`` as well."""
    return version < (2,)


def least_rsa_bits(version: tuple[int, ...]) -> int:
    """Return how long an RSA key has to be for certbot to make it."""
    return 2048 if version >= (2, 1) else 1024


def asks_requirements(version: tuple[int, ...]) -> bool:
    """Return whether certbot ends where a requirement of a plugin is not met.

    2.1 does and 2.9 does not; those between are taken for the former.
    """
    return version < (2, 9)


def saving_words() -> tuple[str, ...]:
    """Return the subcommand of certbot that saves options with a lineage, and what it needs.

    Before 2.3, which brought ``reconfigure``, only a renewal saves them.
    """
    return ("reconfigure",) if certbot_version() >= (2, 3) else ("renew", "--force-renewal")


def forget(config: Any, name: str) -> None:
    """Take a value out of certbot's configuration that a renewal file put there.

    certbot would save it again with the lineage.
    """
    vars(getattr(config, "namespace", config)).pop(name, None)


def user_agent_comment(config: Any) -> str:
    """Return the user's ``--user-agent-comment``, an option that certbot 1.12 has as well."""
    return getattr(config, "user_agent_comment", None) or ""


def plugin_interfaces() -> tuple[type, ...]:
    """Return the base classes of an authenticator and installer in this certbot.

    From 1.19 on these are abstract base classes in ``certbot.interfaces``; before,
    zope interfaces that :func:`declare` has to name.
    """
    from certbot import interfaces

    names = ("Authenticator", "Installer", "RenewDeployer", "GenericUpdater")
    found = (getattr(interfaces, name, None) for name in names)
    return tuple(base for base in found if isinstance(base, type))


def declare(plugin: type) -> type:
    """Declare the zope interfaces that certbot before 1.19 looks for; a class decorator.

    :returns: the class itself.
    """
    from certbot import interfaces

    factory = getattr(interfaces, "IPluginFactory", None)
    # Later ones keep the names: as plain classes, where zope is not installed.
    if factory is not None and not isinstance(factory, type):
        from zope.interface import classImplements, directlyProvides

        directlyProvides(plugin, factory)
        classImplements(plugin, interfaces.IAuthenticator, interfaces.IInstaller)
    return plugin


def notify(message: str) -> None:
    """Print a message as certbot prints its own; quiet under ``-q``."""
    from certbot.display import util

    util.notify(message)


def warn(message: str) -> None:
    """Print a warning where certbot prints its own, on standard error and in its log."""
    logging.getLogger("certbot").warning(message)


PATIENCE = (45.0, 300.0)
"""How long to wait for a connection and for an answer, in seconds. The former is certbot's own;
a CA was seen to hold a finalize for longer than 45 seconds, and issued (acme-proxy#22)."""

_ISSUANCE_TIMEOUT = 90
"""certbot's default of ``--issuance-timeout``, in seconds."""

_PATIENT_ISSUANCE = 360
"""It counts from before the request that finalises the order, which may be held."""


def be_patient(config: Any) -> None:
    """Have certbot wait for a CA that holds its answers, in this run and without saving it.

    Raises the default time-out of ``acme.client.ClientNetwork``, which no option of certbot
    reaches, and ``issuance_timeout`` unless somebody chose one. Where that class looks
    different it is left alone, which the log says.
    """
    from acme import client

    if getattr(config, "issuance_timeout", None) == _ISSUANCE_TIMEOUT and not on_command_line(
        "--issuance-timeout"
    ):
        config.issuance_timeout = _PATIENT_ISSUANCE
    try:
        make = client.ClientNetwork.__init__
        parameters = inspect.signature(make).parameters.values()
        defaults = [p for p in parameters if p.default is not inspect.Parameter.empty]
        positional = [p for p in defaults if p.kind is not inspect.Parameter.KEYWORD_ONLY]
        (at,) = (n for n, p in enumerate(positional) if p.name == "timeout")
        values = list(make.__defaults__ or ())
        if values[at] != PATIENCE and not isinstance(values[at], (int, float)):
            raise TypeError(f"its default time-out is {values[at]!r}")
        values[at] = PATIENCE
        make.__defaults__ = tuple(values)
    except (AttributeError, TypeError, ValueError, IndexError) as error:
        logging.getLogger(__name__).info("certbot's time-out stays what it is: %s", error)


def warn_early(message: str) -> None:
    """Print a warning while certbot is still reading its options.

    Some versions (1.21 and 2.1 for two) print nothing below an error by then.
    """
    logging.getLogger("certbot").error(message)


def ask_yes_no(question: str, cli_flag: str) -> bool:
    """Ask through certbot's display, which refuses in its own words where it may not ask.

    :param cli_flag: the option that answers beforehand.
    """
    from certbot.display import util

    if hasattr(util, "yesno"):
        return bool(util.yesno(question, cli_flag=cli_flag, force_interactive=True))
    return bool(_old_display().yesno(question, cli_flag=cli_flag, force_interactive=True))


def ask_text(question: str) -> str | None:
    """Ask for a line of text through certbot's display; None where the answer was a refusal."""
    from certbot.display import util

    ask = util.input_text if hasattr(util, "input_text") else _old_display().input
    code, text = ask(question, force_interactive=True)
    return str(text).strip() if code == util.OK else None


def _old_display() -> Any:
    """Return certbot's display as a zope utility, the only way to it before 1.15."""
    from certbot import interfaces
    from zope import component

    return component.getUtility(getattr(interfaces, "IDisplay"))  # noqa: B009 - gone since 2.0


def challenge_name(challenge: Any) -> str:
    """Return the name an annotated challenge is for; certbot renamed the attribute in 5.2."""
    identifier = getattr(challenge, "identifier", None)
    return str(identifier.value if identifier is not None else challenge.domain)


def at_exit(function: Callable[[], None]) -> None:
    """Have a function called when certbot ends, also by an exception or a signal it handles."""
    from certbot import util

    util.atexit_register(function)
