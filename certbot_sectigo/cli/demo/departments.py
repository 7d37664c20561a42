"""The story of two departments: real certbot runs, the embedded sandbox."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from certbot_sectigo.base import errors

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from certbot_sectigo.sandbox import Pair, RunningSandbox

_SENTENCE = (
    "The identifiers are not all linked to the same preauthorized Subject organization name/address"
)
# certbot has no option against the machine's own /etc/letsencrypt/cli.ini, whose hooks
# must not run for a demonstration, so its default folders are moved out of the way.
_START = """
import sys
sys.path[:] = [path for path in sys.path if path]  # not what lies in the working directory
from certbot.compat import misc
folder = sys.argv.pop(1)
misc.get_default_folder = lambda kind: folder + "/default-" + kind
from certbot.main import main
sys.exit(main())
"""
_TIMEOUT = 120


class Story:
    """The demonstration's acts, each checked against the sandbox's own books.

    :param folder: where certbot's directories are made.
    :param sandbox: the CA.
    :param aloud: print what happens while it happens.
    """

    def __init__(self, folder: Path, sandbox: RunningSandbox, *, aloud: bool) -> None:
        self.folder = folder
        self._sandbox = sandbox
        self._aloud = aloud
        self.steps: list[dict[str, str]] = []
        self.certificates: list[dict[str, str]] = []

    def tell(self) -> None:
        """Play all acts.

        :raises certbot_sectigo.base.errors.Error: if one goes otherwise than told.
        """
        first, second = self._sandbox.pair("a.example"), self._sandbox.pair("b.example")
        self.say(f"A look-alike of Sectigo's ACME service runs at {self._sandbox.url} .")
        self.say(f"{first.organisation} has kid {first.kid} for a.example,")
        self.say(f"{second.organisation} has kid {second.kid} for b.example.\n")
        self._plain(first, second)
        self._with_plugin(first, second)
        self.show(first, "www.a.example")
        self.show(second, "www.b.example")
        self.say('\nNow with your own EAB pair: see README.md, "Use it".')

    def _plain(self, first: Pair, second: Pair) -> None:
        self.begin("Plain certbot, first pair, www.a.example")
        self.certbot(self._plain_words(first, "www.a.example"))
        self.outcome("issued. certbot has registered an account.")
        self.begin("Plain certbot, second pair, www.b.example")
        output = self.certbot(self._plain_words(second, "www.b.example"), expected=1)
        if _SENTENCE not in output:
            raise errors.Error("Plain certbot was to fail with Sectigo's sentence and did not.")
        self.outcome(
            f'refused: "{_SENTENCE}".',
            "certbot took the account it had and passed over --eab-kid.",
        )

    def _with_plugin(self, first: Pair, second: Pair) -> None:
        self.begin("The same with --authenticator sectigo-eab and a credentials file")
        self.certbot(self.plugin_words(second, "www.b.example"))
        self._expect_accounts(second, 1)
        self.outcome("issued, from a second account registered beside the first.")
        self.begin("sectigo-eab with the first pair, whose one binding plain certbot used up")
        self.certbot([*self.plugin_words(first, "www.a.example"), "--force-renewal"])
        self._expect_accounts(first, 1)
        self.outcome("issued, from the account that certbot's log shows to be bound with it.")
        self.begin("certbot renew, which names no pair at all")
        renew = "renew --cert-name www.b.example --force-renewal --no-random-sleep-on-renew"
        self.certbot(renew.split())
        self.outcome("renewed.\n")

    def begin(self, step: str) -> None:
        """Begin a step."""
        self.steps.append({"step": step, "outcome": ""})
        self.say(f"{len(self.steps)}. {step}:")

    def outcome(self, *lines: str) -> None:
        """Say what came of the step."""
        self.steps[-1]["outcome"] = " ".join(lines).strip()
        for line in lines:
            self.say(f"   {line}")

    def say(self, line: str) -> None:
        """Print a line, unless the story is for programs."""
        if self._aloud:
            click.echo(line)

    def _plain_words(self, pair: Pair, name: str) -> list[str]:
        # In a file, since a secret among the arguments is for everybody to see.
        options = self.folder / f"plain-{name}.ini"
        self._write_private(
            options, f"eab-kid = {pair.kid}\neab-hmac-key = {pair.hmac_key.reveal()}\n"
        )
        server = self._sandbox.server_of(pair)
        return ["certonly", "--standalone", "--agree-tos", "--register-unsafely-without-email",
                "-c", str(options), "--server", server, "-d", name]  # fmt: skip

    def credentials(self, pair: Pair, name: str, ca: RunningSandbox | None = None) -> Path:
        """Write a credentials file.

        :param ca: whose pair it is, if it is not the sandbox of the story.
        """
        path = self.folder / f"{name}.ini"
        self._write_private(
            path,
            f"sectigo_eab_kid = {pair.kid}\nsectigo_eab_hmac_key = {pair.hmac_key.reveal()}\n"
            f"sectigo_eab_server = {(ca or self._sandbox).server_of(pair)}\n",
        )
        return path

    def plugin_words(self, pair: Pair, name: str) -> list[str]:
        """Return the words with which certbot issues by our plugin."""
        credentials = self.credentials(pair, name)
        return ["certonly", "--agree-tos", "--authenticator", "sectigo-eab",
                "--sectigo-eab-credentials", str(credentials), "-d", name]  # fmt: skip

    def certbot(self, words: Sequence[str], expected: int = 0) -> str:
        """Run certbot and give what it said, its log included.

        :raises certbot_sectigo.base.errors.Error: if it ends with another code than expected.
        """
        folders = [f"--{name}-dir={self.folder / name}" for name in ("config", "work", "logs")]
        done = subprocess.run(
            [sys.executable, "-c", _START, str(self.folder), *words, "-n", *folders],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=_TIMEOUT,
            env=self._environment(),
        )
        if done.returncode != expected:
            raise errors.Error(
                f"certbot {words[0]} ended with {done.returncode} and not {expected}. It said:",
                done.stdout,
            )
        # With certbot before 2 on Python 3.11 only the log has the CA's words.
        log = self.folder / "logs" / "letsencrypt.log"
        return done.stdout + log.read_text(errors="replace")

    def _environment(self) -> dict[str, str]:
        """Keep what somebody has configured on this machine out of the story.

        That is a proxy, which certbot would ask for loopback as well, and a cli.ini of
        one's own.
        """
        kept = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        folder = str(self.folder)
        return {**kept, "HOME": folder, "XDG_CONFIG_HOME": folder, "TMPDIR": folder}

    def _expect_accounts(self, pair: Pair, number: int) -> None:
        found = len(self._sandbox.accounts(pair.kid))
        if found != number:
            raise errors.Error(f"Kid {pair.kid} was to have {number} account, and has {found}.")

    def show(self, pair: Pair, name: str, ca: RunningSandbox | None = None) -> None:
        """Print a certificate with the account its lineage is pinned to, and check both.

        :param ca: who issued it, if it is not the sandbox of the story.
        """
        from cryptography import x509
        from cryptography.x509.oid import NameOID

        config = self.folder / "config"
        pem = (config / "live" / name / "cert.pem").read_bytes()
        certificate = x509.load_pem_x509_certificate(pem)
        renewal = (config / "renewal" / f"{name}.conf").read_text()
        pinned = re.search(r"^account = (\w+)$", renewal, re.MULTILINE)
        organisation = _attribute(certificate, NameOID.ORGANIZATION_NAME)
        account = pinned.group(1) if pinned else "none"
        accounts = (ca or self._sandbox).accounts(pair.kid)
        owners = [a for a in accounts if a.url in self._uri(account)]
        if organisation != pair.organisation or not owners:
            raise errors.Error(f"{name} is of {organisation}, from account {account}.")
        told = {
            "name": name,
            "subject": certificate.subject.rfc4514_string(),
            "issuer": certificate.issuer.rfc4514_string(),
            "account": account,
            "kid": pair.kid,
        }
        self.certificates.append(told)
        self.say(name)
        self.say(f"   subject  {told['subject']}")
        self.say(f"   issuer   {told['issuer']}")
        self.say(f"   account  {account}, kid {pair.kid}")

    def _uri(self, account: str) -> str:
        found = (self.folder / "config" / "accounts").rglob(f"{account}/regr.json")
        return "".join(path.read_text() for path in found)

    @staticmethod
    def _write_private(path: Path, text: str) -> None:
        path.touch(mode=0o600)
        path.write_text(text)


def _attribute(certificate: Certificate, oid: object) -> str:
    values = [a.value for a in certificate.subject if a.oid == oid]
    return str(values[0]) if values else "nobody"
