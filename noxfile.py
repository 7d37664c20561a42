"""The end-to-end tests with every certbot in the field; ``make test-matrix`` runs them all.

One session a version, each in an environment of its own with what that version can stand.
``nox -s 'matrix(2.1.0)' -- -k renew`` runs some of them with one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nox

TREE = Path(__file__).resolve().parent
NOX = TREE / ".nox"
REQUIREMENTS = TREE / "packaging" / "requirements"
"""What is installed beside each certbot, with hashes; ``make requirements`` writes it anew."""
LEAST = (
    "tests/versions",
    *(
        f"tests/e2e/test_{name}.py"
        for name in ("right_account", "renewal", "dry_run", "no_harm", "revoke")
    ),
)
"""The ways in and the least there is to do, for a certbot that all tests run with elsewhere."""
ALIKE = (
    *(
        f"--ignore=tests/e2e/test_{name}.py"
        for name in (
            "foreign_clients",
            "certificate_machine",
            "certificate_machine_set_up",
            "dates_of_change",
        )
    ),
    "--deselect=tests/e2e/test_demo.py::test_it_does_not_mind",
)
"""Words for pytest: what make test runs, and which certbot is there makes no difference to."""
WORKERS = os.environ.get("WORKERS", "4")

nox.needs_version = ">=2024.4.15"
nox.options.sessions = ["matrix", "debian"]


@dataclass(frozen=True)
class Certbot:
    """A certbot that is supported."""

    version: str
    shipped_by: str
    """The distribution whose users have it."""
    python: str
    """That distribution's Python, taken where this machine has it."""
    pins: tuple[str, ...] = ()
    """Versions of its time, and what they need that their own metadata do not say."""
    left_out: tuple[str, ...] = ()
    """Words for pytest."""
    tests: tuple[str, ...] = ("tests/e2e",)
    lowest: str = "3.9"
    """The lowest Python that the requirements are for; it may be another one's than theirs."""

    @property
    def requirements(self) -> Path:
        """Where its requirements are."""
        return REQUIREMENTS / f"certbot-{self.version}.txt"

    @property
    def wanted(self) -> str:
        """What its requirements come from, besides setup.cfg; a line each."""
        pins = (pin.format(version=self.version) for pin in self.pins)
        return "\n".join([f"certbot=={self.version}", *pins]) + "\n"

    @property
    def head(self) -> str:
        """How its requirements begin, so that it shows what they were made from."""
        return "# make requirements\n" + "".join(f"# {x}\n" for x in self.wanted.splitlines())


# Before 2.0 certbot uses zope, whose packages its pkg_resources finds only under the names
# that their wheels of that time have.
_ZOPE = (
    "acme=={version}",
    "pytz",
    "pyrfc3339<2",
    "urllib3<1.27",
    "zope.component<5.1",
    "zope.event<5.1",
    "zope.hookable>=5.4,<7",
    "zope.interface>=5.4,<7",
)
# reconfigure is no command of theirs.
_BEFORE_2_3 = ("--deselect=tests/e2e/test_dry_run.py::test_reconfigure",)
# What these certbots do not have, whoever their authenticator is: acme2certifier's
# cryptography refuses their CSRs (see sandbox/csr.py), certonly does not call the
# installer, and they cannot sign with lego's EC keys.
_BEFORE_2 = (
    *_BEFORE_2_3,
    "--ignore=tests/e2e/test_acme2certifier.py",
    "--deselect=tests/e2e/test_import.py::test_certbot_goes_on_with_lego_s_account",
    "--deselect=tests/e2e/test_import.py::test_lego_s_account",
    "--deselect=tests/e2e/test_deploy.py::test_certonly_says_that_nothing_is_deployed",
)

CERTBOTS = (
    Certbot(
        "1.12.0",
        "Debian 11",
        "3.9",
        # The lowest versions that setup.cfg allows are this distribution's.
        (
            *_ZOPE,
            "click==7.1.2",
            "configobj==5.0.6",
            "cryptography==3.3.2",
            "josepy==1.2.0",
            "pyopenssl==20.0.1",
            "requests==2.25.1",
            "rich==9.11.0",
            "setuptools<60",
        ),
        _BEFORE_2,
    ),
    Certbot(
        "1.21.0",
        "Ubuntu 22.04",
        "3.10",
        (
            *_ZOPE,
            "click==8.0.3",
            "configobj==5.0.6",
            "cryptography==3.4.8",
            "josepy==1.10.0",
            "pyopenssl==21.0.0",
            "requests==2.25.1",
            "rich==11.2.0",
            "setuptools<60",
        ),
        _BEFORE_2,
    ),
    Certbot(
        "2.1.0",
        "Debian 12",
        "3.11",
        ("josepy<2", "pyopenssl<23.3", "cryptography<42", "setuptools<70"),
        _BEFORE_2_3,
    ),
    Certbot(
        "2.9.0",
        "Ubuntu 24.04",
        "3.12",
        ("josepy<2", "pyopenssl<24.3", "cryptography<44", "setuptools<70"),
    ),
    Certbot("4.0.0", "Debian 13", "3.13"),
    # It is the one that make test installs.
    Certbot("5.8.0", "the snap and pip", "3.13", tests=LEAST, lowest="3.10"),
)


