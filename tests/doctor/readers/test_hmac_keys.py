"""HMAC keys are found in whatever surroundings people leave them."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.doctor.readers.hmac_keys import find, masked

KEY = "-mZk3Q_8vT0rYw1LbN5xHc7JdG2sPf9uEaKi4oRtMqW"
BASE64 = st.text(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", min_size=22, max_size=90
)


@pytest.mark.parametrize(
    "line",
    [
        f"certbot certonly --eab-kid k --eab-hmac-key {KEY} -d a.example",
        f"certbot certonly --eab-hmac-key={KEY} -d a.example",
        f"certbot certonly --eab-hm '{KEY}'",
        f'certbot --eab-hmac-key "{KEY}"',
        f"certbot --eab-hmac-key \\\n   {KEY} -d a.example",
        f"DEBUG:certbot._internal.main:Arguments: ['-n', '--eab-hmac-key', '{KEY}', '-d', 'a']",
        f"DEBUG:certbot._internal.main:Arguments: ['-n', '--eab-hmac-key={KEY}', '-d', 'a']",
        f"eab-hmac-key = {KEY}",
        f"eab_hmac_key={KEY}",
        f"sectigo_eab_hmac_key = {KEY}",
        f'EAB_HMAC_KEY="{KEY}"',
        f"export EAB_HMAC_KEY={KEY};",
        f"certbot\0--eab-hmac-key\0{KEY}\0-d\0a.example",
        f"lego --eab --kid k --hmac {KEY} run",
        f"uacme -e kid:{KEY} new a@example.org",
        f'ssh web "certbot certonly --eab-hmac-key \\"{KEY}\\""',
        f"acme.sh --register-account --eab-kid k --eab-hmac-key {KEY}",
        f"Var eab_hmac_key={KEY} (set by user).",
    ],
)
def test_a_key_is_found_and_masked(line: str) -> None:
    text = f"first line\n{line}\nlast line"
    found = find(text)
    assert [key.key for key in found] == [Secret(KEY)]
    assert found[0].line in (2, 3)
    assert masked(text, found) == text.replace(KEY, "***")
    assert find(masked(text, found)) == []


@pytest.mark.parametrize(
    "line",
    [
        "certbot certonly --eab-kid some-kid --eab-hmac-alg HS256 -d a.example",
        "certbot certonly --eab-hmac-key --server https://ca.example/dir",
        "certbot certonly --eab-hmac-key $EAB_HMAC_KEY",
        'certbot certonly --eab-hmac-key "$(cat /root/key)"',
        "certbot certonly --eab-hmac-key EAB_HMAC_KEY",
        "certbot certonly --eab-hmac-key <your key>",
        "Arguments: ['--eab-hmac-key', '***']",
        "Arguments: ['--eab-hmac-key=***']",
        "  --eab-hmac-key EAB_HMAC_KEY   HMAC key for External Account Binding",
        "the option --eab-hmac-key, which certbot writes into its log",
        "openssl dgst --hmac something",
        "eab_hmac_key = ",
    ],
)
def test_what_is_no_key_is_left_alone(line: str) -> None:
    assert [key.key.reveal() for key in find(line)] == []


def test_a_key_is_found_again_where_nothing_names_it() -> None:
    text = f"--eab-hmac-key {KEY}\nhook said: {KEY}\n"
    assert [key.line for key in find(text)] == [1, 2]
    assert [key.line for key in find(f"\n\n{KEY}", [Secret(KEY)])] == [3]


@given(BASE64, st.text(max_size=40), st.text(max_size=40))
def test_nothing_of_a_key_is_left(key: str, before: str, after: str) -> None:
    assume(any(c.isdigit() for c in key) and not key.startswith("--"))
    text = f"{before}\n--eab-hmac-key {key} x\n{after} '{key}'\n"
    assert key not in masked(text, find(text))


@given(st.text(max_size=200))
def test_any_text_can_be_searched(text: str) -> None:
    found = find(text + "--eab-hmac-key " + text)
    assert find(masked(text, [])) is not None
    assert [key.start for key in found] == sorted(key.start for key in found)
