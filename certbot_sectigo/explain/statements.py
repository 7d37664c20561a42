"""Pure: problem documents in a text, however they are written, and lines that look like failures.

A problem document (RFC 8555 section 6.7) is met as JSON, as what a client makes of it
(``urn:... :: title :: detail``, ``400 urn:...: detail``), as a list of members, or as its
type alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

TYPES = (
    # RFC 8555 section 6.7
    "accountDoesNotExist", "alreadyRevoked", "badCSR", "badNonce", "badPublicKey",
    "badRevocationReason", "badSignatureAlgorithm", "caa", "compound", "connection", "dns",
    "externalAccountRequired", "incorrectResponse", "invalidContact", "malformed",
    "orderNotReady", "rateLimited", "rejectedIdentifier", "serverInternal", "tls",
    "unauthorized", "unsupportedContact", "unsupportedIdentifier", "userActionRequired",
    "alreadyReplaced",  # RFC 9773 section 7.4
    # RFC 8739 section 5, RFC 9115 section 2.3, RFC 9799, step-ca
    "autoRenewalCanceled", "autoRenewalExpired", "autoRenewalCancellationInvalid",
    "autoRenewalRevocationNotSupported", "unknownDelegation", "onionCAARequired",
    "badAttestationStatement",
    # drafts and servers older than RFC 8555, and later additions
    "invalidEmail", "unknownHost", "dnssec", "conflict", "invalidProfile", "orderNotFound",
)  # fmt: skip
"""Every type of problem that is known, without the URN in front."""

_CANONICAL = {name.lower(): name for name in TYPES} | {"internal": "serverInternal"}
_COMPOUND = "|".join(name for name in TYPES if not name.islower())
_SIMPLE = "|".join(name for name in TYPES if name.islower())
_REFUSALS = "caa|malformed|unauthorized"
"""Those of the simple ones that cannot be a failure of the way to the CA."""
_KIND = re.compile(
    r"(?i:(?:urn:(?:ietf:params:)?acme:|\bacme:)error:\s?(?P<urn>[A-Za-z]{2,40}))"
    rf"|\b(?P<word>(?i:{_COMPOUND}))\b(?![\"'\\]{{0,4}}\s{{0,3}}[:=]\s{{0,3}}(?:true|false))"
    # Exceptions that libraries name after a type: acme4j, Acme PHP, Ruby's acme-client.
    rf"|\bAcme(?P<thrown>(?i:{_COMPOUND}|{_REFUSALS}))(?:Error|Exception)\b"
    rf"|\b(?P<served>(?i:{_COMPOUND}|{_SIMPLE}|internal))ServerException\b"
    rf"|\bAcme::Client::Error::(?P<raised>(?i:{_COMPOUND}|{_SIMPLE}))\b"
    r"|(?i:\btype?\b[\"'\]\\]{0,6}\s{0,10}(?::|=>?)[ \t]{0,10}[\"'\\]{0,4}"
    rf"(?P<member>{_SIMPLE})\b)"
    r"|(?P<malformed>(?i:request\s+message\s+was\s+malformed))"
    r"|(?P<unauthorized>(?i:client\s+lacks\s+sufficient\s+authori[sz]ation))"
)  # fmt: skip
_DETAIL = re.compile(
    r"(?i:\bdetail\b)[\"'\]\\]{0,6}\s{0,10}(?::|=>?)\s{0,10}(?:u(?=[\"']))?"
    r"(?:(?P<escape>\\{0,4})(?P<quote>[\"'])|(?=[^\s]))?"
)
_TITLE = re.compile(
    r"\s*(?:::|[:,-])?\s*(?:The\s+(?:client\s+lacks\s+sufficient\s+authori[sz]ation"
    r"|request\s+message\s+was\s+malformed))?\s*(?:::)?\s*",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"[\"']?\s{0,3}::?\s{0,3}(?:, url:|\s{0,9}(?:\Z|\n\s*Ask\b|$))")
_REPLACES = re.compile(r"\breplaces\b|\bprevious: [0-9A-F]{8}|\bARI\b|renewalInfo")
_AHEAD, _BACK = 700, 500


@dataclass(frozen=True)
class StatedProblem:
    """A problem document, or what is left of one."""

    kind: str
    """Its type without the URN in front; as it stands there, if nobody knows it."""
    detail: str | None
    """None where none is shown; empty where the CA left it empty."""
    start: int
    end: int
    replaces: bool = False
    """Whether the text speaks of ARI's ``replaces`` beside an empty detail."""


