"""``doctor --bundle``: what a helper needs is in it, and no secret of any kind."""

from __future__ import annotations

import gzip
import json
import tarfile
from pathlib import Path

import pytest

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.cli.main import main
from certbot_sectigo.doctor import bundle
from certbot_sectigo.doctor.readers import exposure, secret_values
from certbot_sectigo.machine import certbot_options, installation
from tests.accounts.keys import account_folder, new_key
from tests.deploy.lineages import issue, lay

HMAC = "mZk3Q_8vT0rYw1LbN5xHc7JdG2sPf9uEaKi4oRtMqW-"
PLANTED = {
    "hmac": HMAC,
    "scm": "Xk9!correct-horse",
    "dns": "dnsTok3nABCDEFGHIJ",
    "p12": "p12Passw0rd99",
    "proxy": "pr0xyPassw",
    "bearer": "eyJhbGciOiJIUzI1NiJ9.e30.abc",
    "option": "t0ken-of-another-tool",
    "elsewhere": "hunter2-elsewhere",
    "words": "correct horse battery",
    "short": "Xq7",
    "digits": "94027561",
    "word": "geheimnis",
    "path": "/k/Jalrx9",
}
"""Options and what is elsewhere stand in a log alone: nothing but names tells what they are."""


UNLIKE = "geheimnisvolle 940275610"
"""Has secrets within other words."""


def plant(root: Path) -> dict[str, str]:
    """Make a machine with secrets in all places; give them by kind."""
    config, logs = root / "config", root / "logs"
    folder = account_folder(config / "accounts" / "ca.example" / "v2")
    account = json.loads((folder / "private_key.json").read_text())["d"]
    pems = issue("www.example.org")
    lay(config, "www.example.org", pems)
    key = pems.privkey.decode()
    foreign = issue("x.example").privkey.decode()
    foreign_jwk = json.loads(new_key().json_dumps())
    for name, text in {
        "sectigo-eab.ini": f"sectigo_eab_kid = kid-of-it\nsectigo_eab_hmac_key = {HMAC}\n"
        "sectigo_eab_server = https://ca.example/v2\n",
        "sectigo-scm.ini": f"sectigo_scm_login = me\nsectigo_scm_password = {PLANTED['scm']}\n",
        "dns.ini": f"dns_x_api_token = '{PLANTED['dns']}'\n",
        "dns2.ini": f"dns_y_secret = {PLANTED['short']}\ndns_y_api_key={PLANTED['digits']}\n"
        f"dns_y_password = {PLANTED['word']}\ndns_y_secret_access_key = {PLANTED['path']}\n",
        "p12.pass": PLANTED["p12"] + "\n" + PLANTED["words"] + "\n",
        "cli.ini": f"# https_proxy=http://me:{PLANTED['proxy']}@proxy.example:3128\n",
        "sectigo-deploy.toml": '[[target]]\nname = "a"\ncert_name = "www.example.org"\n'
        f'format = "pkcs12"\npath = "{root}/a.p12"\npassword_file = "{config}/p12.pass"\n',
    }.items():
        (config / name).write_text(text)
    with (config / "renewal" / "www.example.org.conf").open("a") as renewal:
        renewal.write(
            f"account = {folder.name}\nserver = https://ca.example/v2\nauthenticator = dns-x\n"
            f"dns_x_credentials = {config}/dns.ini\ndns_y_credentials = {config}/dns2.ini\n"
            f"post_hook = curl -H 'Authorization: Bearer {PLANTED['bearer']}' https://x.example\n"
        )
    logs.mkdir()
    lines = [
        f"Arguments: ['--eab-kid', 'kid-of-it', '--eab-hmac-key', '{HMAC}', '-n', "
        f"'--dns-y-token', '{PLANTED['option']}']",
        f"It said {PLANTED['scm']} and {PLANTED['dns']} and {PLANTED['p12']} in plain.",
        f"Account key {account}",
        key,
        "In one line: " + foreign.replace("\n", "\\n"),
        json.dumps(foreign_jwk),
        f"db_password: {PLANTED['elsewhere']}",
        f"Cookie: session={PLANTED['elsewhere']}",
        f"{PLANTED['words']}: '{PLANTED['short']}',{PLANTED['digits']}/{PLANTED['word']} "
        f"{PLANTED['scm']}{PLANTED['short']} {PLANTED['path']}",
        f"The account is currently suspended, says the {UNLIKE}",
    ]
    stamp = "2026-11-01 10:00:00,000:DEBUG:certbot._internal.main:"
    text = "".join(f"{stamp}{line}\n" for line in lines)
    (logs / "letsencrypt.log").write_text(text)
    (logs / "letsencrypt.log.1.gz").write_bytes(gzip.compress(text.encode()))
    return {
        **PLANTED,
        "account": account,
        "certificate": key.splitlines()[2],
        "foreign": foreign.splitlines()[2],
        "jwk": foreign_jwk["d"],
    }


