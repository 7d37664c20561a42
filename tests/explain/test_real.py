"""Every entry of the catalogue, brought about with a real client and then explained.

Each case makes something go wrong and gives what the client said or logged. Which is not
made here, and why, stands in ``NOT_MADE``.
"""

from __future__ import annotations

import fcntl
import functools
import http.server
import json
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.ca.catalogue import ENTRIES, Weight
from certbot_sectigo.explain.findings import read
from certbot_sectigo.sandbox import Config, Pair, running
from tests.bed.certbot import Certbot
from tests.bed.components import BIN
from tests.bed.eab import EabPair
from tests.bed.history import plain_account, plain_lineage, plain_options
from tests.bed.lego import Lego
from tests.bed.pebble import Pebble
from tests.bed.ports import free_port
from tests.bed.process import run as run_process
from tests.bed.sectigo import Sectigo
from tests.explain import score
from tests.explain.stub import Answer, stub
from tests.sandbox.acme_client import POST_AS_GET, Client

NOT_MADE = {
    "attestation-refused": "is said by servers; see tests/ca/test_problem_types.py",
    "dates-unsupported": "is said by servers; see tests/ca/test_problem_types.py",
    "delegation-unknown": "is said by servers; see tests/ca/test_problem_types.py",
    "foreign-hook": "is harmless, and another program's; see test_prose.py",
    "object-modified": "is harmless, and Kubernetes'; see test_prose.py",
    "redirect-glued": "comes of other programs' settings; see test_mixed.py",
    "key-in-use": "is said by servers; see tests/ca/test_problem_types.py",
    "not-implemented": "is said by servers; see tests/ca/test_problem_types.py",
    "order-without-names": "is said by servers; see tests/ca/test_problem_types.py",
    "revocation-reason": "is said by servers; see tests/ca/test_problem_types.py",
    "several-refused": "is said by servers; see tests/ca/test_problem_types.py",
    "star-order": "is said by servers; see tests/ca/test_problem_types.py",
    "too-many-names": "is said by servers; see tests/ca/test_problem_types.py",
    "validation-running": "is said by servers; see tests/ca/test_problem_types.py",
    "harica-directory": "needs HARICA's own answer to a wrong URL, which nobody has published",
    "jws-protected-missing": "no client at hand leaves the header out; see tests/sandbox",
    "zerossl-email-missing": "is said by acme.sh, which is no Debian package",
    "permission": "depends on who runs the tests",
    "disk-full": "needs a file system of its own",
    "validation-tls": "no CA at hand validates over TLS",
    "register-unattended": "certbot 5 asks for no address; older ones say it",
    "plugin-not-working": "needs a broken web server's plugin",
    "client-not-found": "is said by shells; see test_kinds",
    "pem-unreadable": "see test_kinds; OpenSSL's sentence differs between its versions",
    "too-many-open-files": "would take the limit from the tests themselves; see test_kinds",
    "eab-refused": "is what is left of sentences nobody knows; see test_kinds",
    "refused": "is what is left of types nobody uses; see test_kinds",
    "lineage-not-saved": "needs a file system that changes meanwhile; see test_details",
    "ari-ca-failed": "needs a CA that fails at `replaces`; see test_details",
    "certificate-file-missing": "is said by web servers; see test_details",
    "account-key-unusable": "is said by other clients of their key files; see test_details",
    "issue-time-limit": "is said by lego of a slow CA; see test_details",
    "files-failed": "is said by other clients of their own files; see test_details",
    "key-not-made": "is said by other clients of their own keys; see test_details",
    "eab-not-signed": "is said by other clients of their options; see test_prose",
    "account-url-guessed": "is said by step-ca of old clients; see test_prose",
    "names-are-letters": "is what other clients' settings make of a name; see test_prose",
    "eab-incomplete": "is said by other clients of their options; see test_details",
    "client-account-missing": "is said by other clients of their accounts; see test_details",
    "registration-failed": "is what is left where the CA's words are missing; see test_details",
    "helper-missing": "needs a machine without curl or openssl; see the reports",
    "module-shadowed": "needs a file of the user's in the place of Python's; see test_evidence",
    "profile-unknown": "only Let's Encrypt and Google offer profiles; see test_problems",
    "directories-unusable": "is certbot's advice after any error of a file; see test_conditions",
    "file-refused": "needs file systems that refuse; see test_conditions",
    "out-of-memory": "would take the memory from the tests themselves; see test_conditions",
    "redirect-loop": "needs a CA that follows redirects; see test_conditions",
    "unit-ended": "is said by what starts the client; see test_conditions",
    "account-paused": "only Let's Encrypt pauses accounts; see the reports",
}


