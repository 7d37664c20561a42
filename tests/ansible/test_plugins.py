"""The collection's plugins, as plays use them: against the sandbox's CA and SCM."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible")

from certbot_sectigo.sandbox import Config, RunningSandbox, running
from tests.ansible.callback.results import cut_off
from tests.ansible.playing import Ansible
from tests.bed.certbot import Certbot
from tests.bed.components import BIN
from tests.portal.conftest import a_minute_later, scm_ini
from tests.sandbox.scm_client import CLERK, SCM, Scm

FLEET = "certbot_sectigo.fleet."
NAMES = {"web1": ["www.c.example", "web.c.example"], "web2": ["shop.c.example"]}
PLANNED = {"check_mode": True, "diff": True}


class World:
    """A controller, the host web1, and the sandbox; few plays of many tasks, as starts are slow."""

    def __init__(self, sandbox: RunningSandbox, home: Path) -> None:
        self.sandbox = sandbox
        self.controller = home / "controller"
        self.controller.mkdir(mode=0o700)
        scm_ini(sandbox, self.controller)
        self.ansible = Ansible(
            home / "ansible", {"CERTBOT_SECTIGO_CONTROLLER_DIR": str(self.controller)}
        )
        self.host = Certbot(home / "web1")
        self.host.config_dir.mkdir()
        self.path = self.host.config_dir / "sectigo-eab.ini"
        self.ansible.hosts(web1={})
        self.scm = Scm(sandbox)

    def at_scm(self) -> dict[str, Any]:
        """Name -> account; fails where two have one name."""
        found = self.scm.ask("GET", "/api/acme/v2/account").json
        assert len({a["name"] for a in found}) == len(found)
        return {a["name"]: a for a in found}

    def accounts(self, task: str = "accounts", **of_all: Any) -> dict[str, Any]:
        entries = [
            {"name": name, "organisation": "Department C", "server": self.sandbox.directory_url(),
             "domains": names, **of_all}
            for name, names in NAMES.items()
        ]  # fmt: skip
        return {"name": task, f"{FLEET}scm_accounts": {"accounts": entries}, "register": "made"}

    def pair(self, task: str, **words: Any) -> dict[str, Any]:
        given = {"name": "web1", "names": NAMES["web1"], "dest": str(self.path), **words}
        return {"name": task, f"{FLEET}scm_credentials": given, "register": "pair"}

    def where(self) -> dict[str, str]:
        kinds = zip(("config", "work", "logs"), self.host.directories)
        executable = {"executable": str(BIN / "certbot-sectigo")}
        return {**executable, **{f"{kind}_dir": str(folder) for kind, folder in kinds}}

    def certificate(self, task: str, **words: Any) -> dict[str, Any]:
        given = {
            **self.where(), "name": NAMES["web1"][0], "domains": NAMES["web1"],
            "kid": "{{ pair.kid }}", "server": "{{ pair.server }}",
            "credentials": str(self.path), "email": "x@c.example", **words,
        }  # fmt: skip
        return {"name": task, f"{FLEET}certificate": given, "register": "issued"}

    def story(self) -> list[dict[str, Any]]:
        """The tasks that bring a bare host to a certificate."""
        bound = "{{ known.accounts | map(attribute='kid') | select('string') }}"
        return [
            self.accounts(),
            {"name": "known", f"{FLEET}account_info": self.where(), "register": "known"},
            self.pair("pair", bound_kids=bound),
            self.certificate("certificate"),
            # Its order is never finished.
            {"name": "renewals", f"{FLEET}renewals_info": {**self.where(), "order": True}},
            {"name": "adopt", f"{FLEET}adopt": self.where()},
        ]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with running(Config(**SCM)) as sandbox:
        yield World(sandbox, tmp_path)


def test_from_nothing_to_certificates_and_back(world: World, tmp_path: Path) -> None:
    story = world.story()
    plan = [
        {**world.accounts("planned"), **PLANNED},
        {"name": "none yet", f"{FLEET}scm_clients_info": {}},
        {**story[1], "name": "bare", **PLANNED},
    ]
    first = world.ansible.play([*plan, *story], "-vvv", "--diff")
    assert first.changed() == ["planned", "accounts", "pair", "certificate"]
    assert "+web.c.example" in first.output
    assert first.tasks["none yet"]["web1"]["accounts"] == []
    accounts = world.at_scm()
    assert set(accounts) == set(NAMES)
    assert world.path.stat().st_mode & 0o777 == 0o600
    kid, key = accounts["web1"]["macId"], accounts["web1"]["macKey"]
    assert f"sectigo_eab_hmac_key = {key}" in world.path.read_text()
    assert world.host.account(world.sandbox.directory_url(), kid)
    assert world.host.lineage(NAMES["web1"][0]).names == set(NAMES["web1"])
    assert first.tasks["pair"]["web1"]["kid"] == kid
    # The secrets are in no output, in no file of Ansible's, and on the host in one.
    files = [p for p in tmp_path.rglob("*") if p.is_file() and not p.is_symlink()]
    holders = [p for p in files if key.encode() in p.read_bytes()]
    assert holders == [world.path], holders
    for secret in (key, accounts["web2"]["macKey"], CLERK.password.reveal()):
        assert secret not in first.output
        assert base64.b64encode(secret.encode()).decode().rstrip("=") not in first.output

    asked = len(world.sandbox.orders())
    assert (asked, len(world.sandbox.certificates())) == (2, 1)
    rsa = {"key_type": "rsa"}
    more = [
        # Without the file, which is worth nothing any more.
        {"name": "file goes", "ansible.builtin.file": {"path": str(world.path), "state": "absent"}},
        {**story[2], "name": "bound"},
        # Another key, with the account that is there.
        {**world.certificate("plan of rsa", **rsa), **PLANNED},
        world.certificate("rsa", **rsa),
        world.certificate("rsa again", **rsa),
    ]
    gone = [
        {"name": name, "state": "absent",
         "kid": f"{{{{ (made.accounts | selectattr('name', 'equalto', '{name}') | first).kid }}}}"}
        for name in NAMES
    ]  # fmt: skip
    serials = {"serials": ["{{ issued.certificate.serial }}"], "reason": "cessationofoperation"}
    end = [
        {"name": "revoke", f"{FLEET}scm_revoke": serials},
        {"name": "gone", f"{FLEET}scm_accounts": {"accounts": gone}},
    ]
    infos = [
        {"name": "clients", f"{FLEET}scm_clients_info": {"names": list(NAMES)}},
        {"name": "validations", f"{FLEET}scm_validations_info": {}},
    ]
    plans = [{**task, "name": f"plan of {task['name']}", **PLANNED} for task in end]
    again = [{**task, "name": f"{task['name']} again"} for task in end]
    second = world.ansible.play([*story[:4], *more, *infos, *plans, *end, *again], "--diff")
    assert second.changed() == ["file goes", "plan of rsa", "rsa", "plan of revoke", "plan of gone",
                                "revoke", "gone"]  # fmt: skip
    assert "+key: rsa 2048" in second.output
    assert len(world.sandbox.orders()) == asked + 1
    told = second.tasks["clients"]["web1"]["accounts"]
    assert {a["name"]: len(a["clients"]) for a in told} == {"web1": 1, "web2": 0}
    domains = second.tasks["validations"]["web1"]["domains"]
    assert {v["domain"] for v in domains} >= {"c.example"}
    revoked = [int(c.serial, 16) for c in world.sandbox.certificates() if c.revoked]
    assert revoked == [world.host.lineage(NAMES["web1"][0]).serial]
    assert world.at_scm() == {}
    assert {a.status for a in world.sandbox.accounts()} == {"deactivated"}


def test_what_is_refused(world: World) -> None:
    paths = {name: world.host.config_dir / f"{name}.ini" for name in ("other", "another", "link")}
    paths["other"].write_text("something else\n")
    paths["another"].write_text("sectigo_eab_kid = another\nsectigo_eab_hmac_key = x\n")
    paths["link"].symlink_to(world.controller / "elsewhere")
    (world.controller / "open").mkdir()
    readable = scm_ini(world.sandbox, world.controller / "open")
    readable.chmod(0o644)
    readable_one = world.accounts("readable")
    readable_one[f"{FLEET}scm_accounts"]["scm_credentials"] = str(readable)
    tasks = [
        # All that is wrong is said at once, and nothing done.
        world.accounts("wildcards", domains=["*.c.example"]),
        readable_one,
        {"name": "none yet", f"{FLEET}scm_clients_info": {}},
        world.accounts("nobody", organisation=""),
        world.accounts(),
        world.accounts("taken", state="renamed", new_name="web2"),
        # A pair does not reach the wrong host, and what is there is not overwritten.
        world.pair("wrong host", name="web2"),
        world.pair("other", dest=str(paths["other"])),
        world.pair("another", dest=str(paths["another"])),
        world.pair("link", dest=str(paths["link"]), replace=True),
        world.pair("replaced", dest=str(paths["another"]), replace=True),
    ]
    played = world.ansible.play([{**task, "ignore_errors": True} for task in tasks], "--diff")
    results = {name: hosts["web1"] for name, hosts in played.tasks.items()}
    failed = {name for name, result in results.items() if result.get("failed")}
    assert failed == {
        "wildcards", "readable", "nobody", "taken", "wrong host", "other", "another", "link"
    }  # fmt: skip
    assert results["wildcards"]["msg"].count("a wildcard is no domain") == 2
    assert results["nobody"]["msg"].startswith("web1: No organisation is named.")
    assert results["taken"]["msg"].startswith("web1: web2 is the name of another ACME account")
    assert "chmod 600" in results["readable"]["remedy"]
    assert results["none yet"]["accounts"] == []
    assert "may not issue for" in results["wrong host"]["msg"]
    assert not world.path.exists()
    assert {a["status"].lower() for a in world.at_scm().values()} == {"pending"}
    assert "is no credentials file" in results["other"]["msg"]
    assert paths["other"].read_text() == "something else\n"
    assert "another account, kid another" in results["another"]["msg"]
    assert "is a link" in results["link"]["msg"]
    assert not (world.controller / "elsewhere").exists()
    assert results["replaced"]["changed"]
    assert "-sectigo_eab_kid = another" in played.output
    assert {p.name for p in world.host.config_dir.iterdir()} == {p.name for p in paths.values()}


def test_killed_and_repeated_there_is_one_account_each(world: World) -> None:
    made: list[Any] = []

    def kill(request: Any) -> None:
        if request.method == "POST" and request.path == "/api/acme/v2/account" and not made:
            made.append(request)
            cut_off(play.pid)

    world.sandbox.on_request(kill)
    play = world.ansible.start([world.accounts()])
    play.wait()
    assert made
    a_minute_later(world.controller)
    # A name that is freed in the same pass goes to a new account.
    freed = world.accounts("freed")
    kid = "{{ (made.accounts | selectattr('name', 'equalto', 'web1') | first).kid }}"
    freed[f"{FLEET}scm_accounts"]["accounts"].append(
        {"name": "web1", "kid": "{{ old }}", "state": "renamed", "new_name": "web1 old"}
    )
    played = world.ansible.play([
        world.accounts(),
        world.accounts("again"),
        {"name": "old", "ansible.builtin.set_fact": {"old": kid}},
        {**freed, "name": "plan", **PLANNED},
        freed,
        {**freed, "name": "freed again"},
    ])  # fmt: skip
    assert played.changed() == ["accounts", "plan", "freed"]
    for name in ("plan", "freed"):
        changes = [a["changed"] for a in played.tasks[name]["web1"]["accounts"]]
        assert changes == [True, False, True]
    old = {a["name"]: a["id"] for a in played.tasks["again"]["web1"]["accounts"]}
    new = {name: a["id"] for name, a in world.at_scm().items()}
    assert set(new) == {*NAMES, "web1 old"}
    assert (new["web1 old"], new["web2"]) == (old["web1"], old["web2"])
    assert new["web1"] not in old.values()
