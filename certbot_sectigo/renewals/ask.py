"""Ask the CA, with an order for each lineage, whether it would issue; none is finalised."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from certbot_sectigo.accounts import store
from certbot_sectigo.accounts.known import asked_kids
from certbot_sectigo.accounts.model import Account
from certbot_sectigo.ca.errors import CaError, Refused
from certbot_sectigo.ca.order import open_order
from certbot_sectigo.ca.problems import Meaning
from certbot_sectigo.ca.session import QUESTION_TIMEOUT, Session, Settings
from certbot_sectigo.machine.logs.orders import PASSING
from certbot_sectigo.renewals.facts import Answer, No, Nobody, Silence, Yes
from certbot_sectigo.renewals.survey import Surveyed

_AT_ONCE = 4
"""Orders under way at the same time; a CA's limits are per second and address."""


def ask(
    surveyed: Sequence[Surveyed],
    settings: Settings,
    answered: Callable[[], None] = lambda: None,
) -> dict[str, Answer]:
    """Open an order for each lineage's names with the account its renewal will use.

    :param surveyed: those that are to be asked about, see :attr:`Surveyed.asks_us`.
    :param answered: called after each answer, to show that it goes on.
    :returns: name of the lineage -> answer.
    """
    shown: dict[Path, Account] = {}

    def one(item: Surveyed) -> Answer:
        try:
            return _answer(item, settings, shown)
        finally:
            answered()

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = list(pool.map(one, surveyed))
    return {item.facts.lineage.name: answer for item, answer in zip(surveyed, answers)}


def _answer(item: Surveyed, settings: Settings, shown: dict[Path, Account]) -> Answer:
    account = item.facts.account or _of_kid(item, settings, shown)
    if account is None:
        return Nobody()
    answer = _order(item, account, settings)
    return answer if item.facts.account else replace(answer, account=account)


def _of_kid(item: Surveyed, settings: Settings, shown: dict[Path, Account]) -> Account | None:
    """Have the CA say the kids of accounts until it is the lineage's, as the renewal does.

    :param shown: folder -> account as the CA showed it.
    """
    for candidate in item.facts.candidates:
        if candidate.folder not in shown:
            shown[candidate.folder] = asked_kids.ask_ca(candidate, item.server, settings)
        if shown[candidate.folder].kid == item.facts.lineage.kid:
            return shown[candidate.folder]
    return None


def _order(item: Surveyed, account: Account, settings: Settings) -> Yes | No | Silence:
    try:
        key = store.load_key(account.folder)
        session = Session(
            item.server,
            key,
            settings,
            account.uri,
            timeout=QUESTION_TIMEOUT,
            about=item.about,
        )
        order = open_order(session, item.facts.names)
    except Refused as refused:
        if refused.problem.type in PASSING:
            return Silence(refused.message, refused.remedy)
        linked = refused.meaning is not Meaning.NOT_LINKED
        return No(str(refused.problem), refused.remedy, not linked)
    except (CaError, store.AccountError) as error:
        return Silence(error.message, error.remedy)
    return Yes({each.name: each.challenges for each in order.pending})