def problems(text: str) -> Iterator[StatedProblem]:
    """Find the problem documents in a text, in time linear in its length."""
    found = list(_KIND.finditer(text))
    for index, match in enumerate(found):
        named = map(match.group, ("urn", "word", "thrown", "served", "raised", "member"))
        kind = next(filter(None, named), None)
        kind = kind or ("malformed" if match.group("malformed") else "unauthorized")
        kind = _CANONICAL.get(kind.lower(), kind)
        after = found[index + 1].start() if index + 1 < len(found) else len(text)
        before = found[index - 1].end() if index else 0
        spot = _detail(text, match, max(before, match.start() - _BACK), after)
        if match.group("member") and not (spot and _DETAIL.search(text, *_around(match, spot))):
            continue  # a type of identifiers, not of problems
        if spot is None:
            yield StatedProblem(kind, None, match.start(), match.end())
            continue
        start, end = spot
        detail = text[start:end].strip()
        replaces = not detail and bool(_REPLACES.search(text))
        yield StatedProblem(
            kind, detail, min(match.start(), start), max(match.end(), end), replaces
        )


def _detail(text: str, match: re.Match[str], first: int, following: int) -> tuple[int, int] | None:
    """Find where the detail of a problem stands: behind its type, or before it."""
    stop = min(following, match.end() + _AHEAD, len(text))
    member = _DETAIL.search(text, match.end(), stop)
    if member and "}" not in text[match.end() : member.start()]:
        return _value(text, member, min(len(text), member.end() + _AHEAD))
    opening = text.rfind("{", first, match.start())
    if opening >= 0:
        before = list(_DETAIL.finditer(text, opening, match.start()))
        if before:
            return _value(text, before[-1], match.start())
    if _NOTHING.match(text, match.end()):
        return match.end(), match.end()
    title = _TITLE.match(text, match.end())
    begin = title.end() if title else match.end()
    end = text.find("\n", begin, begin + _AHEAD)
    end = end if end >= 0 else min(len(text), begin + _AHEAD)
    end = min(end, following) if following > begin else end
    url = text.find(", url:", begin, end)
    end = url if url >= 0 else end
    said = text[begin:end]
    return (begin, end) if re.search(r"[A-Za-z]{3}", said) else None


def _around(match: re.Match[str], spot: tuple[int, int]) -> tuple[int, int]:
    return min(match.end(), spot[0] - 40), spot[0]


def _value(text: str, member: re.Match[str], stop: int) -> tuple[int, int]:
    """Return where the value of a member begins and ends."""
    begin, quote = member.end(), member.group("quote")
    if not quote:
        end = text.find("\n", begin, stop)
        return begin, end if end >= 0 else stop
    escape = member.group("escape") or ""
    closing = re.compile(rf"(?<!\\){re.escape(escape)}{quote}")
    closed = closing.search(text, begin, stop)
    return begin, closed.start() if closed else stop


