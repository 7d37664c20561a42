"""The command ``certbot-sectigo sandbox``, as a user runs it."""

from __future__ import annotations

import os
import re
import shlex
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import configobj
import pytest

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.sandbox import Pair
from tests.bed import schema
from tests.bed.components import BIN
from tests.bed.ports import free_port
from tests.bed.process import Process, Result, clean_environment, run
from tests.sandbox.acme_client import Client

COMMAND = BIN / "certbot-sectigo"


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def serve(tmp_path: Path, port: int) -> Iterator[Callable[..., Process]]:
    started: list[Process] = []

    def start(*options: str | Path) -> Process:
        words: list[str | Path] = [COMMAND, "sandbox", "--port", str(port), *options]
        process = Process(words, folder=tmp_path / "serve")
        started.append(process)
        served = "Ctrl-C" if "--json" not in options else "}\n"
        process.until(lambda: served in process.output, "the sandbox to serve")
        return process

    yield start
    for process in started:
        process.stop()


@pytest.fixture
def ask(tmp_path: Path, port: int) -> Callable[..., Result]:
    def ask(*words: str, options: tuple[str, ...] = (), check: int = 0) -> Result:
        command = [str(COMMAND), "--json", "sandbox", "--port", str(port), *options, *words]
        result = run(command, folder=tmp_path / "ask", check=check)
        schema.document(result.stdout, f"sandbox {words[0]}")
        return result

    return ask


def _pair(path: Path) -> tuple[Pair, str]:
    found = configobj.ConfigObj(str(path))
    pair = Pair(kid=found["sectigo_eab_kid"], hmac_key=Secret(found["sectigo_eab_hmac_key"]))
    return pair, found["sectigo_eab_server"]


def test_serves_prints_and_ends(serve: Callable[..., Process], tmp_path: Path, port: int) -> None:
    credentials = tmp_path / "credentials"
    process = serve("--print-credentials", credentials)
    output = process.output
    for product in ("DV", "OV", "EV"):
        assert f"http://127.0.0.1:{port}/v2/{product}\n" in output
    for domain in ("a.example", "b.example"):
        path = credentials / f"{domain}.ini"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        pair, server = _pair(path)
        assert server == f"http://127.0.0.1:{port}/v2/OV"
        assert pair.kid in output
        assert pair.hmac_key.reveal() not in output
        Client(server).register(pair).issue(f"www.{domain}")
    assert not [p.name for p in credentials.iterdir() if p.suffix != ".ini"]
    assert "challenge.example (needs a challenge: --http-01-port 5002)" in output
    # The line as it is printed, by a user without rights and without directories of certbot's.
    pattern = r"^ +(certbot certonly .*\\\n(?:.*\\\n)*.* -d www\.b\.example)$"
    (line,) = re.findall(pattern, output, re.MULTILINE)
    scm_file = shlex.quote(f"{credentials}/sectigo-scm.ini")
    long = [each for each in output.splitlines() if len(each) > 80]
    assert not [each for each in long if str(credentials) not in each and "sees" not in each]
    assert f"scm whoami --scm-credentials {scm_file}" in re.sub(r" \\\n +", " ", output)
    env = clean_environment(PATH=f"{BIN}:{os.environ['PATH']}", HOME=str(tmp_path))
    run(["sh", "-c", f"{line} -n --agree-tos"], folder=tmp_path / "certbot", env=env)
    assert (credentials / "le" / "live" / "www.b.example" / "cert.pem").exists()
    process.stop()
    result = process.wait()
    assert result.returncode == 0
    assert result.stdout.endswith("The sandbox has ended.\n")


@pytest.mark.parametrize("profile", ["universal", "harica"])
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_each_profile_prints_where_its_pairs_are(
    serve: Callable[..., Process], tmp_path: Path, profile: str, more: tuple[str, ...]
) -> None:
    config, credentials = tmp_path / "sandbox.toml", tmp_path / "credentials"
    config.write_text(f'profile = "{profile}"\n[[pair]]\norganisation = "U"\n')
    config.write_text(config.read_text() + 'domains = ["u.example"]\n')
    output = serve("--config", config, "--print-credentials", credentials, *more).output
    pair, server = _pair(credentials / "u.example.ini")
    assert server in output
    Client(server).register(pair).issue("www.u.example")


def test_without_credentials_it_says_how_to_get_them(serve: Callable[..., Process]) -> None:
    assert "--print-credentials DIR" in serve().output


