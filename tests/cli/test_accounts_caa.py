"""``accounts caa``: what it prints is published, and an authority that obeys it is asked."""

from __future__ import annotations

import datetime
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from josepy.jwk import JWK

from certbot_sectigo.accounts import store
from certbot_sectigo.accounts.known import caa as known
from certbot_sectigo.cli.shared import caa_words
from tests.bed.certbot import Certbot
from tests.bed.paste import paste
from tests.bed.sectigo import Sectigo
from tests.bed.zones import Node, Zones
from tests.cli.tool import Tool
from tests.safety.machine import Machine
from tests.sandbox.acme_client import Client

NAME, DEEP = "www.b.example", "x.deep.b.example"
_KEY = ec.generate_private_key(ec.SECP256R1())


def certificate(machine: Machine, lineage: str, *names: str) -> None:
    """Put a certificate of these names where a lineage's renewal file says."""
    now = datetime.datetime(2026, 1, 1)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    made = (
        x509.CertificateBuilder(who, who, _KEY.public_key(), 1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName(map(x509.DNSName, names)), critical=False)
        .sign(_KEY, hashes.SHA256())
    )
    path = machine.certbot.config_dir / "live" / lineage / "cert.pem"
    path.parent.mkdir(parents=True)
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))


@dataclass
class Bench:
    """A machine with a certificate of two accounts each, and the DNS that all ask."""

    machine: Machine
    tool: Tool
    zones: Zones
    right: str
    other: str

    @property
    def env(self) -> dict[str, str]:
        return {"CERTBOT_SECTIGO_DNS": f"127.0.0.1:{self.zones.port}"}

    def url(self, account: str) -> str:
        return store.read(self.machine.folder(account), "x").uri or ""

    def ask(self, *words: str, check: int | None = 0) -> Any:
        result = self.tool.run("--json", "accounts", "caa", *words, check=check, env=self.env)
        from tests.bed import schema

        return schema.document(result.stdout)

    def states(self, *words: str, check: int = 0) -> dict[str, str]:
        found = self.ask(*words, "--check", check=check)["checks"]
        return {each["name"]: each["state"] for each in found}

    def publish(self, printed: str) -> None:
        """Publish zone lines as they are printed, beside what is there."""
        lines = re.findall(r'^ *(\S+)\. CAA (\d+ \w+ ".*")$', printed, re.MULTILINE)
        assert lines
        for domain, record in lines:
            node = self.zones.nodes.setdefault(domain, Node([]))
            node.caa = [*node.caa, record]

    def issues(self, account: str, name: str) -> bool:
        """Have the authority issue for an account."""
        folder = self.machine.folder(account)
        key = JWK.json_loads((folder / "private_key.json").read_text())
        client = Client(self.machine.sectigo.server, key)
        client.kid = self.url(account)
        reply = client.finalize(client.new_order(name).json)
        assert reply.status == 200 or reply.type == "caa", reply.json
        return reply.status == 200


@pytest.fixture
def bench(certbot: Certbot) -> Iterator[Bench]:
    with Zones() as zones, Sectigo(caa=True, dns_port=zones.port) as sectigo:
        machine = Machine(certbot, sectigo)
        right, other = machine.account(sectigo.b), machine.account(sectigo.a)
        machine.lineage(NAME, right, sectigo.b.kid)
        certificate(machine, NAME, NAME, "*.b.example")
        machine.lineage("ecdsa", right)
        certificate(machine, "ecdsa", NAME)
        yield Bench(machine, Tool(certbot), zones, right, other)


def test_what_is_printed_pins_and_nobody_else_may(bench: Bench) -> None:
    assert bench.states() == {NAME: "absent", "*.b.example": "absent"}
    told = bench.ask()
    assert told["checks"] is None
    assert told["records"] == [
        {
            "domain": "b.example",
            "tag": "issuewild",
            "value": f"sectigo.com; accounturi={bench.url(bench.right)}",
        },
        {
            "domain": NAME,
            "tag": "issue",
            "value": f"sectigo.com; accounturi={bench.url(bench.right)}",
        },
    ]
    printed = bench.tool.run("accounts", "caa", env=bench.env).stdout
    bench.publish(printed)
    assert bench.states() == {NAME: "pinned", "*.b.example": "pinned"}
    for name in (NAME, "*.b.example"):
        assert bench.issues(bench.right, name) and not bench.issues(bench.other, name)
    # The other account takes over: it is named beside the old one before it does.
    before = bench.states(bench.other, "-d", NAME, check=1)
    assert before == {NAME: "forbidden"}
    both = bench.ask(bench.other, "-d", NAME)["records"]
    assert [each["value"].rpartition("=")[2] for each in both] == [
        bench.url(bench.right),
        bench.url(bench.other),
    ]
    bench.zones.nodes[NAME] = Node([f'0 issue "{each["value"]}"' for each in both])
    assert bench.issues(bench.right, NAME) and bench.issues(bench.other, NAME)
    checks = bench.ask(bench.other, "-d", NAME, "--check")["checks"]
    assert {each["state"] for each in checks} == {"pinned"}
    assert bench.url(bench.right) in str(checks[1]["others"])


