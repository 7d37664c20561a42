"""What is peculiar to AWS Certificate Manager (ACM), by its user guide: no refusal is public."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.customs import Customs, Fact
from certbot_sectigo.ca.catalogue.model import More, Profile

_SLOW = More(
    causes=("ACM takes several minutes for a certificate; its guide asks for 600 seconds.",),
    steps=("With certbot: give --issuance-timeout 600.",),
)
_DOMAIN = More(
    causes=(
        "The endpoint has no domain validation in status VALID for the name, or its scope leaves "
        "out the domain itself, subdomains or wildcards. Each endpoint needs its own.",
        "The IAM role of the pair may not request this certificate (acm:RequestCertificate and "
        "its conditions), or does not trust acm-acme.amazonaws.com.",
    ),
    steps=("Have the administrator of {portal} look at both.",),
)
_PAIR = More(
    causes=("The binding has expired or was revoked in ACM. Accounts made with it live on.",),
)

PROFILE = Profile(
    name="AWS Certificate Manager",
    hosts=("acm-acme-enroll.",),
    caa="amazon.com",
    portal="AWS Certificate Manager (the ACME endpoint)",
    more={
        **dict.fromkeys(("issuance-pending", "ca-timeout"), _SLOW),
        **dict.fromkeys(("lacks-authorization", "rejected-identifier", "solver-missing"), _DOMAIN),
        **dict.fromkeys(("eab-refused", "kid-unknown", "hmac-key-wrong"), _PAIR),
        "contact-refused": More(
            causes=("The endpoint is set to require an e-mail address at registration.",),
        ),
    },
    customs=Customs(
        binds=Fact(True, "docs.aws.amazon.com: acm-acme-eab"),
        validated=Fact(
            "Names are validated in ACM, for each endpoint by itself.",
            "docs.aws.amazon.com: acm-acme-eab",
        ),
    ),
)
