"""certbot-sectigo scm as a user runs it: answers, refusals, exit codes, JSON."""

from __future__ import annotations

import base64
import contextlib
import json
import shlex
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.sandbox import Admin, Config, Pair, RunningSandbox, running
from tests.accounts.keys import new_key
from tests.bed import process, schema
from tests.bed.certbot import Certbot
from tests.bed.eab import EabPair
from tests.bed.history import plain_lineage
from tests.bed.paste import answered
from tests.bed.proposals import ran
from tests.cli.tool import Tool
from tests.portal.conftest import scm_ini
from tests.sandbox.acme_client import Client
from tests.sandbox.scm_client import CLERK, SCM, Scm

NAME = "web1.c.example"


@pytest.fixture
def sandbox(request: pytest.FixtureRequest) -> Iterator[RunningSandbox]:
    with running(Config(**SCM, **getattr(request, "param", {}))) as sandbox:
        yield sandbox


@pytest.fixture
def tool(sandbox: RunningSandbox, certbot: Certbot) -> Tool:
    """The command, with the log-in in its usual place."""
    certbot.config_dir.mkdir(parents=True, exist_ok=True)
    scm_ini(sandbox, certbot.config_dir)
    return Tool(certbot)


def _ensure(sandbox: RunningSandbox, *more: str) -> list[str]:
    return ["scm", "ensure", NAME, "--organisation", "Department C",
            "--server", sandbox.directory_url(), "-d", "c.example", *more]  # fmt: skip


def _json(tool: Tool, *words: str, check: int = 0) -> Any:
    result = tool.run("--json", *words, check=check)
    return schema.document(result.stdout)


def _sent(sandbox: RunningSandbox) -> list[str]:
    """Requests to SCM that change something; the report is a question."""
    return [f"{r.method} {r.path}" for r in sandbox.requests()
            if r.path.startswith("/api/") and r.method != "GET"
            and r.endpoint != "scm-report"]  # fmt: skip


def test_every_command_answers_as_its_schema_has_it(
    sandbox: RunningSandbox, tool: Tool, tmp_path: Path
) -> None:
    assert _json(tool, "scm", "whoami")["way"] == "password"
    planned = _json(tool, *_ensure(sandbox), check=1)
    assert (planned["done"], planned["plan"]["add"]) == (False, ["c.example"])
    assert Scm(sandbox).ask("GET", "/api/acme/v2/account").json == []
    assert _json(tool, *_ensure(sandbox), "--yes")["result"]["made"] is True
    assert _json(tool, *_ensure(sandbox))["result"]["made"] is False
    assert [a["name"] for a in _json(tool, "scm", "accounts")["accounts"]] == [NAME]
    output = tmp_path / "web1.ini"
    pair = ("scm", "pair", NAME, "--output", str(output), "--for", "www.c.example")
    assert _json(tool, *pair)["written"] is True
    assert _json(tool, *pair)["written"] is False
    assert output.stat().st_mode & 0o777 == 0o600
    tool.certbot.run("certonly", "-a", "sectigo-eab", "--sectigo-eab-credentials", str(output),
                     "--agree-tos", "-m", "x@c.example", "-d", "www.c.example")  # fmt: skip
    shown = _json(tool, "scm", "show", NAME)["account"]
    (client,) = shown["clients"]
    assert shown["lineages"] == ["www.c.example"]
    assert _json(tool, "scm", "certificates")["certificates"][0]["lineage"] == "www.c.example"
    assert _json(tool, "scm", "validations", "--within", "30", check=1)["validations"]
    assert _json(tool, "scm", "audit")["findings"] == []
    facts = tmp_path / "facts.json"
    facts.write_text(json.dumps(_json(tool, "scm", "facts")))
    assert _json(tool, "scm", "audit", str(facts))["findings"] == []
    # A clone of the machine, which is called the same.
    clone = tmp_path / "clone.json"
    clone.write_text(facts.read_text())
    [copied] = _json(tool, "scm", "audit", str(facts), str(clone), check=1)["findings"]
    assert (copied["code"], len(copied["where"])) == ("scm/copied", 2)
    assert _json(tool, "scm", "domains", "add", NAME, "d.example", "--yes")["done"]
    found = _json(tool, "scm", "audit", str(facts), check=1)["findings"]
    assert {f["code"] for f in found} == {"scm/wide", "scm/validation"}
    # The command that a finding proposes, as it is printed.
    (wide,) = [f for f in found if f["code"] == "scm/wide"]
    tool.run(*shlex.split(answered(ran(wide["command"])))[1:])
    assert _json(tool, "scm", "audit", str(facts))["findings"] == []
    assert _json(tool, "scm", "domains", "remove", NAME, "nothing.example")["done"]

    def done(already: str, *words: str) -> Any:
        """Do it, then once more: what is so is said, nothing is asked and nothing sent."""
        first = _json(tool, *words, "--yes")
        assert first["done"]
        sent = _sent(sandbox)
        assert sent
        assert already in tool.run("-n", *words).stdout
        again = _json(tool, *words)
        assert again["done"]
        assert _sent(sandbox) == sent
        return first["result"]

    assert done("has that name already", "scm", "rename", NAME, "new")["name"] == "new"
    done("nothing, all is so already", "scm", "domains", "remove", "new", "c.example")
    assert _json(tool, "scm", "domains", "add", "new", "c.example", "--yes")["done"]
    done("is revoked already", "scm", "revoke", "--cert-name", "www.c.example")
    assert sandbox.certificates()[0].revoked
    # The doctor finds it as it finds what our own revoke had revoked.
    [found] = [f for f in _json(tool, "doctor", check=1)["findings"] if "revoked" in f["code"]]
    assert (found["code"], found["severity"]) == ("renewal/revoked", "critical")
    assert "www.c.example: scm revoke had it revoked in SCM on 20" in found["what"]
    # The note is cut: that there is one tells enough, and the same again mends it.
    [note] = (tool.certbot.config_dir / "sectigo" / "scm" / "revoked").iterdir()
    note.write_text("{")
    [found] = [f for f in _json(tool, "doctor", check=1)["findings"] if "revoked" in f["code"]]
    assert found["title"] == "A certificate that may be revoked is still in use"
    sent = _sent(sandbox)
    assert "is revoked already" in tool.run(*shlex.split(ran(found["command"]))[1:]).stdout
    assert _sent(sandbox) == sent
    [found] = [f for f in _json(tool, "doctor", check=1)["findings"] if "revoked" in f["code"]]
    assert "www.c.example: scm revoke had it revoked in SCM, or found it so" in found["what"]
    done("is deactivated already", "scm", "deactivate-client", "new", client["id"])
    codes = {f["code"] for f in _json(tool, "scm", "audit", check=1)["findings"]}
    assert "scm/ended" in codes
    done("SCM shows no ACME account new. So there is nothing", "scm", "delete", "new")
    assert _json(tool, "scm", "show", "new", check=1)["error"]["remedy"]


