"""Whether a disturbed run lost something, left something, or said what is not so."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass

from tests.torture.forker import NONE, Fault, Outcome
from tests.torture.operations import Operation, Words
from tests.torture.shim import ENDS, SIGNALS, Call, read_trace
from tests.torture.view import View, differences, look, named
from tests.torture.world import World

KINDS = ("loss", "leftover", "lie", "stuck", "traceback", "silent", "hang")
"""What can be wrong.

loss: a key is gone, a pin dangles, an account or file is half. leftover: after an undisturbed
rerun there is something that a run without a fault would not have left. lie: exit 0, or the
word that all is done, without the wanted state. stuck: the undisturbed rerun does not bring the
wanted state. traceback, silent (a failure without a word), hang: how it told.
"""


@dataclass(frozen=True)
class Complaint:
    """One thing that is wrong at one point."""

    kind: str
    text: str


class Trial:
    """An operation on its starting point, ready to be disturbed again and again."""

    def __init__(self, world: World, operation: Operation) -> None:
        self.world = world
        self.operation = operation
        world.clear()
        self.words: Words = operation.build(world)
        world.keep()
        self.before = self._look()
        self._run(warm=True)
        world.reset()
        outcome = self._run()
        self.code = outcome.status
        """What it exits with undisturbed; doctor has findings to tell."""
        self.calls: list[Call] = read_trace(world.forker.trace)
        """What it does undisturbed."""
        self.after = self._look()
        self.outcome = outcome
        assert self.before.state != self.after.state, f"{operation.name}: {outcome.output}"
        self._known: dict[object, list[Complaint]] = {}

    def disturb(
        self, fault: Fault, *, planted: bool = False
    ) -> tuple[Call | None, list[Complaint]]:
        """Run it with one fault and judge.

        :returns: the call that was met, None if the run ended before; and what is wrong.
        """
        outcome, calls = self.run(fault, planted=planted)
        call = calls[fault.call] if 0 <= fault.call < len(calls) else None
        if call is None and fault.name in ENDS:
            return None, []
        there = self._look()
        complaints = self._told(outcome, fault)
        complaints += [Complaint("loss", text) for text in self._lost(there)]
        complaints += [Complaint("loss", text) for text in self._torn(there)]
        done = not self._apart(there)
        # What is too much the rerun is to find.
        short = self._apart(there, but_for_more=True)
        if self._claims(outcome) and short:
            complaints.append(Complaint("lie", f"exit {outcome.status}, but {short}"))
        if not done:
            complaints += self._rerun(there)
        return call, complaints

    def run(self, fault: Fault, *, planted: bool = False) -> tuple[Outcome, list[Call]]:
        """Run it from its starting point with one fault; judge nothing."""
        self.world.reset()
        outcome = self._run(fault, planted=planted)
        return outcome, read_trace(self.world.forker.trace)

    def _run(self, fault: Fault = NONE, *, planted: bool = False, warm: bool = False) -> Outcome:
        return self.world.run(
            self.words, fault, planted=planted, warm=warm, stdin=self.operation.stdin
        )

    def _look(self) -> View:
        return look(self.world, certbots=self.operation.certbots)

    def _rerun(self, there: View) -> list[Complaint]:
        """Run it again undisturbed, unless that was seen from the very same state."""
        if there.state in self._known:
            return self._known[there.state]
        outcome = self._run()
        view = self._look()
        complaints = [Complaint("loss", f"{text}, after the rerun") for text in self._lost(view)]
        required = set(self.before.keys) & set(self.after.keys)
        required |= {bound.thumbprint for bound in view.bound}
        for thumbprint in sorted(required & set(view.keys)):
            if not view.seen(thumbprint):
                complaints.append(
                    Complaint("leftover", f"a key where no command looks: {view.keys[thumbprint]}")
                )
        extra, missing, wrong = differences(view, self.after)
        last = (outcome.output.strip().splitlines() or ["no output"])[0]
        certbots_own = self.operation.certbots and "sectigo" not in outcome.output
        if (missing or wrong or len(view.bound) != len(self.after.bound)) and not certbots_own:
            apart = self._apart(view)
            last = named(self.world, last)[:70]
            complaints.append(Complaint("stuck", f"rerun exits {outcome.status} ({last}): {apart}"))
        ours = [name for name in extra if "/renewal/" not in name or not self.operation.certbots]
        if ours:
            complaints.append(Complaint("leftover", ", ".join(ours)))
        if "Traceback" in outcome.output:
            complaints.append(Complaint("traceback", f"rerun: {_last_line(outcome.output)}"))
        self._known[there.state] = complaints
        return complaints

    def _told(self, outcome: Outcome, fault: Fault) -> list[Complaint]:
        if outcome.killed:
            return []
        if outcome.hung:
            return [Complaint("hang", "no end")]
        if "Traceback (most recent" in outcome.output:
            return [Complaint("traceback", _last_line(outcome.output))]
        if fault.name in SIGNALS and outcome.status not in (0, 1, 2):
            return self._ended(outcome, signal.Signals[fault.name])
        if outcome.status not in (0, 1, 2):
            return [Complaint("traceback", f"exit code {outcome.status}")]
        if outcome.status and not outcome.output.strip():
            return [Complaint("silent", f"exit code {outcome.status}")]
        return []

    def _ended(self, outcome: Outcome, number: signal.Signals) -> list[Complaint]:
        """Say what is wrong with how a signal ended a run; how certbot ends is its own concern."""
        word = f"certbot-sectigo: ended by {number.name};"
        if self.operation.certbots or (
            outcome.status == 128 + number and outcome.output.count(word) == 1
        ):
            return []
        return [Complaint("silent", f"{number.name}: exit code {outcome.status}")]

    def _claims(self, outcome: Outcome) -> bool:
        """Tell whether a run says that all is done."""
        if self.operation.claim:
            return re.search(self.operation.claim, outcome.output) is not None
        return outcome.status == 0

    def _lost(self, view: View) -> list[str]:
        """Say which keys are gone, and which pins dangle."""
        required = {
            thumbprint: named(self.world, f"the key of {self.before.keys[thumbprint][0]} is gone")
            for thumbprint in set(self.before.keys) & set(self.after.keys)
        }
        elsewhere = {bound.thumbprint for bound in self.before.bound} - set(self.before.keys)
        for bound in view.bound:
            purged = bound.thumbprint in self.before.keys.keys() - self.after.keys.keys()
            if bound.status == "valid" and not purged and bound.thumbprint not in elsewhere:
                label = self.world.kids[bound.kid]
                pair = f"the key of an account that the CA has bound with kid {label} is gone"
                required.setdefault(bound.thumbprint, pair)
        lost = [text for thumbprint, text in required.items() if thumbprint not in view.keys]
        return lost + [text for text in view.problems if text not in self.before.problems]

    def _torn(self, view: View) -> list[str]:
        """Say what certbot or a service reads that is neither as before nor as after."""
        torn = []
        read = ("config/accounts", "config/renewal", "config/sectigo/deploy/checkpoints/")
        for name in self.before.things.keys() | self.after.things.keys():
            if not name.startswith((*read, "places/", "given/")):
                continue
            was, becomes = self.before.things.get(name), self.after.things.get(name)
            found = view.things.get(name)
            known = name in self.before.things and name in self.after.things
            if known and found not in (was, becomes) and not self.operation.certbots:
                is_gone = "gone" if found is None else "neither as before nor as after"
                torn.append(named(self.world, f"{name} is {is_gone}"))
        return torn

    def _apart(self, view: View, *, but_for_more: bool = False) -> str:
        """Say how a state differs from the wanted one; empty if it does not."""
        extra, missing, wrong = differences(view, self.after)
        texts = [] if but_for_more else [f"+{name}" for name in extra]
        texts += [f"-{name}" for name in missing]
        texts += [f"~{text}" for text in wrong]
        if len(view.bound) != len(self.after.bound):
            texts.append(f"{len(view.bound)} accounts at the CA for {len(self.after.bound)}")
        return "; ".join(texts)


def _last_line(output: str) -> str:
    lines = [line for line in output.splitlines() if line and not line.startswith(" ")]
    return lines[-1] if lines else ""
