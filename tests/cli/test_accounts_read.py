"""What people and scripts see of the accounts of a real certbot; nothing is changed by looking."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.accounts.keys import account_folder
from tests.bed import process
from tests.bed.acme2certifier import Acme2certifier
from tests.bed.certbot import Account, Certbot
from tests.bed.components import TREE
from tests.bed.history import old_log, plain_account, plain_lineage
from tests.bed.paste import paste
from tests.bed.pebble import Pebble
from tests.bed.sectigo import Sectigo
from tests.bed.terminal import terminal
from tests.cli.tool import Tool

NAME = "www.b.example"


class Machine:
    """Department a's account holds a certificate that should be b's; b's account is idle."""

    def __init__(self, certbot: Certbot, sectigo: Sectigo, folder: Path) -> None:
        self.sectigo = sectigo
        self.certbot = certbot
        self.tool = Tool(certbot)
        lineage = plain_lineage(certbot, NAME, pair=sectigo.a.pair, server=sectigo.server)
        for log in certbot.logs_dir.iterdir():
            log.unlink()
        self.folder = folder
        self.wrong = lineage.account
        self.right: Account = sectigo.plant(sectigo.b, certbot, folder / "b")


@pytest.fixture
def machine(certbot: Certbot, sectigo: Sectigo, tmp_path: Path) -> Machine:
    return Machine(certbot, sectigo, tmp_path)


def test_the_list_shows_which_account_is_which(machine: Machine) -> None:
    old_log(machine.certbot, machine.folder / "b", compressed=True)
    before = machine.certbot.snapshot(logs=True)
    found = machine.tool.accounts()
    assert set(found) == {machine.wrong, machine.right.id}
    wrong, right = found[machine.wrong], found[machine.right.id]
    assert wrong["verdict"] == "in use" and wrong["kid"] is None
    [use] = wrong["uses"]
    assert (use["source"], use["what"]) == ("lineage", NAME) and use["expires"]
    assert (right["verdict"], right["kid"]) == ("idle", machine.sectigo.b.kid)
    assert right["kid_learned"] == "log" and right["account_url"] == machine.right.url
    assert right["server"] == machine.sectigo.server and right["key_type"].startswith("RSA")
    for words in ("list", "show"):
        args = [words, machine.right.id[:8]] if words == "show" else [words]
        text = machine.tool.run("accounts", *args).stdout
        assert machine.right.id[:8] in text and machine.sectigo.b.kid in text
    assert before.changes(machine.certbot.snapshot(logs=True)) == []


def test_a_schedule_or_an_order_without_a_lineage_is_a_sign_of_use(machine: Machine) -> None:
    table = machine.tool.system_root / "etc/cron.d/renew"
    table.parent.mkdir(parents=True)
    table.write_text(
        f"#17 4 * * * root certbot renew --account {'0' * 32}\n"
        f"17 4 * * * root certbot renew --account={machine.right.id} -q\n"
    )
    right = machine.tool.accounts()[machine.right.id]
    assert right["verdict"] == "in use"
    assert [(u["source"], u["file"], u["line"]) for u in right["uses"]] == [("cron", str(table), 2)]

    table.unlink()
    assert machine.tool.accounts()[machine.right.id]["verdict"] == "idle"
    unit = machine.tool.system_root / "usr/lib/systemd/system/certbot.service"
    unit.parent.mkdir(parents=True)
    unit.write_text(f"[Service]\nExecStart=certbot renew \\\n  --account {machine.right.id}\n")
    assert machine.tool.accounts()[machine.right.id]["uses"][0]["source"] == "systemd"

    unit.unlink()
    machine.certbot.cli_ini.parent.mkdir(parents=True)
    machine.certbot.cli_ini.write_text(f"account = {'f' * 32}\n")
    document = machine.tool.json("accounts", "list")
    [dangling] = document["dangling"]
    assert (dangling["source"], dangling["account"]) == ("config", "f" * 32)


