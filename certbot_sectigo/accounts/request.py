"""Pure: what a run asks for (kid, server, pin), out of its options, files and lineage."""

from __future__ import annotations

from dataclasses import dataclass

from certbot_sectigo.base import errors
from certbot_sectigo.ca.credentials import DEFAULT_SERVER, Credentials
from certbot_sectigo.machine import commands
from certbot_sectigo.machine.dirs import same_server


class RequestError(errors.Error):
    """The options do not say one thing."""


class NothingAskedError(RequestError):
    """No option, file or lineage names a kid or an account."""


@dataclass(frozen=True)
class Option:
    """An option's value, and whether it stands on this command line.

    Values from cli.ini, a ``-c`` file or a renewal file do not.
    """

    value: str | None = None
    named: bool = False

    def __bool__(self) -> bool:
        return bool(self.value)


@dataclass(frozen=True)
class Asked:
    """What certbot's configuration says when the plugin is prepared."""

    account: Option = Option()
    server: Option = Option()
    """certbot's own ``--server``; empty where it is certbot's default."""
    kid: Option = Option()
    """``--sectigo-eab-kid``."""
    eab_kid: Option = Option()
    """certbot's own ``--eab-kid``."""
    own_server: Option = Option()
    """``--sectigo-eab-server``."""
    file: Credentials | None = None
    """The credentials file, given or default."""
    file_named: bool = False
    """It was given on this command line."""
    file_is_default: bool = False
    """Nothing names it: it is just there."""
    pair: Credentials | None = None
    """What ``--eab-kid`` and ``--eab-hmac-key`` make."""

    @property
    def decides(self) -> bool:
        """Whether this command line itself names a kid or an account."""
        return self.file_named or self.kid.named or self.eab_kid.named or self.account.named


@dataclass(frozen=True)
class Pinned:
    """What an existing lineage says."""

    name: str
    server: str | None
    account: str | None
    kid: str | None
    ours: bool
    """This plugin chooses its account: as its authenticator, or as installer beside another."""


@dataclass(frozen=True)
class AccountRequest:
    """What is to be found: an account of a kid at a server, or a pinned one."""

    server: str
    kid: str | None = None
    pin: str | None = None
    """Take this account if it loads, without a question."""
    strict: bool = False
    """The pin was named on the command line: nothing else will do."""
    credentials: Credentials | None = None
    """A pair of that kid, good for registering."""
    warnings: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """What the certificate is for, as far as that is known; for messages, as is the next."""
    lineage: str | None = None

    @property
    def subject(self) -> tuple[str, ...]:
        """certbot's options that name the certificate."""
        if self.lineage is not None:
            return ("--cert-name", self.lineage)
        return tuple(word for name in self.names or ("NAME",) for word in ("-d", name))


def for_issuance(asked: Asked, lineage: Pinned | None) -> AccountRequest:
    """Settle what ``certonly`` or ``run`` asks for.

    What stands on the command line decides, and must not contradict itself; then
    the lineage's pin; then what is configured.

    :param lineage: the lineage this run would renew or replace, if there is one.
    :raises RequestError: if the options contradict one another or say nothing.
    """
    kid, source = _kid(asked, lineage)
    pairs = [p for p in (asked.file, asked.pair) if p is not None and p.kid == kid]
    credentials = pairs[0] if pairs else None
    named = asked.decides
    follows_pin = (
        lineage is not None
        and bool(lineage.account)
        and not named
        and not (asked.server.named or asked.own_server.named)
        and (lineage.ours or lineage.server == _configured_server(asked, credentials))
    )
    if follows_pin and lineage is not None and lineage.server:
        warnings = _overruled(asked, lineage)
        return AccountRequest(
            lineage.server, lineage.kid, lineage.account, False, credentials, warnings
        )
    server, warnings = _server(asked, credentials, lineage)
    if asked.account.named and not (asked.file_named or asked.kid.named or asked.eab_kid.named):
        kid, credentials = None, None  # what is merely configured does not contradict it
    if asked.eab_kid and kid is not None and asked.eab_kid.value != kid:
        warnings += (f"Using kid {kid} ({source}); eab-kid in certbot's configuration is another.",)
    if asked.account.named:
        return AccountRequest(server, kid, asked.account.value, True, credentials, warnings)
    if asked.account and kid is None:
        return AccountRequest(server, None, asked.account.value, True, None, warnings)
    if kid is None:
        raise NothingAskedError(
            "The authenticator sectigo-eab was not told which EAB pair to use.",
            "Give --sectigo-eab-credentials FILE (sectigo_eab_kid and sectigo_eab_hmac_key in it, "
            "chmod 600), or put that file at sectigo-eab.ini in certbot's configuration directory.",
        )
    if asked.account:
        warnings += ("account in certbot's configuration is passed over: the kid decides.",)
    return AccountRequest(server, kid, None, False, credentials, warnings)


