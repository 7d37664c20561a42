"""Every command that an entry proposes, pasted as it is printed where its trouble is.

What mends something is in ``test_remedies`` and in the first half here; what only asks a
question stands in the table ``QUESTIONS``, with what it has to be answered.
"""

from __future__ import annotations

import ast
import contextlib
import http.server
import re
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from certbot_sectigo.ca.catalogue import ENTRIES, PROFILES
from tests.bed.certbot import Certbot
from tests.bed.components import BIN
from tests.bed.eab import EabPair
from tests.bed.history import plain_account, plain_lineage, plain_options
from tests.bed.pebble import Pebble
from tests.bed.ports import free_port
from tests.bed.sectigo import Sectigo
from tests.bed.zones import Node, Zones
from tests.explain.desk import Desk
from tests.explain.stub import Answer, stub

NAME = "www.a.example"
DIRECTORY = {
    **{name: f"http://acme.sectigo.com/{name}" for name in ("newNonce", "newAccount", "newOrder")},
    "meta": {"externalAccountRequired": True},
}


@pytest.fixture
def desk(certbot: Certbot) -> Desk:
    return Desk(certbot)


def _fails(certbot: Certbot, *words: str | Path, env: dict[str, str] | None = None) -> str:
    result = certbot.without_plugin().run(*words, check=None, env=env)
    assert result.returncode != 0, str(result)
    return result.output


def _issued(desk: Desk, ca: Sectigo) -> str:
    plain_lineage(desk.certbot, NAME, pair=ca.a.pair, server=ca.server)
    return desk.certbot.lineage(NAME).account


def _put_into_log(certbot: Certbot, said: str, instead: str) -> None:
    """Have the CA have said something else in the newest log."""
    path = certbot.logs_dir / "letsencrypt.log"
    text = path.read_text("utf-8")
    assert said in text
    path.write_text(text.replace(said, instead), "utf-8")


LINKED = (
    "The identifiers are not all linked to the same preauthorized Subject organization name/address"
)


def _wrong_account(desk: Desk, ca: Sectigo, folder: Path) -> str:
    """Order a name of c with a's account; give c's, which is here."""
    used = _issued(desk, ca)
    right = plain_account(desk.certbot, ca.c.pair, ca.server, folder=folder / "c")
    words = ("--server", ca.server, "--account", used, "-d", "www.c.example")
    _fails(desk.certbot, "certonly", "--standalone", *words)
    return right.id


def test_a_pair_that_the_ca_asks_for(desk: Desk, sectigo: Sectigo, tmp_path: Path) -> None:
    answer = Answer.problem("externalAccountRequired", "a pair, please")
    options = plain_options(sectigo.a.pair, "http://acme.sectigo.com/v2/OV", tmp_path)
    with stub(newAccount=answer) as ca:
        _fails(desk.certbot, "certonly", "--standalone", "-d", NAME, *options, env=ca.proxy)
    desk.explains("eab-required")

    assert "no account" in desk.pastes("accounts list").lower()
    desk.pastes("certonly", {"FILE": str(sectigo.a.credentials(tmp_path / "a.ini"))})

    assert desk.certbot.lineage(NAME).organisation == sectigo.a.organisation


def test_a_pair_that_certbot_asks_for(desk: Desk, sectigo: Sectigo, tmp_path: Path) -> None:
    words = ("--server", "http://acme.sectigo.com/v2/OV", "--agree-tos", "-m", "a@example.org")
    with stub(directory=Answer(200, DIRECTORY, "application/json")) as ca:
        _fails(desk.certbot, "certonly", "--standalone", "-d", NAME, *words, env=ca.proxy)
    desk.explains("server-demands-eab")

    assert "no account" in desk.pastes("accounts list").lower()
    desk.pastes("certonly", {"FILE": str(sectigo.a.credentials(tmp_path / "a.ini"))})

    assert desk.certbot.lineage(NAME).organisation == sectigo.a.organisation


