"""scm ensure, pair and revoke killed at every request and file operation, and run again."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from certbot_sectigo.portal import revoked
from certbot_sectigo.portal.scm import Scm
from certbot_sectigo.sandbox import Pair, RunningSandbox
from tests.bed.certbot import Certbot
from tests.bed.proposals import ran
from tests.portal.conftest import a_minute_later, scm_ini, transport
from tests.safety.forker import Forker
from tests.sandbox.acme_client import Client, der

NAME = "web1.c.example"
DOMAINS = ("c.example", "www.c.example")


class Host:
    """A controller that is started anew each time."""

    def __init__(self, forker: Forker, certbot: Certbot, sandbox: RunningSandbox) -> None:
        self.forker = forker
        self.folder = certbot.home
        self.config = certbot.config_dir
        self.scm = Scm(transport(sandbox, certbot.home))
        self.output = certbot.home / "web1.ini"
        domains = [word for name in DOMAINS for word in ("-d", name)]
        self.ensure = ["scm", "ensure", NAME, "--organisation", "Department C", "--server",
                       sandbox.directory_url(), *domains, "--yes"]  # fmt: skip
        self.pair = ["scm", "pair", NAME, "--output", str(self.output), "--for", DOMAINS[1]]

    def killed(self, words: list[str], number: int) -> bool:
        """Run a command, to be killed at its step of a number; False if it has fewer."""
        return self.forker.run(*words, kill_at=number, asking=True).killed

    def check(self) -> None:
        """There is one account, complete, and one file."""
        (account,) = self.scm.accounts()
        assert {domain.name for domain in self.scm.domains(account.id)} == set(DOMAINS)
        assert account.hmac_key is not None
        assert account.hmac_key.reveal() in self.output.read_text()
        assert self.output.stat().st_mode & 0o777 == 0o600
        assert not list(self.folder.rglob(".sectigo-eab-*"))
        left = {p.name for p in (self.config / "sectigo" / "scm").iterdir()}
        assert left == {"lock"}

    def a_minute_later_ensured(self) -> None:
        """Run it again with room on the disk, see that all is well, and begin anew."""
        a_minute_later(self.config)
        self.forker.run(*self.ensure)
        self.forker.run(*self.pair)
        self.check()
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        for account in self.scm.accounts():
            self.scm.delete(account.id)
        self.output.unlink(missing_ok=True)


@pytest.fixture
def host(sandbox: RunningSandbox, certbot: Certbot, tmp_path: Path) -> Iterator[Host]:
    certbot.config_dir.mkdir(parents=True)
    scm_ini(sandbox, certbot.config_dir)
    names = ("config", "work", "logs")
    options = [f"--{k}-dir={d}" for k, d in zip(names, certbot.directories)]
    with Forker(tmp_path, *options) as forker:
        yield Host(forker, certbot, sandbox)


def test_ensure(host: Host) -> None:
    number = 0
    while host.killed(host.ensure, number):
        assert len(host.scm.accounts()) <= 1, number
        host.a_minute_later_ensured()
        number += 1
    assert number > 30


def test_pair(host: Host) -> None:
    host.forker.run(*host.ensure)
    host.forker.run(*host.pair)
    pair = host.output.read_text()
    older = pair.replace("_kid = ", "_kid = older-")
    number = 0
    while True:
        host.output.write_text(older)
        if not host.killed(host.pair, number):
            break
        assert host.output.read_text() in (older, pair)
        host.forker.run(*host.pair)
        host.check()
        number += 1
    assert number > 15


def test_revoke(host: Host, sandbox: RunningSandbox) -> None:
    host.forker.run(*host.ensure)
    [account] = host.scm.accounts()
    assert account.kid is not None
    assert account.hmac_key is not None
    client = Client(sandbox.directory_url()).register(Pair(account.kid, account.hmac_key))
    live = host.config / "live" / DOMAINS[1]
    live.mkdir(parents=True)
    (host.config / "renewal").mkdir()
    files = (f"{kind} = {live / kind}.pem\n" for kind in ("cert", "privkey", "chain", "fullchain"))
    text = "".join(files) + "[renewalparams]\n"
    (host.config / "renewal" / f"{DOMAINS[1]}.conf").write_text(text)
    words = ["scm", "revoke", "--cert-name", DOMAINS[1], "--yes"]

    def begin() -> str:
        pem = client.issue(DOMAINS[1])
        (live / "cert.pem").write_text(pem)
        return hashlib.sha256(der(pem)).hexdigest()

    def noted(fingerprint: str) -> bool | None:
        found = revoked.read(host.config / "sectigo" / "scm", [])
        return {one.fingerprint: one.sure for one in found}.get(fingerprint)

    number, killed = 5, True  # the steps before only read and make folders
    while killed:
        fingerprint = begin()
        killed = host.killed(words, number)
        done = bool(sandbox.certificates()[-1].revoked)
        # Nothing that was done goes without a note, and none says done of what was not.
        assert noted(fingerprint) is not None or not done, number
        assert done or not noted(fingerprint), number
        if not noted(fingerprint):
            host.forker.run(*words)
        assert sandbox.certificates()[-1].revoked
        assert noted(fingerprint) is True, number
        number += 1
    assert number > 10
    for kind, left in (("forbidden", None), ("drop-after", False)):
        fingerprint = begin()
        sandbox.fault(kind, "scm-revoke-serial")
        host.forker.run(*words, check=1)
        assert noted(fingerprint) is left
        host.forker.run(*words)
        assert noted(fingerprint) is True


def test_a_full_disk(host: Host) -> None:
    number = 0
    while True:
        outcome = host.forker.run(*host.ensure, fail_at=number, check=None)
        assert len(host.scm.accounts()) <= 1, number
        if outcome.returncode == 0:
            break
        assert "The disk is full" in outcome.output
        # Without a note on the disk nothing is made.
        assert number or not host.scm.accounts()
        host.a_minute_later_ensured()
        number += 1
    assert number > 3
    number = 0
    while host.forker.run(*host.pair, fail_at=number, check=None).returncode:
        assert not host.output.exists()
        number += 1
    assert number > 1
    host.check()


def test_no_place_for_a_note(host: Host) -> None:
    (host.config / "sectigo").write_text("in the way")
    outcome = host.forker.run(*host.ensure, check=1)
    assert str(host.config / "sectigo") in outcome.output
    assert host.scm.accounts() == []


def test_what_ensure_proposes_is_run_as_it_is_printed(host: Host) -> None:
    said = host.forker.run(*host.ensure).output
    (line,) = [w.strip() for w in said.splitlines() if " scm pair " in w]
    host.forker.run(*shlex.split(ran(line).replace("FILE", str(host.output)))[1:])
    host.check()
