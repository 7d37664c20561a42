"""What Sectigo asks of whoever registers and orders there, classic and Universal."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.customs import Binding, Customs, Fact

CUSTOMS = Customs(
    directory=Fact("https://acme.sectigo.com/v2/OV", "win-acme#1909"),
    binds=Fact(True, "dehydrated#742"),
    contact=Fact(False, "win-acme#1904"),
    pairs=Fact(Binding.SET, "cert-manager#2882"),
    validated=Fact(
        "Names that are validated and delegated in SCM need no challenge; the others are refused.",
        "acme-proxy#22",
    ),
    reuse_days=Fact(198, "Sectigo's knowledge base"),
)
