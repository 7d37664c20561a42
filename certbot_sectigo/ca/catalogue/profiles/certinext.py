"""What is peculiar to CERTInext (eMudhra), InCommon's CA since 2026."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.customs import Customs, Fact
from certbot_sectigo.ca.catalogue.model import Entry, Profile

_ENTRIES = (
    Entry(
        key="server-time-limit",
        title="The CA took longer than it allows itself",
        meaning="CERTInext (InCommon's CA since 2026) needs more than 30 seconds now and then, "
        "and its front then breaks the request off.",
        causes=("The CA is slow; the order may go on behind the front.",),
        steps=(
            "Wait a few minutes and run the same command again; look in the CA's portal "
            "whether the certificate was issued.",
        ),
        phrases=("time_limit exceeded",),
        sources=("reports of InCommon members",),
        hides=("ca-unavailable", "ca-timeout"),
    ),
)

PROFILE = Profile(
    name="CERTInext",
    hosts=("certinext.io", "emsign.com"),
    caa="emsign.com",
    portal="CERTInext",
    entries=_ENTRIES,
    customs=Customs(
        directory=Fact("https://acme-us.certinext.io/v1/directory", "acme-companion#1277"),
        binds=Fact(True, "acme-companion#1277"),
        validated=Fact(
            "A name that is validated itself needs no challenge; a validated domain does not "
            "cover the names below it.",
            "acme-companion#1277, acme-proxy#35",
        ),
        names=Fact(
            "A pair is of one product: one for a single name, another (UCC) for several.",
            "pulibrary/princeton_ansible; CertifiCat's guide to finalizers",
        ),
    ),
)
