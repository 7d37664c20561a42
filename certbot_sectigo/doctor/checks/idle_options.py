"""Pure: options of ours that nobody looks at, as our plugin has no part where they are given.

certbot takes them without a word, and orders from whatever account it has.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence

from certbot_sectigo.doctor.model import Finding, ScheduledLine, Severity
from certbot_sectigo.machine import commands, roles
from certbot_sectigo.machine.lineages import PLUGIN
from certbot_sectigo.machine.settings import Setting
from certbot_sectigo.renewals.model import Renewal

_OPTION = f"--{PLUGIN}-"
_UNSET = ("", "None", "False")
_ALONE = ("standalone", "nginx", "apache")
"""Authenticators that need no options of their own."""


def check(
    settings: Iterable[Setting],
    scheduled: Iterable[ScheduledLine],
    renewals: Sequence[Renewal],
) -> Iterator[Finding]:
    """Find them in cli.ini, in what starts certbot, and in renewal files."""
    settings = list(settings)
    filed = [
        (s.name, s.value) if s.name in roles.ROLES else ("authenticator", s.name)
        for s in settings
        if s.name in roles.ROLES or roles.short(f"--{s.name}")
    ]
    none_ours = bool(renewals) and not any(PLUGIN in r.lineage.plugins for r in renewals)
    given = [setting for setting in settings if setting.name.startswith(f"{PLUGIN}-")]
    other = roles.other((), filed)
    if given and (other or (none_ours and not filed)):
        yield _finding(
            f"{_who(other)}, and {PLUGIN} has no part",
            tuple(f"{setting.path}:{setting.line}" for setting in given),
            "Take the lines out, and give the options to the certonly that they are for, with "
            f"--installer {PLUGIN} beside its authenticator. (An installer in cli.ini would be "
            "taken for every lineage.)",
            "\n".join(
                f"sed -i '{setting.line}s/^/# /' {shlex.quote(str(setting.path))}"
                for setting in given
            ),
        )
    for line in scheduled:
        words = _words(line.text)
        if not any(word.startswith(_OPTION) for word in words):
            continue
        named = list(roles.named(words))
        other = roles.other(named, filed)
        if other or (none_ours and not named and not filed and "renew" in words):
            yield _finding(
                f"{_who(other)}, and {PLUGIN} has no part",
                (f"{line.path}:{line.line}",),
                f"Add to that command:  --installer {PLUGIN}",
            )
    for renewal in renewals:
        lineage = renewal.lineage
        set_ = {name for name, value in renewal.options.items() if value not in _UNSET}
        ours = sorted(name for name in set_ if name.startswith("sectigo_eab_"))
        # A file that lost its authenticator is a finding of its own.
        sound = lineage.authenticator and not lineage.problem
        if ours and sound and PLUGIN not in lineage.plugins:
            yield _finding(
                f"{lineage.name} has {', '.join(ours)}, while {lineage.authenticator} is its "
                f"authenticator and {PLUGIN} not its installer",
                (str(lineage.path),),
                *_again(renewal),
            )


def _again(renewal: Renewal) -> tuple[str, str]:
    """Return what gets the certificate from the account that the options name."""
    lineage = renewal.lineage
    plugin = (lineage.authenticator or "").rpartition(":")[2]
    told = (("credentials", lineage.credentials), ("kid", lineage.kid))
    option, value = next(((f"--{PLUGIN}-{name}", v) for name, v in told if v), ("", ""))
    if plugin not in _ALONE or lineage.installer or not value or not renewal.names:
        return f"Repeat the command that made it with this added:  --installer {PLUGIN}", ""
    words = ["--cert-name", lineage.name, "--force-renewal", "--authenticator", plugin]
    words += ["--installer", PLUGIN, option, value or ""]
    words += [word for name in renewal.names for word in ("-d", name)]
    return (
        f"Get it again, with {PLUGIN} as the installer, which takes the account that they name:",
        commands.certbots("certonly", *words),
    )


def _who(other: str | None) -> str:
    return f"There {other} is the authenticator" if other else "No lineage here is renewed with it"


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def _finding(what: str, where: tuple[str, ...], remedy: str, command: str = "") -> Finding:
    return Finding(
        "traps/idle-options",
        Severity.WARNING,
        f"Options of {PLUGIN} are given where nobody looks at them",
        f"{what}: certbot takes an account by itself, whosever it is.",
        where,
        remedy,
        command,
    )