def test_an_account_that_the_ca_does_not_know(desk: Desk, sectigo: Sectigo, tmp_path: Path) -> None:
    old = _issued(desk, sectigo)
    new = plain_account(desk.certbot, sectigo.b.pair, sectigo.server, folder=tmp_path / "b")
    regr = desk.certbot.accounts_dir(sectigo.server) / old / "regr.json"
    regr.write_text(f'{{"body": {{}}, "uri": "{sectigo.server}/account/gone"}}')
    _fails(desk.certbot, "renew", "--force-renewal")
    desk.explains("account-unknown")

    assert "/account/gone" in desk.pastes("--online", check=None)
    desk.pastes("--all-of", {"NEW": new.id})

    assert desk.certbot.lineage(NAME).account == new.id


def test_an_account_file_that_is_damaged(desk: Desk, sectigo: Sectigo, tmp_path: Path) -> None:
    account = _issued(desk, sectigo)
    other = plain_account(desk.certbot, sectigo.b.pair, sectigo.server, folder=tmp_path / "b")
    folder = desk.certbot.accounts_dir(sectigo.server) / account
    (folder / "regr.json").write_text('{"body": {}, "ur')
    words = ("--server", sectigo.server, "-d", "b.a.example")
    _fails(desk.certbot, "certonly", "--standalone", *words)
    desk.explains("account-unparsable")

    assert "stays" in desk.pastes("accounts clean", check=None)
    desk.pastes("accounts pin ID", {"ID": other.id, "NAME": NAME})
    desk.pastes("accounts clean")

    assert not folder.exists()
    _fails(desk.certbot, "renew", "--force-renewal")
    assert LINKED in desk.certbot.log  # b's account may not, but certbot takes it


def test_a_second_pair_for_one_key(desk: Desk, sectigo: Sectigo, tmp_path: Path) -> None:
    with stub(newAccount=Answer.problem("malformed", "eab kId mismatch")) as ca:
        options = plain_options(sectigo.b.pair, ca.url, tmp_path)
        _fails(desk.certbot, "certonly", "--standalone", "-d", "www.b.example", *options)
    desk.explains("eab-kid-mismatch")

    desk.pastes("accounts list")
    desk.pastes("register", {"FILE": str(sectigo.b.credentials(tmp_path / "b.ini"))})

    assert [a.kid for a in desk.certbot.accounts(sectigo.server)] == [sectigo.b.kid]


def test_a_second_account_of_a_server(desk: Desk, sectigo: Sectigo, tmp_path: Path) -> None:
    first = _issued(desk, sectigo)
    options = plain_options(sectigo.b.pair, sectigo.server, tmp_path)
    desk.explains("account-exists", _fails(desk.certbot, "register", *options))

    desk.pastes("register", {"FILE": str(sectigo.b.credentials(tmp_path / "b.ini"))})

    assert len({first, *(a.id for a in desk.certbot.accounts(sectigo.server))}) == 2


def test_a_pair_that_is_bound_already(desk: Desk, sectigo: Sectigo, tmp_path: Path) -> None:
    account = plain_account(desk.certbot, sectigo.a.pair, sectigo.server, folder=tmp_path / "a")
    elsewhere = Certbot(tmp_path / "elsewhere")
    options = plain_options(sectigo.a.pair, sectigo.server, tmp_path)
    _fails(elsewhere, "certonly", "--standalone", "-d", NAME, *options)
    desk.explains("pair-already-bound", elsewhere.log)

    assert account.id[:8] in desk.pastes("accounts list --online")
    desk.pastes("accounts archived")
    desk.pastes("--eab-kid", {"ID": account.id})
    assert desk.certbot.account(sectigo.server, sectigo.a.kid).id == account.id
    assert "PRIVATE KEY" not in desk.pastes("accounts export", {"ID": account.id}, check=None)
    key = f"{desk.commands[-1]} --output {tmp_path / 'key.pem'}".replace(" ID", f" {account.id}")
    desk.types(key)
    assert "PRIVATE KEY" in (tmp_path / "key.pem").read_text()


def test_two_accounts_and_a_name(desk: Desk, sectigo: Sectigo, tmp_path: Path) -> None:
    account = _issued(desk, sectigo)
    plain_account(desk.certbot, sectigo.b.pair, sectigo.server, folder=tmp_path / "b")
    renewal = desk.certbot.renewal_file(NAME)
    renewal.write_text(re.sub(r"(?m)^account = .*\n", "", renewal.read_text()))
    _fails(desk.certbot, "renew", "--force-renewal")
    desk.explains("choose-account")

    assert account in desk.pastes("accounts pick", check=None)


