"""Deploy in a child that kills itself before its Nth operation on a file.

Reads ``N`` a line from standard input, deploys, and answers how the child ended; 0
never kills. Takes the configuration directory and the name of a lineage.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from certbot_sectigo.deploy import material
from certbot_sectigo.deploy.job import DeployJob, default_file

# What the audit hook sees of operations that change something; of ``open`` those for writing.
_CHANGES = {
    "os.chmod",
    "os.chown",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.setxattr",
    "subprocess.Popen",
}


def arm(number: int) -> None:
    """Have this process killed before its Nth change."""
    left = number

    def hook(event: str, args: tuple[Any, ...]) -> None:
        nonlocal left
        changes = event in _CHANGES or (event == "open" and _writes(args))
        if changes:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    # What no audit event tells: the moments after a write and before its fsync.
    fsync = os.fsync

    def counted(fd: Any) -> None:
        hook("os.chmod", ())
        fsync(fd)

    os.fsync = counted


def _writes(args: tuple[Any, ...]) -> bool:
    flags = args[2]
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def main(config_dir: Path, lineage: str) -> None:
    """Serve the requests."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 3
            try:
                arm(int(line))
                job = DeployJob(
                    material.read_lineage(config_dir, lineage),
                    default_file(config_dir),
                    config_dir,
                )
                code = 0 if all(one.ok for one in job.run(lambda text: None)) else 1
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
