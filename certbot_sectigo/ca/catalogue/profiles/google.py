"""What is peculiar to Google Trust Services."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.customs import Binding, Customs, Fact
from certbot_sectigo.ca.catalogue.model import Entry, Profile

_ENTRIES = (
    Entry(
        key="google-eab-expired",
        title="The EAB key is unknown to Google: used, or older than 7 days",
        meaning="A pair of Google Trust Services can be used for one registration, within 7 days.",
        causes=(
            "The pair was used before, also by an attempt that failed (without an e-mail address "
            "the pair is used up all the same).",
            "It was made more than 7 days ago.",
            "A pair of the staging server was used at the real one, or the other way round.",
        ),
        steps=(
            "Make a new pair: `gcloud publicca external-account-keys create`",
            "Register with it at once and with an e-mail address (certbot: --email "
            "you@example.org). Keep the account: renewals need no pair.",
        ),
        phrases=(
            "!unknown external_account_binding key",
            "!eab|external_account_binding key expiring|expired|expires",
        ),
        sources=("certd#198", "certimate#588", "acme-companion#1218"),
        hides=("kid-unknown", "hmac-key-wrong", "account-unknown"),
    ),
)

PROFILE = Profile(
    name="Google Trust Services",
    hosts=("pki.goog",),
    caa="pki.goog",
    portal="the Google Cloud project",
    entries=_ENTRIES,
    customs=Customs(
        directory=Fact("https://dv.acme-v02.api.pki.goog/directory", "acme-companion#1218"),
        binds=Fact(True, "acme-companion#1218"),
        contact=Fact(True, "simple-acme#109"),
        pairs=Fact(Binding.ONCE, "certd#198"),
        pair_days=Fact(7, "certd#198"),
    ),
)