@dataclass(frozen=True)
class Room:
    """Where a case plays."""

    certbot: Certbot
    folder: Path
    pytest: pytest.FixtureRequest

    @property
    def sectigo(self) -> Sectigo:
        found: Sectigo = self.pytest.getfixturevalue("sectigo")
        return found

    @property
    def pebble(self) -> Pebble:
        found: Pebble = self.pytest.getfixturevalue("pebble")
        return found

    def fails(self, *words: str | Path, env: dict[str, str] | None = None) -> str:
        """Run certbot, which has to fail, and give what it said and logged."""
        result = self.certbot.run(*words, check=None, env=env)
        assert result.returncode != 0, str(result)
        log = self.certbot.logs_dir / "letsencrypt.log"
        return f"{result.output}\n{log.read_text('utf-8') if log.exists() else ''}"

    def orders(
        self,
        pair: EabPair,
        server: str,
        *more: str | Path,
        name: str = "www.a.example",
        env: dict[str, str] | None = None,
    ) -> str:
        """Order with plain certbot, which has to fail."""
        options = plain_options(pair, server, self.folder / "plain")
        words = ("certonly", "--standalone", "-d", name, *options, *more)
        return self.fails(*words, env=env)

    def refused(self, step: str, answer: Answer, host: str | None = None) -> str:
        """Order at a CA that answers so at a step."""
        with stub(**{step: answer}) as ca:
            server = f"http://{host}/v2/OV" if host else ca.url
            port = ("--http-01-port", str(free_port()))
            env = ca.proxy if host else None
            return self.orders(EabPair.new("a-kid"), server, *port, env=env)


Case = Callable[[Room], str]
CASES: list[tuple[str, Case]] = []


def makes(key: str) -> Callable[[Case], Case]:
    def add(case: Case) -> Case:
        CASES.append((key, case))
        return case

    return add


@pytest.fixture
def room(bare_certbot: Certbot, tmp_path: Path, request: pytest.FixtureRequest) -> Room:
    return Room(bare_certbot, tmp_path, request)


def _sectigos_pair(**changes: object) -> tuple[EabPair, Config]:
    pair = EabPair.new("a-kid")
    known = Pair(kid=pair.kid, hmac_key=Secret(pair.hmac_key), domains=("a.example",))
    return pair, Config(pairs=(replace(known, **changes),))  # type: ignore[arg-type]


def _issued(room: Room) -> Sectigo:
    plain_lineage(
        room.certbot, "www.a.example", pair=room.sectigo.a.pair, server=room.sectigo.server
    )
    return room.sectigo


def _renews(room: Room, *more: str) -> str:
    return room.fails("renew", "--force-renewal", *more)


# Sectigo


@makes("identifiers-not-linked")
def wrong_account(room: Room) -> str:
    ca = _issued(room)
    return room.orders(ca.c.pair, ca.server, name="www.c.example")


@makes("identifiers-not-linked")
def wrong_account_with_lego(room: Room) -> str:
    ca = room.sectigo
    lego = Lego(room.folder / "lego", ca.server, free_port())
    return lego.run("run", "www.a.example", "www.c.example", pair=ca.a.pair, check=1).output


@makes("not-delegated")
def name_of_nobody(room: Room) -> str:
    return room.orders(room.sectigo.a.pair, room.sectigo.server, name="www.nobody.example")


@makes("not-delegated")
def name_of_nobody_with_lego(room: Room) -> str:
    lego = Lego(room.folder / "lego", room.sectigo.server, free_port())
    return lego.run("run", "www.nobody.example", pair=room.sectigo.a.pair, check=1).output


@makes("pair-already-bound")
def second_machine(room: Room) -> str:
    ca = room.sectigo
    plain_account(room.certbot, ca.a.pair, ca.server, folder=room.folder / "first")
    shutil.rmtree(room.certbot.config_dir)
    return room.orders(ca.a.pair, ca.server)


