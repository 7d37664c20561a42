"""Who can read what below certbot's directory."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from certbot_sectigo.base import reading
from certbot_sectigo.doctor.checks.secrets import check
from certbot_sectigo.doctor.model import Guarded, Kind
from certbot_sectigo.doctor.readers import exposure
from certbot_sectigo.machine.dirs import Dirs


def write(path: Path, mode: int, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def wrong(config: Path, *credentials: Path) -> list[Guarded]:
    found = exposure.guarded(Dirs(config, config, config), credentials, [])
    return [thing for thing in found if thing.wrong]


@pytest.mark.parametrize(
    ("name", "mode", "text", "expected"),
    [
        ("accounts/ca/dir/id/private_key.json", 0o400, "", None),
        ("accounts/ca/dir/id/private_key.json", 0o440, "", 0o400),
        ("accounts.bak/ca/dir/id/private_key.json", 0o644, "", 0o600),
        ("archive/a/privkey12.pem", 0o600, "", None),
        ("archive/a/privkey12.pem", 0o640, "", None),
        ("archive/a/privkey12.pem", 0o644, "", 0o640),
        ("keys/0001_key-certbot.pem", 0o604, "", 0o600),
        ("archive/a/cert1.pem", 0o644, "-----BEGIN CERTIFICATE-----", None),
        ("old/bundle", 0o644, "-----BEGIN EC PRIVATE KEY-----", 0o640),
        ("cloudflare.ini", 0o644, "dns_cloudflare_api_token = abc", 0o600),
        ("cloudflare.ini", 0o600, "dns_cloudflare_api_token = abc", None),
        ("other.ini", 0o644, "propagation_seconds = 60", None),
        ("sectigo-eab-b.ini", 0o640, "sectigo_eab_hmac_key = abc", 0o600),
        ("cli.ini", 0o644, "email = a@example.org", None),
        ("renewal/a.conf", 0o644, "account = x", None),
    ],
)
def test_modes(tmp_path: Path, name: str, mode: int, text: str, expected: int | None) -> None:
    write(tmp_path / name, mode, text)
    found = wrong(tmp_path)
    assert [thing.right_mode for thing in found] == ([] if expected is None else [expected])


def test_a_folder_above_that_keeps_others_out(tmp_path: Path) -> None:
    key = write(tmp_path / "archive/a/privkey1.pem", 0o644)
    assert [thing.shut for thing in wrong(tmp_path)] == [False]
    (tmp_path / "archive").chmod(0o700)
    assert [(thing.path, thing.shut) for thing in wrong(tmp_path)] == [(key, True)]


def test_links_are_not_judged_but_what_they_lead_to(tmp_path: Path) -> None:
    write(tmp_path / "archive/a/privkey1.pem", 0o600)
    (tmp_path / "live/a").mkdir(parents=True)
    (tmp_path / "live/a/privkey.pem").symlink_to("../../archive/a/privkey1.pem")
    assert wrong(tmp_path) == []


def test_credentials_elsewhere(tmp_path: Path) -> None:
    path = write(tmp_path / "elsewhere/my.ini", 0o644)
    config = tmp_path / "config"
    config.mkdir()
    assert [thing.kind for thing in wrong(config, path)] == [Kind.CREDENTIALS]
    path.chmod(0o600)
    assert wrong(config, path) == []


def test_somebody_elses() -> None:
    thing = Guarded(Path("/etc/x.ini"), Kind.CREDENTIALS, 0o600, foreign="alice")
    [finding] = check([thing], [], [])
    assert finding.code == "secrets/credentials-owner"
    assert finding.where == ("/etc/x.ini (owner alice)",)


def test_repositories(tmp_path: Path) -> None:
    config = tmp_path / "etc/letsencrypt"
    write(config / "accounts/ca/dir/id/private_key.json", 0o400)

    trouble: list[str] = []

    def found() -> list[tuple[Path, bool]]:
        return [(r.path, r.holds) for r in exposure.repositories(config, trouble)]

    assert found() == []
    top = tmp_path / "etc/.git"
    top.mkdir()
    assert found() == [(top, False)]
    ignored = write(tmp_path / "etc/.gitignore", 0o644, "letsencrypt/\n")
    assert found() == []
    # The index has the names of all files that are tracked, ignored since or not.
    index = write(top / "index", 0o644, "DIRC letsencrypt/accounts/ca/dir/id/private_key.json")
    assert found() == [(top, True)]
    index.write_text("DIRC hosts passwd")
    assert found() == []
    ignored.write_text("# letsencrypt\n*.bak\n")
    assert found() == [(top, False)]
    (tmp_path / "etc/elsewhere").mkdir()
    top.rename(tmp_path / "etc/elsewhere/data")
    top.write_text("gitdir: elsewhere/data\n")
    (tmp_path / "etc/elsewhere/data/index").write_text("letsencrypt/archive/a/privkey1.pem")
    assert found() == [(top, True)]
    assert trouble == []


def test_an_index_that_cannot_be_read_is_not_taken_for_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "etc/.gitignore", 0o644, "letsencrypt/\n")
    index = tmp_path / "etc/.git/index"
    write(index, 0o644, "letsencrypt/archive/a/privkey1.pem")
    opened = reading.open_regular

    def failing(path: Path) -> int:
        if path == index:
            raise OSError(errno.EIO, "Input/output error", str(path))
        return opened(path)

    monkeypatch.setattr(reading, "open_regular", failing)
    trouble: list[str] = []
    assert exposure.repositories(tmp_path / "etc/letsencrypt", trouble) == []
    assert trouble == [f"{index.parent}: Input/output error"]
