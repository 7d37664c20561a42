"""The way to SCM: what is repeated, what is not followed, what is never told."""

from __future__ import annotations

import base64
import http.server
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from certbot_sectigo.portal import credentials
from certbot_sectigo.portal.errors import OutcomeUnknownError, RefusedError, UnreachableError
from certbot_sectigo.portal.scm import Scm
from certbot_sectigo.portal.transport import Transport
from certbot_sectigo.sandbox import Pair, RunningSandbox
from tests.portal.conftest import Start, oauth_ini, transport
from tests.sandbox.scm_client import CLERK, ROOT

PASSWORD = CLERK.password.reveal()


@pytest.fixture
def thief() -> Iterator[tuple[str, list[str]]]:
    """Another server, and every header it is sent."""
    seen: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(str(self.headers))
            self.send_response(200)
            self.end_headers()

        do_POST = do_PUT = do_GET  # noqa: N815 - http.server's names

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/", seen
        server.shutdown()
        thread.join()


def test_no_redirect_is_followed(
    sandbox: RunningSandbox, scm: Scm, thief: tuple[str, list[str]]
) -> None:
    url, seen = thief
    sandbox.fault("redirect", "scm-password", target=url)
    with pytest.raises(UnreachableError, match="not followed"):
        scm.whoami()
    sandbox.fault("redirect", "scm-accounts", target=url)
    with pytest.raises(UnreachableError, match="not followed"):
        scm.create("x", sandbox.directory_url(), 77)
    assert seen == []


@pytest.mark.parametrize("kind", ["bad-gateway", "rate-limit", "server-error", "drop-before"])
def test_what_reads_is_repeated(sandbox: RunningSandbox, tmp_path: Path, kind: str) -> None:
    slept: list[float] = []
    scm = Scm(transport(sandbox, tmp_path, slept=slept))
    sandbox.fault(kind, "scm-password", times=3, seconds=7)
    assert scm.whoami().state == "alive"
    assert slept == ([7.0] * 3 if kind == "rate-limit" else [1.0, 2.0, 4.0])
    assert len(sandbox.requests("scm-password")) == 4


def test_a_wait_is_never_longer_than_a_minute(sandbox: RunningSandbox, tmp_path: Path) -> None:
    slept: list[float] = []
    sandbox.fault("rate-limit", "scm-password", seconds=3600)
    Scm(transport(sandbox, tmp_path, slept=slept)).whoami()
    assert slept == [60.0]


@pytest.mark.parametrize("kind", ["bad-gateway", "server-error", "drop-before", "drop-after"])
def test_what_changes_something_is_never_repeated(
    sandbox: RunningSandbox, scm: Scm, kind: str
) -> None:
    sandbox.fault(kind, "scm-accounts", times=0)
    with pytest.raises(UnreachableError):
        scm.create("x", sandbox.directory_url(), 77)
    assert len(sandbox.requests("scm-accounts")) == 1
    sandbox.fault(kind, "scm-account", times=0)
    with pytest.raises(OutcomeUnknownError, match="not known"):
        scm.rename(501, "y")
    assert len(sandbox.requests("scm-account")) == 1


def test_refusals_have_code_text_and_a_way_on(start: Start, tmp_path: Path) -> None:
    sandbox = start()
    path = credentials.read(_written(tmp_path, sandbox.url, "nobody")).path
    with pytest.raises(RefusedError) as caught:
        Scm(Transport(credentials.read(path), "test/1")).whoami()
    assert (caught.value.status, caught.value.code) == (401, -16)
    assert "Unknown user" in caught.value.message
    assert "password may have expired" in caught.value.remedy
    assert f"asked as nobody of sandbox, from {path}." in caught.value.remedy


def _written(folder: Path, url: str, login: str, *more: str) -> Path:
    path = folder / "scm.ini"
    path.touch(mode=0o600)
    lines = [f"sectigo_scm_url = {url}/api", f"sectigo_scm_login = {login}"]
    lines += ["sectigo_scm_customer_uri = sandbox", *(more or ["sectigo_scm_password = wrong"])]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_pages_until_the_count(start: Start, tmp_path: Path) -> None:
    pairs = tuple(Pair(organisation="Company", domains=(f"h{n}.example",)) for n in range(401))
    sandbox = start(pairs=pairs)
    scm = Scm(transport(sandbox, tmp_path, admin=ROOT))
    assert len({account.id for account in scm.accounts()}) == 401
    assert len(sandbox.requests("scm-accounts")) == 3


def test_a_page_of_html_is_no_answer(sandbox: RunningSandbox, scm: Scm) -> None:
    sandbox.fault("truncate", "scm-password", times=0)
    with pytest.raises(UnreachableError, match="did not answer"):
        scm.whoami()
    sandbox.clear_faults()
    sandbox.fault("bad-gateway", "scm-accounts")
    with pytest.raises(UnreachableError, match="502 and no JSON but text/html"):
        scm.create("x", "y", 77)


def test_tokens(sandbox: RunningSandbox, tmp_path: Path) -> None:
    path = oauth_ini(sandbox, tmp_path)
    scm = Scm(Transport(credentials.read(path), "test/1"))
    assert [o.name for o in scm.organisations()] == ["Department C"]
    scm.servers()
    assert len(sandbox.requests("scm-token")) == 1
    # It ends early, even in the middle of what changes something: nothing was done by then.
    sandbox.fault("expired-token", "scm-accounts")
    assert scm.create("x", sandbox.directory_url(), 77) is not None
    assert len(sandbox.requests("scm-token")) == 2
    assert len(scm.accounts()) == 1
    sandbox.fault("expired-token", "scm-accounts", times=2)
    with pytest.raises(RefusedError):
        scm.accounts()


def test_login_by_certificate(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox = start(tls=True)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(sandbox.ca_bundle))
    own = sandbox.client_certificate("clerk", tmp_path / "clerk.pem")
    path = _written(tmp_path, sandbox.url, "clerk", f"sectigo_scm_certificate = {own.name}")
    assert Scm(Transport(credentials.read(path), "test/1")).whoami().state == "alive"
    assert sandbox.requests("scm-password")[0].path.startswith("/private/api/")


def test_netrc_has_no_say(
    sandbox: RunningSandbox, scm: Scm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login thief password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert scm.whoami().state == "alive"


def test_no_secret_is_told(
    sandbox: RunningSandbox,
    scm: Scm,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    ident = scm.create("web1", sandbox.directory_url(), 77)
    assert ident is not None
    key = scm.account(ident).hmac_key
    assert key is not None
    told = [repr(scm.accounts()), repr(scm.account(ident)), repr(vars(scm))]
    sandbox.fault("drop-after", "scm-accounts", times=0)
    for method in (scm.accounts, lambda: scm.create("x", "y", 77)):
        try:
            method()
        except UnreachableError as error:
            told += [str(error), repr(error), repr(error.__cause__)]
            assert error.__suppress_context__
    told += [caplog.text, *capfd.readouterr()]
    whole = "\n".join(told)
    assert "urllib3" in caplog.text
    for secret in (PASSWORD, key.reveal()):
        assert secret not in whole
        assert base64.b64encode(secret.encode()).decode() not in whole
