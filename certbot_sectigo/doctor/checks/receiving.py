"""Pure: what is wrong where a certificate machine's certificates arrive."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from certbot_sectigo.doctor.model import Finding, Receiving, Severity
from certbot_sectigo.machine import commands


def check(receiving: Receiving) -> Iterator[Finding]:
    """Tell of the file, of what failed, and of each line of authorized_keys."""
    if receiving.problem:
        # Of the file itself the remedy leads here.
        command = receiving.remedy.partition("\n")[2].strip()
        yield Finding(
            "receive/file",
            Severity.WARNING,
            "This host takes no certificate from its certificate machine",
            f"{receiving.problem}\nWhatever the machine sends is refused, and the services go on "
            "with what they have.",
            (str(receiving.file),),
            "Mend it." if "doctor" in command else "Do what is said.",
            "" if "doctor" in command else command,
        )
    for names, reason in receiving.owed:
        yield Finding(
            "receive/owed",
            Severity.WARNING,
            "A certificate that was received is not deployed to all its targets",
            f"{reason}\nThe certificate machine sends it again at its next `certbot renew`. A "
            "deployment that is going on at this moment looks the same.",
            (names,),
            "Remove the cause.",
        )
    for line in receiving.lines:
        if "restrict" not in line.options:
            yield Finding(
                "receive/unrestricted",
                Severity.WARNING,
                "A certificate machine's key may do more than send certificates",
                "Without the option `restrict` it may forward ports and agents.",
                (f"{line.file}:{line.number}",),
                "Begin the line with:  restrict,",
            )
    writable = dict.fromkeys(path for line in receiving.lines for path in line.writable)
    if writable:
        quoted = shlex.join(map(str, writable))
        yield Finding(
            "receive/authorized-keys",
            Severity.WARNING,
            "Others than root can change what a certificate machine's key may run",
            "Whoever can write here, the user that logs in for one, can take the forced command "
            "away.",
            tuple(map(str, writable)),
            "Give them to root; sshd reads them all the same.",
            commands.line(f"chown root {quoted} && chmod go-w {quoted}"),
        )
