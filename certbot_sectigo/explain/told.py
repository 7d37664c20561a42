"""Pure: what a text tells about the run it is of: server, account, names, hosts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from certbot_sectigo.ca.catalogue import profile, spoken_of
from certbot_sectigo.explain.speakers import client
from certbot_sectigo.machine import dirs
from certbot_sectigo.machine.logs import parser
from certbot_sectigo.machine.logs.parser import Exchange
from certbot_sectigo.machine.logs.values import decoded

_URL = re.compile(r"https?://([\w.:\[\]-]{1,200})(/[^\s\"'<>\\]{0,300})?")
_RESOURCE = re.compile(r"(.*)/(?:newOrder|newAccount|order/[\w-]+(?:/finalize)?|authz/[\w-]+)/?")
_ACCOUNT = re.compile(r".*/(?:account|acct|my-account)/[\w-]+")
_NAMED = (
    re.compile(r"delegated[ \t]*\[([\w.*-]{1,253})\]"),
    re.compile(r"\[([\w*-]{1,63}(?:\.[\w-]{1,63}){1,20})\] acme: "),
    re.compile(r"(?:Domain|Identifier): {1,4}([\w.*-]{1,253})"),
    re.compile(r"\b(?:dnsName|identifier)\"?[=:] ?\"([\w*-]{1,63}(?:\.[\w-]{1,63}){1,20})\""),
    re.compile(r"https?://([\w-]{1,63}(?:\.[\w-]{1,63}){1,20})/\.well-known/acme-challenge"),
)
_NAME = r"((?:\*\.)?[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,10})"
_OF_NAMES = re.compile(
    r"(?i)(?:looking up (?:A|AAAA|CAA|TXT|SOA|NS) (?:records? )?for |webroot for |hostnames? "
    r"|domains?:? |renew(?:ing)? cert(?:ificate)? \(|(?:certificate|cert|challenge|authorization"
    r"|record|zone|order)s? (?:for|of) (?:the )?(?:domain )?|https?://(?=[^/\s]{4,253}/\.well-known/)"
    r"|_acme-challenge\.|server_name |dnsnames?[=: ]{1,2}|identifiers?[=: ]{1,2}|(?<!\w)-d )"
    rf"[\[\"'(]{{0,2}}{_NAME}(?![\w.-]*[@/]\w)"
)
"""Behind what the names stand that a certificate is for."""
_DIRECTORY = re.compile(r"https?://[^/]{3,253}/(?:\S{1,200}/)?(?:directory/?|v2/[A-Z]\w{1,20})")
_LINEAGE = (
    re.compile(r"Failed to renew certificate ([\w.*-]{1,253}) with error"),
    re.compile(r"renewal/([\w.*-]{1,253})\.conf"),
)
_KID = re.compile(
    r"(?i)(?:--eab-kid[ =]|\beab_?kid['\"]?[=:] ?)['\"]?([\w-]{6,80})\b"
    r"|externalAccountBinding['\"\\]{0,4}: ?\{"
    r"|(?:external_?account_?binding|\beab\b)[^.\n]{0,40} (?:is|are|was|were|ist|sind|wird) "
    r"(?:already |also "
    r"|correctly |indeed |doch )?(?:in the|part of|set|sent|present|given|included|provided"
    r"|passed|there"
    r"|gesetzt|angegeben|mitgeschickt|mitgegeben)\b"
    r"|\b(?:i|we|it|which|that) (?:do |did |does |registers? |have |clearly )?(?:send|sent|gave"
    r"|give|given|pass"
    r"|passed|provide|provided|include|included|set|run|ran)?[^.\n]{0,60}\bwith (?:the |both |my "
    r"|our )?eab\b"
    r"|\b(?:i|we) (?:do |did |have |clearly )?(?:send|sent|gave|give|given|pass|passed|provided?"
    r"|included?|set)"
    r"\b[^.\n]{0,60}\b(?:eab|kid|hmac)\b"
)
"""What shows, or who says, that an EAB pair was given."""
_PATIENCE = re.compile(
    r"(?i)\b(?:[\w.]{0,30}(?:Retry|Poll(?:ing)?)_?(?:Count|Interval|Timeout|Wait)"
    r"|max_?(?:retries|attempts|polls)|issuance[_-]timeout|cert\.timeout|propagation_?timeout"
    r"|validation_?timeout)[\"']?[ ]?[:= ][ ]?[\"']?\d[\w.]{0,9}"
)
_PINNED = re.compile(r"accounts/[\w.:/-]{1,300}/([0-9a-f]{32})\b")

_TYPED = re.compile(r"\s{0,4}(?:[\w@~:./\[\]-]{1,60} ?)?[#$] (?:sudo )?(\w[^\n]{3,200})")
_MOST_HOSTS, _MOST_TYPED = 500, 100


@dataclass(frozen=True)
class Told:
    """What a text tells about the run it is of, as far as it has been read."""

    server: str | None = None
    """ACME directory URL, or what is known of it."""
    account_url: str | None = None
    account: str | None = None
    """certbot's id of the account, where a path names it."""
    kid: str | None = None
    asked: str | None = None
    """The kid that the run's options name."""
    names: tuple[str, ...] = ()
    lineage: str | None = None
    program: str | None = None
    """Path of the certbot that ran."""
    typed: frozenset[str] = frozenset()
    """Commands that were given at a prompt, so far."""
    hosts: frozenset[str] = frozenset()
    """All hosts of URLs so far."""
    client: str = ""
    """Name of the client, as far as words tell."""
    patience: str = ""
    """A setting, as it stands there, of how long or how often the client asks."""

    named: frozenset[str] = frozenset()
    """The hosts of a CA that is called by its name, where no URL tells whose server it was."""

    @property
    def cas(self) -> frozenset[str]:
        """The hosts that tell which CA it is: those of URLs, else of the CA that is named."""
        known = any("acme" in host for host in self.hosts) or profile(self.hosts) is not None
        return self.hosts if known else self.hosts | self.named

    @property
    def servers(self) -> frozenset[str]:
        """The hosts that were spoken to as ACME servers."""
        urls = (url for url in (self.server, self.account_url) if url)
        return frozenset(filter(None, (urlsplit(url).hostname for url in urls)))