def test_an_order_of_csr_is_a_sign_of_use_and_a_lineages_own_is_none(
    machine: Machine, tmp_path: Path
) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    # b issues for a name that no lineage has.
    key = ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    names = x509.SubjectAlternativeName([x509.DNSName("csr.b.example")])
    request = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    csr = tmp_path / "request.pem"
    csr.write_bytes(request.public_bytes(serialization.Encoding.PEM))
    machine.certbot.without_plugin().run(
        "certonly", "--standalone", "--csr", csr, "--account", machine.right.id,
        "--server", machine.sectigo.server, cwd=tmp_path,
    )  # fmt: skip
    right = machine.tool.accounts()[machine.right.id]
    assert right["verdict"] == "in use"
    assert [(u["source"], u["what"]) for u in right["uses"]] == [("log", "csr.b.example")]

    # The wrong account's order was for a lineage, and stays so when the pin has gone.
    renewed = machine.certbot.without_plugin()
    renewed.run("renew", "--force-renewal", "--cert-name", NAME)
    conf = machine.certbot.renewal_file(NAME)
    conf.write_text(conf.read_text().replace(machine.wrong, machine.right.id))
    found = machine.tool.accounts()
    assert found[machine.wrong]["verdict"] == "idle", found[machine.wrong]
    # It got that certificate, so it may be needed to revoke it.
    assert [issued["lineage"] for issued in found[machine.wrong]["issued"]] == [NAME]
    kept = machine.tool.json("accounts", "clean", "--idle", "--yes")
    assert kept["result"]["moved"] == [] and "revoke" in kept["plan"]["steps"][0]["reason"]


def test_the_table_fits_and_is_plain_where_nobody_wants_colour(machine: Machine) -> None:
    text = machine.tool.run("accounts", "list", env={"COLUMNS": "80"}).stdout
    # A command that is to be typed stays on one line, with the directories it is for.
    lines = [line for line in text.splitlines() if not line.startswith("    certbot-sectigo ")]
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in text

    for wish, coloured in (((), True), (("NO_COLOR=1",), False)):
        words = ["env", "TERM=xterm", *wish, *machine.tool.words("accounts", "list")]
        with terminal(words, machine.certbot.environment()) as child:
            child.expect("idle")
            before = child.before
        assert ("\x1b[32m" in before) is coloured


def test_many_accounts_stay_readable_in_a_pipe(certbot: Certbot) -> None:
    folder = certbot.config_dir / "accounts" / "ca.example" / "v2"
    names = {account_folder(folder).name for _ in range(200)}
    tool = Tool(certbot)
    text = tool.run("accounts", "list").stdout
    assert max(map(len, text.splitlines())) <= 80 and len(text.splitlines()) < 230
    shown = [line.split()[0] for line in text.splitlines() if line.rstrip().endswith("idle")]
    assert sorted(shown) == sorted(name[:8] for name in names)
    assert set(tool.accounts()) == names
    words = " ".join(f"'{word}'" for word in tool.words("accounts", "list"))
    cut = process.run(["sh", "-c", f"{words} | head -n 2"], folder=certbot.home / "output")
    assert cut.stderr == "" and len(cut.stdout.splitlines()) == 2


def test_a_folder_that_does_not_load_is_named_with_its_file(machine: Machine) -> None:
    copy = machine.right.folder.with_name(f"{machine.right.id}.bak")
    shutil.copytree(machine.right.folder, copy)
    (machine.right.folder / "regr.json").write_text('{"body": {')
    found = machine.tool.accounts()
    broken = found[machine.right.id]
    assert broken["verdict"] == "unparsable" and "regr.json" in broken["reason"]
    assert found[copy.name]["verdict"] == "misnamed"
    assert found[copy.name]["key_id"] == machine.right.id
    text = machine.tool.run("accounts", "list").text
    assert "stops at it" in text and "….bak" in text
    short = next(word for word in text.split() if word.endswith("….bak"))
    assert machine.tool.json("accounts", "show", short)["account"]["id"] == copy.name
    assert machine.tool.json("accounts", "show", machine.right.id[:10])["account"] == broken


def test_lineages_without_their_account_are_listed_with_the_way_back(machine: Machine) -> None:
    shutil.rmtree(machine.right.folder.with_name(machine.wrong))
    document = machine.tool.json("accounts", "list")
    [dangling] = document["dangling"]
    assert (dangling["what"], dangling["account"]) == (NAME, machine.wrong)
    command = dangling["advice"]
    assert command.startswith(f"certbot-sectigo --config-dir {machine.certbot.config_dir} ")
    assert command.endswith(f" accounts pin {machine.right.id} --cert-name {NAME}")
    assert f" {command}\n" in machine.tool.run("accounts", "list").stdout


