"""What the CA makes of CAA records (RFC 8659), account and method included (RFC 8657)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from certbot_sectigo.sandbox.authority import dns
from certbot_sectigo.sandbox.protocol import problems

_TIMEOUT = 5.0
_CRITICAL = 128
_KNOWN = {"issue", "issuewild", "iodef", "issuemail", "issuevmc", "contactemail", "contactphone"}
_PARAMETER = re.compile(r"([0-9A-Za-z]+(?:-+[0-9A-Za-z]+)*)[ \t]*=[ \t]*([\x21-\x3a\x3c-\x7e]*)")
_ISSUER = re.compile(r"[0-9A-Za-z]+(?:-+[0-9A-Za-z]+)*(?:\.[0-9A-Za-z]+(?:-+[0-9A-Za-z]+)*)*")


def identities(profile: str) -> Sequence[str]:
    """Return the domains by which records name the CA, as the directory tells them."""
    if profile == "harica":
        return ("harica.gr",)  # [pub] the domain its CAA records name
    return ("sectigo.com", "trust-provider.com", "usertrust.com", "comodoca.com")


@dataclass(frozen=True)
class Applicant:
    """Who wants a certificate."""

    identities: Sequence[str]
    account: str
    """The account's URL."""
    server: tuple[str, int]
    """IP address and port of the DNS server that is asked."""


def check(applicant: Applicant, name: str, method: str) -> None:
    """Refuse a name whose records do not let this CA issue for this account.

    :param name: with its star, if it is a wildcard.
    :param method: how it was validated.
    :raises problems.ProblemError: of type ``caa``, also where the DNS gives no answer.
    """
    wildcard = name.startswith("*.")
    base = name[2:] if wildcard else name
    for domain in _climb(base):
        try:
            records = dns.caa_records(domain, applicant.server, _TIMEOUT)
        except dns.DnsError as error:
            raise _refused(name, f"CAA of {domain} could not be looked up: {error}") from None
        if records:
            break
    else:
        return
    if any(flags & _CRITICAL and tag.lower() not in _KNOWN for flags, tag, _ in records):
        raise _refused(name, f"CAA of {domain} has a critical property that is not known")
    values = [value for _, tag, value in records if wildcard and tag.lower() == "issuewild"]
    values = values or [value for _, tag, value in records if tag.lower() == "issue"]
    if values and not any(_grants(value, applicant, method) for value in values):
        raise _refused(name, f"CAA of {domain} forbids issuance by this CA for this account")


def _climb(name: str) -> Iterator[str]:
    labels = name.split(".")
    return (".".join(labels[number:]) for number in range(len(labels)))


def _grants(value: str, applicant: Applicant, method: str) -> bool:
    issuer, _, rest = (part.strip(" \t") for part in value.partition(";"))
    if not _ISSUER.fullmatch(issuer) or issuer.lower() not in applicant.identities:
        return False
    accounts, methods = [], []
    # An empty list of parameters is well formed; an empty parameter is not.
    for part in rest.split(";") if rest else ():
        found = _PARAMETER.fullmatch(part.strip(" \t"))
        if found is None:
            return False
        if found[1].lower() == "accounturi":
            accounts.append(found[2])
        if found[1].lower() == "validationmethods":
            methods.append(found[2].split(","))
    return accounts in ([], [applicant.account]) and (
        not methods or (len(methods) == 1 and method in methods[0])
    )


def _refused(name: str, why: str) -> problems.ProblemError:
    return problems.ProblemError("caa", f"{name}: {why}", 403)
