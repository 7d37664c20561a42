"""A move looks at CAA records before it changes who issues, against a CA that obeys them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

import pytest

from certbot_sectigo.accounts import move_journals
from certbot_sectigo.accounts.move_journals import Move
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.move.stands import as_it_is, known
from tests.bed.certbot import Certbot
from tests.bed.command import as_json, command
from tests.bed.paste import paste
from tests.bed.sectigo import Sectigo
from tests.bed.zones import Node, Zones
from tests.move.bed import SHARED, A, Bed, bed

OLD_CA, NEW_CA = '0 issue "sectigo.com"', '0 issue "harica.gr"'


@pytest.fixture
def zones() -> Iterator[Zones]:
    with Zones() as found:
        yield found


@pytest.fixture
def two(certbot: Certbot, sectigo: Sectigo, zones: Zones) -> Iterator[Bed]:
    with bed(certbot, sectigo, ("a.example", "shared.example"), caa=True,
             dns_port=zones.port) as found:  # fmt: skip
        yield found


def test_whom_caa_records_forbid_stays_until_they_are_published(two: Bed, zones: Zones) -> None:
    certbot, env = two.certbot, {"CERTBOT_SECTIGO_DNS": f"127.0.0.1:{zones.port}"}
    zones.nodes["a.example"] = Node([OLD_CA, f'{NEW_CA[:-1]}; accounturi=https://of/others"'])
    two.issue(A, SHARED)
    before = two.file(A)
    words = ("move", *two.words, "--cert-name", A, "--cert-name", SHARED)
    told = command(certbot, *words, "--dry-run", env=env).stdout
    assert f"{A} stays: CAA records do not let the new account issue: {A}: the records name" in told
    assert f"{SHARED} goes first" in told
    register, show = (x for x in told.splitlines() if x.startswith("certbot-sectigo "))
    paste(certbot, register, more="--agree-tos --email a@a.example --yes", env=env)
    (new,) = {one["id"] for one in as_json(certbot, "accounts", "list")["accounts"]
              if one["server"] == two.server}  # fmt: skip
    shown = paste(certbot, show, {"NEW-ID": new}, env=env).stdout

    # Its URL is known now, so the record is there to be copied; the other one goes meanwhile.
    zones.asked.clear()
    told = command(certbot, *words, "--yes", env=env).stdout
    (record,) = (x for x in told.splitlines() if x.startswith(f"{A}. CAA "))
    assert "Publish these beside what is there" in told and record in shown
    assert two.of_new(SHARED) and two.file(A) == before
    # For the plan, for what was carried out of it, and by the CA; not for each look at the plan.
    assert zones.asked.count(SHARED) == 3

    zones.nodes[A] = Node([OLD_CA, record.partition(" CAA ")[2]])
    on = next(x for x in told.splitlines() if x.endswith("move --continue"))
    told = paste(certbot, on, more="--yes", env=env).stdout
    assert f"To go: {A}." in told and two.pinned(A) == two.server


def test_records_that_came_after_the_plan_are_obeyed(two: Bed, zones: Zones) -> None:
    certbot, env = two.certbot, {"CERTBOT_SECTIGO_DNS": f"127.0.0.1:{zones.port}"}
    two.issue(A)
    before = two.file(A)
    here = Dirs(*certbot.directories)
    lineage = as_it_is(known(here)[A])
    now = datetime.now(timezone.utc)
    move_journals.write(here, Move("m", now, two.server, two.pair.kid, str(two.to), (lineage,)))
    zones.nodes["a.example"] = Node([OLD_CA])
    words = ("--agree-tos", "--email", "a@a.example", "--yes")
    told = command(certbot, "move", "--continue", *words, check=1, env=env).output
    assert f"{A}: CAA records do not let the new account issue: {A}: the records allow" in told
    assert f'{A}. CAA 0 issue "harica.gr; accounturi={two.new.url}' in told
    assert two.file(A) == before and two.new.orders() == []
