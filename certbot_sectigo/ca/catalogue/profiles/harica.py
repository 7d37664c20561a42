"""What is peculiar to HARICA, where GEANT's members went in 2025."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.customs import Customs, Fact
from certbot_sectigo.ca.catalogue.model import Entry, Profile

_HOSTS = ("harica.gr",)

_ENTRIES = (
    Entry(
        key="harica-directory",
        title="HARICA has a directory URL for each ACME account",
        meaning="The URL holds an id that belongs to the EAB pair; the bare host, or another "
        "account's URL, does not work.",
        causes=(
            "The URL was taken from another account, or is Sectigo's old one of the GEANT service.",
        ),
        steps=(
            "Copy server URL, key id and HMAC key together from HARICA's CertManager: the server "
            "looks like https://acme-v02.harica.gr/acme/<id>/directory .",
        ),
        phrases=(
            "directory 404|not_found",
            "404 * directory",
            "harica|directory not an acme",
            "404 * h not_found",
        ),
        sources=("acme-ansible-debian-sectigo",),
        hosts=_HOSTS,
        hides=("not-acme",),
    ),
    Entry(
        key="harica-not-json",
        title="HARICA answered with text instead of a problem document",
        meaning="Some refusals of HARICA are a bare JSON string; clients that expect an object "
        "stumble over that and hide the reason.",
        causes=("An account request without EAB, or with a pair that is used up.",),
        steps=(
            "Look for the answer's own text in the client's debug log: it has the reason.",
            "Register with a fresh pair and its own directory URL.",
        ),
        phrases=("str object has_no attribute get",),
        sources=("community.crypto#923",),
        hosts=_HOSTS,
    ),
)

PROFILE = Profile(
    name="HARICA",
    hosts=_HOSTS,
    caa="harica.gr",
    portal="HARICA's CertManager",
    entries=_ENTRIES,
    customs=Customs(
        directory=Fact(
            "https://acme-v02.harica.gr/acme/<id>/directory", "acme-ansible-debian-sectigo"
        ),
        own_directory=Fact(True, "acme-ansible-debian-sectigo"),
        binds=Fact(True, "doku.tid.dfn.de: tcs:2025:acme"),
        contact=Fact(True, "doku.tid.dfn.de: tcs:2025:acme, in every call"),
        validated=Fact(
            "An account for OV gets only names that are validated in CertManager and is refused "
            "others; for DV those need a challenge (HTTP-01 or DNS-01).",
            "doku.tid.dfn.de: tcs:2025:acme",
        ),
        chain=Fact(
            "The chain ends in a cross certificate of HARICA's root of 2015.",
            "doku.tid.dfn.de: tcs:2025:acme",
        ),
    ),
)
