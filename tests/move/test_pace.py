"""The rest of a move, renewed at once: at a pace, stopped and gone on with, not against a wall."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from certbot_sectigo.accounts import move_journals
from certbot_sectigo.accounts.move_journals import Move
from certbot_sectigo.machine.certbot_process import CertbotOutcome
from certbot_sectigo.machine.dirs import Dirs, server_path
from certbot_sectigo.move import act
from certbot_sectigo.move.stands import Stand, as_it_is, known, stands
from tests.accounts.keys import account_folder
from tests.deploy.lineages import issue, lay

OLD, NEW = "https://old.example/d", "https://new.example/d"
NAMES = tuple(f"host{number}.example" for number in range(7))
WAY = tuple(NAMES[1:])
"""The first has gone already."""


class Rest:
    """A machine whose first lineage has gone, and a certbot that does what it is told here."""

    def __init__(self, folder: Path) -> None:
        self.dirs = Dirs(folder / "config", folder / "work", folder / "logs")
        old, new = (
            account_folder(self.dirs.accounts / server_path(url), f"{url}/account/1")
            for url in (OLD, NEW)
        )
        for name in NAMES:
            lay(self.dirs.config_dir, name, issue(name))
            file = self.file(name)
            file.write_text(f"{file.read_text()}account = {old.name}\nserver = {OLD}\n")
        here = known(self.dirs)
        self.before = {name: self.file(name).read_text() for name in NAMES}
        self.move = Move(
            "m", datetime.now(timezone.utc), NEW, "kid", None,
            tuple(as_it_is(here[name]) for name in NAMES), new.name,
            asked=True, proved=True, now=True, per_hour=60,
        )  # fmt: skip
        self.broken: set[str] = set()
        self.renewed: Counter[str] = Counter()
        self.waits: list[float] = []
        self.time = datetime(2026, 11, 30, 12, tzinfo=timezone.utc)
        self.takes = 20.0
        """Seconds for which a renewal lasts."""

    def file(self, name: str) -> Path:
        return self.dirs.renewal / f"{name}.conf"

    def certbot(self, words: Sequence[str]) -> CertbotOutcome:
        name = words[2]
        self.time += timedelta(seconds=self.takes)
        if name in self.broken:
            return CertbotOutcome(1, "the CA is out to lunch")
        self.renewed[name] += 1
        lay(self.dirs.config_dir, name, issue(name))
        return CertbotOutcome(0, "")

    def wait(self, seconds: float) -> None:
        if seconds:
            self.waits.append(seconds)
        self.time += timedelta(seconds=seconds)

    def carry_out(self, move: Move, wait: Callable[[float], None] | None = None) -> Move:
        unused: Any = None
        move_journals.write(self.dirs, move)
        return act.carry_out(
            move,
            act.Means(self.dirs, nullcontext, self.certbot, unused, unused, unused, unused,
                      lambda name: None, unused, wait or self.wait, clock=lambda: self.time),
        )  # fmt: skip

    def stand(self, move: Move) -> dict[str, Stand]:
        return {one.moved.name: one.stand for one in stands(move, known(self.dirs))}


@pytest.fixture
def rest(tmp_path: Path) -> Rest:
    return Rest(tmp_path)


def test_so_many_an_hour_and_none_waits_for_nothing(rest: Rest) -> None:
    done = rest.carry_out(rest.move)
    assert rest.waits == [40.0] * (len(WAY) - 1)  # a renewal takes 20
    assert rest.renewed == Counter(WAY) and done.state == move_journals.DONE


@pytest.mark.parametrize(
    ("passed", "waited"),
    [(-7200, 60), (0, 60), (25, 35), (59, 1), (60, None), (90000, None)],
)
def test_what_was_stopped_keeps_the_pace_when_it_goes_on(
    rest: Rest, passed: float, waited: float | None
) -> None:
    def stop(seconds: float) -> None:
        if seconds:
            raise KeyboardInterrupt

    rest.takes = 0
    with pytest.raises(KeyboardInterrupt):
        rest.carry_out(rest.move, stop)
    rest.time += timedelta(seconds=passed)
    unfinished = move_journals.unfinished(rest.dirs)
    assert unfinished is not None and unfinished.last is not None
    rest.carry_out(unfinished)
    assert rest.waits == [*([] if waited is None else [waited]), *[60.0] * (len(WAY) - 2)]


def test_one_that_was_killed_while_certbot_renewed_it_counts(rest: Rest) -> None:
    certbot, rest.takes = rest.certbot, 0

    def cut_off(words: Sequence[str]) -> CertbotOutcome:
        certbot(words)
        raise KeyboardInterrupt

    rest.certbot = cut_off  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        rest.carry_out(rest.move)
    rest.certbot = certbot  # type: ignore[method-assign]
    unfinished = move_journals.unfinished(rest.dirs)
    assert unfinished is not None
    rest.carry_out(unfinished)
    assert rest.renewed == Counter(WAY) and rest.waits == [60.0] * (len(WAY) - 1)


def test_what_was_stopped_goes_on_and_none_is_renewed_twice(rest: Rest) -> None:
    def stop(seconds: float) -> None:
        if seconds:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rest.carry_out(rest.move, stop)
    unfinished = move_journals.unfinished(rest.dirs)
    assert unfinished is not None and rest.renewed == Counter(WAY[:1])
    rest.carry_out(unfinished)
    assert rest.renewed == Counter(WAY) and len(rest.waits) == len(WAY) - 1


def test_three_failures_in_a_row_leave_the_rest_for_later(rest: Rest) -> None:
    rest.broken = set(NAMES[2:5])
    with pytest.raises(act.MoveError, match="3 renewals in a row have failed") as stopped:
        rest.carry_out(rest.move)
    assert stopped.value.remedy.endswith("certbot-sectigo move --continue")
    assert all(rest.file(name).read_text() == rest.before[name] for name in NAMES[2:5])
    unfinished = move_journals.unfinished(rest.dirs)
    assert unfinished is not None and set(unfinished.left) == rest.broken
    stand = rest.stand(unfinished)
    assert [stand[name] for name in (NAMES[1], NAMES[5])] == [Stand.RENEWED, Stand.PINNED]
    done = rest.carry_out(unfinished)
    assert rest.renewed == Counter((NAMES[1], *NAMES[5:])) and done.state == move_journals.DONE


def test_single_failures_do_not_stop_it(rest: Rest) -> None:
    rest.broken = {NAMES[1], NAMES[2], NAMES[4], NAMES[5]}
    done = rest.carry_out(rest.move)
    assert rest.renewed == Counter((NAMES[3], NAMES[6]))
    assert done.state == move_journals.DONE and set(done.left) == rest.broken
