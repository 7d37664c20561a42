"""What a sandbox is to be like: its pairs, organisations, administrators and habits."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from certbot_sectigo.base import errors
from certbot_sectigo.sandbox.parties import BINDINGS, Admin, Organisation, Pair

DIRECTORIES = ("DV", "OV", "EV", "GEANTOV", "InCommonRSAOV", "InCommonECCOV")
"""The certificate products that always have a directory in profile ``classic`` [S]."""

_CHOICES = {
    "profile": ("classic", "universal", "harica"),
    "challenges": ("sectigo-email-01", "sectigo-dns-01", "none"),
    "finalize": ("auto", "sync", "async", "slow", "fail"),
    "directory_alias": ("404", "redirect", "html"),
    "scm_binding": BINDINGS,
    "scm_wildcards": ("taken", "refused"),
    "scm_duplicates": ("allowed", "refused"),
}


class ConfigError(errors.Error):
    """The configuration says something a sandbox cannot be."""


@dataclass(frozen=True)
class Config:
    """Everything a sandbox is told before it starts."""

    pairs: tuple[Pair, ...] = ()
    """The EAB pairs it knows."""
    organisations: tuple[Organisation, ...] = ()
    """The organisations of its SCM; those that pairs name are there anyhow."""
    admins: tuple[Admin, ...] = ()
    """The administrators of its SCM; without one nobody can log in."""
    directories: tuple[str, ...] = ()
    """Certificate products besides :data:`DIRECTORIES`; a pair of any other is a mistake."""
    profile: str = "classic"
    """``classic`` is like acme.sectigo.com, ``universal`` like acme.enterprise.sectigo.com,
    ``harica`` like acme-v02.harica.gr, as far as that is public."""
    show_binding: bool = True
    """Whether an account object read later shows ``externalAccountBinding``; what
    Sectigo does is not known, and servers differ."""
    contact_required: bool = False
    """Refuse a registration without contact, with a misleading text [Z]."""
    challenges: str = "sectigo-email-01"
    """The challenge a validated name shows, of a type no client knows ([S]
    acme2certifier#122), or ``none`` at all."""
    validated_are_wildcards: bool = False
    """Whether a validated name that is no wildcard says ``wildcard: true`` all the same: the
    one answer that was seen does ([S] acme2certifier#122), but its name is masked, and
    acme.sh can order nothing then."""
    finalize: str = "auto"
    """``auto``: ``slow`` in profile ``universal`` ([S] acme-proxy#22), else ``sync``;
    ``sync``: the certificate is there at once; ``async``: the order is
    processing meanwhile ([S] certbot#9266); ``slow``: the answer is held back
    ([S] acme-proxy#22); ``fail``: the order ends invalid."""
    finalize_seconds: float = 2.0
    """How long ``async``, ``slow`` and ``fail`` take, in seconds."""
    retry_after: int = 1
    """Retry-After of orders and challenges in progress, in seconds. Sectigo says 15 [S]."""
    http01_port: int = 5002
    """Where HTTP-01 challenges are looked up."""
    http01_address: str = "127.0.0.1"
    """The address of this machine they are looked up at."""
    dns_port: int = 0
    """Where a DNS server answers for DNS-01 challenges; 0: there is none."""
    dns_address: str = "127.0.0.1"
    """That DNS server's address."""
    caa: bool = False
    """Whether CAA records are obeyed before a certificate is issued, the account and the method
    that they name included (RFC 8657); ``dns_port`` is asked."""
    remember_validations: bool = False
    """Whether a name validated by a challenge needs none in later orders."""
    reuse_orders: bool = False
    """Whether newOrder gives an unexpired order for the same names again ([S] certbot#8301)."""
    revoke_with_authorizations: bool = False
    """Whether an account that holds valid authorizations for all the names may
    revoke another account's certificate (RFC 8555 section 7.6)."""
    validity_days: int = 199
    """How long certificates are valid, in days [doc]."""
    validation_days: float = 198.0
    """How long a validation counts, in days [doc]."""
    keep_orders: int = 20_000
    """How many orders are kept, the newest; certificates stay until they expire."""
    directory_alias: str = "404"
    """What ``/directory`` does in profile ``universal``: all three were seen [S]."""
    scm_binding: str = "once"
    """How the pairs of ACME accounts that are made over REST bind."""
    scm_wildcards: str = "taken"
    """Whether SCM takes ``*.example.org`` as an account's domain in silence, or names it
    among the ``notAddedDomains``; it covers nothing either way [doc]."""
    scm_duplicates: str = "allowed"
    """Whether a second ACME account of one name, organisation and server is made."""
    scm_pending_deletable: bool = True
    """Whether a pending ACME account can be deleted; in 2020 it could not."""
    scm_lag_seconds: float = 0.0
    """How long a new ACME account is missing from lists."""
    scm_shows_keys: bool = True
    """Whether account objects show ``macId`` and ``macKey`` [D], or empty texts."""
    scm_shows_status: bool = True
    """Whether account objects show ``status`` and ``contacts`` [D], or not [O]."""

    @classmethod
    def default(cls, **changes: Any) -> Config:
        """Make a configuration with three departments of one company and fresh pairs.

        The first pair binds once and has ``a.example`` and ``challenge.example``,
        which is delegated but not validated; the second is reusable and has ``b.example``.
        Department C has ``c.example``, an administrator, and no ACME account yet.

        :param changes: fields of :class:`Config` that are to be other than usual.
        """
        pairs = (
            Pair(
                binding="once",
                organisation="Department A",
                domains=("a.example", "challenge.example"),
                validated=("a.example",),
            ),
            Pair(binding="reusable", organisation="Department B", domains=("b.example",)),
        )
        usual = {
            "pairs": pairs,
            "organisations": (Organisation("Department C", domains=("c.example",)),),
            "admins": (Admin("api-department-c", organisations=("Department C",)),),
        }
        return cls(**{**usual, **changes})

    def __post_init__(self) -> None:
        faults = list(_faults(self))
        if faults:
            raise ConfigError(
                "The sandbox cannot be like this:\n" + "\n".join(f"  {f}" for f in faults),
                "Correct these values and start it again.",
            )

    @property
    def issuance(self) -> str:
        """How issuance goes: ``finalize``, with ``auto`` decided."""
        if self.finalize == "auto":
            return "slow" if self.profile == "universal" else "sync"
        return self.finalize

    @property
    def products(self) -> tuple[str, ...]:
        """The certificate products: the usual ones and those of one's own."""
        return tuple(dict.fromkeys((*DIRECTORIES, *self.directories)))

    @property
    def all_directories(self) -> tuple[str, ...]:
        """What tells directories apart in their paths: in ``harica`` each pair has its own."""
        if self.profile == "harica":
            return tuple(map(self.directory_of, self.pairs))
        return self.products

    def directory_of(self, pair: Pair) -> str:
        """Return what tells the directory of a pair apart; empty in ``universal``."""
        if self.profile == "universal":
            return ""
        if self.profile == "harica":
            return str(uuid.uuid5(uuid.NAMESPACE_URL, pair.kid))
        return pair.directory

    def pair(self, kid: str) -> Pair | None:
        """Find the pair with a key identifier."""
        return next((pair for pair in self.pairs if pair.kid == kid), None)


def _faults(config: Config) -> Iterator[str]:
    for key in _CHOICES:
        if getattr(config, key) not in _CHOICES[key]:
            yield f"{key}: {getattr(config, key)!r} is none of {', '.join(_CHOICES[key])}"
    for key in ("http01_port", "dns_port"):
        if not 0 <= getattr(config, key) <= 65535:
            yield f"{key}: {getattr(config, key)} is no port"
    for key in ("finalize_seconds", "retry_after", "validation_days", "scm_lag_seconds"):
        if getattr(config, key) < 0:
            yield f"{key}: {getattr(config, key)} is negative"
    if config.caa and not config.dns_port:
        yield "caa: dns_port is not set, so nobody can be asked for CAA records"
    if not 1 <= config.validity_days <= 3650:
        yield f"validity_days: {config.validity_days} is not between 1 and 3650"
    if config.keep_orders < 1000:
        yield f"keep_orders: {config.keep_orders} is less than 1000"
    seen: set[str] = set()
    for number, pair in enumerate(config.pairs, 1):
        if pair.kid in seen:
            yield f"pair {number}: kid: {pair.kid} is the kid of another pair"
        seen.add(pair.kid)
        yield from (f"pair {number}: {fault}" for fault in pair.faults())
        if pair.directory not in config.products:
            yield (
                f"pair {number}: directory: {pair.directory!r} is none of "
                f"{', '.join(config.products)}; directories = [...] adds one"
            )
    for directory in config.directories:
        if not (directory.isascii() and directory.isalnum()):
            yield f"directories: {directory!r} is not made of letters and digits"
    yield from _scm_faults(config)


def _scm_faults(config: Config) -> Iterator[str]:
    names = [organisation.name for organisation in config.organisations]
    known = {*names, *(pair.organisation for pair in config.pairs)}
    for number, organisation in enumerate(config.organisations, 1):
        where = f"organisation {number}: "
        yield from (f"{where}{fault}" for fault in organisation.faults())
        if names.index(organisation.name) < number - 1:
            yield f"{where}name: {organisation.name} is the name of another organisation"
        if organisation.id and organisation.id in [
            o.id for o in config.organisations[: number - 1]
        ]:
            yield f"{where}id: {organisation.id} is the id of another organisation"
        if organisation.department_of and organisation.department_of not in known:
            yield f"{where}department_of: there is no organisation {organisation.department_of!r}"
    for number, admin in enumerate(config.admins, 1):
        yield from (f"admin {number}: {fault}" for fault in admin.faults())
        for name in admin.organisations:
            if name not in known:
                yield f"admin {number}: organisations: there is no organisation {name!r}"
