"""The distribution's own certbot, the plugin in a folder of its own, and what that lacks.

A certbot that looks plugins up with pkg_resources, as Debian 12's does, refuses every
command where one requirement of one plugin is not met. Later ones do not look.
"""

from __future__ import annotations

import importlib.metadata
import json
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


def plugin_folder(folder: Path) -> Path:
    """Make what ``pip install --target`` makes of our package."""
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
        copy(name, folder)
    return folder


def require_also(folder: Path, dist: str, requirement: str) -> None:
    """Have a distribution in a folder require one thing more."""
    (metadata,) = folder.glob(f"{dist}-*.dist-info/METADATA")
    text = metadata.read_text("utf-8")
    line = f"Requires-Dist: {requirement}"
    metadata.write_text(text.replace("\nVersion: ", f"\n{line}\nVersion: ", 1), "utf-8")


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
    output = certbot.home / "output"
    # Away from the tree, which Python would look through first.
    return process.run([PYTHON, "-c", script], folder=output, env=env, cwd=folder, check=None)


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


FIRST_UNMET = """
from certbot_sectigo.machine.requirements import first_unmet
unmet = first_unmet()
print(f"{unmet.message}\\n{unmet.remedy}" if unmet else "all met")
"""


# The distribution may have the packages themselves, so what is missing is one of no such name.
@pytest.mark.parametrize(
    "dist", ["certbot_sectigo", "rich"], ids=["of ours", "of a requirement of ours"]
)
def test_an_unmet_requirement_is_named_with_what_helps(
    dist: str, distributed: Certbot, tmp_path: Path
) -> None:
    folder = plugin_folder(tmp_path / "plugin")
    env = {"CERTBOT_PLUGIN_PATH": str(folder)}
    distributed.run("certificates", env=env)
    assert helped(distributed, folder, FIRST_UNMET).stdout == "all met\n"

    require_also(folder, dist, "of-tomorrow>=7.1")
    refuses = looks(distributed)
    for command in ("certificates", "renew", "plugins"):
        refused = distributed.run(command, check=1 if refuses else 0, env=env)
        assert ("pkg_resources.DistributionNotFound" in refused.text) == refuses

    told = helped(distributed, folder, FIRST_UNMET).stdout
    assert "needs the Python package of-tomorrow>=7.1, which is missing" in told
    assert f"{PYTHON} -m pip install 'of-tomorrow>=7.1'" in told
    assert "refuse every command" in told


def test_a_requirement_too_old_is_named_with_what_is_there(
    distributed: Certbot, tmp_path: Path
) -> None:
    folder = plugin_folder(tmp_path / "plugin")
    require_also(folder, "certbot_sectigo", "click>=700")
    env = {"CERTBOT_PLUGIN_PATH": str(folder)}
    distributed.run("certificates", check=1 if looks(distributed) else 0, env=env)

    told = helped(distributed, folder, FIRST_UNMET).stdout
    assert "needs the Python package click>=700, but click " in told
    doctor = (
        "from certbot_sectigo.cli.main import main; main(['--json', '--config-dir', %r, 'doctor'])"
    )
    (tmp_path / "none").mkdir()
    found = json.loads(helped(distributed, folder, doctor % str(tmp_path / "none")).stdout)
    [finding] = [f for f in found["findings"] if f["code"] == "traps/requirement"]
    assert finding["severity"] == ("critical" if looks(distributed) else "warning")
    assert finding["command"] == f"{PYTHON} -m pip install 'click>=700'"


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
