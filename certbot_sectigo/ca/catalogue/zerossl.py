"""What is peculiar to ZeroSSL, which runs Sectigo's server software."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Entry, Weight

_HOSTS = ("zerossl.com",)

ENTRIES = (
    Entry(
        key="zerossl-contact-missing",
        title="ZeroSSL wants an e-mail address, though it asks for EAB",
        meaning="ZeroSSL gives this answer also where EAB was sent, but no contact address.",
        causes=(
            "The registration carried no e-mail address.",
            "EAB was really left out.",
        ),
        steps=("Register with an address (certbot: --email you@example.org) and the EAB pair.",),
        phrases=(
            "error_external_account_required|type_external_account_required",
            "must include * external_account_binding",
        ),
        sources=("community.crypto#100",),
        hosts=_HOSTS,
        hides=("eab-required",),
    ),
    Entry(
        key="zerossl-email-missing",
        title="acme.sh has no e-mail address or EAB for ZeroSSL",
        meaning="acme.sh makes the EAB pair of ZeroSSL itself, from an e-mail address.",
        causes=("No address was ever given to acme.sh.",),
        steps=(
            "acme.sh --register-account -m you@example.org --server zerossl ; or give --eab-kid "
            "and --eab-hmac-key.",
        ),
        phrases=(
            "no eab credentials found",
            "update account * email_address|email first",
            "cannot|can_not resolve eab kid|id",
        ),
        sources=("acme.sh#5009",),
    ),
    Entry(
        key="zerossl-invalid-without-reason",
        title="The order became invalid at ZeroSSL, which does not say why",
        meaning="ZeroSSL leaves the reason out of the order.",
        causes=(
            "A CAA record of the domain does not name sectigo.com.",
            "A name was rejected by policy.",
        ),
        steps=(
            "dig +short CAA {name}  and the same for every domain above it; allow sectigo.com.",
        ),
        phrases=(
            "sign_error wrong_status * invalid",
            "order * status|is invalid",
            "order failed * no further information",
        ),
        weight=Weight.SYMPTOM,
        hides=("order-invalid",),
        sources=("community.crypto#104", "acme.sh#3703"),
        hosts=_HOSTS,
    ),
)
