"""What is more to say of every CA's errors where the CA is Sectigo."""

from __future__ import annotations

from collections.abc import Mapping

from certbot_sectigo.ca.catalogue.model import More

PROBE = (
    "Ask the CA which of the accounts on this machine may issue for these names; nothing is "
    "issued: `certbot-sectigo accounts probe {names}`"
)
RIGHT_ACCOUNT = (
    "Issue with the pair of the right ACME account: `certbot certonly --authenticator sectigo-eab "
    "--sectigo-eab-credentials FILE {names}`"
)
_PREVALIDATE = (
    "Or have the domain validated in {portal} (Domains): then no challenge is needed and no port "
    "has to be open."
)

_CHALLENGES = (
    "http01-timeout", "http01-connection", "http01-wrong-answer", "dns-problem",
    "dns01-wrong-record", "port-taken", "solver-missing",
)  # fmt: skip
"""Keys of what does not happen where no challenge is needed."""


MORE: Mapping[str, More] = {
    "wrong-directory": More(
        steps=("For example: --server https://acme.sectigo.com/v2/OV (or DV, EV, ...).",),
    ),
    **{key: More(steps=(_PREVALIDATE,)) for key in _CHALLENGES},
    "validation-failed": More(
        causes=(
            "The name is not pre-validated for this ACME account, so a challenge was asked "
            "for; with Sectigo that is often the wrong account.",
        ),
        steps=(PROBE,),
    ),
    "lacks-authorization": More(steps=(PROBE,)),
    "eab-required": More(steps=(RIGHT_ACCOUNT,)),
    "choose-account": More(steps=(RIGHT_ACCOUNT,)),
    "server-demands-eab": More(steps=(RIGHT_ACCOUNT,)),
    "server-internal": More(
        causes=(
            "The ACME account in SCM is not set up completely (organisation not validated, no "
            "certificate profile), or the CSR has a key type the profile lacks.",
        ),
    ),
    "ca-timeout": More(
        causes=(
            "Finalizing takes long at acme.enterprise.sectigo.com.",
            "A missing CAA entry for sectigo.com was seen to show only like this.",
        ),
        steps=("With the plugin sectigo-eab certbot waits 300 seconds for each answer.",),
    ),
    "not-acme": More(
        steps=(
            "Give the URL exactly as SCM shows it, e.g. https://acme.sectigo.com/v2/OV ; "
            "Sectigo has no /directory.",
        ),
    ),
}
