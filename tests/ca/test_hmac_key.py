"""A key that is not in the file: from a command, from a file of its own; and no word of it said."""

from __future__ import annotations

import base64
import os
import shlex
from pathlib import Path

import pytest

from certbot_sectigo.base import secret_command
from certbot_sectigo.ca import credentials
from certbot_sectigo.ca.credentials import CredentialsError
from certbot_sectigo.doctor.readers import leaks
from tests.bed.proposals import ran

KEY = base64.urlsafe_b64encode(bytes(range(48))).decode().rstrip("=")


def _file(folder: Path, more: str, mode: int = 0o600) -> Path:
    path = folder / "sectigo.ini"
    path.write_text(f"sectigo_eab_kid = K\n{more}\n")
    path.chmod(mode)
    return path


def _command(folder: Path, script: str, mode: int = 0o600) -> Path:
    """A file whose command leaves a trace when it is run."""
    line = f"touch {folder}/ran-$$; {script}"
    return _file(folder, f"sectigo_eab_hmac_key_command = sh -c {shlex.quote(line)}", mode)


def _runs(folder: Path) -> int:
    return len(list(folder.glob("ran-*")))


def test_a_command_is_run_once_and_only_when_the_key_is_needed(tmp_path: Path) -> None:
    path = _command(tmp_path, f"echo {KEY}=; echo more; echo {KEY} >&2")
    pair = credentials.read(path)
    credentials.private_or_refuse(pair, insecure=False)
    assert leaks.known_keys([path]) == []
    assert _runs(tmp_path) == 0 and KEY not in repr(pair)
    assert [pair.hmac_key.reveal(), pair.hmac_key.reveal()] == [KEY, KEY]
    assert _runs(tmp_path) == 1 and KEY not in repr(pair)


def test_no_shell_and_what_it_says_on_stderr_is_heard_by_nobody(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pair = credentials.read(_file(tmp_path, f"sectigo_eab_hmac_key_command = echo {KEY}$HOME;id"))
    with pytest.raises(CredentialsError, match="characters that base64url does not know"):
        pair.hmac_key.reveal()
    pair = credentials.read(_command(tmp_path, f"echo {KEY} >&2; echo {KEY}; exit 3"))
    with pytest.raises(CredentialsError) as caught:
        pair.hmac_key.reveal()
    assert str(caught.value).startswith(
        f"{tmp_path}/sectigo.ini, line 2: sectigo_eab_hmac_key_command (sh) ended with code 3"
    )
    said = capfd.readouterr()
    assert KEY not in f"{said.out}{said.err}{caught.value!r}{caught.value.__cause__!r}"
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("/no/such/program x", "cannot be run: /no/such/program: No such file"),
        ("'open", "cannot be understood"),
        ("# nothing", "#: No such file"),
        ("true", r"\(true\) ended with code 0 and printed nothing"),
        ("sh -c 'kill -9 $$'", r"\(sh\) was ended by signal 9"),
        ("sh -c 'echo; echo c2hvcnQ'", "code 0 and printed an empty line first"),
        ("echo c2hvcnQ", "first line that it prints has only 40 bits"),
        (f"echo The key is {KEY}", "first line that it prints has blanks between words"),
    ],
)
def test_a_command_that_gives_no_key(tmp_path: Path, command: str, says: str) -> None:
    pair = credentials.read(_file(tmp_path, f"sectigo_eab_hmac_key_command = {command}"))
    with pytest.raises(CredentialsError, match=says) as caught:
        pair.hmac_key.reveal()
    assert "line 2" in str(caught.value) and caught.value.remedy


@pytest.mark.parametrize(
    "more",
    [
        "head -c 300000 /dev/zero",  # more than a pipe takes
        "sleep 2 &",
        "(while :; do echo x; done) &",
        "exec >&-; sleep 0.1",
    ],
)
def test_what_comes_after_the_first_line_is_in_nobodys_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str
) -> None:
    monkeypatch.chdir(tmp_path)
    pair = credentials.read(_command(tmp_path, f"echo {KEY}; {more}"))
    assert pair.hmac_key.reveal() == KEY


