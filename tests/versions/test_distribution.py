"""The distribution's own certbot, the plugin in a folder of its own, and what that lacks.

A certbot that looks plugins up with pkg_resources, as Debian 12's does, refuses every
command where one requirement of one plugin is not met. Later ones do not look.
"""

from __future__ import annotations

import importlib.metadata
import shutil
from pathlib import Path

import pytest

import certbot_sectigo
from tests.bed import process
from tests.bed.certbot import Certbot
from tests.bed.components import require
from tests.bed.history import plain_lineage
from tests.bed.sectigo import Sectigo

PYTHON = "/usr/bin/python3"
BROUGHT = ("click", "rich", "markdown-it-py", "mdurl", "pygments")
"""What certbot itself does not bring: click, rich, and what that one needs in turn."""


def copy(name: str, folder: Path) -> None:
    """Copy a distribution from the environment of the tests, as pip would install it."""
    dist = importlib.metadata.distribution(name)
    for file in dist.files or ():
        target = folder / file
        if ".." not in file.parts and file.suffix != ".pyc":
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(dist.locate_file(file)), target)


def plugin_folder(folder: Path, *, leaving_out: str = "") -> Path:
    """Make what ``pip install --target`` makes of our package, but for one requirement."""
    folder.mkdir()
    source = Path(certbot_sectigo.__file__).parent
    shutil.copytree(source, folder / source.name, ignore=shutil.ignore_patterns("__pycache__"))
    metadata = next(
        found
        for dist in importlib.metadata.distributions(name="certbot-sectigo")
        for found in Path(str(dist.locate_file(""))).glob("certbot_sectigo-*.dist-info")
    )
    shutil.copytree(metadata, folder / metadata.name)
    for name in BROUGHT:
        if name != leaving_out:
            copy(name, folder)
    return folder


@pytest.fixture
def distributed(certbot: Certbot) -> Certbot:
    """The certbot of the distribution's package."""
    return Certbot(certbot.home, executable=require("/usr/bin/certbot"))


def looks(certbot: Certbot) -> bool:
    """Tell whether it looks at the requirements of plugins."""
    script = "import certbot._internal.plugins.disco as disco; print(disco.__file__)"
    found = process.run([PYTHON, "-c", script], folder=certbot.home / "output")
    return "pkg_resources.iter_entry_points" in Path(found.stdout.strip()).read_text("utf-8")


def helped(certbot: Certbot, folder: Path, script: str) -> process.Result:
    """Run a script of ours with the distribution's Python."""
    env = process.clean_environment(PYTHONPATH=str(folder))
    return process.run([PYTHON, "-c", script], folder=certbot.home / "output", env=env, check=None)


def test_it_issues_and_renews_through_certbot_plugin_path(
    distributed: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    env = {"CERTBOT_PLUGIN_PATH": str(plugin_folder(tmp_path / "plugin"))}
    sectigo.plant(sectigo.a, distributed, tmp_path / "planted")
    words = distributed.certonly_words(
        "www.b.example", credentials=sectigo.b.credentials(tmp_path / "b.ini")
    )
    distributed.run(*words, env=env)
    before = distributed.lineage("www.b.example")
    distributed.run("renew", "--force-renewal", env=env)
    after = distributed.lineage("www.b.example")
    assert after.serial != before.serial
    assert before.organisation == after.organisation == sectigo.b.organisation


@pytest.mark.parametrize("missing", ["click", "rich", "mdurl"])
def test_an_unmet_requirement_is_named_with_what_helps(
    missing: str, distributed: Certbot, tmp_path: Path
) -> None:
    folder = plugin_folder(tmp_path / "plugin", leaving_out=missing)
    env = {"CERTBOT_PLUGIN_PATH": str(folder)}
    refuses = looks(distributed)
    for command in ("certificates", "renew", "plugins"):
        refused = distributed.run(command, check=1 if refuses else 0, env=env)
        assert ("pkg_resources.DistributionNotFound" in refused.text) == refuses

    ask = "from certbot_sectigo.cli.entry import main; main()"
    if missing == "click":
        # The command cannot start; what it says instead is what helps.
        said = helped(distributed, folder, ask)
        assert said.returncode == 1
        told = said.stderr
    else:
        ask = "from certbot_sectigo.requirements import first_unmet as f"
        said = helped(distributed, folder, f"{ask}; u = f(); print(u.message); print(u.remedy)")
        told = said.stdout
    assert f"needs the Python package {missing}" in told, str(said)
    assert f"{PYTHON} -m pip install {missing}" in told.replace("'", "")
    assert "refuse every command" in told

    copy(missing, folder)
    distributed.run("certificates", env=env)
    said = helped(distributed, folder, "from certbot_sectigo.requirements import first_unmet as f"
                  "; print(f())")  # fmt: skip
    assert said.stdout == "None\n", str(said)


def test_a_requirement_too_old_is_named_with_what_is_there(
    distributed: Certbot, tmp_path: Path
) -> None:
    folder = plugin_folder(tmp_path / "plugin")
    (found,) = folder.glob("click-*.dist-info")
    found.rename(folder / "click-7.0.dist-info")
    text = (folder / "click-7.0.dist-info" / "METADATA").read_text("utf-8")
    version = importlib.metadata.version("click")
    (folder / "click-7.0.dist-info" / "METADATA").write_text(
        text.replace(f"\nVersion: {version}", "\nVersion: 7.0"), "utf-8"
    )
    env = {"CERTBOT_PLUGIN_PATH": str(folder)}
    refuses = looks(distributed)
    distributed.run("certificates", check=1 if refuses else 0, env=env)

    ask = "from certbot_sectigo.requirements import first_unmet as f; print(f().message)"
    said = helped(distributed, folder, ask).stdout
    assert "needs the Python package click>=7.1, but click 7.0 is what Python finds" in said


def test_lineages_of_others_go_on_with_the_plugin_beside(
    distributed: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    env = {"CERTBOT_PLUGIN_PATH": str(plugin_folder(tmp_path / "plugin"))}
    plain_lineage(distributed, "www.a.example", pair=sectigo.a.pair, server=sectigo.server)
    before = distributed.lineage("www.a.example")
    distributed.run("renew", "--force-renewal", env=env)
    after = distributed.lineage("www.a.example")
    assert (after.account, set(after.params)) == (before.account, set(before.params))
    assert after.serial != before.serial
