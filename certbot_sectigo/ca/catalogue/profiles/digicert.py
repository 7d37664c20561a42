"""What is peculiar to DigiCert."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.customs import Binding, Customs, Fact
from certbot_sectigo.ca.catalogue.model import Entry, Profile

_ENTRIES = (
    Entry(
        key="digicert-order-refused",
        title="DigiCert's order system refused the order",
        meaning="Behind its ACME server DigiCert places an order, and that was refused; the code "
        "in the quotation says why. The server calls this internal, but it does not go away by "
        "waiting.",
        causes=(
            "access_denied: the user or the key behind the ACME directory URL may not order, or "
            "was removed.",
            "invalid_value, missing: a setting of the product behind the directory URL (such as "
            "its validity) is no longer allowed.",
        ),
        steps=(
            "Look at the ACME directory URL in {portal} (Automation): its product, validity, "
            "organisation, and the user it belongs to. Make a new one, if those are outdated.",
            "Ask DigiCert's support with the code.",
        ),
        phrases=(
            "!failed request certificate errors code",
            "!errors code invalid_value|access_denied|missing_value",
            "!invalid_value validity_years|validity|organization|product|common_name",
            "!code access_denied",
        ),
        sources=("cert-manager#7536",),
        hides=("server-internal", "order-refused"),
    ),
)

PROFILE = Profile(
    name="DigiCert",
    hosts=("digicert.com",),
    caa="digicert.com",
    portal="CertCentral",
    entries=_ENTRIES,
    customs=Customs(
        directory=Fact(
            "https://acme.digicert.com/v2/acme/directory/",
            "dev.digicert.com: ACME External Account Binding",
        ),
        binds=Fact(True, "dev.digicert.com: ACME External Account Binding"),
        contact=Fact(False, "docs.digicert.com: how-to-use-your-acme-credentials"),
        pairs=Fact(Binding.REUSABLE, "geocerts.com: acme-directory-urls"),
        validated=Fact(
            "Pairs made before 2024-01-30 get only names that are validated in CertCentral.",
            "docs.digicert.com: use-legacy-certcentral-acme-credentials",
        ),
    ),
)