def refuse_ambiguous(wanted: AccountRequest, lineages: list[Pinned]) -> None:
    """Refuse to go on where certbot will ask for names, and could then take any lineage.

    :param wanted: what the configuration alone asks for.
    :param lineages: all there are.
    :raises RequestError: if a lineage of this plugin is of another kid.
    """
    others = [p.name for p in lineages if p.ours and p.kid and p.kid != wanted.kid]
    if others:
        raise RequestError(
            "No certificate is named, and there are some whose ACME account is another than that "
            f"of kid {wanted.kid}: {', '.join(others[:5])}{' and more' if others[5:] else ''}.",
            "Name the certificate, so that it gets the right account: -d NAME or --cert-name NAME",
        )


def for_renewal(asked: Asked, lineage: Pinned | None, *, adopting: bool = False) -> AccountRequest:
    """Settle what ``renew`` asks for: the lineage's own server and account.

    :param asked: as certbot restored it from the renewal file, as far as it did.
    :param lineage: the lineage, where it had to be looked up; see :func:`needs_lineage`.
    :param adopting: the run is meant to give a lineage this authenticator (``reconfigure``).
    :raises RequestError: if the run would take a lineage to another server, or it
        is not known which account it had.
    """
    kid = (lineage.kid if lineage else None) or asked.kid.value
    server = (lineage.server if lineage else None) or asked.own_server.value or asked.server.value
    name = f"The lineage {lineage.name}" if lineage else "This lineage"
    if not server:
        raise RequestError(
            f"{name} does not say which server it is of.",
            f"Issue it again:\n{_issuing(lineage)}",
        )
    for option, given in (("--server", asked.server), ("--sectigo-eab-server", asked.own_server)):
        if given.named and not same_server(given.value, server):
            raise RequestError(
                f"{name} belongs to {server}; a renewal does not take it to {given.value} "
                f"({option}).",
                f"To move it, issue it again with a FILE of the other server:\n{_issuing(lineage)}",
            )
    named = asked.account.named
    pin = lineage.account if lineage is not None and not named else asked.account.value
    strangers = lineage is not None and not lineage.ours and kid is None and not adopting
    if strangers and not (asked.file and same_server(asked.file.server, server)):
        raise RequestError(
            f"{name} is of {server} and was not issued with sectigo-eab.",
            "Renew it with its own authenticator (drop --authenticator, or authenticator in "
            f"cli.ini), or move it:\n{_issuing(lineage)}",
        )
    return AccountRequest(server, kid, pin, named)


def _issuing(lineage: Pinned | None) -> str:
    return commands.certbots(
        "certonly",
        *("--authenticator", "sectigo-eab", "--sectigo-eab-credentials", "FILE"),
        *("--cert-name", lineage.name if lineage else "NAME", "--force-renewal"),
    )


def needs_lineage(asked: Asked) -> bool:
    """Return whether what certbot restored is not enough, so that renewal files must be read.

    certbot does not restore account and server where ``server`` is given, and a
    value from cli.ini covers the lineage's own.
    """
    return (
        not asked.account
        or not asked.own_server
        or not asked.kid
        or not same_server(asked.own_server.value, asked.server.value or "")
    )