@makes("pair-already-bound")
def second_machine_with_lego(room: Room) -> str:
    ca = room.sectigo
    plain_account(room.certbot, ca.a.pair, ca.server, folder=room.folder / "first")
    return (
        Lego(room.folder / "lego", ca.server, 80)
        .run("run", "a.example", pair=ca.a.pair, check=1)
        .output
    )


@makes("kid-unknown")
def misprinted_kid(room: Room) -> str:
    return room.orders(EabPair.new("nobodys-kid"), room.sectigo.server)


@makes("kid-unknown")
def misprinted_kid_at_pebble(room: Room) -> str:
    env = {"REQUESTS_CA_BUNDLE": str(room.pebble.trust)}
    return room.orders(EabPair.new("nobodys-kid"), room.pebble.directory, env=env)


@makes("hmac-key-wrong")
def another_key(room: Room) -> str:
    return room.orders(EabPair.new(room.sectigo.a.kid), room.sectigo.server)


@makes("hmac-key-wrong")
def another_key_at_pebble(room: Room) -> str:
    env = {"REQUESTS_CA_BUNDLE": str(room.pebble.trust)}
    return room.orders(EabPair.new("kid-1"), room.pebble.directory, env=env)


@makes("account-suspended")
def suspended(room: Room) -> str:
    ca = _issued(room)
    ca.sandbox.suspend(ca.a.kid)
    return _renews(room)


@makes("account-deactivated")
def deactivated(room: Room) -> str:
    ca = _issued(room)
    ca.sandbox.deactivate_account(ca.accounts[0])
    return _renews(room)


@makes("account-deactivated")
def deactivated_with_lego(room: Room) -> str:
    ca = room.sectigo
    lego = Lego(room.folder / "lego", ca.server, free_port())
    lego.run("run", "www.a.example", pair=ca.a.pair)
    ca.sandbox.deactivate_account(ca.accounts[0])
    return lego.run("run", "more.a.example", pair=ca.a.pair, check=1).output


@makes("no-product")
def no_product(room: Room) -> str:
    pair, config = _sectigos_pair(product=False)
    with running(config) as sandbox:
        return room.orders(pair, sandbox.directory_url())


@makes("wrong-directory")
def slash_directory(room: Room) -> str:
    return room.orders(room.sectigo.a.pair, room.sectigo.server.replace("/OV", "/directory"))


@makes("empty-refusal")
def empty_detail(room: Room) -> str:
    ca = _issued(room)
    ca.sandbox.fault("empty-detail", "newOrder")
    return _renews(room)


@makes("sectigo-reseller")
def reseller(room: Room) -> str:
    body = {
        "type": "urn:sectigo:params:acme:error:subscription",
        "detail": "no slot",
        "status": 400,
    }
    return room.refused("newOrder", Answer(400, body))


@makes("jws-signature-missing")
def empty_hmac_key(room: Room) -> str:
    # acme.sh leaves the signature empty; certbot would not start with an empty key.
    client = Client(room.sectigo.server)
    pair = Pair(kid=room.sectigo.a.kid, hmac_key=Secret(room.sectigo.a.pair.hmac_key))
    reply = client.new_account(
        None, externalAccountBinding={**client.binding(pair), "signature": ""}
    )
    return json.dumps(reply.json)


@makes("key-id-missing")
def order_without_account(room: Room) -> str:
    return json.dumps(Client(room.sectigo.server).new_order("www.a.example").json)


@makes("request-url-mismatch")
def rewritten_url(room: Room) -> str:
    client = Client(room.sectigo.server)
    pair = Pair(kid=room.sectigo.a.kid, hmac_key=Secret(room.sectigo.a.pair.hmac_key))
    client.register(pair)
    return json.dumps(client.post(client.kid, POST_AS_GET, url=client.urls["newOrder"]).json)


@makes("names-duplicated")
def same_name_twice(room: Room) -> str:
    client = Client(room.sectigo.server)
    pair = Pair(kid=room.sectigo.a.kid, hmac_key=Secret(room.sectigo.a.pair.hmac_key))
    return json.dumps(client.register(pair).new_order("www.a.example", "www.a.example").json)


