"""Pure: whether a text holds messages that nobody has said: source code, translations, tests."""

from __future__ import annotations

import re

_STATEMENT = re.compile(
    r"\A\s{0,60}(?:[})]{1,3} ?)?(?:func[ (]|def \w|class \w|package \w+\s*\Z|import [\w({\"']"
    r"|from [\w.]{1,80} import|return\b|if [^:]{1,200}(?:; then|\{|:|\))\s*\Z|if \(|elif |else if"
    r"|else\s?[:{]?\Z|(?:fi|done|esac)\s*\Z|for .{1,200}(?:\{|:|; do)\s*\Z"
    r"|while .{1,200}(?:\{|:|do)\s*\Z|switch |case .{1,120}[:)]\s*\Z|(?:var|const|let) \w"
    r"|type \w+ (?:struct|interface|func)"
    r"|(?:public|private|protected|internal|static|async|final|abstract) \w|using [\w.]+;"
    r"|namespace \w|try\s?[:{]|catch\b|except\b.{0,100}:|raise \w|throw new|assert\b|assert\w*\("
    r"|local \w|_?export \w+=|self\.\w|this\.\w|await \w|with .{1,100}:\s*\Z|@\w+(?:\(|\s*\Z)"
    r"|_?(?:err|info|debug\d?) \"|pub (?:fn|struct|enum)|fn \w|impl\b|match \w|use [\w:]+;"
    r"|#include|#define|\$\w+ = |\w+ :?= |t\.\w+\(|test\.\w+\()"
)
"""How statements of programs begin, of shells too."""
_TRANSLATED = re.compile(
    r"\s{0,9}(?:#: \S|msgid(?:_plural)? \"|msgstr(?:\[\d\])? \"|msgctxt \")"
    r"|\s{0,9}(?:INSERT INTO|CREATE TABLE|REPLACE INTO|VALUES)\b|\s{0,9}\(\d{1,12}, ?'"
    r"|\s{0,40}</?(?:source|target|trans-unit)\b"
    r"|\s{0,40}\"[\w-]{1,60}(?:[._][\w-]{1,60}){1,8}\"\s?:\s?\"\w[\w']{0,30} \w{1,30} \w"
    r"|\s{0,9}[\w-]{1,60}(?:[._][\w-]{1,60}){1,8}\s?=\s?[\"']?[A-Z][\w']{0,30} \w{1,30} \w"
)
"""Lines of files that hold a program's messages, in one language or two, or a data base's rows."""
_TESTED = re.compile(
    r"\s{0,12}(?:=== (?:RUN|PAUSE|CONT) |--- (?:PASS|FAIL|SKIP): |(?:not )?ok \d{1,6} "
    r"|ok\s{1,9}\S{1,200}\s[\d.]{1,12}s\b|\S{1,200}::\w{1,120}\S{0,80} (?:PASSED|FAILED|SKIPPED)"
    r"|test \S{1,200} \.\.\. (?:ok|FAILED)|\w{1,120} \([\w.]{1,200}\) \.\.\. (?:ok|FAIL|ERROR)"
    r"|[=-]{3,80} .{0,80}\b\d{1,6} passed\b|Ran \d{1,6} tests? in |Tests?:? .{0,60}\d passed"
    r"|[\u2713\u2714\u2717] \w)"
)
"""What a program's tests print, which provoke errors."""
_PART = re.compile(
    r"\A\s{0,60}(?://|/\*|\*[ /]|\*\Z|#|--|'''|\"\"\"|<!--)|[{};]\s*\Z|[({\[,]\s*\Z"
    r"|\A\s{0,60}[})\]]{1,5}[,;:)]{0,3}\s*\Z|\A\s{1,60}[\w.]{1,60}\(.{0,200}\)?,?\s*\Z"
    r"|\A\s{0,60}[\"'][^\"']{0,200}[\"'][,)]{0,3}\s*\Z|\A\s{0,60}\w+\(\)\s?\{"
)
"""Comments, brackets, calls and strings, which stand between statements."""
_RUN = re.compile(r"\A\s{0,9}(?:Traceback \(most|File \"[^\n]{1,300}\", line )")
"""A traceback shows lines of a program that ran."""
_TIME = re.compile(r"\d{1,2}:\d\d:\d\d")
_LEAST = 3  # statements, or tests
_ENOUGH = 4000
"""Lines after which what kind of text it is will not change."""


class Listing:
    """Learns line by line whether a text is source code."""

    def __init__(self) -> None:
        self._lines = self._statements = self._parts = self._times = self._tests = 0
        self._ran = False

    def look(self, raw: str) -> None:
        """Look at a line, as it was."""
        if self._ran or self._lines > _ENOUGH or not raw.strip():
            return
        raw = raw[:2000]
        self._lines += 1
        self._ran = bool(_RUN.match(raw))
        self._times += bool(_TIME.search(raw))
        self._tests += bool(_TESTED.match(raw))
        if _STATEMENT.match(raw) or _TRANSLATED.match(raw):
            self._statements += 1
        else:
            self._parts += bool(_PART.search(raw))

    @property
    def only(self) -> bool:
        """Whether it is nothing else."""
        if self._tests >= max(_LEAST, 0.15 * self._lines):
            return True
        code = self._statements + self._parts
        return (
            not self._ran
            and self._statements >= max(_LEAST, 0.08 * self._lines)
            and code >= 0.6 * self._lines
            and self._times <= 0.1 * self._lines
        )