def test_pick_gives_certbot_what_it_needs(machine: Machine) -> None:
    old_log(machine.certbot, machine.folder / "b")
    credentials = machine.sectigo.b.credentials(machine.folder / "b.ini")
    before = machine.certbot.snapshot()
    for words in (("--credentials", credentials), ("--eab-kid", machine.sectigo.b.kid)):
        result = machine.tool.run("accounts", "pick", *words)
        assert result.stdout == f"{machine.right.id}\n"
        assert machine.sectigo.b.kid in result.stderr
    by_name = machine.tool.run("accounts", "pick", "-d", NAME, "--format", "flag")
    assert by_name.stdout == f"--server {machine.sectigo.server} --account {machine.wrong}\n"
    above = machine.tool.run("accounts", "pick", "-d", f"deep.under.{NAME}")
    assert above.stdout == f"{machine.wrong}\n" and "above" in above.stderr
    document = json.loads(
        machine.tool.run("accounts", "pick", "-d", NAME, "--format", "json").stdout
    )
    assert document["account"]["id"] == machine.wrong
    assert before.changes(machine.certbot.snapshot()) == []

    flags = machine.tool.run("accounts", "pick", "--format", "flag", "--eab-kid",
                             machine.sectigo.b.kid).stdout.split()  # fmt: skip
    machine.certbot.without_plugin().run(
        "certonly", "--standalone", *flags, "-d", "picked.b.example"
    )
    assert machine.certbot.lineage("picked.b.example").account == machine.right.id


def test_pick_does_not_guess(machine: Machine) -> None:
    for words in (("-d", "www.elsewhere.example"), ("--eab-kid", "nobody's"),
                  ("--server", machine.sectigo.server)):  # fmt: skip
        result = machine.tool.run("accounts", "pick", *words, check=1)
        assert result.stdout == ""
        assert machine.right.id in result.stderr and "pin ID --eab-kid" in result.stderr
    assert machine.tool.run("accounts", "pick", check=2).stdout == ""
    document = machine.tool.json("accounts", "pick", "-d", "x.elsewhere.example", check=1)
    assert document["account"] is None and len(document["candidates"]) == 2


def test_pick_with_one_candidate_has_nothing_to_tell_apart(certbot: Certbot) -> None:
    account = account_folder(certbot.config_dir / "accounts" / "ca.example" / "v2").name
    tool = Tool(certbot)
    said = tool.run("accounts", "pick", "-d", "www.example.org", check=1).stderr
    assert "tell them apart" not in said
    [line] = re.findall(r"certbot-sectigo .*--eab-kid KID$", said, re.MULTILINE)
    paste(certbot, line, {"KID": "kid-of-it"}, more="--yes")
    assert tool.accounts()[account]["kid"] == "kid-of-it"


@pytest.mark.parametrize("source", ["page", "help"])
def test_the_line_for_scripts_starts_no_certbot_without_an_account(
    machine: Machine, tmp_path: Path, source: str
) -> None:
    if source == "page":
        text = (TREE / "docs/accounts.md").read_text()
        [line] = re.findall(r"^# (.*accounts pick --format flag.*)$", text, re.MULTILINE)
    else:
        text = machine.tool.run("accounts", "pick", "--help").stdout
        [line] = re.findall(r"ACCOUNT=.*\n.*certonly.*", text)
        line = line.replace("NAME …", "NAME").replace("NAME", "www.example.org")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, does in (("certbot-sectigo", shlex.join(machine.tool.words()) + ' "$@"'),
                       ("certbot", f'echo "$@" > {tmp_path}/started')):  # fmt: skip
        (programs / name).write_text(f"#!/bin/sh\n{does}\n")
        (programs / name).chmod(0o755)
    env = {"PATH": f"{programs}:/usr/bin:/bin"}
    for name, starts in (("www.elsewhere.example", False), ("www.b.example", True)):
        typed = line.replace("www.example.org", name)
        done = subprocess.run(["sh", "-c", typed], env=env, capture_output=True, check=False)
        assert (done.returncode == 0) is starts, done.stderr
        assert (tmp_path / "started").exists() is starts
    assert f"--account {machine.wrong}" in (tmp_path / "started").read_text()


