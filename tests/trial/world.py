"""A tree of lineages with the CA they are of, as states describe them.

What a real certbot has written of one lineage is the pattern of them all; only the certificates
are our own, as certbot looks at their names and dates alone.
"""

from __future__ import annotations

import functools
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import configobj
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from certbot_sectigo.accounts import keys, store
from certbot_sectigo.accounts.model import Learned, Note
from certbot_sectigo.machine import dirs
from certbot_sectigo.sandbox import Config, Pair, RunningSandbox, running
from tests.bed.certbot import Certbot
from tests.bed.components import BIN, require
from tests.bed.eab import EabPair
from tests.bed.knot import Knot
from tests.bed.ports import free_port
from tests.bed.process import Process
from tests.bed.sectigo import Sectigo
from tests.trial.states import GONE, KINDS, Draft, State

ZONE = "dns.example"
TIMER = "[Timer]\nOnCalendar=*-*-* 00,12:00:00\n"


@dataclass(frozen=True)
class Surroundings:
    """What is so for a whole tree."""

    serves: bool = False
    """A web server has the port of HTTP-01, and serves a web root."""
    plugin: bool = True
    """The certbot that the timer starts has the plugin."""
    cli: str = ""
    """certbot's cli.ini; ``{other}`` is an account."""

    @property
    def rehearses(self) -> bool:
        """Whether a dry run is our plugin's business."""
        return self.plugin and "authenticator" not in self.cli

    def __str__(self) -> str:
        odd = (
            *(["web server"] if self.serves else []),
            *([] if self.plugin else ["timer's certbot without the plugin"]),
            *([self.cli.strip()] if self.cli else []),
        )
        return ", ".join(odd) or "usual"


@functools.cache
def pattern() -> dict[str, str]:
    """Return ``[renewalparams]`` as certbot writes them for a lineage of ours."""
    with Sectigo() as sectigo, tempfile.TemporaryDirectory() as folder:
        certbot = Certbot(Path(folder, "certbot"))
        certbot.certonly("www.b.example", credentials=sectigo.b.credentials(certbot.home / "b.ini"))
        params = certbot.lineage("www.b.example").params
        text = certbot.renewal_file("www.b.example").read_text()
        version = configobj.ConfigObj(text.splitlines())["version"]
    return {**{str(key): str(value) for key, value in params.items()}, "version": str(version)}


class Site:
    """A tree with its CA: what deeds of states need, and what judges look at."""

    def __init__(
        self,
        certbot: Certbot,
        sandbox: RunningSandbox,
        drafts: Sequence[Draft],
        around: Surroundings,
        http: int,
        root: Path,
        env: dict[str, str],
    ) -> None:
        self.certbot, self.sandbox, self.around = certbot, sandbox, around
        self.drafts = drafts
        """Those under trial; :attr:`other` stands beside them."""
        self.http, self.root, self.env = http, root, env
        self.server = sandbox.directory_url("OV")
        self.config = certbot.config_dir
        self.accounts = certbot.config_dir / "accounts"
        self.spare = certbot.home / "spare"
        self.spare.mkdir()
        self.other = _bystander()

    def folder(self, draft: Draft) -> Path:
        """Return the account's folder."""
        return self.accounts / dirs.server_path(self.server) / draft.account

    def renewal(self, draft: Draft) -> Path:
        """Return the renewal file."""
        return self.config / "renewal" / f"{draft.name}.conf"

    def link(self, draft: Draft, kind: str) -> Path:
        """Return a link in live/."""
        return self.config / "live" / draft.name / f"{kind}.pem"

    def pair_file(self, draft: Draft) -> Path:
        """Return where the lineage says its credentials are."""
        return self.certbot.home / f"{draft.name}.ini"

    def write_pair(self, draft: Draft) -> Path:
        """Put the lineage's credentials where it says."""
        pair = next(pair for pair in self.sandbox.config.pairs if pair.kid == draft.kid)
        secret = pair.hmac_key.reveal()
        return EabPair(pair.kid, secret).credentials(self.pair_file(draft), self.server)


def _bystander() -> Draft:
    name = "other.example"
    return Draft("zz-other", name, (name,), frozenset({name}), kid="kid-of-the-other")


def _rival(draft: Draft) -> Draft | None:
    """Return who has the account that a lineage is pinned to, if it is another's."""
    if draft.pinned == "broken":
        return Draft(f"{draft.name}-broken", draft.domain, kid=draft.kid)
    if draft.pinned not in ("other", "allowed"):
        return None
    rival = Draft(f"{draft.name}-rival", draft.domain, kid=f"{draft.kid}-rival")
    if draft.pinned == "allowed":
        for field in ("names", "validated", "age", "delegated", "product"):
            setattr(rival, field, getattr(draft, field))
    return rival


