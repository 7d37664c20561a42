"""Playbooks that are cut off, keys that leak, machines that are cloned: part of ``make trial``."""

from __future__ import annotations

import json
import os
import random
import secrets
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible")

from tests.ansible.fleet import Fleet
from tests.ansible.playing import TREE, Ansible
from tests.bed.certbot import Certbot
from tests.bed.components import BIN
from tests.bed.sectigo import Sectigo
from tests.e2e.test_certificate_machine_set_up import NAME, Apart, apart
from tests.move.bed import A, bed

__all__ = ["apart"]

pytestmark = pytest.mark.skipif(
    "CERTBOT_SECTIGO_TRIAL" not in os.environ, reason="minutes long; make trial runs it"
)

SITE = (
    "Accounts of all hosts at SCM",
    "Pair",
    "Certificate",
    "A bound pair is worth nothing, its file goes",
)
ROTATE = (
    "The old account makes room for a new one",
    "Pair",
    "Live certificates go to the new account before the old one ends",
    "A bound pair is worth nothing, its file goes",
    "The old account ends",
)
DECOMMISSION = (
    "Timers go",
    "Revoke what is still valid",
    "Revoke through SCM what is still valid",
    "Client, domains and account end",
    "Keys and files on the host",
)


def _leaked(kid: str) -> tuple[str, ...]:
    return ("-l", "web1", "-e", f"sectigo_leaked_kid={kid}")


def test_each_step_may_be_the_last_of_a_run(tmp_path: Path) -> None:
    all_hosts = ("-e", "sectigo_hosts=all")
    with Fleet(tmp_path, ("web1",)) as fleet:
        for task in SITE:
            fleet.play_until(task, "site")
            assert len(fleet.accounts()) == 1, task
        fleet.play("site")
        assert fleet.clients("web1") == ["valid"]
        assert len(fleet.sandbox.certificates()) == 1
        assert fleet.play("site").changed() == []
        # As if certbot of such a run had bound the pair while the next one was looking.
        pair = {"name": "certbot_sectigo.fleet.host", "tasks_from": "pair"}
        late: list[dict[str, Any]] = [
            {"ansible.builtin.set_fact": {"sectigo_known": {"accounts": []}}},
            {"ansible.builtin.include_role": pair},
        ]
        seen = fleet.ansible.play(late).tasks
        assert "was used already" in seen["Pair"]["web1"]["msg"]
        assert not seen["Pair, if it was not bound here meanwhile"]["web1"]["placed"]

        old = fleet.accounts()["web1"]["macId"]
        for task in ROTATE:
            fleet.play_until(task, "rotate", *_leaked(old))
            assert len(fleet.accounts()) == 2, task
            # Never without an account that can renew.
            assert "valid" in fleet.all_clients(), task
        fleet.play("rotate", *_leaked(old))
        assert fleet.clients("web1") == ["valid"]
        assert sorted(fleet.all_clients()) == ["deactivated", "valid"]
        assert fleet.play("rotate", *_leaked(old)).changed() == []
        assert len(fleet.sandbox.certificates()) == 1

        for task in DECOMMISSION:
            fleet.play_until(task, "decommission", *all_hosts)
        fleet.play("decommission", *all_hosts)
        assert fleet.accounts() == {}
        assert all(certificate.revoked for certificate in fleet.sandbox.certificates())
        assert fleet.play("decommission", *all_hosts).changed() == []
        fleet.no_secrets()


def test_kills_in_the_middle_of_a_task(tmp_path: Path) -> None:
    all_hosts = ("-e", "sectigo_hosts=all")
    seed = int(os.environ.get("CERTBOT_SECTIGO_SEED", secrets.randbelow(10**6)))
    chance = random.Random(seed)
    print(f"seed {seed}")
    with Fleet(tmp_path, ("web1",)) as fleet:
        tasks = ("Accounts of all hosts at SCM", "Pair", *["Certificate"] * 4, "Pair")
        fleet.killed(chance, tasks, "site", "-e", "sectigo_dry_run=false")
        assert set(fleet.accounts()) == {"web1"}
        assert fleet.clients("web1") == ["valid"]
        assert fleet.hosts["web1"].served_serial() == fleet.hosts["web1"].serial()
        assert fleet.play("site").changed() == []
        old = fleet.accounts()["web1"]["macId"]
        fleet.killed(chance, ROTATE, "rotate", *_leaked(old), "-e", "sectigo_dry_run=false")
        assert sorted(fleet.all_clients()) == ["deactivated", "valid"]
        assert fleet.clients("web1") == ["valid"]
        assert fleet.play("rotate", *_leaked(old)).changed() == []
        fleet.killed(chance, DECOMMISSION[1:], "decommission", *all_hosts)
        assert fleet.accounts() == {}
        assert all(certificate.revoked for certificate in fleet.sandbox.certificates())
        fleet.no_secrets()
    print(f"{fleet.kills} kills")