def interpreter(version: str) -> str:
    """Find a Python of that version: on PATH, or among pyenv's; else the one that runs nox."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    candidates = [f"python{version}", *map(str, sorted(pyenv.glob(f"{version}.*/bin/python")))]
    for candidate in candidates:
        command = [candidate, "-c", "import ensurepip, sys; print(sys.executable)"]
        try:
            found = subprocess.run(command, capture_output=True, text=True)
        except OSError:
            continue
        if found.returncode == 0:
            return found.stdout.strip()
    return sys.executable


def build_wheel(session: nox.Session) -> str:
    """Build the wheel: what users install is what is tested."""
    folder = NOX / "wheel"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(TREE / "build", ignore_errors=True)
    session.run(sys.executable, "-m", "pip", "wheel", "-qq", "--no-deps", "-w", str(folder), ".")
    (built,) = folder.glob("*.whl")
    return str(built)


def end_to_end(
    session: nox.Session,
    folder: Path,
    packages: Sequence[str],
    wheel: str,
    left_out: Sequence[str],
    tests: Sequence[str],
) -> None:
    """Install into an environment and run the end-to-end tests there.

    :param folder: the environment.
    :param packages: for pip, which gets zope's as wheels: the pkg_resources of old certbots
        does not find those built from source, whose folders are named in today's way.
    :param wheel: this package's.
    """
    python = str(folder / "bin" / "python")
    zope = "zope.component,zope.event,zope.hookable,zope.interface"
    install = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    session.run(*install, *packages, env={"PIP_ONLY_BINARY": zope})
    # The wheel's version may be the old one.
    session.run(*install, "--force-reinstall", "--no-deps", wheel)
    env = {"CERTBOT_SECTIGO_VENVS": str(folder / "beside")}
    if not (folder / "beside" / "certbot-bare" / "bin" / "certbot").is_symlink():
        session.run(python, "tests/bed/install.py", env=env)
    words = [*left_out, *ALIKE, *(session.posargs or tests)]
    started = time.monotonic()
    try:
        session.run(
            python, "tests/bed/fence.py", python, "-m", "pytest", "-q", "--no-header",
            "-p", "no:cacheprovider", "-n", WORKERS, "--dist=worksteal", *words,
            env=env,
        )  # fmt: skip
    finally:
        session.log(f"tests ended after {time.monotonic() - started:.0f} s")


@nox.session(python=False)
@nox.parametrize("certbot", [nox.param(c, id=c.version) for c in CERTBOTS])
def matrix(session: nox.Session, certbot: Certbot) -> None:
    """Run the end-to-end tests with one certbot version."""
    folder = NOX / f"certbot-{certbot.version}"
    if not (folder / "bin" / "pip").exists():
        session.run(interpreter(certbot.python), "-m", "venv", "--clear", str(folder))
    session.log(f"certbot {certbot.version}, as in {certbot.shipped_by}")
    file = certbot.requirements
    if not file.exists() or not file.read_text().startswith(certbot.head):
        session.error(f"{file} is not of this noxfile.py: make requirements")
    # They are all there is to install: pip has nothing to work out.
    packages = ["--no-deps", "--require-hashes", "-r", str(file)]
    wheel = build_wheel(session)
    end_to_end(session, folder, packages, wheel, certbot.left_out, certbot.tests)


@nox.session(python=False)
def requirements(session: nox.Session) -> None:
    """Write the files of pinned requirements anew, with the newest versions that fit."""
    for certbot in CERTBOTS:
        wanted = NOX / "wanted.txt"
        wanted.parent.mkdir(exist_ok=True)
        wanted.write_text(certbot.wanted)
        session.run(
            str(Path(sys.executable).with_name("uv")), "pip", "compile", "-q",
            "--universal", "--python-version", certbot.lowest, "--upgrade",
            "--generate-hashes", "--no-annotate", "--no-header", "--extra", "test",
            "--output-file", str(NOX / "pinned.txt"), "setup.cfg", str(wanted),
            external=True,
        )  # fmt: skip
        certbot.requirements.parent.mkdir(exist_ok=True)
        certbot.requirements.write_text(certbot.head + (NOX / "pinned.txt").read_text())


@nox.session(python=False)
def debian(session: nox.Session) -> None:
    """Run the end-to-end tests with the certbot of Debian's own package.

    Only those of its ways in and of the least it has to do: the version itself is in the matrix.
    """
    script = Path("/usr/bin/certbot")
    if not script.exists():
        session.skip("no certbot package of a Debian here")
    folder = NOX / "certbot-debian"
    if not (folder / "bin" / "pip").exists():
        venv = ["-m", "venv", "--clear", "--system-site-packages", str(folder)]
        session.run("/usr/bin/python3", *venv)
    # pip makes no script for what the system brings.
    ours = folder / "bin" / "certbot"
    ours.write_text(f"#!{folder}/bin/python\n" + script.read_text().partition("\n")[2])
    ours.chmod(0o755)
    bare = folder / "beside" / "certbot-bare" / "bin" / "certbot"
    shutil.rmtree(folder / "beside", ignore_errors=True)
    bare.parent.mkdir(parents=True)
    bare.symlink_to(script)
    wheel = build_wheel(session)
    end_to_end(session, folder, [f"{wheel}[test]"], wheel, _BEFORE_2_3, LEAST)