def test_what_scm_does_not_show_is_not_taken_for_none(sandbox: RunningSandbox, tool: Tool) -> None:
    tool.run(*_ensure(sandbox), "--yes")
    account = Scm(sandbox).ask("GET", "/api/acme/v2/account").json[0]
    pair = Pair(kid=account["macId"], hmac_key=Secret(account["macKey"]))
    Client(sandbox.directory_url()).register(pair)
    [client] = _json(tool, "scm", "show", NAME)["account"]["clients"]
    sent = _sent(sandbox)
    sandbox.fault("forbidden", "scm-clients", times=0)
    for words in (("delete", NAME), ("deactivate-client", NAME, client["id"])):
        result = tool.run("scm", *words, "--yes", check=1)
        assert f"SCM does not show the clients of {NAME}" in result.stderr
    assert _sent(sandbox) == sent
    sandbox.fault("forbidden", "scm-organization-validations", times=0)
    shown = _json(tool, "scm", "validations")
    assert (shown["organisations"], shown["unseen"]) == ([], ["Department C"])
    assert (
        "does not show this log-in the validation of Department C"
        in tool.run("scm", "validations").stdout
    )
    found = {f["code"]: f for f in _json(tool, "scm", "audit", check=1)["findings"]}
    assert set(found) == {"scm/no-host", "scm/unseen"}
    assert "whose clients it does not show" in found["scm/no-host"]["what"]
    sandbox.clear_faults()
    sandbox.fault("forbidden", "scm-report", times=0)
    planned = _json(tool, "scm", "delete", NAME, check=1)["plan"]
    assert (len(planned["clients"]), planned["certificates"]) == (1, None)
    says = "does not tell which certificates"
    assert says in tool.run("scm", "delete", NAME, "-n", check=1).stdout
    sandbox.clear_faults()
    sandbox.fault("server-error", "scm-report", times=0)
    assert "Internal error" in tool.run("scm", "delete", NAME, "--yes", check=1).stderr
    # Who has stolen a key is not waited for.
    assert says in tool.run("scm", "deactivate-client", NAME, client["id"], "--yes").stdout


