"""The real certbot in a child process, on directories of its own."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import configobj
from cryptography import x509
from cryptography.x509.oid import NameOID

from tests.bed import process, tree
from tests.bed.components import BIN, require
from tests.bed.terminal import terminal

NOTE = "sectigo-eab.json"


@dataclass(frozen=True)
class Account:
    """An account folder as it stands on disk."""

    folder: Path
    """``accounts/<host>/<path>/<id>``."""
    url: str
    """The account's URL at the CA."""
    note: dict[str, Any] | None
    """The note beside certbot's files, if there is one."""

    @property
    def id(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def kid(self) -> str | None:
        """The key id in the note."""
        return None if self.note is None else str(self.note["kid"])


@dataclass(frozen=True)
class Lineage:
    """A lineage as it stands on disk."""

    name: str
    """The certificate's name."""
    params: dict[str, Any]
    """``[renewalparams]`` of its renewal file."""
    certificates: tuple[x509.Certificate, ...]
    """Leaf first, as in fullchain.pem."""

    @property
    def leaf(self) -> x509.Certificate:
        """The certificate itself."""
        return self.certificates[0]

    @property
    def account(self) -> str:
        """The id of the account it is pinned to."""
        return str(self.params["account"])

    @property
    def organisation(self) -> str | None:
        """O of the subject."""
        names = self.leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        return str(names[0].value) if names else None

    @property
    def names(self) -> set[str]:
        """The DNS names of the certificate."""
        extension = self.leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        return set(extension.value.get_values_for_type(x509.DNSName))

    @property
    def serial(self) -> int:
        """The leaf's serial number."""
        return self.leaf.serial_number


class Certbot:
    """A certbot installation: three directories, and a home whose cli.ini applies.

    :param home: holds all of them; made if it is not there.
    :param trust: certificates of the CA's TLS, as one PEM file.
    :param executable: which certbot; by default the one of this environment, which has
        the plugin.
    """

    def __init__(
        self, home: Path, *, trust: Path | None = None, executable: Path = BIN / "certbot"
    ) -> None:
        self.home = home
        self.executable = executable
        self.config_dir = home / "config"
        self.work_dir = home / "work"
        self.logs_dir = home / "logs"
        self.cli_ini = home / "xdg" / "letsencrypt" / "cli.ini"
        """Read by every run, where it exists."""
        self.trust = trust
        # certbot leaves a log in the folder of temporary files where it fails early.
        self.temporary = home / "tmp"
        self.temporary.mkdir(parents=True, exist_ok=True)

    @property
    def directories(self) -> tuple[Path, Path, Path]:
        """What certbot writes to."""
        return self.config_dir, self.work_dir, self.logs_dir

    def environment(self, env: Mapping[str, str] | None = None) -> dict[str, str]:
        """Give the environment of a run."""
        trust = {} if self.trust is None else {"REQUESTS_CA_BUNDLE": str(self.trust)}
        return process.clean_environment(
            HOME=str(self.home),
            TMPDIR=str(self.temporary),
            XDG_CONFIG_HOME=str(self.cli_ini.parents[1]),
            # Where nobody answers: a test that needs the DNS brings its own.
            **{"CERTBOT_SECTIGO_DNS": "127.0.0.1:9", **trust, **(env or {})},
        )

    def command(self, *args: str | Path, ask: bool = False) -> list[str]:
        """Give the words of a run; non-interactive unless it may ask."""
        words = [str(self.executable), *map(str, args)]
        for option, folder in zip(("config", "work", "logs"), self.directories):
            words += [f"--{option}-dir", str(folder)]
        # One log for each run, as by default: Debian's /etc/letsencrypt/cli.ini, which certbot
        # reads whatever its directories are, has all of them in one file.
        words += ["--max-log-backups", "1000"]
        if not ask:
            words.append("--non-interactive")
        if args[:1] == ("renew",):
            words.append("--no-random-sleep-on-renew")
        return words

    def start(
        self, *args: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> process.Process:
        """Start a run that goes on beside the test."""
        return process.Process(
            self.command(*args),
            folder=self.home / "output",
            env=self.environment(env),
            cwd=cwd or self.home,
        )

    def run(
        self,
        *args: str | Path,
        check: int | None = 0,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        timeout: float = process.TIMEOUT,
    ) -> process.Result:
        """Run it to its end.

        :param check: the exit code it must have; None for any.
        """
        result = process.run(
            self.command(*args),
            folder=self.home / "output",
            check=check,
            env=self.environment(env),
            cwd=cwd or self.home,
            timeout=timeout,
        )
        # Not even an error is worth a traceback to a user.
        assert "Traceback (most recent call last)" not in result.output, str(result)
        return result

    def certonly(
        self,
        *names: str,
        credentials: str | Path,
        more: Sequence[str | Path] = (),
        check: int | None = 0,
        cwd: Path | None = None,
    ) -> process.Result:
        """Get a certificate through our plugin, as the README tells people to.

        :param names: the DNS names.
        :param credentials: the credentials file, as it is given on the command line.
        :param more: further options.
        """
        return self.run(*self.certonly_words(*names, credentials=credentials, more=more),
                        check=check, cwd=cwd)  # fmt: skip

    @staticmethod
    def certonly_words(
        *names: str, credentials: str | Path, more: Sequence[str | Path] = ()
    ) -> tuple[str, ...]:
        """Give the words of :meth:`certonly`."""
        words = ["certonly", "--agree-tos", "--authenticator", "sectigo-eab"]
        words += ["--sectigo-eab-credentials", str(credentials), *map(str, more)]
        for name in names:
            words += ["-d", name]
        return tuple(words)

    def without_plugin(self) -> Certbot:
        """Give a certbot on the same directories that has never heard of our plugin."""
        executable = require("certbot-bare/bin/certbot")
        return Certbot(self.home, trust=self.trust, executable=executable)

    @contextmanager
    def on_terminal(self, *args: str | Path) -> Iterator[Any]:
        """Run it on a pseudo-terminal, where it may ask."""
        with terminal(self.command(*args, ask=True), self.environment()) as child:
            yield child

    def accounts_dir(self, server: str) -> Path:
        """Give certbot's folder for a directory URL."""
        parts = urlsplit(server)
        return self.config_dir / "accounts" / parts.netloc / parts.path.strip("/")

    def accounts(self, server: str) -> list[Account]:
        """Give the accounts of a server, by id; broken folders are passed over."""
        folders = sorted(path.parent for path in self.accounts_dir(server).glob("*/regr.json"))
        found = []
        for folder in folders:
            with contextlib.suppress(json.JSONDecodeError):
                found.append(read_account(folder))
        return found

    def account(self, server: str, kid: str) -> Account:
        """Give the one account whose note has the kid."""
        (found,) = (account for account in self.accounts(server) if account.kid == kid)
        return found

    def renewal_file(self, name: str) -> Path:
        """Give a lineage's renewal file."""
        return self.config_dir / "renewal" / f"{name}.conf"

    def lineage(self, name: str) -> Lineage:
        """Read a lineage."""
        path = self.renewal_file(name)
        params = configobj.ConfigObj(str(path), encoding="utf-8", file_error=True)["renewalparams"]
        chain = (self.config_dir / "live" / name / "fullchain.pem").read_bytes()
        # Old cryptography reads one certificate at a time.
        end = b"-----END CERTIFICATE-----\n"
        parts = [part + end for part in chain.split(end) if part.strip()]
        return Lineage(name, dict(params), tuple(map(x509.load_pem_x509_certificate, parts)))

    def snapshot(self, *, logs: bool = False) -> tree.Snapshot:
        """Take a snapshot of the directories; of the logs only if told so."""
        return tree.Snapshot.of(*(self.directories if logs else self.directories[:2]))

    def holders(self, secret: str) -> list[Path]:
        """Give the files certbot wrote that hold a secret."""
        return tree.holders(secret, *self.directories, self.home / "output")

    @property
    def log(self) -> str:
        """The text of the newest log."""
        return (self.logs_dir / "letsencrypt.log").read_text("utf-8")


def read_account(folder: Path) -> Account:
    """Read an account folder."""
    registration = json.loads((folder / "regr.json").read_text("utf-8"))
    note = folder / NOTE
    return Account(
        folder,
        registration["uri"],
        json.loads(note.read_text("utf-8")) if note.exists() else None,
    )