def test_a_leak_a_clone_and_an_audit(tmp_path: Path) -> None:
    with Fleet(tmp_path) as fleet:
        fleet.play("site")  # with its dry runs
        page = fleet.home / "page.html"
        audited = fleet.play("audit", "-vvv", "--diff", "-e", f"sectigo_report={page}")
        assert "All is as it ought to be." in audited.output
        assert audited.changed() == ["Folder of what the host tells"]
        assert fleet.play("audit", "-e", f"sectigo_report={page}").changed() == []
        text = page.read_text()
        for name, account in fleet.accounts().items():
            assert account["macId"] in text and f"{name}.c.example" in text
        assert "report/unread" not in text
        # Another target in the deploy file is no order.
        fleet.deploy_also("web1", "again.pem")
        assert "Deploy file" in fleet.play("site", "-l", "web1", "--check").changed()
        assert "Certificate" in fleet.play("site", "-l", "web1").changed()
        assert (fleet.hosts["web1"].root / "tls" / "again.pem").exists()
        assert len(fleet.sandbox.certificates()) == 3
        old = fleet.accounts()["web1"]["macId"]
        before = fleet.hosts["web1"].serial()
        planned = fleet.play("rotate", *_leaked(old), "--check", "--diff")
        assert "The old account makes room for a new one" in planned.changed()
        assert fleet.accounts()["web1"]["macId"] == old
        fleet.play("rotate", *_leaked(old), "-vvv", "--diff")
        assert fleet.accounts()["web1"]["macId"] != old
        assert fleet.clients(f"web1 retired {old[:8]}") == ["deactivated"]
        assert fleet.clients("web1") == ["valid"]
        assert fleet.hosts["web1"].serial() == before  # nothing is issued for it
        # The kid of another host is no word to end that one's account.
        other = fleet.accounts()["web2"]["macId"]
        assert "is the kid of web2" in fleet.play("rotate", *_leaked(other), check=2).output
        assert "-e sectigo_leaked_kid=KID" in fleet.play("rotate", "-l", "web1", check=2).output
        mistyped = fleet.play("rotate", *_leaked("mistyped"))
        assert mistyped.changed() == [] and "Nothing is of the kid mistyped" in mistyped.output
        assert fleet.play("site").changed() == []
        # A clone does not go on with what its original is.
        fleet.machine_ids("web2", "of-a-clone")
        refused = fleet.play("site", "-l", "web2", check=2)
        assert "has the files of another machine" in refused.output
        planned = fleet.play("decommission", "-e", "sectigo_hosts=all", "--check", "--diff")
        assert "Client, domains and account end" in planned.changed()
        assert len(fleet.accounts()) == 4
        fleet.no_secrets()


def test_a_certificate_machine_and_a_host_that_it_serves(apart: Apart, tmp_path: Path) -> None:
    ansible = Ansible(apart.root / "ansible")
    key = apart.root / "machine-key" / "key"
    target = f'[[target]]\nname = "a"\ndomains = ["{NAME}"]\nformat = "bundle"\n'
    target += f'path = "{apart.root}/a.pem"\nallow_sandbox = true\n'
    ansible.hosts(
        served={
            "sectigo_executable": str(BIN / "certbot-sectigo"),
            "sectigo_receive": target,
            "sectigo_machine_key": str(key),
            "sectigo_known_hosts": str(apart.client.known_hosts),
        }
    )
    book = ansible.home / "book.yml"
    roles = [f"certbot_sectigo.fleet.{name}" for name in ("certificate_machine", "deliver")]
    variables = {"sectigo_machine_keys": ["{{ sectigo_machine_public | default('none') }}"]}
    play = {"hosts": "all", "gather_facts": False, "vars": variables, "roles": roles}
    book.write_text(json.dumps([play]))
    words = [str(BIN / "ansible-playbook"), "-i", str(ansible.inventory), str(book)]
    environment = {**ansible.environment, "RESULTS": str(ansible.home / "results.jsonl")}
    call = ["env", "-i", *(f"{name}={value}" for name, value in environment.items()), *words]
    apart.run(*call, "--check", "--diff")
    assert not key.exists()
    apart.run(*call)
    assert "changed=0" in apart.run(*call).stdout
    apart.start_sshd()
    apart.machine.target("a", ssh="certs@127.0.0.1", port=apart.port, identity_file=str(key),
                         ssh_config=str(apart.client.config), cert_name=NAME, path=None, test=None,
                         reload=None, format=None)  # fmt: skip
    apart.deploy()
    assert "PRIVATE KEY" in (apart.root / "a.pem").read_text()
    assert set(apart.findings()) <= {"receive/sandbox"}


def test_a_host_moves_to_another_ca(certbot: Certbot, sectigo: Sectigo, tmp_path: Path) -> None:
    with bed(certbot, sectigo, ("a.example",)) as two:
        two.issue(A)
        folders = zip(("config", "work", "logs"), certbot.directories)
        of_host: dict[str, Any] = {f"sectigo_{kind}_dir": str(folder) for kind, folder in folders}
        env = certbot.environment()
        kept = {k: v for k, v in env.items() if k in ("REQUESTS_CA_BUNDLE", "XDG_CONFIG_HOME")}
        ansible = Ansible(tmp_path / "ansible", kept)
        ansible.hosts(
            web1={
                **of_host,
                "sectigo_executable": str(BIN / "certbot-sectigo"),
                "sectigo_facts_dir": str(tmp_path / "facts"),
                "sectigo_email": "admin@example.org",
                "sectigo_move_from": sectigo.server,
                "sectigo_move_to": str(two.to),
            }
        )
        book = TREE / "ansible" / "playbooks" / "move.yml"
        words = ("-e", "sectigo_become=false", "-vvv", "--diff")
        task = "What is still of the old server goes"
        before = two.files()
        assert task in ansible.play(book, *words, "--check").changed()
        assert two.files() == before and not two.new.accounts()
        assert task in ansible.play(book, *words).changed()
        assert two.of_new(A)
        again = ansible.play(book, *words)
        assert again.changed() == []
        assert two.pair.hmac_key.reveal() not in (ansible.home / "ansible.log").read_text()
