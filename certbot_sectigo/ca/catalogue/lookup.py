"""One problem document looked up, and an entry filled in for a reader.

This is what asks the catalogue where no text has to be read first: a refusal that the
command or the plugin met itself. Reading logs and pastes is the room ``explain``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from certbot_sectigo.ca.catalogue.entries import ENTRIES, PROFILES
from certbot_sectigo.ca.catalogue.matching import Matcher
from certbot_sectigo.ca.catalogue.model import PLACEHOLDERS, Case, Entry, More, Profile
from certbot_sectigo.ca.catalogue.shared import zone_of
from certbot_sectigo.machine import commands

_COMMAND = re.compile(r"`([^`]+)`")
_BRACES = re.compile(r"\{(\w+)\}")
_CERTBOTS = re.compile(r"`certbot(?: |-sectigo (?!explain))")
"""A step with a command that is of no use to other clients."""

_CLIENT = re.compile(r"(?:cert-manager|acme\.sh|lego|Caddy|Traefik|win-acme|certbot)\b(?=:)")
"""Whose a cause or a step is that begins with it."""
_ASIDE = re.compile(r" \((?:kid )?\{(kid|server|name)\}\)")
_NAME = re.compile(r"http://\{name\}/(?=[\s,.;:])|(?<!/)\{name\}")
_OTHERWISE = re.compile(r"\A(?:Otherwise|Else|Or),? (\w)")


@dataclass(frozen=True)
class Advice:
    """An entry with its placeholders filled in."""

    title: str
    meaning: str
    causes: tuple[str, ...]
    """Usual causes, the most likely first."""
    steps: tuple[str, ...]
    """What to do, in this order; a command stands in backquotes, with the directories of
    this run, and can be pasted."""


ANY = Profile("any", ())
"""For a CA that is known to be none of those with a profile."""


def match(kind: str, detail: str, server: str | None = None) -> Entry | None:
    """Return the entry that a problem document means; None if nobody knows it.

    :param kind: its type, as ``urn:ietf:params:acme:error:malformed`` or ``malformed``.
    :param detail: its detail, which may be empty.
    :param server: ACME directory URL, or any URL of the CA's; what only another CA says
        is left out.
    """
    host = urlsplit(server or "").hostname or ""
    return look_up(kind, detail, frozenset({host}))


def entry(key: str) -> Entry:
    """Return the entry with a key.

    :raises KeyError: if there is none.
    """
    return _BY_KEY[key]


_BY_KEY = {each.key: each for each in ENTRIES}


_INSTEAD = {
    ("serverInternal", "ari-mismatch"): "ari-ca-failed",
    ("badCSR", "account-key-kind"): "bad-csr",  # its own signature
}
"""Type of a problem and what its words mean elsewhere -> what they mean under that type."""


def look_up(kind: str, detail: str | None, hosts: frozenset[str]) -> Entry | None:
    """Return the entry that a problem document means, as :func:`match`.

    :param detail: None where it is not known, which is not the same as an empty one.
    :param hosts: the hosts that were spoken of.
    """
    if kind.startswith("urn:sectigo"):
        return entry("sectigo-reseller")
    name = kind.rsplit(":", 1)[-1]
    if not detail and detail is not None and name in ("malformed", "unauthorized"):
        return entry("empty-refusal")
    if name.startswith("autoRenewal"):  # its words are those of other orders
        return entry("star-order")
    particular = frozenset(part for part in _PARTICULAR if any(part in host for host in hosts))
    found = _meant(name, detail, particular)
    instead = _INSTEAD.get((name, found.key)) if found is not None else None
    return entry(instead) if instead else found


_PARTICULAR = frozenset(part for entry in ENTRIES for part in entry.hosts)


_ANY_NAME = re.compile(rf"(?i)\b(?:{'|'.join(re.escape(each.name) for each in PROFILES)})\b")


def spoken_of(text: str) -> Profile | None:
    """Return the profile of the first CA that a text calls by its name; None if it does not."""
    if not _ANY_NAME.search(text):
        return None
    spots = ((m.start(), each) for each in PROFILES for m in [_named(each.name, text)] if m)
    return min(spots, key=lambda spot: spot[0], default=(0, None))[1]


def _named(name: str, text: str) -> re.Match[str] | None:
    return re.search(rf"(?i)\b{re.escape(name)}\b", text)


@lru_cache(maxsize=2048)  # a client that tries again says the same again and again
def _meant(name: str, detail: str | None, hosts: frozenset[str]) -> Entry | None:
    return _matcher(hosts).problem(name, detail)


@lru_cache(maxsize=16)
def _matcher(hosts: frozenset[str]) -> Matcher:
    return Matcher(entry for entry in ENTRIES if holds(entry, hosts))


def holds(entry: Entry, hosts: frozenset[str]) -> bool:
    """Tell whether an entry that only some CAs say may be meant where hosts are mentioned."""
    return not entry.hosts or any(part in host for part in entry.hosts for host in hosts)


def profile(hosts: frozenset[str]) -> Profile | None:
    """Return the profile of the CA that one of some hosts belongs to; None if none does."""
    for each in PROFILES:
        if any(map(each.serves, hosts)):
            return each
    return None


def of_server(server: str | None) -> Profile:
    """Return the profile of the CA that an ACME directory URL is of; :data:`ANY` if none is."""
    return profile(frozenset({urlsplit(server or "").hostname or ""})) or ANY


def advise(
    entry: Entry,
    values: Mapping[str, str] | None = None,
    ca: Profile | None = None,
    said: str = "",
    challenge: str = "",
    step: str = "",
    around: str = "",
    *,
    client: str = "",
    other: bool = False,
    mine: bool = False,
) -> Advice:
    """Fill an entry in.

    :param values: what placeholders stand for, see :data:`PLACEHOLDERS`; those not given
        become words in upper case.
    :param ca: the CA it is about, if that is known; else that of the server in `values`.
    :param said: the words that told it; causes that they rule out are left away.
    :param challenge: the kind of challenge that it is about, if that is known.
    :param step: the step of issuance at which it happened, if that is known.
    :param around: the text that they stand in, if it is no longer than a paste.
    :param client: whose text it is, if that is known: what is another's alone is left out.
    :param other: whether it is for users of another client than certbot.
    :param mine: whether the account that was used is on this machine, and the names are known.
    """
    if ca is None and values:
        there = of_server(values.get("server"))
        ca = None if there is ANY else there
    if ca is None:
        # Who says what only one CA's software says is taken for a customer of that CA.
        ca = next((each for each in PROFILES if entry in each.entries), None)
    known = {**PLACEHOLDERS, **(_of_ca(ca) if ca else {})}
    known.update({**_endpoint((values or {}).get("server")), **(values or {})})
    zone = zone_of(known["names"]) or zone_of(said)
    known.update({"zone": zone} if zone else {})
    case = next(
        (
            c
            for c in entry.cases
            if _applies(c, said, challenge, step or entry.step, zone)
            and (not c.beside or re.search(c.beside, around, re.IGNORECASE))
        ),
        Case(),
    )
    more = ca.more.get(entry.key, More()) if ca and not case.causes else More()

    def filled(text: str) -> str:
        text = _without(text, frozenset(values or ()))
        text = _BRACES.sub(lambda found: known.get(found.group(1), found.group()), text)
        return _COMMAND.sub(lambda found: f"`{_runnable(found.group(1))}`", text)

    steps = (*(case.steps or entry.steps), *more.steps)
    if mine and entry.mine and not case.shared:
        steps = (entry.mine, *steps[1:])
    if other:
        kept = tuple(step for step in steps if not _CERTBOTS.search(step))
        if kept[:1] != steps[:1]:  # what it is an alternative to is gone
            kept = tuple(_OTHERWISE.sub(lambda m: m[1].upper(), step) for step in kept)
        steps = (*kept, *entry.elsewhere) or steps
    causes = (*(case.causes or entry.causes), *more.causes)
    steps, causes = _of_client(steps, client), _of_client(causes, client)
    if ca and not ca.portal:
        steps, causes = _without_portal(steps), _without_portal(causes)
    return Advice(
        filled(case.title or entry.title),
        filled(case.meaning or entry.meaning),
        tuple(map(filled, causes)),
        tuple(map(filled, steps)),
    )


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Give the words of a cause or step in pieces, and whether each is a command.

    Commands stand on lines of their own, so that they can be copied.
    """
    for index, part in enumerate(text.split("`")):
        part = part.strip(" ;,") if index else part.strip()
        if index % 2 or re.search(r"\w", part):
            yield part, bool(index % 2)


