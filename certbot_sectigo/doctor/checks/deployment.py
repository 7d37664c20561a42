"""Pure: what will keep services from their certificates though these are renewed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from certbot_sectigo.deploy.examination import DeployTrouble
from certbot_sectigo.doctor.model import Finding, Severity
from certbot_sectigo.machine import commands

_TOLD = {
    "file": (
        "A deploy file cannot be used",
        "Certificates are renewed and saved, and the services go on with the old ones.",
        "Mend it.",
    ),
    "format": (
        "A deploy target has a format that is gone",
        "Its certificate is renewed and saved, and its service goes on with the old one. The "
        "file's other targets are deployed.",
        "Write what is said.",
    ),
    "owed": (
        "A certificate was not deployed to all its targets",
        "The next `certbot renew` tries again by itself. A deployment that is going on at this "
        "moment looks the same.",
        "After the cause is removed, to do it now:",
    ),
    "host-key": (
        "ssh does not know a host that certificates go to",
        "Nothing is sent to a host that cannot show who it is.",
        "Ask its administrator for the fingerprint.",
    ),
    "ssh-key": (
        "Others can read the key that certificates are sent with",
        "Whoever has it can offer certificates to the host.",
        "Close it; if somebody may have read it, make a new one.",
    ),
    "folder": (
        "Others could change the files of a deploy target",
        "They get no key by it, but can keep the service from its certificate.",
        "Close the folder, unless these users are meant to look after the service; then name "
        "them as the target's owner.",
    ),
}


def check(troubles: Iterable[DeployTrouble]) -> Iterator[Finding]:
    """Tell of each."""
    for trouble in troubles:
        title, harm, remedy = _TOLD[trouble.kind]
        where = f'{trouble.file}: target "{trouble.target}"' if trouble.target else trouble.file
        what, command = trouble.text, ""
        if trouble.kind in ("folder", "host-key", "ssh-key"):
            what, _, command = trouble.text.partition(":\n")
            what += "."
        elif trouble.kind == "owed":
            where = trouble.lineage
            command = commands.ours("deploy", "--cert-name", trouble.lineage)
        elif trouble.kind == "file":
            command = commands.ours("deploy", "--check", "--deploy-file", str(trouble.file))
        yield Finding(
            f"deploy/{trouble.kind}",
            Severity.WARNING,
            title,
            f"{what}\n{harm}",
            (str(where),),
            remedy,
            command.strip(),
        )
