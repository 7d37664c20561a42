"""What the catalogue is made of: one entry per thing that can be meant, one profile per CA."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from certbot_sectigo.ca.catalogue.customs import NOTHING_KNOWN, Customs

PLACEHOLDERS: Mapping[str, str] = MappingProxyType(
    {
        "server": "URL",
        "host": "HOST",
        "endpoint": "HOST:443",
        "config": "/etc/letsencrypt",
        "logs": "/var/log/letsencrypt",
        "account": "ID",
        "other": "ID",
        "kid": "KID",
        "lineage": "NAME",
        "certbot": "most often /usr/bin/certbot",
        "name": "NAME",
        "names": "-d NAME",
        "caa": "CA-DOMAIN",
        "portal": "the CA's portal",
        "issued": "the CA's portal",
        "zone": "the provider's domain",
        "file": "FILE",
        "log": "/var/log/letsencrypt/letsencrypt.log",
    }
)
"""What entries may hold in braces, and what is written where nothing is known of it.

``{host}`` and ``{endpoint}`` (with its port) are the server's, ``{config}`` and ``{logs}``
certbot's directories, ``{certbot}`` is the program that ran, ``{names}`` are options, ``{caa}``
is the domain by which CAA records name the CA, ``{portal}`` is where its customers manage
accounts, ``{issued}`` where it can be seen what was issued, ``{other}`` is the account that has
the better claim, ``{zone}`` a provider's domain that a name is below, ``{file}`` one that does not
belong where it is.
"""


class Weight(enum.Enum):
    """How much an entry says when several are found in one text."""

    CAUSE = "cause"
    """It names what is wrong."""
    SYMPTOM = "symptom"
    """It only repeats that something is: not told where a cause is known."""
    HARMLESS = "harmless"
    """It looks like an error and is none: told last."""


STEPS = (
    "directory", "nonce", "account", "order", "challenge", "finalize", "certificate", "deploy",
)  # fmt: skip
"""The steps to a certificate in use, in their order (RFC 8555 section 7.1)."""


@dataclass(frozen=True)
class Case:
    """What an entry comes to where what was said tells more than it needs."""

    says: str = ""
    """Regular expression, of any case, that the words have to hold."""
    meaning: str = ""
    """In place of the entry's, as the next three are."""
    causes: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    title: str = ""
    beside: str = ""
    """Regular expression, of any case, of what has to stand anywhere in a text that was pasted."""
    challenge: str = ""
    """How the kind of challenge has to begin, such as ``dns-01``."""
    at: tuple[str, ...] = ()
    """Of :data:`STEPS`, those at which it holds; at any, known or not, if there is none."""
    shared: bool = False
    """Whether it holds only for a name below a zone of a provider's."""


@dataclass(frozen=True)
class Entry:
    """A sentence of a CA or a client, whatever its wording: what it means and what helps.

    Its texts may hold the names of :data:`PLACEHOLDERS` in braces, and commands in
    backquotes.
    """

    key: str
    """Short name that stays the same, for scripts."""
    title: str
    """What is wrong, in one line."""
    meaning: str
    """What it means, in plain words."""
    phrases: tuple[str, ...] = ()
    """What to look for, see :mod:`certbot_sectigo.ca.catalogue.matching`."""
    shown: tuple[str, ...] = ()
    """Regular expressions of what is no sentence, such as an object of the protocol or the size of
    a number; each bounded, since logs are long."""
    details: tuple[str, ...] = ()
    """Phrases that count only within the detail of a problem document, if no other entry
    fits that: what its words suggest."""
    types: tuple[str, ...] = ()
    """Types of problem documents that mean this where their detail is not known."""
    causes: tuple[str, ...] = ()
    """Usual causes, the most likely first."""
    steps: tuple[str, ...] = ()
    """What to do, in this order."""
    sources: tuple[str, ...] = ()
    """Where the sentence was seen or is defined."""
    weight: Weight = Weight.CAUSE
    hides: tuple[str, ...] = ()
    """Keys of entries that need no telling where this one is found."""
    hosts: tuple[str, ...] = ()
    """Parts of host names; if any are given it counts only where one of them is mentioned."""
    clients: tuple[str, ...] = ()
    """Names of clients; if any are given it counts only in a text of one of them."""
    foreign: bool = False
    """Whether it is another program's message: then it is no sign that ACME is spoken of."""
    bystander: bool = False
    """Whether other programs show it too: then what is `shown` counts only near ACME's words."""
    network: bool = False
    """Whether it is about the way to the CA: then a line about another host does not count."""
    passing: bool = False
    """Whether a success that follows makes it nothing."""
    cases: tuple[Case, ...] = ()
    """The first that holds is told."""
    step: str = ""
    """Of :data:`STEPS`, the one at which it happens, if there is only one."""
    at: tuple[tuple[str, str, str], ...] = ()
    """Steps or kinds of challenge (of any, if empty) at which it means another entry; the key of
    that one; a regular expression that the words have to hold for this."""
    waits: bool = False
    """Whether it is about how long a client waits: then it is told what the text sets for that."""
    names: str = ""
    """Regular expression, of any case, whose group ``file`` is what ``{file}`` stands for."""
    mine: str = ""
    """A step in place of the first where the account that was used is on this machine."""
    elsewhere: tuple[str, ...] = ()
    """Steps for users of other clients, in place of those that are certbot's and ours."""
    otherwise: str = ""
    """Key of the entry that is meant where the text shows no EAB pair that was sent."""
    after: tuple[str, ...] = ()
    """Steps; it follows from a failure at one of these that stands before it."""
    vague: bool = False
    """Whether it says only where something failed: told after what says why."""


@dataclass(frozen=True)
class More:
    """What a CA adds to an entry that holds for every CA."""

    causes: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Profile:
    """What is peculiar to a CA."""

    name: str
    hosts: tuple[str, ...]
    """Ends of the host names of its ACME servers; a beginning, where it ends with a dot."""
    caa: str = PLACEHOLDERS["caa"]
    """The domain by which CAA records name it (RFC 8659 section 4.2)."""
    portal: str = PLACEHOLDERS["portal"]
    """Empty if it has none: what sends people there is left out, then."""
    entries: tuple[Entry, ...] = ()
    more: Mapping[str, More] = field(default_factory=dict)
    """Key of an entry -> what is added to it at this CA."""
    customs: Customs = NOTHING_KNOWN

    def serves(self, host: str) -> bool:
        """Tell whether a host is one of its ACME servers."""
        return any(
            host.startswith(part) if part.endswith(".") else host.endswith(part)
            for part in self.hosts
        )
