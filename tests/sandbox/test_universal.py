"""The profile universal, where it differs from classic."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from certbot_sectigo.sandbox import Pair, RunningSandbox
from tests.sandbox.acme_client import Client, leaf
from tests.sandbox.conftest import ONCE, REUSABLE

Start = Callable[..., RunningSandbox]


def test_urls(start: Start) -> None:
    sandbox = start(profile="universal", finalize="sync")
    assert sandbox.directory_url("OV") == sandbox.directory_url("EV") == sandbox.url
    client = Client(sandbox.directory_url()).register(ONCE)
    assert client.kid == f"{sandbox.url}/account/{ONCE.kid}"
    order = client.new_order("a.example").json
    (authorization,) = order["authorizations"]
    pattern = rf"{sandbox.url}/authorization/[\w-]{{22}}/0/always-valid"
    assert re.fullmatch(pattern, authorization)
    assert client.get(authorization).json["status"] == "valid"
    assert client.finalize(order).json["status"] == "valid"
    assert client.request("GET", f"{sandbox.url}/v2/OV").status == 404


def test_one_directory_serves_every_product(start: Start) -> None:
    pairs = (
        ONCE,
        Pair(directory="EV", organisation="Enterprise", domains=("e.example",)),
        Pair(directory="DV", domains=("d.example",)),
    )
    sandbox = start(profile="universal", finalize="sync", pairs=pairs)
    subjects = [
        leaf(Client(sandbox.url).register(pair).issue(pair.domains[0])).subject.rfc4514_string()
        for pair in pairs
    ]
    assert subjects == ["CN=a.example,O=Department A", "CN=e.example,O=Enterprise", "CN=d.example"]


@pytest.mark.parametrize(("alias", "status"), [("404", 404), ("redirect", 302), ("html", 200)])
def test_directory_below_the_base(start: Start, alias: str, status: int) -> None:
    sandbox = start(profile="universal", directory_alias=alias)
    url = f"{sandbox.url}/directory"
    reply = Client(sandbox.url).request("GET", url)
    assert reply.status == status
    if alias == "redirect":
        assert reply.headers["location"] == url
    if alias == "html":
        assert b"<title>" in reply.body


def test_issuance_takes_its_time(start: Start) -> None:
    sandbox = start(profile="universal", finalize_seconds=0.2)
    client = Client(sandbox.url).register(REUSABLE)
    client.issue("b.example")
    (record,) = sandbox.requests("finalize")
    assert record.seconds >= 0.2