def test_probe_tells_the_wrong_account_from_the_right_one(machine: Machine) -> None:
    # Only b may have b's names here.
    name = "only.b.example"
    refused = machine.tool.run("-n", "accounts", "probe", "-d", name, check=1)
    assert "2 orders" in refused.stderr and "--yes" in refused.stderr
    assert machine.sectigo.orders == 1  # the lineage's own

    document = machine.tool.json("accounts", "probe", "--yes", "-d", "www.a.example")
    answers = {account["id"]: account for account in document["accounts"]}
    assert answers[machine.wrong]["answer"] == "at once"
    assert answers[machine.right.id]["answer"] == "refused"
    assert answers[machine.right.id]["problem"]["detail"] and answers[machine.right.id]["meaning"]
    picked = machine.tool.run("accounts", "pick", "--probe", "-d", "www.a.example")
    assert picked.stdout == f"{machine.wrong}\n"
    assert machine.tool.run("accounts", "probe", "--yes", "-d", "www.c.example", check=1).stdout


def test_names_may_be_typed_as_they_are_read(machine: Machine) -> None:
    ascii_name = "xn--bcher-kva.a.example"
    machine.tool.run("accounts", "probe", "--yes", "-d", "bücher.a.example")
    assert machine.sectigo.sandbox.orders()[-1].names == (ascii_name,)
    picked = machine.tool.run("accounts", "pick", "--probe", "-d", "*.Bücher.a.example")
    assert picked.stdout == f"{machine.wrong}\n"
    assert machine.sectigo.sandbox.orders()[-1].names == (f"*.{ascii_name}",)
    refused = machine.tool.run("accounts", "probe", "--yes", "-d", "-ü.a.example", check=2)
    assert "no DNS name" in refused.stderr


def test_the_ca_is_asked_only_when_told_so(machine: Machine) -> None:
    requests = machine.sectigo.requests
    machine.tool.run("accounts", "list")
    machine.tool.run("accounts", "show", machine.right.id)
    assert machine.sectigo.requests == requests
    found = machine.tool.accounts("--online")
    assert {account["status"]["standing"] for account in found.values()} == {"valid"}
    with (
        machine.sectigo.faulty("server-error", "account"),
        machine.sectigo.faulty("server-error", "newAccount"),
    ):
        found = machine.tool.accounts("--online")
    assert {account["status"]["standing"] for account in found.values()} == {"unknown"}
    assert "dead" not in {account["verdict"] for account in found.values()}


def test_a_server_that_is_away_leaves_the_status_unknown(certbot: Certbot, tmp_path: Path) -> None:
    with Sectigo() as sectigo:
        account = sectigo.plant(sectigo.a, certbot, tmp_path / "a")
    found = Tool(certbot).accounts("--online")
    assert found[account.id]["status"]["standing"] == "unknown"
    assert "could not be reached" in found[account.id]["status"]["reason"]
    assert found[account.id]["verdict"] == "idle"


def test_pebble_says_which_accounts_live(pebble: Pebble, certbot: Certbot, tmp_path: Path) -> None:
    certbot = Certbot(certbot.home, trust=pebble.trust)
    first, second = (
        plain_account(certbot, pair, pebble.directory, folder=tmp_path / pair.kid)
        for pair in pebble.pairs.values()
    )
    other = Certbot(tmp_path / "kid-2", trust=pebble.trust)
    other.without_plugin().run("unregister", "--server", pebble.directory)
    found = Tool(certbot).accounts("--online")
    assert found[first.id]["status"]["standing"] == "valid"
    assert (found[first.id]["kid"], found[first.id]["kid_learned"]) == ("kid-1", "server")
    assert found[second.id]["status"]["standing"] == "deactivated"
    assert found[second.id]["verdict"] == "dead"
    document = Tool(certbot).json("accounts", "probe", "--yes", "-d", "www.pebble.example")
    answers = {account["id"]: account["answer"] for account in document["accounts"]}
    assert answers == {first.id: "after a challenge", second.id: "refused"}


def test_acme2certifier_says_which_accounts_live(
    acme2certifier: Acme2certifier, certbot: Certbot, tmp_path: Path
) -> None:
    server = acme2certifier.directory
    first, second = (
        plain_account(certbot, pair, server, folder=tmp_path / pair.kid)
        for pair in acme2certifier.pairs.values()
    )
    Certbot(tmp_path / "kid-2").without_plugin().run("unregister", "--server", server)
    found = Tool(certbot).accounts("--online")
    assert (found[first.id]["status"]["standing"], found[first.id]["kid"]) == ("valid", "kid-1")
    assert found[second.id]["status"]["standing"] == "does not exist"
    assert found[second.id]["verdict"] == "dead"
    document = Tool(certbot).json("accounts", "probe", "--yes", "-d", "www.a2c.example")
    answers = {account["id"]: account["answer"] for account in document["accounts"]}
    assert answers == {first.id: "at once", second.id: "refused"}
