"""sectigo-scm.ini: what is read, and what is refused, with the line and the way on."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from certbot_sectigo.base import errors, secret_command
from certbot_sectigo.portal import credentials, pair
from tests.bed.proposals import ran

GOOD = "sectigo_scm_login = me\nsectigo_scm_customer_uri = uni\n"


def _file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "sectigo-scm.ini"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_password_is_taken_as_it_stands(tmp_path: Path) -> None:
    path = _file(tmp_path, GOOD + "sectigo_scm_password = \"a'#b # c;\n")
    found = credentials.read(path)
    assert found.url == credentials.DEFAULT_URL
    assert found.password is not None
    assert found.password.reveal() == "\"a'#b # c;"
    assert "a'#b" not in repr(found)


def test_password_command(tmp_path: Path) -> None:
    path = _file(tmp_path, GOOD + "sectigo_scm_password_command = printf 'p w\\nmore'\n")
    found = credentials.read(path)
    assert found.password is not None
    assert found.password.reveal() == "p w"


def test_whatever_a_password_command_leaves_behind(tmp_path: Path) -> None:
    pids = tmp_path / "pid"
    command = f"sh -c 'sleep 300 & echo $! > {pids}; printf \"p w\\\\r\\\\nmore\"'"
    path = _file(tmp_path, f"{GOOD}sectigo_scm_password_command = {command}\n")
    try:
        found = credentials.read(path)
    finally:
        os.kill(int(pids.read_text()), signal.SIGKILL)
    assert found.password is not None
    assert found.password.reveal() == "p w"


def test_a_password_command_that_hangs_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret_command, "MOST_SECONDS", 0.2)
    pids = tmp_path / "pid"
    command = (
        f"sh -c 'trap \"\" TERM INT HUP; echo $$ > {pids}; echo secret; while :; do sleep 1; done'"
    )
    path = _file(tmp_path, f"{GOOD}sectigo_scm_password_command = {command}\n")
    with pytest.raises(errors.Error, match="takes longer than a minute") as caught:
        credentials.read(path)
    assert "secret" not in f"{caught.value!r} {caught.value.__cause__!r}"
    pid = int(pids.read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://hard.cert-manager.com/api/", "https://hard.cert-manager.com/api"),
        ("https://hard.cert-manager.com", "https://hard.cert-manager.com/api"),
        ("http://127.0.0.1:8555/api", "http://127.0.0.1:8555/api"),
    ],
)
def test_urls(tmp_path: Path, url: str, expected: str) -> None:
    path = _file(tmp_path, f"{GOOD}sectigo_scm_password = p\nsectigo_scm_url = {url}\n")
    assert credentials.read(path).url == expected


def test_a_certificate_asks_at_the_private_place(tmp_path: Path) -> None:
    path = _file(tmp_path, GOOD + "sectigo_scm_certificate = own.pem\nsectigo_scm_key = own.key\n")
    found = credentials.read(path)
    assert found.url == "https://cert-manager.com/private/api"
    assert (found.certificate, found.key) == (tmp_path / "own.pem", tmp_path / "own.key")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "sectigo_scm_customer_uri"),
        (GOOD, "none of sectigo_scm_password"),
        (GOOD + "sectigo_scm_password = p\nsectigo_scm_password_command = x\n", "both of"),
        (
            "sectigo_scm_customer_uri = https://cert-manager.com/customer/x\n"
            "sectigo_scm_login = l\n",
            "line 1: sectigo_scm_customer_uri is more than",
        ),
        (GOOD + "sectigo_scm_password =\n", "line 3: sectigo_scm_password is empty"),
        (GOOD + "sectigo_scm_passwort = p\n", "line 3: what stands before the ="),
        (
            GOOD + "sectigo_scm_password = p\nsectigo_scm_url = http://scm.example/api\n",
            "plain http",
        ),
        (GOOD + "sectigo_scm_password = p\nsectigo_scm_url = https://a:b@x/api\n", "parts"),
        (GOOD + "sectigo_scm_password_command = false\n", "ended with code 1"),
        (GOOD + "sectigo_scm_password_command = true\n", "printed nothing"),
        (GOOD + "sectigo_scm_password_command = /no/such\n", "No such file"),
        (GOOD + "sectigo_scm_password_command = 'x\n", "cannot be understood"),
        (GOOD + "sectigo_scm_password_command = printf '\\377'\n", "something else than text"),
        ("sectigo_scm_client_id = x\n", "sectigo_scm_client_secret"),
        (GOOD + "sectigo_scm_client_secret = s\nsectigo_scm_token_url = ftp://x\n", "not an https"),
    ],
)
def test_refused(tmp_path: Path, text: str, says: str) -> None:
    path = _file(tmp_path, text)
    with pytest.raises(errors.Error) as caught:
        credentials.read(path)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)
    assert caught.value.remedy


def test_a_file_that_others_can_read_is_refused_and_the_command_helps(tmp_path: Path) -> None:
    path = _file(tmp_path, GOOD + "sectigo_scm_password = p\n", mode=0o644)
    with pytest.raises(errors.Error) as caught:
        credentials.read(path)
    (line,) = [w for w in caught.value.remedy.splitlines() if w.startswith("Run:")]
    assert os.system(ran(line[len("Run:") :])) == 0
    credentials.read(path)


def test_a_file_that_is_not_there_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(errors.Error, match="sectigo_scm_login = LOGIN"):
        credentials.read(tmp_path / "none.ini")


@pytest.mark.parametrize("name", ["hmac_key_command", "hmac_key_file"])
def test_a_pair_is_not_put_over_a_file_whose_key_is_elsewhere(tmp_path: Path, name: str) -> None:
    path = tmp_path / "sectigo-eab.ini"
    path.write_text(f"sectigo_eab_kid = k\nsectigo_eab_{name} = pass 'x y'\n")
    with pytest.raises(errors.Error, match=f"from elsewhere .sectigo_eab_{name}.") as caught:
        pair.write(path, "sectigo_eab_kid = new\n", tmp_path / "backup", None)
    assert "pass 'x y'" in path.read_text() and caught.value.remedy