def _of_ca(ca: Profile) -> dict[str, str]:
    """Return what placeholders stand for at a CA."""
    if not ca.portal:
        return {"caa": ca.caa, "issued": "a search of certificate transparency (crt.sh)"}
    return {"caa": ca.caa, "portal": ca.portal, "issued": ca.portal}


def _without_portal(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the texts that hold at a CA without a portal; all, if none would be left."""
    return tuple(text for text in texts if "{portal}" not in text) or texts


def _of_client(texts: tuple[str, ...], client: str) -> tuple[str, ...]:
    """Return the texts that are not of another client alone; all, if none would be left."""
    if not client:
        return texts
    return (
        tuple(
            text
            for text in texts
            if (_CLIENT.match(text) or [client])[0].lower() == client.lower()
            and (client == "certbot" or not re.search(r"\bcertbot(?:'s| (?!-))", text))
        )
        or texts
    )


def _without(text: str, known: frozenset[str]) -> str:
    """Return a text without placeholders in its words of which nothing is known."""
    text = _ASIDE.sub(lambda m: m[0] if m[1] in known else "", text)
    if "name" in known:
        return text
    parts = text.split("`")
    return "`".join(
        part if at % 2 else _NAME.sub("the name", part) for at, part in enumerate(parts)
    )


def _applies(case: Case, said: str, challenge: str, step: str, zone: str | None) -> bool:
    kind = not case.challenge or challenge.startswith(case.challenge)
    there = (not case.at or step in case.at) and (bool(zone) or not case.shared)
    return kind and there and bool(re.search(case.says, said, re.IGNORECASE))


def tells_more(entry: Entry, one: str, other: str) -> bool:
    """Tell whether words choose among the causes of an entry, and others do not."""
    rules = [case.says for case in entry.cases if case.says]
    found = (any(re.search(says, said, re.IGNORECASE) for says in rules) for said in (one, other))
    return next(found) and not next(found)


def _endpoint(server: str | None) -> dict[str, str]:
    """Return what a server's URL says of host and port; nothing if it is none."""
    try:
        url = urlsplit(server or "")
        port = url.port or (80 if url.scheme == "http" else 443)
    except ValueError:
        return {}
    host = url.hostname
    if not host or ":" in host:
        return {}
    return {"host": host, "endpoint": f"{host}:{port}"}


def _runnable(command: str) -> str:
    return commands.line(command) if command.startswith("certbot") else command
