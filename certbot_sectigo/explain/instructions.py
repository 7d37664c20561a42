"""Pure: what a text itself tells its reader to do about a failure.

Who wrote the message knows the case: what it asks for comes before anything that is known in
general. What clients print after any error whatever, such as where their log is, tells nothing.
"""

from __future__ import annotations

import re

_LINES = 3  # below the failure in which the same message may go on
_LONGEST = 300
_SENTENCES = re.compile(
    r"(?<=[.!?])[\"')]?\s+(?=[\"'(]?[A-Z])|\n(?=[A-Z\W])|;\s|[\"'][,}]|,\s(?=please\b|try\b|use\b|run\b)|\s-{1,2}\s"
)
_VERBS = (
    r"(?:try(?: again)?|use|make sure|ensure|consider|specify|re-?run|re-?install|upgrade|update"
    r"|visit|contact|increase|set|check (?:that|whether|if|your)|verify (?:that|your)|run"
    r"|add|remove|change|correct|rename|provide|choose|switch|replace|allow|enable)"
)
_TELLS = re.compile(
    r"(?i)\bplease (?!wait|see|note|find|be |read|refer)[a-z]"
    rf"|\A\W{{0,9}}{_VERBS} (?!error|failed|new |account|hook |is |the (?:dns|txt) record)"
    r"[^.:=]{3}"
    r"|\A\W{0,9}(?:hint|tip|solution|suggestion|remedy|fix|workaround|action)\b\s?:"
    r"|\byou (?:should|must|need to|have to|may (?:need|want) to|might (?:need|want) to"
    r"|can (?:use|try|set|run|fix|install|add))\b"
    r"|\bdid you mean\b|\b(?:use|try|set) [^.]{3,60} instead\b"
    r"|\b(?:bitte|veuillez)\s\w"
)
_ANYWAY = re.compile(
    r"(?i)\breport (?:this|it)\b|to do so|please contact|choose an account|\blog ?files?\b"
    r"|\blogs?\b|debug|verbose|\s-v\b|ask for help|community|(?:more|further) (?:details?|info)|bug"
    r"|github\.com|libcurl|stack ?trace|donat|\bwiki\b|entered correctly|listed domains"
    r"|listed above|temporary (?:challenge|certificate)|try again later|run it again|just wait"
    r"|network connectivity|latest version and try|contact (?:the )?(?:server|system) admin"
    r"|hint: the certificate authority"
    r"|\bto (?:skip|suppress|silence|disable|ignore|hide|bypass) (?:it|this|the check)\b"
)
"""What is said after any failure."""


def instruction(text: str, start: int, end: int) -> str:
    """Return what the message that a stretch of a text is of tells its reader to do.

    :returns: one sentence, as it stands there; empty if it tells nothing, or what every message
        of its client tells.
    """
    first = max(text.rfind("\n", 0, start) + 1, start - 2000)
    stop = end
    for _ in range(_LINES + 1):
        stop = text.find("\n", stop + 1)
        if stop < 0:
            break
    message = text[first : stop if 0 <= stop < end + 2000 else end + 2000]
    for part in _SENTENCES.split(message):
        said = " ".join(part.split(' {"')[0].split()).strip("\"'{}(),")
        if 8 < len(said) <= _LONGEST and _TELLS.search(said) and not _ANYWAY.search(said):
            return said
    return ""
