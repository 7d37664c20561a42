"""Every command that writes, as root in the tree of another user, who goes on afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from certbot_sectigo.sandbox import Config, running
from tests.bed.certbot import Certbot
from tests.bed.command import as_json, command
from tests.bed.owner import OWNER, STRANGER, OwnedCertbot, run_as
from tests.bed.paste import paste
from tests.bed.racer import needs_root
from tests.bed.sectigo import Sectigo
from tests.bed.tree import Snapshot
from tests.portal.conftest import scm_ini
from tests.sandbox.scm_client import SCM

pytestmark = needs_root
NAME, OTHER = "www.b.example", "www.a.example"


@dataclass
class Pins:
    """A lineage of the owner's, and two accounts to pin it to in turn."""

    owned: OwnedCertbot
    sectigo: Sectigo

    def __post_init__(self) -> None:
        self.owned.certonly(NAME, credentials=pair_file(self.sectigo, "b", self.owned.home / "b"))
        ini = pair_file(self.sectigo, "a", self.owned.home / "a")
        words = ("--credentials", ini, "--agree-tos", "--yes")
        command(self.owned, "accounts", "register", *words)

    @property
    def words(self) -> tuple[str, ...]:
        """A command that changes something."""
        now = self.owned.lineage(NAME).account
        accounts = {account.id for account in self.owned.accounts(self.sectigo.server)}
        (other,) = accounts - {now}
        return "accounts", "pin", other, "--cert-name", NAME, "--yes"


@pytest.fixture
def pins(owned: OwnedCertbot, sectigo: Sectigo) -> Pins:
    return Pins(owned, sectigo)


@pytest.fixture
def owned(readable: Path) -> OwnedCertbot:
    return OwnedCertbot(readable / "certbot")


def pair_file(sectigo: Sectigo, name: str, path: Path) -> Path:
    """Write a department's credentials file, the owner's and for nobody else."""
    file = sectigo.departments[name].credentials(path)
    os.chown(file, OWNER, OWNER)
    return file