@makes("name-disallowed")
def disallowed(room: Room) -> str:
    detail = "DNS identifier is disallowed"
    return room.refused("newOrder", Answer.problem("rejectedIdentifier", detail))


@makes("server-time-limit")
def slow_portal(room: Room) -> str:
    return room.refused("newOrder", Answer(504, "<html>time limit exceeded</html>", "text/html"))


@makes("own-challenge-types")
def good_run(room: Room) -> str:
    _issued(room)
    return room.certbot.log


# Other CAs


@makes("zerossl-contact-missing")
def zerossl_without_contact(room: Room) -> str:
    detail = 'The request must include a value for the "externalAccountBinding" field'
    answer = Answer.problem("externalAccountRequired", detail)
    return room.refused("newAccount", answer, "acme.zerossl.com")


@makes("zerossl-invalid-without-reason")
def zerossl_order(room: Room) -> str:
    answer = Answer(
        200, {"status": "invalid", "identifiers": [], "finalize": "http://x/"}, "a/json"
    )
    return room.refused("order", answer, "acme.zerossl.com")


@makes("harica-not-json")
def harica_string(room: Room) -> str:
    answer = Answer(400, '"no account"', "application/json")
    log = room.refused("newOrder", answer, "acme-v02.harica.gr")
    # The words are those of Python for what ansible's client does with such an answer.
    with pytest.raises(AttributeError) as error:
        json.loads('"no account"').get("type")
    return f"{log}\n{error.value}"


@makes("eab-kid-mismatch")
def digicert_mismatch(room: Room) -> str:
    return room.refused("newAccount", Answer.problem("malformed", "eab kId mismatch"))


@makes("eab-url-differs")
def digicert_url(room: Room) -> str:
    detail = "url of the external account binding differs from that of the request"
    return room.refused("newAccount", Answer.problem("malformed", detail))


@makes("google-eab-expired")
def google_old_pair(room: Room) -> str:
    detail = "Unknown external account binding (EAB) key; EAB keys expire after 7 days"
    return room.refused("newAccount", Answer.problem("unauthorized", detail, 403))


@makes("sslcom-eab-required")
def sslcom(room: Room) -> str:
    answer = Answer.problem("unauthorized", "not yours", 403)
    return room.refused("newOrder", answer, "acme.ssl.com")


# Any ACME server


@makes("eab-required")
def no_pair(room: Room) -> str:
    return json.dumps(Client(room.sectigo.server).new_account(None).json)


@makes("server-demands-eab")
def no_pair_with_certbot(room: Room) -> str:
    words = (
        "--server",
        room.sectigo.server,
        "--agree-tos",
        "-m",
        "a@example.org",
        "-d",
        "a.example",
    )
    return room.fails("certonly", "--standalone", *words)


@makes("account-unknown")
def new_ca_at_the_old_place(room: Room) -> str:
    ca = _issued(room)
    regr = next(room.certbot.accounts_dir(ca.server).glob("*/regr.json"))
    regr.write_text(json.dumps({"body": {}, "uri": f"{ca.server}/account/gone"}))
    return _renews(room)


@makes("server-internal")
def fault_at_finalize(room: Room) -> str:
    ca = _issued(room)
    ca.sandbox.fault("server-error", "finalize", times=0)
    return _renews(room)


@makes("rate-limited")
def rate_limit(room: Room) -> str:
    ca = _issued(room)
    ca.sandbox.fault("rate-limit", "newOrder", times=0)
    return _renews(room)


@makes("bad-nonce")
def nonces_never_fit(room: Room) -> str:
    ca = _issued(room)
    ca.sandbox.fault("bad-nonce", "newOrder", times=0)
    return _renews(room)


@makes("terms-not-agreed")
def no_consent(room: Room) -> str:
    pair = room.sectigo.a.pair
    words = [w for w in plain_options(pair, room.sectigo.server, room.folder) if w != "--agree-tos"]
    return room.fails("certonly", "--standalone", "-d", "www.a.example", *words)


@makes("contact-refused")
def bad_contact(room: Room) -> str:
    return room.refused("newAccount", Answer.problem("invalidContact", "no such domain"))


@makes("rejected-identifier")
def policy(room: Room) -> str:
    return room.refused("newOrder", Answer.problem("rejectedIdentifier", "not by us"))


