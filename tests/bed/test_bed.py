"""The bed itself: plain certbot and lego against the real servers, before our code comes in."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.bed import install
from tests.bed.acme2certifier import Acme2certifier
from tests.bed.certbot import Certbot
from tests.bed.lego import Lego
from tests.bed.pebble import Pebble
from tests.bed.process import ArgumentWatch, Process, clean_environment, poll
from tests.bed.tree import Snapshot


def test_plain_certbot_issues_from_pebble_with_http01(
    bare_certbot: Certbot, pebble: Pebble
) -> None:
    pair = pebble.pairs["kid-1"]
    bare_certbot.trust = pebble.trust
    bare_certbot.run(
        *("certonly", "--standalone", *pebble.http01, "--server", pebble.directory),
        *pair.arguments,
        *("--agree-tos", "--register-unsafely-without-email", "-d", "plain.example.org"),
    )
    lineage = bare_certbot.lineage("plain.example.org")
    assert lineage.names == {"plain.example.org"}
    assert [lineage.account] == [account.id for account in bare_certbot.accounts(pebble.directory)]
    assert not pebble.is_revoked(lineage.serial)


def test_plain_certbot_issues_from_acme2certifier_unchallenged(
    bare_certbot: Certbot, acme2certifier: Acme2certifier
) -> None:
    pair = acme2certifier.pairs["kid-2"]
    bare_certbot.run(
        *("certonly", "--standalone", "--server", acme2certifier.directory),
        *pair.arguments,
        *("--agree-tos", "-m", "admin@example.org", "--no-eff-email", "-d", "*.example.org"),
    )
    assert bare_certbot.lineage("example.org").names == {"*.example.org"}


def test_lego_issues_from_pebble(tmp_path: Path, pebble: Pebble) -> None:
    lego = Lego(tmp_path, pebble.directory, pebble.http01_port, pebble.trust)
    pair = pebble.pairs["kid-2"]
    lego.run("run", "lego.example.org", pair=pair)
    serial = lego.certificate("lego.example.org").serial_number
    assert not pebble.is_revoked(serial)
    lego.run("revoke", "lego.example.org", pair=pair)
    assert pebble.is_revoked(serial)


def test_a_restarted_pebble_knows_no_account(bare_certbot: Certbot, tmp_path: Path) -> None:
    with Pebble(tmp_path / "pebble", kids=("kid",)) as pebble:
        pair = pebble.pairs["kid"]
        bare_certbot.trust = pebble.trust
        server = ("--server", pebble.directory)
        bare_certbot.run(
            *("register", *server, *pair.arguments),
            *("--agree-tos", "--register-unsafely-without-email"),
        )
        bare_certbot.run("show_account", *server)
        pebble.restart()
        result = bare_certbot.run("show_account", *server, check=1)
    assert "unable to find existing account" in result.text.lower()


def test_the_secret_is_found_wherever_plain_certbot_leaves_it(
    bare_certbot: Certbot, pebble: Pebble
) -> None:
    pair = pebble.pairs["kid-1"]
    bare_certbot.trust = pebble.trust
    with ArgumentWatch(pair.hmac_key) as watch:
        bare_certbot.run(
            *("register", "--server", pebble.directory),
            *pair.arguments,
            *("--agree-tos", "--register-unsafely-without-email"),
        )
    assert [command for command in watch.seen if "certbot" in command]
    assert bare_certbot.holders(pair.hmac_key) == [bare_certbot.logs_dir / "letsencrypt.log"]


def test_a_snapshot_sees_content_mode_and_names(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("one")
    before = Snapshot.of(tmp_path)
    assert before == Snapshot.of(tmp_path)
    (tmp_path / "file").write_text("two")
    (tmp_path / "new").mkdir()
    assert len(before.changes(Snapshot.of(tmp_path))) == 2
    (tmp_path / "file").write_text("one")
    (tmp_path / "file").chmod(0o600)
    (tmp_path / "new").rmdir()
    assert len(before.changes(Snapshot.of(tmp_path))) == 1


def test_descendants_end_with_their_process(tmp_path: Path) -> None:
    process = Process(["sh", "-c", "sleep 1000 & echo $!; wait"], folder=tmp_path)
    process.until(lambda: process.output.endswith("\n"), "the descendant")
    descendant = Path("/proc", process.output.strip())
    assert descendant.exists()
    process.kill()
    poll(lambda: not _runs(descendant), "the end of the descendant")


def _runs(process: Path) -> bool:
    try:
        return "State:\tZ" not in (process / "status").read_text()
    except OSError:
        return False


def test_certbot_asks_on_a_terminal(bare_certbot: Certbot) -> None:
    with bare_certbot.on_terminal("certonly") as child:
        child.expect("How would you like to authenticate")
        child.expect("press 'c' to cancel|Enter 'c' to cancel")
        child.sendline("c")
        child.wait()


def test_missing_components_are_skipped_by_name_and_fail_in_ci(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tests.bed.components import require

    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-program is not installed"):
        require("no-such-program")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no-such-program is not installed"):
        require("no-such-program")


def test_packages_are_installed_without_starting_services(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = tmp_path / "policy-rc.d"
    monkeypatch.setattr(install, "POLICY", policy)
    with install.no_service_started() as environment:
        ask = [str(policy), "some-service", "start"]
        assert subprocess.run(ask, env=environment).returncode == 101
        # Whoever else installs something meanwhile is not concerned.
        assert subprocess.run(ask, env=clean_environment()).returncode == 0
    assert not policy.exists()

    policy.write_text("the administrator's")
    with install.no_service_started():
        pass
    assert policy.read_text() == "the administrator's"


def test_what_cannot_be_installed_is_said_with_the_command_that_brings_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(install, "wanted_packages", lambda: ["no-such-package-1"])
    monkeypatch.setattr("shutil.which", lambda program: f"/usr/bin/{program}")
    monkeypatch.setattr(install, "is_installed", lambda package: False)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    (sentence,) = install.install_packages()
    assert "no-such-package-1" in sentence
    assert "sudo apt-get install" in sentence
