"""Pure: settings in cli.ini that reach every run, and so spoil renewals and dry runs."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence

from certbot_sectigo.accounts.known.overview import Overview
from certbot_sectigo.base import proposed
from certbot_sectigo.doctor.model import Finding, Severity
from certbot_sectigo.machine import certbot_versions
from certbot_sectigo.machine.lineages import PLUGIN, Lineage
from certbot_sectigo.machine.requirements import DISTRIBUTION, Unmet
from certbot_sectigo.machine.schedules import Source
from certbot_sectigo.machine.settings import INNOCENT, SWITCHES, Setting


def check(settings: Iterable[Setting], overview: Overview) -> Iterator[Finding]:
    """Tell what comes of each setting."""
    missing = {
        (dangling.where, dangling.account)
        for dangling in overview.dangling
        if dangling.source is Source.CONFIG
    }
    for setting in settings:
        if setting.name in INNOCENT or setting.refused or not setting.known:
            continue  # of those at which certbot ends forecasts tell
        if setting.name.startswith(f"{PLUGIN}-"):
            continue  # of ours :mod:`.idle` tells
        absent = (setting.path, setting.value) in missing
        severity, title, what, remedy = _told(setting, overview.lineages, absent=absent)
        yield Finding(
            f"traps/{setting.name}-in-cli-ini" if setting.name in _NAMED else "traps/cli-ini",
            severity,
            title,
            what,
            (f"{setting.path}:{setting.line}",),
            remedy,
            proposed.line(f"sed -i '{setting.line}s/^/# /' {shlex.quote(str(setting.path))}"),
        )


_NAMED = ("server", "account", "authenticator")


def check_requirement(unmet: Unmet | None, certbot_version: tuple[int, ...]) -> Iterator[Finding]:
    """Tell of a requirement of the plugin that is not met; older certbots end with it.

    :param certbot_version: of the certbot beside this command, such as ``(2, 1, 0)``.
    """
    if unmet is None:
        return
    stops = certbot_versions.asks_requirements(certbot_version)
    yield Finding(
        "traps/requirement",
        Severity.CRITICAL if stops else Severity.WARNING,
        "A Python package that the plugin requires is missing or too old",
        unmet.message if stops else unmet.message.partition("\n")[0],
        (unmet.requirement,),
        "Install it; certbot meanwhile runs without the plugin after  "
        f"{unmet.pip} uninstall {DISTRIBUTION} .",
        f"{unmet.pip} install {shlex.quote(unmet.requirement)}",
    )


def _some(names: Sequence[str]) -> str:
    return f"{', '.join(names[:3])}{' and more' if names[3:] else ''}"


def _told(
    setting: Setting, lineages: Sequence[Lineage], *, absent: bool
) -> tuple[Severity, str, str, str]:
    name = setting.name
    others = [lineage.name for lineage in lineages if not lineage.looked_after]
    if name == "server" and others:
        return (
            Severity.CRITICAL,
            "cli.ini names a server for every run",
            f"server = {setting.value}: certbot forgets server and account of {_some(others)} for "
            "it, and renews them there, with whatever account it finds, or asks which. A dry run "
            "of theirs gets a real certificate there and throws it away.",
            "Take the line out; lineages keep their server in their renewal files.",
        )
    if name == "server":
        return (
            Severity.WARNING,
            "cli.ini names a server for every run",
            f"server = {setting.value}: certbot --dry-run with any authenticator but sectigo-eab "
            "asks this server for a real certificate and throws it away, and certonly without "
            "--server takes it for certificates of another CA too.",
            "Take the line out; lineages keep their server in their renewal files.",
        )
    if name == "account":
        gone = " It is not on this machine, so every run fails." if absent else ""
        if lineages and all(lineage.looked_after for lineage in lineages):
            return (
                Severity.NOTICE,
                "cli.ini names an account for every run",
                f"account = {setting.value}: the lineages here are looked after by sectigo-eab, "
                "which takes their own accounts all the same. A certificate that another plugin "
                "gets would be ordered from that one, at whatever CA.",
                "Take the line out; lineages keep their account in their renewal files.",
            )
        return (
            Severity.CRITICAL,
            "cli.ini names an account for every run",
            f"account = {setting.value} overrides the account of every lineage of every CA.{gone}",
            "Take the line out; lineages keep their account in their renewal files.",
        )
    if name in SWITCHES:
        return (
            Severity.CRITICAL,
            f"cli.ini switches {name} on for every run",
            f"With {name} no run gets a certificate that anybody trusts; sectigo-eab refuses "
            "staging servers, as Sectigo has none.",
            "Take the line out.",
        )
    return (
        Severity.WARNING,
        "cli.ini names an authenticator for every run",
        f"{name} = {setting.value}: it is taken for certificates of every CA, and renewals and "
        "dry runs of lineages that have another one are not those that were set up.",
        "Take the line out; lineages keep their authenticator in their renewal files.",
    )
