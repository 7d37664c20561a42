"""A command that prints a secret: pass, a client of Vault. The one place that runs such."""

from __future__ import annotations

import os
import select
import shlex
import subprocess
import time

from certbot_sectigo.base.secret import Secret

MOST_SECONDS = 60.0
"""How long a command may take: somebody may have to type a passphrase."""
_MOST_BYTES = 65536
"""How much of what it prints is kept."""
_POLL_SECONDS = 0.05


class SecretCommandError(Exception):
    """It gave no secret.

    :ivar why: completes a sentence that begins with the setting; has the command's first word
        and nothing of what it printed.
    :ivar remedy: what helps.
    """

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.why = why
        self.remedy = remedy


def first_line(command: str) -> Secret:
    """Run a command, without a shell and as whoever runs this, and return its first line.

    What else it says goes nowhere: it may hold the secret, and this may run under cron, whose
    mail it would be in. A passphrase is asked for at the terminal, which it finds by itself.

    :param command: words, quoted as a shell takes them.
    :raises SecretCommandError: if it cannot be run, fails, takes too long or prints nothing.
    """
    word = "it"
    try:
        words = shlex.split(command)
        word = words[0]
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except (ValueError, IndexError):
        raise SecretCommandError("cannot be understood", "Mind the quotes.") from None
    except OSError as error:
        raise SecretCommandError(
            f"cannot be run: {word}: {error.strerror}", "Try it by hand."
        ) from None
    with process:
        try:
            output = _printed(process)
        except TimeoutError:
            raise SecretCommandError(
                f"({word}) takes longer than a minute", "Try it by hand."
            ) from None
        finally:
            process.kill()
    line = output.partition(b"\n")[0]
    line = line[:-1] if line.endswith(b"\r") else line
    code = process.returncode
    if code != 0 or not line:
        ended = f"ended with code {code}" if code >= 0 else f"was ended by signal {-code}"
        what = "something" if line else "an empty line first" if output else "nothing"
        raise SecretCommandError(
            f"({word}) {ended} and printed {what}",
            "Try it by hand: it has to print the secret in its first line and end with 0.",
        )
    try:
        return Secret(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise SecretCommandError(
            f"({word}) prints something else than text", "Try it by hand."
        ) from None


def _printed(process: subprocess.Popen[bytes]) -> bytes:
    """Read what a command prints until it ends.

    Not until its output does: what it has started may go on, and keep the pipe open.

    :raises TimeoutError: if it takes too long.
    """
    assert process.stdout is not None  # noqa: S101
    deadline = time.monotonic() + MOST_SECONDS
    pipes, printed = [process.stdout.fileno()], b""
    while time.monotonic() < deadline:
        ended = process.poll() is not None  # before the look: what it said last is there then
        ready, _, _ = select.select(pipes, [], [], 0 if ended else _POLL_SECONDS)
        piece = os.read(ready[0], _MOST_BYTES) if ready else b""
        printed = (printed + piece)[:_MOST_BYTES]
        if ended and (not piece or b"\n" in printed):
            return printed
        if ready and not piece:
            pipes = []
    raise TimeoutError
