"""Data: what journals, containers and loggers put before a line, and what it is made of."""

from __future__ import annotations

import re

_MONTH = r"[^\W\d_]{2,12}\.?"
_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?(?:[.,:]\d{1,9})?(?: ?[AaPp]\.?[Mm]\.?)?"
_ZONE = r"(?: ?Z| ?[+-]\d\d(?::?\d\d)?\b| UTC| [A-Z]{3,4}(?= ))?"
_DAY = (
    r"(?:\d{4}[-/.]\d\d?[-/.]\d\d?|\d{1,2}[-/.](?:\d{1,2}|[A-Z][a-z]{2})[-/.]\d{2,4}"
    rf"|(?:{_MONTH},? )?(?:{_MONTH} ?\d{{1,2}}\.?|\d{{1,2}}\.? ?{_MONTH})(?: \d{{4}})?)"
)
_TIME = rf"{_DAY}(?:[T, ]|, | at | - ){{1,3}}{_CLOCK}{_ZONE}(?: \d{{4}})?"
_LEVEL = (
    r"(?:TRACE\d?|DEBUG|DBUG|DBG|VERBOSE|VERB|VRB|INFO|INF|INFORMATION|NOTICE|WARNING|WARN|WRN|"
    r"ERROR|EROR|ERR|CRITICAL|CRIT|FATAL|FTL|ALERT)"
)
LEVELS = frozenset(re.sub(r"\?|\(|\)|:|\\d", "", _LEVEL).split("|"))
"""Words for how bad something is."""
_PROGRAM = r"(?P<program>[A-Za-z][\w./@+-]{0,80})"
PREFIXES = (
    # syslog, journalctl, RFC 3164 and RFC 5424, the months of any language
    re.compile(rf"(?:<\d{{1,3}}>)?{_TIME} [\w.:-]{{1,80}} {_PROGRAM}(?:\[\d{{1,9}}\])?: ?"),
    re.compile(
        rf"<\d{{1,3}}>\d {_TIME} [\w.:-]{{1,80}} {_PROGRAM} [\w-]{{1,30}} [\w-]{{1,30}} "
        r"(?:-|\[[^\]\n]{0,200}\]) ?"
    ),
    re.compile(r"(?P<program>[\w.-]{1,60}?)(?:-\d+|_\d+)? {1,30}\|(?: |\Z)"),  # docker compose
    re.compile(r"[\w./~-]{0,120}\.(?:log|txt|out|err)(?:[.-]\d{1,8})?(?:\.gz)?[:-](?:\d{1,7}[:-])?"),
    re.compile(r"\d{1,7}[:-](?=\d{4}-\d\d-\d\d )"),  # grep -n
    re.compile(rf"\[?{_TIME}\]?(?:[:|,;]|(?= )|\t|\Z)"),
    re.compile(
        rf"\[?(?:today|yesterday|heute|hier|hoy)? ?(?:at|um)? ?{_CLOCK}\]?(?:[:|]|(?=\s))", re.I
    ),
    # klog
    re.compile(rf"(?P<record>[IWEF])\d{{4}} {_CLOCK} +\d{{1,9}} [\w./-]{{1,80}}:\d{{1,6}}\] ?"),
    re.compile(r"\[[^\[\]\n]{0,40}\d{1,2}:\d\d[^\[\]\n]{0,20}\]:? ?"),
    re.compile(
        rf"\[(?:(?P<record>{_LEVEL})|\d{{1,9}}|(?P<program>\w{{1,30}}):{_LEVEL}"
        r"|(?:pid|tid|client|remote) [^\]\n]{1,60})\]:? ?",
        re.I,
    ),
    re.compile(rf"(?P<record>{_LEVEL}):(?:[\w.]{{1,80}}:)? ?"),
    re.compile(r"(?:>{1,3}|[|+#$](?=\s)|\+(?=[A-Za-z]))[ \t]?"),
)  # fmt: skip
"""Of what programs put before a line: `program` names who speaks, `record` shows that the
program itself began something new."""
