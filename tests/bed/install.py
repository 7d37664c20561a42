"""Bring the components that the tests use: Debian packages and separate environments.

Called by ``make test`` with the Python of the test environment. As root with apt-get
the packages of ``tests/apt-packages.txt`` are installed where missing; otherwise it says
what is left out and the command that brings it. What cannot be brought is an error where
``CI`` is set, else the tests concerned are skipped, saying so. Standard library only.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distributions, version
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
APT_PACKAGES = TREE / "tests" / "apt-packages.txt"

_DNS = ("certbot", "certbot-dns-rfc2136")

ENVIRONMENTS = {
    # acme2certifier, an ACME server nobody here wrote, has requirements of its own.
    "acme2certifier": ["acme2certifier==0.46.3"],
    # certbot's own nginx installer, which our certbot is lent for one test.
    "certbot-nginx": [f"{name}=={version('certbot')}" for name in ("certbot", "certbot-nginx")],
    # A real DNS plugin, lent likewise.
    "certbot-dns-rfc2136": [f"{name}=={version('certbot')}" for name in _DNS],
    # The very certbot under test, in an environment without our plugin.
    "certbot-bare": [f"{name}=={version(name)}" for name in ("certbot", "acme")],
}
"""Name of the environment -> what pip installs there."""
if sys.version_info >= (3, 11):
    # A client of SCM's REST interface that nobody here wrote; it needs a newer Python.
    ENVIRONMENTS["cert-manager"] = ["cert-manager==4.0.0"]

OF_THIS_CERTBOT = Path(os.environ.get("CERTBOT_SECTIGO_VENVS", TREE / ".venvs"))
"""Where the ``certbot-…`` environments go; the others go to ``.venvs/``."""

POLICY = Path("/usr/sbin/policy-rc.d")
POLICY_TEXT = """\
#!/bin/sh
# Made by certbot-sectigo's tests/bed/install.py and removed by it: services that come
# with a package are not started by that one apt-get. Everybody else is not concerned.
[ -z "$CERTBOT_SECTIGO_INSTALL" ] || exit 101
exit 0
"""


def wanted_packages() -> list[str]:
    """Give the names in ``tests/apt-packages.txt``."""
    lines = APT_PACKAGES.read_text(encoding="utf-8").splitlines()
    names = (line.partition("#")[0].strip() for line in lines)
    return [name for name in names if name]


def is_installed(package: str) -> bool:
    """Tell whether dpkg has the package, unpacked and configured."""
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    result = subprocess.run(query, capture_output=True, text=True)
    return result.returncode == 0 and result.stdout == "installed"


@contextmanager
def no_service_started() -> Iterator[dict[str, str]]:
    """Give an environment for apt-get in which packages start no service.

    invoke-rc.d and deb-systemd-invoke ask policy-rc.d. An existing one is the
    administrator's and stays; ours refuses only below this very process.
    """
    environment = {**os.environ, "CERTBOT_SECTIGO_INSTALL": "1"}
    try:
        handle = os.open(POLICY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o755)
    except FileExistsError:
        yield environment
        return
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(POLICY_TEXT)
        POLICY.chmod(0o755)
        yield environment
    finally:
        POLICY.unlink()


def set_to_run() -> set[Path]:
    """Give what runs by itself on this machine: enabled systemd units, cron tables."""
    units = Path("/etc/systemd/system").glob("*.wants/*")
    return {*units, *Path("/etc/cron.d").glob("*")}


@contextmanager
def nothing_set_to_run() -> Iterator[None]:
    """Take back what packages set to run by itself, from the next boot on or at some hour.

    dpkg takes both for the administrator's will and does not bring them back.
    """
    before = set_to_run()
    yield
    for path in sorted(set_to_run() - before):
        path.unlink()
        print(f"Not left to run by itself: {path}", file=sys.stderr, flush=True)


def install_packages() -> list[str]:
    """Install the missing Debian packages.

    :returns: what is left out, one sentence each.
    """
    if shutil.which("dpkg-query") is None or shutil.which("apt-get") is None:
        names = " ".join(wanted_packages())
        return [f"no apt-get here; the tests use what these Debian packages bring: {names}"]
    missing = [name for name in wanted_packages() if not is_installed(name)]
    if not missing:
        return []
    install = ["apt-get", "install", "--yes", "--no-install-recommends", "--no-upgrade"]
    by_hand = shlex.join([*install[:2], *install[3:4], *missing])
    if os.geteuid() != 0:
        return [f"not root, so not installed: {', '.join(missing)}. To bring: sudo {by_hand}"]
    options = ["--option=DPkg::Lock::Timeout=300", "--quiet=2"]
    print(f"Installing Debian packages: {', '.join(missing)} ...", file=sys.stderr, flush=True)
    with nothing_set_to_run(), no_service_started() as environment:
        environment["DEBIAN_FRONTEND"] = "noninteractive"
        for command in (["apt-get", "update"], [*install, *missing]):
            done = subprocess.run(
                [command[0], *options, *command[1:]],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            if done.returncode != 0:
                print(done.stdout, file=sys.stderr)
    missing = [name for name in missing if not is_installed(name)]
    if not missing:
        return []
    return [f"could not be installed: {', '.join(missing)}. To bring: {by_hand}"]


def install_environments() -> list[str]:
    """Make the environments below ``.venvs/`` whose requirements changed.

    :returns: what is left out, one sentence each.
    """
    left_out = []
    for name, requirements in ENVIRONMENTS.items():
        beside = name.startswith("certbot-")
        if not beside and OF_THIS_CERTBOT != TREE / ".venvs":
            continue  # one for all certbots, whose Python need not be this one
        folder = (OF_THIS_CERTBOT if beside else TREE / ".venvs") / name
        stamp = folder / ".installed"
        same = same_versions() if beside else []
        content = "\n".join([sys.version, *requirements, *same])
        if stamp.exists() and stamp.read_text(encoding="utf-8") == content:
            continue
        print(f"Installing into {folder} ...", file=sys.stderr, flush=True)
        constraints = folder / "constraints.txt"
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-qq"]
        make = [sys.executable, "-m", "venv", "--clear", str(folder)]
        done = subprocess.run(make, stdin=subprocess.DEVNULL)
        if done.returncode == 0:
            constraints.write_text("\n".join(same), encoding="utf-8")
            fill = [*pip, "--disable-pip-version-check", "--constraint", str(constraints)]
            done = subprocess.run([*fill, *requirements], stdin=subprocess.DEVNULL, env=pip_env())
        if done.returncode != 0:
            bring = shlex.join([sys.executable, str(Path(__file__).relative_to(TREE))])
            left_out.append(f"could not be installed: {folder}. To try again: {bring}")
            continue
        stamp.write_text(content, encoding="utf-8")
    return left_out


def same_versions() -> list[str]:
    """Give the versions of everything around the certbot under test, as pip's constraints.

    Of old certbots only these very versions work together.
    """
    found = {dist.metadata["Name"]: dist.version for dist in distributions()}
    return sorted(f"{name}=={found[name]}" for name in found if name != "certbot-sectigo")


def pip_env() -> dict[str, str]:
    """Give an environment for pip in which zope's packages come as wheels.

    The pkg_resources of old certbots does not find those built from source, whose folders
    are named in today's way.
    """
    zope = ("component", "event", "hookable", "interface")
    return {**os.environ, "PIP_ONLY_BINARY": ",".join(f"zope.{name}" for name in zope)}


def main() -> int:
    """Install everything and say what is left out."""
    left_out = [*install_packages(), *install_environments()]
    for sentence in left_out:
        print(f"Left out: {sentence}", file=sys.stderr, flush=True)
    if left_out and os.environ.get("CI"):
        print("CI is set, so nothing may be left out.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
