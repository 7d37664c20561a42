"""Clients nobody here wrote, from registration to deactivation, in both profiles.

Each gets a certificate for a validated name and for one that is really asked over HTTP-01.
"""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from certbot_sectigo.sandbox import RunningSandbox
from tests.bed.certbot import Certbot
from tests.bed.components import require
from tests.bed.eab import EabPair
from tests.bed.lego import Lego
from tests.bed.ports import free_port
from tests.bed.process import Result, clean_environment, run
from tests.sandbox.conftest import ONCE

NAMES = ("www.a.example", "challenge.example")
KEY = ONCE.hmac_key.reveal()
Start = Callable[..., RunningSandbox]


@dataclass(frozen=True)
class Bed:
    """A sandbox, and the port on which a client answers HTTP-01."""

    sandbox: RunningSandbox
    port: int

    def check_issued(self, count: int = 1) -> None:
        assert len(self.sandbox.certificates()) == count
        assert set(self.sandbox.certificates()[-1].names) == set(NAMES)
        (account,) = self.sandbox.accounts()
        assert account.kid == ONCE.kid

    def check_revoked(self) -> None:
        assert [bool(c.revoked) for c in self.sandbox.certificates()][-1] is True

    def check_deactivated(self) -> None:
        assert [account.status for account in self.sandbox.accounts()] == ["deactivated"]

    def check_no_surprise(self, *refused: str) -> None:
        """Nothing was refused but the requests to these endpoints, once each."""
        found = [record.endpoint for record in self.sandbox.requests() if record.status >= 400]
        assert found == list(refused)


@pytest.fixture(params=["classic", "universal"])
def bed(request: pytest.FixtureRequest, start: Start) -> Bed:
    port = free_port()
    return Bed(start(profile=request.param, http01_port=port, finalize_seconds=0.5), port)


