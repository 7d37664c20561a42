"""Pure: which names the accounts of this machine may issue for, and which of them it needs.

What is known comes from certificates here and orders in certbot's logs: an account that has
got a certificate for ``example.org`` may get one for everything below it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from certbot_sectigo.base import printable
from certbot_sectigo.doctor.model import Finding, Holding, Reach, Severity
from certbot_sectigo.machine import commands


def reaches(holdings: Iterable[Holding]) -> list[Reach]:
    """Work out the reach of each account of which any name is known."""
    found = []
    for holding in holdings:
        domains = tops(holding.known)
        if domains:
            unused = tuple(d for d in domains if not any(below(n, d) for n in holding.needed))
            found.append(
                Reach(
                    holding.account,
                    holding.server,
                    holding.kid,
                    holding.archived,
                    domains,
                    () if holding.superfluous else unused,
                )
            )
    return found


def check(found: Iterable[Reach]) -> Iterator[Finding]:
    """Find accounts that may issue for far more than this machine's certificates use."""
    for reach in found:
        if len(reach.unused) * 2 <= len(reach.domains):
            continue
        yield Finding(
            "reach/unused",
            Severity.NOTICE,
            "An account here may issue for far more than this machine's certificates use",
            f"Account {reach.account} is good for {said(reach.unused)} and everything below, and "
            "no certificate here is about that. Whoever takes over this machine can get "
            "certificates for all of it.",
            (f"{reach.server} {reach.account}",),
            "Give this machine an account of its own whose EAB pair has only the domains it "
            "needs (Sectigo Certificate Manager, ACME accounts), or have certificates for the "
            "others ordered on a protected machine; then archive or deactivate this account.",
            commands.ours("accounts", "register", "--credentials", "FILE"),
        )


def tops(names: Collection[str]) -> tuple[str, ...]:
    """Reduce names to the domains that all others are below; ``*.`` counts as its domain."""
    bare = {name[2:] if name.startswith("*.") else name for name in names}
    return tuple(
        sorted(d for d in bare if not any(d != other and below(d, other) for other in bare))
    )


def below(name: str, domain: str) -> bool:
    """Tell whether a name is a domain or below it."""
    name = name[2:] if name.startswith("*.") else name
    return name == domain or name.endswith(f".{domain}")


def said(domains: Sequence[str]) -> str:
    """Name some domains, as part of a sentence."""
    return printable.few(domains, 5)
