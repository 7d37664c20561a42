"""What the package costs a certbot that does not use it: time, modules, files.

    .venv/bin/python benchmarks/certbot_start.py [--pairs 40] [--certbot .venvs/certbot-bare]

The same certbot (an environment without the package, which ``tests/bed/install.py``
makes) is started again and again, in turns with a folder on its path that holds the
package and with one that holds nothing. Times are of processor and of wall clock, the
medians over all pairs; modules imported and files opened are counted in one run of each,
which no load on the machine disturbs.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path

TREE = Path(__file__).resolve().parents[1]
COMMANDS = (["--version"], ["plugins"])
ALLOWED = 1.03

# Runs certbot and tells which modules were imported and which files opened.
COUNT = """
import json, sys
opened = []
sys.addaudithook(lambda event, args: event == "open" and opened.append(str(args[0])))
from certbot.main import main
try:
    main(sys.argv[2:])
except SystemExit:
    pass
with open(sys.argv[1], "w") as file:
    json.dump([sorted(sys.modules), opened], file)
"""


def package(folder: Path) -> Path:
    """Make a folder with the package, as pip installs it."""
    folder.mkdir()
    source = TREE / "certbot_sectigo"
    shutil.copytree(source, folder / source.name, ignore=shutil.ignore_patterns("__pycache__"))
    found = next(
        path
        for dist in metadata.distributions(name="certbot-sectigo")
        for path in Path(str(dist.locate_file(""))).glob("certbot_sectigo-*.dist-info")
    )
    shutil.copytree(found, folder / found.name)
    return folder


class Starts:
    """Start one certbot with and without the package.

    :param environment: where certbot is installed, without the package.
    """

    def __init__(self, environment: Path, scratch: Path) -> None:
        self._python = environment / "bin" / "python"
        self._certbot = environment / "bin" / "certbot"
        self._scratch = scratch
        (scratch / "nothing").mkdir()
        self._paths = {False: scratch / "nothing", True: package(scratch / "package")}
        self._directories = []
        for option in ("config", "work", "logs"):
            self._directories += [f"--{option}-dir", str(scratch / option)]

    def _environment(self, installed: bool) -> dict[str, str]:
        path, home = str(self._paths[installed]), str(self._scratch)
        return {"PATH": os.environ["PATH"], "HOME": home, "PYTHONPATH": path, "LANG": "C.UTF-8"}

    def seconds(self, command: list[str], installed: bool) -> tuple[float, float]:
        """Start it once; gives wall clock and processor time."""
        words = [str(self._certbot), *command, *self._directories]
        started = time.perf_counter()
        with subprocess.Popen(
            words, env=self._environment(installed), cwd=self._scratch, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - started
        assert process.returncode == 0, words
        return wall, usage.ru_utime + usage.ru_stime

    def counts(self, command: list[str], installed: bool) -> tuple[set[str], list[str]]:
        """Start it once; gives the modules and the files opened."""
        target = self._scratch / "counts.json"
        words = [str(self._python), "-c", COUNT, str(target), *command, *self._directories]
        subprocess.run(
            words, env=self._environment(installed), cwd=self._scratch, check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        modules, opened = json.loads(target.read_text())
        return set(modules), opened


def main() -> int:
    """Measure and print; exit 1 if it takes more than is allowed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--certbot", type=Path, default=TREE / ".venvs" / "certbot-bare")
    given = parser.parse_args()
    python = given.certbot / "bin" / "python"
    script = "import certbot; print(certbot.__version__)"
    said = subprocess.run([python, "-c", script], capture_output=True, text=True, check=True)
    print(f"certbot {said.stdout.strip()}, {given.pairs} pairs")
    worst = 0.0
    with tempfile.TemporaryDirectory() as scratch:
        starts = Starts(given.certbot, Path(scratch))
        for command in COMMANDS:
            taken: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
            for installed in (False, True):
                starts.seconds(command, installed)  # compiles
            for number in range(given.pairs):
                order = (False, True) if number % 2 else (True, False)
                for installed in order:
                    taken[installed].append(starts.seconds(command, installed))
            print(f"\ncertbot {' '.join(command)}")
            for index, name in enumerate(("wall clock", "processor")):
                without, with_package = (
                    statistics.median(pair[index] for pair in taken[installed])
                    for installed in (False, True)
                )
                ratio = with_package / without
                worst = max(worst, ratio)
                print(
                    f"  {name:10}  {without * 1000:7.1f} ms without  "
                    f"{with_package * 1000:7.1f} ms with  x {ratio:.3f}"
                )
            (modules, files), (more_modules, more_files) = (
                starts.counts(command, installed) for installed in (False, True)
            )
            new = sorted(more_modules - modules)
            print(f"  modules     {len(modules)} without, {len(new)} more with: {' '.join(new)}")
            print(f"  files       {len(files)} opened without, {len(more_files)} with")
    print(f"\nat most x {worst:.3f}; allowed is x {ALLOWED}")
    return 0 if worst <= ALLOWED else 1


if __name__ == "__main__":
    sys.exit(main())