def test_a_lineage_with_the_wrong_account(desk: Desk, sectigo: Sectigo, tmp_path: Path) -> None:
    right = _issued(desk, sectigo)
    wrong = plain_account(desk.certbot, sectigo.c.pair, sectigo.server, folder=tmp_path / "c")
    renewal = desk.certbot.renewal_file(NAME)
    renewal.write_text(renewal.read_text().replace(right, wrong.id))
    _fails(desk.certbot, "renew", "--force-renewal")
    desk.explains("identifiers-not-linked")

    desk.pastes("accounts pin ID", {"ID": right})

    desk.certbot.without_plugin().run("renew", "--force-renewal")


def test_a_name_that_is_not_delegated(desk: Desk, sectigo: Sectigo, tmp_path: Path) -> None:
    right = _wrong_account(desk, sectigo, tmp_path)
    delegated = "A requested identifier has not been delegated [www.c.example]"
    _put_into_log(desk.certbot, LINKED, delegated)
    desk.explains("not-delegated")

    assert right in desk.pastes("accounts probe")
    desk.pastes("certonly", {"FILE": str(sectigo.c.credentials(tmp_path / "c.ini"))})
    desk.pastes("accounts pin ID", {"ID": right, "NAME": "www.c.example"}, check=None)

    assert desk.certbot.lineage("www.c.example").organisation == sectigo.c.organisation
    assert desk.certbot.lineage("www.c.example").account == right