@contextmanager
def site(folder: Path, states: Sequence[State], around: Surroundings) -> Iterator[Site]:
    """Build a tree, with its CA running.

    :param folder: a new one.
    """
    drafts = [state.draft(number, ZONE) for number, state in enumerate(states)]
    for draft in drafts:
        draft.kid = f"kid-of-{draft.name}"
        draft.rival = _rival(draft)
    folder.mkdir()
    with ExitStack() as stack:
        knot = stack.enter_context(Knot(folder / "knot", ZONE))
        http = free_port()
        sandbox = stack.enter_context(
            running(
                Config(
                    pairs=tuple(_pairs(drafts)),
                    http01_port=http,
                    dns_port=knot.port,
                    retry_after=0,
                    show_binding=False,
                )
            )
        )
        certbot = Certbot(folder / "certbot")
        values = _values(folder, knot, http)
        (site_packages,) = (require("certbot-dns-rfc2136/bin/certbot").parent.parent).glob(
            "lib/python*/site-packages"
        )
        env = {
            "CERTBOT_PLUGIN_PATH": str(site_packages),
            "CERTBOT_SECTIGO_DNS": f"127.0.0.1:{knot.port}",
            # Without us a dry run is Let's Encrypt's business, who is not to hear of it.
            "https_proxy": "http://127.0.0.1:9",
        }
        root = _system(folder / "root", around, site_packages, certbot.config_dir)
        made = Site(certbot, sandbox, drafts, around, http, root, env)
        _build(made, values)
        if around.serves:
            stack.enter_context(_web_server(folder, Path(values["www"]), http))
        yield made


def _pairs(drafts: Sequence[Draft]) -> Iterator[Pair]:
    rivals = [d.rival for d in drafts if d.rival is not None and d.rival.kid != d.kid]
    for draft in (*drafts, *rivals, _bystander()):
        yield Pair(
            kid=draft.kid,
            binding=draft.binding,
            organisation=draft.name,
            domains=tuple(_domains(draft)) if draft.delegated else (),
            validated=tuple(sorted(draft.validated)) if draft.delegated else (),
            validation_age=draft.age,
            product=draft.product,
        )


def _domains(draft: Draft) -> list[str]:
    """Return what is delegated: each name for itself, as what is validated is a domain."""
    return sorted({name.removeprefix("*.") for name in draft.names})


def _values(folder: Path, knot: Knot, http: int) -> dict[str, str]:
    wrong = folder / "wrong.ini"
    text = knot.credentials(folder / "dns.ini").read_text()
    wrong.touch(mode=0o600)
    wrong.write_text(text.replace("secret = ", "secret = AAAA"))
    for name in ("www", "unserved"):
        (folder / name).mkdir()
    return {
        "http": str(http),
        "dns": str(folder / "dns.ini"),
        "wrong_dns": str(wrong),
        "www": str(folder / "www"),
        "unserved": str(folder / "unserved"),
    }


def _build(site: Site, values: Mapping[str, str]) -> None:
    for hooks in ("pre", "deploy", "post"):
        (site.config / "renewal-hooks" / hooks).mkdir(parents=True)
    # certbot makes it as soon as an installer is asked for.
    (site.certbot.work_dir / "backups").mkdir(parents=True)
    values = {**values, "ev": site.sandbox.directory_url("EV")}
    for draft in (*site.drafts, site.other):
        for owner in filter(None, (draft, draft.rival)):
            _make_account(site, owner)
        _make_lineage(site, draft, values)
    for draft in site.drafts:
        for deed in draft.deeds:
            deed(site, draft)
    if site.around.cli:
        site.certbot.cli_ini.parent.mkdir(parents=True)
        site.certbot.cli_ini.write_text(site.around.cli.format(other=site.other.account))


def _make_account(site: Site, draft: Draft) -> None:
    """Register it, as a certbot of some other day did: without a log."""
    key = keys.quick()
    folder = site.accounts / dirs.server_path(site.server)
    note = Note(draft.kid, site.server, Learned.REGISTERED, datetime.now(timezone.utc))
    draft.url = site.sandbox.add_account(draft.kid, key.public_key().to_json())
    draft.account = store.create(folder, key, note if draft.note else None)
    store.complete(folder / draft.account, draft.url)
    for parent in (folder / draft.account).parents:
        if parent == site.config:
            break
        parent.chmod(0o700)