@makes("caa")
def caa(room: Room) -> str:
    detail = "CAA record for www.a.example prevents issuance"
    return room.refused("challenge", Answer.problem("caa", detail, 403))


@makes("bad-csr")
def bad_csr(room: Room) -> str:
    return room.refused("finalize", Answer.problem("badCSR", "P-521 is not for this profile"))


@makes("order-invalid")
def order_fails(room: Room) -> str:
    answer = Answer(
        200, {"status": "invalid", "identifiers": [], "finalize": "http://x/"}, "a/json"
    )
    return room.refused("order", answer)


@makes("order-not-ready")
def not_ready(room: Room) -> str:
    return room.refused("finalize", Answer.problem("orderNotReady", "still pending", 403))


@makes("already-revoked")
def revoked_twice(room: Room) -> str:
    ca = _issued(room)
    words = ("--cert-name", "www.a.example", "--server", ca.server, "--no-delete-after-revoke")
    room.certbot.run("revoke", *words)
    return room.fails("revoke", *words)


@makes("not-your-resource")
def revoked_by_another(room: Room) -> str:
    ca = _issued(room)
    plain_account(room.certbot, ca.b.pair, ca.server, folder=room.folder / "b")
    pinned = room.certbot.lineage("www.a.example").account
    (other,) = (a for a in room.certbot.accounts(ca.server) if a.id != pinned)
    words = ("--cert-name", "www.a.example", "--server", ca.server, "--account", other.id)
    return room.fails("revoke", *words, "--no-delete-after-revoke")


@makes("account-may-not-order")
def something_else(room: Room) -> str:
    return room.refused("newOrder", Answer.problem("unauthorized", "come back on Monday", 401))


@makes("malformed")
def malformed(room: Room) -> str:
    return room.refused("newOrder", Answer.problem("malformed", "come back on Monday"))


# Validations


