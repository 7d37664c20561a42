"""Pure: whether a line is what a program prints of its own failure.

Programs advise whoever reads them, as manuals do, and many give no time and no level. What
sets them apart is that they tell of something that did fail.
"""

from __future__ import annotations

import re

_SIGNED = re.compile(
    r"\ASaving debug log to \S"
    r"|\[(?:emerg|alert|crit)\]|\bAH\d{5}: |\(\d{1,3}\)[A-Z][a-z]{3,20} [a-z]|\bmake_sock: "
    r"|\(\d{1,3}: [A-Z][a-z]{3,20} [a-z][^)\n]{1,60}\)"
    r"|\bsystemd\[\d{1,8}\]: |\.(?:service|timer): [A-Z]|\bJob for \S{1,80} failed\b"
    r"|\b(?:exit(?:ed)?|ended|returned?)(?: with)? (?:error )?(?:code|status)[ :=]{1,2}"
    r"(?!0\b)\d"
    r"|\bexited with error code\b"
    r"|\A\W{0,9}(?:\[[\w .-]{1,20}\]\W{1,9})?"
    r"(?:\b(?:ERROR|ERR|WARN(?:ING)?|FATAL|CRITICAL)\b(?! [A-Z]{2})|[\u2716\u2717\u274c\u26a0])"
)
"""Marks that programs put on what they say."""
_BEGUN = re.compile(
    r"\A(?:[\w.-]{2,40}: )?(?:An (?:unexpected )?error (?:occurred|was encountered)"
    r"|Error (?:while|when|during|in|on|from|running|creating|getting|parsing|loading)\b"
    r"|Encountered exception|Skipped user interaction|Some challenges have failed"
    r"|The following errors? (?:was|were) reported|(?:We (?:were|are) )?[Uu]nable to"
    r"|Could(?:n't| not)|Can(?: ?not|'t)|Failed to|Impossible d|Une erreur est survenue"
    r"|Ein Fehler ist aufgetreten|(?:Es )?[Kk]onnte nicht|Fehler beim|Se ha producido un error"
    r"|No se pudo) "
)
"""How sentences begin in which a program says what it could not do."""
_FAILED = re.compile(
    r"\b(?:could not|couldn't|failed|errored|was not (?:successful|found|possible)|unable to"
    r"|did not [a-z]"
    r"|(?:refused|rejected|denied|closed) (?:the|to|it|our|your|access)\b|(?:ended|stopped) because"
    r"|answered (?:that|with)|too many \w{1,20} (?:were|have been)"
    r"|(?:was|were|has been|been) (?:refused|rejected|denied|aborted|cancelled"
    r"|closed with)|is not working|cannot be (?:fetched|read|opened|reached|found"
    r"|verified|bound|written)|(?:already|is) in use by|forbids the"
    r"|(?:server|CA) (?:requires|demands)"
    r"|[Yy]ou have (?:created|requested|reached|exceeded) )"
)
"""What did fail, and is told as a fact."""
_HEDGED = re.compile(
    r"(?i)\b(?:if|when(?:ever)?|unless|in case|may|might|can|should|would|usually|often|sometimes"
    r"|typically|until|otherwise|before|after|every|any|means|indicates|for example|how to|why"
    r"|what)\b|[?`|]"
    r"|\A(?:an?|many|most|such|these|some) "
    r"|\bfailed (?:validation|attempt|challenge|authori[sz]ation|order|request|renewal)s?\b"
)
"""What may be, or is so as a rule."""
_ITEM = re.compile(r"\s{0,9}(?:#|[-*\u2022+>|]\s|\d{1,2}[.)]\s|[QA]:)")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
_LEAST_WORDS = 3


def signed(raw: str) -> bool:
    """Tell whether a line has a mark that programs put on their failures."""
    return bool(_SIGNED.search(raw[:400]))


def begun(raw: str) -> bool:
    """Tell whether a sentence in a line begins as a program's does that could not do something."""
    return not _ITEM.match(raw) and any(
        _BEGUN.match(part) and not part.endswith("?")
        for part in _SENTENCE.split(raw[:2000].strip())
    )


def stated(raw: str) -> bool:
    """Tell whether a sentence in a line says as a fact that something failed."""
    return not _ITEM.match(raw) and any(
        len(part.split()) >= _LEAST_WORDS and _FAILED.search(part) and not _HEDGED.search(part)
        for part in _SENTENCE.split(raw[:2000].strip())
    )