def test_what_else_stands_is_told(bench: Bench) -> None:
    url = bench.url(bench.right)
    mine = f'0 issue "sectigo.com; accounturi={url}"'
    for caa, state, says in (
        ([mine, '0 issue "comodoca.com"'], "lifted", '"comodoca.com" lets every account'),
        ([mine, '0 issue "ca.example"'], "pinned", "other CAs that may: ca.example"),
        (['0 issue "sectigo.com"'], "open", "any account of the CA"),
        (['0 issue "ca.example"'], "forbidden", "allow other CAs only"),
        ([mine, '128 tbs "\x1b]0;x"'], "forbidden", "critical"),
        ([f'0 issue "sectigo.com; accounturi={url}x"'], "forbidden", "other accounts only"),
    ):
        bench.zones.nodes[NAME] = Node(caa)
        code = 1 if state in ("lifted", "forbidden") else 0
        (check,) = bench.ask("-d", NAME, "--check", check=code)["checks"]
        assert check["state"] == state and says in check["reason"]
    findings = {
        each["code"]: each for each in bench.tool.json("doctor", "--online", check=1)["findings"]
    }
    assert not any(code.startswith("caa/") for code in findings)  # no resolver: nothing is known
    for node, found_as in (
        (Node(['0 issue "ca.example"']), "caa/forbidden"),
        (Node([mine, '0 issue "comodoca.com"']), "caa/lifted"),
        (Node([mine], bogus=True), "caa/unanswered"),
    ):
        bench.zones.nodes[NAME] = node
        out = bench.tool.run("--json", "doctor", "--online", check=1, env=bench.env).stdout
        (found,) = (f for f in json.loads(out)["findings"] if f["code"].startswith("caa/"))
        assert (found["code"], found["where"]) == (found_as, [NAME])
        paste(bench.machine.certbot, found["command"], check=None, env=bench.env)
    (check,) = bench.ask("-d", NAME, "--check", check=1)["checks"]
    assert check["state"] == "unknown" and "DNSSEC" in check["reason"]
    # Nobody answers at all.
    env = {"CERTBOT_SECTIGO_DNS": "127.0.0.1:9"}
    said = bench.tool.run("accounts", "caa", "-d", NAME, "--check", check=1, env=env).text
    assert "unknown" in said and "no answer" in said


def test_names_below_a_domain_come_along(bench: Bench) -> None:
    bench.machine.lineage(DEEP, bench.other)
    certificate(bench.machine, DEEP, DEEP)
    also = "https://acme.sectigo.com/v2/OV/account/of-another-host"
    told = bench.ask("-d", NAME, "--at", "b.example", "--also", also)["records"]
    values = {
        (each["domain"], each["tag"], each["value"].partition("accounturi=")[2]) for each in told
    }
    right, other = bench.url(bench.right), bench.url(bench.other)
    assert values == {
        ("b.example", "issue", right),
        ("b.example", "issue", other),
        ("b.example", "issue", also),
        ("b.example", "issuewild", right),
    }


def test_words_that_are_wrong(bench: Bench) -> None:
    lost = bench.tool.run("accounts", "caa", "-d", "no.b.example", check=1)
    command = lost.stderr.strip().splitlines()[-1].strip()
    assert command.endswith("accounts caa ID -d no.b.example")
    said = paste(bench.machine.certbot, command, {"ID": bench.right}).stdout
    assert f"accounturi={bench.url(bench.right)}" in said and "not publicly known" in said
    assert "no name to pin" in bench.tool.run("accounts", "caa", bench.other, check=2).stderr
    odd = bench.tool.run("accounts", "caa", "-d", NAME, "--also", "a; b", check=1)
    assert "cannot stand in a CAA record" in odd.stderr


