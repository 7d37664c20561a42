"""The collection's plugins, as plays use them: against the sandbox's CA and SCM."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible")

from certbot_sectigo.sandbox import Config, RunningSandbox, running
from tests.ansible.playing import Ansible
from tests.bed.certbot import Certbot
from tests.bed.components import BIN
from tests.portal.conftest import a_minute_later, scm_ini
from tests.sandbox.scm_client import CLERK, SCM, Scm

FLEET = "certbot_sectigo.fleet."
NAMES = {"web1": ["www.c.example", "web.c.example"], "web2": ["shop.c.example"]}


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with running(Config(**SCM)) as sandbox:
        yield sandbox


class World:
    """A controller, two hosts, and the sandbox."""

    def __init__(self, sandbox: RunningSandbox, home: Path) -> None:
        self.sandbox = sandbox
        self.controller = home / "controller"
        self.controller.mkdir(mode=0o700)
        scm_ini(sandbox, self.controller)
        self.ansible = Ansible(
            home / "ansible", {"CERTBOT_SECTIGO_CONTROLLER_DIR": str(self.controller)}
        )
        self.hosts = {name: Certbot(home / name) for name in NAMES}
        for host in self.hosts.values():
            host.config_dir.mkdir()
        self.ansible.hosts(
            **{
                name: {
                    "names": NAMES[name],
                    "folder": str(host.home),
                    "dest": str(host.config_dir / "sectigo-eab.ini"),
                }
                for name, host in self.hosts.items()
            }
        )
        self.scm = Scm(sandbox)

    def accounts(self, **of_all: Any) -> dict[str, Any]:
        entries = [
            {"name": name, "organisation": "Department C", "server": self.sandbox.directory_url(),
             "domains": names, **of_all}
            for name, names in NAMES.items()
        ]  # fmt: skip
        return {"name": "accounts", "run_once": True, f"{FLEET}scm_accounts": {"accounts": entries}}

    def story(self) -> list[dict[str, Any]]:
        """The tasks that bring a bare host to a certificate."""
        where = {
            "executable": str(BIN / "certbot-sectigo"),
            **{f"{kind}_dir": f"{{{{ folder }}}}/{kind}" for kind in ("config", "work", "logs")},
        }
        return [
            self.accounts(),
            {"name": "known", f"{FLEET}account_info": where, "register": "known"},
            {
                "name": "pair",
                f"{FLEET}scm_credentials": {
                    "name": "{{ inventory_hostname }}", "names": "{{ names }}",
                    "dest": "{{ dest }}",
                    "bound_kids": "{{ known.accounts | map(attribute='kid') | select('string') }}",
                },
                "register": "pair",
            },
            {
                "name": "certificate",
                f"{FLEET}certificate": {
                    **where, "name": "{{ names[0] }}", "domains": "{{ names }}",
                    "kid": "{{ pair.kid }}", "server": "{{ pair.server }}",
                    "credentials": "{{ dest }}", "email": "x@c.example",
                },
            },
            {"name": "renewals", f"{FLEET}renewals_info": {**where, "order": True}},
            {"name": "adopt", f"{FLEET}adopt": where},
        ]  # fmt: skip


@pytest.fixture
def world(sandbox: RunningSandbox, tmp_path: Path) -> World:
    return World(sandbox, tmp_path)


def test_from_nothing_to_certificates_and_back(world: World, tmp_path: Path) -> None:
    story = world.story()
    planned = world.ansible.play(story[:2], "--check", "--diff")
    assert planned.changed() == ["accounts"]
    assert "+web.c.example" in planned.output
    assert world.scm.ask("GET", "/api/acme/v2/account").json == []

    first = world.ansible.play(story, "-vvv", "--diff")
    assert first.changed() == ["accounts", "pair", "certificate"]
    accounts = {a["name"]: a for a in world.scm.ask("GET", "/api/acme/v2/account").json}
    assert set(accounts) == set(NAMES)
    said = first.output
    for name, host in world.hosts.items():
        path = host.config_dir / "sectigo-eab.ini"
        assert path.stat().st_mode & 0o777 == 0o600
        kid, key = accounts[name]["macId"], accounts[name]["macKey"]
        assert f"sectigo_eab_hmac_key = {key}" in path.read_text()
        assert host.account(world.sandbox.directory_url(), kid)
        assert host.lineage(NAMES[name][0]).names == set(NAMES[name])
        assert first.tasks["pair"][name]["kid"] == kid
        # The secrets are in no output, in no file of Ansible's, and on the host in one.
        files = [p for p in tmp_path.rglob("*") if p.is_file() and not p.is_symlink()]
        holders = [p for p in files if key.encode() in p.read_bytes()]
        assert holders == [path], holders
        for secret in (key, CLERK.password.reveal()):
            assert secret not in said
            assert base64.b64encode(secret.encode()).decode().rstrip("=") not in said

    asked = len(world.sandbox.orders())
    second = world.ansible.play(story, "--diff")
    assert second.changed() == []
    assert len(world.sandbox.orders()) == asked + 2  # those of the forecasts, never finished
    # Without the file, which is worth nothing any more.
    for host in world.hosts.values():
        (host.config_dir / "sectigo-eab.ini").unlink()
    assert world.ansible.play(story[:4], "--check").changed() == []
    # Another key, with the account that is there.
    story[3][f"{FLEET}certificate"].update({"key_type": "rsa"})
    planned = world.ansible.play(story[:4], "--check", "--diff")
    assert planned.changed() == ["certificate"]
    assert "+key: rsa 2048" in planned.output
    assert world.ansible.play(story[:4]).changed() == ["certificate"]
    assert world.ansible.play(story[:4]).changed() == []

    serials = [f"{host.lineage(NAMES[name][0]).serial:x}" for name, host in world.hosts.items()]
    kids = {name: account["macId"] for name, account in accounts.items()}
    end = [
        {"name": "clients", "run_once": True, f"{FLEET}scm_clients_info": {"names": list(NAMES)}},
        {"name": "validations", "run_once": True, f"{FLEET}scm_validations_info": {}},
        {"name": "revoke", "run_once": True,
         f"{FLEET}scm_revoke": {"serials": serials, "reason": "cessationofoperation"}},
        {"name": "gone", "run_once": True, f"{FLEET}scm_accounts": {
            "accounts": [{"name": n, "kid": k, "state": "absent"} for n, k in kids.items()]}},
    ]  # fmt: skip
    assert world.ansible.play(end, "--check", "--diff").changed() == ["revoke", "gone"]
    ended = world.ansible.play(end)
    assert ended.changed() == ["revoke", "gone"]
    [told] = ended.tasks["clients"].values()
    assert [len(a["clients"]) for a in told["accounts"]] == [1, 1]
    [told] = ended.tasks["validations"].values()
    assert {v["domain"] for v in told["domains"]} >= {"c.example"}
    revoked = {f"{int(c.serial, 16):x}" for c in world.sandbox.certificates() if c.revoked}
    assert revoked == set(serials)
    assert world.scm.ask("GET", "/api/acme/v2/account").json == []
    assert {a.status for a in world.sandbox.accounts()} == {"deactivated"}
    assert world.ansible.play(end).changed() == []


def test_a_pair_does_not_reach_the_wrong_host(world: World) -> None:
    accounts, _, pair, *_ = world.story()
    pair[f"{FLEET}scm_credentials"].update(
        {"bound_kids": [], "name": "{{ 'web2' if inventory_hostname == 'web1' else 'web1' }}"}
    )
    refused = world.ansible.play([accounts, pair], check=2)
    for host, result in refused.tasks["pair"].items():
        assert "may not issue for" in result["msg"], host
        assert not (world.hosts[host].config_dir / "sectigo-eab.ini").exists()
    statuses = {a["status"].lower() for a in world.scm.ask("GET", "/api/acme/v2/account").json}
    assert statuses == {"pending"}


def test_what_is_there_is_not_overwritten(world: World) -> None:
    accounts, _, pair, *_ = world.story()
    pair[f"{FLEET}scm_credentials"]["bound_kids"] = []
    paths = {name: host.config_dir / "sectigo-eab.ini" for name, host in world.hosts.items()}
    paths["web1"].write_text("something else\n")
    paths["web2"].write_text("sectigo_eab_kid = another\nsectigo_eab_hmac_key = x\n")
    refused = world.ansible.play([accounts, pair], check=2)
    assert "is no credentials file" in refused.tasks["pair"]["web1"]["msg"]
    assert "another account, kid another" in refused.tasks["pair"]["web2"]["msg"]
    assert paths["web1"].read_text() == "something else\n"
    paths["web1"].unlink()
    paths["web1"].symlink_to(world.controller / "elsewhere")
    pair[f"{FLEET}scm_credentials"]["replace"] = True
    mixed = world.ansible.play([pair], "--diff", check=2)
    assert "is a link" in mixed.tasks["pair"]["web1"]["msg"]
    assert mixed.tasks["pair"]["web2"]["changed"]
    assert "-sectigo_eab_kid = another" in mixed.output
    assert not (world.controller / "elsewhere").exists()
    assert [p.name for p in paths["web2"].parent.iterdir()] == ["sectigo-eab.ini"]


def test_killed_and_repeated_there_is_one_account_each(world: World) -> None:
    made: list[Any] = []

    def kill(request: Any) -> None:
        if request.method == "POST" and request.path == "/api/acme/v2/account" and not made:
            made.append(request)
            play.kill()

    world.sandbox.on_request(kill)
    play = world.ansible.start([world.accounts()])
    play.wait()
    assert made
    a_minute_later(world.controller)
    world.ansible.play([world.accounts()])
    names = [a["name"] for a in world.scm.ask("GET", "/api/acme/v2/account").json]
    assert sorted(names) == sorted(NAMES)
    assert world.ansible.play([world.accounts()]).changed() == []


def test_a_name_that_is_freed_in_the_same_pass(world: World) -> None:
    world.ansible.play([world.accounts()])
    old = {a["name"]: a for a in world.scm.ask("GET", "/api/acme/v2/account").json}
    task = world.accounts()
    task[f"{FLEET}scm_accounts"]["accounts"].append(
        {"name": "web1", "kid": old["web1"]["macId"], "state": "renamed", "new_name": "web1 old"}
    )
    for check in (["--check"], []):
        [told] = world.ansible.play([task], *check).tasks["accounts"].values()
        assert [a["changed"] for a in told["accounts"]] == [True, False, True]
    new = {a["name"]: a["id"] for a in world.scm.ask("GET", "/api/acme/v2/account").json}
    assert (new["web1 old"], new["web2"]) == (old["web1"]["id"], old["web2"]["id"])
    assert new["web1"] not in (old["web1"]["id"], old["web2"]["id"])
    assert world.ansible.play([task]).changed() == []


def test_all_that_is_wrong_is_said_at_once_and_nothing_done(world: World) -> None:
    refused = world.ansible.play([world.accounts(domains=["*.c.example"])], check=2)
    [told] = refused.tasks["accounts"].values()
    assert told["msg"].count("a wildcard is no domain") == 2
    (world.controller / "sectigo-scm.ini").chmod(0o644)
    [told] = world.ansible.play([world.accounts()], check=2).tasks["accounts"].values()
    assert "chmod 600" in told["remedy"]
    assert world.scm.ask("GET", "/api/acme/v2/account").json == []
