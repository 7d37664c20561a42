"""What is peculiar to Let's Encrypt, which asks for no EAB and has no portal for accounts."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.customs import Customs, Fact
from certbot_sectigo.ca.catalogue.model import Entry, Profile

_ENTRIES = (
    Entry(
        key="account-paused",
        title="Let's Encrypt has paused this account for some names",
        meaning="Too many validations of a name failed in a row, so the CA takes no orders of this "
        "account for it until somebody lifts that. Waiting alone does not help.",
        causes=("A renewal of a name that can no longer be validated is tried again and again.",),
        steps=(
            "Take names that are not served here any more out of the renewal.",
            "Open the address in the answer and lift the pause there, once the validation works.",
        ),
        phrases=(
            "!temporarily prevented from requesting certificate",
            "!prevented from requesting certificate",
            "!account|identifier is|are paused",
        ),
        sources=("boulder",),
        hides=("rate-limited",),
    ),
)

PROFILE = Profile(
    name="Let's Encrypt",
    hosts=("letsencrypt.org",),
    caa="letsencrypt.org",
    portal="",
    entries=_ENTRIES,
    customs=Customs(binds=Fact(False, "Let's Encrypt's directory")),
)
