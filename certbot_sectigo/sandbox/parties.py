"""Who the sandbox knows: EAB pairs, organisations, and the administrators of its SCM."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from certbot_sectigo.base.secret import Secret

BINDINGS = ("once", "reusable")
PASSWORD_STATES = ("ALIVE", "EXPIRED", "NEVER_EXPIRE")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)\Z")


def new_kid() -> str:
    """Make a key identifier of Sectigo's form: 22 base64url characters [Z]."""
    while True:
        kid = secrets.token_urlsafe(16)
        if not kid.startswith("-"):  # it is pasted behind commands
            return kid


def new_hmac_key() -> Secret:
    """Make an HMAC key of Sectigo's form: 86 base64url characters, 64 bytes [Z]."""
    return Secret(secrets.token_urlsafe(64))


@dataclass(frozen=True)
class Pair:
    """An EAB pair, that is an ACME account in SCM, with its organisation and domains."""

    kid: str = field(default_factory=new_kid)
    """The key identifier."""
    hmac_key: Secret = field(default_factory=new_hmac_key)
    """The HMAC key, base64url."""
    binding: str = "once"
    """``once``: the first ACME account to use the pair is the only one;
    ``reusable``: each new key gets an account of its own. Which of the two is
    set per pair at Sectigo ([S] cert-manager#2882)."""
    directory: str = "OV"
    """The certificate product, and in profile ``classic`` the end of the directory's path."""
    organisation: str = "Example Organisation"
    """O of the certificates' subjects (not in product DV)."""
    domains: tuple[str, ...] = ()
    """The delegated domains. Each covers itself and everything below it; one
    that begins with ``*.`` covers nothing, as in SCM [doc]."""
    validated: tuple[str, ...] | None = None
    """Those of the domains that are validated in SCM, so that no challenge is
    asked; None: all of them. For a name below two of the domains the longer one counts."""
    validation_age: float = 0.0
    """How many days ago they were validated when the sandbox starts first."""
    product: bool = True
    """Whether there is a certificate product the account may order [Z]."""
    any_name: bool = False
    """Every name is delegated, and validated unless it is in ``challenged``: for rehearsals,
    where what is delegated at the real CA is not known."""
    challenged: tuple[str, ...] = ()
    """Names that need a challenge although ``any_name`` has them validated; a wildcard with
    its star is a name of its own here."""
    dns_only: tuple[str, ...] = ()
    """Names for which DNS-01 alone is offered."""
    http_only: tuple[str, ...] = ()
    """Names for which HTTP-01 alone is offered."""
    unchecked: tuple[str, ...] = ()
    """Names whose challenges pass without being looked up."""

    @property
    def validated_domains(self) -> tuple[str, ...]:
        """The domains that are validated in SCM."""
        return self.domains if self.validated is None else self.validated

    def domain_of(self, name: str) -> str | None:
        """Find the delegated domain that covers a name, the longest if several do.

        :param name: a DNS name without ``*.``.
        :return: the domain, or None where the name is not delegated to this pair.
        """
        if self.any_name:
            return name
        found = [d for d in self.domains if name == d or name.endswith(f".{d}")]
        return max(found, key=len, default=None)

    def faults(self) -> Iterator[str]:
        """Return what it cannot be, a line each; the key itself is never repeated."""
        if not self.kid or not self.kid.isprintable() or " " in self.kid or "/" in self.kid:
            yield f"kid: {self.kid!r} is empty or has blanks or slashes"
        try:
            # The key itself is never repeated in a message.
            key = self.hmac_key.reveal().rstrip("=").encode("ascii")
            raw = base64.b64decode(key + b"=" * (-len(key) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            yield "hmac_key: is not base64url"
        else:
            if len(raw) < 16:
                yield f"hmac_key: has {len(raw) * 8} bits, fewer than 128"
        if self.binding not in BINDINGS:
            yield f"binding: {self.binding!r} is none of {', '.join(BINDINGS)}"
        if not re.fullmatch(r"[A-Za-z0-9]+", self.directory):
            yield f"directory: {self.directory!r} is not made of letters and digits"
        if not self.organisation or len(self.organisation) > 64:
            yield "organisation: is not 1 to 64 characters long"
        if self.validation_age < 0:
            yield f"validation_age: {self.validation_age} is negative"
        yield from _domain_faults(self.domains, self.validated)


@dataclass(frozen=True)
class Organisation:
    """An organisation or department in SCM, with the domains that are delegated to it."""

    name: str
    """O of its certificates."""
    id: int = 0
    """Its number in SCM; 0: one is made up."""
    department_of: str = ""
    """The name of the organisation whose department it is; empty: of none."""
    domains: tuple[str, ...] = ()
    """What is delegated to it, besides the domains of its pairs."""
    validated: tuple[str, ...] | None = None
    """Those of the domains whose control is validated; None: all of them."""
    validation_age: float = 0.0
    """How many days ago they were validated when the sandbox starts first."""
    own_validation_days: float = 390.0
    """In how many days its own validation (OV, EV) ends, from the sandbox's start; negative: it
    has ended."""

    def faults(self) -> Iterator[str]:
        """Return what it cannot be, a line each."""
        if not self.name or len(self.name) > 64:
            yield "name: is not 1 to 64 characters long"
        if self.id < 0:
            yield f"id: {self.id} is negative"
        if self.validation_age < 0:
            yield f"validation_age: {self.validation_age} is negative"
        yield from _domain_faults(self.domains, self.validated)


@dataclass(frozen=True)
class Admin:
    """An administrator of the sandbox's SCM."""

    login: str
    password: Secret = field(default_factory=lambda: Secret(secrets.token_urlsafe(18)))
    customer_uri: str = "sandbox"
    """The end of the portal's address, which names the customer."""
    organisations: tuple[str, ...] = ()
    """The names of the organisations it sees; none: all (MRAO)."""
    password_state: str = "ALIVE"  # noqa: S105 - no password
    """``ALIVE``, ``EXPIRED`` or ``NEVER_EXPIRE`` [D]."""
    password_days: float = 365.0
    """In how many days its password ends, from the sandbox's start."""
    client_id: str = ""
    """Of OAuth2; empty: it has none."""
    client_secret: Secret | None = None
    """Of OAuth2."""

    @property
    def password_expired(self) -> bool:
        """Whether its password lets it in no more."""
        return self.password_state == PASSWORD_STATES[1]

    def faults(self) -> Iterator[str]:
        """Return what it cannot be, a line each."""
        for name in ("login", "customer_uri"):
            if not re.fullmatch(r"[!-~]+", getattr(self, name)):
                yield f"{name}: is empty or has blanks"
        if self.password_state not in PASSWORD_STATES:
            yield (
                f"password_state: {self.password_state!r} is none of {', '.join(PASSWORD_STATES)}"
            )
        if bool(self.client_id) != (self.client_secret is not None):
            yield "client_id: needs client_secret, and the other way round"


def is_dns_name(name: str) -> bool:
    """Tell whether a text is a DNS name of at least two labels, in lower case, without ``*``."""
    labels = name.split(".")
    if len(name) > 253 or len(labels) < 2 or labels[-1].isdigit():
        return False
    return all(_LABEL.match(label) for label in labels)


def _domain_faults(domains: tuple[str, ...], validated: tuple[str, ...] | None) -> Iterator[str]:
    for domain in domains:
        if not is_dns_name(domain[2:] if domain.startswith("*.") else domain):
            yield f"domains: {domain!r} is no DNS name in lower case"
    for domain in validated or ():
        if domain not in domains:
            yield f"validated: {domain!r} is none of the domains"
