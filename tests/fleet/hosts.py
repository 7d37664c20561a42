"""Hosts as their own commands tell of them, with things wrong that were planted."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from certbot_sectigo.cli.format.document import time

SERVER = "https://acme.sectigo.com/v2/OV"
Documents = dict[str, dict[str, Any]]
"""Command -> what it printed."""
Planted = tuple[str, str, str]
"""Host, code of the finding, and a text that only this one has."""


def documents(
    host: str, now: datetime, luck: random.Random, accounts: int = 5, certificates: int = 10
) -> Documents:
    """Make a host on which all is well."""
    entries = [account(f"{host}/{n}") for n in range(accounts)]
    renewals = []
    for number in range(certificates):
        owner = entries[number % accounts]
        found = renewal(f"site{number}.{host}", owner, now, luck)
        renewals.append(found)
        owner["uses"].append({**_use(), "what": found["lineage"], "expires": found["valid_until"]})
    return {
        "accounts list": _document("accounts list", accounts=entries, dangling=[], unread=[]),
        "renewals": _document("renewals", renewals=renewals),
        "doctor": _document(
            "doctor",
            when=time(now),
            findings=[],
            counts={},
            accounts=[],
            certificates=[
                {
                    "lineage": r["lineage"],
                    "names": r["names"],
                    "expires": r["valid_until"],
                    "problem": None,
                    "forecast": r["forecast"]["outlook"],
                    "horizon": r["horizon"],
                }
                for r in renewals
            ],
            reach=[
                {"account": e["id"], "server": SERVER, "kid": e["kid"], "archived": False,
                 "domains": [host, f"alias.{host}"], "unused": []}
                for e in entries
            ],
            unasked=[],
        ),
    }  # fmt: skip


def account(seed: str) -> dict[str, Any]:
    """Make an account, as `accounts list` has it."""
    ident = hashlib.md5(seed.encode()).hexdigest()
    return {
        "id": ident,
        "server": SERVER,
        "kid": hashlib.sha256(seed.encode()).hexdigest()[:22],
        "kid_learned": "registered",
        "account_url": f"{SERVER}/account/{ident[:20]}",
        "verdict": "in use",
        "reason": "lineages name it",
        "advice": "",
        "uses": [],
        "loads": True,
    }


def renewal(name: str, owner: dict[str, Any], now: datetime, luck: random.Random) -> dict[str, Any]:
    """Make a certificate that will renew, as `renewals` has it."""
    ends = now + timedelta(days=luck.randint(67, 198), seconds=luck.randint(0, 80000))
    return {
        "lineage": name,
        "names": [name, f"www.{name}"],
        "valid_until": time(ends),
        "next_try": time(ends - timedelta(days=66)),
        "serial": f"{luck.getrandbits(120):x}",
        "server": SERVER,
        "account": owner["id"],
        "kid": owner["kid"],
        "forecast": {"outlook": "ready", "reason": "", "fails": False, "remedy": None,
                     "command": None},
        "horizon": time(now + timedelta(days=luck.randint(100, 198))),
    }  # fmt: skip


def _document(command: str, **members: Any) -> dict[str, Any]:
    return {"version": 1, "command": command, **members}


def _use() -> dict[str, Any]:
    return {"source": "lineage", "file": "/etc/letsencrypt/x.conf", "line": None, "when": None}


def examined(host: str, told: Documents, now: datetime, mark: str) -> str:
    """The doctor has found something."""
    code, severity = (
        ("secrets/account-key", "critical"),
        ("traps/cli-ini", "warning"),
        ("accounts/idle", "notice"),
    )[int(mark[1:]) % 3]
    told["doctor"]["findings"].append(
        {"code": code, "severity": severity, "title": f"Title of {code}",
         "what": f"What {mark} means.", "where": [f"/etc/{mark}"], "remedy": "Mend it.",
         "command": f"certbot-sectigo doctor --ignore {mark}"}
    )  # fmt: skip
    return code


def refused(host: str, told: Documents, now: datetime, mark: str) -> str:
    """An order was refused that the doctor has not asked for."""
    told["renewals"]["renewals"][3]["forecast"].update(
        outlook="refused", fails=True, reason=f"The CA says {mark}.", remedy="Ask.", command=None
    )
    return "renewals/refused"


def failing_undoctored(host: str, told: Documents, now: datetime, mark: str) -> str:
    """No doctor was asked, and a lineage's file is broken."""
    del told["doctor"]
    told["renewals"]["renewals"][0]["forecast"].update(
        outlook="broken", fails=True, reason=f"No file {mark}.", remedy="Put it back."
    )
    return "renewals/broken"


def dangling(host: str, told: Documents, now: datetime, mark: str) -> str:
    """No doctor was asked, and an account is not there."""
    del told["doctor"]
    told["accounts list"]["dangling"].append(
        {"source": "lineage", "what": mark, "file": f"/r/{mark}.conf", "account": "0" * 32,
         "server": SERVER, "advice": "Pin another."}
    )  # fmt: skip
    return "accounts/dangling"


def superseded(host: str, told: Documents, now: datetime, mark: str) -> str:
    """No doctor was asked, and an account is not needed."""
    del told["doctor"]
    extra = {**account(mark), "verdict": "superseded", "reason": f"Because of {mark}.",
             "advice": "certbot-sectigo accounts clean"}  # fmt: skip
    told["accounts list"]["accounts"].append(extra)
    return "accounts/superseded"


def ended(host: str, told: Documents, now: datetime, mark: str) -> str:
    """A certificate has ended since the host told."""
    item = told["renewals"]["renewals"][5]
    item["lineage"] = mark
    item["valid_until"] = time(now - timedelta(days=1))
    told["doctor"]["when"] = time(now - timedelta(days=2))
    return "report/expired"


def failed(host: str, told: Documents, now: datetime, mark: str) -> str:
    """A command failed there."""
    told["renewals"] = _document("renewals", error={"message": f"No {mark}.", "remedy": None})
    return "report/unread"


def newer(host: str, told: Documents, now: datetime, mark: str) -> str:
    """A command of another shape."""
    told[mark] = _document(mark, something=1)
    return "report/unread"


PLANTS: list[Callable[[str, Documents, datetime, str], str]] = [
    examined, refused, failing_undoctored, dangling, superseded, ended, failed, newer
]  # fmt: skip


def fleet(folder: Path, now: datetime, count: int, planted: int, seed: int = 1) -> set[Planted]:
    """Write the files of many hosts, one file each; give what was planted.

    :param planted: how many things are wrong, each on a host of its own, of all kinds in turn.
    """
    luck = random.Random(seed)
    ill = dict(zip(luck.sample(range(count), planted), range(planted)))
    found = set()
    for number in range(count):
        host = f"web{number:03}.example"
        told = documents(host, now, luck)
        if number in ill:
            mark = f"x{ill[number]}"
            plant = PLANTS[ill[number] % len(PLANTS)]
            found.add((host, plant(host, told, now, mark), mark))
        (folder / f"{host}.json").write_text("\n".join(map(json.dumps, told.values())))
    return found
