"""Deploy to targets: write all, test, reload; a target that fails gets its files back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from certbot_sectigo.deploy import commands, files, served
from certbot_sectigo.deploy.model import Command, DeployError, Material, Outcome, Target
from certbot_sectigo.deploy.plan import Plan, make_all
from certbot_sectigo.deploy.store import Checkpoint, Entry, Owed, Service, Store

Tell = Callable[[str], None]
"""Takes a line about what happens."""


def put_back(entry: Entry) -> bool:
    """Bring one file of a checkpoint back.

    :returns: whether it was ours to bring back: a file that is neither as it was
        nor as the deployment left it has been changed by somebody, and stays.
    :raises OSError: it could not be written.
    """
    files.discard(files.temporary(entry.path))
    there = files.look(entry.path)
    if there is not None and files.digest(there.content) != entry.new:
        return entry.old is not None and there.content == entry.old.content
    if entry.old is not None:
        files.put(entry.path, entry.old)
    elif there is not None:
        files.discard(entry.path)
        files.sync_folder(entry.path.parent)
    return True


def _put_back_all(entries: Sequence[Entry]) -> list[str]:
    """Bring files back; give what went wrong, one line a file."""
    wrong = []
    for entry in entries:
        try:
            if not put_back(entry):
                wrong.append(f"{entry.path} was changed by somebody since; it is left alone")
        except OSError as error:
            wrong.append(f"{entry.path} could not be brought back: {error.strerror}")
    return wrong


def recover(store: Store, tell: Tell) -> list[Checkpoint]:
    """Bring back what a killed deployment replaced; it is still owed, and will be done again.

    :returns: the deployments taken back.
    :raises DeployError: a file could not be brought back; the next run tries again.
    """
    store.sweep()
    taken = []
    for checkpoint in store.left_open():
        wrong = []
        for entry in checkpoint.entries:
            try:
                if not put_back(entry):
                    tell(f"{entry.path} was changed by somebody since; it is left alone.")
            except OSError as error:
                wrong.append(f"{entry.path} could not be brought back: {error.strerror}")
        if wrong:
            raise DeployError(
                "A deployment was interrupted and cannot be taken back:\n" + "\n".join(wrong)
            )
        store.drop(checkpoint)
        tell(f"An interrupted deployment of {checkpoint.lineage or checkpoint.folder} was undone.")
        taken.append(checkpoint)
    return taken


class _Run:
    """One deployment of one lineage, in progress."""

    def __init__(self, material: Material, tell: Tell) -> None:
        self.env = commands.environment(material.folder, material.names)
        self.material = material
        self.tell = tell
        self.outcomes: dict[str, Outcome] = {}
        self.blamed: dict[str, Command] = {}
        """Targets taken back whose failing command passes with the old files."""

    def _fail(self, plan: Plan, message: str) -> None:
        wrong = _put_back_all(plan.entries)
        state = "stuck" if wrong else "rolled back"
        self.outcomes[plan.target.name] = Outcome(
            plan.target.name, state, "\n".join([message, *wrong])
        )

    def attempt(self, plans: Sequence[Plan]) -> None:
        """Write all, test, reload, look at what is served."""
        alive = [plan for plan in plans if self._write(plan)]
        alive = self._commands(alive, "test")
        alive = self._commands(alive, "reload")
        for plan in alive:
            target = plan.target
            why = served.problem(target, self.material, target.timeout)
            state = "not served" if why else ("deployed" if plan.changes else "unchanged")
            self.outcomes[target.name] = Outcome(target.name, state, why or "")

    def _write(self, plan: Plan) -> bool:
        for change in plan.changes:
            try:
                files.put(change.path, change.new)
            except OSError as error:
                self._fail(plan, f"{change.path} could not be written: {error.strerror}")
                return False
        return True

    def _commands(self, plans: Sequence[Plan], kind: str) -> list[Plan]:
        """Run each command once, however many targets share it; give the plans that passed."""
        groups: dict[Command, list[Plan]] = {}
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

    def _again(self, command: Command, group: list[Plan], kind: str, timeout: int) -> None:
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
            self.outcomes[plan.target.name] = Outcome(
                before.target, before.state, f"{before.message}\n({'; '.join(notes)})"
            )

    def suspects(self, plans: Sequence[Plan]) -> list[Plan]:
        """Give the targets that failed together: one of them may have failed the others."""
        shared = list(self.blamed.values())
        return [
            plan
            for plan in plans
            if self.outcomes[plan.target.name].state == "rolled back"
            and shared.count(self.blamed.get(plan.target.name, Command((), ""))) > 1
        ]


def deploy(
    material: Material, targets: Sequence[Target], config_dir: Path, tell: Tell
) -> tuple[Outcome, ...]:
    """Deploy a lineage to targets of its own, each of which succeeds or stays as it was.

    Must not run beside another deployment: certbot's locks see to that. A run
    that is killed is undone by :func:`recover` and stays owed.

    :returns: one outcome for each target, in their order.
    :raises DeployError: nothing could be begun.
    """
    store = Store(config_dir)
    store.make()
    try:
        if material.lineage is not None:
            store.owe(material.lineage, material.fingerprint, Owed("it was interrupted", None))
        recover(store, tell)
        plans, refused = make_all(targets, material, config_dir, store.root)
        checkpoint = None
        if any(plan.changes for plan in plans):
            checkpoint = store.begin(_checkpoint(material, plans))
        run = _Run(material, tell)
        run.attempt(plans)
        for plan in run.suspects(plans):
            run.attempt([plan])
        outcomes = {**{one.target: one for one in refused}, **run.outcomes}
        if checkpoint is not None:
            gone = {name for name, one in outcomes.items() if one.state == "rolled back"}
            store.finish(checkpoint, set(outcomes) - gone)
        ordered = tuple(outcomes[target.name] for target in targets)
        _settle(store, material, ordered)
    except OSError as error:
        raise DeployError(
            f"{error.filename or store.root}: {error.strerror}; the deployment was not finished."
        ) from error
    return ordered


def _settle(store: Store, material: Material, outcomes: Sequence[Outcome]) -> None:
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


def _checkpoint(material: Material, plans: Sequence[Plan]) -> Checkpoint:
    return Checkpoint(
        number=0,
        lineage=material.lineage,
        folder=str(material.folder),
        names=material.names,
        services=tuple(
            Service(plan.target.name, plan.target.test, plan.target.reload, plan.target.timeout)
            for plan in plans
        ),
        entries=tuple(entry for plan in plans for entry in plan.entries),
    )


def rollback(store: Store, count: int, tell: Tell) -> list[Checkpoint]:
    """Bring back the files before the last deployments, newest first.

    :param count: how many deployments.
    :returns: those taken back; their services want a reload.
    :raises DeployError: a file was changed by somebody since, or cannot be written;
        the deployment stays, and the call may be repeated.
    """
    taken = recover(store, tell)
    for checkpoint in store.finished()[:count]:
        wrong = _put_back_all(checkpoint.entries)
        if wrong:
            raise DeployError(
                f"The deployment of {checkpoint.lineage or checkpoint.folder} could not be "
                "taken back altogether:\n" + "\n".join(wrong),
                "Move the file away or mend it, then run the rollback again.",
            )
        store.drop(checkpoint)
        taken.append(checkpoint)
        for entry in checkpoint.entries:
            tell(f"{entry.target}: {entry.path} is as it was before")
    return taken


def reload(checkpoint: Checkpoint, *, test: bool = True) -> list[str]:
    """Reload the services of a deployment taken back; give what failed.

    :param test: whether each service's configuration test has to pass first.
    """
    env = commands.environment(Path(checkpoint.folder), checkpoint.names)
    touched = {entry.target for entry in checkpoint.entries}
    failed = []
    done: set[Command] = set()
    for service in checkpoint.services:
        if service.target not in touched:
            continue
        for command in (service.test if test else None, service.reload):
            if command is None or command in done:
                continue
            done.add(command)
            result = commands.run(command, env, service.timeout)
            if not result.ok:
                failed.append(f"{service.target}: {result.message}")
                break
    return failed
