"""Pure: what keeps a scheduled certbot from renewing a lineage although it says ``renew``."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from certbot_sectigo.machine import certbot_options
from certbot_sectigo.machine.dirs import same_server
from certbot_sectigo.machine.lineage import Lineage
from certbot_sectigo.machine.settings import Setting
from certbot_sectigo.machine.started_for import values

_TEST_SYSTEM = ("--staging", "--test-cert")
_HELP = ("--help", "-h", "--version")


def why_not(command: str, lineage: Lineage) -> str:
    """Return why a command line does not renew a lineage, as part of a sentence; empty if it may.

    :param command: the line of a cron table, a unit or a script; what it leaves to a shell's
        variables is not known.
    """
    reasons = [_of_part(part, lineage) for part in re.split(r"[;&|\n]+", command)
               if re.search(r"certbot|letsencrypt", part) and "renew" in part]  # fmt: skip
    return reasons[0] if reasons and all(reasons) else ""


def kept_out(configured: Sequence[Setting], lineage: Lineage) -> str:
    """Return why settings of every run have none renew a lineage, as part of a sentence."""
    for setting in configured:
        names = setting.value.split(",")
        if setting.name == "cert-name" and setting.value and lineage.name not in names:
            return (
                f"{setting.path}, line {setting.line}, says cert-name = {setting.value} for every "
                "run, so no other lineage is renewed"
            )
    return ""


def _of_part(part: str, lineage: Lineage) -> str:
    try:
        words = shlex.split(part)
    except ValueError:
        return ""
    if any("$" in word for word in words):
        return ""
    for word in words:
        # argparse takes what is short and clear for the whole.
        if len(word) > 3 and "--dry-run".startswith(word):
            return "only makes a dry run"
        if word in _HELP:
            return f"only prints something ({word})"
    for word in words[words.index("renew") + 1 :] if "renew" in words else ():
        name = word[2:].partition("=")[0]
        # One with a hyphen may be a plugin's.
        if word[:2] == "--" and name.isalpha() and not _begins_one(name):
            return f"has {word}, which certbot does not know"
    names = [name for value in values(words, "--cert-name") for name in value.split(",")]
    if names and lineage.name not in names:
        return f"renews {', '.join(names)} alone"
    if not lineage.ours:
        return ""
    test = next((word for word in words if word in _TEST_SYSTEM), None)
    if test is not None:
        return f"has {test}, which sectigo-eab refuses: the CA has no test system"
    server = next(iter(values(words, "--server")), None)
    if server is not None and lineage.server and not same_server(server, lineage.server):
        return f"has --server {server}, and a renewal takes no lineage to another server"
    account = next(iter(values(words, "--account")), None)
    if account is not None and account != lineage.account:
        return f"has --account {account}, which is not its account"
    return ""


def _begins_one(name: str) -> bool:
    return any(known.startswith(name) for known in certbot_options.NAMES)
