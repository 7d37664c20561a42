"""What is peculiar to SSL.com."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Entry

ENTRIES = (
    Entry(
        key="sslcom-eab-required",
        title="SSL.com needs EAB, although its directory says otherwise",
        meaning="The directory says externalAccountRequired: false, but accounts without EAB may "
        "not order.",
        causes=("The client registered without EAB because the directory did not ask for it.",),
        steps=(
            "Take the pair from the account's page (API credentials) and register again with it: "
            "certbot: --authenticator sectigo-eab --sectigo-eab-credentials FILE",
            "SSL.com has one directory for RSA and one for ECC: choose that of the key type.",
        ),
        phrases=(
            "error_external_account_required|type_external_account_required",
            "error_unauthorized|type_unauthorized",
            "lacks sufficient authorization",
        ),
        sources=("SSL.com's directory",),
        hosts=("acme.ssl.com",),
        hides=("eab-required",),
    ),
)
