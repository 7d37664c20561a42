"""What the portal has against what hosts have; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import timedelta

from certbot_sectigo.portal.hosts import Holders, Host, HostAccount
from certbot_sectigo.portal.model import SOON, covers
from certbot_sectigo.portal.survey import Audited, Seen

SILENT = timedelta(days=120)
"""Two renewals of a certificate of 199 days, which is renewed after two thirds of its life."""


@dataclass(frozen=True)
class AuditFinding:
    """Something that is not as it ought to be."""

    code: str
    """Stays the same in all versions."""
    grave: bool
    """Whether a renewal fails because of it, or somebody can take a certificate."""
    title: str
    what: str
    where: tuple[str, ...]
    remedy: str
    command: tuple[str, ...] = ()
    """The words of the command that helps, behind ``certbot-sectigo scm``."""


def compare(seen: Seen, hosts: Sequence[Host]) -> list[AuditFinding]:
    """Return what is not as it ought to be; pure."""
    findings = list(_password(seen))
    holders = Holders(hosts)
    owned = [
        (audited, holders.of(audited.account, audited.clients or ())) for audited in seen.accounts
    ]
    findings += _unseen(seen)
    for audited, mine in owned:
        findings += _account(seen, audited, mine)
    findings += _hosts({id(own) for _, mine in owned for _, own in mine}, hosts)
    findings += _certificates(seen, hosts)
    return sorted(findings, key=lambda f: (not f.grave, f.code, f.where))


def _password(seen: Seen) -> Iterator[AuditFinding]:
    ends = seen.password.warning(seen.when)
    if ends is not None:
        yield AuditFinding(
            "scm/password",
            True,
            "The administrator's password ends",
            f"The password of this log-in to SCM {ends}. Renewals go on without it; making "
            "accounts and this audit do not.",
            (),
            "Set a new password in SCM's web page and write it where sectigo-scm.ini has it.",
        )


def _unseen(seen: Seen) -> Iterator[AuditFinding]:
    unseen = [a.account.name for a in seen.accounts if a.clients is None]
    if unseen:
        yield AuditFinding(
            "scm/unseen",
            False,
            "Clients that SCM does not show",
            f"SCM does not show this log-in the clients of {len(unseen)} account(s). Whether one "
            "is bound that no host has, or is silent or ended, is not known.",
            tuple(unseen[:5]),
            "Audit with the log-in of an administrator who sees clients.",
        )


def _account(
    seen: Seen, audited: Audited, mine: Sequence[tuple[Host, HostAccount]]
) -> Iterator[AuditFinding]:
    account = audited.account
    where = (account.name,)
    live = [c for c in audited.clients or () if c.live]
    if not mine:
        used = f"with {len(live)} live client(s)" if live else "that nobody has bound"
        if audited.clients is None:
            used = "whose clients it does not show"
        unbound = audited.clients is not None and not live
        yield AuditFinding(
            "scm/no-host",
            bool(live),
            "An account without a host",
            f"SCM has the account {used}, and none of the hosts looked at has it"
            + (": whoever holds the key can get certificates for its names." if live else "."),
            where,
            "Give it to its host, or delete it: nobody has used its pair."
            if unbound
            else "See whose client it is, and its certificates, before you take it away.",
            ("delete" if unbound else "show", account.name),
        )
    yield from _clients(seen, audited, mine)
    certificates = [c for host, a in mine for c in host.certificates if c.account == a.id]
    names = {name for certificate in certificates for name in certificate.names}
    if names:
        unused = sorted(
            d.name for d in audited.domains if not any(covers(d.name, name) for name in names)
        )
        if unused:
            yield AuditFinding(
                "scm/wide",
                False,
                "Domains without a certificate",
                f"The account may issue for {', '.join(unused)}, and no certificate of it has a "
                "name there: a stolen key gets them all the same.",
                where,
                "Take the domains from the account, if nothing is planned for them.",
                ("domains", "remove", account.name, *unused),
            )
    for domain in audited.domains:
        if domain.name.startswith("*."):
            yield AuditFinding(
                "scm/wildcard", False, "A wildcard as a domain",
                f"{domain.name} covers nothing.", where,
                f"Add {domain.name[2:]} and remove it.",
                ("domains", "remove", account.name, domain.name),
            )  # fmt: skip
        elif domain.valid_until is None or domain.valid_until < seen.when + SOON:
            ends = f"ends on {domain.valid_until:%Y-%m-%d}" if domain.valid_until else "is missing"
            concerned = sorted(name for name in names if covers(domain.name, name))
            yield AuditFinding(
                "scm/validation",
                domain.valid_until is None or domain.valid_until < seen.when,
                "A domain's validation ends",
                f"The validation of {domain.name} {ends}. From then on the CA asks for a challenge"
                + (f" for {', '.join(concerned)}." if concerned else "."),
                where,
                "Have the domain validated again in SCM (Domains, DCV).",
            )


def _clients(
    seen: Seen, audited: Audited, mine: Sequence[tuple[Host, HostAccount]]
) -> Iterator[AuditFinding]:
    account = audited.account
    where = (account.name,)
    live = [c for c in audited.clients or () if c.live]
    strangers = [c for c in live if mine and not any(a.is_client(c) for _, a in mine)]
    for client in strangers:
        yield AuditFinding(
            "scm/stranger",
            True,
            "A client that no host has",
            f"Client {client.id} ({client.user_agent}, from {client.address}) is bound to the "
            "account and is on none of the hosts looked at: it can get certificates for all its "
            "names.",
            where,
            "If nobody knows it, deactivate it for good, and replace the account if its pair "
            "still binds.",
            ("deactivate-client", account.name, client.id),
        )
    if len(live) > 1 and not strangers:
        yield AuditFinding(
            "scm/clients", False, "More than one client",
            f"{len(live)} clients are bound to the account, so its pair binds again: whoever has "
            "the pair can bind one more.", where,
            "Give each host an account of its own, or keep the pair as safe as a key.",
            ("show", account.name),
        )  # fmt: skip
    for client in live:
        last = client.last_activity
        if last is not None and last < seen.when - SILENT:
            yield AuditFinding(
                "scm/silent",
                False,
                "A silent client",
                f"Client {client.id} has not asked for anything since {last:%Y-%m-%d}.",
                where,
                "See whether its host is still there and renews; if not, deactivate it for good.",
                ("deactivate-client", account.name, client.id),
            )
    for host, own in mine:
        ended = any(own.is_client(c) and not c.live for c in audited.clients or ())
        if ended and any(c.account == own.id for c in host.certificates):
            yield AuditFinding(
                "scm/ended",
                True,
                "A host whose client is deactivated",
                f"{host.name} uses account {own.id}, which SCM has deactivated: its certificates "
                "will not be renewed.",
                (account.name, host.name),
                "Make another account for the host and register it there.",
            )


def _hosts(known: Set[int], hosts: Sequence[Host]) -> Iterator[AuditFinding]:
    for host in hosts:
        for own in host.accounts:
            used = [c for c in host.certificates if c.account == own.id]
            if id(own) not in known and used:
                yield AuditFinding(
                    "scm/no-account",
                    False,
                    "A host's account that SCM does not show",
                    f"{host.name} renews {', '.join(sorted(c.lineage for c in used))} with account "
                    f"{own.id} (kid {own.kid or 'unknown'}), which is none of those that this "
                    "log-in sees: it is another organisation's or another CA's, or was deleted.",
                    (host.name,),
                    "See whether its next renewal works, with the command  renewals  on that host.",
                )
    yield from copied(hosts)


def copied(hosts: Iterable[Host]) -> Iterator[AuditFinding]:
    """Tell of keys that several hosts have, which needs no portal; pure."""
    keys: dict[str, set[str]] = {}
    for host in hosts:
        for own in host.accounts:
            if own.uri is not None:
                keys.setdefault(own.uri, set()).add(host.name)
    for uri, names in keys.items():
        if len(names) > 1:
            yield AuditFinding(
                "scm/copied",
                False,
                "One key on several hosts",
                f"{', '.join(sorted(names))} hold the key of {uri}: a leak of one is a leak of "
                "all, and SCM sees one client.",
                tuple(sorted(names)),
                "Give each host an account of its own, unless they stand in for each other.",
            )


def _certificates(seen: Seen, hosts: Sequence[Host]) -> Iterator[AuditFinding]:
    here = {c.serial for host in hosts for c in host.certificates}
    own = {c.serial: c for c in seen.certificates if c.live}
    current = {frozenset(c.names) for host in hosts for c in host.certificates}
    for serial, certificate in own.items():
        if serial in here:
            continue
        older = frozenset(certificate.names) in current
        yield AuditFinding(
            "scm/older" if older else "scm/unknown-certificate",
            not older,
            "A certificate that was replaced" if older else "A certificate that no host has",
            f"SCM has issued {', '.join(certificate.names[:5])} (serial {serial:X}), which "
            + ("a host has replaced since." if older else "is on none of the hosts looked at."),
            (certificate.names[0] if certificate.names else f"{serial:X}",),
            "Let it run out, or revoke it if its key is no longer kept."
            if older
            else "Find out who asked for it; revoke it if nobody did.",
            ("revoke", f"{serial:X}"),
        )
