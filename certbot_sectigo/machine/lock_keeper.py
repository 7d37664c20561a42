"""Hold certbot's locks for the length of a block: a child process has them meanwhile.

certbot's public function takes its locks until the process ends. A command that changes
files and starts certbot afterwards has to let go of them in between.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from certbot_sectigo.base import errors
from certbot_sectigo.machine import locks
from certbot_sectigo.machine.dirs import Dirs

# Without the working directory, which -c puts first: it may be anybody's.
_CHILD = (
    "import sys; sys.path[:] = [p for p in sys.path if p]; "
    "from certbot_sectigo.machine import lock_keeper; lock_keeper.keep(*sys.argv[1:])"
)


@contextlib.contextmanager
def locked(
    dirs: Dirs,
    timeout_seconds: float = 60.0,
    waiting: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Take certbot's locks like :func:`~certbot_sectigo.machine.locks.locked`, and release them.

    Should this process be killed, the locks are released all the same.

    :param timeout_seconds: how long to wait for another process that has them.
    :param waiting: called with who holds them, when they are not to be had at once.
    :raises certbot_sectigo.machine.locks.LockError: if they are not to be had.
    """
    folders = (dirs.config_dir, dirs.work_dir, dirs.logs_dir)
    with subprocess.Popen(
        [sys.executable, "-c", _CHILD, *map(str, folders), str(timeout_seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for this process, which ends the child in its turn
    ) as child:
        try:
            _await(child, waiting)
        except BaseException:
            child.terminate()  # it waits for the locks, and would do so until they are free
            raise
        try:
            yield
        finally:
            # The end of its input tells the child to go; leaving the outer block waits for it.
            child.stdin.close()  # type: ignore[union-attr]


def keep(config_dir: str, work_dir: str, logs_dir: str, timeout_seconds: str) -> None:
    """Be the child: take the locks, say so, and hold them until the input ends."""
    dirs = Dirs(Path(config_dir), Path(work_dir), Path(logs_dir))
    try:
        with locks.locked(dirs, float(timeout_seconds), lambda who: _say(waiting=who)):
            _say(locked=True)
            sys.stdin.read()
    except errors.Error as error:
        _say(message=error.message, remedy=error.remedy)


def _say(**content: object) -> None:
    # Escaped by json, so that the locale does not matter; the parent may have gone.
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps(content), flush=True)


def _await(child: subprocess.Popen[str], waiting: Callable[[str], None] | None) -> None:
    for line in child.stdout or ():
        content = json.loads(line)
        if "locked" in content:
            return
        if "message" in content:
            raise locks.LockError(content["message"], content["remedy"])
        if waiting is not None:
            waiting(content["waiting"])
    raise locks.LockError("certbot's locks could not be taken: the process that was to hold them "
                          "has ended.", "Repeat the command.")  # fmt: skip