def test_looking_and_breaking(
    serve: Callable[..., Process], ask: Callable[..., Result], tmp_path: Path
) -> None:
    process = serve("--print-credentials", tmp_path, "--log", tmp_path / "log")
    pair, server = _pair(tmp_path / "a.example.ini")
    client = Client(server).register(pair, contact=["mailto:x@a.example"])
    pem = client.issue("a.example")
    (account,) = schema.document(ask("accounts").stdout)["accounts"]
    assert (account["kid"], account["url"]) == (pair.kid, client.kid)
    (order,) = schema.document(ask("orders").stdout)["orders"]
    assert (order["status"], order["names"]) == ("valid", ["a.example"])
    (certificate,) = schema.document(ask("certificates").stdout)["certificates"]
    assert certificate["chain"] == pem
    port = server.split(":")[2].partition("/")[0]
    words = [str(COMMAND), "sandbox", "--port", port, "certificates"]
    shown = run(words, folder=tmp_path / "shown", check=0).stdout
    assert re.search(r"not before +not after", shown)
    assert len(re.findall(r" 20\d\d-\d\d-\d\d", shown)) == 2 and "revoked: no" in shown
    counts = schema.document(ask("requests", "--clear").stdout)["counts"]
    assert {"endpoint": "newAccount", "status": 201, "count": 1} in counts
    assert schema.document(ask("requests").stdout)["counts"] == []
    ask("scm", "suspend", pair.kid)
    assert client.new_order("a.example").refusal[2] == "The account is currently suspended"
    assert schema.document(ask("pairs").stdout)["pairs"][0]["status"] == "suspended"
    ask("scm", "resume", pair.kid)
    ask("fault", "rate-limit", "--endpoint", "newOrder", "--times", "0")
    assert client.new_order("a.example").status == 429
    ask("fault", "none")
    ask("advance", "199")
    assert client.new_order("a.example").json["status"] == "pending"
    ask("scm", "deactivate", pair.kid)
    assert client.new_order("a.example").refusal[2] == "The account has been deactivated"
    refused = ask("scm", "resume", pair.kid, check=1)
    assert "for good" in refused.stderr
    for text in (process.output, (tmp_path / "log").read_text()):
        assert pair.hmac_key.reveal() not in text


def test_tables_are_whole_and_plain(
    serve: Callable[..., Process], tmp_path: Path, port: int
) -> None:
    serve("--print-credentials", tmp_path)
    pair, server = _pair(tmp_path / "a.example.ini")
    Client(server).register(pair).issue("www.a.example")
    for what in ("accounts", "pairs"):
        words = [str(COMMAND), "sandbox", "--port", str(port), what]
        result = run(words, folder=tmp_path / "ask")
        assert pair.kid in result.stdout
        assert "\x1b" not in result.stdout
        assert pair.hmac_key.reveal() not in result.stdout


def test_it_tells_programs_where_it_serves(
    serve: Callable[..., Process], ask: Callable[..., Result], tmp_path: Path
) -> None:
    process = serve("--json", "--print-credentials", tmp_path)
    told = schema.document(process.output, "sandbox")
    for each in told["pairs"]:
        pair, server = _pair(Path(each["credentials"]))
        assert (pair.kid, server) == (each["kid"], told["directories"][each["directory"]])
        assert pair.hmac_key.reveal() not in process.output
    process.stop()
    # Nothing comes behind it.
    assert schema.document(process.wait().stdout, "sandbox") == told


def test_over_https(
    serve: Callable[..., Process], ask: Callable[..., Result], tmp_path: Path
) -> None:
    process = serve("--tls", "--state", tmp_path / "state", "--print-credentials", tmp_path)
    trust = tmp_path / "state" / "root.pem"
    assert str(trust) in process.output
    pair, server = _pair(tmp_path / "a.example.ini")
    Client(server, trust=trust).register(pair).issue("a.example")
    assert len(schema.document(ask("certificates", options=("--tls",)).stdout)["certificates"]) == 1


def test_nobody_there(ask: Callable[..., Result], port: int) -> None:
    result = ask("accounts", check=1)
    assert str(port) in result.stderr
    assert "Start one with:\ncertbot-sectigo sandbox\n" in result.stderr


def test_port_that_is_taken(serve: Callable[..., Process], port: int, tmp_path: Path) -> None:
    serve()
    result = run(
        [str(COMMAND), "sandbox", "--port", str(port)], folder=tmp_path / "second", check=1
    )
    assert f"port {port}" in result.stderr
    assert "--port" in result.stderr
    assert "Traceback" not in result.output


def test_config_with_faults(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.toml"
    path.write_text('profile = "old"\ncolour = "red"\n')
    result = run([str(COMMAND), "sandbox", "--config", path], folder=tmp_path / "out", check=1)
    assert "colour: " in result.stderr
    assert "Traceback" not in result.output
