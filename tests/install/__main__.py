"""Run each way to install of README.md and docs/schnellstart.md as it is printed.

Every way is run twice, from the checkout and from an index, in a mount namespace of its own, where
``/opt`` and ``/usr/local/bin`` are empty. The index is a folder of wheels: those of the
requirements, pipx and uv are fetched beforehand, and nothing asks the network then. Needs root and
the system's Python with venv.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.install import package

TREE = Path(__file__).parents[2]
PAGES = {"README.md": "## Install it", "docs/schnellstart.md": "## 1. "}
_ROOT = """
set -e
mount -t tmpfs none /opt
mount -t tmpfs none /usr/local/bin
mount -t tmpfs none /root
cd {folder}
"""
_THERE = """
python3 -m venv /opt/certbot
/opt/certbot/bin/pip -q install certbot
ln -s /opt/certbot/bin/certbot /usr/local/bin/
"""
"""For the way that begins with an environment that is there."""
_SEEN = """
PATH=/usr/local/bin:$PATH
certbot-sectigo --version
certbot-sectigo help user-guide | grep -q '^# '
{certbot} plugins | grep -q sectigo-eab
"""


def ways(page: str) -> Iterator[str]:
    """Give the blocks of a page's chapter on installing."""
    chapter = (TREE / page).read_text("utf-8").partition(f"\n{PAGES[page]}")[2]
    chapter = re.split(r"^## ", chapter, flags=re.MULTILINE)[0]
    yield from re.findall(r"^```sh\n(.*?)```", chapter, re.DOTALL | re.MULTILINE)


def prepare(folder: Path) -> dict[str, str]:
    """Make the index, and a sudo; give the environment of somebody at a shell."""
    index, programs = folder / "index", folder / "programs"
    programs.mkdir(parents=True)
    checkout = folder / "checkout"
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=TREE, check=True, capture_output=True
    ).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (TREE / name).is_file():
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(TREE / name, checkout / name)
    # The system's, as /usr/local/bin is empty in the fresh root.
    tools = folder / "tools"
    subprocess.run(["/usr/bin/python3", "-m", "venv", tools], check=True)
    pip = [str(tools / "bin" / "pip"), "--disable-pip-version-check", "-qq"]
    subprocess.run([*pip, "install", "pipx", "uv"], check=True)
    # Building needs setuptools.
    wanted = ["setuptools>=61", "wheel", "certbot", str(checkout)]
    subprocess.run([*pip, "wheel", "-w", str(index), *wanted], check=True)
    sudo = programs / "sudo"
    sudo.write_text('#!/bin/sh\nexec "$@"\n')
    sudo.chmod(0o755)
    for tool in ("pipx", "uv"):
        (programs / tool).symlink_to(tools / "bin" / tool)
    return {
        "PATH": f"{programs}:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root", "LC_ALL": "C.UTF-8",
        "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index), "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "UV_OFFLINE": "1", "UV_FIND_LINKS": str(index), "UV_PYTHON_DOWNLOADS": "never",
        "UV_CACHE_DIR": str(folder / "uv"),
        "CHECKOUT": str(checkout),
    }  # fmt: skip


def run(block: str, environment: dict[str, str]) -> str:
    """Run a block in a fresh root; give what went wrong, else nothing."""
    systems = "/usr/bin/certbot"
    certbot = f"/opt/certbot-sectigo/bin/python {systems}" if systems in block else "certbot"
    begins = any(words in block for words in ("-m venv", "pipx install", "tool install"))
    script = "".join(
        (
            _ROOT.format(folder=environment["CHECKOUT"]),
            "" if begins else _THERE,
            block,
            _SEEN.format(certbot=certbot),
        )
    )
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script],
        env=environment, text=True, capture_output=True, check=False, timeout=600,
    )  # fmt: skip
    return "" if done.returncode == 0 else done.stdout + done.stderr


def main() -> int:
    """Run all ways; the exit code is 1 if one of them failed."""
    failed = 0
    with tempfile.TemporaryDirectory(prefix="install-") as folder:
        environment = prepare(Path(folder))
        for block in dict.fromkeys(block for page in PAGES for block in ways(page)):
            title = block.splitlines()[0]
            if " tee " in block:  # neither cron nor a shell is here to read it
                continue
            if "/usr/bin/certbot" in block and not Path("/usr/bin/certbot").exists():
                print(f"left out, as there is no /usr/bin/certbot: {title}")
                continue
            for named in (".", "certbot-sectigo"):
                typed = re.sub(r"(?<= )\.$", named, block, flags=re.MULTILINE)
                said = run(typed, environment)
                print(f"{'failed' if said else 'fine'}: {named}: {title}\n{said}".rstrip())
                failed |= bool(said)
        if shutil.which("debootstrap") is None:
            print("left out, as there is no debootstrap: the Debian package")
            return failed
        for what, said in package.check(Path(environment["CHECKOUT"]), Path(folder)):
            print(f"{'failed' if said else 'fine'}: {what}\n{said}".rstrip())
            failed |= bool(said)
    return failed


if __name__ == "__main__":
    sys.exit(main())