def _overruled(asked: Asked, lineage: Pinned) -> tuple[str, ...]:
    """Say so where the configuration names another kid than the lineage that is followed."""
    of_file = asked.file.kid if asked.file and not asked.file_is_default else None
    configured = of_file if asked.kid.value is None else asked.kid.value
    if not configured or not lineage.kid or configured == lineage.kid:
        return ()
    return (
        f"Keeping the account of the lineage {lineage.name} (kid {lineage.kid}); certbot's "
        f"configuration names kid {configured}. What stands on the command line would move it: "
        "--sectigo-eab-credentials FILE or --sectigo-eab-kid KID",
    )


def _kid(asked: Asked, lineage: Pinned | None) -> tuple[str | None, str]:
    """Find the kid and say where it is from."""
    file_kid = asked.file.kid if asked.file else None
    file_name = str(asked.file.path) if asked.file else ""
    if asked.file_named and file_kid:
        for option, given in (("--sectigo-eab-kid", asked.kid), ("--eab-kid", asked.eab_kid)):
            if given.named and given.value != file_kid:
                raise RequestError(
                    f"{option} says kid {given.value}, but {file_name} is of kid {file_kid}.",
                    "Give one of the two.",
                )
        return file_kid, file_name
    if asked.kid.named:
        if asked.eab_kid.named and asked.eab_kid.value != asked.kid.value:
            raise RequestError("--sectigo-eab-kid and --eab-kid name two kids.", "Give one.")
        return asked.kid.value, "--sectigo-eab-kid"
    if asked.eab_kid.named:
        return asked.eab_kid.value, "--eab-kid"
    if lineage is not None and lineage.ours and lineage.kid:
        return lineage.kid, f"lineage {lineage.name}"
    both = bool(asked.kid and file_kid) and not (asked.file_is_default or asked.account.named)
    if both and asked.kid.value != file_kid:
        raise RequestError(
            f"certbot's configuration contradicts itself: sectigo-eab-kid is {asked.kid.value}, "
            f"but sectigo-eab-credentials, {file_name}, is of kid {file_kid}.",
            "Drop one of the two lines (cli.ini, or the file given with -c), or say on the "
            "command line which: --sectigo-eab-credentials FILE or --sectigo-eab-kid KID",
        )
    # What somebody has written down comes before a file that is just there.
    for value, source in ((asked.kid.value, "sectigo-eab-kid"), (file_kid, file_name),
                          (asked.eab_kid.value, "eab-kid")):  # fmt: skip
        if value:
            return value, source
    return None, ""


def _configured_server(asked: Asked, credentials: Credentials | None) -> str:
    if asked.own_server.value:
        return asked.own_server.value
    return credentials.server if credentials else asked.server.value or DEFAULT_SERVER


def _server(
    asked: Asked, credentials: Credentials | None, lineage: Pinned | None
) -> tuple[str, tuple[str, ...]]:
    """Find the server; what stands on the command line must agree with the file."""
    fixed = credentials.server if credentials and not credentials.server_is_default else None
    server = fixed
    if credentials is not None and credentials.path is None:
        server = fixed = None  # certbot's own options carry no server
    for option, given in (("--sectigo-eab-server", asked.own_server), ("--server", asked.server)):
        if not given.named or given.value is None:
            continue
        if server is not None and not same_server(given.value, server):
            of = f"{credentials.path}" if credentials and fixed else "--sectigo-eab-server"
            raise RequestError(
                f"{option} says {given.value}, but {of} says {server}.",
                "Leave the option away, or give credentials of that server.",
            )
        server = server or given.value
    server = server or asked.own_server.value
    if server is None and credentials is not None and credentials.path is not None:
        server = DEFAULT_SERVER
    if server is None:
        ours = lineage.server if lineage is not None and lineage.ours else None
        server = ours or asked.server.value or DEFAULT_SERVER
    if asked.server and not asked.server.named and not same_server(asked.server.value, server):
        return server, (f"Using {server}; server in certbot's configuration is another.",)
    return server, ()
