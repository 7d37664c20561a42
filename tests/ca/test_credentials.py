"""The credentials file: what is taken, what is cleaned, what is refused and how."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_sectigo.ca import credentials, hmac_key
from certbot_sectigo.ca.credentials import CredentialsError

KID = "kT3xq0bR9e-kid_of_tests"
KEY = base64.urlsafe_b64encode(bytes(range(48))).decode()
URL_KEY = "--_" + KEY[3:]  # begins with dashes, as real ones do


def write(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "sectigo.ini"
    path.write_text(text)
    path.chmod(mode)
    return path


def minimal(kid: str = KID, key: str = KEY, more: str = "") -> str:
    return f"sectigo_eab_kid = {kid}\nsectigo_eab_hmac_key = {key}\n{more}"


def test_the_plain_file(tmp_path: Path) -> None:
    path = write(tmp_path, "# from SCM\n\n" + minimal())
    read = credentials.read(path)
    assert (read.kid, read.hmac_key.reveal()) == (KID, KEY.rstrip("="))
    assert (read.server, read.server_is_default) == ("https://acme.sectigo.com/v2/OV", True)
    assert (read.hmac_alg, read.path, read.exposure) == ("HS256", path, None)


def test_every_value_given(tmp_path: Path) -> None:
    more = "sectigo_eab_server = https://acme.example.net/v2/EV\nsectigo_eab_hmac_alg = hs512\n"
    read = credentials.read(write(tmp_path, minimal(more=more)))
    assert (read.server, read.server_is_default) == ("https://acme.example.net/v2/EV", False)
    assert read.hmac_alg == "HS512"


@pytest.mark.parametrize(
    "text",
    [
        minimal(f'"{KID}"', f"'{KEY}'"),
        minimal(f"\u201c{KID}\u201d", f"\u201c{KEY}\u201d"),
        minimal(f"{KID}   ", f"{KEY}\t "),
        minimal(KID, f"{KEY[:20]}\n  {KEY[20:40]}\n{KEY[40:]}"),
        minimal(KID, f"\n{KEY}"),
        minimal(KID, f"{KEY[:20]} {KEY[20:]}"),
        minimal(f"{KID}  # ours", f"{KEY} ; and this"),
        minimal().replace("_eab_", "-eab-"),
        minimal().replace(" = ", "="),
        minimal().replace("\n", "\r\n"),
        "\ufeff" + minimal(),
        minimal(KID, f'"{KEY}'),
        minimal(f"{KID}\u200b", f"{KEY}\u00a0"),
    ],
)
def test_pasted_values_are_cleaned(tmp_path: Path, text: str) -> None:
    read = credentials.read(write(tmp_path, text))
    assert (read.kid, read.hmac_key.reveal()) == (KID, KEY.rstrip("="))


def test_a_key_that_begins_with_a_dash(tmp_path: Path) -> None:
    read = credentials.read(write(tmp_path, minimal(key=URL_KEY)))
    assert read.hmac_key.reveal() == URL_KEY.rstrip("=")


@given(st.binary(min_size=16, max_size=80))
def test_any_spelling_of_a_key_gives_the_same_form(raw: bytes) -> None:
    url = base64.urlsafe_b64encode(raw).decode()
    for spelling in (url, url.rstrip("="), base64.b64encode(raw).decode(), f" {url}\n"):
        normal = hmac_key.normalise(spelling).reveal()
        assert normal == url.rstrip("=")


@given(st.text(max_size=60))
def test_normalising_never_fails_otherwise_than_it_says(text: str) -> None:
    try:
        normal = hmac_key.normalise(text).reveal()
    except ValueError as error:
        assert len(text) < 6 or text not in str(error)
    else:
        assert len(base64.urlsafe_b64decode(normal + "=" * (-len(normal) % 4))) >= 16


REFUSED = {
    "no kid": (f"sectigo_eab_hmac_key = {KEY}\n", "no line sectigo_eab_kid"),
    "no key": (f"sectigo_eab_kid = {KID}\n", "no line sectigo_eab_hmac_key"),
    "certbot's names": (minimal().replace("sectigo_", ""), "line 1: eab_kid is not read"),
    "empty kid": (minimal(kid=""), "line 1: sectigo_eab_kid is empty"),
    "quoted nothing": (minimal(key='""'), "line 2: sectigo_eab_hmac_key is empty"),
    "kid with a blank": (minimal(kid="two words"), "line 1: sectigo_eab_kid contains white space"),
    "not base64": (minimal(key="what$ever" * 4), "line 2: sectigo_eab_hmac_key has characters"),
    "two alphabets": (minimal(key="ab+/-_" * 6), "line 2: sectigo_eab_hmac_key mixes"),
    "cut off": (minimal(key=KEY[:33]), "line 2: sectigo_eab_hmac_key has a length"),
    "too short": (minimal(key="c2hvcnQ"), "line 2: sectigo_eab_hmac_key has only 40 bits"),
    "http elsewhere": (
        minimal(more="sectigo_eab_server = http://acme.example.net/\n"),
        "line 3: sectigo_eab_server is plain http",
    ),
    "no URL": (minimal(more="sectigo_eab_server = OV\n"), "line 3: sectigo_eab_server is not"),
    "climbing": (
        minimal(more="sectigo_eab_server = https://a.example/../x\n"),
        "line 3: sectigo_eab_server has . or ..",
    ),
    "empty server": (minimal(more="sectigo_eab_server =\n"), "line 3: sectigo_eab_server is empty"),
    "algorithm": (minimal(more="sectigo_eab_hmac_alg = RS256\n"), "line 3: sectigo_eab_hmac_alg"),
    "twice": (minimal() + minimal(), "line 3: sectigo_eab_kid stands a second time"),
    "misspelt": (
        minimal(more="sectigo_eab_hmackey = x\n"),
        "line 3: what stands before the = begins with sectigo_eab, but is no known key",
    ),
    "prose": (minimal(more="hello there\n"), "line 3: is not of the form"),
    "empty file": ("", "no line sectigo_eab_kid"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusals_name_file_and_line_and_never_the_key(tmp_path: Path, case: str) -> None:
    text, message = REFUSED[case]
    path = write(tmp_path, text)
    with pytest.raises(CredentialsError) as refused:
        credentials.read(path)
    assert str(path) in str(refused.value)
    assert message in str(refused.value)
    assert refused.value.remedy
    for value in (KEY, KEY[:33], "c2hvcnQ", "what$ever"):
        assert value not in str(refused.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/v2/OV", "http://localhost/x",
                                 "http://[::1]:9/x", "https://acme.example.net"])  # fmt: skip
def test_servers_that_are_taken(url: str) -> None:
    assert credentials.server_problem(url) is None


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://localhost.example.net/", "ftp://x/",
                                 "https://u:p@x.example/", "https://", "https://x.example/#a",
                                 "https://x.example:port/", "https://[::1", "a b"])  # fmt: skip
def test_servers_that_are_not(url: str) -> None:
    assert credentials.server_problem(url)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(CredentialsError, match="does not exist") as refused:
        credentials.read(tmp_path / "none.ini")
    assert "chmod 600" in refused.value.remedy


def test_what_is_not_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(CredentialsError, match="not a regular file"):
        credentials.read(tmp_path / "fifo")
    with pytest.raises(CredentialsError, match="is a directory"):
        credentials.read(tmp_path)


def test_binary_and_huge_files(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CredentialsError, match="not a text file"):
        credentials.read(path)
    path.write_bytes(b"#" * 70000)
    with pytest.raises(CredentialsError, match="too large"):
        credentials.read(path)


@pytest.mark.parametrize(
    ("mode", "who"),
    [(0o640, "its group"), (0o604, "everybody"), (0o666, "its group and everybody")],
)
def test_a_file_others_can_read_is_refused_only_where_the_secret_is_needed(
    tmp_path: Path, mode: int, who: str
) -> None:
    path = write(tmp_path, minimal(), mode)
    read = credentials.read(path)
    assert read.exposure is not None and who in read.exposure.reason
    with pytest.raises(CredentialsError) as refused:
        credentials.private_or_refuse(read, insecure=False)
    assert f"chmod 600 {path}" in refused.value.remedy
    credentials.private_or_refuse(read, insecure=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, minimal())
    os.chown(path, 65534, 65534)
    with pytest.raises(CredentialsError, match="belongs to nobody") as refused:
        credentials.private_or_refuse(credentials.read(path), insecure=False)
    assert f"chown root {path}" in refused.value.remedy


def test_a_private_file_is_not_refused(tmp_path: Path) -> None:
    credentials.private_or_refuse(credentials.read(write(tmp_path, minimal())), insecure=False)


def test_certbots_own_options_make_a_pair() -> None:
    pair = credentials.from_options(KID, KEY, "https://x.example/d", None)
    assert (pair.kid, pair.hmac_key.reveal(), pair.path) == (KID, KEY.rstrip("="), None)
    with pytest.raises(CredentialsError, match="without --eab-hmac-key"):
        credentials.from_options(KID, None, "https://x.example/d", None)
    leaked = secrets.token_urlsafe(6)
    with pytest.raises(CredentialsError) as refused:
        credentials.from_options(KID, leaked, "https://x.example/d", None)
    assert leaked not in str(refused.value)


def test_what_is_said_of_a_missing_file_can_be_printed_in_any_locale(tmp_path: Path) -> None:
    with pytest.raises(CredentialsError) as missing:
        credentials.read(tmp_path / "none.ini")
    assert str(missing.value).isascii()


def test_an_unknown_key_is_not_repeated_as_it_may_be_the_pasted_secret(tmp_path: Path) -> None:
    path = write(tmp_path, "sectigo_eab_kid = K\nsectigo_eab_c2VjcmV0LW9mLXRoZS1jYQ = x\n")
    with pytest.raises(CredentialsError) as refused:
        credentials.read(path)
    assert "line 2" in str(refused.value)
    assert "sectigo_eab_hmac_key" in refused.value.remedy
    assert "c2vjcmv0" not in str(refused.value).lower()
