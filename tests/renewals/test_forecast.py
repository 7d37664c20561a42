"""What is said of a renewal, by table: the first that applies, and what it rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from certbot_sectigo.accounts.model import Account, State
from certbot_sectigo.base import errors
from certbot_sectigo.doctor.checks.renewal import check
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.machine.live import Damage
from certbot_sectigo.machine.logs.orders import Opened
from certbot_sectigo.machine.settings import Setting
from certbot_sectigo.machine.starts import Schedule, Start
from certbot_sectigo.renewals.facts import Facts, No, Silence, Yes
from certbot_sectigo.renewals.forecast import forecast
from certbot_sectigo.renewals.model import ORGANISATION, Basis, Horizon, Outlook, Renewal

NOW = datetime(2026, 11, 1, tzinfo=timezone.utc)
NAME = "www.a.example"
SOON = NOW + timedelta(days=30)
TIMER = Path("/etc/systemd/system/certbot.timer")
LINEAGE = Lineage(
    NAME,
    Path(f"/etc/letsencrypt/renewal/{NAME}.conf"),
    server="https://ca.example/v2/OV",
    account="a" * 32,
    authenticator="sectigo-eab",
    kid="kid",
)


def account(**changes: Any) -> Account:
    made: dict[str, Any] = {
        "folder": Path("/etc/letsencrypt/accounts/ca.example/v2/OV") / ("a" * 32),
        "server_path": "ca.example/v2/OV",
        "state": State.LOADS,
        "id": "a" * 32,
        "uri": "https://ca.example/v2/OV/account/1",
    }
    return Account(**{**made, **changes})


def facts(**changes: Any) -> Facts:
    made = Facts(LINEAGE, (NAME,), account=account(), schedule=Schedule((TIMER,)), next_try=SOON)
    return replace(made, **changes)


def opened(status: int = 201, problem: str = "", detail: str = "") -> Opened:
    return Opened("u", (NAME,), NOW, status, problem, detail, Path("log"), 1)


def horizon(days: int) -> Horizon:
    return Horizon(NAME, SOON + timedelta(days=days), NOW, "sectigo-dns-01")


OWN = Horizon("Company", NOW, None, ORGANISATION)
START = Start(TIMER, TIMER, 1, "certbot", " renew", Path("/usr/bin/certbot"), has_plugin=False)
BRINGS = replace(START, has_plugin=True, plugins=frozenset({"standalone", "sectigo-eab"}))
CLI_INI = Path("/etc/letsencrypt/cli.ini")
AGREES = Setting(CLI_INI, 1, "agree-tos", "true")
STAGES = Setting(CLI_INI, 1, "staging", "true")
PREFERS_DNS = Setting(CLI_INI, 1, "preferred-challenges", "dns")
KEYED = replace(LINEAGE, named={"privkey": "/live/privkey.pem"})
PREFIXED = replace(LINEAGE, authenticator="certbot-sectigo:sectigo-eab")
EMPTY_KEY = Damage(Path("/live/privkey.pem"), "is empty", False, useless=True)
KEPT = {"key_type": "ecdsa", "reuse_key": "True"}
NAMELESS = replace(LINEAGE, account=None, authenticator="standalone")
MANUAL = replace(LINEAGE, authenticator="manual")
DAMAGE = Damage(Path("/live/privkey.pem"), "is not there", True)
ONLY_WRONG = Damage(Path("/live/privkey.pem"), "is empty", False)


@pytest.mark.parametrize(
    ("changes", "outlook", "basis", "fails"),
    [
        # What the organisation lacks no order of today tells.
        ({"answer": Yes(), "horizons": (OWN,)}, Outlook.REFUSED, Basis.PORTAL, True),
        ({"answer": Yes(), "horizons": (replace(OWN, until=SOON),)},
         Outlook.READY, Basis.ORDER, False),
        # What logs tell may be of another key.
        ({"last": opened(), "horizons": (horizon(1),)}, Outlook.READY, Basis.LOG, False),
        ({"last": opened(), "horizons": (horizon(1),), "doubt": "two keys"},
         Outlook.UNKNOWN, Basis.NOTHING, False),
        # Where nothing names an account certbot needs one to choose from, or to be let register.
        ({"lineage": NAMELESS, "account": None, "unnamed": ()}, Outlook.BROKEN, Basis.FILES, True),
        ({"lineage": NAMELESS, "account": None, "unnamed": (), "settings": (AGREES,)},
         Outlook.UNKNOWN, Basis.NOTHING, False),
        ({"lineage": NAMELESS, "unnamed": (account(),)}, Outlook.UNKNOWN, Basis.NOTHING, False),
        ({"lineage": NAMELESS, "account": None, "unnamed": (account(), account())},
         Outlook.BROKEN, Basis.FILES, True),
        # What certbot cannot begin with comes first, whatever the CA says.
        ({"lineage": replace(LINEAGE, problem="is cut off"), "answer": Yes()},
         Outlook.BROKEN, Basis.FILES, True),
        ({"damages": (DAMAGE,)}, Outlook.BROKEN, Basis.FILES, True),
        ({"damages": (ONLY_WRONG,), "answer": Yes()}, Outlook.READY, Basis.ORDER, False),
        ({"unreadable": "cert.pem: no such file"}, Outlook.BROKEN, Basis.FILES, True),
        ({"lineage": replace(LINEAGE, authenticator=None)}, Outlook.BROKEN, Basis.FILES, True),
        ({"account": None}, Outlook.BROKEN, Basis.FILES, True),
        ({"account": None, "registers": True, "settings": (AGREES,)},
         Outlook.UNKNOWN, Basis.NOTHING, False),
        ({"account": None, "registers": True}, Outlook.UNATTENDED, Basis.FILES, True),
        ({"account": None, "lineage": replace(LINEAGE, account=None)},
         Outlook.BROKEN, Basis.FILES, True),
        ({"account": None, "archived": errors.Error("in the archive", "restore")},
         Outlook.BROKEN, Basis.FILES, True),
        ({"settings": (STAGES,), "answer": Yes()}, Outlook.BROKEN, Basis.FILES, True),
        ({"lineage": PREFIXED, "certbot_version": (2, 1), "answer": Yes()},
         Outlook.BROKEN, Basis.FILES, True),
        ({"lineage": PREFIXED, "certbot_version": (1, 12), "answer": Yes()},
         Outlook.READY, Basis.ORDER, False),
        ({"lineage": replace(LINEAGE, authenticator="Sectigo_EAB"), "certbot_version": (1, 12),
          "answer": Yes()}, Outlook.BROKEN, Basis.FILES, True),
        ({"lineage": replace(LINEAGE, authenticator="other:sectigo-eab"), "answer": Yes(),
          "certbot_version": (1, 12)}, Outlook.BROKEN, Basis.FILES, True),
        ({"lineage": replace(LINEAGE, several="renew_hook"), "certbot_version": (1, 12),
          "answer": Yes()}, Outlook.BROKEN, Basis.FILES, True),
        ({"lineage": replace(LINEAGE, several="deploy_hook"), "certbot_version": (5, 8),
          "answer": Yes()}, Outlook.BROKEN, Basis.FILES, True),
        ({"lineage": replace(LINEAGE, several="deploy_hook"), "certbot_version": (5, 3),
          "answer": Yes()}, Outlook.BROKEN, Basis.FILES, True),
        ({"lineage": replace(LINEAGE, several="deploy_hook"), "certbot_version": (5, 2, 2),
          "answer": Yes()}, Outlook.READY, Basis.ORDER, False),
        ({"lineage": replace(LINEAGE, several="deploy_hook"), "certbot_version": (4, 2),
          "answer": Yes()}, Outlook.READY, Basis.ORDER, False),
        ({"lineage": KEYED, "damages": (EMPTY_KEY,), "options": {"reuse_key": "True"},
          "answer": Yes()}, Outlook.BROKEN, Basis.FILES, True),
        ({"lineage": KEYED, "damages": (EMPTY_KEY,), "answer": Yes()},
         Outlook.READY, Basis.ORDER, False),
        ({"stranger": True}, Outlook.BROKEN, Basis.FILES, True),
        # A key that is kept has to be the one that options speak of, in newer versions.
        ({"options": KEPT, "key": "rsa 2048", "certbot_version": (5, 8)},
         Outlook.BROKEN, Basis.FILES, True),
        ({"options": {**KEPT, "key_type": "rsa", "rsa_key_size": "4096"}, "key": "rsa 2048",
          "certbot_version": (5, 8)}, Outlook.BROKEN, Basis.FILES, True),
        ({"options": {**KEPT, "elliptic_curve": "secp521r1"}, "key": "ecdsa secp256r1",
          "certbot_version": (2, 1)}, Outlook.BROKEN, Basis.FILES, True),
        ({"options": KEPT, "key": "ecdsa secp384r1", "certbot_version": (5, 8)},
         Outlook.BROKEN, Basis.FILES, True),
        ({"options": KEPT, "key": "ecdsa secp256r1", "certbot_version": (5, 8)},
         Outlook.UNKNOWN, Basis.NOTHING, False),
        ({"options": KEPT, "key": "other", "certbot_version": (1, 12)},
         Outlook.BROKEN, Basis.FILES, True),
        ({"options": KEPT, "key": "rsa 2048", "certbot_version": (1, 21)},
         Outlook.UNKNOWN, Basis.NOTHING, False),
        ({"options": {"key_type": "rsa", "rsa_key_size": "1024"}, "certbot_version": (5, 8)},
         Outlook.BROKEN, Basis.FILES, True),
        ({"options": {"key_type": "rsa", "rsa_key_size": "1024"}, "certbot_version": (1, 12),
          "answer": Yes()}, Outlook.READY, Basis.ORDER, False),
        # What certbot does not get as far as asking comes before what the CA would say.
        ({"lineage": MANUAL, "answer": No("unauthorized: no")},
         Outlook.UNATTENDED, Basis.FILES, True),
        ({"lineage": replace(LINEAGE, authenticator="dns-gone"), "answer": Yes(),
          "schedule": Schedule((TIMER,), starts=(BRINGS,))},
         Outlook.UNATTENDED, Basis.FILES, True),
        ({"lineage": replace(LINEAGE, authenticator="dns-gone"), "answer": Yes(),
          "schedule": Schedule((TIMER,), starts=(BRINGS, replace(BRINGS, plugins=None)))},
         Outlook.READY, Basis.ORDER, False),
        ({"account": account(state=State.UNPARSABLE, problem="x")},
         Outlook.BROKEN, Basis.FILES, True),
        # The CA's no is said before that nothing would ask it.
        ({"answer": No("unauthorized: no"), "schedule": Schedule()},
         Outlook.REFUSED, Basis.ORDER, True),
        ({"answer": Yes(), "schedule": Schedule()}, Outlook.UNATTENDED, Basis.FILES, True),
        ({"answer": Yes(), "schedule": None}, Outlook.READY, Basis.ORDER, False),
        ({"schedule": Schedule((TIMER,), starts=(START,))},
         Outlook.UNATTENDED, Basis.FILES, True),
        ({"schedule": Schedule((TIMER,), starts=(START, replace(START, has_plugin=None)))},
         Outlook.UNKNOWN, Basis.NOTHING, False),
        ({"lineage": MANUAL}, Outlook.UNATTENDED, Basis.FILES, True),
        ({"lineage": MANUAL, "options": {"manual_auth_hook": "/hook"}},
         Outlook.UNKNOWN, Basis.NOTHING, False),
        ({"options": {"autorenew": "False"}}, Outlook.UNATTENDED, Basis.FILES, True),
        # What the CA says now.
        ({"answer": Silence("no route")}, Outlook.UNKNOWN, Basis.ORDER, False),
        ({"answer": Yes({NAME: ("http-01", "dns-01")})},
         Outlook.CHALLENGE, Basis.ORDER, False),
        ({"answer": Yes({NAME: ("dns-01",)})}, Outlook.CHALLENGE, Basis.ORDER, True),
        ({"answer": Yes({NAME: ()}), "options": {"pref_challs": "dns-01,"}},
         Outlook.CHALLENGE, Basis.ORDER, True),
        ({"answer": Yes({NAME: ()}), "settings": (replace(PREFERS_DNS, value=""),)},
         Outlook.CHALLENGE, Basis.ORDER, True),
        ({"answer": Yes({NAME: ()}), "options": {"pref_challs": ""}},
         Outlook.CHALLENGE, Basis.ORDER, True),
        ({"answer": Yes({NAME: ()}), "settings": (PREFERS_DNS,)},
         Outlook.CHALLENGE, Basis.ORDER, True),
        ({"answer": Yes({NAME: ()}), "settings": (PREFERS_DNS,),
          "lineage": replace(LINEAGE, authenticator="dns-ours")},
         Outlook.CHALLENGE, Basis.ORDER, False),
        ({"answer": Yes({"*.a.example": ()}),
          "lineage": replace(LINEAGE, authenticator="standalone")},
         Outlook.CHALLENGE, Basis.ORDER, True),
        ({"answer": Yes({"*.a.example": ("dns-01",)})}, Outlook.CHALLENGE, Basis.ORDER, True),
        ({"answer": Yes({NAME: ()}), "deaf": "70000 is no port"},
         Outlook.CHALLENGE, Basis.ORDER, True),
        ({"answer": Yes(), "deaf": "70000 is no port"}, Outlook.READY, Basis.ORDER, False),
        ({"answer": Yes(), "last": opened(401, "unauthorized", "no")},
         Outlook.READY, Basis.ORDER, False),
        # What the logs say of the last time.
        ({"last": opened(401, "unauthorized", "The account has been deactivated")},
         Outlook.REFUSED, Basis.LOG, True),
        ({"last": opened(429, "rateLimited")}, Outlook.UNKNOWN, Basis.NOTHING, False),
        ({"last": opened()}, Outlook.UNKNOWN, Basis.NOTHING, False),
        ({"last": opened(), "horizons": (horizon(1),)}, Outlook.READY, Basis.LOG, False),
        ({"last": opened(), "horizons": (horizon(-1),)}, Outlook.CHALLENGE, Basis.LOG, False),
        ({"answer": Yes(), "horizons": (horizon(1),)}, Outlook.READY, Basis.ORDER, False),
        ({"answer": Yes(), "horizons": (horizon(-1),)}, Outlook.READY, Basis.ORDER, False),
        ({"last": opened(), "names": (f"*.{NAME}",), "horizons": (horizon(-1),)},
         Outlook.CHALLENGE, Basis.LOG, True),
        ({"last": opened(), "names": (NAME, "b.example"), "horizons": (horizon(1),)},
         Outlook.UNKNOWN, Basis.NOTHING, False),
        ({}, Outlook.UNKNOWN, Basis.NOTHING, False),
    ],
)  # fmt: skip
def test_table(changes: dict[str, Any], outlook: Outlook, basis: Basis, fails: bool) -> None:
    said = forecast(facts(**changes))
    assert (said.outlook, said.basis, said.fails) == (outlook, basis, fails), said
    assert said.reason


@pytest.mark.parametrize("answer", [None, Yes()])
@pytest.mark.parametrize("name", [NAME, f"*.{NAME}"])
def test_a_validation_that_ends_first_is_told_14_days_ahead(answer: Yes | None, name: str) -> None:
    asked = facts(answer=answer, last=opened(), names=(name,), horizons=(horizon(-1),))
    said = forecast(asked)
    assert said.code == "horizon" and "ends before the next renewal" in said.reason
    renewal = Renewal(LINEAGE, (name,), None, None, SOON, None, None, said, (horizon(-1),))
    for days, told in ((14.1, False), (13.9, True)):
        when = SOON - timedelta(days=1 + days)
        found = check([renewal], Schedule((TIMER,)), when, (5, 8, 0))
        assert [finding.code for finding in found] == ["renewal/horizon"] * told
