"""Run a command with loopback as its only network, and see that no process outlives it.

Called by ``make test``: ``python tests/bed/fence.py COMMAND ARGUMENT…``. Exits with the
command's own code, or 1 where the command succeeded but left processes behind; these
are named and ended. Standard library only, and Linux; elsewhere it just runs the command.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
SIOCGIFFLAGS = 0x8913
SIOCSIFFLAGS = 0x8914
IFF_UP = 0x1

GRACE = 5.0
"""Seconds an orphan may take to end by itself, as daemons that were told to do."""


def say(text: str) -> None:
    """Print one line to the user, ahead of the command's own output."""
    print(f"fence: {text}", file=sys.stderr, flush=True)


def leave_the_network(libc: ctypes.CDLL) -> str:
    """Move this process into a network namespace of its own, with loopback up.

    :returns: what became of it, for the user.
    """
    uid, gid = os.getuid(), os.getgid()
    if libc.unshare(CLONE_NEWNET) != 0:
        # Not root: a user namespace gives the right to have a network namespace.
        if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
            reason = os.strerror(ctypes.get_errno())
            return (
                f"network namespaces are not to be had here ({reason}); the tests keep to "
                "loopback all the same, but this run does not prove it"
            )
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        request = fcntl.ioctl(any_socket, SIOCGIFFLAGS, request)
        flags = struct.unpack("16sh14x", request)[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))
    return "a network namespace of its own: loopback is the only way out"


def children() -> dict[int, str]:
    """Give the living children of this process, orphans it inherited among them."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            # After the name in parentheses: state, then the parent's id.
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if int(parent) == os.getpid() and state != "Z":
            found[int(entry.name)] = words.strip()
    return found


def reap() -> None:
    """Collect the children that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def left_behind() -> dict[int, str]:
    """Give the orphans that do not end by themselves, after killing them."""
    deadline = time.monotonic() + GRACE
    while children() and time.monotonic() < deadline:
        time.sleep(0.05)
        reap()
    stubborn = children()
    found = dict(stubborn)
    while stubborn:
        for pid in stubborn:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
        reap()
        stubborn = children()  # the children of those, now ours
        found.update(stubborn)
    return found


def main(command: list[str]) -> int:
    """Run the command inside the fence and give its exit code."""
    if not sys.platform.startswith("linux"):
        say("not Linux: nothing is fenced")
        return subprocess.call(command)
    libc = ctypes.CDLL(None, use_errno=True)
    say(leave_the_network(libc))
    # Orphans below us become our children, so that none can hide.
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1)

    def begin() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        # A shell ignores it for what runs in the background, and tests send it.
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    process = subprocess.Popen(command, preexec_fn=begin)
    # The terminal sends Ctrl-C to the command as well, which cleans up and ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    ended, status = os.wait()
    while ended != process.pid:  # an orphan that ended by itself
        ended, status = os.wait()
    code = process.returncode = os.waitstatus_to_exitcode(status)
    orphans = left_behind()
    for pid, words in orphans.items():
        say(f"left behind and ended: process {pid}: {words}")
    if code < 0:
        return 128 - code
    return code or (1 if orphans else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
