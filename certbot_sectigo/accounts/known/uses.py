"""Signs that an account is in use which no lineage shows: settings, scheduled runs, logs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from certbot_sectigo.machine.schedules import Source, lines, read_text, schedules, settings_files

# certbot takes any unambiguous beginning of an option.
_ACCOUNT = re.compile(r"""--ac(?:c(?:o(?:u(?:nt?)?)?)?)?(?:=|\s+)["']?([^\s"'$;&|<>()`]+)""")
_CONFIG = re.compile(r"""\s(?:-c|--config)(?:=|\s+)["']?([^\s"'$;&|<>()`]+)""")
_SETTING = re.compile(r"""\s*(?:--)?account\s*[=:\s]\s*["']?([^\s"'#]+)""")


class Mention(NamedTuple):
    """A place outside the renewal files that names an account."""

    account: str
    source: Source
    path: Path
    line: int


def mentions(
    config_dir: Path,
    system_root: Path,
    environ: Mapping[str, str],
    trouble: list[str] | None = None,
) -> list[Mention]:
    """Return the accounts that cli.ini, cron tables and systemd units name.

    :param config_dir: certbot's configuration directory.
    :param system_root: where ``etc``, ``var``, ``usr``, ``lib`` and ``run`` are looked up.
    :param environ: tells where certbot looks for the user's cli.ini.
    :param trouble: gets what could not be read, as ``path: reason``; it may name accounts.
    """
    found: list[Mention] = []
    settings = settings_files(config_dir, system_root, environ)
    for source, path in schedules(system_root, trouble):
        text = read_text(path, trouble)
        if "certbot" not in text and "letsencrypt" not in text and "--ac" not in text:
            continue
        for number, line in lines(text):
            for match in _ACCOUNT.finditer(line):
                found.append(Mention(match[1], source, path, number))
            if "certbot" in line or "letsencrypt" in line:
                for match in _CONFIG.finditer(line):
                    settings.append(system_root / match[1].lstrip("/"))
    for path in dict.fromkeys(settings):
        for number, line in lines(read_text(path, trouble)):
            setting = _SETTING.match(line)
            if setting:
                found.append(Mention(setting[1], Source.CONFIG, path, number))
    return found
