"""Which line ends a script before it renews: only where that is certain."""

from __future__ import annotations

import pytest

from certbot_sectigo.machine import scripts


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("exit 0", 2),
        ("exit", 2),
        ("exit 0 # for now", 2),
        ("# why\n\nexit 0", 4),
        ("PATH=/bin\nset -e\n[ -x /bin/a ] || exit 0\necho 'a; b' >/dev/null 2>&1\nexit 1", 6),
        ("exec /bin/true", 2),
        ("echo a \\\n  b\nexit 0", 4),
        # What may not end it, or do the work itself.
        ("exec {lock}>/run/lock/x", 0),
        ("exec >/log 2>&1", 0),
        ("exec /opt/renew", 0),
        ("/opt/renew\nexit 0", 0),
        (". /etc/default/x\nexit 0", 0),
        ("echo a; /opt/renew\nexit 0", 0),
        ('echo "$(/opt/renew)"\nexit 0', 0),
        ("  exit 0", 0),
        ("exit 0 | cat", 0),
        ("[ -x /bin/a ] ||\nexit 0", 0),
        ("[ -x /bin/a ] || \\\nexit 0", 0),
        ("echo 'a\nexit 0\n'", 0),
        ('echo "it\'s\nexit 0\n"', 0),
        ("cat <<E\nexit 0\nE", 0),
        ("cat f | while read x; do\nexit 0\ndone", 0),
        ("if [ $# -gt 0 ]; then\nls | while read x; do\necho $x\ndone\nexit 0\nfi", 0),
        ("if a; then\nexit 0\nfi", 0),
        ("if a; then b\nelse if c; then\nfi\nexit 0\nfi", 0),
        ("! if a; then\nexit 0\nfi", 0),
        ("if a\nthen\nexit 0\nfi", 0),
        ("until false\ndo\nexit 0\ndone", 0),
        ("die () { # why\nexit 1\n}", 0),
        ("die() { echo $1\nexit 1\n}", 0),
        ("die()\n{\nexit 1\n}", 0),
        ("function die\n{\nexit 1\n}", 0),
        ("( cd /tmp\nexit 0\n)", 0),
        ("(  # sub\nexit 0\n)", 0),
        ("x=$(\nexit 0\n)", 0),
        ("x=`\nexit 0\n`", 0),
        ("case $1 in\na)\nexit 0\n;;\nesac", 0),
    ],
)
def test_what_ends_a_script(body: str, line: int) -> None:
    why = scripts.ended(f"#!/bin/sh\n{body}\ncertbot -q renew\n")
    assert why == (f"ends in line {line}, before it renews" if line else "")


def test_what_is_no_script_of_a_shell() -> None:
    for first in ("#!/usr/bin/python3", "#!/usr/bin/perl", ""):
        assert scripts.ended(f"{first}\nexit\ncertbot -q renew\n") == ""
