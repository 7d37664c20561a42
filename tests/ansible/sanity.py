"""ansible-lint's profile production, and ansible-test, on a copy of the collection.

``make collection`` starts the first, ``make sanity`` the other: unit and sanity tests. ansible-test
wants the collection to lie where Ansible looks for it, in a git checkout of its own. pylint is left
out, as it takes minutes; so are those whose work ruff and ansible-lint do.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
_BOOTSTRAP = "import ensurepip\nensurepip.bootstrap(upgrade=True)\n"
"""In place of the script that ansible-test fetches from a host of its own: pip brings itself."""


def main(tests: bool) -> int:
    """Run sanity and unit tests, or else ansible-lint; return the first code that is not 0."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        fleet = root / "ansible_collections" / "certbot_sectigo" / "fleet"
        ignored = shutil.ignore_patterns("__pycache__", "output", ".ansible")
        shutil.copytree(TREE / "ansible", fleet, ignore=ignored)
        home = BIN.parent / "sanity"
        cache = home / ".ansible" / "test" / "cache"
        cache.mkdir(parents=True, exist_ok=True)
        (cache / f"get_pip_{_pip().replace('.', '_')}.py").write_text(_BOOTSTRAP)
        environment = {
            **os.environ,
            "HOME": str(home),
            "ANSIBLE_COLLECTIONS_PATH": str(root),
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        }
        python = "{}.{}".format(*sys.version_info)
        lint = ["ansible-lint", "--offline", "--profile", "production"]
        of_python = ["--venv", "--python", python]
        sanity = ["ansible-test", "sanity", *of_python]
        for name in ("pylint", "pep8", "yamllint"):
            sanity += ["--skip-test", name]
        units = ["ansible-test", "units", *of_python]
        for words in (
            ["git", "init", "--quiet"],
            ["git", "add", "--all"],
            *([units, sanity] if tests else [lint]),
        ):
            code = subprocess.run(words, cwd=fleet, env=environment, check=False).returncode
            if code:
                return code
    return 0


def _pip() -> str:
    """Give the version of pip that this ansible-test asks for."""
    spec = importlib.util.find_spec("ansible_test")
    assert spec is not None and spec.origin is not None
    source = Path(spec.origin).parent / "_internal" / "python_requirements.py"
    version = re.search(r"\bpip='([\d.]+)'", source.read_text())
    assert version is not None, "ansible-test names no version of pip any more"
    return version[1]


if __name__ == "__main__":
    sys.exit(main(tests="--tests" in sys.argv[1:]))
