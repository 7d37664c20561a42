"""The profile harica, where it differs from classic."""

from __future__ import annotations

import re
from collections.abc import Callable

from certbot_sectigo.sandbox import Pair, RunningSandbox
from tests.sandbox.acme_client import Client, leaf
from tests.sandbox.conftest import ONCE, REUSABLE

Start = Callable[..., RunningSandbox]


def test_each_pair_has_a_directory_of_its_own(start: Start) -> None:
    sandbox = start(profile="harica")
    server = sandbox.server_of(ONCE)
    assert re.fullmatch(rf"{sandbox.url}/acme/[0-9a-f-]{{36}}/directory", server)
    assert sandbox.directory_url("OV") == server != sandbox.server_of(REUSABLE)
    client = Client(server).register(ONCE)
    assert client.kid == server.replace("directory", f"account/{ONCE.kid}")
    issuer = leaf(client.issue("a.example")).issuer.rfc4514_string()
    assert "CN=SANDBOX HARICA OV TLS" in issuer
    refused = Client(server).new_account(REUSABLE)
    assert refused.json["detail"].endswith("The Key Identifier was not recognized")
    assert client.request("GET", f"{sandbox.url}/v2/OV").status == 404


def test_a_name_that_is_not_validated_gets_a_challenge_for_dv_only(start: Start) -> None:
    domain = "own.example"
    dv = Pair(directory="DV", domains=(domain,), validated=())
    ov = Pair(directory="OV", domains=(domain,), validated=())
    sandbox = start(profile="harica", pairs=(dv, ov))
    assert Client(sandbox.server_of(dv)).register(dv).new_order(domain).json["status"] == "pending"
    client = Client(sandbox.server_of(ov)).register(ov)
    assert client.new_order(domain).json["type"].endswith("rejectedIdentifier")
    assert client.new_order("foreign.example").status == 403