def test_what_cannot_be_read_is_not_left_out_of_facts(certbot: Certbot) -> None:
    # An audit would call its certificate one that no host has, and propose to revoke it.
    renewal = certbot.config_dir / "renewal" / "x.conf"
    renewal.parent.mkdir(parents=True)
    lost = certbot.config_dir / ("x" * 300)  # an error, and not that there is none
    renewal.write_text(f"cert = {lost}\n[renewalparams]\n")
    result = Tool(certbot).run("scm", "facts", check=1)
    assert "Which certificate x has cannot be told" in result.output
    renewal.write_text("cert = /nowhere/cert.pem\n[renewalparams]\n")
    assert Tool(certbot).json("scm", "facts")["certificates"] == []
    renewal.unlink()
    renewal.symlink_to(lost)
    assert f"{renewal}: " in Tool(certbot).run("scm", "facts", check=1).output


def test_wrong_words(tool: Tool, sandbox: RunningSandbox) -> None:
    words = _ensure(sandbox)
    result = tool.run(*words[:-1], "*.c.example", "--yes", check=1)
    assert "Give c.example: it covers itself and everything below it" in result.stderr
    result = tool.run(*words, "-d", "other.example", "--yes", check=1)
    assert "no domain that covers other.example" in result.stderr
    result = tool.run(*[w.replace("Department C", "Nobody") for w in words], check=1)
    assert "77  Department C" in result.stderr
    result = tool.run(*[w.replace("/v2/OV", "/v2/OVV") for w in words], check=1)
    assert "SANDBOX OV" in result.stderr
    tool.run("scm", "revoke", check=2)
    for given, code in (("0xyz", 2), ("--cert-name=nobody", 1), ("--cert-path=/nowhere", 1)):
        assert _lines(tool.run("scm", "revoke", given, check=code).stderr), given
    assert Scm(sandbox).ask("GET", "/api/acme/v2/account").json == []
    for name in (NAME, "web2"):
        tool.run(*[name if word == NAME else word for word in words], "--yes")
    result = tool.run("scm", "rename", "web2", NAME, "--yes", check=1)
    assert f"{NAME} is the name of another ACME account" in result.stderr


def test_a_used_pair_is_not_handed_out(tool: Tool, sandbox: RunningSandbox, tmp_path: Path) -> None:
    tool.run(*_ensure(sandbox, "--yes"))
    output = tmp_path / "web1.ini"
    pair = ("scm", "pair", NAME, "--output", str(output))
    refused = tool.run(*pair, "--for", "www.d.example", check=1)
    # What it proposes does help, as it is printed.
    (line,) = [w for w in refused.stderr.splitlines() if w.startswith("certbot-sectigo ")]
    tool.run(*shlex.split(answered(ran(line)))[1:])
    tool.run(*pair, "--for", "www.d.example")
    content = dict(line.split(" = ") for line in output.read_text().splitlines()[1:])
    config_pair = sandbox.pairs()[0]
    assert content["sectigo_eab_kid"] == config_pair.kid
    from certbot_sectigo.sandbox import Pair

    own = Pair(kid=config_pair.kid, hmac_key=Secret(content["sectigo_eab_hmac_key"]))
    Client(sandbox.directory_url()).register(own)
    output.unlink()
    assert "has 1 client" in tool.run(*pair, check=1).stderr
    assert not output.exists()
    tool.run(*pair, "--reusable")
    assert output.exists()


def test_no_login_no_traceback(tool: Tool, sandbox: RunningSandbox) -> None:
    path = tool.certbot.config_dir / "sectigo-scm.ini"
    path.chmod(0o644)
    refused = tool.run("scm", "whoami", check=1)
    assert f"chmod 600 {path}" in refused.stderr
    path.unlink()
    assert "sectigo_scm_login = LOGIN" in tool.run("scm", "whoami", check=1).stderr
    sandbox.fault("bad-gateway", "scm-password", times=0)
    own = scm_ini(sandbox, tool.certbot.home)
    result = tool.run("-q", "scm", "whoami", "--scm-credentials", str(own), check=1)
    assert "502 and no JSON but text/html" in result.stderr


def test_a_password_that_ends_soon_is_said(certbot: Certbot) -> None:
    soon = Admin("soon", Secret("p"), password_days=20.0)
    with running(Config(**{**SCM, "admins": (soon,)})) as sandbox:
        certbot.config_dir.mkdir(parents=True, exist_ok=True)
        scm_ini(sandbox, certbot.config_dir, soon)
        found = _json(Tool(certbot), "scm", "whoami")
        assert "The password ends on" in found["warnings"][0]
        nagios = Tool(certbot).run("scm", "audit", "--format", "nagios", check=2)
        assert nagios.stdout.startswith("CERTBOT-SECTIGO CRITICAL - 1 critical")


