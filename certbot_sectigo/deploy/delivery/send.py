"""Deliver a lineage to served hosts, several at a time, or ask them whether they would take it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from certbot_sectigo.deploy.delivery import document, hosts, ssh
from certbot_sectigo.deploy.delivery.document import Answer
from certbot_sectigo.deploy.delivery.ssh import Destination
from certbot_sectigo.deploy.model import Material, TargetOutcome

_AT_ONCE = 8
"""Hosts that are served at the same time, so that a few dead ones do not hold up a fleet."""


@dataclass(frozen=True)
class Delivery:
    """One host that is to get a lineage."""

    target: str
    destination: Destination
    seconds: int
    """How long all of it may take, the served host's tests and reloads included."""


def deliver(deliveries: Sequence[Delivery], material: Material) -> dict[str, TargetOutcome]:
    """Offer a lineage to served hosts; return what became of each target."""
    if not deliveries:
        return {}
    answered = _ask(deliveries, document.write(material, document.DEPLOY))
    return {one.target: _outcome(one, answered[one.target]) for one in deliveries}


def check(deliveries: Sequence[Delivery], material: Material) -> dict[str, tuple[str, ...]]:
    """Ask served hosts about a lineage; nothing is written, and no key is sent.

    :returns: target -> what keeps it from the certificate; nothing where it is deployed there.
    """
    if not deliveries:
        return {}
    answered = _ask(deliveries, document.write(material, document.CHECK))
    found: dict[str, tuple[str, ...]] = {}
    for one in deliveries:
        answer = answered[one.target]
        if isinstance(answer, str):
            found[one.target] = (answer,)
        elif answer.refusal:
            found[one.target] = (f"{one.destination.address} says: {answer.refusal}",)
        else:
            found[one.target] = tuple(
                reply.text for reply in answer.replies if reply.state != "deployed"
            )
    return found


def _outcome(one: Delivery, answer: Answer | str) -> TargetOutcome:
    if isinstance(answer, str):
        return TargetOutcome(one.target, "not delivered", answer)
    said = f"{one.destination.address} says: "
    if answer.refusal:
        return TargetOutcome(one.target, "refused", said + answer.refusal)
    failed = [reply.text for reply in answer.replies if not reply.ok]
    if failed:
        return TargetOutcome(one.target, "failed there", said + "\n".join(failed))
    states = {reply.state for reply in answer.replies}
    return TargetOutcome(one.target, "unchanged" if states == {"unchanged"} else "deployed")


def _ask(deliveries: Sequence[Delivery], offer: bytes) -> dict[str, Answer | str]:
    """Return the answer of each target, or why there is none."""
    cancelled = threading.Event()

    def ask(one: Delivery) -> Answer | str:
        done = ssh.exchange(
            one.destination.words(*ssh.REMOTE), offer, one.seconds, document.MOST_BYTES, cancelled
        )
        if done.problem:
            return _explained(one.destination, done.problem)
        try:
            return document.read_answer(done.output)
        except ValueError:
            return (
                f"{one.destination.address} answered something else than `certbot-sectigo "
                "receive` does; look at the forced command in its authorized_keys"
            )

    with ThreadPoolExecutor(max(1, min(_AT_ONCE, len(deliveries)))) as pool:
        asked = [pool.submit(ask, one) for one in deliveries]
        try:
            return {one.target: answer.result() for one, answer in zip(deliveries, asked)}
        except BaseException:
            # A signal: nothing new is begun, and what runs is ended. It stays owed.
            cancelled.set()
            for each in asked:
                each.cancel()
            raise


def _explained(destination: Destination, problem: str) -> str:
    """Return why a host was not reached, with what helps where that is known."""
    if "IDENTIFICATION HAS CHANGED" in problem:
        return (
            f"{problem}\n{destination.address} has another host key than before: it was set up "
            "anew, or somebody stands in between. Only if its administrator says so, remove the "
            "old key as ssh says above, and take the new one as that of a new host."
        )
    if "Host key verification failed" in problem or "host key is known for" in problem:
        return f"{problem}\n{hosts.unknown(destination)}"
    return f"{destination.address} was not reached: {problem}"
