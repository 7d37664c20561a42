"""What a web page in somebody's browser may not do, and what is misspelt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from certbot_sectigo.base import errors
from certbot_sectigo.sandbox import Config, Pair, RunningSandbox, load_config
from certbot_sectigo.sandbox.protocol.faults import Fault
from tests.sandbox.acme_client import Client

PATHS = ("/v2/OV", "/.sandbox/requests", "/api/acme/v1/server")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:8555"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "["},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
    ],
)
def test_foreign_host_or_origin_is_refused(
    sandbox: RunningSandbox, path: str, headers: dict[str, str]
) -> None:
    reply = Client(sandbox.directory_url()).request("GET", sandbox.url + path, headers=headers)
    assert reply.status == 403
    assert reply.type == "malformed"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "[::1]", "LOCALHOST:1"])
def test_names_of_loopback_are_welcome(sandbox: RunningSandbox, host: str) -> None:
    headers = {"Host": host, "Origin": f"http://127.0.0.1:{sandbox.port}"}
    url = sandbox.directory_url()
    assert Client(url).request("GET", url, headers=headers).status == 200


def test_misspelt_in_the_fixture(sandbox: RunningSandbox) -> None:
    for wrong in (
        lambda: sandbox.fault("drop-after", "newOrders"),
        lambda: sandbox.fault("drop", "newOrder"),
        lambda: sandbox.directory_url("OVV"),
        lambda: Fault("redirect"),
        lambda: Fault("delay", target="http://127.0.0.1/"),
    ):
        with pytest.raises(errors.Error):
            wrong()
    with pytest.raises(errors.Error, match="newOrder,"):
        sandbox.fault("drop-after", "newOrders")


def test_misspelt_in_the_configuration(tmp_path: Path) -> None:
    with pytest.raises(errors.Error, match="directory: 'OVV' is none of DV, OV"):
        Config(pairs=(Pair(directory="OVV"),))
    own = Config(pairs=(Pair(directory="OVV"),), directories=("OVV",))
    assert "OVV" in own.all_directories
    path = tmp_path / "sandbox.toml"
    path.write_text('[[pair]]\ndirectory = "0V"\n[[admin]]\nlogin = "a"\norganisations = ["x"]\n')
    with pytest.raises(errors.Error) as caught:
        load_config(path)
    assert "pair 1: directory: '0V'" in str(caught.value)
    assert "admin 1: organisations: there is no organisation 'x'" in str(caught.value)


def test_all_classic_directories_are_there(start: Callable[..., RunningSandbox]) -> None:
    sandbox = start()
    for product in ("DV", "OV", "EV", "GEANTOV", "InCommonRSAOV", "InCommonECCOV"):
        assert Client(sandbox.directory_url(product)).urls["newOrder"]


def test_every_reply_names_the_index(sandbox: RunningSandbox) -> None:
    client = Client(sandbox.directory_url())
    for path in ("/", "/v2/directory", "/v2/OV/nothing", "/renewalInfo/x.y", "/x"):
        reply = client.request("GET", sandbox.url + path)
        assert reply.headers["link"] == f'<{sandbox.directory_url()}>;rel="index"', path
