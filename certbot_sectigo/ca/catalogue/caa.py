"""CAA records (RFC 8659) and what pins them to an account or a method (RFC 8657)."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry

_CHECK = (
    "See what the records at the name and above it let this account do: "
    "`certbot-sectigo accounts caa {account} {names} --check`"
)

ENTRIES = (
    Entry(
        key="caa-account-pin",
        title="A CAA record allows this CA for one account or method only",
        meaning="The record names the CA, with a parameter (RFC 8657): accounturi pins the "
        "domain to one ACME account, validationmethods to kinds of challenges. This order is "
        "of another account, or was validated otherwise. Whoever set the parameter wanted that.",
        causes=(
            "The order went out with another account than the one in the record ({account}).",
            "The account was registered anew, and the record still holds the old one's URL.",
            "Another kind of challenge was used than the record allows.",
        ),
        mine=_CHECK,
        steps=(
            "Look at the record: `dig +short CAA {name}` and the same for every domain above it.",
            "Order with the account, or the kind of challenge, that it names.",
            "If the account changed for good, change the URL in that very record. A second record "
            "with the CA alone would lift the protection for everybody.",
        ),
        phrases=(
            "!caa * accounturi|account_uri",
            "!accounturi|account_uri * not match|authorized|allow|mismatch",
            "!caa * validationmethods|validation_methods",
            "!validationmethods|validation_methods * not match|allow|mismatch",
        ),
        sources=("RFC 8657", "boulder#6501", "infra#877"),
        hides=("caa", "caa-check-failed", "caa-lookup-failed", "dns-problem"),
    ),
    Entry(
        key="caa-lookup-failed",
        title="The CA could not look the CAA records up",
        meaning="Before it issues the CA asks the DNS for CAA records of {name} and of the domains "
        "above it. The question was not answered, which counts as a no. That is trouble of the "
        "zone's name servers, whatever the records say.",
        causes=(
            "A name server does not answer questions for CAA, or answers with SERVFAIL.",
            "DNSSEC of the zone is broken: an old DS record, signatures that have expired.",
            "A firewall before the name servers drops packets of some networks.",
        ),
        steps=(
            "Ask each of the zone's name servers: `dig CAA {name} @NAMESERVER`; the answer has "
            "to be NOERROR (empty is fine) or NXDOMAIN.",
            "Follow it from the root: `dig +trace CAA {name}`, and have DNSSEC checked.",
            "Where the answer names a domain above yours, ask for that one. A CAA record at your "
            "name, or between, keeps the CA from asking there.",
        ),
        phrases=(
            "!servfail|nxdomain|refused|timeout|timed_out looking caa",
            "!query timed_out looking caa",
            "!looking up caa",
            "!caa lookup|query|retrieval|resolution * failed|servfail|timeout|timed_out|error",
            "!failed|unable|error * look|lookup|query|retrieve|retrieving|resolve caa",
            "!could not look|query|retrieve|determine caa",
            "!dns_problem|dns_error|dns_failure * caa",
            "!caa * not be looked|queried|retrieved|determined",
        ),
        cases=(
            Case(
                r"nxdomain",
                "Before it issues the CA asks the DNS for CAA records. Here the answer was "
                "NXDOMAIN: for the CA, {name} or the zone above it does not exist.",
                (
                    "A misprint in the name, or the name or its zone is not in the public DNS.",
                    "The domain is not registered any more, or its delegation is missing or leads "
                    "to name servers that do not know the zone.",
                ),
                (
                    "See whether the zone is delegated and the name there, from outside: "
                    "`dig +trace SOA {name}`",
                    "Make the name, or mend the delegation at the registrar, then order again.",
                ),
            ),
        ),
        sources=("RFC 8659 section 3", "acme.sh#5142", "acme.sh#1576"),
        hides=(
            "caa",
            "caa-check-failed",
            "dns-problem",
            "dns01-wrong-record",
            "ca-timeout",
            "ca-connect-timeout",
        ),
    ),
    Entry(
        key="caa-check-failed",
        title="The CA's check of CAA records failed for some of the names",
        meaning="Before it issues the CA looks once more at the CAA records of each name. For some "
        "names a record forbids this CA or the DNS did not answer: which, and for which name, "
        "stands in the sub-problems of the answer, which this text does not show.",
        causes=(
            "An alias among many names whose domain is no longer yours, or whose name servers "
            "fail.",
            "A CAA record of one of the domains names other CAs only.",
        ),
        mine=_CHECK,
        steps=(
            "For every name, and the domains above it: `dig CAA {name}` ; the answer has to be "
            "NOERROR and, where there are records, to allow {caa}.",
            "Take names out of the certificate that you do not control.",
            "The client's debug log has the sub-problems: `certbot-sectigo explain FILE`",
        ),
        phrases=(
            "!rechecking caa",
            "!caa * refer sub_problems|subproblems",
            "!caa * more identifiers failed",
        ),
        sources=("boulder",),
        hides=("caa",),
    ),
    Entry(
        key="caa",
        title="A CAA record forbids this CA",
        meaning="The CAA records in the DNS list the CAs that may issue for a domain, and this "
        "one is not among them; the record may stand at a domain above the name.",
        causes=(
            "The record names other CAs only.",
            "For a wildcard an issuewild record counts, and that names others.",
            "A record that a CNAME leads to counts as well.",
        ),
        mine=_CHECK,
        steps=(
            "Look at the records: `dig +short CAA {name}` and the same for every domain above it.",
            'Add one for this CA there:  CAA 0 issue "{caa}"  (issuewild for wildcards), and wait '
            "until its time to live has passed.",
        ),
        cases=(
            Case(
                shared=True,
                meaning="The name is below {zone}, a domain of a provider's: the provider's own "
                "CAA records list the CAs that may issue there, and this one is not among them. "
                "A customer cannot change them.",
                causes=("The provider allows certificates of its own CAs only.",),
                steps=(
                    "Use a name of a domain of your own, with a CNAME to the provider's name, and "
                    "order for that.",
                    "Or use a CA that the provider's records allow, or the certificate that the "
                    "provider itself offers for its names: `dig +short CAA {zone}`",
                ),
                title="A CAA record of the provider's domain forbids this CA",
            ),
            Case(
                r"(?<![\w.])\*\.\w",
                meaning="The name is a wildcard. What allows it are the CAA records of the domain "
                "itself, without the '*', or of one above it: issuewild, and issue only where "
                "there is no issuewild. A record at the name '*' says nothing about it.",
                causes=(
                    "An issuewild record names other CAs, or none (';').",
                    "The record for this CA stands at the name '*', or the domain's own names "
                    "other CAs.",
                ),
                steps=(
                    "Look at the records of the domain without the '*', and of every domain above "
                    "it: `dig +short CAA DOMAIN`",
                    'Add one for this CA there:  CAA 0 issuewild "{caa}" , and wait until its time '
                    "to live has passed.",
                ),
                title="A CAA record forbids this CA for the wildcard",
            ),
        ),
        phrases=(
            "!caa record|records|rrset|rr|check|policy|lookup * forbid|forbids|forbidden|prevent|"
            "prevents|prevented|disallow|disallows|prohibit|prohibits|denied|issuance",
            "!caa record|records|rrset not include|contain|allow|permit|authorize|list|name",
            "!caa forbids|prevents|error|failure|failed",
            "!blocking caa",
            "!no caa record allow|permit|authorize",
            "!caa set|record contain|has unknown critical",
            "!caa * not allow|permit|authorized|authorize|include * issue|issuance|ca",
            "!while processing|checking caa",
            "!error processing|checking caa",
            "!certification authority authorization * forbid|prevent|prohibit|not",
            "!not authorized|allowed|permitted * caa",
            "!disallowed|forbidden|denied|prevented * by caa",
        ),
        details=("caa",),
        types=("caa", "onionCAARequired"),
        sources=("RFC 8555 section 6.7", "RFC 8659", "Posh-ACME#648", "acme.sh#4417"),
        hides=("dns-problem", "http01-wrong-answer"),
    ),
)
