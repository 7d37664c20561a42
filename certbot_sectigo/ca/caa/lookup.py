"""Ask the DNS for the CAA records that count for a name, by dnspython (the extra ``dns``)."""

from __future__ import annotations

import enum
import importlib.util
import socket
from collections.abc import Callable, Sequence

from certbot_sectigo.base import errors
from certbot_sectigo.ca.caa.policy import Relevant
from certbot_sectigo.ca.caa.records import Property
from certbot_sectigo.machine import requirements

_SECONDS = 5.0
_TRIES = 2
_MOST_SILENT = 3
"""Domains without an answer after which a server is not asked any more."""

Ask = Callable[[str], Sequence[Property]]
"""Gives the records of a domain; raises :class:`LookupFailed`."""


class Failure(enum.Enum):
    """Why the DNS gave no answer; a CA takes each for a no."""

    DNSSEC = "its DNSSEC signatures do not hold"
    SERVER = "the DNS server could not answer"
    SILENCE = "the DNS server gave no answer"


class LookupFailed(errors.Error):
    """It is not known which records there are, which is not the same as none.

    :ivar domain: where.
    :ivar failure: why.
    """

    def __init__(self, domain: str, failure: Failure, text: str) -> None:
        super().__init__(
            f"CAA of {domain}: {text}",
            "A CA that gets no answer does not issue. Have the zone's name servers and its DNSSEC "
            "looked at.",
        )
        self.domain = domain
        self.failure = failure


def available() -> bool:
    """Return whether dnspython is there."""
    return importlib.util.find_spec("dns") is not None


def need() -> None:
    """Refuse where dnspython is not there.

    :raises certbot_sectigo.base.errors.UsageError: with how to get it.
    """
    if not available():
        raise errors.UsageError(
            "The DNS cannot be asked for CAA records: dnspython is not installed.",
            "It is the package python3-dnspython of distributions; where certbot-sectigo is "
            f"installed by pip:\n{requirements.of_extra('dns').install}",
        )


def relevant(name: str, ask: Ask) -> Relevant:
    """Climb from a name towards the root until there are records (RFC 8659 section 3).

    A CNAME is followed by the server that is asked; what stands above the name counts, not
    what stands above the alias's target.

    :param name: a DNS name; a star in front does not count.
    :raises LookupFailed: if a domain on the way gave no answer.
    """
    labels = (name[2:] if name.startswith("*.") else name).rstrip(".").split(".")
    for number in range(len(labels)):
        domain = ".".join(labels[number:])
        found = ask(domain)
        if found:
            return Relevant(domain, tuple(found))
    return Relevant(None)


def asking(server: tuple[str, int]) -> Ask:
    """Return what asks a recursive DNS server, each domain once.

    :param server: its IP address and port.
    """
    known: dict[str, Sequence[Property] | LookupFailed] = {}
    silent = 0

    def ask(domain: str) -> Sequence[Property]:
        nonlocal silent
        domain = domain.lower()
        if domain not in known:
            if silent >= _MOST_SILENT:
                raise LookupFailed(
                    domain, Failure.SILENCE, f"{server[0]} port {server[1]} was not asked any more"
                )
            try:
                known[domain] = _query(domain, server)
            except LookupFailed as failed:
                known[domain] = failed
                silent += failed.failure is Failure.SILENCE
        found = known[domain]
        if isinstance(found, LookupFailed):
            raise found
        return found

    return ask


def _query(domain: str, server: tuple[str, int]) -> Sequence[Property]:
    import dns.exception
    import dns.flags
    import dns.message
    import dns.query
    import dns.rcode
    import dns.rdatatype

    def send(*, checked: bool) -> dns.message.Message:
        query = dns.message.make_query(domain, dns.rdatatype.CAA, want_dnssec=True)
        if not checked:
            query.flags |= dns.flags.CD
        last: Exception | None = None
        family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
        for _ in range(_TRIES):
            try:
                # Connected, so that a port where nobody listens says so at once.
                with socket.socket(family, socket.SOCK_DGRAM) as udp:
                    udp.setblocking(False)
                    udp.connect(server)
                    answer, _ = dns.query.udp_with_fallback(
                        query, server[0], _SECONDS, server[1], udp_sock=udp
                    )
            except (dns.exception.DNSException, OSError, EOFError) as error:
                last = error
            else:
                return answer
        if isinstance(last, dns.exception.FormError):  # it came, and holds what is no record
            raise LookupFailed(
                domain, Failure.SERVER, f"the answer of {server[0]} cannot be read ({last})"
            ) from None
        raise LookupFailed(
            domain, Failure.SILENCE, f"{server[0]} port {server[1]} gave no answer ({last})"
        ) from None

    fine = (dns.rcode.NOERROR, dns.rcode.NXDOMAIN)
    try:
        answer = send(checked=True)
    except dns.exception.DNSException:
        raise LookupFailed(domain, Failure.SERVER, "it is no DNS name") from None
    code = answer.rcode()
    if code not in fine:
        said = f"{server[0]} answers {dns.rcode.to_text(code)}"
        if code == dns.rcode.SERVFAIL and send(checked=False).rcode() in fine:
            raise LookupFailed(
                domain, Failure.DNSSEC, f"{said}, and has an answer where DNSSEC is not checked"
            )
        raise LookupFailed(domain, Failure.SERVER, said)
    return [
        Property(int(each.flags), each.tag.decode("latin-1"), each.value.decode("latin-1"))
        for rrset in answer.answer
        if rrset.rdtype == dns.rdatatype.CAA
        for each in rrset
    ]
