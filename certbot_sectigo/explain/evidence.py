"""Pure: what a code within a line says by itself, whoever wrote the line and in whatever words.

HTTP's status (RFC 9110 section 15), the system's errors (errno(3)) and a program's exit code mean
the same in every program: where nobody knows the sentence they still tell what kind of trouble it
is.
"""

from __future__ import annotations

import re

_CODE = (
    r"(?:40\d|41[0-8]|42[1-9]|431|451|50[0-8]|51[01]|52[0-7]|530)\b(?!\.?\d)"
    r"(?! (?:bytes|domains|names|records|days|lines|ms|[KM]B)\b)"
)
"""Codes that servers give; 512 bytes are none."""
_STATUS = re.compile(
    r"(?i)\b(?:http(?:/[\d.]{1,3}|s)?|status(?:[ _-]?code)?|statuscode|response(?:[ _]code)?"
    r"|returned|error(?:[ _]code)?|code|got|with)\b[\"'\]]{0,2}\s{0,2}[:=(]{0,2}\s{0,2}"
    r"[\"'<\[]{0,2}"
    rf"(?P<code>{_CODE})|https?://\S{{3,300}}?[\"']?[:,]?\s(?P<behind>{_CODE})"
    r"|\b(?P<named>[45]\d\d) (?:bad request|unauthorized|forbidden|not found|method not|conflict"
    r"|unprocessable|too many|internal server|bad gateway|service unavail|gateway time)"
)
_STATUSES = {
    "400": "it did not take the request as it was sent",
    "401": "it does not know who asks: log-in, token or signature",
    "403": "it knows who asks and does not let him do that: rights, a filter, another account",
    "404": "what was asked for is not there: a wrong URL, name or id",
    "405": "that URL is not for this kind of request: a wrong URL, or a client too old",
    "407": "it is the proxy that answers, and it wants a log-in",
    "409": "something of the same name is there already, or changes at the same time",
    "422": "it understood the request and does not take one of its values",
    "429": "it wants a pause: too many requests",
}
_SYSTEM = (
    (
        r"\bENOENT\b|errno 2\b|os error 2\b|no such file or directory",
        "the file, folder or program of that name is not there, seen from where the client runs",
    ),
    (
        r"\b(?:EACCES|EPERM)\b|(?:errno|os error) (?:1|13)\b|(?:permission|access|operation) (?:is "
        r"|was )?(?:denied|not permitted)",
        "the user that the client runs as has no right to that",
    ),
    (r"\bENOSPC\b|errno 28\b|no space left", "the disk, or the user's share of it, is full"),
    (r"\bEROFS\b|errno 30\b|read-only file ?system", "that place can only be read"),
    (r"\bEADDRINUSE\b|errno 98\b|address already in use", "another program has the port already"),
    (
        r"\bECONNREFUSED\b|errno 111\b|connection refused",
        "nothing listens at that address and port",
    ),
    (
        r"\b(?:ETIMEDOUT|ESOCKETTIMEDOUT)\b|errno 110\b|timed? ?out|deadline exceeded",
        "no answer came in the time that was allowed",
    ),
    (
        r"\bECONNRESET\b|errno 104\b|connection reset|\bEOF\b(?! while)",
        "the other side broke the connection off",
    ),
    (
        r"\b(?:ENOTFOUND|EAI_\w{4,9})\b|name or service not known|no such host|name resolution",
        "the name has no address, seen from where the client runs",
    ),
    (
        r"(?:json|yaml|xml)\w{0,20}.{0,40}(?:decod|unmarshal|parse|expecting|unexpected|invalid)"
        r"|(?:decod|unmarshal|pars)\w{0,5}.{0,40}(?:json|yaml|xml)"
        r"|invalid character .{1,5} looking",
        "an answer or a file is not of the form that the program reads, such as an error page",
    ),
)
_RULES = tuple((re.compile(rule, re.IGNORECASE), meaning) for rule, meaning in _SYSTEM)
_EXIT = re.compile(
    r"(?i)\b(?:exit(?:ed|s)?|return(?:ed)?|rc|status)(?:[ _]?(?:code|status|value))?[ :=]{1,3}"
    r"(?:with )?(?:exit )?(?:code |status )?(?P<code>\d{1,3})\b(?!\.?\d)"
)
_EXITS = {
    "124": "it was ended since it took too long",
    "126": "the program is there and may not be executed",
    "127": "the program was not found where the client runs (PATH)",
    "137": "it was killed, most often since the memory was used up",
    "139": "the program crashed",
    "143": "it was told to end from outside",
}


def tells_status(text: str) -> bool:
    """Return whether a line tells the HTTP status of an answer."""
    return bool(_STATUS.search(text))


def meaning_of(text: str) -> str:
    """Return what the codes within a line say in general; empty if it has none that is known."""
    status = _STATUS.search(text)
    if status:
        code = status["code"] or status["behind"] or status["named"]
        said = _STATUSES.get(code)
        if said is None and code.startswith("5"):
            said = "the fault is on its side, or of a gateway before it; most often that passes"
        if said is not None:
            return f"{code} of a server: {said}"
    for rule, meaning in _RULES:
        found = rule.search(text)
        if found:
            return f"{found.group()}: {meaning}"
    ended = _EXIT.search(text)
    if ended and ended["code"] in _EXITS:
        return f"{ended.group()}: {_EXITS[ended['code']]}"
    return ""