def call(root: Path, *words: str) -> int:
    options = [f"--{name}-dir={root / name}" for name in ("config", "work", "logs")]
    with pytest.raises(SystemExit) as end:
        main([*options, f"--system-root={root}", *words])
    assert isinstance(end.value.code, int)
    return end.value.code


def test_no_planted_secret_is_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    planted = plant(tmp_path)
    file = tmp_path / "help.tar.gz"
    assert call(tmp_path, "doctor", "--bundle", str(file)) == 0
    said = capsys.readouterr()
    assert file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(file) as archive:
        texts = {
            member.name: archive.extractfile(member).read().decode()  # type: ignore[union-attr]
            for member in archive
        }
    for kind, value in planted.items():
        places = [name for name, text in texts.items() if value in text.replace(UNLIKE, "")]
        assert places == [], f"{kind} is in {places}"
        assert value not in said.out + said.err
    names = {name.removeprefix(f"{bundle.FOLDER}/") for name in texts}
    assert {"ticket.txt", "findings.json", "renewal/www.example.org.conf"} <= names
    assert sum(name.startswith("logs/") for name in names) == 2
    everything = "".join(texts.values())
    for needed in ("kid-of-it", "www.example.org", "The account is currently suspended", "dns-x",
                   UNLIKE, installation.how(), f"{tmp_path}/config/dns.ini"):  # fmt: skip
        assert needed in everything, needed
    assert "none is in it" in " ".join(said.out.split())
    assert call(tmp_path, "doctor", "--bundle", str(file)) == 1
    assert call(tmp_path, "doctor", "--bundle", "x", "--fix") == 2


def test_what_is_not_masked_keeps_the_archive_from_being_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = plant(tmp_path)
    monkeypatch.setattr(bundle, "masked", lambda text, known: text)
    assert call(tmp_path, "doctor", "--bundle", str(tmp_path / "x")) == 1
    said = capsys.readouterr().err
    assert "would have had a secret in it" in said
    assert not any(value in said for value in planted.values())
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    "text",
    [
        "server = https://acme.sectigo.com/v2/OV",
        "privkey = /etc/letsencrypt/live/www/privkey.pem",
        "sectigo_eab_credentials = /etc/letsencrypt/sectigo-eab.ini",
        'password_file = "/etc/tomcat10/www.p12.pass"',
        "The external account binding's secret is wrong.",
        "{'--eab-kid': 'abc', '--cert-name': 'www.example.org'}",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert bundle.masked(text, [Secret(HMAC)]) == text


@pytest.mark.parametrize("part", ["y", "-", "token", "--eab-h", "\n"])
def test_text_that_goes_on_for_ever_is_masked_before_that(part: str) -> None:
    """With patterns that look back from each letter it took hours; such words may be a CA's."""
    text = part * (400_000 // len(part))
    assert bundle.masked(text, []) == text
    assert list(secret_values._LINE.finditer(text)) == []
    assert exposure._SECRET_SETTING.search(text[: exposure._SNIFFED].encode()) is None


def test_a_key_that_nests_without_end_is_none() -> None:
    assert list(secret_values._of_jwk('{"d":' * 100_000)) == []
    assert not certbot_options._is_map('{"d":' * 100_000)
    assert not installation._is_editable('{"d":' * 100_000)


def test_the_ticket_line_ends_the_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(tmp_path)
    assert call(tmp_path, "doctor") == 1
    text = " ".join(capsys.readouterr().out.split())
    assert text.endswith(installation.versions(()).partition("(")[2])
    assert text.rpartition("Findings: ")[2].startswith(tuple("123456789"))


@pytest.mark.parametrize(
    ("prefix", "folder", "installer", "said"),
    [
        ("/opt/certbot", "/opt/certbot/lib", "pip", "by pip, in /opt/certbot"),
        ("/root/.local/share/pipx/venvs/certbot", "/x", "pip", "by pipx, in /root"),
        ("/root/.local/share/uv/tools/certbot", "/x", "uv", "by uv tool, in /root"),
        ("/usr", "/usr/lib/python3/dist-packages", "", "by the distribution's package, in /usr"),
        ("/usr", "/usr/local/lib/python3.11/dist-packages", "pip", "by pip, in /usr"),
        ("/opt/x", "/opt/x/lib", "", "by an unknown installer, in /opt/x"),
    ],
)
def test_how_it_was_installed(prefix: str, folder: str, installer: str, said: str) -> None:
    told = installation._how(prefix, folder, installer, editable=False, snap=False)
    assert told.startswith(said)
