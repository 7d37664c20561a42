"""What a sandbox is to be like: its pairs, organisations, domains and habits."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from certbot_sectigo.base import errors
from certbot_sectigo.base.secret import Secret

if sys.version_info >= (3, 11):
    import tomllib
else:
    # Installed only below 3.11, so a newer Python does not see its types.
    import tomli as tomllib  # type: ignore[import-not-found,unused-ignore]

DIRECTORIES = ("DV", "OV", "EV")
"""The certificate products that always have a directory in profile ``classic``."""

_CHOICES = {
    "profile": ("classic", "universal"),
    "binding": ("once", "reusable"),
    "challenges": ("sectigo-email-01", "sectigo-dns-01", "none"),
    "finalize": ("auto", "sync", "async", "slow", "fail"),
    "directory_alias": ("404", "redirect", "html"),
}
_KINDS: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
}
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)\Z")


class ConfigError(errors.Error):
    """The configuration says something a sandbox cannot be."""


def new_kid() -> str:
    """Make a key identifier of Sectigo's form: 22 base64url characters [Z]."""
    return secrets.token_urlsafe(16)


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


@dataclass(frozen=True)
class Config:
    """Everything a sandbox is told before it starts."""

    pairs: tuple[Pair, ...] = ()
    """The EAB pairs it knows."""
    profile: str = "classic"
    """``classic`` is like acme.sectigo.com, ``universal`` like acme.enterprise.sectigo.com."""
    show_binding: bool = True
    """Whether an account object read later shows ``externalAccountBinding``; what
    Sectigo does is not known, and servers differ."""
    contact_required: bool = False
    """Refuse a registration without contact, with a misleading text [Z]."""
    challenges: str = "sectigo-email-01"
    """The challenge a validated name shows, of a type no client knows ([S]
    acme2certifier#122), or ``none`` at all."""
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
    """Where on 127.0.0.1 a DNS server answers for DNS-01 challenges; 0: there is none."""
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

    @classmethod
    def default(cls, **changes: Any) -> Config:
        """Make a configuration with two departments of one company and fresh pairs.

        The first pair binds once and has ``a.example`` and ``challenge.example``,
        which is delegated but not validated; the second is reusable and has ``b.example``.

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
        return cls(**{"pairs": pairs, **changes})

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
    def directories(self) -> tuple[str, ...]:
        """The certificate products: the usual ones and those of the pairs."""
        return tuple(dict.fromkeys((*DIRECTORIES, *(pair.directory for pair in self.pairs))))

    def pair(self, kid: str) -> Pair | None:
        """Find the pair with a key identifier."""
        return next((pair for pair in self.pairs if pair.kid == kid), None)


def load_config(path: Path) -> Config:
    """Read a configuration from a TOML file.

    Its keys are the fields of :class:`Config`; each ``[[pair]]`` table has
    those of :class:`Pair`, where a missing ``kid`` or ``hmac_key`` is made up.

    :raises ConfigError: naming every fault at once, each with its key.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from None
    complaints: list[str] = []
    tables = data.pop("pair", [])
    if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        complaints.append("pair: is not a list of [[pair]] tables")
        tables = []
    given = _typed(Config, data, "", complaints)
    pairs = [_typed(Pair, t, f"pair {n}: ", complaints) for n, t in enumerate(tables, 1)]
    try:
        if not complaints:
            usual = Config.default().pairs
            return Config(**given, pairs=tuple(Pair(**p) for p in pairs) or usual)
    except ConfigError as error:
        complaints.extend(line.strip() for line in error.message.splitlines()[1:])
    raise ConfigError(
        f"{path} does not describe a sandbox:\n" + "\n".join(f"  {c}" for c in complaints),
        f"Correct these keys in {path}.",
    )


