"""Kids, accounts at work and leaked secrets, out of the logs of certbots old and new."""

from __future__ import annotations

import bz2
import errno
import gzip
import json
import lzma
import os
import shutil
import sys
import tracemalloc
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from certbot_sectigo.machine.logs import files, findings, packed
from certbot_sectigo.machine.logs.findings import Findings
from tests.bed.certbot import Certbot
from tests.bed.history import plain_options
from tests.bed.pebble import Pebble
from tests.machine.logs.test_parser import answer, arguments, encoded, post, record

LOGS = Path(__file__).parents[2] / "data" / "logs"
"""Cut-down logs of real certbots that registered and issued at Pebble; see expected.json.

Of each version: letsencrypt.log registers with kid-2 and issues, .1 registers with kid-1,
.2 is refused. The HMAC key in them has been replaced.
"""
SECRET = "dGhyb3ctYXdheS10aHJvdy1hd2F5"
EXPECTED: dict[str, Any] = json.loads((LOGS / "expected.json").read_text())
KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
}
NEW_ACCOUNT = "https://acme.sectigo.com/v2/OV/newAccount"


@pytest.fixture(params=sorted(EXPECTED))
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def logs(version: str, tmp_path: Path) -> Path:
    """Logs of one version, as old as their numbers say."""
    folder = tmp_path / "logs"
    shutil.copytree(LOGS / f"certbot-{version}", folder)
    for age, path in enumerate(sorted(folder.iterdir())):
        os.utime(path, (1e9 - age, 1e9 - age))
    return folder


def binding(kid: str, url: str = NEW_ACCOUNT) -> dict[str, Any]:
    return {
        "externalAccountBinding": {
            "protected": encoded({"alg": "HS256", "kid": kid, "url": url}),
            "payload": encoded(KEY),
            "signature": "",
        }
    }


def found_in(*parts: str, folder: Path) -> Findings:
    folder.mkdir(exist_ok=True)
    (folder / "letsencrypt.log").write_text("".join(parts))
    return findings.scan(folder)


def test_kids_of_accounts_in_the_logs_of_every_certbot(logs: Path, version: str) -> None:
    found = findings.scan(logs)
    expected = EXPECTED[version]
    assert [(b.kid, b.account_id, b.account_url) for b in found.bindings] == [
        (b["kid"], b["id"], b["url"]) for b in expected["bindings"]
    ]
    assert {b.server for b in found.bindings} == {expected["server"]}
    assert [b.log.name for b in found.bindings] == ["letsencrypt.log", "letsencrypt.log.1"]
    assert list(findings.bindings(logs)) == list(found.bindings)


def test_accounts_at_work_in_the_logs_of_every_certbot(logs: Path, version: str) -> None:
    [issuance] = findings.scan(logs).issuances
    expected = EXPECTED[version]
    assert issuance.account_url == expected["bindings"][0]["url"]
    assert issuance.names == ("two.example.org",)
    assert issuance.server == expected["server"]
    assert (issuance.status, issuance.refused) == (200, False)
    assert issuance.when.tzinfo is timezone.utc


def test_leaks_in_the_logs_of_every_certbot(logs: Path) -> None:
    found = findings.scan(logs)
    [leak] = found.leaks
    assert leak.log.name == "letsencrypt.log"
    assert SECRET in leak.log.read_text().splitlines()[leak.line - 1]
    assert SECRET not in repr(found)


def test_a_log_of_today(pebble: Pebble, tmp_path: Path) -> None:
    certbot = Certbot(tmp_path / "certbot", trust=pebble.trust).without_plugin()
    pair = pebble.pairs["kid-2"]
    options = plain_options(pair, pebble.directory, tmp_path)
    names = ("-d", "www.example.org", "-d", "example.org")
    certbot.run("certonly", "--standalone", *pebble.http01, *options, *names)
    [account] = certbot.accounts(pebble.directory)
    found = findings.scan(certbot.logs_dir)
    assert [(b.account_id, b.kid, b.server, b.account_url) for b in found.bindings] == [
        (account.id, "kid-2", pebble.directory, account.url)
    ]
    assert [(i.account_url, set(i.names)) for i in found.issuances] == [
        (account.url, {"www.example.org", "example.org"})
    ]
    assert found.leaks == ()  # the secret was in a file
    certbot.run("renew", *pair.arguments)
    [leak] = findings.scan(certbot.logs_dir).leaks
    assert pair.hmac_key in leak.log.read_text().splitlines()[leak.line - 1]