def test_a_plugin_that_the_other_certbot_lacks(
    desk: Desk, bare_certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    file = sectigo.a.credentials(tmp_path / "a.ini")
    desk.certbot.certonly(NAME, credentials=file)
    bare = Certbot(desk.certbot.home, executable=bare_certbot.executable)
    result = bare.run("renew", "--force-renewal", check=None)
    assert result.returncode != 0
    desk.explains("plugin-missing")

    assert str(BIN / "certbot") in desk.pastes("which -a")
    assert "sectigo-eab" in desk.pastes("certbot plugins")
    assert "not yet due" in desk.pastes("certbot renew")


def test_an_option_of_a_plugin_that_is_not_there(desk: Desk, bare_certbot: Certbot) -> None:
    words = ("certonly", "-a", "sectigo-eab", "--sectigo-eab-credentials", "x", "-d", NAME)
    desk.explains("option-unknown", bare_certbot.run(*words, check=2).output)

    assert str(BIN / "certbot") in desk.pastes("which -a")
    said = desk.pastes("--version")
    assert re.search(r"certbot \d", said)
    assert "sectigo-eab" in said


def test_a_sum_of_renewals(desk: Desk, sectigo: Sectigo) -> None:
    _issued(desk, sectigo)
    sectigo.sandbox.suspend(sectigo.a.kid)
    said = _fails(desk.certbot, "renew", "--force-renewal")
    (summed,) = re.findall(r"All renewals failed.*", said)
    desk.explains("renewals-failed", f"{summed}\n1 renew failure(s), 0 parse failure(s)\n")

    assert "suspended" in desk.pastes("explain")
    assert "not yet due" in desk.pastes("certbot renew", {"NAME": NAME})


def test_a_refusal_of_which_the_log_knows_more(desk: Desk) -> None:
    with stub(newOrder=Answer.problem("unauthorized", "come back on Monday", 401)) as ca:
        _orders(desk, ca.url)
        said = "The client lacks sufficient authorization"
        desk.explains("lacks-authorization", f"certbot: An unexpected error occurred:\n{said}\n")
        assert "come back on Monday" in desk.pastes("explain")
        assert "127.0.0.1" in desk.pastes("accounts list --online", check=None)


def test_a_validation_of_which_the_log_knows_more(desk: Desk) -> None:
    with stub(challenge=Answer.problem("userMood", "not today", 403)) as ca:
        _orders(desk, ca.url)
    desk.explains("validation-failed", "certbot: Some challenges have failed.\n")
    assert "not today" in desk.pastes("explain")


def test_an_answer_of_which_the_log_knows_more(desk: Desk) -> None:
    with stub(newOrder=Answer.problem("rejectedIdentifier", "not by us")) as ca:
        _orders(desk, ca.url)
    desk.explains("answer-unusable", "certbot: AttributeError: can't set attribute\n")
    assert "not by us" in desk.pastes("explain")


def test_an_order_of_which_a_log_knows_more(desk: Desk) -> None:
    with stub(newOrder=Answer.problem("rejectedIdentifier", "not by us")) as ca:
        _orders(desk, ca.url)
    desk.explains("order-refused", "win-acme: Failed to create order\n")
    log = str(desk.certbot.logs_dir / "letsencrypt.log")
    assert "not by us" in desk.pastes("explain", {"FILE": log})


def test_a_check_of_which_a_log_knows_more(desk: Desk) -> None:
    with stub(newOrder=Answer.problem("caa", "CAA forbids it on Monday")) as ca:
        _orders(desk, ca.url)
    desk.explains("caa-check-failed", "win-acme: Rechecking CAA: refer to sub-problems\n")
    log = str(desk.certbot.logs_dir / "letsencrypt.log")
    assert "on Monday" in desk.pastes("explain", {"FILE": log})


def test_a_registration_of_which_a_log_knows_more(desk: Desk) -> None:
    with stub(newAccount=Answer.problem("externalAccountRequired", "a pair, please")) as ca:
        _orders(desk, ca.url)
    desk.explains("registration-failed", "lego: Could not complete registration\n")
    log = str(desk.certbot.logs_dir / "letsencrypt.log")
    assert "a pair, please" in desk.pastes("explain", {"FILE": log})


def _orders(desk: Desk, server: str) -> None:
    options = plain_options(EabPair.new("a-kid"), server, desk.certbot.home / "plain")
    port = ("--http-01-port", str(free_port()))
    _fails(desk.certbot, "certonly", "--standalone", "-d", NAME, *port, *options)


def test_a_certificate_that_is_empty(desk: Desk, sectigo: Sectigo) -> None:
    _issued(desk, sectigo)
    (desk.certbot.config_dir / "live" / NAME / "cert.pem").write_text("")
    said = _fails(desk.certbot, "renew", "--force-renewal")
    desk.explains("pem-unreadable", f"{said}\ncertbot: unable to load certificate: no start line\n")

    assert re.search(rf"{NAME}/cert.pem\b.*empty", desk.pastes("doctor", check=None))


def test_a_hook_that_fails(desk: Desk, sectigo: Sectigo) -> None:
    _issued(desk, sectigo)
    before = desk.certbot.lineage(NAME).serial
    plain = desk.certbot.without_plugin()
    plain.run("renew", "--force-renewal", "--deploy-hook", "false", check=None)
    desk.explains("deploy-failed")

    said = desk.pastes("certbot certificates")

    assert desk.certbot.lineage(NAME).serial != before
    assert f"{desk.certbot.lineage(NAME).serial:x}" in said.lower().replace("\r", "")


def test_a_certificate_without_its_account(desk: Desk, sectigo: Sectigo, tmp_path: Path) -> None:
    account = _issued(desk, sectigo)
    plain_account(desk.certbot, sectigo.b.pair, sectigo.server, folder=tmp_path / "b")
    (other,) = (a for a in desk.certbot.accounts(sectigo.server) if a.id != account)
    words = ("--cert-name", NAME, "--server", sectigo.server, "--account", other.id)
    _fails(desk.certbot, "revoke", *words, "--no-delete-after-revoke")
    desk.explains("not-your-resource")
    live = desk.certbot.config_dir / "live" / NAME
    serial = desk.certbot.lineage(NAME).serial

    files = {"CERT": str(live / "cert.pem"), "KEY": str(live / "privkey.pem")}
    desk.pastes("--cert-path", files)

    assert sectigo.is_revoked(serial)


def test_accounts_in_two_folders(desk: Desk, sectigo: Sectigo) -> None:
    account = _issued(desk, sectigo)
    said = "certbot: OSError: [Errno 39] Directory not empty: '/etc/letsencrypt/accounts/x'"
    desk.explains("accounts-folder-migration", said)

    assert account[:8] in desk.pastes("accounts list")


def test_a_signature_that_does_not_fit(desk: Desk, sectigo: Sectigo, tmp_path: Path) -> None:
    right = _wrong_account(desk, sectigo, tmp_path)
    _put_into_log(desk.certbot, LINKED, "Invalid signature on JWS request")
    desk.explains("signature-refused")

    said = desk.pastes("accounts list --online")

    assert right[:8] in said
    assert "valid" in said


def test_an_account_that_may_not(desk: Desk, sectigo: Sectigo, tmp_path: Path) -> None:
    _wrong_account(desk, sectigo, tmp_path)
    _put_into_log(desk.certbot, LINKED, "not for you")
    desk.explains("account-may-not-order")

    desk.pastes("register", {"FILE": str(sectigo.b.credentials(tmp_path / "b.ini"))})
    new = desk.certbot.account(sectigo.server, sectigo.b.kid)

    assert new.id[:8] in desk.pastes("accounts list --online")


def test_a_dry_run_at_another_ca(desk: Desk, sectigo: Sectigo) -> None:
    account = _issued(desk, sectigo)
    env = {"https_proxy": f"http://127.0.0.1:{free_port()}", "no_proxy": ""}
    _fails(desk.certbot, "renew", "--dry-run", env=env)
    desk.explains("dry-run-elsewhere")

    command = next(c for c in desk.commands if "accounts probe" in c)
    if "-d NAME" in command:
        assert account in desk.pastes("accounts probe", {"NAME": NAME}, check=None)
    else:
        assert account in desk.pastes("accounts probe", check=None)


# What only asks a question


@dataclass(frozen=True)
class Question:
    """A command that changes nothing, and what it answers where the trouble is."""

    key: str
    text: str
    """What the client said; ``{port}`` is one at which nobody listens."""
    part: str
    says: str
    """What has to be in the answer."""
    stand_ins: tuple[str, ...] = ()
    """Programs that would ask another machine, or are not here: they tell what they are asked."""
    words: tuple[tuple[str, str], ...] = ()
    env: tuple[tuple[str, str], ...] = ()


_URL = "http://127.0.0.1:{port}/v2/OV"
_NET = f"certbot: HTTPConnectionPool: Max retries exceeded with url: {_URL}/newOrder "
_DOMAIN = "certbot: Domain: www.a.example\nType: x\nDetail: "
_ACME = "http://www.a.example/.well-known/acme-challenge/"
_AT = (("NAMESERVER", "ns.a.example"),)
_DIG = ("dig",)
_CURL = ("curl",)

_NOT_SAVED = (
    "Traceback (most recent call last):\n"
    '  File "/usr/lib/certbot/_internal/storage.py", line 1107, in new_lineage'
)

QUESTIONS = (
    # the way to the CA
    Question("ca-unreachable", f"{_NET}Connection refused", "curl -v", "(?i)refused|connect"),
    Question("ca-timeout", f"{_NET}Read timed out", "curl -v", "(?i)refused|connect"),
    Question("ca-name-resolution", f"{_NET}Name or service not known", "curl -v", "127.0.0.1"),
    Question("ca-name-resolution", f"{_NET}Name or service not known", "getent", "127.0.0.1"),
    Question("ca-connect-timeout", f"{_NET}Connection timed out", "curl -v {server}", "127"),
    Question("ca-connect-timeout", f"{_NET}Connection timed out", "curl -4", "127.0.0.1"),
    Question("proxy", f"{_NET}ProxyError", "env", "http_proxy=http://127",
             env=(("http_proxy", "http://127.0.0.1:9"),)),
    Question("proxy", f"{_NET}ProxyError", "curl -v", "127.0.0.1 port 9|127.0.0.1:9",
             env=(("http_proxy", "http://127.0.0.1:9"), ("no_proxy", ""))),
    Question("clock-wrong", f"{_NET}certificate is not yet valid", "date -u", "UTC"),
    Question("clock-wrong", f"{_NET}certificate is not yet valid", "timedatectl",
             "timedatectl <status>", ("timedatectl",)),
    Question("ca-certificate", f"{_NET}certificate verify failed", "date -u", "UTC"),
    # the machine
    Question("python-packages", "certbot: No module named 'gone'", "which -a",
             "(?s)certbot.*python"),
    Question("python-packages", "certbot: No module named 'gone'", "ls -d", "/usr/local"),
    Question("own-address-differs", "mailcow: Cannot match your IP 203.0.113.1 against hostname "
             "a.example", "dig", "dig <.short>", ("dig",)),
    Question("client-not-found", "sh: 1: certbot: not found", "which -a", "/certbot"),
    Question("plugin-broken", "certbot: Could not load plugin dns-x: AttributeError: x",
             "certbot plugins", "sectigo-eab"),
    Question("ca-bundle-unreadable", f"{_NET}Could not find a suitable TLS CA certificate bundle, "
             "invalid path: /gone.pem", "env", "REQUESTS_CA_BUNDLE=/gone.pem",
             env=(("REQUESTS_CA_BUNDLE", "/gone.pem"),)),
    Question("key-not-made", "acme.sh: Error creating domain key", "openssl version",
             "(?si)(open|libre)ssl.*filesystem"),
    Question("files-failed", "lego: Could not save account file", "ls -ld",
             "(?s)drwx.*Filesystem", words=(("FOLDER", "."),)),
    Question("helper-missing", "acme.sh: Please install socat first", "which -a", "/openssl"),
    Question("too-many-open-files", "certbot: Too many open files", "ulimit", r"\d+\s+\d+"),
    Question("disk-full", "certbot: No space left on device", "df", "(?s)Filesystem.*IUse"),
    Question("permission", "certbot: Permission denied: '/etc/letsencrypt'", "ls -la", "config"),
    Question("read-only", "certbot: Read-only file system: '/etc/letsencrypt'", "findmnt",
             "SOURCE|OPTIONS"),
    Question("file-refused", "certbot: [Errno 20] Not a directory: '/etc/letsencrypt/live'",
             "ls -la", "config|total"),
    Question("out-of-memory", "certbot: MemoryError", "free -m", "Mem:"),
    Question("another-instance", "Another instance of Certbot is already running.", "ps", "grep"),
    Question("port-taken", "certbot: Problem binding to port 80", "ss", "State|Local"),
    Question("http01-connection", f"{_DOMAIN}Fetching {_ACME}x: Connection refused", "ss",
             "State|Local"),
    Question("snap-plugin-trust", "run hook prepare-plug-plugin", "snap set",
             "<set> <certbot> <trust-plugin-with-root=ok>", ("snap",)),
    Question("snap-plugin-trust", "run hook prepare-plug-plugin", "snap connect",
             "<connect> <certbot:plugin> <certbot-dns-ovh>", ("snap",), (("PROVIDER", "ovh"),)),
    Question("snap-plugin-trust", "run hook prepare-plug-plugin", "snap refresh",
             "<refresh> <core> <certbot>", ("snap",)),
    Question("account-key-unusable", "acme.sh: Only RSA or EC key is supported. keyfile=a.key",
             "ls -l", "(?s)passwd.*root", words=(("FILE", "/etc/passwd"),)),
    Question("lineage-not-saved", _NOT_SAVED, "ls -la", "(?s)config.*Filesystem|total"),
    Question("panel-dcv", "AutoSSL: Local HTTP DCV error (a.example): 404 (Not Found)", "dig",
             "dig <.short>", ("dig",)),
    Question("lineage-unknown", "certbot: No certificate found with name npm-1 (expected "
             "/etc/letsencrypt/renewal/npm-1.conf).", "certbot certificates",
             "No certificates found"),
    Question("certificate-file-missing", "nginx: [emerg] cannot load certificate \"/x/cert.pem\": "
             "BIO_new_file() failed (No such file or directory)", "certbot certificates",
             "No certificates found"),
    # other CAs' own programs
    Question("google-eab-expired", "Unknown external account binding (EAB) key", "gcloud",
             "<publicca> <external-account-keys> <create>", ("gcloud",)),
    Question("zerossl-email-missing", "acme.sh: Can not resolve _eab_id", "acme.sh",
             "<--register-account> <-m> <you@example.org> <--server> <zerossl>", ("acme.sh",)),
    # names and challenges, which other machines answer for
    Question("http01-timeout", f"{_DOMAIN}Fetching {_ACME}x: Timeout during connect", "curl",
             f"<-vL> <{_ACME}x>", _CURL),
    Question("http01-timeout", f"{_DOMAIN}Fetching {_ACME}x: Timeout during connect", "dig",
             "(?s)<A> <www.a.example>.*<AAAA> <www.a.example>", _DIG),
    Question("http01-connection", f"{_DOMAIN}Fetching {_ACME}x: Connection refused", "dig",
             "(?s)<A> <www.a.example>.*<AAAA> <www.a.example>", _DIG),
    Question("http01-wrong-answer", f"{_DOMAIN}Invalid response from {_ACME}x: 404", "dig",
             "(?s)<A> <www.a.example>.*<AAAA> <www.a.example>", _DIG),
    Question("http01-wrong-answer", f"{_DOMAIN}Invalid response from {_ACME}x: 404", "curl",
             f"<-v> <{_ACME}probe>", _CURL, (("FILE", "probe"),)),
    Question("http01-selfcheck", f"Domain: www.a.example\nself check failed for {_ACME}x", "curl",
             f"<-v> <{_ACME}x>", _CURL),
    Question("redirect-loop", f"{_DOMAIN}Fetching {_ACME}x: Redirect loop detected", "curl",
             f"<-sIL> <--max-redirs> <5> <{_ACME}x>", _CURL),
    Question("dns-problem", f"{_DOMAIN}DNS problem: SERVFAIL looking up A", "@1.1.1.1",
             "(?s)<www.a.example> <A> <@1.1.1.1>.*<AAAA>", _DIG),
    Question("dns-problem", f"{_DOMAIN}DNS problem: SERVFAIL looking up A", "+trace",
             "<[+]trace> <www.a.example>", _DIG),
    Question("dns01-wrong-record", f"{_DOMAIN}Incorrect TXT record", "dig",
             "<TXT> <_acme-challenge.www.a.example> <@ns.a.example>", _DIG, _AT),
    Question("dns01-propagation-check", "Domain: www.a.example\nlego: time limit exceeded: last "
             "error: NS ns did not return the expected TXT record", "dig",
             "<TXT> <_acme-challenge.www.a.example> <@ns.a.example>", _DIG, _AT),
    Question("caa", f"{_DOMAIN}CAA record prevents issuance", "dig",
             "<[+]short> <CAA> <www.a.example>", _DIG),
    Question("caa-check-failed", f"{_DOMAIN}Rechecking CAA: refer to sub-problems", "dig",
             "<CAA> <www.a.example>", _DIG),
    Question("caa-account-pin", f"{_DOMAIN}CAA: accounturi does not match", "dig",
             "<[+]short> <CAA> <www.a.example>", _DIG),
    Question("caa-lookup-failed", f"{_DOMAIN}SERVFAIL looking up CAA", "@NAMESERVER",
             "<CAA> <www.a.example> <@ns.a.example>", _DIG, _AT),
    Question("caa-lookup-failed", f"{_DOMAIN}SERVFAIL looking up CAA", "+trace",
             "<[+]trace> <CAA> <www.a.example>", _DIG),
    Question("zerossl-invalid-without-reason", "Domain: www.a.example\nhttps://acme.zerossl.com/v2/"
             "DV90: Sign error, wrong status: invalid", "dig", "<CAA> <www.a.example>", _DIG),
)  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: f"{q.key}-{q.part.split()[0]}")
def test_it_asks_the_right_question(desk: Desk, question: Question) -> None:
    port = str(free_port())
    desk.certbot.config_dir.mkdir(parents=True)
    desk.certbot.logs_dir.mkdir(parents=True, exist_ok=True)
    desk.stand_in(*question.stand_ins)
    desk.explains(question.key, question.text.replace("{port}", port))
    desk.env.update(question.env)

    part = question.part.replace("{server}", _URL.replace("{port}", port))
    if part not in ("curl -4",):
        desk.commands = [c for c in desk.commands if not c.startswith("curl -4")]
    said = desk.pastes(part, dict(question.words), check=None)

    assert "not found" not in said
    assert "usage" not in said.lower()
    assert re.search(question.says, said), said