def test_without_dnspython_it_is_said_and_records_are_printed(bench: Bench) -> None:
    folder = bench.machine.certbot.home / "without"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(
        "import importlib.util as u\n"
        "real = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'dns' else real(name, *a)\n"
    )
    env = {"PYTHONPATH": str(folder)}
    refused = bench.tool.run("accounts", "caa", "--check", check=2, env=env)
    assert "dnspython is not installed" in refused.stderr
    # Of the very environment, and of no index that has to have this package.
    assert f"{sys.executable} -m pip install 'dnspython>=2.0'" in refused.stderr
    bench.tool.run("accounts", "caa", env=env)


def test_replacing_an_account_that_is_pinned(bench: Bench) -> None:
    certbot, sectigo = bench.machine.certbot, bench.machine.sectigo
    bench.publish(bench.tool.run("accounts", "caa", "-d", NAME, env=bench.env).stdout)
    file = sectigo.c.credentials(certbot.home / "new.ini")
    words = ("accounts", "register", "--credentials", file, "--agree-tos", "--email", "a@b.example",
             "--replace", bench.right, "--yes")  # fmt: skip
    before = bench.machine.pins()
    refused = bench.tool.run(*words, check=1, env=bench.env)
    assert f"{NAME}: the records name other accounts only" in refused.stderr
    assert bench.machine.pins() == before and sectigo.accounts_of(sectigo.c.kid) == []
    register, print_records, pin = (
        line for line in refused.stderr.splitlines() if line.startswith("certbot-sectigo ")
    )
    more = "--agree-tos --email a@b.example --yes"
    paste(certbot, register, more=more, env=bench.env)
    (new,) = {each["id"] for each in bench.tool.json("accounts", "list")["accounts"]} - {
        bench.right, bench.other
    }  # fmt: skip
    # Now that its URL is known, the record is there to be copied.
    refused = bench.tool.run(*words, check=1, env=bench.env)
    assert "Publish these beside what is there" in refused.stderr
    told = paste(certbot, print_records, {"NEW-ID": new}, env=bench.env).stdout
    bench.zones.nodes.clear()
    bench.publish(told)
    paste(certbot, pin, {"NEW-ID": new}, more="--yes", env=bench.env)
    assert set(bench.machine.pins().values()) == {new}
    assert bench.states("-d", NAME) == {NAME: "pinned"}


def test_a_replacement_asks_the_dns_once(bench: Bench) -> None:
    sectigo = bench.machine.sectigo
    file = sectigo.c.credentials(bench.machine.certbot.home / "new.ini")
    bench.tool.run("accounts", "register", "--credentials", file, "--agree-tos", "--email",
                   "a@b.example", "--replace", bench.right, "--yes", env=bench.env)  # fmt: skip
    assert bench.zones.asked.count(NAME) == 1
    assert bench.right not in bench.machine.pins().values()


def test_an_account_that_records_name_is_not_ended(bench: Bench) -> None:
    bench.publish(bench.tool.run("accounts", "caa", "-d", NAME, env=bench.env).stdout)
    for name in (NAME, "ecdsa"):
        path = bench.machine.certbot.renewal_file(name)
        path.write_text(path.read_text().replace(bench.right, bench.other))
    refused = bench.tool.run("accounts", "deactivate", bench.right, "--yes", check=1, env=bench.env)
    assert "CAA records name the account" in refused.stderr
    (command,) = (line.strip() for line in refused.stderr.splitlines() if " accounts caa" in line)
    paste(bench.machine.certbot, command, {"ID": bench.other}, env=bench.env)
    bench.zones.nodes.clear()
    bench.tool.run("accounts", "deactivate", bench.right, "--yes", env=bench.env)


def test_a_ca_that_names_no_domain_stops_no_replacement(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nameless: Any = SimpleNamespace(directory=SimpleNamespace(caa_identities=()))
    facts: Any = SimpleNamespace(account=SimpleNamespace(name="old"))
    monkeypatch.setattr(known, "Session", lambda *_: nameless)
    monkeypatch.setattr(known, "pinned", lambda _: [(facts, NAME)])
    unused: Any = None
    server = "https://ca.example/directory"
    caa_words.refuse_before_replacing(unused, unused, "old", server, None, unused, "")
    assert "was not looked up" in capsys.readouterr().err
