"""Which DNS server is asked: the one that the environment names, else the machine's first."""

from __future__ import annotations

from pathlib import Path

import pytest

from certbot_sectigo.base import errors
from certbot_sectigo.machine import resolver
from certbot_sectigo.machine.resolver import VARIABLE


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (
            "# a comment\nsearch x.example\nnameserver 192.0.2.1\nnameserver 192.0.2.2\n",
            "192.0.2.1",
        ),
        ("nameserver\n", "127.0.0.1"),
        ("nameserver 2001:db8::1\n", "2001:db8::1"),
        (None, "127.0.0.1"),
    ],
)
def test_the_machines_own(tmp_path: Path, text: str | None, address: str) -> None:
    file = tmp_path / "resolv.conf"
    if text is not None:
        file.write_text(text)
    assert resolver.server({VARIABLE: ""}, file) == (address, 53)


@pytest.mark.parametrize(
    ("given", "server"),
    [
        ("192.0.2.1", ("192.0.2.1", 53)),
        ("192.0.2.1:5353", ("192.0.2.1", 5353)),
        ("2001:db8::1", ("2001:db8::1", 53)),
        ("[2001:db8::1]:5353", ("2001:db8::1", 5353)),
    ],
)
def test_the_one_that_is_given(tmp_path: Path, given: str, server: tuple[str, int]) -> None:
    assert resolver.server({VARIABLE: given}, tmp_path) == server


@pytest.mark.parametrize("given", ["ns.example", "192.0.2.1:0", "192.0.2.1:99999", "1.2.3:53", " "])
def test_what_makes_no_sense_is_said(tmp_path: Path, given: str) -> None:
    with pytest.raises(errors.Error, match=VARIABLE):
        resolver.server({VARIABLE: given}, tmp_path)
