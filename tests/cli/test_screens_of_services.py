"""Screens of commands that look at certificates, services, the DNS and SCM, kept as the others.

``CERTBOT_SECTIGO_SCREENS=1`` in the environment has the screens written anew; then look at them.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from josepy.jwk import JWKEC
from josepy.util import ComparableECKey

from certbot_sectigo.accounts import store
from certbot_sectigo.accounts.model import Learned, Note
from certbot_sectigo.cli.main import main
from certbot_sectigo.cli.shared.say import wrapped
from certbot_sectigo.machine import host_name
from certbot_sectigo.sandbox import Config, Organisation, RunningSandbox, running
from tests.accounts import keys
from tests.bed.ports import free_port
from tests.cli.test_screens import SCREENS
from tests.deploy.lineages import issue, lay
from tests.portal.conftest import scm_ini
from tests.sandbox.scm_client import CLERK

LONG = "www.some-long-host.department.university.example.org"
KID = "aBcDeFgHiJkLmNoPqRsTuV"
DEPARTMENT = "Department of Computational Linguistics"
NAMES = ("www.example.org", LONG)
DEPLOY = """
[[target]]
name = "haproxy of the department"
cert_name = "{long}"
format = "bundle"
path = "{root}/haproxy/certificates-of-the-department/{long}.pem"
test = ["true", "-c", "-f", "/etc/haproxy/a-long-folder/haproxy.cfg"]
[[target]]
name = "gone"
cert_name = "www.example.org"
format = "files"
privkey = "{root}/nowhere/www.key"
fullchain = "{root}/nowhere/www.pem"
"""
SENTENCE = "The account is not awaiting external account binding"


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    department = Organisation(DEPARTMENT, 77, domains=(LONG, "c.example"))
    clerk = replace(CLERK, organisations=(DEPARTMENT,))
    with running(Config(organisations=(department,), admins=(clerk,))) as sandbox:
        yield sandbox


@pytest.fixture
def root(sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An account, two lineages of it, a deploy file, a pair to move to, a log-in to SCM."""
    key = JWKEC(key=ComparableECKey(ec.derive_private_key(1, ec.SECP256R1())))
    monkeypatch.setattr(keys, "new_key", lambda: key)
    monkeypatch.setattr(host_name, "own", lambda: "web1.example.org")
    tmp_path = Path("/tmp", f"s{secrets.token_hex(4)}")
    tmp_path.mkdir(mode=0o700)
    config, server = tmp_path / "config", sandbox.directory_url()
    folder = keys.account_folder(config / "accounts" / server.partition("//")[2])
    (folder / "private_key.json").chmod(0o644)
    store.write_note(folder, Note(KID, server, Learned.TOLD, datetime.now(timezone.utc)))
    for name in NAMES:
        lay(config, name, issue(name))
        (config / "archive" / name).mkdir(parents=True)
        for path in (config / "live" / name).glob("*.pem"):
            stored = config / "archive" / name / f"{path.stem}1.pem"
            path.rename(stored)
            path.symlink_to(f"../../archive/{name}/{stored.name}")
        with (config / "renewal" / f"{name}.conf").open("a") as renewal:
            renewal.write(f"account = {folder.name}\nserver = {server}\n")
    (config / "sectigo-deploy.toml").write_text(DEPLOY.format(long=LONG, root=tmp_path))
    (tmp_path / "haproxy" / "certificates-of-the-department").mkdir(parents=True)
    new = tmp_path / "new.ini"
    new.write_text(f"sectigo_eab_kid = VuTsRqPoNmLkJiHgFeDcBa\nsectigo_eab_hmac_key = {'A' * 43}\n"
                   f"sectigo_eab_server = {server}\n")  # fmt: skip
    new.chmod(0o600)
    scm_ini(sandbox, config)
    yield tmp_path
    shutil.rmtree(tmp_path)


def same(text: str, root: Path) -> str:
    """Put one word for what differs from run to run."""
    for pattern, instead in (
        (re.escape(str(root)), "/tmp/s12345678"),
        (re.escape(root.name), "s12345678"),
        (r"20\d\d-\d\d-\d\d", "2027-01-01"),
        (r"(127\.0\.0\.1(?::|\s+port\s+))\d+", r"\g<1>12345"),
        (r"(?<![\w-])(?!aBc|VuT)[\w-]{22}(?![\w-])", "k" * 22),
        (r"owner \d+:\d+", "owner 0:0"),
        (r"root \S*certbot -q", "root certbot -q"),
        (r"trustme v[\d.]+|Testing CA #\S+", "Example CA"),
        (r"; certbot [\d.]+,[\s\S]*?Python [\d.]+", "; versions"),
    ):
        text = re.sub(pattern, instead, text)
    return text


@pytest.mark.parametrize("width", [80, 120])
def test_screens(
    root: Path,
    sandbox: RunningSandbox,
    width: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("CERTBOT_SECTIGO_DNS", f"127.0.0.1:{free_port()}")
    options = [f"--{name}-dir={root / name}" for name in ("config", "work", "logs")]
    options += [f"--system-root={root}", "-n"]

    def screen(*words: str) -> str:
        with pytest.raises(SystemExit):
            main([*options, *words])
        said = capsys.readouterr()
        text = said.out + said.err
        # Sentences as they are on a terminal; what rich prints has its width already.
        return wrapped(text, width) if {"deploy", "move", "ensure"} & set(words[:2]) else text

    server = sandbox.directory_url()
    seen = []
    for words in (
        ("doctor",),
        ("deploy", "--check"),
        ("deploy", "--dry-run"),
        ("move", "--to", f"{root}/new.ini", "--from-server", server, "--dry-run"),
        ("move", "--status"),
        ("accounts", "caa"),
        ("accounts", "caa", "--check"),
        ("explain", SENTENCE),
        ("scm", "whoami"),
        ("scm", "ensure", LONG, "--organisation", DEPARTMENT,
         "--server", server, "-d", LONG, "-d", "c.example", "--yes"),
        ("scm", "accounts"),
        ("scm", "show", LONG),
        ("scm", "validations"),
        ("scm", "audit"),
    ):  # fmt: skip
        lines = [line.rstrip() for line in screen(*words).splitlines()]
        seen += ["$ certbot-sectigo " + " ".join(words), *lines, ""]
    # What is copied stays on its line: commands, records, paths.
    whole = re.compile(r"\$ |    \S|     \S|  certbot|.*/tmp/s")
    assert [line for line in seen if len(line) > width and not whole.match(line)] == []
    text = same("\n".join(seen) + "\n", root)
    path = SCREENS / f"{width}-of-services.txt"
    if "CERTBOT_SECTIGO_SCREENS" in os.environ:
        path.write_text(text)
    assert text == path.read_text()
