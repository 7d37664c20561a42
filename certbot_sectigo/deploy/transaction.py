"""Deploy to targets: write all, test, reload; a target that fails gets its files back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from certbot_sectigo.base.atomic import FileError
from certbot_sectigo.deploy import commands, served
from certbot_sectigo.deploy.checkpoints import Checkpoint, SavedService
from certbot_sectigo.deploy.delivery import send
from certbot_sectigo.deploy.files import ServiceFiles
from certbot_sectigo.deploy.model import Material, ServiceCommand, TargetOutcome
from certbot_sectigo.deploy.plan import TargetPlan, make_all
from certbot_sectigo.deploy.recovery import Tell, put_all_back, recover_locked
from certbot_sectigo.deploy.store import DeployStore, Owed
from certbot_sectigo.deploy.target import DeployTarget

Guard = Callable[[], None]
"""Raises what keeps the files from being switched now."""


class _Run:
    """One deployment of one lineage, in progress."""

    def __init__(
        self, material: Material, files: ServiceFiles, tell: Tell, guard: Guard | None
    ) -> None:
        self.env = commands.environment(material.folder, material.names)
        self.material = material
        self.files = files
        self.tell = tell
        self.guard = guard
        self.outcomes: dict[str, TargetOutcome] = {}
        self.blamed: dict[str, ServiceCommand] = {}
        """Targets taken back whose failing command passes with the old files."""

    def _fail(self, plan: TargetPlan, message: str) -> None:
        wrong, foreign = put_all_back(plan.saved, self.files)
        wrong += foreign
        state = "stuck" if wrong else "rolled back"
        self.outcomes[plan.target.name] = TargetOutcome(
            plan.target.name, state, "\n".join([message, *wrong])
        )

    def attempt(self, plans: Sequence[TargetPlan]) -> None:
        """Write all, test, reload, look at what is served."""
        if self.guard is not None:
            self.guard()
        alive = [plan for plan in plans if self._write(plan)]
        alive = self._commands(alive, "test")
        alive = self._commands(alive, "reload")
        for plan in alive:
            self._look(plan.target, "deployed" if plan.changes else "unchanged")

    def deliver(self, plans: Sequence[TargetPlan]) -> None:
        """Hand the lineage to other hosts, and look at what is served there."""
        deliveries = [plan.delivery for plan in plans if plan.delivery is not None]
        for one in deliveries:
            self.tell(f"Sending to {one.destination.address}")
        self.outcomes.update(send.deliver(deliveries, self.material))
        for plan in plans:
            outcome = self.outcomes[plan.target.name]
            if outcome.ok:
                self._look(plan.target, outcome.state)

    def _look(self, target: DeployTarget, state: str) -> None:
        """Note what became of a target, by what its service shows."""
        why = served.problem(target, self.material, target.timeout)
        self.outcomes[target.name] = TargetOutcome(
            target.name, "not served" if why else state, why or ""
        )

    def _write(self, plan: TargetPlan) -> bool:
        for change in plan.changes:
            try:
                self.files.put(change.path, change.new, change.old)
            except FileError as error:
                self._fail(plan, f"{change.path} could not be written: {error}")
                return False
        return True

    def _commands(self, plans: Sequence[TargetPlan], kind: str) -> list[TargetPlan]:
        """Run each command once, however many targets share it; return the plans that passed."""
        groups: dict[ServiceCommand, list[TargetPlan]] = {}
        passed = []
        for plan in plans:
            command = plan.target.test if kind == "test" else plan.target.reload
            if command is None:
                passed.append(plan)
            else:
                groups.setdefault(command, []).append(plan)
        for command, group in groups.items():
            timeout = max(plan.target.timeout for plan in group)
            self.tell(f"{kind.capitalize()}ing: {command.shown}")
            result = commands.run(command, self.env, timeout)
            if result.ok:
                passed += group
                continue
            for plan in group:
                self._fail(plan, f"{kind} failed: {result.message}")
            # With the old files: a reload makes the service run as before, a test
            # tells whether the certificate was the cause at all.
            self._again(command, group, kind, timeout)
        return [plan for plan in plans if plan in passed]

    def _again(
        self, command: ServiceCommand, group: list[TargetPlan], kind: str, timeout: int
    ) -> None:
        again = commands.run(command, self.env, timeout)
        if again.ok:
            note = "with the old files it succeeds"
            for plan in group:
                self.blamed[plan.target.name] = command
        else:
            note = "it fails with the old files too, so the certificate is not the cause"
        for plan in group:
            notes = [note]
            if kind == "reload":
                quiet = served.silent(plan.target, self.material, timeout)
                if quiet or not again.ok:
                    notes.append(f"{quiet}: start the service" if quiet else "look at the service")
            before = self.outcomes[plan.target.name]
            self.outcomes[plan.target.name] = TargetOutcome(
                before.target, before.state, f"{before.message}\n({'; '.join(notes)})"
            )

    def suspects(self, plans: Sequence[TargetPlan]) -> list[TargetPlan]:
        """Return the targets that failed together: one of them may have failed the others."""
        shared = list(self.blamed.values())
        return [
            plan
            for plan in plans
            if self.outcomes[plan.target.name].state == "rolled back"
            and shared.count(self.blamed.get(plan.target.name, ServiceCommand((), ""))) > 1
        ]


def deploy(
    material: Material,
    targets: Sequence[DeployTarget],
    config_dir: Path,
    tell: Tell,
    guard: Guard | None = None,
) -> tuple[TargetOutcome, ...]:
    """Deploy a lineage to targets of its own, each of which succeeds or stays as it was.

    Waits for another deployment to end. A run that is killed is undone by :func:`recover`
    and stays owed.

    :param guard: asked right before files are switched; whatever it raises, none is.
    :returns: one outcome for each target, in their order.
    :raises certbot_sectigo.base.errors.Error: nothing could be begun, or it was not finished.
    """
    store = DeployStore.of(config_dir)
    store.make()
    with store.locked():
        return deploy_locked(store, material, targets, config_dir, tell, guard)


def deploy_locked(
    store: DeployStore,
    material: Material,
    targets: Sequence[DeployTarget],
    config_dir: Path,
    tell: Tell,
    guard: Guard | None = None,
) -> tuple[TargetOutcome, ...]:
    """Do what :func:`deploy` does, for callers that keep other deployments out already.

    :param store: which remembers it.
    """
    files = ServiceFiles(config_dir)
    if material.lineage is not None:
        store.owe(material.lineage, material.fingerprint, Owed("it was interrupted", None))
    recover_locked(store, files, tell)
    plans, refused = make_all(targets, material, config_dir)
    here = [plan for plan in plans if plan.delivery is None]
    checkpoint = None
    if any(plan.changes for plan in here):
        checkpoint = store.checkpoints.begin(_checkpoint(material, here))
    run = _Run(material, files, tell, guard)
    run.attempt(here)
    for plan in run.suspects(here):
        run.attempt([plan])
    if checkpoint is not None:
        gone = {name for name, one in run.outcomes.items() if one.state == "rolled back"}
        store.checkpoints.finish(checkpoint, set(run.outcomes) - gone)
    # Last: other hosts take their time, and what is done here is safe by now.
    run.deliver([plan for plan in plans if plan.delivery is not None])
    outcomes = {**{one.target: one for one in refused}, **run.outcomes}
    ordered = tuple(outcomes[target.name] for target in targets)
    _settle(store, material, ordered)
    return ordered


def _settle(store: DeployStore, material: Material, outcomes: Sequence[TargetOutcome]) -> None:
    """Remember what failed, or that nothing did."""
    if material.lineage is None:
        return
    failed = [one for one in outcomes if not one.ok]
    if failed:
        reason = "; ".join(f"{one.target}: {one.message.splitlines()[0]}" for one in failed)
        owed = Owed(reason, tuple(one.target for one in failed))
        store.owe(material.lineage, material.fingerprint, owed)
    else:
        store.paid(material.lineage, material.fingerprint)


def _checkpoint(material: Material, plans: Sequence[TargetPlan]) -> Checkpoint:
    return Checkpoint(
        number=0,
        lineage=material.lineage,
        folder=str(material.folder),
        names=material.names,
        services=tuple(
            SavedService(
                plan.target.name, plan.target.test, plan.target.reload, plan.target.timeout
            )
            for plan in plans
        ),
        files=tuple(saved for plan in plans for saved in plan.saved),
    )
