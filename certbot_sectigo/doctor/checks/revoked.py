"""Pure: certificates in ``live/`` that are revoked, and served until they are replaced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from certbot_sectigo.ca.revocation_words import Source
from certbot_sectigo.doctor.model import Finding, Revocation, Severity
from certbot_sectigo.machine import commands
from certbot_sectigo.portal import commands as portal_commands
from certbot_sectigo.renewals.due import window
from certbot_sectigo.renewals.model import Renewal


def check(
    renewals: Iterable[Renewal],
    known: Mapping[str, Revocation],
    now: datetime,
    certbot_version: tuple[int, ...],
) -> Iterator[Finding]:
    """Tell of the revoked ones.

    :param known: name of the lineage -> what is known.
    :param certbot_version: of the certbot that renews, such as ``(5, 8, 0)``.
    """
    for renewal in renewals:
        name = renewal.lineage.name
        said = known.get(name)
        if said is None:
            continue
        reason = _reason(renewal, said, now, certbot_version)
        if not reason and said.logged is not None and not said.logged.sure and not _good(said):
            yield Finding(
                "renewal/revoked",
                Severity.CRITICAL,
                "A certificate that may be revoked is still in use",
                f"{name}: scm revoke was about to revoke it in SCM, and its note does not tell "
                f"that it was done ({said.logged.log}).",
                (str(renewal.lineage.cert_path or renewal.lineage.path),),
                "Repeat it: it asks SCM first, and revokes the certificate if that is still to do.",
                portal_commands.ours("revoke", "--cert-name", name),
            )
        if reason:
            yield Finding(
                "renewal/revoked",
                Severity.CRITICAL,
                "A certificate that is revoked is still in use",
                f"{name}: {reason}",
                (str(renewal.lineage.cert_path or renewal.lineage.path),),
                "Get another one now. Where the old key may be known to others, see that it gets "
                "a new one (reuse_key in the renewal file keeps the old).",
                commands.certbots("renew", "--force-renewal", "--cert-name", name),
            )


def _reason(
    renewal: Renewal, said: Revocation, now: datetime, certbot_version: tuple[int, ...]
) -> str:
    """Return who says that a certificate is revoked, in a sentence; empty where nobody does."""
    if said.logged is not None and said.logged.sure:
        when = f" on {said.logged.when:%Y-%m-%d}" if said.logged.when else ""
        if said.logged.line is None:
            return f"scm revoke had it revoked in SCM{when}, or found it so ({said.logged.log})."
        log = f"{said.logged.log}:{said.logged.line}"
        return f"certbot's log shows that the CA revoked it{when} ({log})."
    for word in said.words:
        if word.revoked:
            when = f" on {word.when:%Y-%m-%d}" if word.when else ""
            return f"{word.source.value} ({word.url}) says that it was revoked{when}."
    if _good(said):
        return ""
    for word in said.words:
        if word.source is Source.ARI and word.when is not None and word.when < now:
            if renewal.not_before is None or renewal.not_after is None:
                continue
            lifetime = renewal.not_after - renewal.not_before
            due = renewal.not_after - window(lifetime, renewal.options, certbot_version)
            # Of one that is late anyway the window is past, too, and another finding says so.
            if word.when < due:
                return (
                    "the CA's renewalInfo wanted it replaced by "
                    f"{word.when:%Y-%m-%d %H:%M} UTC, long before its time. So CAs tell of "
                    f"certificates that are revoked, or about to be ({word.url})."
                )
    return ""


def _good(said: Revocation) -> bool:
    """Return whether somebody who was asked says that it is not revoked."""
    return any(word.revoked is False for word in said.words)