def test_caa_records_that_forbid_an_account_of_this_machine(desk: Desk) -> None:
    with Zones() as zones, Sectigo(caa=True, dns_port=zones.port) as ca:
        account = _issued(desk, ca)
        desk.env["CERTBOT_SECTIGO_DNS"] = f"127.0.0.1:{zones.port}"
        zones.nodes[NAME] = Node(['0 issue "ca.example"'])
        _fails(desk.certbot, "renew", "--force-renewal")
        desk.explains("caa")
        assert "allow other CAs only" in " ".join(desk.pastes("accounts caa", check=1).split())
        for key, said in (
            ("caa-account-pin", "CAA: accounturi does not match"),
            ("caa-check-failed", "Rechecking CAA: refer to sub-problems"),
        ):
            desk.explains(key, f"{_DOMAIN}{said}")
            (command,) = (each for each in desk.commands if "accounts caa" in each)
            assert command.endswith(f"accounts caa {account} -d {NAME} --check")


def test_a_web_page_in_place_of_the_directory(desk: Desk) -> None:
    with stub(directory=Answer(200, "<html>Welcome</html>", "text/html")) as ca:
        _orders(desk, ca.url)
        desk.explains("not-acme")
        assert "<html>Welcome</html>" in desk.pastes("curl -s")