def domain_of(name: str) -> str:
    """Return the part of a name that tells domains apart, well enough for a hint."""
    return ".".join(name.lower().rstrip(".").split(".")[-2:])


def name_in(*texts: str) -> str | None:
    """Return the name of a certificate's that texts speak of, the first one's first."""
    for text in texts:
        for found in _OF_NAMES.finditer(text):
            name = found[1].lower().rstrip(".").removeprefix("_acme-challenge.")
            if not re.search(r"\d\Z|\.(?:py|conf|json|pem|sh|log|go|txt)\Z", name):
                return name
    return None


def follow(told: Told, exchange: Exchange) -> Told:
    """Learn from a request and its answer; nothing from one to a dry run's own sandbox."""
    if dirs.is_dry_run(exchange.url):
        return told
    told = overhear(told, exchange.url)
    kid = exchange.protected.get("kid")
    if isinstance(kid, str) and kid.startswith("http"):
        told = replace(told, account_url=kid)
    payload, body = exchange.payload or {}, exchange.body
    if isinstance(body.get("newAccount"), str) and exchange.method == "GET":
        told = replace(told, server=exchange.url)
    found = decoded(_member(payload, "externalAccountBinding", "protected"))
    if found and isinstance(found.get("kid"), str):
        told = replace(told, kid=found["kid"], account_url=None)
    identifiers = payload.get("identifiers")
    if isinstance(identifiers, list):
        values = (i.get("value") for i in identifiers if isinstance(i, dict))
        told = replace(told, names=tuple(v for v in values if isinstance(v, str)))
    return told


def overhear(told: Told, text: str) -> Told:
    """Learn from free text: URLs, names, the lineage."""
    hosts = set(told.hosts)
    for match in _URL.finditer(text):
        hosts.add(match.group(1).lower())
        url = match.group().rstrip(".,;:)")
        resource = _RESOURCE.fullmatch(url)
        if text[: match.start()].lower().endswith("accounturi="):
            continue  # of a CAA record, which names the account that may
        if _ACCOUNT.fullmatch(url):
            told = replace(told, account_url=url)
        elif told.server is None and _DIRECTORY.fullmatch(url):
            told = replace(told, server=url)
        elif resource and told.server is None:
            told = replace(told, server=resource.group(1))
    for pattern in _LINEAGE:
        for match in pattern.finditer(text):
            told = replace(told, lineage=match.group(1))
    for pattern in _NAMED:
        names = [m.group(1).strip(".") for m in pattern.finditer(text)]
        names = [n for n in names if "." in n and n not in told.names]
        if names and not told.names:
            told = replace(told, names=tuple(dict.fromkeys(names)))
    kid = None if told.kid else _KID.search(text)
    if kid:
        told = replace(told, kid=kid.group(1) or "KID")
    called = None if told.named else spoken_of(text)
    if called is not None:
        told = replace(told, named=frozenset(called.hosts))
    pinned = _PINNED.search(text)
    if pinned:
        told = replace(told, account=pinned.group(1))
    patience = None if told.patience else _PATIENCE.search(text)
    named = client(text, told.client)
    if patience or named != told.client:
        setting = patience.group() if patience else told.patience
        told = replace(told, client=named, patience=setting)
    typed = _TYPED.match(text)
    if typed and len(told.typed) < _MOST_TYPED:
        told = replace(told, typed=told.typed | {typed.group(1).strip()})
    if len(told.hosts) < len(hosts) <= _MOST_HOSTS:
        told = replace(told, hosts=frozenset(hosts))
    return told


def from_options(told: Told, run: parser.Run) -> Told:
    """Learn from the options of a certbot run."""
    asked = run.option("--eab-kid") or run.option("--sectigo-eab-kid")
    given = (v for option in ("-d", "--domain", "--domains") for v in run.options(option))
    return replace(
        told,
        asked=asked,
        server=run.option("--server") or told.server,
        lineage=run.option("--cert-name") or told.lineage,
        kid=asked or told.kid,
        names=tuple(name for value in given for name in value.split(",")) or told.names,
    )


def _member(value: Mapping[str, Any], *keys: str) -> Any:
    found: Any = value
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found
