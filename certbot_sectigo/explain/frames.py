"""Pure: files of the user's that Python takes for modules of its own, by the frames of tracebacks.

Python looks for a module first where it was started, or where a script lies. A file there with
the name of a standard module is imported in its place, by code that knows nothing of it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

_FRAME = re.compile(r"\bFile \\?\"([^\"\n]{1,300}?)\\?\", line \d{1,7}, in ")
_NAMED = re.compile(
    r"(?:cannot import name .{1,80} from .{1,80}\(|consider renaming ['\"]|partially initialized "
    r"module .{1,80} from ['\"])(/[^\"'()\n]{1,300}\.py)\b"
)
"""How Python itself names the file."""
_INSTALLED = re.compile(
    r"/(?:site|dist)-packages/|/lib(?:64)?/(?:python|pypy)[\d.]{0,6}/|\.zip/|\A<|/Frameworks/Python"
    r"|\\(?:Lib|DLLs)\\|/bin/[\w.-]{1,80}\Z"
)
"""Parts of paths of what was installed: Python's own modules, packages, programs."""
_FILE = re.compile(r"[/\\](\w+)(?:[/\\]__init__)?\.py\Z")
_OLD = (
    "abc argparse array ast asyncio base64 bisect calendar cgi cmd code codecs collections "
    "configparser contextlib copy crypt csv ctypes dataclasses datetime decimal dis email enum "
    "errno fcntl fnmatch ftplib functools getpass glob grp gzip hashlib heapq hmac html http "
    "imaplib imp importlib inspect io ipaddress itertools json keyword linecache locale logging "
    "math mimetypes numbers operator os parser pathlib pickle pkgutil platform plistlib pprint "
    "profile pwd queue random re resource sched secrets select selectors shlex shutil signal site "
    "smtplib socket socketserver ssl stat statistics string struct subprocess sys syslog tarfile "
    "tempfile test textwrap threading time timeit token tokenize trace traceback types typing "
    "unittest urllib uuid warnings weakref xml xmlrpc zipfile zlib"
)
"""Modules of Python 3.9, which cannot tell them, as far as people call scripts so."""
_STANDARD = frozenset(getattr(sys, "stdlib_module_names", _OLD.split()))


@dataclass(frozen=True)
class Shadow:
    """A file in the place of a standard module, and where a text speaks of it."""

    file: str
    start: int
    end: int


def shadows(text: str) -> Iterator[Shadow]:
    """Find the files of the user's that were imported in place of standard modules."""
    before = ""
    for frame in _FRAME.finditer(text):
        path = frame[1]
        # What a program of the user's imports of itself shadows nothing.
        if before and _INSTALLED.search(before) and _shadows(path):
            yield Shadow(path, *frame.span())
        before = path
    for named in _NAMED.finditer(text):
        if _shadows(named[1]):
            yield Shadow(named[1], *named.span())


def _shadows(path: str) -> bool:
    found = _FILE.search(path)
    return bool(found) and not _INSTALLED.search(path) and str(found and found[1]) in _STANDARD