_FOREIGN_FAILURE = (
    # German
    r"fehler|fehlgeschlagen|nicht (?:gefunden|erlaubt|m\xf6glich|erreichbar)|ung\xfcltig\w*"
    # French, Spanish, Portuguese, Italian
    r"|erreur|\xe9chec|\xe9chou\xe9e?|impossible|introuvable|fall\xf3|no se pu(?:do|ede)|falhou"
    r"|errore|impossibile"
    # Dutch, Polish
    r"|mislukt|fout|b\u0142\u0105d|nie mo\u017cna"
)
_FOREIGN_SCRIPT = (
    # Chinese, Russian: not set off by blanks, or with endings
    r"\u5931\u8d25|\u9519\u8bef|\u5931\u6557|\u932f\u8aa4|\u65e0\u6cd5|\u7121\u6cd5"
    r"|\u043e\u0448\u0438\u0431\u043a|\u043d\u0435 \u0443\u0434\u0430\u043b\u043e\u0441\u044c"
)
_FAILURE = re.compile(
    r"(?i)\b(?:errors?|failed|failure|fatal|unable|can ?not|can't|couldn't|could not|denied|"
    r"refused|"
    r"invalid|unexpected|timed? ?out|exception|aborted?|rejected|not found|no such|missing|"
    r"unknown|broken|expired|forbidden|unauthori[sz]ed|unsupported|unrecognized|mismatch|conflict|"
    r"does not|doesn't|should be|must be|not (?:allowed|permitted|supported|valid)|is required|"
    rf"{_FOREIGN_FAILURE})\b|\b\w{{2,60}}(?:Error|Exception)\b|(?-i:\bE[A-Z]{{4,12}}\b)"
    rf"|{_FOREIGN_SCRIPT}"
)
_EXCEPTION = re.compile(
    r"^(?:[\w.]{2,80}(?:Error|Exception|Bug|Timeout|Fault)|(?:\w{2,40}\.){1,8}[A-Z]\w{2,60})(?::|\Z)"
)
_LEVELS = re.compile(
    # Neither the name of a member nor a word within a sentence is a level.
    r"(?i)\b(?:error|fatal|critical|crit|eror)\b(?!\\{0,4}\"\s?:)(?:[\]\"'=:]| {2})"
    r"|(?<!(?-i:[a-z]) )\b(?:error|fatal|critical|crit|eror) |\blevel=\"?error"
)
_QUIET = re.compile(
    r"\A.{0,160}?(?:\[(?:INFO?|DEBUG|DBUG|DBG|VERB|VRB|TRACE\d?|NOTICE|\w{1,20}:(?:debug|info"
    r"|trace\d?|notice))\]"
    r"|\b(?:INFO|INF|DEBUG|DBG|TRACE|NOTICE|VERBOSE)\b(?=[\s:\]|])|\[(?:info|debug|trace|notice)\]"
    r"|level[\"']?\s?[=:]\s?[\"']?(?:info|debug|trace|notice)\b)"
    r"|\A(?:\S+ {1,9}\| )?[ID]\d{4} \d\d:\d\d:"
)  # fmt: skip
_POINTER = re.compile(
    r"(?i)\bcommand failed: |:\s{0,3}\Z|ask for help|see the log ?file|see the .{0,30}above"
    r"|(?:all|some) renewals"
    r"|some challenges|\(failure\)|\(s\), \d+ |more (?:details|information)"
    r"|\bexit(?:ed)?(?: with)?(?: code| status)|\A\s{0,20}at \S.{0,200}\(.{0,200}:\d"
    r"|\A\W{0,9}(?:usage|synopsis)\b\s?:|\[-\w[|\] ]|\[--?[\w-]{1,30}\||\[[A-Z_]{2,20}\] "
    r"?\||\w\|--\w"
    r"|\b(?:please refer to|see(?: also)?:?|visit|read more at|go to) https?://"
    r"|documentation.{0,20} https?://"
    r"|support by e-?mail|in the face of errors|giving up|skipping\.?\Z"
)
"""How lines look that only say that something failed, point elsewhere, or tell how to call."""
_GIVES_REASON = re.compile(
    r"(?i)(?:error|failed|unable|cannot|could not|because)\b.{0,200}?: \S+ \S+"
)
_DENIAL = re.compile(
    r"(?i)\b(?:0 (?:errors|failed|failures)|no errors?|without errors?|not expired?)\b"
    r"|\A_?(?!\w{0,20}(?:err|resp|orig|body))[a-z]\w{0,30}='"  # what a script sets
    r"|\bstapl\w{1,3} ocsp\b|\bocsp (?:stapl\w{1,3}|responses?|responder|server)\b"
    r"|\bssl_stapling\b|\bOCSP_\w{3,30}\(\)"
)
ISSUED = re.compile(
    r"Congratulations|Successfully (?:received|created) certificate|all renewals succeeded"
    r"|[Cc]ert(?:ificate)? (?:success|issued\b|obtained success)|Your cert is in"
    r"|[Cc]ertificate (?:was |has been |is )?(?:successfully )?(?:obtained|issued|renewed)\b"
    r"|[Cc]ertificates obtained for|Server responded with a certificate"
    r"|Renewal for .{1,200} succeeded|\bTASK OK\b"  # the latter of Proxmox
    r"|[Cc]ertificate for .{1,200} has been generated|\bdeployment performed OK\b"
    r"|(?i:managed domain \S+ has been (?:set ?up|renewed)"
    r"|(?:your )?certificate (?:has been )?saved (?:to|in)|certificate .{0,200}\bcreated\Z)"
)
"""What clients say when a certificate was issued."""
NOT_DUE = re.compile(
    r"(?i)no renewals? were attempted|not (?:yet )?due for renewal|\bno renewal\.|is due after \d"
    r"|renewal is not needed|skipp?ing\W{1,3}next renewal time|skipping renew\b"
    r"|will not expire .{0,60}skipping|certificate is up to date and has not expired"
    r"|certificate .{0,100}(?:is|still) valid for more than"
    r"|\bok=\d{1,6} +changed=\d{1,6} +unreachable=0 +failed=0\b"  # Ansible
    r"|\bcertbot[\w.-]{0,60}\.service: (?:deactivated successfully|succeeded)"
)
"""What clients, or who starts them, say when none had to be, or all ended normally."""
_WELL = (
    *("cert", "renew", "congrat", "managed domain", "is due", "expire", "skip", "unreachable=0"),
    *("task ok", "deployment"),
)
"""One of them is in whatever :data:`ISSUED` and :data:`NOT_DUE` find."""