@contextmanager
def _answering(port: int, handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[None]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield
        server.shutdown()
        thread.join()


def _challenged(room: Room, *options: str | Path) -> str:
    ca = room.sectigo
    return room.orders(ca.a.pair, ca.server, *options, name="challenge.example")


@makes("http01-connection")
def nobody_listens(room: Room) -> str:
    return _challenged(room, "--http-01-port", str(free_port()))


@makes("http01-connection")
def nobody_listens_for_pebble(room: Room) -> str:
    env = {"REQUESTS_CA_BUNDLE": str(room.pebble.trust)}
    port = ("--http-01-port", str(free_port()))
    return room.orders(room.pebble.pairs["kid-1"], room.pebble.directory, *port, env=env)


@makes("http01-timeout")
def nobody_answers(room: Room) -> str:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", int(room.sectigo.http01[1])))
        silent.listen()
        return _challenged(room, "--http-01-port", str(free_port()))


@makes("http01-wrong-answer")
def wrong_web_root(room: Room) -> str:
    (room.folder / "served").mkdir()
    (room.folder / "other").mkdir()
    handler = functools.partial(
        http.server.SimpleHTTPRequestHandler, directory=str(room.folder / "served")
    )
    with _answering(int(room.sectigo.http01[1]), handler):  # type: ignore[arg-type]
        ca = room.sectigo
        options = plain_options(ca.a.pair, ca.server, room.folder / "plain")
        words = ("certonly", "--webroot", "-w", room.folder / "other", "-d", "challenge.example")
        return room.fails(*words, *options)


@makes("dns-problem")
def no_dns(room: Room) -> str:
    return _by_hand(room, "true")


@makes("dns01-wrong-record")
def wrong_record(room: Room) -> str:
    detail = 'Incorrect TXT record "x" found at _acme-challenge.www.a.example'
    return room.refused("challenge", Answer.problem("unauthorized", detail, 403))


def _by_hand(room: Room, hook: str) -> str:
    ca = room.sectigo
    options = plain_options(ca.a.pair, ca.server, room.folder / "plain")
    words = ("certonly", "--manual", "--preferred-challenges", "dns", "--manual-auth-hook", hook)
    return room.fails(*words, "-d", "challenge.example", *options)


@makes("validation-failed")
def unknown_reason(room: Room) -> str:
    return room.refused("challenge", Answer.problem("userMood", "not today", 403))


@makes("port-taken")
def port_taken(room: Room) -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        return _challenged(room, "--http-01-port", port, "--http-01-address", "127.0.0.1")


@makes("port-taken")
def port_taken_with_lego(room: Room) -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        lego = Lego(room.folder / "lego", room.sectigo.server, taken.getsockname()[1])
        return lego.run("run", "challenge.example", pair=room.sectigo.a.pair, check=1).output


@makes("port-forbidden")
def unprivileged(room: Room) -> str:
    # A user that may not open a low port; the message is lego's own.
    lego = shutil.which("lego")
    if lego is None:
        pytest.skip("lego is not installed")
    ca = room.sectigo
    home = room.folder / "lego"
    words: list[str | Path] = [
        lego,
        "--path",
        home,
        "--server",
        ca.server,
        "--email",
        "l@example.org",
    ]
    words += ["--accept-tos", "--http", "--http.port", "127.0.0.1:1", "--eab", "--kid", ca.a.kid]
    words += ["--hmac", ca.a.pair.hmac_key, "--domains", "challenge.example", "run"]
    drop = ["setpriv", "--bounding-set", "-net_bind_service", "--inh-caps", "-net_bind_service"]
    if os.geteuid() == 0:
        words = [*drop, *words]
    return run_process(words, folder=room.folder / "output", check=1).output


# Network


def _slow_certbot(room: Room) -> str:
    """A certbot that waits two seconds instead of 45, so that the test does not."""
    script = room.folder / "impatient"
    script.write_text(
        f"#!{BIN / 'python'}\n"
        "import sys\n"
        "from acme import client\n"
        "made = client.ClientNetwork.__init__\n"
        "def init(self, *args, **kwargs):\n"
        "    made(self, *args, **{**kwargs, 'timeout': 2})\n"
        "client.ClientNetwork.__init__ = init\n"
        "from certbot.main import main\n"
        "sys.exit(main())\n"
    )
    script.chmod(0o755)
    return str(script)


@makes("ca-timeout")
def slow_finalize(room: Room) -> str:
    ca = _issued(room)
    ca.sandbox.fault("hold", "finalize", seconds=4)
    impatient = Certbot(room.certbot.home, executable=Path(_slow_certbot(room)))
    return replace(room, certbot=impatient).fails("renew", "--force-renewal")


@makes("ca-timeout")
def order_goes_on(room: Room) -> str:
    pair, config = _sectigos_pair()
    with running(replace(config, finalize="async", finalize_seconds=60)) as sandbox:
        return room.orders(pair, sandbox.directory_url(), "--issuance-timeout", "1")


@makes("ca-unreachable")
def nobody_there(room: Room) -> str:
    return room.orders(EabPair.new("a-kid"), f"http://127.0.0.1:{free_port()}/v2/OV")


@makes("ca-unreachable")
def dropped(room: Room) -> str:
    ca = _issued(room)
    ca.sandbox.fault("drop-after", "newOrder", times=0)
    return _renews(room)


@makes("proxy")
def dead_proxy(room: Room) -> str:
    env = {"http_proxy": f"http://127.0.0.1:{free_port()}", "no_proxy": ""}
    return room.orders(EabPair.new("a-kid"), "http://acme.example/v2/OV", env=env)


@makes("ca-certificate")
def unknown_root(room: Room) -> str:
    return room.orders(EabPair.new("a-kid"), room.pebble.directory)


@makes("ca-certificate")
def unknown_root_with_lego(room: Room) -> str:
    lego = Lego(room.folder / "lego", room.pebble.directory, free_port())
    return lego.run("run", "a.example", pair=EabPair.new("a-kid"), check=1).output


@makes("not-acme")
def web_page(room: Room) -> str:
    return room.refused("directory", Answer(200, "<html>Welcome</html>", "text/html"))


@makes("not-acme")
def web_page_with_lego(room: Room) -> str:
    with stub(directory=Answer(200, "<html>Welcome</html>", "text/html")) as ca:
        lego = Lego(room.folder / "lego", ca.url, free_port())
        return lego.run("run", "a.example", pair=EabPair.new("a-kid"), check=1).output


@makes("ca-unavailable")
def gateway(room: Room) -> str:
    return room.refused("newOrder", Answer(502, "<html>Bad Gateway</html>", "text/html"))


@makes("answer-unusable")
def unusable(room: Room) -> str:
    return room.refused("newOrder", Answer(418, "<html>tea</html>", "text/html"))


# certbot itself


@makes("choose-account")
def two_accounts(room: Room) -> str:
    ca = _issued(room)
    plain_account(room.certbot, ca.b.pair, ca.server, folder=room.folder / "b")
    return room.orders(ca.b.pair, ca.server, name="www.b.example")


@makes("pinned-account-missing")
def account_removed(room: Room) -> str:
    ca = _issued(room)
    shutil.rmtree(room.certbot.accounts_dir(ca.server))
    return _renews(room)


@makes("account-unparsable")
def account_damaged(room: Room) -> str:
    ca = _issued(room)
    next(room.certbot.accounts_dir(ca.server).glob("*/regr.json")).write_text('{"body": {}, "ur')
    return room.orders(ca.a.pair, ca.server, name="more.a.example")


@makes("account-exists")
def registered_twice(room: Room) -> str:
    ca = _issued(room)
    return room.fails("register", *plain_options(ca.b.pair, ca.server, room.folder))


@makes("option-unknown")
def without_the_plugin(room: Room) -> str:
    words = ("certonly", "-a", "sectigo-eab", "--sectigo-eab-credentials", "x", "-d", "a.example")
    return room.certbot.run(*words, check=2).output


@makes("plugin-missing")
def without_the_plugin_but_asked_for(room: Room) -> str:
    return room.fails("certonly", "-a", "sectigo-eab", "-d", "a.example")


@makes("plugin-missing")
def lineage_of_the_plugin(room: Room) -> str:
    _issued(room)
    path = room.certbot.renewal_file("www.a.example")
    text = path.read_text().replace("= standalone", "= sectigo-eab")
    path.write_text(f"{text}sectigo_eab_credentials = /etc/letsencrypt/sectigo-eab.ini\n")
    return _renews(room)


@makes("option-argument")
def key_that_looks_like_an_option(room: Room) -> str:
    words = ("certonly", "--eab-kid", "a-kid", "--eab-hmac-key", "-looks-like-an-option")
    return room.certbot.run(*words, check=2).output


@makes("another-instance")
def locked(room: Room) -> str:
    room.certbot.config_dir.mkdir(parents=True)
    with (room.certbot.config_dir / ".certbot.lock").open("w") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        result = room.certbot.run("certificates", check=1)
    return result.output


@makes("flag-missing")
def no_authenticator(room: Room) -> str:
    return room.fails("certonly", "-d", "www.a.example")


@makes("renewal-file-broken")
def renewal_file(room: Room) -> str:
    _issued(room)
    room.certbot.renewal_file("www.a.example").write_text("version = 1\n")
    return _renews(room)


@makes("live-directory-exists")
def left_over(room: Room) -> str:
    _issued(room)
    room.certbot.renewal_file("www.a.example").unlink()
    return room.orders(room.sectigo.a.pair, room.sectigo.server)


@makes("dry-run-elsewhere")
def dry_run(room: Room) -> str:
    _issued(room)
    proxy = f"http://127.0.0.1:{free_port()}"
    return room.fails("renew", "--dry-run", env={"https_proxy": proxy, "no_proxy": ""})


@pytest.mark.parametrize(("key", "case"), CASES, ids=[case.__name__ for _, case in CASES])
def test_it_is_explained(key: str, case: Case, room: Room) -> None:
    text = case(room)

    found = read(text.splitlines()).findings

    assert key in [finding.entry.key for finding in found], text[-3000:]
    if found[0].entry.weight is not Weight.HARMLESS:
        assert found[0].entry.key == key or key in HARMLESS, [f.entry.key for f in found]


HARMLESS = {entry.key for entry in ENTRIES if entry.weight is Weight.HARMLESS}


def test_every_entry_is_made_here_or_reported_or_said_why_not() -> None:
    made = {key for key, _ in CASES}
    reported = {k for each in score.OPEN for case in score.cases(each) for k in case["expected"]}
    reported -= {score.NOTHING, score.UNEXPLAINED}
    assert made | reported | set(NOT_MADE) == {entry.key for entry in ENTRIES}
    assert not made & set(NOT_MADE)
