"""What is foretold of CAA records is what an authority that honours them does: zone by zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from certbot_sectigo.ca.caa import lookup, policy
from certbot_sectigo.ca.caa.policy import Applicant, Why
from certbot_sectigo.sandbox import Config, Pair, running
from tests.bed.zones import Node, Zones
from tests.sandbox.acme_client import Client

ME, OTHER = "https://me.invalid/account/1", "https://me.invalid/account/2"
"""Stand for account URLs of the sandbox in what follows."""
CA = "sectigo.com"
MINE = f'0 issue "{CA}; accounturi={ME}"'
THEIRS = f'0 issue "{CA}; accounturi={OTHER}"'
LONG = [f'0 issue "ca{n}.example; accounturi=https://ca{n}.example/{"x" * 120}"' for n in range(20)]


@dataclass(frozen=True)
class Zone:
    """Names below Z, which stands for a domain of the zone's own, and what comes of an order."""

    allowed: bool
    why: Why | lookup.Failure
    nodes: dict[str, list[str] | Node]
    name: str = "Z"


def z(allowed: bool, why: Why | lookup.Failure, *caa: str, name: str = "Z") -> Zone:
    """A zone with records at its top."""
    return Zone(allowed, why, {"Z": list(caa)}, name)


ZONES = {
    "nothing": Zone(True, Why.ABSENT, {}),
    "a name without records": Zone(True, Why.ABSENT, {"Z": []}),
    "this CA": z(True, Why.ANY_ACCOUNT, f'0 issue "{CA}"'),
    "this CA by another brand": z(True, Why.ANY_ACCOUNT, '0 issue "comodoca.com"'),
    "in capitals": z(True, Why.ANY_ACCOUNT, '0 ISSUE "Sectigo.COM"'),
    "another CA": z(False, Why.OTHER_CA, '0 issue "ca.example"'),
    "one of several": z(True, Why.ANY_ACCOUNT, '0 issue "ca.example"', f'0 issue "{CA}"'),
    "nobody": z(False, Why.NOBODY, '0 issue ";"'),
    "nobody, without a semicolon": z(False, Why.NOBODY, '0 issue ""'),
    "nobody, and us": z(True, Why.ANY_ACCOUNT, '0 issue ";"', f'0 issue "{CA}"'),
    "a longer domain": z(False, Why.OTHER_CA, f'0 issue "x.{CA}"'),
    "a semicolon and nothing": z(True, Why.ANY_ACCOUNT, f'0 issue "{CA};"'),
    "blanks around": z(True, Why.ANY_ACCOUNT, f'0 issue "  {CA} ; "'),
    "our account": z(True, Why.PINNED, MINE),
    "our account without blanks": z(True, Why.PINNED, f'0 issue "{CA};accounturi={ME}"'),
    "our account with blanks": z(True, Why.PINNED, f'0 issue "{CA} ;  accounturi = {ME} "'),
    "tag in capitals": z(True, Why.PINNED, f'0 issue "{CA}; AccountURI={ME}"'),
    "another account": z(False, Why.OTHER_ACCOUNT, THEIRS),
    "both accounts": z(True, Why.PINNED, MINE, THEIRS),
    "a slash too many": z(False, Why.OTHER_ACCOUNT, f'0 issue "{CA}; accounturi={ME}/"'),
    "an empty account": z(False, Why.OTHER_ACCOUNT, f'0 issue "{CA}; accounturi="'),
    "a quoted account": z(False, Why.OTHER_ACCOUNT, f"0 issue \"{CA}; accounturi='{ME}'\""),
    "two accounts in one": z(
        False, Why.BROKEN, f'0 issue "{CA}; accounturi={ME}; accounturi={OTHER}"'
    ),
    "our account twice in one": z(
        False, Why.BROKEN, f'0 issue "{CA}; accounturi={ME}; accounturi={ME}"'
    ),
    "another account, and an unpinned one": z(True, Why.ANY_ACCOUNT, THEIRS, f'0 issue "{CA}"'),
    "our account, and an unpinned one": z(True, Why.PINNED, MINE, f'0 issue "{CA}"'),
    "our account at another CA": z(
        False, Why.OTHER_CA, f'0 issue "ca.example; accounturi={ME}"'
    ),
    "an unknown parameter": z(True, Why.ANY_ACCOUNT, f'0 issue "{CA}; policy=ev"'),
    "an unknown parameter, and ours": z(
        True, Why.PINNED, f'0 issue "{CA}; policy=ev; accounturi={ME}"'
    ),
    "no parameter": z(False, Why.BROKEN, f'0 issue "{CA}; ev"'),
    "a comma for a semicolon": z(False, Why.OTHER_CA, f'0 issue "{CA}, accounturi={ME}"'),
    "a semicolon at the end": z(False, Why.BROKEN, f'0 issue "{CA}; accounturi={ME};"'),
    "a blank in a value": z(False, Why.BROKEN, f'0 issue "{CA}; accounturi={ME} x"'),
    "an underscore in a parameter": z(False, Why.BROKEN, f'0 issue "{CA}; account_uri={ME}"'),
    "a blank for a semicolon": z(False, Why.OTHER_CA, f'0 issue "{CA} accounturi={ME}"'),
    "a URL for a domain": z(False, Why.OTHER_CA, f'0 issue "https://{CA}/"'),
    "the method": z(True, Why.ANY_ACCOUNT, f'0 issue "{CA}; validationmethods=sectigo-email-01"'),
    "one of the methods": z(
        True, Why.ANY_ACCOUNT, f'0 issue "{CA}; validationmethods=dns-01,sectigo-email-01"'
    ),
    "another method": z(False, Why.METHOD, f'0 issue "{CA}; validationmethods=http-01"'),
    "no method": z(False, Why.METHOD, f'0 issue "{CA}; validationmethods="'),
    "our account, another method": z(
        False, Why.METHOD, f'0 issue "{CA}; accounturi={ME}; validationmethods=dns-01"'
    ),
    "another method, or our account": z(
        True, Why.PINNED, f'0 issue "{CA}; validationmethods=dns-01"', MINE
    ),
    "methods twice": z(
        False,
        Why.BROKEN,
        f'0 issue "{CA}; validationmethods=dns-01; validationmethods=sectigo-email-01"',
    ),
    "mail only": z(True, Why.UNRESTRICTED, '0 iodef "mailto:a@ca.example"'),
    "a wildcard's record for a name": z(True, Why.UNRESTRICTED, '0 issuewild ";"'),
    "an unknown tag": z(True, Why.UNRESTRICTED, '0 tbs "x"'),
    "a critical unknown tag": z(False, Why.CRITICAL, f'0 issue "{CA}"', '128 tbs "x"'),
    "a critical known tag": z(True, Why.ANY_ACCOUNT, f'128 issue "{CA}"'),
    "another flag": z(True, Why.ANY_ACCOUNT, f'0 issue "{CA}"', '1 tbs "x"'),
    "a wildcard by issue": z(True, Why.PINNED, MINE, name="*.Z"),
    "a wildcard by issuewild": z(
        True, Why.PINNED, THEIRS, MINE.replace("issue", "issuewild"), name="*.Z"
    ),
    "a wildcard of others": z(
        False, Why.OTHER_ACCOUNT, MINE, THEIRS.replace("issue", "issuewild"), name="*.Z"
    ),
    "no wildcards": z(False, Why.NOBODY, MINE, '0 issuewild ";"', name="*.Z"),
    "above": z(True, Why.PINNED, MINE, name="a.b.Z"),
    "above, of others": z(False, Why.OTHER_ACCOUNT, THEIRS, name="a.b.Z"),
    "the nearest counts": Zone(True, Why.PINNED, {"Z": [THEIRS], "a.Z": [MINE]}, "a.Z"),
    "the nearest counts, whatever it is": Zone(
        True, Why.UNRESTRICTED, {"Z": [THEIRS], "a.Z": ['0 iodef "mailto:a@b.example"']}, "a.Z"
    ),
    "below does not count": Zone(True, Why.ABSENT, {"a.Z": [THEIRS]}),
    "above a wildcard": z(False, Why.NOBODY, MINE, '0 issuewild ";"', name="*.a.Z"),
    "an alias with records": Zone(
        False, Why.OTHER_ACCOUNT, {"Z": [MINE], "a.Z": Node(cname="t.Z"), "t.Z": [THEIRS]}, "a.Z"
    ),
    "an alias without": Zone(
        True,
        Why.PINNED,
        {"Z": [MINE], "a.Z": Node(cname="t.u.Z"), "u.Z": [THEIRS], "t.u.Z": []},
        "a.Z",
    ),
    "an alias into nothing": Zone(
        True, Why.PINNED, {"Z": [MINE], "a.Z": Node(cname="no.Z")}, "a.Z"
    ),
    "an alias above": Zone(
        False, Why.OTHER_ACCOUNT, {"Z": [MINE], "a.Z": Node(cname="t.Z"), "t.Z": [THEIRS]}, "b.a.Z"
    ),
    "an alias whose target has no answer": Zone(
        False,
        lookup.Failure.SERVER,
        {"Z": [MINE], "a.Z": Node(cname="t.Z"), "t.Z": Node(code="SERVFAIL")},
        "a.Z",
    ),
    "an account in double quotes": z(
        False, Why.OTHER_ACCOUNT, f'0 issue "{CA}; accounturi=\\"{ME}\\""'
    ),
    "tabs": z(True, Why.PINNED, f'0 issue "{CA};\\009accounturi={ME}"'),
    "bytes that are no ASCII": z(
        False, Why.BROKEN, f'0 issue "{CA}; accounturi={ME}\\195\\164"'
    ),
    "an account without a CA": z(False, Why.NOBODY, f'0 issue "; accounturi={ME}"'),
    "no answer": Zone(False, lookup.Failure.SERVER, {"Z": Node(code="SERVFAIL")}),
    "refused": Zone(False, lookup.Failure.SERVER, {"Z": Node(code="REFUSED")}),
    "no answer above": Zone(
        False, lookup.Failure.SERVER, {"Z": Node(code="SERVFAIL"), "a.Z": []}, "a.Z"
    ),
    "no answer above what counts": Zone(
        True, Why.PINNED, {"Z": Node(code="SERVFAIL"), "a.Z": [MINE]}, "a.Z"
    ),
    "bad signatures": Zone(False, lookup.Failure.DNSSEC, {"Z": Node([MINE], bogus=True)}),
    "a record without anything": Zone(False, lookup.Failure.SERVER, {"Z": Node(data=[b""])}),
    "a record without a tag": Zone(
        False, lookup.Failure.SERVER, {"Z": Node([MINE], data=[b"\0\0sectigo.com"])}
    ),
    "a tag that is longer than all": Zone(
        False, lookup.Failure.SERVER, {"Z": Node([MINE], data=[b"\0\x20issue"])}
    ),
    "a tag that is none": Zone(
        False, lookup.Failure.SERVER, {"Z": Node([MINE], data=[b"\0\x05is-ueca.example"])}
    ),
    "aliases of aliases": Zone(
        False,
        Why.OTHER_ACCOUNT,
        {"Z": [MINE], "a.Z": Node(cname="b.Z"), "b.Z": Node(cname="c.Z"), "c.Z": [THEIRS]},
        "*.a.Z",
    ),
    "longer than a packet": z(True, Why.PINNED, *LONG, MINE),
    "longer than a packet, without us": z(False, Why.OTHER_CA, *LONG),
}  # fmt: skip


