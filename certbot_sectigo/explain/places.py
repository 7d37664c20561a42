"""Pure: where a failure that nobody here knows lies, by the words of the line that tells of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from certbot_sectigo.explain.steps import step_of


@dataclass(frozen=True)
class Place:
    """A kind of place at which things fail."""

    key: str
    words: str
    """Regular expression of what is said there."""
    meaning: str
    advice: str


PLACES = (
    Place(
        "validation",
        r"challenge|dns-01|http-01|tls-alpn|\bTXT\b|_acme|propagat|well-known|authz|authori[sz]ation"
        r"|verif(?:y|ication)|validat",
        "the proof that the names are yours (validation)",
        "Look at what the CA asks for from outside: port 80 of each name, or its TXT record at all "
        "of the zone's name servers; and at the client's DNS plugin, if it has one.",
    ),
    Place(
        "deploy",
        r"install|deploy|import|\bbind|\biis\b|keystore|\bhook|reload|restart|nginx|apache|haproxy"
        r"|systemctl|\bservice\b|upload|\bpfx\b|\bp12\b|pkcs|\bscp\b|\bssh\b",
        "putting the certificate to use, on this machine",
        "See whether the new certificate is in the client's folder already: then mend what uses "
        "it, and do not order again.",
    ),
    Place(
        "network",
        r"connect|timed? ?out|timeout|unreachable|resolve|lookup|dial|socket|\btls\b|\bssl\b"
        r"|handshake|proxy|certificate verif|\bx509\b|curl|network",
        "the way to the CA's server (network, TLS)",
        "Fetch the CA's directory URL with curl -v, from the same machine, as the same user and "
        "with the same environment.",
    ),
    Place(
        "machine",
        r"permission|denied|no such file|not found|directory|traceback|module|import|plugin|option"
        r"|argument|config|parse|syntax|memory|disk|lock|version|\bpath\b|\b\w+\.(?:py|sh|ps1|js)\b"
        r"|\w(?:Error|Exception)\b",
        "this machine, or the client itself: files, packages, options",
        "The CA has most likely not refused anything. Run the client by hand, as the same user, "
        "with its verbose option.",
    ),
    Place(
        "ca",
        r"\b[45]\d\d\b|\bCA\b|acme|order|account|urn:|csr|finali[sz]|issu|reject|refus|polic|quota"
        r"|server (?:said|returned|respon)",
        "an answer of the CA",
        "The CA's own words decide: the client's debug log has them, and the order's URL. Ask the "
        "CA's support with them and the time.",
    ),
)
_BY_STEP = {"challenge": "validation", "deploy": "deploy", "order": "ca", "finalize": "ca"}


def place_of(text: str) -> Place | None:
    """Return the place at which a line that tells of a failure lies; None if no word tells."""
    found = {place.key: len(re.findall(place.words, text, re.IGNORECASE)) for place in PLACES}
    step = _BY_STEP.get(step_of(text), "")
    if step:
        found[step] += 1
    best = max(PLACES, key=lambda place: found[place.key])
    return best if found[best.key] else None
