"""What is peculiar to Let's Encrypt, which asks for no EAB and has no portal: how it is named."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Profile

PROFILE = Profile(
    name="Let's Encrypt",
    hosts=("letsencrypt.org",),
    caa="letsencrypt.org",
    portal="a search of certificate transparency (crt.sh)",
)