@dataclass
class Bench:
    """An authority that obeys CAA, and its DNS."""

    zones: Zones
    client: Client
    applicant: Applicant

    def publish(self, zone: Zone, domain: str, other: str) -> None:
        def text(word: str) -> str:
            return word.replace(ME, self.applicant.account).replace(OTHER, other)

        for label, found in zone.nodes.items():
            node = found if isinstance(found, Node) else Node(found)
            name = label.replace("Z", domain)
            self.zones.nodes[name] = Node(
                [text(record) for record in node.caa],
                node.cname.replace("Z", domain),
                node.code,
                node.bogus,
                node.data,
            )


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    domains = tuple(f"z{number}.example" for number in range(len(ZONES)))
    pair = Pair(domains=domains)
    with Zones() as zones, running(Config((pair,), caa=True, dns_port=zones.port)) as sandbox:
        client = Client(sandbox.directory_url("OV")).register(pair)
        issuers = client.urls["meta"]["caaIdentities"]
        yield Bench(zones, client, Applicant(issuers, client.kid))


@pytest.mark.parametrize("title", ZONES)
def test_what_is_foretold_is_what_the_authority_does(bench: Bench, title: str) -> None:
    zone, domain = ZONES[title], f"z{list(ZONES).index(title)}.example"
    bench.publish(zone, domain, f"{bench.client.kid}x")
    name = zone.name.replace("Z", domain)
    try:
        relevant = lookup.relevant(name, lookup.asking(("127.0.0.1", bench.zones.port)))
    except lookup.LookupFailed as failed:
        assert (False, failed.failure) == (zone.allowed, zone.why)
    else:
        wild = name.startswith("*.")
        decision = policy.decide(
            relevant, bench.applicant, wildcard=wild, method="sectigo-email-01"
        )
        assert (decision.allowed, decision.why) == (zone.allowed, zone.why)
    reply = bench.client.finalize(bench.client.new_order(name).json)
    assert (reply.status == 200) == zone.allowed, reply.json
    if not zone.allowed:
        assert reply.type == "caa" and name in reply.refusal[2]
