"""What the console script calls: the command line, and an orderly end whatever happens.

Signals are answered from the first moment on, so nothing is imported here that is not there by
then. Before it they are Python's: SIGTERM and SIGHUP end the process without a word, SIGINT with
Python's own.
"""

from __future__ import annotations

import gc
import os
import signal
import sys

from certbot_sectigo.cli import Signalled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn

_GARBAGE = 200_000
"""After how many new objects Python looks for cycles; with its own 700 that is a twentieth of the
start and of a list of 1000 accounts (benchmarks/accounts_list.py)."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> NoReturn:
    """Run the command line and end the process.

    The exit code is 0, 1 or 2 as of :func:`certbot_sectigo.cli.main.run`, or 128 and the
    signal's number: after SIGINT, SIGTERM or SIGHUP, and for SIGPIPE where nobody reads what is
    printed. A second signal ends the process at once; nothing is lost by that.
    """
    gc.set_threshold(_GARBAGE)
    try:
        for number in _SIGNALS:
            # What nohup(1), or a shell for a job in the background, has ignored stays so.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, _first)
        _open_standard_files()
        code = _run()
        # All is done and printed; a signal to the interpreter that winds up has come too late.
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
    except Signalled as end:
        name = signal.Signals(end.number).name
        _end(end.number, f"certbot-sectigo: ended by {name}; {end.words}\n")
    except BrokenPipeError:
        _end(signal.SIGPIPE, "")  # Who reads has had enough, like head(1).
    # What is there now goes with the process. Python's own look for cycles among it, as it winds
    # up, is a twentieth of a list of 1000 accounts.
    gc.freeze()
    sys.exit(code)


def _first(number: int, frame: FrameType | None) -> NoReturn:
    for each in _SIGNALS:
        signal.signal(each, _again)
    raise Signalled(number)


def _again(number: int, frame: FrameType | None) -> NoReturn:
    os._exit(128 + number)


def _open_standard_files() -> None:
    r"""Have the standard files open, and take any text.

    A file of ours would get the number of one that is closed, and whoever writes to standard
    output, a hook for one, would write into it. Letters that the terminal lacks, and bytes of
    file names that are no letters, are printed as ``\udcff``.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:  # Python itself had a file open by then
                os.dup2(opened, number)
                os.close(opened)
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8"))  # noqa: PTH123, SIM115
        stream = getattr(sys, name)
        if number and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _run() -> int:
    try:
        from certbot_sectigo.cli.main import run

        code = run()
    except ModuleNotFoundError as error:
        from certbot_sectigo.machine import requirements

        unmet = requirements.missing_module(error.name or "")
        if unmet is None:
            raise
        _say(f"{unmet.message}\n{unmet.remedy}\n")
        return 1
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # A full disk, most often. What is left is not tried again at the interpreter's end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if code == 0:
            _say(f"certbot-sectigo: standard output: {error.strerror or error}\n")
            return 1
    return code


def _end(number: int, words: str) -> NoReturn:
    """End the process for a signal, without waiting for threads that ask a CA."""
    import atexit
    import contextlib

    if words:
        with contextlib.suppress(OSError, ValueError):
            _say(words)
    atexit._run_exitfuncs()  # certbot's locks are given back there
    os._exit(128 + number)


def _say(words: str) -> None:
    sys.stderr.write(words)
    sys.stderr.flush()