def test_root_s_commands_keep_the_owner(
    owned: OwnedCertbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    server = sectigo.server
    b = pair_file(sectigo, "b", owned.home / "b.ini")
    owned.certonly(NAME, credentials=b)
    right = owned.account(server, sectigo.b.kid).id

    def root(*words: str | Path, check: int = 0) -> str:
        result = command(owned, *words, check=check)
        assert owned.foreign() == [], str(result)
        return result.output

    root("accounts", "register", "--credentials", pair_file(sectigo, "a", owned.home / "a.ini"),
         "--agree-tos", "--yes")  # fmt: skip
    wrong = owned.account(server, sectigo.a.kid).id
    root("accounts", "pin", wrong, "--cert-name", NAME, "--yes")
    assert owned.lineage(NAME).account == wrong
    root("accounts", "pin", "--undo", "--yes")
    root("accounts", "clean", "--idle", "--yes")
    assert [a.id for a in owned.accounts(server)] == [right]
    root("accounts", "restore", wrong, "--yes")
    root("accounts", "rollover", right, "--yes")
    right = owned.account(server, sectigo.b.kid).id
    assert owned.lineage(NAME).account == right
    key = owned.accounts_dir(server) / right / "private_key.json"
    assert (key.stat().st_mode & 0o777, key.parent.stat().st_mode & 0o777) == (0o400, 0o700)

    root("accounts", "export", wrong, "--output", tmp_path / "a.pem", "--yes")
    assert (tmp_path / "a.pem").stat().st_uid == 0
    root("accounts", "clean", "--idle", "--yes")
    root("accounts", "purge", wrong, "--force", "--yes")
    root("accounts", "import", tmp_path / "a.pem", "--server", server, "--yes")
    root("accounts", "deactivate", wrong, "--force", "--yes")
    root("accounts", "clean", "--online", "--yes")

    key.chmod(0o444)
    (owned.config_dir / "accounts").chmod(0o755)
    (owned.config_dir / "live" / NAME / "chain.pem").unlink()
    root("doctor", "--fix", "--yes", check=1)
    assert (owned.config_dir / "live" / NAME / "chain.pem").exists()
    assert key.stat().st_mode & 0o077 == 0
    owned.run("renew", "--force-renewal")
    owned.run("renew", "--dry-run")
    root("revoke", "--cert-name", NAME, "--yes")
    assert sectigo.is_revoked(owned.lineage(NAME).serial)
    owned.run("renew", "--force-renewal")
    assert owned.foreign() == []


def test_root_s_adopt_and_deploy_keep_the_owner(
    owned: OwnedCertbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    words = ("--eab-kid", sectigo.b.kid, "--eab-hmac-key", sectigo.b.pair.hmac_key)
    owned.run("certonly", "--standalone", "-d", NAME, "--server", sectigo.server, "--agree-tos",
              "--register-unsafely-without-email", *words)  # fmt: skip
    service = tmp_path / "service"
    service.mkdir()
    toml = owned.config_dir / "sectigo-deploy.toml"
    toml.write_text(
        '[[target]]\nname = "ha"\nformat = "bundle"\n'
        f'domains = ["{NAME}"]\nallow_sandbox = true\npath = "{service}/site.pem"\n'
    )

    def root(*more: str | Path, check: int = 0) -> str:
        result = command(owned, *more, check=check)
        assert [line for line in owned.foreign() if str(toml) not in line] == [], str(result)
        return result.output

    root("adopt", "--cert-name", NAME, "--yes")
    assert owned.lineage(NAME).params["authenticator"] == "sectigo-eab"
    root("deploy")
    assert (service / "site.pem").exists()
    # What runs with root's rights is root's to write; the command that says so works.
    os.chown(toml, OWNER, OWNER)
    (service / "site.pem").unlink()
    refused = root("deploy", check=1)
    (line,) = (line for line in refused.splitlines() if line.startswith("  chown "))
    paste(owned, line)
    root("deploy")
    assert (service / "site.pem").exists()
    toml.unlink()
    root("adopt", "--undo", "--yes")
    owned.run("renew", "--force-renewal", *sectigo.http01)
    assert owned.foreign() == []


def test_scm(owned: OwnedCertbot) -> None:
    with running(Config(**SCM)) as sandbox:
        owned.config_dir.mkdir(exist_ok=True)
        ini = scm_ini(sandbox, owned.config_dir)
        os.chown(ini, OWNER, OWNER)
        words = ("--organisation", "Department C", "--server", sandbox.directory_url())
        pair = owned.config_dir / "sectigo-eab.ini"
        for expected in ("made", "not again"):
            command(owned, "scm", "ensure", "web.c.example", *words, "-d", "c.example", "--yes")
            command(owned, "scm", "pair", "web.c.example", "--output", pair)
            assert owned.foreign() == [], expected
            pair.write_text("sectigo_eab_kid = another\n")  # which is kept


@pytest.mark.parametrize("kind", ["accounts", "all"])
def test_a_tree_of_mixed_owners_keeps_them(
    owned: OwnedCertbot, sectigo: Sectigo, kind: str
) -> None:
    """root's own certbot has worked in the owner's tree: what it made stays root's."""
    b = pair_file(sectigo, "b", owned.home / "b.ini")
    root = owned.as_root()
    if kind == "all":
        root.certonly(NAME, credentials=b)
    else:
        owned.certonly(NAME, credentials=b)
        for path in (owned.config_dir / "accounts").rglob("*"):
            os.chown(path, 0, 0)
    before = {path.lstat().st_ino: path.lstat().st_uid for path in owned.paths()}
    assert {0, OWNER} == set(before.values())
    # While somebody holds it, the number of what is removed is given to nothing new.
    held = [os.open(path, os.O_PATH | os.O_NOFOLLOW) for path in owned.paths()]
    right = owned.account(sectigo.server, sectigo.b.kid).id
    words = ("--credentials", pair_file(sectigo, "a", owned.home / "a.ini"), "--agree-tos")
    command(owned, "accounts", "register", *words, "--yes")
    wrong = owned.account(sectigo.server, sectigo.a.kid).id
    command(owned, "accounts", "pin", wrong, "--cert-name", NAME, "--yes")
    command(owned, "accounts", "pin", "--undo", "--yes")
    command(owned, "accounts", "clean", "--idle", "--yes")
    command(owned, "accounts", "rollover", right, "--yes")
    command(owned, "revoke", "--cert-name", NAME, "--yes")
    for path in owned.paths():
        status = path.lstat()
        expected = before.get(status.st_ino, path.parent.lstat().st_uid)
        # A copy of what was is for nobody who could not read that.
        assert status.st_uid == expected or path.parent.name == "backup", path
    for descriptor in held:
        os.close(descriptor)
    root.run("renew", "--force-renewal")


def test_who_is_neither_root_nor_the_owner_is_told_who_can(owned: OwnedCertbot, pins: Pins) -> None:
    for mode in (0o700, 0o755):
        for path in owned.paths():
            if path.is_dir():
                path.chmod(mode)
        before = Snapshot.of(owned.config_dir)
        run_as(STRANGER, owned, "deploy", check=1)
        refused = run_as(STRANGER, owned, *pins.words, check=1)
        assert before.changes(Snapshot.of(owned.config_dir)) == []
        line = refused.stderr.splitlines()[-1]
        assert line.startswith(f"sudo -u '#{OWNER}' certbot-sectigo ")
        paste(owned, line)
        assert before.changes(Snapshot.of(owned.config_dir)) != []
    # Neither of the two is sent to the other.
    command(owned, *pins.words)
    run_as(OWNER, owned, *pins.words, check=0)


@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_the_owner_of_half_a_tree_is_sent_to_root(
    owned: OwnedCertbot, pins: Pins, mode: int
) -> None:
    for path in (owned.config_dir / "accounts", *(owned.config_dir / "accounts").rglob("*")):
        os.chown(path, 0, 0)
        if path.is_dir():
            path.chmod(mode)
    refused = run_as(OWNER, owned, *pins.words, check=1)
    assert refused.stderr.splitlines()[-1].startswith("sudo certbot-sectigo ")
    now = owned.lineage(NAME).account
    paste(owned, refused.stderr.splitlines()[-1])
    assert owned.lineage(NAME).account != now


def test_where_others_could_lead_root_elsewhere(
    readable: Path, owned: OwnedCertbot, pins: Pins
) -> None:
    for owner, mode in ((STRANGER, 0o755), (0, 0o775), (0, 0o777)):
        os.chown(readable, owner, owner)
        readable.chmod(mode)
        before = owned.snapshot()
        refused = command(owned, *pins.words, check=1)
        assert f"{readable} can be written to by" in refused.text
        assert before.changes(owned.snapshot()) == []
        findings = as_json(owned, "doctor", check=1)["findings"]
        (found,) = [one for one in findings if one["code"] == "secrets/owner"]
        assert not [f for f in findings if (f["command"] or "").startswith("certbot-sectigo")]
        assert found["command"] == refused.stderr.splitlines()[-1]
        paste(owned, found["command"])
        command(owned, *pins.words)
    readable.chmod(0o1777)  # as /tmp: what is in it cannot be replaced
    command(owned, *pins.words)
    assert owned.foreign() == []


def test_a_link_of_somebody_else_is_no_way_for_root(
    readable: Path, owned: OwnedCertbot, pins: Pins
) -> None:
    link = readable / "link"
    link.symlink_to(owned.config_dir)
    os.lchown(link, STRANGER, STRANGER)
    here = Certbot(owned.home)
    here.config_dir = link
    refused = command(here, *pins.words, check=1)
    assert "is a link" in refused.text
    assert f"--config-dir {owned.config_dir}" in refused.text
    os.lchown(link, 0, 0)
    command(here, *pins.words)
    command(owned, *pins.words)


def test_a_lock_file_of_a_killed_command_is_the_owner_s(owned: OwnedCertbot, pins: Pins) -> None:
    script = (
        "import os, signal\nfrom pathlib import Path\n"
        "from certbot_sectigo.machine import dirs, locks\n"
        f"with locks.locked(dirs.Dirs(*map(Path, {list(map(str, owned.directories))}))):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=False)
    assert (owned.config_dir / ".certbot.lock").exists()
    assert owned.foreign() == []
    owned.run("certificates")


def test_doctor_proposes_nothing_that_is_refused(owned: OwnedCertbot, sectigo: Sectigo) -> None:
    """A key of a third user is to be given to the tree's owner, not to root."""
    b = pair_file(sectigo, "b", owned.home / "b.ini")
    owned.certonly(NAME, credentials=b)
    key = owned.account(sectigo.server, sectigo.b.kid).folder / "private_key.json"
    os.chown(key, STRANGER, STRANGER)
    key.chmod(0o644)
    findings = {one["code"]: one for one in as_json(owned, "doctor", check=1)["findings"]}
    paste(owned, findings["secrets/account-key-owner"]["command"])
    assert key.stat().st_uid == OWNER
    fix = findings["secrets/account-key"]["command"]
    assert fix.startswith("certbot-sectigo ")
    paste(owned, fix, more="--yes", check=1)
    assert key.stat().st_mode & 0o777 == 0o600
    assert not [one for one in findings.values() if one["code"] == "secrets/owner"]
    owned.run("renew", "--force-renewal")
