"""Three years of renewals under the real schedule: nothing expires, no challenge is a surprise.

Lifetimes 200, 100 and 47 days, validations good for 200, 100 and 10 (ballot SC-081v3). Each
day the forecast of the day before is held against what that day's renewal meets.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from certbot_sectigo.accounts.model import Account, State
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.machine.logs.orders import Opened
from certbot_sectigo.machine.starts import Schedule
from certbot_sectigo.renewals.due import next_try
from certbot_sectigo.renewals.facts import Facts
from certbot_sectigo.renewals.forecast import forecast
from certbot_sectigo.renewals.horizon import horizon, reuse
from certbot_sectigo.renewals.model import Horizon, Outlook

START = datetime(2026, 11, 1, tzinfo=timezone.utc)
DAYS = 3 * 365 + 200
LIFETIMES = (
    (datetime(2029, 3, 15, tzinfo=timezone.utc), 47),
    (datetime(2027, 3, 15, tzinfo=timezone.utc), 100),
    (datetime(2026, 3, 15, tzinfo=timezone.utc), 199),
)
ACCOUNT = Account(Path("/accounts") / ("a" * 32), "ca.example/v2/OV", State.LOADS, "a" * 32)
CERTBOT = (5, 8, 0)


def lifetime(at: datetime) -> timedelta:
    return timedelta(days=next(days for start, days in LIFETIMES if at >= start))


@dataclass
class Site:
    """A lineage over the years."""

    name: str
    issued: datetime
    validated: datetime
    until: datetime

    def next_try(self, now: datetime) -> datetime:
        found = next_try(self.issued, self.until, {}, CERTBOT, now)
        assert found is not None
        return found

    def forecast(self, now: datetime) -> Outlook:
        lineage = Lineage(self.name, Path("x.conf"), server="https://ca.example/v2/OV",
                          authenticator="sectigo-eab", account=ACCOUNT.name)  # fmt: skip
        facts = Facts(
            lineage,
            (self.name,),
            account=ACCOUNT,
            schedule=Schedule((Path("timer"),)),
            next_try=self.next_try(now),
            last=Opened("", (self.name,), self.issued, 201, "", "", Path("log"), 1),
            horizons=(Horizon(self.name, horizon(self.validated), self.validated, "http-01"),),
        )
        return forecast(facts).outlook


@pytest.mark.parametrize("seed", range(3))
def test_years(seed: int) -> None:
    chance = random.Random(seed)
    sites = []
    for number in range(50):
        issued = START - timedelta(days=chance.randrange(120), hours=chance.randrange(24))
        validated = issued - timedelta(days=chance.randrange(60))
        sites.append(Site(f"w{number}.example", issued, validated, issued + lifetime(issued)))
    challenges = announced = 0
    said = {site.name: site.forecast(START) for site in sites}
    for day in range(1, DAYS):
        now = START + timedelta(days=day)
        for site in sites:
            assert now < site.until, f"{site.name} expired"
            if site.next_try(now) <= now:
                needed = now - site.validated > reuse(now)
                if needed:
                    challenges += 1
                    announced += said[site.name] is Outlook.CHALLENGE
                    site.validated = now
                else:
                    assert said[site.name] is Outlook.READY
                site.issued, site.until = now, now + lifetime(now)
            # What is said on the eve is what counts; saying it every day takes minutes.
            if site.next_try(now) <= now + timedelta(days=2):
                said[site.name] = site.forecast(now)
    assert challenges == announced > 50
