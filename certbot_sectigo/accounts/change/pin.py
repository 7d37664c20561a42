"""Carry out pins: write renewal files so that a cut-off run can be finished or taken back."""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import os
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from pathlib import Path

from certbot_sectigo.accounts import records, store
from certbot_sectigo.accounts.change import pin_plan
from certbot_sectigo.accounts.change.pin_plan import CredentialsSaid, PinError, PinTarget
from certbot_sectigo.accounts.known import servers
from certbot_sectigo.accounts.model import Account, Note
from certbot_sectigo.accounts.records import ChangeRecord, RenewalChange, read_records
from certbot_sectigo.base import atomic, errors, json_text, proposed, reading
from certbot_sectigo.ca import credentials
from certbot_sectigo.machine import commands, lineages
from certbot_sectigo.machine import dirs as paths
from certbot_sectigo.machine.lineages import Lineage

logger = logging.getLogger(__name__)

_VERSION = 1


def target_of(
    account: Account, all_lineages: Iterable[Lineage], credentials_path: Path | None = None
) -> PinTarget:
    """Describe an account as a target, with its directory URL as far as it is known here.

    certbot keeps only host and path of the URL; the note has it in full, and so have
    lineages of the same server.

    :param credentials_path: the credentials file that it was registered with just now.
    """
    return PinTarget(
        account.name,
        servers.url(account, all_lineages),
        account.kid,
        str(credentials_path) if credentials_path else None,
    )


def known_files(all_lineages: Iterable[Lineage]) -> dict[str, CredentialsSaid]:
    """Read what the credentials files that lineages name say; unreadable ones are left out."""
    found = {}
    for name in {lineage.credentials for lineage in all_lineages if lineage.credentials}:
        with contextlib.suppress(errors.Error, OSError):
            said = credentials.read(Path(name))
            found[name] = CredentialsSaid(said.kid, None if said.server_is_default else said.server)
    return found


def plan(
    chosen: Sequence[Lineage], accounts: Sequence[Account], target: PinTarget, *, move_server: bool
) -> list[RenewalChange]:
    """Plan to pin lineages to an account; those that are pinned to it already are left out.

    :param accounts: the account under every path that certbot finds it by: a lineage of a
        server whose folder is a link to another's does not have to move.
    :raises PinError: if one of them cannot be pinned.
    """
    files = known_files(chosen)
    changes = []
    for lineage in chosen:
        at = target
        for account in accounts:
            if lineage.server and servers.is_at(lineage.server, account.server_path):
                at = PinTarget(account.name, lineage.server, target.kid, target.credentials)
        text = "" if lineage.problem or lineage.link else lineages.read_text(lineage)
        changes.append(pin_plan.change(lineage, text, at, files, move_server=move_server))
    return [change for change in changes if change is not None]


def apply(
    dirs: paths.Dirs,
    account: str,
    changes: Sequence[RenewalChange],
    *,
    undoable: bool = True,
    kind: str = "pin",
) -> None:
    """Write the renewal files, each in one step, with a record by which to go back.

    The same call finishes what a killed one left; :func:`plan_undo` takes it back. Where one
    cannot be written, none is changed.

    :param undoable: False where what was before is of no use any more.
    :param kind: whose record it is: each kind is taken back by itself.
    :raises certbot_sectigo.base.errors.Error: if not all of them were written.
    """
    if not changes:
        return
    _refuse_missing(dirs, changes)
    done = read_records(dirs, kind)
    if not (done and not done[-1].undone and set(changes) <= set(done[-1].changes)):
        _write_record(dirs, account, changes, undoable, kind)
    _write_all(dirs, changes)