def test_a_refused_registration_binds_nothing(tmp_path: Path) -> None:
    for status in (400, 401, 403, 500):
        found = found_in(
            post(NEW_ACCOUNT, {"jwk": KEY}, binding("k")), answer(status), folder=tmp_path
        )
        assert found.bindings == ()
    assert found_in(post(NEW_ACCOUNT, {"jwk": KEY}, binding("k")), folder=tmp_path).bindings == ()


@pytest.mark.parametrize(
    ("before", "server"),
    [
        ("", "https://acme.sectigo.com/v2/OV"),  # as Sectigo's URLs are
        (arguments("--server", "https://told.example/dir"), "https://told.example/dir"),
        (arguments("--server", "nonsense"), None),
        (
            record("Sending GET request to https://asked.example/dir.")
            + answer(200, json.dumps({"newAccount": NEW_ACCOUNT})),
            "https://asked.example/dir",
        ),
    ],
)
def test_the_server_of_a_registration(tmp_path: Path, before: str, server: str | None) -> None:
    [found] = found_in(
        before, post(NEW_ACCOUNT, {"jwk": KEY}, binding("k")), answer(201), folder=tmp_path
    ).bindings
    assert (found.server, found.new_account_url) == (server, NEW_ACCOUNT)


def test_a_server_nobody_knows(tmp_path: Path) -> None:
    url = "https://ca.example/sign-me-up"
    [found] = found_in(
        post(url, {"jwk": KEY}, binding("k", url)), answer(201), folder=tmp_path
    ).bindings
    assert found.server is None


@pytest.mark.parametrize(
    ("status", "asked", "answered", "kid"),
    [
        (201, "new", None, "new"),
        (201, "new", "other", "new"),
        (200, "new", "first", "first"),  # the account was there, with its own kid
    ],
)
def test_whose_word_on_the_kid_counts(
    tmp_path: Path, status: int, asked: str, answered: str | None, kid: str
) -> None:
    body = json.dumps(binding(answered)) if answered else "{}"
    [found] = found_in(
        post(NEW_ACCOUNT, {"jwk": KEY}, binding(asked)), answer(status, body), folder=tmp_path
    ).bindings
    assert found.kid == kid


def test_an_account_that_was_there_says_nothing_of_the_pair_it_was_sent(tmp_path: Path) -> None:
    log = found_in(
        post(NEW_ACCOUNT, {"jwk": KEY}, binding("new")), answer(200, "{}"), folder=tmp_path
    )
    assert list(log.bindings) == []


def test_an_answer_in_lower_case(tmp_path: Path) -> None:
    body = json.dumps({"externalaccountbinding": binding("k")["externalAccountBinding"]})
    [found] = found_in(
        post(NEW_ACCOUNT, {"jwk": KEY}, {"onlyReturnExisting": True}),
        answer(200, body),
        folder=tmp_path,
    ).bindings
    assert found.kid == "k"


def test_options_tell_where_the_request_was_taken_out(tmp_path: Path) -> None:
    jws = json.dumps({"protected": encoded({"jwk": KEY}), "payload": "(removed)"})
    request = record(f"Sending POST request to {NEW_ACCOUNT}:\n{jws}")
    run = arguments("--eab-kid", "k", "--eab-hmac-key", SECRET)
    assert [b.kid for b in found_in(run, request, answer(201), folder=tmp_path).bindings] == ["k"]
    assert found_in(run, request, answer(403), folder=tmp_path).bindings == ()
    # A registration without EAB is one without kid, whatever the options were.
    plain = post(NEW_ACCOUNT, {"jwk": KEY}, {"termsOfServiceAgreed": True})
    assert found_in(run, plain, answer(201), folder=tmp_path).bindings == ()


def test_the_binding_tells_where_the_signed_request_was_cut(tmp_path: Path) -> None:
    whole = found_in(
        post(NEW_ACCOUNT, {"jwk": KEY}, binding("k")), answer(201), folder=tmp_path
    ).bindings
    cut = found_in(
        record(f"JWS payload:\n{json.dumps(binding('k')).encode()!r}"),
        record(f"Sending POST request to {NEW_ACCOUNT}:\n{{"),
        answer(201),
        folder=tmp_path,
    ).bindings
    assert [b.account_id for b in cut] == [b.account_id for b in whole]


