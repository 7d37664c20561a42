"""Pure: which account serves this kid, and what to say where none or several do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from certbot_sectigo.accounts.model import Account, Candidate


@dataclass(frozen=True)
class Chosen:
    """An account, and why it."""

    account: Account
    kid: str | None
    reason: str
    warnings: tuple[str, ...] = ()


def by_kid(
    candidates: Sequence[Candidate], kid: str, preferred: str | None = None
) -> Chosen | None:
    """Choose among the accounts known to be bound with a kid.

    Of several, the one a lineage asks for, else the one in use, else the newest.

    :param candidates: accounts of one server; those certbot cannot load and
        those of another or of unknown kid are passed over.
    :param kid: the EAB key id.
    :param preferred: name of the account a lineage was pinned to.
    :returns: None where no account is known to have the kid.
    """
    matching = [c for c in candidates if c.account.loads and c.account.kid == kid]
    if not matching:
        return None
    ranked = sorted(matching, key=lambda c: (c.account.name == preferred, *c.rank), reverse=True)
    best = ranked[0]
    why = f"bound with kid {kid} ({_source(best.account)})"
    # A copy of a folder is the same account; only other keys are rivals.
    rivals = [c.account.name for c in ranked[1:] if c.account.id != best.account.id]
    warnings: tuple[str, ...] = ()
    if rivals:
        ground = (
            "the lineage asks for it"
            if best.account.name == preferred
            else f"it is in use ({', '.join(best.lineages)})"
            if best.lineages
            else "it is the newest"
        )
        warnings = (
            f"Kid {kid} has several accounts here: taking {best.account.name} since {ground}; "
            f"passing over {', '.join(rivals)}.",
        )
    return Chosen(best.account, kid, why, warnings)


def unknown(candidates: Sequence[Candidate]) -> list[Account]:
    """List the accounts that load and whose kid nobody knows, the likeliest first."""
    ranked = sorted(candidates, key=lambda c: c.rank, reverse=True)
    return [c.account for c in ranked if c.account.loads and c.account.kid is None]


def _source(account: Account) -> str:
    learned = account.note.learned.value if account.note else ""
    return {
        "registered": "registered here",
        "log": "certbot's log shows it",
        "server": "the CA shows it",
        "told": "as was said by hand",
    }.get(learned, "as noted")
