"""A lineage's files: what certbot refuses is what we say it refuses, and the lines that mend it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from certbot_sectigo.machine import lineages, live, saving
from tests.bed.certbot import Certbot
from tests.bed.command import command
from tests.bed.proposals import ran
from tests.bed.sectigo import Sectigo


def remove(name: str) -> Callable[[Path, Path], None]:
    return lambda folder, archive: (folder / name).unlink()


def plain(name: str) -> Callable[[Path, Path], None]:
    def make(folder: Path, archive: Path) -> None:
        text = (folder / name).read_bytes()
        (folder / name).unlink()
        (folder / name).write_bytes(text)

    return make


def no_target(name: str) -> Callable[[Path, Path], None]:
    return lambda folder, archive: Path(os.path.realpath(folder / name)).unlink()


def empty(name: str) -> Callable[[Path, Path], None]:
    def make(folder: Path, archive: Path) -> None:
        Path(os.path.realpath(folder / name)).write_bytes(b"")

    return make


def relink(name: str, target: str) -> Callable[[Path, Path], None]:
    def make(folder: Path, archive: Path) -> None:
        (folder / name).unlink()
        (folder / name).symlink_to(target)

    return make


def other_key(folder: Path, archive: Path) -> None:
    key = archive.parent / "whole" / "privkey1.pem"
    Path(os.path.realpath(folder / "privkey.pem")).write_bytes(key.read_bytes())


def no_chain(folder: Path, archive: Path) -> None:
    full = Path(os.path.realpath(folder / "fullchain.pem"))
    full.write_bytes((folder / "cert.pem").read_bytes())


REFUSED: dict[str, Callable[[Path, Path], None]] = {
    **{f"{kind} missing": remove(f"{kind}.pem") for kind in live.KINDS},
    **{f"{kind} no link": plain(f"{kind}.pem") for kind in live.KINDS},
    **{f"{kind} without target": no_target(f"{kind}.pem") for kind in live.KINDS},
    "circle": relink("privkey.pem", "privkey.pem"),
    "no folder": lambda folder, archive: shutil.rmtree(folder),
}
WRONG: dict[str, Callable[[Path, Path], None]] = {
    "another's archive": relink("privkey.pem", "../../archive/whole/privkey1.pem"),
    "mixed versions": relink("chain.pem", "../../archive/{name}/chain1.pem"),
    "another's key": other_key,
    "empty key": empty("privkey.pem"),
    "empty chain": empty("chain.pem"),
    "no chain": no_chain,
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Certbot:
    """A certbot with a lineage for each damage, and one that is whole."""
    certbot = Certbot(tmp_path_factory.mktemp("live") / "certbot")
    with Sectigo() as sectigo:
        credentials = sectigo.b.credentials(certbot.home / "b.ini")
        certbot.certonly("www.b.example", credentials=credentials)
        certbot.certonly(
            "www.b.example",
            credentials=credentials,
            more=["--force-renewal", "--cert-name", "whole"],
        )
    config = certbot.config_dir
    source = config / "renewal" / "www.b.example.conf"
    for number, (name, damage) in enumerate({**REFUSED, **WRONG}.items()):
        short = f"damage-{number:02}"
        for part in ("live", "archive"):
            shutil.copytree(config / part / "www.b.example", config / part / short, symlinks=True)
        archive, folder = config / "archive" / short, config / "live" / short
        for kind in live.KINDS:  # a second version, of the same content
            shutil.copy2(archive / f"{kind}1.pem", archive / f"{kind}2.pem")
            (folder / f"{kind}.pem").unlink()
            (folder / f"{kind}.pem").symlink_to(f"../../archive/{short}/{kind}2.pem")
        text = source.read_text().replace("www.b.example", short)
        (config / "renewal" / f"{short}.conf").write_text(text)
        if name == "mixed versions":
            relink("chain.pem", f"../../archive/{short}/chain1.pem")(folder, archive)
        else:
            damage(folder, archive)
    return certbot


def numbered(name: str) -> str:
    return f"damage-{list({**REFUSED, **WRONG}).index(name):02}"


def damages(certbot: Certbot, name: str) -> list[live.Damage]:
    lineage = lineages.read(certbot.config_dir / "renewal" / f"{name}.conf")
    assert lineage is not None
    return live.damages(lineage)


@pytest.fixture(scope="module")
def seen(tree: Certbot) -> dict[str, tuple[list[live.Damage], list[str]]]:
    """What we say of each damage, before certbot looks: its renew mends mixed versions itself."""
    found = {}
    for name in (*REFUSED, *WRONG):
        lineage = lineages.read(tree.config_dir / "renewal" / f"{numbered(name)}.conf")
        assert lineage is not None
        found[name] = (live.damages(lineage), live.mending(lineage))
    return found


@pytest.fixture(scope="module")
def system(tree: Certbot) -> Path:
    """A system on which certbot is started, so that the doctor has nothing else to say."""
    table = tree.home / "root/etc/cron.d/certbot"
    table.parent.mkdir(parents=True)
    renew = f"certbot -q renew --config-dir {tree.config_dir}"
    table.write_text(f"0 3,15 * * * root /opt/certbot/bin/{renew}\n")
    return tree.home / "root"


@pytest.fixture(scope="module")
def said(
    tree: Certbot, system: Path, seen: dict[str, tuple[list[live.Damage], list[str]]]
) -> dict[str, set[tuple[str, str]]]:
    """What the doctor says of each lineage, before certbot looks: code and severity."""
    options = ("--json", "--system-root", str(system))
    findings = json.loads(command(tree, "doctor", options=options, check=1).stdout)["findings"]
    return {
        name: {
            (finding["code"], finding["severity"])
            for finding in findings
            if finding["code"].startswith("renewal/")
            and any(f"/{numbered(name)}" in place for place in finding["where"])
        }
        for name in (*REFUSED, *WRONG)
    }


@pytest.fixture(scope="module")
def exits(tree: Certbot, system: Path, said: dict[str, set[tuple[str, str]]]) -> dict[str, int]:
    """What monitoring gets where a lineage is the only one, before certbot looks."""
    renewal, aside = tree.config_dir / "renewal", tree.config_dir / "aside"
    renewal.rename(aside)
    found = {}
    for name in (*REFUSED, "empty key", "whole"):
        renewal.mkdir()
        file = f"{name if name == 'whole' else numbered(name)}.conf"
        shutil.copy2(aside / file, renewal / file)
        options = ("--system-root", str(system))
        found[name] = command(
            tree, "doctor", "--format", "nagios", options=options, check=None
        ).returncode
        shutil.rmtree(renewal)
    aside.rename(renewal)
    return found


def test_certbot_refuses_what_we_say_it_refuses(
    tree: Certbot,
    seen: dict[str, tuple[list[live.Damage], list[str]]],
    said: dict[str, set[tuple[str, str]]],
    exits: dict[str, int],
) -> None:
    renewed = tree.run("renew", check=None)
    away = numbered("another's archive")
    lineage = lineages.read(tree.config_dir / "renewal" / f"{away}.conf")
    assert lineage is not None and saving.astray(lineage) == lineage.key_path
    refused = renewed.output.partition("onfigurations were invalid")[2]
    assert refused
    for name in REFUSED:
        found, _ = seen[name]
        assert found and all(damage.refused for damage in found), name
        assert f"renewal/{numbered(name)}.conf" in refused, name
        assert said[name] == {("renewal/links", "critical")}, name
        assert exits[name] == 2, name
    for name in WRONG:
        found, _ = seen[name]
        assert found and not any(damage.refused for damage in found), name
        assert f"renewal/{numbered(name)}.conf" not in refused, name
        assert said[name] == {("renewal/files-wrong", "critical")}, name
    assert (exits["empty key"], exits["whole"]) == (2, 0)
    assert damages(tree, "whole") == []


@pytest.mark.parametrize("name", [*REFUSED, *WRONG])
def test_the_proposed_lines_mend_it(
    tree: Certbot, seen: dict[str, tuple[list[live.Damage], list[str]]], name: str
) -> None:
    _, lines = seen[name]
    assert lines
    for line in lines:
        assert line.startswith(("ln -s", "mkdir "))
        subprocess.run(ran(line), shell=True, check=True)
    assert damages(tree, numbered(name)) == []


def test_where_no_version_is_whole_nothing_is_proposed(tree: Certbot) -> None:
    config = tree.config_dir
    lineage = lineages.read(config / "renewal" / "www.b.example.conf")
    assert lineage is not None
    (config / "archive" / "www.b.example" / "privkey1.pem").write_bytes(b"")
    assert live.damages(lineage) and live.mending(lineage) == []
