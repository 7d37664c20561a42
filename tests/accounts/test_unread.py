"""What the disk does not tell is not concluded: no plan is made on it, nothing is called well."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from certbot_sectigo.accounts import archive, find, records, store
from certbot_sectigo.accounts.change import adopt, clean, clean_plan, pin, rollover, transfer
from certbot_sectigo.accounts.change.adopt import Wish
from certbot_sectigo.accounts.known import kids, overview
from certbot_sectigo.accounts.model import State
from certbot_sectigo.accounts.records import Rollover
from certbot_sectigo.accounts.request import AccountRequest
from certbot_sectigo.base import errors
from certbot_sectigo.ca.session import Settings
from certbot_sectigo.cli.accounts.pin import choose
from certbot_sectigo.machine import lineages
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.machine.logs import files
from tests.accounts.conftest import Faults
from tests.accounts.keys import account_folder

SERVER = "https://ca.example/v2/OV"
PATH = "ca.example/v2/OV"
REFUSED = (OSError, errors.Error)


@pytest.fixture
def dirs(tmp_path: Path) -> Dirs:
    (tmp_path / "config/renewal").mkdir(parents=True)
    return Dirs(tmp_path / "config", tmp_path / "work", tmp_path / "logs")


@pytest.fixture
def folder(dirs: Dirs) -> Path:
    return account_folder(dirs.accounts / PATH)


def gather(dirs: Dirs) -> overview.Overview:
    return overview.gather(dirs, dirs.work_dir, {})


def do_clean(dirs: Dirs) -> None:
    steps = clean_plan.plan(gather(dirs).entries, idle=True)
    failed = clean.carry_out(dirs, steps, None).failed
    if failed:
        raise errors.Error(failed[0].reason)
    raise AssertionError("cleaned")


def do_adopt(dirs: Dirs) -> None:
    adopt.plan(gather(dirs), Wish(), {})


def do_find(dirs: Dirs) -> None:
    find.find(AccountRequest(SERVER, "K"), find.FindContext(dirs, Settings("tests"), dirs.work_dir))


def do_pinned(dirs: Dirs) -> None:
    [name] = [path.name for path in (dirs.accounts / PATH).iterdir()]
    around = find.FindContext(dirs, Settings("tests"), dirs.work_dir)
    find.choose(
        AccountRequest(SERVER, "K", name), around, lambda: None, lambda pair: pytest.fail("new")
    )


def do_rollover(dirs: Dirs) -> None:
    [account] = store.read_all(dirs.accounts)
    rollover.begin(dirs, account, SERVER, Settings("tests"), lambda: pytest.fail("begun"))


@pytest.mark.parametrize("act", [do_clean, do_adopt, do_find, do_pinned, do_rollover])
@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES])
def test_an_account_s_file_that_could_not_be_read(
    dirs: Dirs, folder: Path, faults: Faults, act: Callable[[Dirs], None], number: int
) -> None:
    with faults.at(folder / "regr.json", number), pytest.raises(REFUSED) as refused:
        act(dirs)
    assert "regr.json" in str(refused.value)
    assert store.read(folder, PATH).loads and not dirs.archive.exists()


@pytest.mark.parametrize(
    ("act", "level"),
    [
        *((act, level) for act in (do_clean, do_adopt) for level in range(4)),
        *((do_find, level) for level in range(3)),  # accounts/ itself it does not list
    ],
)
def test_a_folder_of_accounts_that_could_not_be_listed(
    dirs: Dirs, folder: Path, faults: Faults, act: Callable[[Dirs], None], level: int
) -> None:
    with faults.at(folder.parents[level], errno.EIO), pytest.raises(REFUSED):
        act(dirs)


def test_a_note_that_could_not_be_read_is_no_missing_note(
    dirs: Dirs, folder: Path, faults: Faults
) -> None:
    with faults.at(folder / "sectigo-eab.json", errno.EIO):
        account = store.read(folder, PATH)
        assert account.loads and account.unread is not None
        with pytest.raises(store.AccountError, match="sectigo-eab"):
            store.refuse_unread([account])
        assert any("sectigo-eab" in line for line in gather(dirs).unread)
    # Nor is another written over it, once the disk answers again.
    kids.write(kids.shown(account, "its own", "https://x/y"))
    with faults.at(folder / "sectigo-eab.json", errno.EIO):
        account = store.read(folder, PATH)
        kids.write(kids.shown(account, "another", "https://x/y"))
    kids.write(kids.shown(account, "another", "https://x/y"))
    assert store.read(folder, PATH).kid == "its own"


@pytest.mark.parametrize("number", [errno.ENOENT, errno.ELOOP])
def test_what_is_not_there_is_not_an_error(folder: Path, faults: Faults, number: int) -> None:
    with faults.at(folder / "regr.json", number):
        account = store.read(folder, PATH)
    assert account.state is State.INCOMPLETE and account.unread is None


def lay_lineage(dirs: Dirs, account: str) -> Path:
    """Lay a renewal file that names an account, and is not read for anything else."""
    path = dirs.renewal / "www.conf"
    names = "".join(
        f"{kind} = /x/{kind}.pem\n" for kind in ("cert", "privkey", "chain", "fullchain")
    )
    path.write_text(f"{names}[renewalparams]\naccount = {account}\nserver = {SERVER}\n")
    return path


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES])
def test_no_account_goes_while_a_renewal_file_may_name_it(
    dirs: Dirs, folder: Path, faults: Faults, number: int
) -> None:
    path = lay_lineage(dirs, folder.name)
    [account] = store.read_all(dirs.accounts)
    renewed = account_folder(dirs.accounts / PATH)
    new = store.read(renewed, PATH)
    manifest = archive.Manifest(datetime.now(timezone.utc), "why", SERVER, None, ())
    begun = Rollover(dirs.staging / PATH / "x.json", PATH, SERVER, folder.name, renewed.name)
    with faults.at(path, number):
        known = lineages.read_all(dirs.renewal)
        for act in (
            lambda: archive.move(dirs, account, manifest, known),
            lambda: rollover.changes_for(dirs, account, new, known),
            lambda: rollover.finish(dirs, begun, new, known),
            lambda: choose(known, [account], (), folder.name),
        ):
            with pytest.raises(lineages.LineageError, match=r"www\.conf"):
                act()
        # One that is not asked for has no say.
        assert choose([*known, replace(known[0], name="other", unread=False)], [], ("other",), None)
    assert folder.exists() and account.loads


@pytest.mark.parametrize("name", ["", "letsencrypt.log"])
def test_a_log_that_could_not_be_read_may_have_told_of_a_pair(
    dirs: Dirs, folder: Path, faults: Faults, name: str
) -> None:
    lay_lineage(dirs, folder.name)
    dirs.logs_dir.mkdir()
    (dirs.logs_dir / "letsencrypt.log").touch()
    everything = Wish()
    assert adopt.plan(gather(dirs), everything, {}).adoptions == ()
    with faults.at(dirs.logs_dir / name, errno.EIO), pytest.raises(errors.Error, match="Nothing"):
        adopt.plan(gather(dirs), everything, {})


def test_a_signal_while_logs_are_listed_hides_none(
    dirs: Dirs, monkeypatch: pytest.MonkeyPatch
) -> None:
    dirs.logs_dir.mkdir()
    (dirs.logs_dir / "letsencrypt.log").touch()
    scandir, met = os.scandir, [dirs.logs_dir]

    def once(folder: Path) -> object:
        if folder in met:
            met.remove(folder)
            raise InterruptedError
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", once)
    trouble: list[files.Unread] = []
    assert files.find(dirs.logs_dir, trouble=trouble) == [dirs.logs_dir / "letsencrypt.log"]
    assert (met, trouble) == ([], [])


def test_a_key_change_is_finished_only_with_what_can_be_read(
    dirs: Dirs, folder: Path, faults: Faults
) -> None:
    begun = Rollover(dirs.staging / PATH / "x.json", PATH, SERVER, "old", folder.name)
    with faults.at(dirs.staging / PATH / "x", errno.EIO), pytest.raises(OSError, match="Input"):
        rollover.settle(dirs, begun, Settings("tests"))
    with faults.at(folder / "sectigo-eab.json", errno.EIO), pytest.raises(store.AccountError):
        rollover.settle(dirs, begun, Settings("tests"))


def test_journals_records_and_what_is_imported(dirs: Dirs, folder: Path, faults: Faults) -> None:
    for path, ask in (
        (dirs.staging, lambda: records.unfinished(dirs)),
        (dirs.backup, lambda: records.read_records(dirs)),
        (dirs.backup, lambda: pin.plan_undo(dirs)),
        (dirs.archive, lambda: archive.read_all(dirs)),
        (folder, lambda: transfer.refuse_existing(dirs, folder.name, SERVER)),
        (
            dirs.archive / PATH / "new",
            lambda: transfer.refuse_existing(dirs, "new", SERVER),
        ),
    ):
        with faults.at(path, errno.EIO), pytest.raises(OSError, match="Input/output"):
            ask()
