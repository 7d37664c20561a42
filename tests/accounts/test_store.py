"""certbot's account folders: read whatever is there, write what certbot loads."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import pytest
from acme import messages
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from josepy.jwk import JWK

from certbot_sectigo.accounts import store
from certbot_sectigo.accounts.model import Learned, Note, State
from tests.accounts.keys import account_folder, new_key

SERVER = "https://ca.example/v2/OV"
PATH = "ca.example/v2/OV"
NOTE = Note("K", SERVER, Learned.REGISTERED, datetime(2026, 3, 1, 10, 0, tzinfo=timezone.utc))


@pytest.fixture
def accounts(tmp_path: Path) -> Path:
    return tmp_path / "accounts"


def test_a_sound_account(accounts: Path) -> None:
    folder = account_folder(accounts / PATH)
    [account] = store.read_server(accounts, SERVER)
    assert account.loads and not account.misnamed and account.problem is None
    assert (account.name, account.id, account.server_path) == (folder.name, folder.name, PATH)
    assert (account.uri, account.key_type) == ("https://ca.example/account/1", "EC P-256")
    assert account.created == datetime(2026, 3, 1, 10, 0, tzinfo=timezone.utc)
    assert (account.creation_host, account.kid, account.link) == ("web1.example.org", None, None)


DAMAGE: dict[str, tuple[str, Callable[[Path], object], State]] = {
    "no key": ("private_key.json", Path.unlink, State.INCOMPLETE),
    "no regr": ("regr.json", Path.unlink, State.INCOMPLETE),
    "truncated": ("regr.json", lambda p: p.write_text('{"body": {'), State.UNPARSABLE),
    "emptied": ("meta.json", lambda p: p.write_text(""), State.UNPARSABLE),
    "a list": ("meta.json", lambda p: p.write_text("[]"), State.UNPARSABLE),
    "binary": ("regr.json", lambda p: p.write_bytes(b"\xff\xfe\x00"), State.UNPARSABLE),
    "no uri": ("regr.json", lambda p: p.write_text('{"body": {}}'), State.UNPARSABLE),
    "no time": ("meta.json", lambda p: p.write_text('{"creation_host": "x"}'), State.UNPARSABLE),
    "other key": ("private_key.json", lambda p: p.write_text('{"kty": "oct"}'), State.UNPARSABLE),
    "half a key": (
        "private_key.json",
        lambda p: p.write_text('{"kty": "RSA", "n": "AQ", "e": "AQAB"}'),
        State.UNPARSABLE,
    ),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damage_is_told_with_the_file_and_never_raised(accounts: Path, case: str) -> None:
    name, damage, state = DAMAGE[case]
    folder = account_folder(accounts / PATH)
    damage(folder / name)
    [account] = store.read_server(accounts, SERVER)
    assert account.state is state
    assert str(folder / name) in (account.problem or "")


def test_what_certbot_meets_first_decides(accounts: Path) -> None:
    folder = account_folder(accounts / PATH)
    (folder / "regr.json").unlink()
    (folder / "meta.json").write_text("{")
    [account] = store.read_server(accounts, SERVER)
    assert account.state is State.INCOMPLETE  # certbot opens regr.json first and passes over it


def test_a_copy_is_misnamed(accounts: Path) -> None:
    folder = account_folder(accounts / PATH)
    shutil.copytree(folder, folder.with_name(folder.name + ".bak"))
    named, copy = store.read_server(accounts, SERVER)
    assert (named.misnamed, copy.misnamed) == (False, True)
    assert copy.id == named.id


def test_stores_nest_and_are_told_apart(accounts: Path) -> None:
    outer = account_folder(accounts / PATH)
    inner = account_folder(accounts / PATH / "directory")
    assert [a.name for a in store.read_server(accounts, SERVER)] == [outer.name]
    assert [a.name for a in store.read_server(accounts, SERVER + "/directory")] == [inner.name]
    assert {(a.server_path, a.name) for a in store.read_all(accounts)} == {
        (PATH, outer.name),
        (PATH + "/directory", inner.name),
    }


def test_links_are_followed_and_marked_and_loops_end(accounts: Path) -> None:
    folder = account_folder(accounts / "old.example/directory")
    (accounts / "new.example").mkdir()
    (accounts / "new.example" / "directory").symlink_to(accounts / "old.example/directory")
    (accounts / "old.example" / "loop").symlink_to(accounts)
    found = store.read_all(accounts)
    linked = [a for a in found if a.server_path == "new.example/directory"]
    assert [a.name for a in linked] == [folder.name] and linked[0].link is not None
    [direct] = store.read_server(accounts, "https://new.example/directory")
    assert direct.link == linked[0].link


def test_nothing_there(accounts: Path) -> None:
    assert store.read_all(accounts) == []
    assert store.read_server(accounts, SERVER) == []


def test_a_new_account_is_one_that_certbot_loads(tmp_path: Path) -> None:
    key = new_key()
    name = store.create(tmp_path, key, NOTE)
    folder = tmp_path / name
    assert not store.read(folder, PATH).loads and store.has_key(folder)
    store.complete(folder, "https://ca.example/account/7")
    account = store.read(folder, PATH)
    assert account.loads and account.id == name and account.note == NOTE
    regr = messages.RegistrationResource.json_loads((folder / "regr.json").read_text())
    assert regr.uri == "https://ca.example/account/7"
    assert JWK.json_loads((folder / "private_key.json").read_text()) == key
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in folder.iterdir()}
    assert modes == {
        "private_key.json": 0o400,
        "regr.json": 0o644,
        "meta.json": 0o644,
        "sectigo-eab.json": 0o600,
    }
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert store.load_key(folder) == key


def test_a_note_that_cannot_be_read_tells_nothing(accounts: Path) -> None:
    folder = account_folder(accounts / PATH)
    for text in ("", "{}", "[]", '{"kid": 1}', '{"version": 1, "kid": "K", "server": "s", '
                 '"learned": "guessed", "when": "2026-03-01T10:00:00Z"}'):  # fmt: skip
        (folder / "sectigo-eab.json").write_text(text)
        [account] = store.read_server(accounts, SERVER)
        assert account.loads and account.note is None


def test_an_unusable_key_is_an_error_that_does_not_quote_it(accounts: Path) -> None:
    folder = account_folder(accounts / PATH)
    (folder / "private_key.json").write_text('{"kty": "EC", "d": "topsecret"}')
    with pytest.raises(store.AccountError) as refused:
        store.load_key(folder)
    assert "topsecret" not in str(refused.value)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["private_key.json", "regr.json", "meta.json", "sectigo-eab.json", "x"]),
        st.binary(max_size=200) | st.just(b'{"uri": "u", "body": {}}'),
    )
)
def test_reading_never_fails_and_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    folder = tmp_path_factory.mktemp("a") / "accounts" / PATH / ("0" * 32)
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    before = {p: p.read_bytes() for p in folder.iterdir()}
    account = store.read(folder, PATH)
    assert account.state in (State.UNPARSABLE, State.INCOMPLETE)
    assert {p: p.read_bytes() for p in folder.iterdir()} == before


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to make a file unreadable for its reader")
def test_an_unreadable_file_is_incomplete() -> None:
    # pytest's own temporary folders are closed to other users
    tmp_path = Path(tempfile.mkdtemp())
    folder = account_folder(tmp_path / "accounts" / PATH)
    for level in (folder, *folder.parents[:4]):
        level.chmod(0o755)
    (folder / "regr.json").chmod(0)
    tmp_path.chmod(0o755)
    pid = os.fork()
    if pid == 0:  # as a user whom the mode binds
        os.setuid(65534)
        state = store.read(folder, PATH).state
        os._exit(0 if state is State.INCOMPLETE else 1)
    status = os.waitpid(pid, 0)[1]
    shutil.rmtree(tmp_path)
    assert os.waitstatus_to_exitcode(status) == 0
