"""Pure: how lineages that plain certbot issued come to be renewed by ``sectigo-eab``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from certbot_sectigo.accounts.model import Account, Learned
from certbot_sectigo.accounts.records import RenewalChange, Value
from certbot_sectigo.ca import catalogue
from certbot_sectigo.machine import certbot_versions, challenges, commands, dirs, renewal_file
from certbot_sectigo.machine.lineages import Lineage

KIND = "adopt"
"""Whose records of changes these are."""

PLUGIN = "sectigo-eab"


@dataclass(frozen=True)
class KnownKid:
    """An account with what is known of its kid."""

    account: Account
    kid: str | None = None
    learned: Learned | None = None
    """How the kid became known."""


@dataclass(frozen=True)
class Adoption:
    """What happens to one lineage."""

    change: RenewalChange
    account: Account
    server: str
    kid: str
    learned: Learned
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Left:
    """A lineage that is left alone, and why."""

    lineage: str
    reason: str
    remedy: str = ""


def obstacle(lineage: Lineage) -> str | None:
    """Say why a lineage is not one that can be adopted; None if it is."""
    if lineage.problem is not None:
        return f"its renewal file {lineage.problem}"
    if lineage.link:
        return "its renewal file is a symbolic link, which is not changed through"
    if lineage.ours or (PLUGIN in lineage.plugins and lineage.kid):
        return f"it is renewed by {PLUGIN} already"
    if lineage.server is None or lineage.account is None:
        return "its renewal file names no server or no account"
    if not binds(lineage.server):
        return f"{lineage.server} knows no External Account Binding"
    return None


def binds(server: str) -> bool:
    """Return whether a CA may bind accounts to EAB pairs: unless it is known not to."""
    known = catalogue.of_server(server).customs.binds
    return certbot_versions.server_given(server) and (known is None or known.value)


def of_interest(lineage: Lineage, known: Iterable[KnownKid]) -> bool:
    """Return whether ``--all`` means a lineage: its CA binds accounts to EAB pairs.

    It does if that is known of it, or if some account at its server has a known kid.
    """
    known_of_ca = catalogue.of_server(lineage.server).customs.binds
    if known_of_ca is not None:
        return known_of_ca.value
    path = dirs.server_path(lineage.server or "")
    return any(k.kid is not None and k.account.server_path == path for k in known)


def account_of(lineage: Lineage, known: Iterable[KnownKid]) -> KnownKid | None:
    """Find the account a lineage is pinned to, if certbot can load it."""
    path = dirs.server_path(lineage.server or "")
    for candidate in known:
        account = candidate.account
        if (account.server_path, account.name) == (path, lineage.account) and account.loads:
            return candidate
    return None


def adopt(
    lineage: Lineage,
    text: str,
    pinned: KnownKid | None,
    names: Iterable[str],
    *,
    instead: str = "ID",
    webroot: str | None = None,
    validated_by: Iterable[str] = (),
) -> Adoption | Left:
    """Plan what changes in a renewal file.

    Server, account, hooks and everything else stay as they are; of the former authenticator's
    options a web root is taken over. A lineage that answers DNS-01 keeps its authenticator, as
    ours answers HTTP-01 only: there the plugin becomes the installer, which finds the account.

    :param text: the renewal file.
    :param pinned: the account the lineage is pinned to; None if it is not there.
    :param names: the certificate's.
    :param instead: the account to pin it to where its own is not there.
    :param webroot: folder through which HTTP-01 is to be answered; None to take that of the
        renewal file, if it has one.
    :param validated_by: types of the challenges by which logs show its names validated.
    """
    reason = obstacle(lineage)
    if reason is not None:
        return Left(lineage.name, reason)
    if pinned is None:
        return Left(
            lineage.name,
            f"the account {lineage.account} it names is not there, or certbot cannot load it",
            commands.ours("accounts", "pin", instead, "--cert-name", lineage.name),
        )
    if pinned.kid is None or pinned.learned is None:
        return Left(
            lineage.name,
            f"the kid of its account {lineage.account} is not known: neither certbot's logs nor "
            "the CA show it",
            "Sectigo Certificate Manager shows it (Enrollment, ACME, the account that has these "
            "names). Then:\n"
            + commands.ours("adopt", "--cert-name", lineage.name, "--eab-kid", "KID"),
        )
    wanted: dict[str, tuple[str | None, str | None]] = {
        "sectigo_eab_kid": (lineage.kid, pinned.kid),
        "sectigo_eab_server": (lineage.eab_server, lineage.server),
    }
    preferred = _preferred(text)
    if answers_dns(lineage, preferred, validated_by):
        installer = (lineage.installer or "").rpartition(":")[2]
        if installer not in ("", PLUGIN):
            return Left(
                lineage.name,
                f"its authenticator {lineage.authenticator} answers DNS-01, which {PLUGIN} does "
                f"not, and its installer {installer} leaves no place for {PLUGIN} as that",
            )
        wanted["installer"] = (lineage.installer, PLUGIN)
        warnings: tuple[str, ...] = (
            f"{lineage.authenticator} goes on answering DNS-01; {PLUGIN} becomes the installer, "
            "which finds the account",
        )
    else:
        root, warnings = _webroot(lineage, text, names, webroot)
        wanted["authenticator"] = (lineage.authenticator, PLUGIN)
        wanted["sectigo_eab_webroot"] = (lineage.webroot, root)
        if preferred and "http-01" not in preferred:
            # certbot would find no challenge that both sides know.
            wanted["pref_challs"] = (", ".join(preferred), None)
    values = tuple(Value(key, old, new) for key, (old, new) in wanted.items() if old != new)
    try:
        new_text = renewal_file.repoint(text, {value.key: value.new for value in values})
    except renewal_file.RepointError as error:
        return Left(lineage.name, f"its renewal file cannot be changed: {error.message}")
    change = RenewalChange(lineage.path, lineage.name, text, new_text, values)
    server = lineage.server or ""
    return Adoption(change, pinned.account, server, pinned.kid, pinned.learned, warnings)


def answers_dns(
    lineage: Lineage, preferred: Sequence[str], validated_by: Iterable[str] = ()
) -> bool:
    """Return whether a lineage's challenges are answered by DNS-01.

    :param preferred: the challenges that its renewal file prefers.
    :param validated_by: types of the challenges by which logs show its names validated.
    """
    by_name = challenges.answered(lineage.authenticator)
    if by_name is not None and len(by_name) == 1:
        return "dns-01" in by_name
    return preferred[:1] == ["dns-01"] or "dns-01" in set(validated_by)


def _preferred(text: str) -> list[str]:
    """Read the challenges that a renewal file prefers, such as ``dns-01``."""
    params = renewal_file.parse(text.encode()).get(renewal_file.PARAMS, {})
    return challenges.preferred(params.get("pref_challs"))


def _webroot(
    lineage: Lineage, text: str, names: Iterable[str], given: str | None
) -> tuple[str | None, tuple[str, ...]]:
    """Settle how HTTP-01 is answered from now on, for names that the CA has not validated."""
    authenticator = (lineage.authenticator or "").rpartition(":")[2]
    warnings = []
    root = given
    if root is None and authenticator == "webroot":
        found = webroots(renewal_file.parse(text.encode()).get(renewal_file.PARAMS, {}))
        if len(found) == 1:
            (root,) = found
        else:
            warnings.append(
                f"its names have {len(found)} web roots ({', '.join(found)}), and {PLUGIN} answers "
                "through one: names that the CA has not validated need port 80, or --webroot DIR"
            )
    elif root is None and authenticator not in ("standalone", ""):
        warnings.append(
            f"so far {authenticator} answered the challenges: names that the CA has not "
            "validated (in Sectigo Certificate Manager) now need port 80, or --webroot DIR"
        )
    wildcards = sorted(name for name in names if name.startswith("*."))
    if wildcards and authenticator != "standalone":
        warnings.append(
            f"{', '.join(wildcards)} must be validated at the CA: HTTP-01 is not for wildcards"
        )
    return root, tuple(warnings)


def webroots(params: Mapping[str, Any]) -> list[str]:
    """Return the web roots that a renewal file names, each once."""
    found: list[str] = []
    path = params.get("webroot_path")
    if isinstance(path, str):
        found += path.split(",")
    elif isinstance(path, Sequence):
        found += map(str, path)
    roots = params.get("webroot_map")
    if isinstance(roots, Mapping):
        found = [str(root) for root in roots.values()] or found
    return list(dict.fromkeys(root.strip() for root in found if root.strip()))