def _typed(
    cls: type[Config] | type[Pair], table: Mapping[str, Any], where: str, complaints: list[str]
) -> dict[str, Any]:
    """Turn TOML values into those of a dataclass; faults go to ``complaints``."""
    kinds = {f.name: str(f.type) for f in fields(cls) if f.name != "pairs"}
    values: dict[str, Any] = {}
    for key, value in table.items():
        kind = kinds.get(key)
        if kind is None:
            complaints.append(f"{where}{key}: is no key; there are {', '.join(sorted(kinds))}")
        elif kind == "Secret":
            if isinstance(value, str) and value:
                values[key] = Secret(value)
            else:
                complaints.append(f"{where}{key}: is not a text")
        elif kind.startswith("tuple"):
            if isinstance(value, list) and all(isinstance(item, str) for item in value):
                values[key] = tuple(value)
            else:
                complaints.append(f"{where}{key}: is not a list of texts")
        else:
            wanted = _KINDS[kind]
            if isinstance(value, wanted) and (kind == "bool" or not isinstance(value, bool)):
                values[key] = value
            else:
                complaints.append(f"{where}{key}: {value!r} is not of type {kind}")
    return values


def _faults(config: Config) -> Iterator[str]:
    for key in ("profile", "challenges", "finalize", "directory_alias"):
        if getattr(config, key) not in _CHOICES[key]:
            yield f"{key}: {getattr(config, key)!r} is none of {', '.join(_CHOICES[key])}"
    for key in ("http01_port", "dns_port"):
        if not 0 <= getattr(config, key) <= 65535:
            yield f"{key}: {getattr(config, key)} is no port"
    for key in ("finalize_seconds", "retry_after", "validation_days"):
        if getattr(config, key) < 0:
            yield f"{key}: {getattr(config, key)} is negative"
    if not 1 <= config.validity_days <= 3650:
        yield f"validity_days: {config.validity_days} is not between 1 and 3650"
    if config.keep_orders < 1000:
        yield f"keep_orders: {config.keep_orders} is less than 1000"
    seen: set[str] = set()
    for number, pair in enumerate(config.pairs, 1):
        if pair.kid in seen:
            yield f"pair {number}: kid: {pair.kid} is the kid of another pair"
        seen.add(pair.kid)
        yield from (f"pair {number}: {fault}" for fault in _pair_faults(pair))


def _pair_faults(pair: Pair) -> Iterator[str]:
    if not pair.kid or not pair.kid.isprintable() or " " in pair.kid or "/" in pair.kid:
        yield f"kid: {pair.kid!r} is empty or has blanks or slashes"
    try:
        # The key itself is never repeated in a message.
        key = pair.hmac_key.reveal().rstrip("=").encode("ascii")
        raw = base64.b64decode(key + b"=" * (-len(key) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        yield "hmac_key: is not base64url"
    else:
        if len(raw) < 16:
            yield f"hmac_key: has {len(raw) * 8} bits, fewer than 128"
    if pair.binding not in _CHOICES["binding"]:
        yield f"binding: {pair.binding!r} is none of {', '.join(_CHOICES['binding'])}"
    if not re.fullmatch(r"[A-Za-z0-9]+", pair.directory):
        yield f"directory: {pair.directory!r} is not made of letters and digits"
    if not pair.organisation or len(pair.organisation) > 64:
        yield "organisation: is not 1 to 64 characters long"
    if pair.validation_age < 0:
        yield f"validation_age: {pair.validation_age} is negative"
    for domain in pair.domains:
        if not is_dns_name(domain[2:] if domain.startswith("*.") else domain):
            yield f"domains: {domain!r} is no DNS name in lower case"
    for domain in pair.validated or ():
        if domain not in pair.domains:
            yield f"validated: {domain!r} is none of the domains"


def is_dns_name(name: str) -> bool:
    """Tell whether a text is a DNS name of at least two labels, in lower case, without ``*``."""
    labels = name.split(".")
    if len(name) > 253 or len(labels) < 2 or labels[-1].isdigit():
        return False
    return all(_LABEL.match(label) for label in labels)
