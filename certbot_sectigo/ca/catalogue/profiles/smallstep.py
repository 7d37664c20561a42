"""What is peculiar to step-ca, the CA that people run themselves: how it is named."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Profile

PROFILE = Profile(
    name="step-ca",
    hosts=("smallstep.com",),
    caa="the CA's own domain",
    portal="the CA's own configuration (ca.json)",
)
