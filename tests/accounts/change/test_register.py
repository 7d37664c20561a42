"""No pair is ever lost: registration cut off, refused and resumed, against the sandbox."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from certbot_sectigo.accounts import leftovers, store
from certbot_sectigo.accounts.change import register as registration
from certbot_sectigo.accounts.change.register import PairAlreadyBound, RegistrationError
from certbot_sectigo.base import atomic
from certbot_sectigo.base.secret import Secret
from certbot_sectigo.ca import credentials
from certbot_sectigo.ca.credentials import Credentials
from certbot_sectigo.ca.errors import Unreachable
from certbot_sectigo.ca.session import Settings
from certbot_sectigo.machine.dirs import Dirs, server_path
from certbot_sectigo.sandbox import Config, Pair, RunningSandbox, running
from tests.accounts.conftest import Faults
from tests.accounts.keys import new_key

SETTINGS = Settings("tests")


@dataclass
class Bench:
    """A sandbox with one bind-once pair, and a tree to register into."""

    sandbox: RunningSandbox
    dirs: Dirs

    @property
    def pair(self) -> Pair:
        return self.sandbox.config.pairs[0]

    def credentials(self, kid: str | None = None, key: Secret | None = None) -> Credentials:
        server = self.sandbox.directory_url("OV")
        return Credentials(kid or self.pair.kid, key or self.pair.hmac_key, server)

    def register(self, pair: Credentials | None = None) -> str:
        consent = registration.Consent(lambda terms: None, lambda: ())
        leftovers.sweep(self.dirs)  # as the command and the plugin do
        account = registration.register(
            self.dirs, pair or self.credentials(), SETTINGS, consent, new_key
        )
        assert account.loads and account.kid == self.pair.kid
        return account.name

    def files(self) -> list[str]:
        top = self.dirs.config_dir
        return sorted(str(p.relative_to(top)) for p in top.rglob("*"))

    def pending(self) -> list[str]:
        return [a.name for a in registration.pending_accounts(self.dirs)]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    config = Config(pairs=(Pair(domains=("a.example",)),))
    dirs = Dirs(tmp_path / "config", tmp_path / "work", tmp_path / "logs")
    dirs.config_dir.mkdir()
    with running(config) as sandbox:
        yield Bench(sandbox, dirs)


def test_a_pair_is_bound_and_the_account_is_in_place(bench: Bench) -> None:
    name = bench.register()
    [account] = store.read_all(bench.dirs.accounts)
    [known] = bench.sandbox.accounts()
    assert (account.name, account.uri) == (name, known.url)
    assert bench.pending() == [] and not bench.dirs.pending.exists()


def test_a_second_key_for_a_spent_pair_is_refused_and_leaves_no_trace(bench: Bench) -> None:
    name = bench.register()
    store_of_it = bench.dirs.accounts / server_path(bench.sandbox.directory_url("OV"))
    (store_of_it / name).rename(bench.dirs.config_dir / "elsewhere")
    before = bench.files()
    with pytest.raises(PairAlreadyBound, match="used already"):
        bench.register()
    assert bench.files() == before


@pytest.mark.parametrize("fault", ["drop-before", "drop-after"])
def test_a_connection_that_breaks_costs_nothing(bench: Bench, fault: str) -> None:
    bench.sandbox.fault(fault, "newAccount")
    with pytest.raises(Unreachable) as cut:
        bench.register()
    assert "run the same command again" in cut.value.remedy
    [waiting] = bench.pending()
    assert bench.register() == waiting
    assert len(bench.sandbox.accounts()) == 1
    assert bench.pending() == []


def test_a_secret_command_is_asked_before_anything_is_written_and_not_again(
    bench: Bench, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    file = tmp_path / "sectigo.ini"

    def write(script: str) -> Credentials:
        line = f"sectigo_eab_hmac_key_command = sh -c 'echo >> {runs}; {script}'\n"
        server = bench.sandbox.directory_url("OV")
        more = f"sectigo_eab_kid = {bench.pair.kid}\nsectigo_eab_server = {server}\n"
        file.write_text(more + line)
        file.chmod(0o600)
        return credentials.read(file)

    before = bench.files()
    with pytest.raises(credentials.CredentialsError, match="ended with code 1"):
        bench.register(write("exit 1"))
    assert bench.files() == before
    bench.sandbox.fault("drop-after", "newAccount")
    good = f"echo {bench.pair.hmac_key.reveal()}"
    with pytest.raises(Unreachable):
        bench.register(write(good))
    [waiting] = bench.pending()
    # The CA has the account by now, so the secret is not needed again.
    assert bench.register(write("exit 1")) == waiting
    assert len(runs.read_text()) == 2


class Killed(BaseException):
    """Stands for SIGKILL: nothing in the code handles it."""


def test_killed_at_any_file_operation_the_next_run_ends_with_one_account(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(atomic.steps, "operations", lambda name, path: seen.append(name))
    bench.register()
    total = len(seen)
    assert total > 10
    for number in range(total):
        config = Config(pairs=(Pair(domains=("a.example",)),))
        dirs = Dirs(tmp_path / f"c{number}", tmp_path / "w", tmp_path / "l")
        dirs.config_dir.mkdir()
        left = number

        def kill(name: str, path: Path) -> None:
            nonlocal left
            if left == 0:
                raise Killed
            left -= 1

        with running(config) as sandbox:
            again = Bench(sandbox, dirs)
            monkeypatch.setattr(atomic.steps, "operations", kill)
            with pytest.raises(Killed):
                again.register()
            monkeypatch.setattr(atomic.steps, "operations", None)
            # A run looks among the accounts first: the folder may have moved already.
            there = [a.name for a in store.read_all(dirs.accounts) if a.kid == again.pair.kid]
            name = there[0] if there else again.register()
            assert [a.name for a in store.read_all(dirs.accounts) if a.loads] == [name]
            assert len(sandbox.accounts()) == 1
            leftovers.sweep(dirs)
            assert again.pending() == [] and not (dirs.config_dir / "sectigo").exists()
            assert not [path for path in again.files() if path.endswith(".tmp")]


@pytest.mark.parametrize("file", ["private_key.json", "sectigo-eab.json", "meta.json", ""])
@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES])
def test_what_cannot_be_read_of_a_pending_key_is_not_taken_for_not_there(
    bench: Bench, faults: Faults, file: str, number: int
) -> None:
    bench.sandbox.fault("drop-after", "newAccount")
    with pytest.raises(Unreachable):
        bench.register()
    [waiting] = bench.pending()
    folder = bench.dirs.pending / server_path(bench.sandbox.directory_url("OV")) / waiting
    before, asked = bench.files(), len(bench.sandbox.requests("newAccount"))
    with (
        faults.at(folder / file if file else folder.parent, number),
        pytest.raises((OSError, store.AccountError)),
    ):
        bench.register()
    assert bench.files() == before
    # Nothing was sent that could have spent the pair on another key.
    assert len(bench.sandbox.requests("newAccount")) == asked
    assert bench.register() == waiting
    assert len(bench.sandbox.accounts()) == 1


def test_a_wrong_secret_is_refused_without_a_trace_and_the_right_one_then_works(
    bench: Bench,
) -> None:
    wrong = bench.credentials(key=Secret("A" * 86))
    with pytest.raises(RegistrationError, match="Invalid MAC") as refused:
        bench.register(wrong)
    assert "HMAC key" in refused.value.remedy and "AAAA" not in str(refused.value)
    assert bench.files() == []
    bench.register()


def test_an_unknown_kid_is_explained(bench: Bench) -> None:
    with pytest.raises(RegistrationError) as refused:
        bench.register(bench.credentials(kid="nobody-has-this-kid"))
    assert "The CA does not know this EAB key id" in refused.value.remedy
    assert "nobody-has-this-kid" in refused.value.remedy
    assert bench.files() == []


def test_terms_refused_means_nothing_sent_and_nothing_written(bench: Bench) -> None:
    def refuse(terms: str) -> None:
        raise RegistrationError(terms)

    consent = registration.Consent(refuse, lambda: ())
    with pytest.raises(RegistrationError):
        registration.register(bench.dirs, bench.credentials(), SETTINGS, consent, new_key)
    assert bench.files() == []
    assert bench.sandbox.requests("newAccount") == []


def test_a_suspended_account_is_not_taken_for_an_unbound_key(bench: Bench) -> None:
    bench.sandbox.fault("drop-after", "newAccount")
    with pytest.raises(Unreachable):
        bench.register()
    [waiting] = bench.pending()
    bench.sandbox.suspend(bench.pair.kid)
    try:
        bench.register()
    except RegistrationError:
        assert bench.pending() == [waiting]
        bench.sandbox.resume(bench.pair.kid)
        assert bench.register() == waiting
    assert [a.name for a in store.read_all(bench.dirs.accounts)] == [waiting]


def test_the_ca_out_of_reach_writes_nothing(tmp_path: Path) -> None:
    dirs = Dirs(tmp_path, tmp_path, tmp_path)
    credentials = Credentials("K", Secret("A" * 22), "http://127.0.0.1:9/nobody-listens")
    consent = registration.Consent(lambda terms: None, lambda: ())
    with pytest.raises(Unreachable, match="could not be reached"):
        registration.register(dirs, credentials, SETTINGS, consent, new_key)
    assert list(tmp_path.iterdir()) == []


def test_what_else_lies_in_pending_is_left_alone(bench: Bench, tmp_path: Path) -> None:
    pending = bench.dirs.pending / server_path(bench.sandbox.directory_url("OV"))
    # The folder of a server whose URL goes on where this one's ends.
    nested = pending / "directory" / ("0" * 32) / "private_key.json"
    elsewhere = tmp_path / "elsewhere" / "precious"
    for path in (nested, elsewhere, pending / "README"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    (pending / "link").symlink_to(elsewhere.parent)
    (pending / ("f" * 32)).mkdir()  # cut off before its key was made

    bench.register()

    assert nested.exists() and elsewhere.exists()
    assert sorted(p.name for p in pending.iterdir()) == ["README", "directory", "link"]


def test_of_two_pending_keys_the_one_that_the_ca_has_bound_is_finished(bench: Bench) -> None:
    credentials = bench.credentials()
    pending = bench.dirs.pending / server_path(credentials.server)
    with pytest.raises(Unreachable):
        bench.sandbox.fault("drop-after", "newAccount")
        bench.register()
    [bound] = bench.pending()
    note = store.read(pending / bound, "").note
    assert note is not None
    # One before it and one after it, whichever order they are looked at.
    keys = {store.create(pending, new_key(), note) for _ in range(3)}
    assert bench.register() == bound
    assert set(bench.pending()) == keys


def test_where_a_ca_wants_an_address_the_pair_is_not_wasted_without_one(bench: Bench) -> None:
    """Some have used the pair up when they refuse."""
    before = bench.files()
    credentials = Credentials("kid", Secret("c2VjcmV0" * 4), "https://dv.acme-v02.api.pki.goog/dir")
    directory = SimpleNamespace(terms_of_service=lambda: None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registration, "Session", lambda *_: directory)
        with pytest.raises(RegistrationError, match="without an e-mail address") as found:
            bench.register(credentials)
    assert "--email" in found.value.remedy
    assert bench.files() == before


@pytest.mark.parametrize("text", ["nobody", "a@", "@b.example", "a b@c.example", "a@b@c.example",
                                  "a@b.example; c@d.example", "a@b.example,c", "a..b@c.example",
                                  "Ann <a@b.example>", "a@b.example\x1b"])  # fmt: skip
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(RegistrationError, match="is no e-mail address"):
        registration.contact(text)


def test_addresses() -> None:
    found = registration.contact(" a@b.example, o'neil+x@c.example ,")
    assert found == ("mailto:a@b.example", "mailto:o'neil+x@c.example")
    assert registration.contact("") == registration.contact(None) == ()
