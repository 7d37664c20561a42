"""What is peculiar to SSL.com."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.customs import Customs, Fact
from certbot_sectigo.ca.catalogue.model import Entry, Profile

_HOSTS = ("acme.ssl.com",)

_ENTRIES = (
    Entry(
        key="sslcom-eab-required",
        title="SSL.com needs EAB, although its directory says otherwise",
        meaning="The directory says externalAccountRequired: false, but accounts without EAB may "
        "not order.",
        causes=("The client registered without EAB because the directory did not ask for it.",),
        steps=(
            "Take the pair from the account's page (API credentials) and register again with it.",
            "SSL.com has one directory for RSA and one for ECC: choose that of the key type.",
        ),
        phrases=("!lacks sufficient authorization",),
        types=("externalAccountRequired", "unauthorized"),
        sources=("SSL.com's directory",),
        hosts=_HOSTS,
        hides=("eab-required", "lacks-authorization"),
    ),
)

PROFILE = Profile(
    name="SSL.com",
    hosts=_HOSTS,
    caa="ssl.com",
    portal="SSL.com's dashboard",
    entries=_ENTRIES,
    customs=Customs(
        binds=Fact(True, "SSL.com's directory"),
        keys=Fact("There is one directory for RSA and one for ECC.", "SSL.com's directory"),
    ),
)