_HEADING = re.compile(
    r"\s{0,9}(?:[A-Z][\w/]{0,30} ){0,4}(?:Errors?|Status|Response) (?:Codes?|Types?)\b"
    r"[^:=\d\"]{0,60}\Z"
)


def heading(raw: str) -> bool:
    """Tell whether a line is a heading over a list of errors, none of which need have happened."""
    return bool(_HEADING.match(raw[:400]))


def quiet(raw: str) -> bool:
    """Tell whether a line, as it was, says itself that it tells of nothing that failed."""
    return bool(_QUIET.match(raw[:400])) and not _LEVELS.search(raw[:400])


_ENDED = re.compile(
    r"(?i)\b(?:fail(?:ed|ure|s)?|error|unable|could not|cannot)\b[^\n]{0,300}\bexit(?:ed)?\b"
    r"|\b(?:exit(?:ed)?|return(?:ed)?)(?: with)? (?:(?:a )?non-?zero\b|(?:code|status)[ :=]{1,2}"
    r"(?!0\b)\d{1,3}\b)"
)
"""How lines look that tell by its exit code that a program failed, and not why."""


def ended_badly(raw: str) -> bool:
    """Tell whether a line, as it was, tells that a program failed, and not why."""
    return bool(_ENDED.search(raw[:2000])) and not _DENIAL.search(raw[:2000])


def points_elsewhere(raw: str) -> bool:
    """Tell whether a line, as it was, only points elsewhere, or tells how to call a program."""
    return bool(_POINTER.search(raw[:2000]))


def loud(raw: str) -> bool:
    """Tell whether a line, as it was, says itself that something failed."""
    return bool(_LEVELS.search(raw[:400]))


def ended_well(text: str) -> bool:
    """Tell whether a line says that a certificate was issued, or that none had to be."""
    small = text.lower()
    # Most lines have none of these, which is seen a hundred times faster.
    if not any(word in small for word in _WELL):
        return False
    return bool(ISSUED.search(text) or NOT_DUE.search(text))


def likeness(text: str) -> int:
    """Return how much a line looks like one that tells of a failure; 0 for not at all."""
    text = text[:2000]
    found = {match.group().lower() for match in _FAILURE.finditer(text)}
    if (
        not found
        or " " not in text.strip()
        or _DENIAL.search(text)
        or heading(text)
        or ended_well(text)
    ):
        return 0
    score = (
        min(3, len(found))
        + 3 * bool(_EXCEPTION.match(text.strip()))
        + 2 * bool(_LEVELS.search(text))
        + 2 * bool(_KIND.search(text))
        + bool(_GIVES_REASON.search(text))
    )
    return 0 if _POINTER.search(text) else score
