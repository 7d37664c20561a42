"""Whether a command line renews, and the lineages of which configuration directory."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from certbot_sectigo.machine import schedules
from certbot_sectigo.machine.dirs import Dirs

# certbot with "renew" among its words; scripts often hold its path in a variable
_RENEWS = re.compile(r"(?:certbot|letsencrypt)\S*[\"']?(?:\s+[^\s|;&]+)*?\s+[\"']?renew\b", re.I)
PATH = re.compile(r"(?<![\w./-])/[\w./+-]+")
"""A word of a command that may name a script."""
_CERTBOT = re.compile(r"certbot|letsencrypt", re.I)
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_CONTAINER = re.compile(r"\b(?:docker|podman|nspawn|chroot|ssh)\b")
"""What runs a command where other paths hold."""
_SETTING = re.compile(r"\s*(?:--)?config[-_]dir\s*[=:\s]\s*[\"']?([^\"'#;]*?)[\"']?\s*")


def renews(system_root: Path, command: str) -> bool:
    """Return whether a command line, or a script that it names, renews."""
    return any(_renewing(system_root, command, ""))


def says_renew(line: str) -> bool:
    """Return whether a line itself has certbot renew, not a script that it names."""
    return _RENEWS.search(line) is not None


def is_for(config_dir: Path, system_root: Path, command: str, around: str) -> bool:
    """Return whether a command line renews a configuration directory's lineages, or may do so.

    :param system_root: where everything outside of `config_dir` is looked up.
    :param around: what the files around it set: the cron table, or the unit.
    """
    for line, text in _renewing(system_root, command, around):
        parts = re.split(r"[;&|]+", line)
        renewing = [part for part in parts if _CERTBOT.search(part) and "renew" in part]
        for part in renewing or [line]:
            named = _named(_filled(part, text), system_root)
            if named is None or _same(config_dir, named, system_root):
                return True
    return False


def options_file(command: str, around: str, system_root: Path, config_dir: Path) -> Path | None:
    """Return the file of options that a command line names with ``--config``, if it names one.

    None as well where it cannot be told; of several the last counts.
    """
    for line, text in _renewing(system_root, command, around):
        for part in re.split(r"[;&|]+", line):
            if _CONTAINER.search(part) or not _RENEWS.search(part):
                continue
            words = _split(_filled(part, text))
            named = [*values(words, "-c"), *values(words, "--config")]
            if named and named[-1].startswith("/") and "$" not in named[-1]:
                path = Path(named[-1])
                return path if config_dir in path.parents else system_root / named[-1].lstrip("/")
    return None


def _renewing(system_root: Path, command: str, around: str) -> Iterator[tuple[str, str]]:
    """Find the lines that renew, the command's own or a script's, with what is set around them."""
    if _RENEWS.search(command):
        yield command, around
        return
    found = False
    for word in PATH.findall(command):
        script = schedules.read_text(system_root / word.lstrip("/"))
        for _, line in schedules.lines(script) if script.startswith("#!") else ():
            if _RENEWS.search(line):
                found = True
                yield line, f"{around}\n{script}"
    if not found and "certbot" in command and "renew" in command:
        yield command, around


def _filled(part: str, around: str) -> str:
    """Put in the variables that are set around it; what else has a dollar stays."""

    def value(found: re.Match[str]) -> str:
        name = re.escape(found[1] or found[2])
        quoted = rf"\"{name}=([^\"\n]*)\"|'{name}=([^'\n]*)'"  # as systemd's Environment= has it
        plain = rf"(?<![\w$]){name}=(?:\"([^\"\n]*)\"|'([^'\n]*)'|([^\s\"';]*))"
        values = re.findall(f"{quoted}|{plain}", around)
        return next(filter(None, values[-1]), "") if values else found[0]

    return _VARIABLE.sub(value, part)


def _named(part: str, system_root: Path) -> str | None:
    """Return the directory that a certbot goes by; None where that cannot be told."""
    words = _split(part)
    given = list(values(words, "--config-dir"))
    if not given and (_CONTAINER.search(part) or any("$" in word for word in words)):
        return None
    if not given:
        default = Dirs().config_dir
        files = schedules.settings_files(system_root / str(default).lstrip("/"), system_root, {})
        files += [
            system_root / file.lstrip("/")
            for name in ("--config", "-c")
            for file in values(words, name)
        ]
        texts = map(schedules.read_text, dict.fromkeys(files))
        lines = (line for text in texts for _, line in schedules.lines(text))
        given = [str(default), *(m[1] for m in map(_SETTING.fullmatch, lines) if m)]
    found = given[-1].replace("%%", "%").replace("\\%", "%")
    return found if found.startswith("/") and "$" not in found else None


def _split(part: str) -> list[str]:
    try:
        return shlex.split(part)
    except ValueError:  # a quote without its fellow
        return part.split()


def values(words: Sequence[str], option: str) -> Iterator[str]:
    """Iterate over the values that an option is given."""
    for at, word in enumerate(words):
        if word == option:
            yield from words[at + 1 : at + 2]
        elif word.startswith(f"{option}="):
            yield word.partition("=")[2]


def _same(config_dir: Path, named: str, system_root: Path) -> bool:
    below = system_root / named.lstrip("/")
    return os.path.realpath(config_dir) in (os.path.realpath(named), os.path.realpath(below))