def test_a_command_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret_command, "MOST_SECONDS", 0.2)
    script = f"trap '' TERM INT; echo {KEY}; echo $$ > {tmp_path}/pid; while :; do sleep 1; done"
    pair = credentials.read(_command(tmp_path, script))
    with pytest.raises(CredentialsError, match=r"\(sh\) takes longer than a minute"):
        pair.hmac_key.reveal()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_command_that_others_can_write_is_run_for_nobodys_word(tmp_path: Path, mode: int) -> None:
    path = _command(tmp_path, f"echo {KEY}", mode)
    pair = credentials.read(path)
    credentials.private_or_refuse(pair, insecure=True)
    with pytest.raises(CredentialsError, match="so it is not run") as caught:
        pair.hmac_key.reveal()
    assert _runs(tmp_path) == 0
    assert os.system(ran(caught.value.remedy.partition("run:")[2])) == 0
    assert credentials.read(path).hmac_key.reveal() == KEY


@pytest.mark.parametrize(
    "more",
    [
        f"sectigo_eab_hmac_key = {KEY}\nsectigo_eab_hmac_key_command = true",
        "sectigo_eab_hmac_key_command = true\nsectigo_eab_hmac_key_file = x",
    ],
)
def test_one_place_for_one_key(tmp_path: Path, more: str) -> None:
    with pytest.raises(CredentialsError, match=r"line [23]: .* stands beside") as caught:
        credentials.read(_file(tmp_path, more))
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("name", ["eab", "{}/eab", "%d/eab"])
def test_a_file_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "eab").write_text(f"{KEY}\n")
    (tmp_path / "eab").chmod(0o400)
    path = _file(tmp_path, f"sectigo_eab_hmac_key_file = {name.format(tmp_path)}")
    pair = credentials.read(path)
    credentials.private_or_refuse(pair, insecure=False)
    assert pair.hmac_key.reveal() == KEY
    assert [key.reveal() for key in leaks.known_keys([path])] == [KEY]
    # A plan that is made again has to be the same where certbot's directories were made meanwhile.
    assert credentials.read(path, None) == credentials.read(path, 0)


def test_a_key_file_that_others_can_read(tmp_path: Path) -> None:
    (tmp_path / "eab").write_text(KEY)
    (tmp_path / "eab").chmod(0o444)
    pair = credentials.read(_file(tmp_path, "sectigo_eab_hmac_key_file = eab"))
    with pytest.raises(CredentialsError, match=f"{tmp_path}/eab holds the EAB secret") as caught:
        credentials.private_or_refuse(pair, insecure=False)
    credentials.private_or_refuse(pair, insecure=True)
    (line,) = [w for w in caught.value.remedy.splitlines() if w.startswith("Run:")]
    assert os.system(ran(line[len("Run:") :])) == 0
    credentials.private_or_refuse(pair, insecure=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="systemd gives files of root")
@pytest.mark.parametrize(("mode", "private"), [(0o440, True), (0o444, False), (0o460, False)])
def test_systemd_lets_a_units_user_in_by_an_acl_whose_mask_is_no_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, private: bool
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    path = _file(tmp_path, f"sectigo_eab_hmac_key = {KEY}", mode)
    assert (credentials.read(path).exposure is None) == private
    linked = tmp_path / "linked"
    linked.symlink_to(tmp_path)
    assert (credentials.read(linked / path.name).exposure is None) == private


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("%d/eab", "CREDENTIALS_DIRECTORY is not set here"),
        ("none", "none: No such file"),
        (".", "not an ordinary file"),
        ("short", "holds no HMAC key: the text has only 40 bits"),
        ("binary", "is no text"),
    ],
)
def test_a_key_file_that_gives_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, says: str
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    (tmp_path / "short").write_text("c2hvcnQ\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    pair = credentials.read(_file(tmp_path, f"sectigo_eab_hmac_key_file = {name}"))
    with pytest.raises(CredentialsError, match=says) as caught:
        pair.hmac_key.reveal()
    assert caught.value.remedy and "c2hvcnQ" not in str(caught.value)
