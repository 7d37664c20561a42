"""The role ``install`` each way, for real: part of ``make trial``, as it asks the network.

A virtual environment from a folder of wheels, with systemd's timer; and Debian's packages in a new
root of debootstrap, the plugin's own built there as packaging/README.md says (or given: ``--deb``).
Prints what was done and what was left out; exits with 1 where something failed. Root only.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.ansible.playing import TREE, Ansible
from tests.install.__main__ import prepare

_SYSTEMCTL = """#!/bin/sh
# In place of systemd, which is on no test machine: what was started and enabled is a file each.
cd "$(dirname "$0")"
case $1 in
show)
    echo LoadState=loaded
    [ -e started ] && echo ActiveState=active || echo ActiveState=inactive;;
is-enabled) [ -e enabled ] && echo enabled || { echo disabled; exit 1; };;
is-active) [ -e started ];;
start) touch started;;
enable) touch enabled;;
esac
"""
_SHELL = """#!/bin/sh
exec unshare --mount sh -c 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec \
chroot "$0" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
DEBIAN_FRONTEND=noninteractive /bin/sh "$@"' {root} "$@"
"""
_BOOK = [{"hosts": "all", "gather_facts": False, "roles": ["certbot_sectigo.fleet.install"]}]


def played(folder: Path, programs: Path, expected: list[str], **variables: Any) -> None:
    """Play the role as a plan, for real and again; each has to say the truth."""
    path = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    ansible = Ansible(folder / "ansible", path)
    ansible.hosts(host=variables)
    book = ansible.home / "book.yml"
    book.write_text(json.dumps(_BOOK))
    planned = [name for name in expected if name != "Timer of systemd runs"]  # asks systemd
    for words, changes in (("--check",), planned), ((), expected), ((), []):
        play = ansible.play(book, *words, "--diff", check=None, timeout=900)
        assert play.returncode == 0, play.output
        assert play.changed() == changes, play.output


def venv(folder: Path) -> None:
    """Play it with pip and systemd's timer."""
    index = prepare(folder / "pip")["PIP_FIND_LINKS"]
    programs = folder / "programs"
    programs.mkdir()
    (programs / "systemctl").write_text(_SYSTEMCTL)
    (programs / "systemctl").chmod(0o755)
    prefix, units = folder / "opt" / "certbot-sectigo", folder / "units"
    units.mkdir()
    played(folder, programs,
           ["Virtual environment", "Timer of systemd", "Timer of systemd runs"],
           sectigo_prefix=str(prefix), sectigo_unit_dir=str(units),
           sectigo_python="/usr/bin/python3",
           sectigo_pip_options=f"--no-index --find-links {index}")  # fmt: skip
    assert (programs / "started").exists()
    assert (programs / "enabled").exists()
    said = subprocess.run([prefix / "bin" / "certbot", "plugins", "--config-dir", folder,
                           "--work-dir", folder, "--logs-dir", folder],
                          check=True, capture_output=True, text=True).stdout  # fmt: skip
    assert "sectigo-eab" in said
    print("fine: virtual environment")
    if verify := shutil.which("systemd-analyze"):
        files = [str(path) for path in units.iterdir()]
        done = subprocess.run(
            [verify, "verify", *files], check=False, capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        print("fine: systemd-analyze verify")
    else:
        print("left out: systemd-analyze is not here")


def packages(folder: Path, suite: str, deb: Path | None) -> None:
    """Play it with Debian's packages in a fresh root."""
    root, shell = folder / "root", folder / "shell"
    words = ["debootstrap", "--variant=minbase", "--include=python3,python3-apt", suite, str(root)]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    shutil.copy("/etc/resolv.conf", root / "etc" / "resolv.conf")
    shell.write_text(_SHELL.format(root=root))
    shell.chmod(0o755)
    subprocess.run([shell, "-c", "apt-get -qq update"], check=True)
    shutil.copy(deb or built(folder, root), root / "root" / "plugin.deb")
    played(folder, folder, ["Packages", "Package of the plugin"],
           ansible_shell_executable=str(shell), ansible_python_interpreter="/usr/bin/python3",
           ansible_pipelining=True, ansible_remote_tmp="/tmp",
           sectigo_install="packages", sectigo_deb="/root/plugin.deb")  # fmt: skip
    said = subprocess.run([shell, "-c", "certbot plugins; ls /lib/systemd/system/certbot.timer"],
                          check=True, capture_output=True, text=True).stdout  # fmt: skip
    assert "sectigo-eab" in said
    assert "certbot.timer" in said
    print(f"fine: packages of Debian {suite}")


def built(folder: Path, root: Path) -> Path:
    """Build the package in a copy of the root, as the page says."""
    builder = folder / "builder"
    # Devices are in it.
    subprocess.run(["cp", "-a", root, builder], check=True)
    page = (TREE / "packaging" / "README.md").read_text("utf-8")
    [block] = re.findall(r"^```sh\n(sudo apt-get.*?dpkg-buildpackage.*?)\n```", page, re.S | re.M)
    shutil.copytree(folder.parent / "venv" / "pip" / "checkout", builder / "root" / "checkout")
    shell = folder / "builder-shell"
    shell.write_text(_SHELL.format(root=builder))
    shell.chmod(0o755)
    lines = block.rpartition("sudo apt-get install ../")[0].replace("sudo apt-get", "apt-get -qqy")
    subprocess.run([shell, "-c", f"set -e; cd /root/checkout\n{lines}"], check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    [deb] = (builder / "root").glob("*.deb")
    return deb


def main() -> int:
    """Play all ways."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suite", default="bookworm")
    parser.add_argument("--deb", type=Path)
    words = parser.parse_args()
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        print("left out: the role install is played by root, with debootstrap")
        return 0
    with tempfile.TemporaryDirectory(prefix="role-") as folder:
        for name in ("venv", "packages"):
            Path(folder, name).mkdir()
        venv(Path(folder, "venv"))
        packages(Path(folder, "packages"), words.suite, words.deb)
    return 0


if __name__ == "__main__":
    sys.exit(main())
