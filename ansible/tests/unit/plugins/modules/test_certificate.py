# Copyright (c) certbot-sectigo developers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
# SPDX-License-Identifier: Apache-2.0

"""What makes an order, and how certbot is asked for it."""

from __future__ import annotations

import json

import pytest
from ansible_collections.certbot_sectigo.fleet.plugins.module_utils.command import Tool
from ansible_collections.certbot_sectigo.fleet.plugins.modules import certificate

SERVER = "https://acme.example/v2/OV"
THERE = {"lineage": "www", "names": ["b.example", "a.example"], "serial": "1",
         "key": "ecdsa secp256r1", "kid": "kid", "server": SERVER + "/",
         "authenticator": "sectigo-eab", "installer": None, "deploy_file": None}  # fmt: skip
PARAMS = {"executable": "/v/certbot-sectigo", "config_dir": "/etc/le", "work_dir": "/w",
          "logs_dir": "/l", "name": "www", "domains": ["A.example.", "b.example"], "kid": "kid",
          "server": SERVER, "credentials": "/etc/le/eab.ini", "key_type": "ecdsa",
          "rsa_key_size": 3072, "elliptic_curve": "secp256r1", "deploy": None, "email": None,
          "webroot": None, "http_01_port": None, "certbot": "/v/certbot",
          "lock_timeout": 60}  # fmt: skip
BUSY = (1, "", "Another instance of Certbot is already running.")


class FailedError(Exception):
    """What fail_json said."""


class Module:
    """Answers in the place of the commands."""

    def __init__(self, renewals=(), accounts=(), certbot=(), **params):
        self.params = {**PARAMS, **params}
        self.renewals, self.accounts, self.certbot = list(renewals), list(accounts), list(certbot)
        self.ran = []

    def run_command(self, command, environ_update):
        if command[0] == "/v/certbot":
            self.ran.append(command[1:])
            return self.certbot.pop(0)
        if "accounts" in command:
            return 0, json.dumps({"accounts": self.accounts}), ""
        return 1, json.dumps({"renewals": self.renewals}), ""

    def fail_json(self, msg, **more):
        raise FailedError(msg)


@pytest.fixture
def clock(monkeypatch):
    """Time that passes by sleeping only; returns what was slept."""
    slept = []
    monkeypatch.setattr(certificate.time, "monotonic", lambda: sum(slept))
    monkeypatch.setattr(certificate.time, "sleep", slept.append)
    return slept


@pytest.mark.parametrize(
    ("change", "params", "reasons"),
    [
        ({}, {}, []),
        ({"names": ["a.example"]}, {}, ["the names differ"]),
        ({}, {"key_type": "rsa"}, ["the key is of another kind"]),
        ({"kid": None}, {}, ["it is another account's"]),
        ({"server": SERVER + "2"}, {}, ["it is another server's"]),
        ({"authenticator": "standalone"}, {}, ["another plugin renews it"]),
        ({"authenticator": "certbot-sectigo:sectigo-eab"}, {}, []),
        ({}, {"deploy": "/d.toml"}, ["it is deployed by another file"]),
        ({"installer": "sectigo-eab", "deploy_file": "/d.toml"}, {"deploy": "/d.toml"}, []),
        (
            {"installer": "sectigo-eab"},
            {"deploy": "/etc/le/sectigo-deploy.toml"},
            [],
        ),
        ({"installer": "nginx"}, {"deploy": "/d.toml"}, ["it is deployed by another file"]),
        ({"lineage": "other"}, {}, ["there is no certificate"]),
    ],
)
def test_reasons(change, params, reasons):
    module = Module([{**THERE, **change}], **params)
    there = certificate._read(Tool(module), "www")
    assert certificate._reasons(certificate._wanted(module), there) == reasons


def test_kid_and_server_of_the_credentials(tmp_path):
    path = tmp_path / "eab.ini"
    given = {"credentials": str(path), "kid": None, "server": None}
    with pytest.raises(FailedError, match="is not there"):
        certificate._wanted(Module(**given))
    path.write_text("# x\nsectigo_eab_hmac_key = secret\n")
    with pytest.raises(FailedError, match="has no line sectigo_eab_kid"):
        certificate._wanted(Module(**given))
    path.write_text(f"sectigo_eab_kid=  k=1 \nsectigo_eab_server = {SERVER}\n")
    wanted = certificate._wanted(Module(**given))
    assert (wanted["kid"], wanted["server"]) == ("k=1", SERVER)


@pytest.mark.parametrize(
    ("accounts", "word"),
    [
        ([], "--sectigo-eab-credentials"),
        ([{"kid": "kid", "loads": True, "server": SERVER}], "--sectigo-eab-kid"),
        ([{"kid": "kid", "loads": False, "server": SERVER}], "--sectigo-eab-credentials"),
        ([{"kid": "kid", "loads": True, "server": "https://x"}], "--sectigo-eab-credentials"),
    ],
)
def test_a_bound_account_needs_no_pair(accounts, word):
    module = Module(accounts=accounts, certbot=[(0, "", "")])
    assert certificate._order(Tool(module), module, certificate._wanted(module))
    [ran] = module.ran
    assert word in ran
    assert [ran[at + 1] for at, said in enumerate(ran) if said == "-d"] == PARAMS["domains"]


def test_another_certbot_is_waited_for(clock):
    module = Module(certbot=[BUSY, BUSY, (0, "", "")])
    assert certificate._order(Tool(module), module, certificate._wanted(module))
    assert len(module.ran) == 3
    # Where that one brought what is wanted, nothing more is ordered.
    module = Module([THERE], certbot=[BUSY])
    assert not certificate._order(Tool(module), module, certificate._wanted(module))


def test_it_is_not_waited_for_ever(clock):
    module = Module(certbot=[BUSY] * 99)
    with pytest.raises(FailedError, match="Another instance"):
        certificate._order(Tool(module), module, certificate._wanted(module))
    assert 60 <= sum(clock) <= 70


def test_other_failures_are_not_repeated(clock):
    module = Module(certbot=[(1, "", "refused")])
    with pytest.raises(FailedError, match="refused"):
        certificate._order(Tool(module), module, certificate._wanted(module))
    assert clock == []