def plan_undo(dirs: paths.Dirs, kind: str = "pin") -> tuple[ChangeRecord, list[RenewalChange]]:
    """Plan to take the last pin back, or the last change of another kind.

    :raises PinError: if there is none, or it cannot be taken back.
    """
    found, broken = records.look(dirs, kind)
    done = [record for record in found if not record.undone]
    # Their names are in the order of time. What came last must not be taken for not done.
    newer = [path for path in broken if not done or path.name > done[-1].path.name]
    if newer:
        raise PinError(
            f"The record {newer[-1]} cannot be read, so what it tells of cannot be taken back.",
            f"Put it aside to take back what was done before:\n{proposed.aside(newer[-1])}",
        )
    if not done:
        raise PinError(f"There is no {kind} to undo here.")
    record = done[-1]
    changes = []
    for change in record.changes:
        lineage = lineages.read(change.path)
        if lineage is None:
            others = [
                commands.ours("accounts", "pin", each.before or "ID", "--cert-name", each.lineage)
                for each in record.changes
                if each is not change
            ]
            raise PinError(
                f"{change.path} is gone, so its pin cannot be undone.",
                "\n".join(["If the lineage was deleted on purpose, pin the others:", *others])
                if others
                else "",
            )
        back = pin_plan.reversed_change(change, lineages.read_text(lineage), lineage)
        if back is not None:
            changes.append(back)
    _refuse_missing(dirs, changes)
    return record, changes


def undo(dirs: paths.Dirs, record: ChangeRecord, changes: Sequence[RenewalChange]) -> None:
    """Take a pin back and mark its record, in that order."""
    _write_all(dirs, changes)
    content = json_text.loads_object(reading.read_regular(record.path, records.MOST))
    content.update(undone=True, undone_at=datetime.now(timezone.utc).isoformat())
    atomic.replace(record.path, json.dumps(content).encode())


def put_back(dirs: paths.Dirs, changes: Sequence[RenewalChange]) -> None:
    """Write renewal files as they were, or as far as they can be, without a record of it.

    :raises certbot_sectigo.base.errors.Error: if not all of them were written, or an account that
        one would name is not there.
    """
    _refuse_missing(dirs, changes)
    if changes:
        _write_all(dirs, changes)


def note_kid(account: Account, note: Note) -> None:
    """Write a person's word on which kid an account was bound with.

    :raises PinError: if the folder is one that must not be written to.
    """
    if account.link is not None:
        raise PinError(
            f"{account.folder} is reached through a symbolic link (to {account.link}).",
            "Name the account below the server where it really is: --server URL",
        )
    store.write_note(account.folder, note)


def _write_record(
    dirs: paths.Dirs, account: str, changes: Sequence[RenewalChange], undoable: bool, kind: str
) -> None:
    now = datetime.now(timezone.utc)
    content = {
        "version": _VERSION,
        "when": now.isoformat(),
        "account": account,
        "undone": not undoable,
        "changes": [
            {
                "lineage": change.lineage,
                "values": {value.key: [value.old, value.new] for value in change.values},
                # base64, since line ends and odd characters have to come back as they were
                "old": base64.b64encode(change.old.encode()).decode(),
                "new": base64.b64encode(change.new.encode()).decode(),
            }
            for change in changes
        ],
    }
    paths.refuse_links(dirs.config_dir, dirs.backup)
    atomic.make_private_dir(dirs.backup)
    name = f"{kind}-{now:%Y%m%dT%H%M%S.%fZ}-{os.urandom(2).hex()}.json"
    atomic.replace(dirs.backup / name, json.dumps(content).encode())


def _write_all(dirs: paths.Dirs, changes: Sequence[RenewalChange]) -> None:
    for folder in (dirs.renewal, dirs.backup):
        atomic.sweep(folder)
    files = {change.path: change.new.encode() for change in changes}
    atomic.replace_all(files, backup_to=dirs.backup)


def _refuse_missing(dirs: paths.Dirs, changes: Sequence[RenewalChange]) -> None:
    """Refuse changes after which a lineage would name an account that is not there."""
    for change in changes:
        lineage = pin_plan.after(change)
        if lineage.account is None or lineage.server is None:
            continue
        path = paths.server_path(lineage.server)
        account = store.read(dirs.accounts / path / lineage.account, path)
        if not account.loads:
            store.refuse_unread([account])
            archived = dirs.archive / path / lineage.account
            raise PinError(
                f"The account {lineage.account} of {lineage.server} is not there or does not "
                f"load ({account.problem}), so {change.lineage} is not pinned to it.",
                f"It is in the archive:\n{commands.ours('accounts', 'restore', lineage.account)}"
                if reading.is_folder(archived)
                else f"All accounts there are:\n{commands.ours('accounts', 'list')}",
            )
