"""The lines of packaging/README.md that build the Debian package, and its autopkgtest."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

SUITES = ("bookworm", "trixie")
_CHROOT = """
set -e
mount -t proc proc {root}/proc
chroot {root} sh -ec '
export HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
{script}'
"""
_INSTALL = """
printf "APT::Get::Assume-Yes \\"true\\";\\n" > /etc/apt/apt.conf.d/50yes
printf "#!/bin/sh\\nexit 101\\n" > /usr/sbin/policy-rc.d
chmod +x /usr/sbin/policy-rc.d
apt-get -q update
cd /root/certbot-sectigo
{block}
export AUTOPKGTEST_TMP=/tmp/autopkgtest
mkdir $AUTOPKGTEST_TMP
exec debian/tests/sandbox
"""


def check(checkout: Path, folder: Path) -> Iterator[tuple[str, str]]:
    """Build, install and test the package in a fresh root of each suite.

    :param checkout: a copy of this tree.
    :param folder: for the roots.
    :returns: what was run, and what went wrong, else nothing.
    """
    page = (checkout / "packaging" / "README.md").read_text("utf-8")
    (block,) = re.findall(r"^```sh\n(.*?dpkg-buildpackage.*?)```", page, re.DOTALL | re.MULTILINE)
    for suite in SUITES:
        root = folder / suite
        made = _run(["debootstrap", "--variant=minbase", "--include=ca-certificates,sudo",
                     suite, str(root)])  # fmt: skip
        said = made
        if not made:
            shutil.copytree(checkout, root / "root" / "certbot-sectigo")
            script = _CHROOT.format(root=root, script=_INSTALL.format(block=block))
            said = _run(["unshare", "--mount", "--pid", "--fork", "--kill-child",
                         "sh", "-c", script])  # fmt: skip
        yield f"packaging/README.md in a fresh root of {suite}", said
        shutil.rmtree(root, ignore_errors=True)


def _run(words: list[str]) -> str:
    done = subprocess.run(words, text=True, capture_output=True, check=False, timeout=1800)
    return "" if done.returncode == 0 else done.stdout + done.stderr
