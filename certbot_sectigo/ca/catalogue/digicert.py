"""What is peculiar to DigiCert."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Entry

ENTRIES = (
    Entry(
        key="eab-kid-mismatch",
        title="The account is bound with another kid than the one that was sent",
        meaning="DigiCert compares the kid with the one the account key was registered with. "
        "The directory URL is the same for all products, so clients mix accounts up.",
        causes=(
            "A second pair is used with the account key of the first: the client has one account "
            "for this server and takes it for every order.",
        ),
        steps=(
            "Register the second pair with an account key of its own. certbot does that with  "
            "--authenticator sectigo-eab --sectigo-eab-credentials FILE ; certbot-sectigo "
            "accounts list  shows which kid each account has.",
            "Other clients: a configuration directory of its own for each pair.",
        ),
        phrases=("eab|external_account kid mismatch", "kid mismatch", "kid not match"),
        sources=("Posh-ACME#529",),
    ),
    Entry(
        key="eab-url-differs",
        title="The EAB was made for another URL",
        meaning="The newAccount URL inside the EAB is not the one the request went to.",
        causes=("The client builds the URL itself instead of taking it from the directory.",),
        steps=("Update the client; give the directory URL exactly as the CA shows it.",),
        phrases=(
            "url external_account_binding|eab differs|different",
            "url|header eab|external_account_binding not match * outer|request",
        ),
        sources=("lemur#3657", "RFC 8555 section 7.3.4"),
    ),
)
