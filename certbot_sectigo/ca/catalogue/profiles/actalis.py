"""What is peculiar to Actalis: how it is named."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.customs import Customs, Fact
from certbot_sectigo.ca.catalogue.model import Profile

PROFILE = Profile(
    name="Actalis",
    hosts=("actalis.com", "actalis.it"),
    caa="actalis.it",
    portal="Actalis' customer area",
    customs=Customs(
        binds=Fact(True, "eggsampler/acme#29"),
    ),
)
