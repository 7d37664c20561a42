"""What is said where a pair is spent: where its account is, and how to have it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import pytest

from certbot_sectigo.accounts import archive, find, store
from certbot_sectigo.accounts.archive import Manifest
from certbot_sectigo.accounts.change.register import PairAlreadyBound
from certbot_sectigo.accounts.find import FindContext
from certbot_sectigo.accounts.model import Account
from certbot_sectigo.accounts.request import AccountRequest
from certbot_sectigo.base import errors
from certbot_sectigo.base.secret import Secret
from certbot_sectigo.ca.credentials import Credentials
from certbot_sectigo.ca.session import Settings
from certbot_sectigo.machine import commands
from certbot_sectigo.machine.dirs import Dirs
from tests.accounts.keys import account_folder

SERVER = "https://ca.example/v2/OV"
PATH = "ca.example/v2/OV"


@dataclass
class Tree:
    """certbot's directories with an archive."""

    dirs: Dirs

    def archived(self, kid: str | None, reason: str = "idle", *, ended: bool = False) -> Account:
        folder = account_folder(self.dirs.accounts / PATH)
        manifest = Manifest(
            datetime(2026, 5, 1, tzinfo=timezone.utc), reason, SERVER, kid, (), ended
        )
        account = store.read(folder, PATH)
        archive.move(self.dirs, account, manifest, [])
        return account

    def choose(self) -> None:
        """Ask for the account of kid K, whose pair the CA says to be bound."""

        def register(pair: Credentials) -> Account:
            raise PairAlreadyBound("bound already")

        pair = Credentials("K", Secret("A" * 22), SERVER)
        around = FindContext(self.dirs, Settings("tests"))
        find.choose(AccountRequest(SERVER, "K", credentials=pair), around, lambda: pair, register)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    dirs = Dirs(tmp_path / "config", tmp_path / "work", tmp_path / "my logs")
    commands.remember(dirs.options)
    return Tree(dirs)


def test_an_account_of_the_kid_is_brought_back_and_none_is_registered(tree: Tree) -> None:
    tree.archived("L")
    tree.archived("K", f"{archive.KEY_CHANGED}; the account is now x")
    account = tree.archived("K")
    with pytest.raises(errors.Error) as refused:
        tree.choose()
    config, work, logs = tree.dirs.config_dir, tree.dirs.work_dir, tree.dirs.logs_dir
    assert refused.value.remedy.endswith(
        f"certbot-sectigo --config-dir {config} --work-dir {work} --logs-dir '{logs}' "
        f"accounts restore {account.name}"
    )
    archive.restore(tree.dirs, archive.read_all(tree.dirs)[0])


@pytest.mark.parametrize("reason", ["dead: the CA says: deactivated", archive.KEY_CHANGED])
def test_an_account_that_has_ended_is_named_and_not_offered(tree: Tree, reason: str) -> None:
    account = tree.archived("K", reason, ended=reason != archive.KEY_CHANGED)
    with pytest.raises(PairAlreadyBound) as refused:
        tree.choose()
    remedy = refused.value.remedy
    assert account.name in remedy and "new EAB pair" in remedy
    assert "restore" not in remedy and "Otherwise" not in remedy and "not known" not in remedy


@pytest.mark.parametrize(("kid", "listed"), [(None, True), ("L", False)])
def test_only_accounts_that_may_be_it_are_listed(tree: Tree, kid: str | None, listed: bool) -> None:
    account = tree.archived(kid)
    with pytest.raises(PairAlreadyBound) as refused:
        tree.choose()
    remedy = refused.value.remedy
    assert "not known here" in remedy and "new EAB pair" in remedy
    assert (account.name in remedy) is (f"accounts restore {account.name}" in remedy) is listed
    assert ("Otherwise" in remedy) is listed
