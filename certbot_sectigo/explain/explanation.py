"""Pure: a finding and what this machine shows, put into words."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from certbot_sectigo.base import printable
from certbot_sectigo.ca import catalogue
from certbot_sectigo.ca.catalogue import (
    ANY,
    PLACEHOLDERS,
    Entry,
    Weight,
    advise,
    profile,
    spoken_of,
)
from certbot_sectigo.explain.beside import left_in, untried
from certbot_sectigo.explain.reading import TextFinding
from certbot_sectigo.explain.situation import Situation, Used, harmless
from certbot_sectigo.explain.speakers import of_another
from certbot_sectigo.explain.told import domain_of, name_in
from certbot_sectigo.machine import commands
from certbot_sectigo.machine.lineages import PLUGIN

WIDTH = 88
"""The longest line, in characters; longer ones are hard to read."""
_NARROWEST = 40
_MOST_OTHERS = 5


@dataclass(frozen=True)
class Explanation:
    """An entry of the catalogue, filled in."""

    finding: TextFinding
    situation: Situation
    title: str
    meaning: str
    causes: tuple[str, ...]
    steps: tuple[str, ...]
    here: tuple[str, ...]
    """What this machine shows."""
    first: str = ""
    """What comes before all else: that another account was used than was asked for."""
    way: str = ""
    """The command that uses the one that was asked for."""

    @property
    def entry(self) -> Entry:
        """The entry it is of."""
        return self.finding.entry


def explain(finding: TextFinding, situation: Situation) -> Explanation:
    """Fill an entry in with what is known."""
    entry, told = finding.entry, finding.told
    # Where the order went says whose CA it is; other hosts only where that is not known.
    asked = urlsplit(situation.server or "").hostname
    hosts = told.servers or (frozenset({asked}) if asked else told.hosts)
    ca = profile(hosts)
    if ca is None and any("acme" in host for host in hosts):
        ca = ANY  # a CA that is named, and is not Sectigo
    if ca is None:
        ca = spoken_of(finding.around or finding.said)
    # Whoever uses another client, and has no account of that server here, has not this command.
    here = situation.account is not None or bool(situation.others)
    said = finding.said or finding.quote
    other = not here and of_another(f"{finding.around}\n{said}", told.client)
    values = {**_name(finding, said, situation), **_file(finding, said)}
    if other:
        values["log"] = PLACEHOLDERS["file"]  # certbot's own has nothing of it
    advice = advise(
        entry,
        values,
        ca,
        said,
        finding.challenge,
        finding.step,
        finding.around,
        client=told.client,
        other=other,
        mine=situation.account is not None and "names" in values,
    )
    first = way = ""
    if entry.weight is not Weight.HARMLESS and not entry.network and situation.asked:
        first, way = _another(situation)
    return Explanation(
        finding=finding,
        situation=situation,
        title=advice.title,
        meaning=advice.meaning + (_set(told.patience) if entry.waits else ""),
        causes=(*_left(finding), *_alike(finding), *advice.causes),
        steps=(*_told(finding), *untried(_new(advice.steps, told.typed), finding.around)),
        here=()
        if entry.weight is Weight.HARMLESS or other
        else (*_here(situation), *(_lacks(situation) if entry.network else ())),
        first=first,
        way=way,
    )


def _name(finding: TextFinding, said: str, situation: Situation) -> dict[str, str]:
    """Return what placeholders stand for; the name is that of the words, if they have one."""
    known = dict(situation.placeholders)
    name = harmless(name_in(said, *(() if "name" in known else (finding.around,))))
    if name:
        known = {"names": f"-d '{name}'" if "*" in name else f"-d {name}", **known}
        known["name"] = name.removeprefix("*.")
    return known


def _file(finding: TextFinding, said: str) -> dict[str, str]:
    """Return the file that it is about, if the words name one that can be put into commands."""
    rule = finding.entry.names
    found = re.search(rule, said, re.IGNORECASE) if rule and not finding.file else None
    file = harmless(found["file"].rstrip(".,;:") if found else finding.file)
    return {"file": file} if file else {}


def _told(finding: TextFinding) -> tuple[str, ...]:
    """Return the step that comes first where the text itself says what to do."""
    typed = any(command in finding.instruction for command in finding.told.typed)
    if not finding.instruction or typed or finding.entry.weight is Weight.HARMLESS:
        return ()
    said = finding.instruction.replace("`", "'")
    return (f"What the text itself asks for comes first: \u201c{said}\u201d",)


def _left(finding: TextFinding) -> tuple[str, ...]:
    """Return the cause that comes first where a placeholder was left in."""
    found = left_in(finding.around, finding.entry.key)
    return (found,) if found else ()


def _alike(finding: TextFinding) -> tuple[str, ...]:
    """Return the cause that comes first where CAs that share nothing failed alike."""
    if not finding.entry.network or len(set(map(domain_of, finding.cas))) < 2:
        return ()
    return (
        f"This machine's way out (firewall, proxy, DNS, IPv6): {' and '.join(sorted(finding.cas))} "
        "failed alike, and have nothing else in common.",
    )


def _set(patience: str) -> str:
    return f" The text shows what is set for that: {patience}." if patience else ""


def _new(steps: tuple[str, ...], typed: frozenset[str]) -> tuple[str, ...]:
    """Return the steps without those whose commands were given already, and did not help."""
    kept = tuple(step for step in steps if typed.isdisjoint(step.split("`")[1::2]))
    return kept or steps


def as_text(explanation: Explanation, *, numbered: bool = True, width: int = WIDTH) -> str:
    """Return an explanation for people; each command on a line of its own.

    :param numbered: whether the line of the text has a number that means something.
    :param width: of the terminal, in characters; more than :data:`WIDTH` is not used.
    """
    width = max(_NARROWEST, min(width, WIDTH))
    where = f" (line {explanation.finding.line})" if numbered else ""
    head = explanation.title
    lines = [head, "=" * min(len(head), width), ""]
    if explanation.first:
        lines += [*_wrapped(explanation.first, width), f"    {explanation.way}", ""]
    lines += _wrapped(f"Said{where}: {explanation.finding.quote}", width)
    lines += ["", *_wrapped(explanation.meaning, width)]
    for title, items in (
        ("On this machine:", explanation.here),
        ("Usual causes, the most likely first:", explanation.causes),
        ("What to do:", explanation.steps),
    ):
        if items:
            lines += ["", title]
            for number, item in enumerate(items, 1):
                mark = "- " if items is explanation.here else f"{number}. "
                lines += _item(item, width, mark)
    return printable.lines("\n".join(lines))


def as_json(explanation: Explanation) -> dict[str, Any]:
    """Return an explanation for programs, as docs/explain.md describes."""
    entry, situation = explanation.entry, explanation.situation
    return {
        "entry": entry.key,
        "weight": entry.weight.value,
        "title": explanation.title,
        "quote": explanation.finding.quote,
        "line": explanation.finding.line,
        "count": explanation.finding.count,
        "meaning": explanation.meaning,
        "causes": list(explanation.causes),
        "steps": list(explanation.steps),
        "first": explanation.first or None,
        "command": explanation.way or None,
        "here": {
            "server": situation.server,
            "account": situation.account.id if situation.account else None,
            "account_url": situation.account_url,
            "kid": situation.kid or (situation.account.kid if situation.account else None),
            "asked_kid": situation.asked,
            "lineage": situation.lineage,
            "names": list(situation.names),
            "others": [
                {"account": o.id, "kid": o.kid, "lineages": list(o.lineages)}
                for o in situation.others
            ],
        },
        "sources": list(entry.sources),
    }


def _another(situation: Situation) -> tuple[str, str]:
    """Say that certbot used another account than it was told to, and what uses the right one."""
    asked, used = situation.asked or "", situation.account
    assert used is not None  # noqa: S101 - else nothing is known of another
    right = next((other for other in situation.others if other.kid == asked), None)
    names = [word for name in situation.names for word in ("-d", name)] or ["-d", "NAME"]
    if right is not None and situation.lineage_here and situation.lineage:
        if situation.lineage in right.lineages:  # an option of the run came before the pin
            way = commands.certbots("renew", "--force-renewal", "--cert-name", situation.lineage)
        else:
            way = commands.ours("accounts", "pin", right.id, "--cert-name", situation.lineage)
    else:
        pair = (f"--{PLUGIN}-kid", asked) if right else (f"--{PLUGIN}-credentials", "FILE")
        way = commands.certbots("certonly", "--authenticator", PLUGIN, *pair, *names)
    first = f"You asked for kid {asked}, certbot used the account {used.id} of kid {used.kid}. " + (
        "This uses the right one:" if right else "This gets an account of the right one:"
    )
    return first, way


def _lacks(situation: Situation) -> Iterator[str]:
    for lack in situation.lacks:
        remedy = " ".join(lack.remedy.split("\n"))
        yield (
            f"{lack.name} is set in this shell, but not where {lack.start.schedule} has certbot "
            f"renew. If it is needed: {remedy}"
        )


def _here(situation: Situation) -> list[str]:
    lines = []
    at = f" of {situation.server}" if situation.server else ""
    if situation.names:
        lines.append(f"The names: {', '.join(situation.names)}")
    if situation.account is not None:
        lines.append(f"The account that was used: {_account(situation.account)}{at}")
        if situation.account.pinned:
            lines.append(
                f"The last pin made it the account of {', '.join(situation.account.pinned)}. To "
                f"take that back: `{commands.ours('accounts', 'pin', '--undo')}`"
            )
    elif situation.account_url and situation.looked:
        lines.append(f"The account that was used, {situation.account_url}, is not here.")
    for other in situation.others[:_MOST_OTHERS]:
        hint = f"; it has {', '.join(other.related[:3])}" if other.related else ""
        lines.append(f"Another account of this server: {_account(other)}{hint}")
    if len(situation.others) > _MOST_OTHERS:
        more = len(situation.others) - _MOST_OTHERS
        lines.append(f"{more} more: `{commands.ours('accounts', 'list')}`")
    return lines


def _account(used: Used) -> str:
    kid = f"kid {used.kid}" if used.kid else "kid not known"
    pinned = f", lineages {', '.join(used.lineages)}" if used.lineages else ", no lineage"
    return f"{used.id} ({kid}{pinned})"


def _item(text: str, width: int, mark: str) -> list[str]:
    """Wrap an item's words; its commands stand alone, whole, so that they can be copied."""
    lines: list[str] = []
    for words, command in catalogue.pieces(text):
        start = " " * len(mark) if lines else mark
        lines += [f"{start}  {words}"] if command else _wrapped(words, width, start)
    return lines


def _wrapped(text: str, width: int, mark: str = "") -> list[str]:
    # Commands are copied: no break at hyphens, and none within a long word.
    return textwrap.wrap(
        text,
        width,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )
