"""Every fault of SCM at every request of scm's commands: an error with words, and then it goes on.

In this process, with the logs of requests and urllib3 on: nothing secret is in them either.
"""

from __future__ import annotations

import base64
import http.server
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.cli.main import run
from certbot_sectigo.cli.scm import connect
from certbot_sectigo.portal import revoked
from certbot_sectigo.portal.scm import Scm
from certbot_sectigo.sandbox import Config, Pair, RunningSandbox, running
from tests.portal.conftest import a_minute_later, oauth_ini, scm_ini, transport
from tests.sandbox.acme_client import Client
from tests.sandbox.scm_client import CLERK, SCM

NAME = "web1.c.example"
KINDS = {
    "password": ("drop-before", "drop-after", "rate-limit", "bad-gateway", "server-error",
                 "truncate", "redirect", "delay"),
    "oauth2": ("expired-token", "drop-after", "bad-gateway", "redirect"),
}  # fmt: skip


@pytest.fixture(scope="module")
def thief() -> Iterator[tuple[str, list[str]]]:
    """Another port, and whatever it is sent."""
    seen: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(f"{self.path} {self.headers}")
            self.send_response(200)
            self.end_headers()

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - http.server's names

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/", seen
        server.shutdown()
        thread.join()


@dataclass
class Bench:
    """The command, in this process, against a sandbox."""

    way: str
    sandbox: RunningSandbox
    folder: Path
    log_in: Path
    capture: pytest.CaptureFixture[str]
    log: pytest.LogCaptureFixture
    said: list[str] = field(default_factory=list)

    @property
    def output(self) -> Path:
        return self.folder / "web1.ini"

    @property
    def scm(self) -> Scm:
        self.folder.joinpath("look").mkdir(exist_ok=True)
        return Scm(transport(self.sandbox, self.folder / "look"))

    def run(self, *words: str) -> int:
        """Run the command; what it says and logs is kept."""
        options = [f"--{name}-dir={self.folder / 'le'}" for name in ("config", "work", "logs")]
        code = run([*options, "-v", *words, "--scm-credentials", str(self.log_in)])
        captured = self.capture.readouterr()
        self.said += [captured.out, captured.err, self.log.text]
        self.log.clear()
        assert "Traceback" not in self.said[-2]
        return code

    def check_secrets(self) -> None:
        """Nothing that was said has a secret in it, in clear or as base64."""
        whole = "\n".join(self.said)
        assert "urllib3" in whole
        keys = [account.hmac_key for account in self.scm.accounts()]
        client_secret = CLERK.client_secret
        for secret in (*keys, CLERK.password, client_secret):
            assert secret is not None
            plain = secret.reveal().encode()
            for form in (plain, base64.b64encode(plain), base64.urlsafe_b64encode(plain)):
                assert form.decode().rstrip("=") not in whole


@pytest.fixture(params=["password", "oauth2"])
def bench(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> Iterator[Bench]:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(connect, "time", SimpleNamespace(sleep=lambda seconds: None))
    (tmp_path / "le").mkdir()
    with running(Config(**SCM)) as sandbox:
        write = scm_ini if request.param == "password" else oauth_ini
        yield Bench(request.param, sandbox, tmp_path, write(sandbox, tmp_path), capsys, caplog)


@dataclass(frozen=True)
class Deed:
    """A command with what is there before, and what has to be so in the end."""

    words: Callable[[Bench], Sequence[str]]
    before: Callable[[Bench], None]
    done: Callable[[Bench], bool]
    code: int = 0
    again: int = 0
    """The exit code where all was done already."""


def _ensure(bench: Bench) -> Sequence[str]:
    return ("scm", "ensure", NAME, "--organisation", "Department C", "--server",
            bench.sandbox.directory_url(), "-d", "c.example", "--yes")  # fmt: skip


def _nothing(bench: Bench) -> None:
    for account in bench.scm.accounts():
        bench.scm.delete(account.id)
    bench.output.unlink(missing_ok=True)


def _account(bench: Bench) -> None:
    _nothing(bench)
    ident = bench.scm.create(NAME, bench.sandbox.directory_url(), 77)
    assert ident is not None
    bench.scm.add_domains(ident, ["c.example"])


def _certificate(bench: Bench) -> None:
    _account(bench)
    (account,) = bench.scm.accounts()
    assert account.kid is not None
    assert account.hmac_key is not None
    pair = Pair(kid=account.kid, hmac_key=Secret(account.hmac_key.reveal()))
    Client(bench.sandbox.directory_url()).register(pair).issue("www.c.example")


def _serial(bench: Bench) -> str:
    return bench.sandbox.certificates()[-1].serial


def _is_made(bench: Bench) -> bool:
    accounts = bench.scm.accounts()
    assert len(accounts) <= 1
    return [d.name for a in accounts for d in bench.scm.domains(a.id)] == ["c.example"]


DEEDS = {
    "ensure": Deed(_ensure, _nothing, _is_made),
    "pair": Deed(
        lambda bench: ("scm", "pair", NAME, "--output", str(bench.output)),
        _account,
        lambda bench: bench.output.exists() and bench.output.read_text().endswith("/v2/OV\n"),
    ),
    "revoke": Deed(
        lambda bench: ("scm", "revoke", _serial(bench), "--yes"),
        _certificate,
        lambda bench: bool(bench.sandbox.certificates()[-1].revoked),
    ),
    "delete": Deed(
        lambda bench: ("scm", "delete", NAME, "--yes"),
        _account,
        lambda bench: not bench.scm.accounts(),
    ),
    "add": Deed(
        lambda bench: ("scm", "domains", "add", NAME, "d.example", "--yes"),
        _account,
        lambda bench: len(bench.scm.domains(bench.scm.accounts()[0].id)) == 2,
    ),
    "audit": Deed(
        lambda bench: ("scm", "audit"), _certificate, lambda bench: True, code=1, again=1
    ),
}


@pytest.mark.parametrize("name", DEEDS)
def test_every_fault_at_every_request(
    bench: Bench, name: str, thief: tuple[str, list[str]]
) -> None:
    deed = DEEDS[name]
    deed.before(bench)
    bench.sandbox.forget_requests()
    assert bench.run(*deed.words(bench)) == deed.code
    assert deed.done(bench)
    asked = list(dict.fromkeys(record.endpoint for record in bench.sandbox.requests()))
    url, seen = thief
    for endpoint in asked:
        for kind in KINDS[bench.way]:
            for times in (1, 0) if kind != "delay" else (0,):
                deed.before(bench)
                words = deed.words(bench)
                target = url if kind == "redirect" else ""
                bench.sandbox.fault(kind, endpoint, times=times, target=target, seconds=0.01)
                code = bench.run(*words)
                bench.sandbox.clear_faults()
                where = (name, endpoint, kind, times, code, bench.said[-2])
                assert code in (deed.code, 1), where
                if code:
                    assert len(bench.said[-2].splitlines()) > 1 or deed.code, where
                if code == 0 and deed.code == 0:
                    assert deed.done(bench), where
                # What reads is asked again, and what changed something is not done twice.
                was = deed.done(bench)
                a_minute_later(bench.folder / "le")
                assert bench.run(*words) == (deed.again if was else deed.code), (where, was)
                assert deed.done(bench), where
    assert seen == []
    bench.check_secrets()


@pytest.mark.parametrize("bench", ["password"], indirect=True)
def test_another_run_revokes_at_the_same_time(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    _certificate(bench)
    number = int(_serial(bench), 16)
    live = bench.folder / "le" / "cert.pem"
    live.write_text(bench.sandbox.certificates()[-1].chain)
    (bench.folder / "le" / "renewal").mkdir()
    (bench.folder / "le" / "renewal" / "x.conf").write_text(f"cert = {live}\n[renewalparams]\n")
    before = bench.scm.certificates()
    bench.scm.revoke(number, 4, "by another")
    monkeypatch.setattr(Scm, "certificates", lambda *_: before)
    # It took the certificate for live, and SCM refuses.
    assert bench.run("scm", "revoke", "--cert-path", str(live), "--yes") == 0
    [note] = revoked.read(bench.folder / "le" / "sectigo" / "scm", [])
    assert note.sure
