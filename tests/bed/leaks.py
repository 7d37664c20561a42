"""No secret in anything that is said, over all tests: outputs, logs, arguments, variables.

In a run of all tests every process of the test environment notes each value that becomes a
:class:`~certbot_sectigo.base.secret.Secret`, whoever planted it, and each program that it starts
(:mod:`tests.bed.proposals_hook`). At the end what was said is searched for all of them, as they
are and in base64: secrets that a later test made as well as earlier ones.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import itertools
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.bed.proposals_hook import REGISTER, note, notes

_WORD = re.compile(r"[A-Za-z0-9_~.+/-]{8,}=*")
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----(.*?)-----END", re.DOTALL)
_OPTION = re.compile(r".*eab.hmac.key.*")
"""What certbot itself writes into its log where somebody gives it the key as an option."""
_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "k"}
"""Members of a private key as JSON (RFC 7517) that are nobody else's business."""
_ASKED_FOR = (
    ("accounts", "export"),  # prints the key, and is asked whether it may
)
"""Words of commands whose output is a secret, and is meant to be."""


def said(args: Sequence[str], files: Iterable[Path]) -> None:
    """Note a run and the files with what it said, where that is collected."""
    register = os.environ.get(REGISTER)
    if register is None:
        return
    told = {"args": json.dumps(list(args)), "files": json.dumps([str(path) for path in files])}
    note(register, "said", told)


def terminal_file() -> Path:
    """Return a new file for what is said on a terminal; none is kept where nothing is collected."""
    register = os.environ.get(REGISTER)
    if register is None:
        return Path(os.devnull)
    for number in itertools.count():
        path = Path(register, f"terminal.{os.getpid()}.{number}")
        with contextlib.suppress(FileExistsError):
            path.touch(exist_ok=False)
            return path
    raise AssertionError


def complaints(register: Path) -> list[str]:
    """Say what has a secret in it; the secret itself is not repeated."""
    secrets = frozenset(
        part for line in notes(str(register), "secret") for part in parts(line["value"])
    )
    found: dict[str, None] = {}
    logs: set[str] = set()
    for line in notes(str(register), "said"):
        args = json.loads(line["args"])
        if "--logs-dir" in args[:-1]:
            logs.add(args[args.index("--logs-dir") + 1])
        if any(all(word in args for word in words) for words in _ASKED_FOR):
            continue
        for path in json.loads(line["files"]):
            if leaked(_text(Path(path)), secrets):
                found[f"{path}: what was said by {' '.join(args[:1] + args[-4:])}"] = None
    for path in itertools.chain(
        register.glob("terminal.*"), *(Path(folder).glob("*.log*") for folder in sorted(logs))
    ):
        text = _text(path)
        if leaked(_OPTION.sub("", text), secrets):
            found[str(path)] = None
    for line in notes(str(register), "started"):
        if leaked(line["args"], secrets):
            found[f"the arguments of {json.loads(line['args'])[0]}"] = None
        if leaked(line["env"], secrets):
            names = [k for k, v in json.loads(line["env"]).items() if leaked(v, secrets)]
            found[f"{', '.join(names)} of {json.loads(line['args'])[0]}"] = None
    return list(found)


def parts(value: str) -> Iterator[str]:
    """Give the words of a secret that alone would tell it."""
    bare = value.strip()
    if bare.startswith("{"):
        with contextlib.suppress(ValueError):
            yield from _members(json.loads(bare))
    elif "PRIVATE KEY" in bare:
        for body in _PEM.findall(bare):
            yield from (line for line in body.split()[1:-1] if len(line) > 40)
    elif len(bare) >= 12 and not re.search(r"\s", bare):
        yield bare


def _members(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, member in value.items():
            if name in _PRIVATE and isinstance(member, str) and len(member) >= 12:
                yield member
            else:
                yield from _members(member)


def leaked(text: str, secrets: frozenset[str], deep: int = 2) -> bool:
    """Return whether one of the secrets stands in a text, as it is or in base64."""
    for word in set(_WORD.findall(text)):
        for piece in {word, word.rstrip("="), *word.split("=")}:
            if piece in secrets:
                return True
            if deep and len(piece) >= 16:
                decoded = _decoded(piece)
                if decoded and leaked(decoded, secrets, deep - 1):
                    return True
    return False


def _decoded(word: str) -> str:
    try:
        usual = word.rstrip("=").replace("-", "+").replace("_", "/")
        return base64.b64decode(usual + "=" * (-len(usual) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""  # the test has removed it