@pytest.fixture
def web_root(bed: Bed, tmp_path: Path) -> Iterator[Path]:
    """A web server for those that only write files."""
    root = tmp_path / "www"
    (root / ".well-known" / "acme-challenge").mkdir(parents=True)

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    handler = functools.partial(Handler, directory=str(root))
    with http.server.ThreadingHTTPServer(("127.0.0.1", bed.port), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield root
        server.shutdown()
        thread.join()


def test_certbot(bed: Bed, bare_certbot: Certbot) -> None:
    server = ("--server", bed.sandbox.directory_url())
    words: tuple[str, ...] = (
        "certonly",
        "--standalone",
        "--agree-tos",
        "-m",
        "x@a.example",
        *server,
    )
    words += ("--http-01-port", str(bed.port), "--http-01-address", "127.0.0.1")
    words += (*EabPair(ONCE.kid, KEY).arguments, "-d", NAMES[0], "-d", NAMES[1])
    bare_certbot.run(*words)
    bed.check_issued()
    assert bare_certbot.lineage(NAMES[0]).organisation == ONCE.organisation
    bare_certbot.run("renew", "--force-renewal")
    bed.check_issued(2)
    bare_certbot.run("update_account", "-m", "new@a.example", *server)
    (account,) = bed.sandbox.accounts()
    assert account.contact == ("mailto:new@a.example",)
    bare_certbot.run("show_account", *server)
    bare_certbot.run("revoke", "--cert-name", NAMES[0], *server)
    bed.check_revoked()
    bare_certbot.run("unregister", *server)
    bed.check_deactivated()
    bed.check_no_surprise()


def test_lego(bed: Bed, tmp_path: Path) -> None:
    lego = Lego(tmp_path / "lego", bed.sandbox.directory_url(), bed.port)
    pair = EabPair(ONCE.kid, KEY)
    lego.run("run", *NAMES, pair=pair)
    bed.check_issued()
    assert ONCE.organisation in lego.certificate(NAMES[0]).subject.rfc4514_string()
    lego.run("renew", *NAMES, pair=pair, options=("--days", "300", "--no-random-sleep"))
    bed.check_issued(2)
    lego.run("revoke", NAMES[0], pair=pair)
    bed.check_revoked()
    bed.check_no_surprise()


def test_dehydrated(bed: Bed, tmp_path: Path, web_root: Path) -> None:
    config = tmp_path / "config"
    config.write_text(
        f'CA="{bed.sandbox.directory_url()}"\n'
        f'BASEDIR="{tmp_path}/dehydrated"\n'
        f'WELLKNOWN="{web_root}/.well-known/acme-challenge"\n'
        f'EAB_KID="{ONCE.kid}"\nEAB_HMAC_KEY="{KEY}"\nCONTACT_EMAIL="x@a.example"\n'
        # Large keys take long to make and show nothing more.
        'ACCOUNT_KEYSIZE="2048"\nKEY_ALGO="prime256v1"\n'
    )
    (tmp_path / "dehydrated").mkdir()

    def dehydrated(*args: str) -> Result:
        environment = clean_environment(HOME=str(tmp_path))
        words: list[str | Path] = [require("dehydrated"), "--config", config, *args]
        return run(words, folder=tmp_path / "output", env=environment)

    dehydrated("--register", "--accept-terms")
    wanted = ("--cron", "--domain", " ".join(NAMES))
    dehydrated(*wanted)
    bed.check_issued()
    dehydrated(*wanted, "--force")
    bed.check_issued(2)
    dehydrated("--revoke", str(tmp_path / "dehydrated" / "certs" / NAMES[0] / "cert.pem"))
    bed.check_revoked()
    dehydrated("--deactivate")
    bed.check_deactivated()
    bed.check_no_surprise()


def test_uacme(bed: Bed, tmp_path: Path, web_root: Path) -> None:
    hook = tmp_path / "hook.sh"
    hook.write_text(
        "#!/bin/sh\n"
        f'file="{web_root}/.well-known/acme-challenge/$4"\n'
        'test "$2" = http-01 || exit 1\n'
        'case "$1" in begin) printf %s "$5" > "$file";; *) rm -f "$file";; esac\n'
    )
    hook.chmod(0o755)

    def uacme(*args: str) -> Result:
        words: list[str | Path] = [require("uacme"), "-y", "-v", "-o", "-t", "EC", "-h", hook]
        words += ["-a", bed.sandbox.directory_url(), "-c", tmp_path / "uacme", *args]
        return run(words, folder=tmp_path / "output", env=clean_environment(HOME=str(tmp_path)))

    uacme("-e", f"{ONCE.kid}:{KEY}", "new", "x@a.example")
    uacme("issue", *NAMES)
    bed.check_issued()
    uacme("-f", "issue", *NAMES)
    bed.check_issued(2)
    uacme("update", "new@a.example")
    uacme("newkey")
    uacme("revoke", str(tmp_path / "uacme" / NAMES[0] / "cert.pem"))
    bed.check_revoked()
    uacme("deactivate")
    bed.check_deactivated()
    # It asks first whether its key has an account already.
    bed.check_no_surprise("newAccount")


def test_certbot_and_lego_over_https(start: Start, tmp_path: Path, bare_certbot: Certbot) -> None:
    sandbox = start(tls=True)
    bare_certbot.trust = sandbox.ca_bundle
    words: tuple[str, ...]
    words = ("certonly", "--standalone", "--agree-tos", "--register-unsafely-without-email")
    words += ("--server", sandbox.directory_url(), *EabPair(ONCE.kid, KEY).arguments)
    bare_certbot.run(*words, "-d", NAMES[0])
    other = sandbox.config.pairs[1]
    lego = Lego(tmp_path / "lego", sandbox.directory_url(), free_port(), trust=sandbox.ca_bundle)
    lego.run("run", "www.b.example", pair=EabPair(other.kid, other.hmac_key.reveal()))
    assert len(sandbox.certificates()) == 2
