"""Trouble that comes from around a run is named as what it is, each with its way out."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from certbot_sectigo.machine import certbot_options, certbot_versions
from tests.bed import process
from tests.bed.certbot import Certbot
from tests.bed.command import as_json, command
from tests.bed.components import BIN
from tests.bed.ports import free_port
from tests.bed.proposals import ran
from tests.bed.sectigo import Sectigo

NAME = "www.a.example"


def pasted(certbot: Certbot, line: str, *more: str, check: int | None = 0) -> process.Result:
    path = os.pathsep.join([str(certbot.executable.parent), str(BIN), "/usr/bin", "/bin"])
    env = certbot.environment({"PATH": path})
    words = [*shlex.split(ran(line)), *more]
    return process.run(words, folder=certbot.home / "output", env=env, check=check)


def test_another_server_for_what_is_not_due(certbot: Certbot, sectigo: Sectigo) -> None:
    certbot.certonly(NAME, credentials=sectigo.a.credentials(certbot.home / "a.ini"))
    old = certbot.lineage(NAME).params["server"]
    with Sectigo() as other:
        file = other.a.credentials(certbot.home / "other.ini")
        said = certbot.certonly(NAME, credentials=file, more=["--keep-until-expiring"])
        assert f"its server changes to {other.server}" in said.output
        assert "not due" in said.output
        assert certbot.lineage(NAME).params["server"] == old
        [line] = [x.strip() for x in said.output.splitlines() if "--move-server" in x]
        pasted(certbot, line, "--yes")
        assert certbot.lineage(NAME).params["server"] == other.server
        certbot.run("renew", "--force-renewal")


def test_an_account_in_cli_ini_does_not_reach_lineages_of_ours(
    certbot: Certbot, sectigo: Sectigo
) -> None:
    certbot.certonly(NAME, credentials=sectigo.a.credentials(certbot.home / "a.ini"))
    certbot.certonly("www.c.example", credentials=sectigo.c.credentials(certbot.home / "c.ini"))
    other = certbot.account(sectigo.server, sectigo.c.kid).id
    certbot.cli_ini.parent.mkdir(parents=True)
    for account in (other, "0" * 32):
        certbot.cli_ini.write_text(f"account = {account}\n")
        certbot.run("renew", "--force-renewal", "--cert-name", NAME)
        assert certbot.lineage(NAME).organisation == sectigo.a.organisation
        found = as_json(certbot, "doctor", check=None)["findings"]
        traps = {f["code"]: f["severity"] for f in found}
        assert traps["traps/account-in-cli-ini"] == "notice"
    path = certbot.renewal_file("www.c.example")
    path.write_text(path.read_text().replace("= sectigo-eab\n", "= standalone\n"))
    found = as_json(certbot, "doctor", check=None)["findings"]
    assert {f["code"]: f["severity"] for f in found}["traps/account-in-cli-ini"] == "critical"
    # That one is renewed with the account of cli.ini, and that is what is forecast.
    own = certbot.lineage("www.c.example").account
    for account in (certbot.lineage(NAME).account, "0" * 32):
        certbot.cli_ini.write_text(f"account = {account}\n")
        [said] = [
            each
            for each in as_json(certbot, "renewals", check=None)["renewals"]
            if each["lineage"] == "www.c.example"
        ]
        there = account != "0" * 32
        assert said["account"] == (account if there else None) != own
        assert (said["forecast"]["outlook"] == "broken") is not there
    # By a server there certbot forgets its account, and asks which.
    certbot.cli_ini.write_text(f"server = {sectigo.server}\n")
    certbot.run("renew", "--force-renewal", "--cert-name", "www.c.example", check=1)
    found = as_json(certbot, "doctor", check=None)["findings"]
    assert {f["code"]: f["severity"] for f in found}["traps/server-in-cli-ini"] == "critical"
    for line in ("server = nonsense", "account ="):
        certbot.cli_ini.write_text(f"{line}\n")
        certbot.run("renew", "--force-renewal", "--cert-name", "www.c.example", check=1)
        said = as_json(certbot, "renewals", check=1)["renewals"]
        outlooks = {each["lineage"]: each["forecast"]["outlook"] for each in said}
        assert outlooks["www.c.example"] == "broken" != outlooks[NAME]


@pytest.mark.parametrize("lineage", ["pinned to it", "pinned to another", ""])
def test_explain_says_first_whom_certbot_used_and_whom_it_was_told_to_use(
    certbot: Certbot, sectigo: Sectigo, lineage: str
) -> None:
    """certbot takes the account it has, and ignores --eab-kid."""
    certbot.certonly("www.a.example", credentials=sectigo.a.credentials(certbot.home / "a.ini"))
    certbot.certonly("www.c.example", credentials=sectigo.c.credentials(certbot.home / "c.ini"))
    wrong = certbot.account(sectigo.server, sectigo.c.kid).id
    right = certbot.account(sectigo.server, sectigo.a.kid).id
    if lineage == "pinned to another":
        command(certbot, "accounts", "pin", wrong, "--cert-name", "www.a.example", "--yes")
    name = ["--cert-name", "www.a.example", "--force-renewal"] if lineage else []
    names = ["-d", "www.a.example" if lineage else "new.a.example"]
    pair = ["--eab-kid", sectigo.a.kid, f"--eab-hmac-key={sectigo.a.pair.hmac_key}"]
    words = ["certonly", "--standalone", "--server", sectigo.server, "--account", wrong]
    refused = certbot.run(*words, *pair, *names, *name, check=1)
    assert "not all linked" in refused.output

    said = command(certbot, "explain").stdout.split("\n\n", 1)[1]
    title, line, _, text = said.split("\n", 3)
    assert title.startswith("The names do not all belong") and set(line) == {"="}
    first, way, _ = text.split("\n    ", 1)[0], *text.split("\n    ", 1)[1].split("\n", 1)
    assert " ".join(first.split()) == (
        f"You asked for kid {sectigo.a.kid}, certbot used the account {wrong} of kid "
        f"{sectigo.c.kid}. This uses the right one:"
    )
    [finding] = [f for f in as_json(certbot, "explain")["findings"] if f["first"]]
    assert finding["here"]["asked_kid"] == sectigo.a.kid and finding["command"] == way
    if lineage == "pinned to it":
        assert way.endswith(" --force-renewal --cert-name www.a.example")
        pasted(certbot, way, "--no-random-sleep-on-renew")
    elif lineage:
        assert way.endswith(f"accounts pin {right} --cert-name www.a.example")
        pasted(certbot, way, "--yes")
        certbot.run("renew", "--force-renewal", "--cert-name", "www.a.example")
    else:
        assert "--sectigo-eab-kid" in way
        pasted(certbot, way, "-n", "--agree-tos")
        assert certbot.lineage("new.a.example").organisation == sectigo.a.organisation


def looked(certbot: Certbot, env: Mapping[str, str], *words: str) -> process.Result:
    """Run the command on a machine whose cron table starts certbot, from such a shell."""
    root = certbot.home / "root"
    (root / "etc/cron.d").mkdir(parents=True, exist_ok=True)
    starts = f"certbot -q --config-dir {certbot.directories[0]} renew"
    (root / "etc/cron.d/certbot").write_text(f"0 3 * * * root {starts}\n")
    line: list[str | Path] = [BIN / "certbot-sectigo", "--system-root", root]
    for option, folder in zip(("config", "work", "logs"), certbot.directories):
        line += [f"--{option}-dir", folder]
    folder = certbot.home / "output"
    return process.run([*line, *words], folder=folder, env=certbot.environment(env), check=None)


def test_a_proxy_that_only_the_shell_knows(certbot: Certbot, sectigo: Sectigo) -> None:
    certbot.certonly(NAME, credentials=sectigo.a.credentials(certbot.home / "a.ini"))
    proxy = {"http_proxy": f"http://127.0.0.1:{free_port()}"}
    assert "network-settings" not in looked(certbot, proxy, "doctor").stdout
    assert "network-settings" not in looked(certbot, {}, "doctor", "--online").stdout
    for words in (("doctor", "--online"), ("doctor", "--orders")):
        said = " ".join(looked(certbot, proxy, *words).stdout.split())
        assert "[renewal/network-settings]" in said
        assert "http_proxy is set here, but not where" in said
        assert "Put a line http_proxy=VALUE at the top of" in said
        # And the proxy is named as what is to blame.
        assert "http_proxy in the environment sends requests to a proxy" in said

    error = (
        "HTTPSConnectionPool(host='acme.sectigo.com', port=443): Max retries exceeded with url: "
        "/v2/OV (Caused by NewConnectionError: [Errno 110] Connection timed out)"
    )
    said = " ".join(looked(certbot, proxy, "explain", error).stdout.split())
    assert "http_proxy is set in this shell, but not where" in said
    assert "is set in this shell" not in looked(certbot, {}, "explain", error).stdout
    # It has nothing to do with what a CA refuses.
    refusal = "unauthorized :: The account has been deactivated acme.sectigo.com"
    assert "is set in this shell" not in looked(certbot, proxy, "explain", refusal).stdout


def test_a_ca_that_only_the_shell_trusts(certbot: Certbot, sectigo: Sectigo) -> None:
    certbot.certonly(NAME, credentials=sectigo.a.credentials(certbot.home / "a.ini"))
    bundle = {"REQUESTS_CA_BUNDLE": "/etc/ssl/certs/ca-certificates.crt"}
    said = " ".join(looked(certbot, bundle, "doctor", "--online").stdout.split())
    assert "REQUESTS_CA_BUNDLE is set here, but not where" in said
    error = (
        "HTTPSConnectionPool(host='acme.sectigo.com', port=443): (Caused by SSLError("
        "SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
        "unable to get local issuer certificate (_ssl.c:1006)')))"
    )
    said = " ".join(looked(certbot, bundle, "explain", error).stdout.split())
    assert "is not trusted here" in said
    assert "REQUESTS_CA_BUNDLE is set in this shell, but not where" in said


def test_the_first_pair_makes_the_directory(certbot: Certbot, sectigo: Sectigo) -> None:
    pair = sectigo.a.credentials(certbot.home / "a.ini")
    assert not certbot.config_dir.exists()
    words = ("accounts", "register", "--credentials", pair, "--agree-tos", "--yes")
    said = command(certbot, *words)
    assert f"Made {certbot.config_dir} (0755)" in said.output
    assert stat.S_IMODE(certbot.config_dir.stat().st_mode) == 0o755
    assert "Made " not in command(certbot, *words, check=None).output


def test_the_options_of_this_certbot_are_known(certbot: Certbot) -> None:
    # What ends a run in itself, and what leads it elsewhere.
    ends = {"help", "version", "config", "csr", "ip-address", "cert-name", "domain", "domains"}
    names = certbot_options.NAMES - ends - {f"{kind}-dir" for kind in ("config", "work", "logs")}
    version = certbot_versions.certbot_version()
    lacked = {name for name in names if certbot_versions.lacks_option(version, name)}
    values = ("no", "1", "rsa", "secp256r1", "true", "{}", "http", "superseded")
    fitting = {n: next(v for v in values if not certbot_options.why_not(n, v)) for n in names}
    fitting.update({"preferred-challenges": "http", "reason": "superseded", "webroot-path": "/"})
    fitting.update(
        {name: "true" for name in fitting if name.endswith("-hook")}, **{"https-port": "2"}
    )
    certbot.cli_ini.parent.mkdir(parents=True)
    lines = [f"{name} = {value}\n" for name, value in fitting.items() if name not in lacked]
    certbot.cli_ini.write_text("".join(lines))
    certbot.run("renew")
    certbot.cli_ini.write_text("".join(f"{name} = 1\n" for name in (*lacked, "agree_tos")))
    said = certbot.run("renew", check=2).output
    assert all(f"--{name}" in said for name in (*lacked, "agree_tos"))
