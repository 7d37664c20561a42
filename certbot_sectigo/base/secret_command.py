"""A command that prints a secret: pass, a client of Vault. The one place that runs such."""

from __future__ import annotations

import os
import shlex
import subprocess

from certbot_sectigo.base.secret import Secret

MOST_SECONDS = 60.0
"""How long a command may take: somebody may have to type a passphrase."""


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
    assert process.stdout is not None  # noqa: S101
    try:
        process.wait(MOST_SECONDS)
    except subprocess.TimeoutExpired:
        raise SecretCommandError(
            f"({word}) takes longer than a minute", "Try it by hand."
        ) from None
    else:
        # What it has started may go on, and keep the pipe open.
        os.set_blocking(process.stdout.fileno(), False)
        output = process.stdout.read() or b""
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    line = output.partition(b"\n")[0]
    line = line[:-1] if line.endswith(b"\r") else line
    code = process.returncode
    if code != 0 or not line:
        ended = f"ended with code {code}" if code >= 0 else f"was ended by signal {-code}"
        raise SecretCommandError(
            f"({word}) {ended} and printed {'something' if line else 'nothing'}",
            "Try it by hand: it has to print the secret in its first line and end with 0.",
        )
    try:
        return Secret(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise SecretCommandError(
            f"({word}) prints something else than text", "Try it by hand."
        ) from None
