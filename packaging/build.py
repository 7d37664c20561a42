"""Build wheel and source distribution so that everybody who does gets the same bytes.

``make packages`` builds twice, the second time at another path, with another umask, time zone
and locale, and compares the SHA-256. What differs between machines is kept out: files come from
git's list with plain modes, times are the day of the newest release in the changelog, and the
source distribution is packed by this script, in order, of nobody.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from datetime import datetime, timezone
from pathlib import Path

TREE = Path(__file__).resolve().parents[1]


def epoch() -> int:
    """Return the day of the newest release, in seconds since 1970."""
    text = (TREE / "CHANGELOG.md").read_text("utf-8")
    found = re.search(r"^## [\d.]+ - (\d{4}-\d\d-\d\d)$", text, re.MULTILINE)
    if found is None:
        raise SystemExit("CHANGELOG.md names no release with its day.")
    return int(datetime.fromisoformat(found[1]).replace(tzinfo=timezone.utc).timestamp())


def copied(to: Path) -> None:
    """Copy what git knows, or all of an unpacked source distribution, with plain modes."""
    words = ["git", "ls-files", "-z"]
    listed = subprocess.run(words, cwd=TREE, capture_output=True, check=False)
    names = [name for name in listed.stdout.decode().split("\0") if name]
    if listed.returncode != 0:
        names = [str(p.relative_to(TREE)) for p in TREE.rglob("*") if p.is_file()]
        names = [n for n in names if not re.match(r"(\.venvs?|build|dist|\.[a-z_]+cache)/", n)]
    for name in names:
        source, target = TREE / name, to / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            target.chmod(0o755 if os.access(source, os.X_OK) else 0o644)
            os.utime(target, (epoch(), epoch()))


def repacked(path: Path) -> None:
    """Pack a source distribution anew: in order, of nobody, with plain modes and one time."""
    plain = io.BytesIO()
    with (
        tarfile.open(path) as old,
        tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as new,
    ):
        for member in sorted(old.getmembers(), key=lambda each: each.name):
            member.uid = member.gid = 0
            member.uname = member.gname = ""
            member.mtime, member.pax_headers = epoch(), {}
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            new.addfile(member, old.extractfile(member) if member.isfile() else None)
    path.write_bytes(gzip.compress(plain.getvalue(), mtime=epoch()))


def build(out: Path, folder: Path, *, umask: int, zone: str, locale: str) -> dict[str, str]:
    """Build into a folder.

    :param folder: where it is done.
    :returns: SHA-256 by file name.
    """
    previous = os.umask(umask)
    try:
        copied(folder)
    finally:
        os.umask(previous)
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch()), "TZ": zone, "LC_ALL": locale,
                   "PYTHONHASHSEED": str(umask)}  # fmt: skip
    words = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(folder)]
    # Files that are made meanwhile get modes by it, which go into the wheel.
    done = subprocess.run(words, env=environment, umask=0o022, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stdout + done.stderr)
    for path in out.glob("*.tar.gz"):
        repacked(path)
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(out.iterdir())}


def main() -> int:
    """Build into ``dist/``, and once more elsewhere; the exit code is 1 if the two differ."""
    dist = TREE / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    with (
        tempfile.TemporaryDirectory() as first,
        tempfile.TemporaryDirectory(prefix="another-and-longer-path-") as second,
    ):
        one = build(dist, Path(first) / "a", umask=0o022, zone="UTC", locale="C.UTF-8")
        two = build(Path(second) / "out", Path(second) / "sub" / "tree", umask=0o077,
                    zone="Asia/Kolkata", locale="C")  # fmt: skip
    for name, digest in one.items():
        print(f"{digest}  {name}")
    if one != two:
        print(f"A second build differs: {two}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