def test_no_secret_in_any_output(tool: Tool, sandbox: RunningSandbox, tmp_path: Path) -> None:
    output = tmp_path / "web1.ini"
    said = ""
    for words in (
        ["scm", "whoami"],
        _ensure(sandbox, "--yes"),
        ["scm", "accounts"],
        ["scm", "show", NAME],
        ["scm", "pair", NAME, "--output", str(output)],
        ["scm", "audit"],
        ["scm", "facts"],
        ["scm", "delete", NAME, "--yes"],
    ):
        for option in (["-v"], ["--json"]):
            result = tool.run(*option, *words, check=None)
            said += result.stdout + result.stderr
    key = output.read_text().split("hmac_key = ")[1].split()[0]
    for secret in (key, CLERK.password.reveal()):
        assert secret not in said
        assert base64.b64encode(secret.encode()).decode().rstrip("=") not in said
    files = [p for p in tool.certbot.home.rglob("*") if p.is_file() and p.suffix != ".ini"]
    assert not [p for p in files if key.encode() in p.read_bytes()]


def test_the_kid_of_an_account_is_learnt_from_scm_and_noted(
    tool: Tool, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    tool.run(*_ensure(sandbox, "--yes"))
    output = tmp_path / "web1.ini"
    tool.run("scm", "pair", NAME, "--output", str(output))
    given = dict(line.split(" = ") for line in output.read_text().splitlines()[1:])
    # As plain certbot leaves it: no note beside the account, and no log that tells.
    pair = EabPair(given["sectigo_eab_kid"], given["sectigo_eab_hmac_key"])
    plain_lineage(tool.certbot, "www.c.example", pair=pair, server=sandbox.directory_url())
    for log in tool.certbot.logs_dir.iterdir():
        log.unlink()
    [(ident, before)] = tool.accounts().items()
    assert before["kid"] is None
    assert _json(tool, "scm", "audit")["findings"] == []
    found = tool.accounts("--scm")[ident]
    assert (found["kid"], found["kid_learned"]) == (pair.kid, "scm")
    [renewal] = _json(tool, "renewals", "--scm", check=1)["renewals"]
    leaf = tool.certbot.lineage("www.c.example").leaf
    assert (renewal["serial"], renewal["key"][:5]) == (f"{leaf.serial_number:x}", "ecdsa")
    # The last one is the organisation's own validation.
    [horizon, own] = renewal["horizons"]
    assert (horizon["name"], horizon["method"]) == ("www.c.example", "scm")
    assert (own["name"], own["method"]) == ("Department C", "organisation")
    assert horizon["until"].startswith(
        f"{datetime.now(timezone.utc) + timedelta(days=198):%Y-%m-%d}"
    )
    asked = len(sandbox.requests())
    assert tool.accounts()[ident]["kid_learned"] == "scm"
    assert len(sandbox.requests()) == asked


def test_the_last_way_to_revoke_is_named_and_works(
    tool: Tool, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    tool.run(*_ensure(sandbox, "--yes"))
    output = tmp_path / "web1.ini"
    tool.run("scm", "pair", NAME, "--output", str(output))
    tool.certbot.run("certonly", "-a", "sectigo-eab", "--sectigo-eab-credentials", str(output),
                     "--agree-tos", "-m", "x@c.example", "-d", "www.c.example")  # fmt: skip
    [account] = sandbox.accounts()
    sandbox.deactivate_account(account.id)
    [ident] = tool.accounts()
    refused = tool.run("-n", "revoke", "--cert-name", "www.c.example", "--account", ident, "--yes",
                       check=1)  # fmt: skip
    [line] = [w for w in refused.stderr.splitlines() if " scm revoke " in w]
    tool.run(*shlex.split(answered(ran(line)))[1:])
    assert sandbox.certificates()[0].revoked


def test_what_scm_has_not_added_is_said(tool: Tool, sandbox: RunningSandbox) -> None:
    # Listed as a domain of the organisation, but only asked for: SCM takes the name and drops it.
    given = {"name": "new.example", "active": True, "delegations": [{"orgId": 77}]}
    assert Scm(sandbox).ask("POST", "/api/domain/v1", given).status == 201
    words = (*_ensure(sandbox), "-d", "new.example", "--yes")
    assert _json(tool, *words, check=1)["result"]["missing"] == ["new.example"]
    result = tool.run(*words, check=1)
    assert "SCM has not added new.example" in result.stderr
    assert "Not everything could be done" in result.stderr
    assert len(Scm(sandbox).ask("GET", "/api/acme/v2/account").json) == 1


def test_no_secret_in_the_process_list(tool: Tool, sandbox: RunningSandbox, tmp_path: Path) -> None:
    seen: list[bytes] = []

    def look(_: object) -> None:
        # The client waits for its answer meanwhile, so it is among them.
        for name in ("cmdline", "environ"):
            for path in Path("/proc").glob(f"[0-9]*/{name}"):
                with contextlib.suppress(OSError):
                    seen.append(path.read_bytes())

    sandbox.on_request(look)
    output = tmp_path / "web1.ini"
    with process.anew():
        tool.run(*_ensure(sandbox, "--yes"))
        tool.run("scm", "pair", NAME, "--output", str(output))
    whole = b"\n".join(seen)
    assert b"\0scm\0pair\0" in whole
    key = output.read_text().split("hmac_key = ")[1].split()[0]
    for secret in (key, CLERK.password.reveal()):
        assert secret.encode() not in whole


def test_several_at_once_make_one(tool: Tool, sandbox: RunningSandbox) -> None:
    with ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(tool.run, *_ensure(sandbox, "--yes")) for _ in range(4)]
    said = [run.result().stdout for run in runs]
    assert sum("\nMade: " in text for text in said) == 1
    already = ("Made: ", "Another run has made it meanwhile: ", "nothing is to be done")
    assert all(any(words in text for words in already) for text in said), said
    assert len(Scm(sandbox).ask("GET", "/api/acme/v2/account").json) == 1


def _lines(text: str) -> list[str]:
    found = [line.strip() for line in text.splitlines()]
    return [line for line in found if line.startswith("certbot-sectigo ")]


@pytest.mark.parametrize("sandbox", [{"scm_binding": "reusable"}], indirect=True)
def test_commands_that_are_proposed_do_what_they_say(
    tool: Tool, sandbox: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As they are printed; with the log-in in a file of another name, too."""
    other = tool.certbot.home / "my log-in.ini"
    (tool.certbot.config_dir / "sectigo-scm.ini").rename(other)
    own = ("--scm-credentials", str(other))

    def follow(*words: str, check: int | None = 1, only: str = "") -> None:
        said = tool.run("-n", *words, *own, check=check)
        [line] = [line for line in dict.fromkeys(_lines(said.output)) if only in line]
        assert shlex.quote(str(other)) in line
        tool.run(*shlex.split(answered(ran(line)) if only else ran(line))[1:])

    raw = Scm(sandbox)
    twins = [raw.create(NAME), raw.create(NAME)]
    follow(*_ensure(sandbox, "--yes"), only=" rename ")
    names = {a["id"]: a["name"] for a in raw.ask("GET", "/api/acme/v2/account").json}
    assert names == {twins[0]: NAME, twins[1]: f"{NAME} unused {twins[1]}"}
    raw.ask("DELETE", f"/api/acme/v2/account/{twins[1]}")
    follow("scm", "show", "nobody")
    tool.run(*_ensure(sandbox, "--yes"), *own)
    follow("scm", "deactivate-client", NAME, "nobody", "--yes")
    follow("scm", "revoke", "ab:cd", "--yes")
    # A host, and somebody who bound the pair besides.
    output = tmp_path / "web1.ini"
    tool.run("scm", "pair", NAME, "--output", str(output), *own)
    found = raw.ask("GET", f"/api/acme/v2/account/{twins[0]}").json
    tool.certbot.run("certonly", "-a", "sectigo-eab", "--sectigo-eab-credentials", str(output),
                     "--agree-tos", "-m", "x@c.example", "-d", "www.c.example")  # fmt: skip
    sandbox.add_account(found["macId"], new_key().public_key().to_json())
    follow("scm", "audit", only=" deactivate-client ")
    statuses = [c["status"] for c in raw.ask("GET", f"/api/acme/v2/account/{twins[0]}/client").json]
    assert sorted(statuses) == ["deactivated", "valid"]
    tool.certbot.run("renew", "--force-renewal")
    follow("scm", "audit", only=" revoke ")
    assert [bool(c.revoked) for c in sandbox.certificates()] == [True, False]
    sandbox.advance(days=150)
    said = tool.run("scm", "audit", "nowhere.json", *own, check=1).stderr
    [line] = _lines(said)
    monkeypatch.chdir(tmp_path)
    words = shlex.split(ran(line).partition(" > ")[0])[1:]
    Path("HOST.json").write_text(tool.run(*words).stdout)
    tool.run("scm", "audit", str(tmp_path / "HOST.json"), *own, check=None)
