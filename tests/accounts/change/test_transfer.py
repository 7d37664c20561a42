"""Pure: what other clients keep beside an account's key."""

from __future__ import annotations

import base64
import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_sectigo.accounts.change import transfer
from certbot_sectigo.accounts.change.transfer import KeyTold

URI, SERVER = "https://ca.example/v2/OV/account/7", "https://ca.example/v2/OV"
PROTECTED = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": "K"}).encode()).decode()
BINDING = {"protected": PROTECTED.rstrip("="), "payload": "x", "signature": "y"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            json.dumps({"version": 1, "server": SERVER, "account_url": URI, "kid": "K"}),
            KeyTold(SERVER, URI, "K"),
        ),
        (
            json.dumps(
                {
                    "email": "a@example.org",
                    "registration": {
                        "body": {"status": "valid", "externalAccountBinding": BINDING},
                        "uri": URI,
                    },
                }
            ),
            KeyTold(None, URI, "K"),
        ),
        (
            f"CA_KEY_HASH='abc='\nACCOUNT_URL='{URI}'\nCA_EAB_KEY_ID='K'\nCA_EAB_HMAC_KEY='s'\n",
            KeyTold(None, URI, "K"),
        ),
        (json.dumps({"url": URI}), KeyTold(None, URI)),
        (json.dumps({"body": {}, "uri": URI}), KeyTold(None, URI)),
        (json.dumps({"status": "valid", "externalAccountBinding": BINDING}), KeyTold(kid="K")),
    ],
    ids=["ours", "lego", "acme.sh", "dehydrated", "certbot", "the CA's object"],
)
def test_known_files(text: str, told: KeyTold) -> None:
    assert transfer.parse(text) == told


@pytest.mark.parametrize("text", ["", "hello", "{", "{}", "[]", '{"uri": 7}', '{"uri": ""}'])
def test_others_tell_nothing(text: str, tmp_path: Path) -> None:
    (tmp_path / "told").write_text(text)
    with pytest.raises(transfer.TransferError, match=r"is not|does not tell"):
        transfer.read(tmp_path / "told")


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (("account.pem.json", "account.json"), "account.pem.json"),
        (("account.json", "ca.conf"), "account.json"),
        ((), None),
    ],
)
def test_what_lies_beside_a_key(files: tuple[str, ...], found: str | None, tmp_path: Path) -> None:
    for name in ("account.pem", *files):
        (tmp_path / name).touch()
    beside = transfer.beside(tmp_path / "account.pem")
    assert beside == (tmp_path / found if found else None)


@given(st.text() | st.text().map(lambda text: "{" + text) | st.dictionaries(
    st.sampled_from(["uri", "url", "registration", "kid", "server", "body"]),
    st.recursive(st.none() | st.text() | st.integers(), lambda x: st.dictionaries(st.text(), x)),
).map(json.dumps))  # fmt: skip
def test_nothing_makes_it_fail(text: str) -> None:
    with contextlib.suppress(ValueError):
        transfer.parse(text)
