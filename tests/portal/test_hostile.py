"""SCM, or what stands before it, answers nonsense: an error with words, in time, and no harm."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from certbot_sectigo.base import errors
from certbot_sectigo.base.secret import Secret
from certbot_sectigo.portal import pair
from certbot_sectigo.portal import transport as way
from certbot_sectigo.portal.answers import ScmAnswer
from certbot_sectigo.portal.credentials import ScmCredentials
from certbot_sectigo.portal.errors import OutcomeUnknownError, PortalError, UnreachableError
from certbot_sectigo.portal.model import PortalAccount
from certbot_sectigo.portal.scm import Scm
from certbot_sectigo.portal.transport import Transport
from tests.ca.hostile import Deed, drip_body, drip_head, pour, running, saying

BOMB = saying(gzip.compress(b" " * 50_000_000), **{"Content-Encoding": "gzip"})
LOGIN = ScmCredentials("http://127.0.0.1:9/api", Path("scm.ini"), "me", "uni", Secret("p"))

ODD: list[Any] = [
    None, True, 0, -1, 10**30, 1.5, "", "x", "7", "\u202e\x1b[2J", "\ud800", "9" * 5000, [], [None],
    [[1]], {}, {"a": 1}, [{}], {"departments": 5}, "2026-99-99", "0000-00-00",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
]  # fmt: skip
ROWS: dict[str, dict[str, Any]] = {
    "account": {"id": 7, "name": "n", "acmeServer": "u", "organizationId": 1, "macId": "k",
                "macKey": "s", "status": "pending"},
    "domain": {"name": "c.example", "validUntil": "2026-01-01"},
    "client": {"accountId": "x", "status": "valid", "userAgent": "a", "ipAddress": "1",
               "contacts": "", "lastActivity": "2026-01-01T00:00:00.000Z"},
    "organisation": {"id": 1, "name": "o", "departments": [{"id": 2, "name": "d"}]},
    "server": {"name": "s", "url": "u", "certValidationType": "OV"},
    "validation": {"domain": "d", "dcvStatus": "VALIDATED", "expirationDate": "2026-01-01"},
    "certificate": {"id": 1, "commonName": "a", "subjAltNames": "a, b", "serialNumber": "AA",
                    "status": "Issued", "expires": "2026-01-01"},
    "password": {"state": "ALIVE", "expirationDate": "2026-01-01"},
}  # fmt: skip
ASK: dict[str, tuple[Callable[[Scm], object], str, Callable[[Any], Any]]] = {
    "whoami": (Scm.whoami, "password", lambda row: row),
    "accounts": (Scm.accounts, "account", lambda row: [row]),
    "account": (lambda scm: scm.account(7), "account", lambda row: row),
    "organisations": (Scm.organisations, "organisation", lambda row: [row]),
    "servers": (Scm.servers, "server", lambda row: [row]),
    "domains": (lambda scm: scm.domains(7), "domain", lambda row: [row]),
    "clients": (lambda scm: scm.clients(7), "client", lambda row: [row]),
    "validations": (Scm.validations, "validation", lambda row: [row]),
    "delegated": (lambda scm: scm.delegated(7), "domain", lambda row: [row]),
    "certificates": (lambda scm: scm.certificates([1]), "certificate",
                     lambda row: {"reports": [row]}),
    "add": (lambda scm: scm.add_domains(7, ["a"]), "domain",
            lambda row: {"notAddedDomains": [row]}),
}  # fmt: skip


class Said(Transport):
    """Answers every request alike."""

    def __init__(self, document: Any, status: int = 200, **headers: str) -> None:
        super().__init__(LOGIN, "test/1", sleep=lambda seconds: None)
        self._said = ScmAnswer(
            status,
            {k.replace("_", "-"): v for k, v in headers.items()},
            json.dumps(document).encode(),
        )

    def _send(self, *words: Any, **more: Any) -> ScmAnswer:
        return self._said


def _survives(ask: Callable[[Scm], object], document: Any, status: int = 200, **more: str) -> None:
    try:
        ask(Scm(Said(document, status, **more)))
    except errors.Error as error:
        assert error.message.isprintable() or "\n" in error.message


@pytest.mark.parametrize("name", ASK)
def test_no_answer_is_too_odd(name: str) -> None:
    ask, kind, wrap = ASK[name]
    for value in ODD:
        for status in (200, 302, 400, 401, 500):
            _survives(ask, value, status)
            _survives(ask, [value], status)
            _survives(ask, {"code": value, "description": value}, status)
        for member in (*ROWS[kind], "code"):
            _survives(ask, wrap({**ROWS[kind], member: value}))
        lacking = [{k: v for k, v in ROWS[kind].items() if k != member} for member in ROWS[kind]]
        for row in (*lacking, {k.upper(): v for k, v in ROWS[kind].items()}):
            _survives(ask, wrap(row))


@pytest.mark.parametrize("text", ["\u00b2", "9" * 5000, "-1", "1.5", "x", "", "Mon, 01 Jan"])
def test_no_header_is_too_odd(text: str) -> None:
    _survives(Scm.accounts, [ROWS["account"]], X_Total_Count=text)
    _survives(Scm.accounts, [], 429, Retry_After=text)
    _survives(lambda scm: scm.create("x", "y", 1), None, 201, Location=text)


def test_a_number_in_quotes_is_a_number() -> None:
    row = {**ROWS["account"], "id": "7", "organizationId": "1"}
    (account,) = Scm(Said([row], X_Total_Count="1")).accounts()
    assert (account.id, account.organisation) == (7, 1)


class Paged(Transport):
    """Has accounts, and its own idea of pages."""

    def __init__(
        self, total: int, page: int, *, count: bool, deaf: bool = False, cut: int = 10**9
    ) -> None:
        super().__init__(LOGIN, "test/1", sleep=lambda seconds: None)
        self.asked = 0
        self._all, self._page, self._count, self._deaf = total, page, count, deaf
        self._cut = cut

    def _send(self, method: str, url: str, path: str, query: Any, *more: Any) -> ScmAnswer:
        self.asked += 1
        start = 0 if self._deaf else query["position"]
        end = min(start + self._page, self._all, self._cut)
        rows = [{**ROWS["account"], "id": n} for n in range(start, end)]
        headers = {"X-Total-Count": str(self._all)} if self._count else {}
        return ScmAnswer(200, headers, json.dumps(rows).encode())


@pytest.mark.parametrize(
    ("total", "page", "count", "asked"),
    [(401, 200, True, 3), (401, 25, True, 17), (401, 25, False, 18), (0, 200, False, 1),
     (3, 200, False, 2)],
)  # fmt: skip
def test_no_account_is_passed_over(total: int, page: int, count: bool, asked: int) -> None:
    paged = Paged(total, page, count=count)
    assert len(Scm(paged).accounts()) == total
    assert paged.asked == asked


def test_a_list_that_always_begins_anew() -> None:
    assert len(Scm(Paged(3, 200, count=False, deaf=True)).accounts()) == 3


@pytest.mark.parametrize("broken", [{"deaf": True}, {"cut": 250}])
def test_a_list_that_is_cut_is_not_taken_for_whole(broken: Any) -> None:
    with pytest.raises(UnreachableError, match="has 401 rows and ends after"):
        Scm(Paged(401, 200, count=True, **broken)).accounts()


class LogInPage(Transport):
    """Answers all with a page of HTML, as what stands before a network does."""

    def __init__(self) -> None:
        super().__init__(LOGIN, "test/1", sleep=lambda seconds: None)

    def _send(self, *_: Any) -> ScmAnswer:
        return ScmAnswer(200, {"Content-Type": "text/html"}, b"<html>Log in</html>")


def test_a_page_of_html_is_not_taken_for_done() -> None:
    scm = Scm(LogInPage())
    deeds: list[Callable[[], object]] = [
        lambda: scm.rename(1, "x"), lambda: scm.delete(1), lambda: scm.disable(1, "x"),
        lambda: scm.revoke(1, 0, "x"),
    ]  # fmt: skip
    for deed in deeds:
        with pytest.raises(OutcomeUnknownError, match="no JSON but text/html"):
            deed()
    for names in (scm.add_domains, scm.remove_domains):
        with pytest.raises(UnreachableError, match="no JSON but text/html"):
            names(1, ["c.example"])


def test_a_list_without_end() -> None:
    with pytest.raises(UnreachableError, match="no end"):
        Scm(Paged(10**9, 1, count=True)).accounts()


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(way, "_LONGEST", 1.0)
    monkeypatch.setattr(way, "_MOST_BYTES", 1 << 20)
    yield


@pytest.mark.parametrize(
    "deed",
    [pour, drip_body, drip_head, saying(b"<html>"), saying(b"[" * 100_000),
     saying(b" " * (2 << 20)), saying(b"\xff"), BOMB],
    ids=["endless", "body", "head", "html", "deep", "large", "bytes", "bomb"],
)  # fmt: skip
@pytest.mark.usefixtures("hurried")
def test_an_answer_without_bounds(deed: Deed) -> None:
    with running({"password": deed}) as server:
        login = ScmCredentials(f"{server.url}/api", Path("scm.ini"), "me", "uni", Secret("p"))
        with pytest.raises(UnreachableError) as caught:
            Scm(Transport(login, "test/1", sleep=lambda seconds: None)).whoami()
        assert caught.value.remedy
        assert server.poured < 100 << 20
        # Four times two minutes are no bound.
        assert deed not in (drip_body, drip_head) or len(server.seen) == 1


def test_who_is_not_there_has_done_nothing() -> None:
    with running() as server:
        url = server.url
    login = ScmCredentials(f"{url}/api", Path("scm.ini"), "me", "uni", Secret("p"))
    with pytest.raises(UnreachableError) as caught:
        Scm(Transport(login, "test/1")).create("x", "y", 1)
    assert not caught.value.sent


def _account(kid: str = "kid", key: str = "k" * 86) -> PortalAccount:
    return PortalAccount(7, "web1", "u", 1, kid, Secret(key), "pending")


@pytest.mark.parametrize(
    "account",
    [_account(key="k" * 86 + "\nsectigo_eab_server = https://evil.example"), _account(key="short"),
     _account(kid="a b"), _account(kid="k\u00e9"), _account(key="k" * 86 + " # x")],
)  # fmt: skip
def test_a_pair_that_would_write_more_lines_is_none(account: PortalAccount) -> None:
    with pytest.raises(PortalError, match="is none"):
        pair.check(account, ["c.example"], [], [], reusable=False, force=False, ensure="")


def _write(path: Path, folder: Path) -> bool:
    return pair.write(path, pair.text(_account(), "https://x"), folder / "backup", None)


def test_what_is_no_credentials_file_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    for content in ("127.0.0.1 localhost\n", "[x]\n", "key = value\n", ""):
        path.write_text(content)
        with pytest.raises(errors.Error, match="stays as it is") as caught:
            _write(path, tmp_path)
        assert str(path) in caught.value.message
        assert "--output" in caught.value.remedy
        assert path.read_text() == content
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(errors.Error):
        _write(path, tmp_path)
    path.unlink()
    path.mkdir()
    with pytest.raises(errors.Error):
        _write(path, tmp_path)


def test_no_link_is_written_through(tmp_path: Path) -> None:
    other = tmp_path / "other.ini"
    other.write_text("sectigo_eab_kid = x\n")
    path = tmp_path / "web1.ini"
    path.symlink_to(other)
    with pytest.raises(errors.Error, match="link"):
        _write(path, tmp_path)
    assert other.read_text() == "sectigo_eab_kid = x\n"
    path.unlink()
    path.symlink_to(tmp_path / "none")
    with pytest.raises(errors.Error, match="link"):
        _write(path, tmp_path)
    assert not (tmp_path / "none").exists()


def test_an_older_pair_is_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "web1.ini"
    path.write_text("sectigo_eab_kid = old\n")
    assert _write(path, tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    (copy,) = (tmp_path / "backup").iterdir()
    assert copy.read_text() == "sectigo_eab_kid = old\n"
    assert not _write(path, tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_no_pair_into_the_folder_of_somebody_else(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    os.chown(folder, 12345, 12345)
    with pytest.raises(errors.Error, match="another user"):
        _write(folder / "web1.ini", tmp_path)
    assert not list(folder.iterdir())
    assert pair.write(folder / "web1.ini", pair.text(_account(), "x"), tmp_path / "b", 12345)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(errors.Error, match="No such file"):
        _write(tmp_path / "none" / "web1.ini", tmp_path)
