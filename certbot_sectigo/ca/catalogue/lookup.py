"""One problem document looked up: which entry it means, and what to advise.

This is what asks the catalogue where no text has to be read first: a refusal that the
command or the plugin met itself. Reading logs and pastes is the room ``explain``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from certbot_sectigo.ca.catalogue.matching import Match, matcher
from certbot_sectigo.ca.catalogue.model import PLACEHOLDERS, Entry, Weight


@dataclass(frozen=True)
class Advice:
    """An entry with its placeholders filled in."""

    title: str
    meaning: str
    causes: tuple[str, ...]
    """Usual causes, the most likely first."""
    steps: tuple[str, ...]
    """What to do, in this order; commands in it can be pasted."""


def match(kind: str, detail: str, server: str | None = None) -> Entry | None:
    """Return the entry that a problem document means; None if nobody knows it.

    :param kind: its type, as ``urn:ietf:params:acme:error:malformed`` or ``malformed``.
    :param detail: its detail, which may be empty.
    :param server: ACME directory URL, or any URL of the CA's; what only another CA says
        is left out.
    """
    from certbot_sectigo.ca.catalogue import ENTRIES

    host = urlsplit(server or "").hostname or ""
    name = kind.rsplit(":", 1)[-1]
    said = f"{kind} :: {detail}" if "sectigo" in kind else f"acme:error:{name} :: {detail}"
    if not detail and name in ("malformed", "unauthorized"):
        said += "(refused without detail)"

    def known(match: Match) -> bool:
        return not match.entry.hosts or any(part in host for part in match.entry.hosts)

    found = [each.entry for each in matcher(ENTRIES).find(said) if known(each)]
    hidden = {key for entry in found for key in entry.hides}
    for weight in (Weight.CAUSE, Weight.SYMPTOM):
        for entry in found:
            if entry.weight is weight and entry.key not in hidden:
                return entry
    return None


def advise(entry: Entry, values: Mapping[str, str] | None = None) -> Advice:
    """Fill an entry in.

    :param values: what placeholders stand for, see :data:`PLACEHOLDERS`; those not given
        become words in upper case.
    """
    known = {**PLACEHOLDERS, **(values or {})}

    def filled(text: str) -> str:
        for name, value in known.items():
            text = text.replace("{" + name + "}", value)
        return text

    return Advice(
        filled(entry.title),
        filled(entry.meaning),
        tuple(map(filled, entry.causes)),
        tuple(map(filled, entry.steps)),
    )