def test_a_root_that_is_not_known(desk: Desk, pebble: Pebble) -> None:
    _orders(desk, pebble.directory)
    desk.explains("ca-certificate")
    assert "issuer" in desk.pastes("openssl s_client").lower()


def test_a_server_with_another_tls(desk: Desk, sectigo: Sectigo) -> None:
    _issued(desk, sectigo)
    with _tls13(desk.certbot.config_dir / "live" / NAME) as port:
        url = f"https://127.0.0.1:{port}/v2/OV/newOrder"
        desk.explains("ca-tls-handshake", f"certbot: {url}: sslv3 alert handshake failure")
        said = desk.pastes("openssl s_client", check=None)
    assert re.search("alert protocol version|no protocols|Cipher is .NONE", said), said


@contextlib.contextmanager
def _tls13(live: Path) -> Iterator[int]:
    """Run a server that speaks TLS 1.3 only; give its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(live / "fullchain.pem", live / "privkey.pem")
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    handler = http.server.BaseHTTPRequestHandler
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


# That nothing is left out

UNRUN = {
    ("caa-account-pin", "accounts caa"): "as in `caa`",
    ("caa-check-failed", "accounts caa"): "as in `caa`",
    ("choose-account", "certonly"): "is proposed at Sectigo's own hosts; as in `eab-required`",
    ("validation-failed", "accounts probe"): "the same; as in `identifiers-not-linked`",
    ("lacks-authorization", "accounts probe"): "the same; as in `identifiers-not-linked`",
    ("lineage-not-saved", "certbot-sectigo explain"): "needs a whole log; as in `renewals-failed`",
}
"""Of an entry and a part of its command: why it is not pasted there."""


def _templates() -> Iterator[tuple[str, str]]:
    for entry in ENTRIES:
        more = [profile.more[entry.key] for profile in PROFILES if entry.key in profile.more]
        texts = [entry.meaning, *entry.causes, *entry.steps, entry.mine]
        texts += [text for each in more for text in (*each.causes, *each.steps)]
        for text in texts:
            yield from ((entry.key, command) for command in re.findall(r"`([^`]+)`", text))


def _pasted() -> Iterator[tuple[str, str]]:
    """Find in the tests' own text which commands of which entries are pasted."""
    yield from ((q.key, q.part) for q in QUESTIONS)
    for module in ("test_proposed.py", "test_remedies.py"):
        tree = ast.parse((Path(__file__).parent / module).read_text("utf-8"))
        for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)):
            keys = [word for name, word in _calls(function) if name == "explains"]
            parts = [word for name, word in _calls(function) if name == "pastes"]
            yield from ((key, part) for key in keys for part in parts)


def _calls(function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Attribute) and call.args:
            first = call.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield call.func.attr, first.value


def test_every_proposed_command_is_pasted_or_said_why_not() -> None:
    done = [*_pasted(), *UNRUN]
    missing = {
        (key, command)
        for key, command in _templates()
        if not any(key == k and part in command.replace("{other}", "ID") for k, part in done)
    }
    assert missing == set()
    known = list(_templates())
    stale = {
        (key, part) for key, part in UNRUN if not any(key == k and part in c for k, c in known)
    }
    assert stale == set()