def test_options_of_another_run_do_not_count(tmp_path: Path) -> None:
    jws = json.dumps({"protected": encoded({"jwk": KEY}), "payload": "(removed)"})
    request = record(f"Sending POST request to {NEW_ACCOUNT}:\n{jws}")
    before = arguments("--eab-kid", "k") + arguments("renew")
    assert found_in(before, request, answer(201), folder=tmp_path).bindings == ()


def test_an_order_that_got_no_answer_may_have_been_issued(tmp_path: Path) -> None:
    request = post("https://ca/f/1", {"kid": "https://ca/acct/1"}, {"csr": "x"})
    found = found_in(request, folder=tmp_path)
    assert [(i.status, i.refused) for i in found.issuances] == [(None, False)]
    found = found_in(request, answer(403), folder=tmp_path)
    assert [(i.status, i.refused) for i in found.issuances] == [(403, True)]


def test_a_revocation_is_no_registration(tmp_path: Path) -> None:
    request = post("https://ca/revoke", {"jwk": KEY}, {"certificate": "x"})
    assert found_in(request, answer(200), folder=tmp_path) == Findings()


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("letsencrypt.log.12", bytes),
        ("letsencrypt.log.12.gz", gzip.compress),
        ("letsencrypt.log-20260101.gz", gzip.compress),
        ("letsencrypt-20260101.log", bytes),
        ("letsencrypt.log.1.bz2", bz2.compress),
        ("letsencrypt.log.1.xz", lzma.compress),
        ("old/letsencrypt.log.3.gz", gzip.compress),
        ("letsencrypt.log.2", gzip.compress),
        ("letsencrypt.log.3.gz", bytes),
    ],
)
def test_however_logs_are_rotated(
    tmp_path: Path, name: str, pack: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(pack((LOGS / "certbot-2.1.0" / "letsencrypt.log.1").read_bytes()))
    [found] = findings.bindings(tmp_path)
    assert (found.kid, found.log) == ("kid-1", path)


def test_newest_first_and_none_too_old(tmp_path: Path) -> None:
    ages = {"": 0, ".1": 0, ".10": 0, ".2": 0, ".30.gz": 5, ".9": 3}
    for end, age in ages.items():
        path = tmp_path / f"letsencrypt.log{end}"
        path.touch()
        os.utime(path, (1e9 - age, 1e9 - age))
    (tmp_path / "nginx.log").touch()
    names = [path.name for path in files.find(tmp_path)]
    assert names == [f"letsencrypt.log{end}" for end in ("", ".1", ".2", ".10", ".9", ".30.gz")]
    since = datetime.fromtimestamp(1e9 - 4, timezone.utc)
    assert [path.name for path in files.find(tmp_path, since)] == names[:-1]


def test_a_cut_off_archive_yields_what_it_has(tmp_path: Path) -> None:
    filler = os.urandom(1 << 20).hex().encode()  # gzip packs in blocks
    log = (LOGS / "certbot-2.1.0" / "letsencrypt.log.1").read_bytes()
    path = tmp_path / "letsencrypt.log.1.gz"
    path.write_bytes(gzip.compress(log + b"\n" + filler)[: -(1 << 18)])
    found = findings.scan(tmp_path)
    assert [b.kid for b in found.bindings] == ["kid-1"]
    assert [u.log for u in found.unread] == [path]
    assert [b.kid for b in findings.bindings(tmp_path)] == ["kid-1"]


@pytest.mark.parametrize(
    "content",
    [
        b"\x1f\x8b",
        b"\x1f\x8b\x08garbage",
        b"BZhgarbage",
        b"\xfd7zXZ\x00garbage",
        gzip.compress(b"x", mtime=0)[:-4],
    ],
)
def test_a_broken_archive_is_told_of(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "letsencrypt.log.1.gz"
    path.write_bytes(content)
    [unread] = findings.scan(tmp_path).unread
    assert unread.log == path
    assert unread.reason
    assert list(findings.bindings(tmp_path)) == []


def test_a_log_that_cannot_be_opened_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "gone"
    [unread] = findings.findings(path)
    assert unread == files.Unread(path, "No such file or directory")
    os.mkfifo(path)
    [unread] = findings.findings(path)
    assert unread == files.Unread(path, "not an ordinary file")


def test_bad_utf_8_and_odd_entries_end_nothing(tmp_path: Path) -> None:
    log = (LOGS / "certbot-2.1.0" / "letsencrypt.log.1").read_bytes()
    (tmp_path / "letsencrypt.log").write_bytes(b"\xff\xfe\n" + log.replace(b"certbot", b"\xff"))
    (tmp_path / "letsencrypt.log.1").mkdir()
    (tmp_path / "letsencrypt.log.2").symlink_to("nowhere")
    os.mkfifo(tmp_path / "letsencrypt.log.3")
    (tmp_path / "letsencrypt.log.4").symlink_to(os.devnull)
    found = findings.scan(tmp_path)
    assert [b.kid for b in found.bindings] == ["kid-1"]
    assert found.unread == (files.Unread(tmp_path / "letsencrypt.log.3", "not an ordinary file"),)


@pytest.mark.parametrize("kind", ["missing", "file", "empty"])
def test_no_logs(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "logs"
    if kind == "file":
        folder.touch()
    elif kind == "empty":
        folder.mkdir()
    assert findings.scan(folder) == Findings()
    assert list(findings.bindings(folder)) == []


def test_a_word_across_two_chunks_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * 95 + b"externalAccountBinding" + b"x" * 100)
    for size in range(1, 120):
        monkeypatch.setattr(packed, "_CHUNK", size)
        assert files.mentions(path, (b"externalAccountBinding", b"--eab-k"))
        assert not files.mentions(path, (b"onlyReturnExisting",))


def test_a_log_that_is_huge_is_read_as_far_as_it_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST", 1 << 20)
    content = (LOGS / "certbot-2.1.0" / "letsencrypt.log.1").read_bytes()
    with (tmp_path / "letsencrypt.log").open("wb") as log:
        log.write(content)
        log.truncate(1 << 40)
    found = findings.scan(tmp_path)
    assert [b.kid for b in found.bindings] == ["kid-1"]
    assert [u.reason for u in found.unread] == ["only its first 1 MB of text were read: it is huge"]


def test_a_log_that_takes_too_long_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "letsencrypt.log").write_bytes(
        (LOGS / "certbot-2.1.0" / "letsencrypt.log.1").read_bytes()
    )
    monkeypatch.setattr(files, "SECONDS", -1)
    assert list(findings.bindings(tmp_path)) == []
    [unread] = findings.scan(tmp_path).unread
    assert unread.reason.startswith("only its first 0 MB of text were read: more would take")


def test_an_archive_much_larger_than_it_looks_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "letsencrypt.log.1.gz"
    with gzip.open(path, "wb", compresslevel=1) as log:
        for _ in range(32):
            log.write(b"x" * (1 << 20))
    tracemalloc.start()
    try:
        findings.scan(tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 12 << 20
    finally:
        tracemalloc.stop()


def test_an_archive_that_asks_for_memory_is_refused(tmp_path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 28}]
    packed = lzma.compress(b"x" * 100, filters=filters)
    (tmp_path / "letsencrypt.log.1.xz").write_bytes(packed)
    [unread] = findings.scan(tmp_path).unread
    assert "emory" in unread.reason


def test_archives_one_behind_the_other(tmp_path: Path) -> None:
    log = (LOGS / "certbot-2.1.0" / "letsencrypt.log.1").read_bytes()
    half = len(log) // 2
    packed = lzma.compress(log[:half]) + bytes(4) + lzma.compress(log[half:])
    (tmp_path / "letsencrypt.log.1.xz").write_bytes(packed)
    found = findings.scan(tmp_path)
    assert [b.kid for b in found.bindings] == ["kid-1"]
    assert found.unread == ()


def test_what_cannot_be_looked_at_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    circle = tmp_path / "letsencrypt.log.1"
    circle.symlink_to(circle.name)
    [unread] = findings.scan(tmp_path).unread
    assert unread.log == circle

    def fails(*words: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "scandir", fails)
    assert findings.scan(tmp_path).unread == (files.Unread(tmp_path, "Input/output error"),)


def test_a_python_without_a_decompressor_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "letsencrypt.log.1.xz").write_bytes(lzma.compress(b"a log\n"))
    (tmp_path / "letsencrypt.log").write_text("a plain one\n")
    monkeypatch.setitem(sys.modules, "lzma", None)
    heard: list[str] = []
    found = findings.scan(tmp_path, hear=lambda _, text: heard.append(text))
    [unread] = found.unread
    assert unread.log == tmp_path / "letsencrypt.log.1.xz"
    assert "lzma" in unread.reason
    assert "a plain one" in "".join(heard)