def _make_lineage(site: Site, draft: Draft, values: Mapping[str, str]) -> None:
    cert, key, chain = _certificate(draft.names)
    content = {"cert": cert, "privkey": key, "chain": chain, "fullchain": cert + chain}
    archive = site.config / "archive" / draft.name
    live = site.config / "live" / draft.name
    for path in (archive, live, site.config / "renewal"):
        path.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        file = archive / f"{kind}1.pem"
        file.touch(mode=0o600 if kind == "privkey" else 0o644)
        file.write_bytes(content[kind])
        site.link(draft, kind).symlink_to(f"../../archive/{draft.name}/{kind}1.pem")
    owner = draft.rival or draft
    certbot = site.certbot
    params: dict[str, str | None] = {
        **pattern(),
        "config_dir": str(certbot.config_dir),
        "work_dir": str(certbot.work_dir),
        "logs_dir": str(certbot.logs_dir),
        "account": GONE if draft.pinned == "gone" else owner.account,
        "server": site.server,
        "sectigo_eab_server": site.server,
        "sectigo_eab_kid": owner.kid,
        "sectigo_eab_credentials": str(site.pair_file(draft)),
        **draft.params,
    }
    version = params.pop("version")
    lines = [f"version = {version}", f"archive_dir = {archive}"]
    lines += [f"{kind} = {site.link(draft, kind)}" for kind in KINDS]
    lines += ["", "# Options used in the renewal process", "[renewalparams]"]
    lines += [f"{name} = {value}" for name, value in params.items() if value is not None]
    site.renewal(draft).write_text("\n".join(lines).format(**values) + "\n")


@functools.cache
def _keys() -> tuple[ec.EllipticCurvePrivateKey, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    form = serialization.PrivateFormat.PKCS8
    none = serialization.NoEncryption()
    return key, key.private_bytes(serialization.Encoding.PEM, form, none)


def _certificate(names: Sequence[str]) -> tuple[bytes, bytes, bytes]:
    """Make certificate, key and chain; the key is the same for all, which nobody looks at."""
    key, key_pem = _keys()
    now = datetime.now(timezone.utc)
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A CA of the trial")])

    def made(subject: x509.Name, more: Sequence[x509.GeneralName]) -> bytes:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=100))
            .not_valid_after(now + timedelta(days=99))
        )
        if more:
            builder = builder.add_extension(x509.SubjectAlternativeName(more), critical=False)
        return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    leaf = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    return made(leaf, [x509.DNSName(name) for name in names]), key_pem, made(issuer, [])


def _system(root: Path, around: Surroundings, plugins: Path, config_dir: Path) -> Path:
    """Lay out a system whose timer starts this very certbot, or the one without our plugin."""
    bin_dir = BIN if around.plugin else require("certbot-bare/bin/certbot").parent
    environment = bin_dir.parent
    for real in (environment, plugins):
        here = root / real.relative_to("/")
        here.parent.mkdir(parents=True, exist_ok=True)
        here.symlink_to(real)
    units = root / "etc/systemd/system"
    (units / "timers.target.wants").mkdir(parents=True)
    (units / "certbot.timer").write_text(TIMER)
    (units / "timers.target.wants" / "certbot.timer").symlink_to("../certbot.timer")
    (units / "certbot.service").write_text(
        f"[Service]\nEnvironment=CERTBOT_PLUGIN_PATH={plugins}\n"
        f"ExecStart={bin_dir}/certbot -q renew --config-dir {config_dir}\n"
    )
    return root


@contextmanager
def _web_server(folder: Path, www: Path, port: int) -> Iterator[None]:
    words = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    with Process([*words, "--directory", www], folder=folder / "output") as server:
        server.until(lambda: _listens(port), "the web server")
        yield


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def surroundings(number: int) -> Surroundings:
    """Return those of a tree: most are usual, and each odd thing comes in turn."""
    odd = (
        Surroundings(),
        Surroundings(serves=True),
        Surroundings(plugin=False),
        Surroundings(cli="agree-tos = true\n"),
        Surroundings(serves=True, cli="account = {other}\n"),
        Surroundings(cli="preferred-challenges = dns\n"),
        Surroundings(serves=True, cli="agree-tos = true\n"),
        Surroundings(cli="authenticator = standalone\n"),
        Surroundings(),
        Surroundings(cli="staging = true\n"),
    )
    return odd[number % len(odd)]
