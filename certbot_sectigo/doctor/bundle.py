"""What somebody who helps needs, in one archive: redacted, and looked through before it is written.

Two things keep secrets out. Each text is masked, by what this machine is known to hold and by
what secrets look like. Then all texts are searched once more for everything that is known; where
one of it is found after all, there is no archive.
"""

from __future__ import annotations

import gzip
import io
import re
import tarfile
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from certbot_sectigo.base import errors
from certbot_sectigo.base.secret import Secret
from certbot_sectigo.doctor.readers import hmac_keys
from certbot_sectigo.doctor.readers.hmac_keys import MASK

FOLDER = "certbot-sectigo"
"""What the archive unpacks to."""

_SHORTEST = 6
"""Letters of a value that is masked within longer words, too."""
_NAME = (
    r"(?:passw(?:or)?d|passphrase|secret|token|credential|api[_-]?key|hmac[_-]?key"
    r"|private[_-]?key)[\w-]{0,40}"
)
_QUOTE = r"""\\?["']"""
_VALUE = rf"""(?:{_QUOTE}(?!/)[^"'\r\n\\]+|(?!/)[^\s"',;&|)\]}}]+)"""
_LOOKS = (
    # PEM, its lines as they are or written with \\n; one that is cut off goes to the end.
    (r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?=-----END |\Z)", r"\1" + MASK),
    (r"(://)[^/\s@\"']+(?=@)", r"\1" + MASK),
    (r"(?i)((?:proxy-)?authorization|(?:set-)?cookie|x-(?:api|auth)[\w-]*)(\\?[\"']?\s*[:=]\s*)"
     r"[^\r\n]+", r"\1\2" + MASK),
    (rf"(?i)({_NAME}(?:{_QUOTE})?\s*[=:]\s*){_VALUE}", r"\1" + MASK),
    # An option of a command line, and one in a list of words, as Python prints it.
    (rf"(?i)((?<![\w-])--[\w-]{{0,40}}{_NAME}(?:{_QUOTE}\s*,\s*|\s+)){_VALUE}", r"\1" + MASK),
    # JWK, RFC 7518 section 6.
    (rf"({_QUOTE}(?:d|p|q|dp|dq|qi|k){_QUOTE}\s*:\s*{_QUOTE})[\w=-]{{16,}}", r"\1" + MASK),
)  # fmt: skip
_PATTERNS = tuple((re.compile(pattern, re.DOTALL), instead) for pattern, instead in _LOOKS)


def masked(text: str, known: Collection[Secret]) -> str:
    """Put the mask in the place of every secret; pure.

    :param known: values that are masked wherever they stand, short ones and plain words where
        they stand as words of their own.
    """
    text = hmac_keys.masked(text, hmac_keys.find(text))
    within, words = _sorted(known)
    for value in within:
        text = text.replace(value, MASK)
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    # Last, as a mask beside it makes a word of what was none.
    return words.sub(MASK, text)


def refuse_leak(texts: Mapping[str, str], known: Collection[Secret]) -> None:
    """Look for every known secret in every text.

    :param texts: by name.
    :raises certbot_sectigo.base.errors.Error: if one is there; says where, and not which.
    """
    within, words = _sorted(known)
    for name, text in texts.items():
        if any(value in text for value in within) or words.search(text) or hmac_keys.find(text):
            raise errors.Error(
                f"Nothing was written: {name} would have had a secret in it.",
                "This is a fault of certbot-sectigo; please report it, without that file.",
            )


def _sorted(known: Iterable[Secret]) -> tuple[list[str], re.Pattern[str]]:
    """Give the values that count within longer words, too, longest first, and find the others.

    Those others within a longer word say nothing, and would have every text made unreadable.
    """
    within, words = [], []
    for value in sorted({secret.reveal() for secret in known}, key=lambda v: (-len(v), v)):
        if len(value) < _SHORTEST or re.fullmatch(r"[a-z]+|\d+", value):
            words.append(re.escape(value))
        else:
            within.append(value)
    return within, re.compile(rf"(?<!\w)(?:{'|'.join(words) or '(?!)'})(?!\w)")


def pack(texts: Mapping[str, str], when: datetime) -> bytes:
    """Return a .tar.gz of texts, each for its owner alone.

    :param texts: by name, with folders.
    :param when: is the time of all of them.
    """
    seconds, plain = int(when.timestamp()), io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, text in sorted(texts.items()):
            data = text.encode("utf-8", "replace")
            entry = tarfile.TarInfo(f"{FOLDER}/{name}")
            entry.size, entry.mtime, entry.mode = len(data), seconds, 0o600
            archive.addfile(entry, io.BytesIO(data))
    return gzip.compress(plain.getvalue(), mtime=seconds)
