"""``certbot-sectigo explain``: what an error or a log means, and what to do."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from certbot_sectigo.base import errors
from certbot_sectigo.base.reading import ODD, status
from certbot_sectigo.ca.catalogue import PROFILES
from certbot_sectigo.cli.format import document
from certbot_sectigo.cli.shared import standard_input
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.path_types import File
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.explain import explanation
from certbot_sectigo.explain.explanation import Explanation
from certbot_sectigo.explain.findings import read
from certbot_sectigo.explain.known import SPEAKERS
from certbot_sectigo.explain.places import bearing, tells
from certbot_sectigo.explain.reading import Reading
from certbot_sectigo.explain.situation import survey
from certbot_sectigo.machine import commands, network, timers
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.machine.logs import files

_MOST_LOGS = 20
_MOST_SHOWN = 3
_LONGEST_LINE = 1 << 18
"""Characters of a line that are read; what comes behind them on it is not."""


@click.command("explain")
@click.argument("source", nargs=-1, metavar="[FILE|-|SENTENCE]...", type=File())
@click.option("--all", "show_all", is_flag=True, help="Show all that is found, not the first 3.")
@click.option("--list", "show_list", is_flag=True, help="Print all that is known, as Markdown.")
@click.pass_obj
def command(ctx: CommandContext, source: tuple[str, ...], show_all: bool, show_list: bool) -> int:
    """Print what an error or a log means, its usual causes, and what to do.

    Reads the newest of certbot's logs that shows an error; or the log FILE (compressed
    ones too, and those of other ACME clients); or standard input (-, or what is piped in);
    or the words of a SENTENCE. Changes nothing and asks nobody.

    Exit code: 0 explained, or a log without an error; 1 not understood.
    """
    if show_list:
        if ctx.json:
            document.write("explain", entries=list(_entries()))
        else:
            click.echo(catalogue(), nl=False)
        return 0
    dirs = Dirs(ctx.config_dir, ctx.work_dir, ctx.logs_dir)
    name, reading = _read(source, dirs)
    lacks: tuple[network.Lack, ...] = ()
    if network.given(os.environ):
        starts = timers.read(ctx.system_root, ctx.config_dir).starts
        lacks = tuple(network.lacking(os.environ, starts, ctx.system_root))
    found = [
        explanation.explain(finding, replace(survey(finding.told, dirs), lacks=lacks))
        for finding in reading.findings
    ]
    if ctx.json:
        document.write("explain", **_document(name, reading, found))
    else:
        _print(name, reading, found if show_all else _few(found), len(found), dirs.logs_dir)
    return 0 if found or reading.clean else 1


def catalogue() -> str:
    """Write the whole catalogue as a Markdown list."""
    lines = []
    for speaker, entries in SPEAKERS.items():
        lines += [f"### {speaker[0].upper()}{speaker[1:]}", ""]
        lines += ["| entry | what it means | seen or defined in |", "| --- | --- | --- |"]
        for entry in entries:
            sources = ", ".join(entry.sources)
            lines.append(f"| `{entry.key}` | {entry.title} | {sources} |")
        lines.append("")
    lines += ["### What CAs ask of registrations and orders", ""]
    lines += ["| CA | what is known | from |", "| --- | --- | --- |"]
    for ca in PROFILES:
        for sentence, source in ca.customs.sentences():
            lines.append(f"| {ca.name} | {sentence} | {source} |")
    lines.append("")
    return "\n".join(lines)


def _entries() -> Iterator[dict[str, Any]]:
    """Return the whole catalogue for programs."""
    for speaker, entries in SPEAKERS.items():
        for entry in entries:
            yield {
                "speaker": speaker,
                "entry": entry.key,
                "title": entry.title,
                "sources": list(entry.sources),
            }


def _read(source: tuple[str, ...], dirs: Dirs) -> tuple[str, Reading]:
    """Read what the call names; give what to call it and what it says."""
    if not source or source == ("-",):
        given = standard_input.pieces() if source else standard_input.unasked()
        return _newest(dirs.logs_dir) if given is None else ("standard input", read(_lines(given)))
    if len(source) == 1 and _is_path(source[0]):
        return source[0], _file(Path(source[0]))
    return "the sentence", read([" ".join(source)] if "\n" not in source[0] else
                                "\n".join(source).splitlines())  # fmt: skip


def _newest(logs_dir: Path) -> tuple[str, Reading]:
    """Read certbot's logs, newest first, up to one that shows an error."""
    trouble: list[files.Unread] = []
    logs = files.find(logs_dir, trouble=trouble)
    if not logs:
        if trouble:
            raise errors.Error(
                f"certbot's logs cannot be read: {trouble[0].log}: {trouble[0].reason}.",
                ""
                if trouble[0].reason == ODD
                else "Run it as the user certbot runs as, most often root (sudo).",
            )
        raise errors.Error(
            f"There is no log of certbot's in {logs_dir}.",
            "Name the log, or certbot's folder of logs, or paste the error:\n"
            + "\n".join(
                commands.ours("explain", *words)
                for words in (("FILE",), ("--logs-dir", "DIR"), ("-",))
            ),
        )
    newest = _file(logs[0])
    if not newest.clean:
        return str(logs[0]), newest
    for log in logs[1:_MOST_LOGS]:
        reading = _file(log)
        if not reading.clean and reading.findings:
            return f"{log} (newer ones show no error)", reading
    return str(logs[0]), newest


def _file(path: Path) -> Reading:
    trouble: list[files.Unread] = []
    reading = read(_lines(files.blocks(path, trouble)))
    if trouble and not reading.findings:
        raise errors.Error(
            f"{path} could not be read: {trouble[0].reason}",
            "Give the part that matters as a file." if reading.lines else "Run it as root (sudo)?",
        )
    if trouble:
        say(f"{path}: {trouble[0].reason}", err=True)
    return reading


def _lines(blocks: Iterable[str]) -> Iterator[str]:
    """Cut text that comes in pieces into lines; of one that is endless the beginning is kept."""
    rest = ""
    for block in blocks:
        *whole, rest = (rest + block).split("\n")
        yield from (line[:_LONGEST_LINE] for line in whole)
        rest = rest[:_LONGEST_LINE]
    if rest:
        yield rest


def _is_path(text: str) -> bool:
    """Tell a file from a sentence.

    :raises certbot_sectigo.base.errors.Error: if it can only be a file, and is not there.
    """
    try:
        found = status(Path(text))
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return False
        raise errors.Error(f"{text} cannot be read: {error.strerror}.") from None
    if found is not None and stat.S_ISREG(found.st_mode):
        return True
    if found is not None:
        what = "a folder" if stat.S_ISDIR(found.st_mode) else ODD
        raise errors.Error(f"{text} is {what}.", "Name a log, or pipe it in, with - for its name.")
    if " " not in text and text.startswith(("/", "./", "../", "~")):
        raise errors.Error(f"{text} does not exist.", "Name a log, - or the words of an error.")
    return False


def _few(found: list[Explanation]) -> list[Explanation]:
    return found[:_MOST_SHOWN]


def _print(
    name: str, reading: Reading, shown: Iterable[Explanation], total: int, logs_dir: Path
) -> None:
    shown = list(shown)
    import shutil

    width = shutil.get_terminal_size((explanation.WIDTH, 0)).columns
    if reading.log or reading.findings:
        later = " (later runs in it show no error)" if reading.later_runs else ""
        say(f"From {name}{later}:\n")
    for each in shown:
        text = explanation.as_text(each, width=width)
        title, _, rest = text.partition("\n")
        click.secho(title, bold=True)
        click.echo(f"{rest}\n")
        if each is shown[0] and reading.decisive is not None:
            first, *told = _most_likely(*reading.decisive)
            if told:  # else the line alone, which adds nothing to an answer
                click.echo("\n".join([first, *told, ""]))
    if total > len(shown):
        say(f"{total - len(shown)} more: --all shows them.")
    for text in reading.unexplained:
        say(f"An error, but not one that is known here: {text}")
    if reading.unexplained and not shown:
        say("\n".join(tells(reading.unexplained[-1])))
    if reading.documentation:
        say(
            "This names errors as a manual does; no failure of a run was found in it. Is it what "
            "a program printed? Then have its lines explained without what stands around them."
        )
        if reading.supposed is not None:
            say(
                f"Only if line {reading.supposed.line} is yours, and no example: "
                f"{reading.supposed.entry.title}. Then have that line explained alone."
            )
    elif reading.clean:
        say("This log shows no error.")
        if reading.success is not None:
            say(f"It ended well (line {reading.success[0]}): {reading.success[1]}")
    elif not shown and not reading.unexplained:
        say("\n".join(_nothing(name, reading, logs_dir)))


def _nothing(name: str, reading: Reading, logs_dir: Path) -> Iterator[str]:
    """Say that nothing was recognised, what was looked at, and what looks most like it."""
    read_as = "a debug log of certbot's" if reading.log else "text"
    yield f"Nothing in {name} is known here ({reading.lines} lines, read as {read_as})."
    if reading.hint is not None:
        yield f"Is a word misspelt? Near to it is: {reading.hint.title} ({reading.hint.key})."
    if reading.passed_over:
        yield (
            f"{reading.passed_over} of them tell what others asked a server for, or what other "
            "programs did. Nothing about your certificates follows from them."
        )
    elif not reading.acme and not reading.log:
        yield "No word of an ACME server or of a client that asks for certificates stands in it."
    if reading.decisive is not None:
        yield from _most_likely(*reading.decisive)
    others = [each for each in reading.likely if each != reading.decisive]
    if others:
        yield "What else looks like a failure in it:"
        yield from (f"  line {number}: {text}" for number, text in others)
    yield "Have the client's whole debug log of the run explained, rather than its last line:"
    log = str(logs_dir / "letsencrypt.log") if reading.log else "FILE"
    yield f"  {commands.ours('explain', log)}"
    yield "Print what is known:"
    yield f"  {commands.ours('explain', '--list')}"


def _most_likely(number: int, text: str) -> Iterator[str]:
    """Say what the structure of the line that most likely decides tells."""
    yield f"What decides is most likely line {number}: {text}"
    yield from tells(text)


def _decisive(reading: Reading) -> dict[str, object] | None:
    if reading.decisive is None:
        return None
    number, text = reading.decisive
    found = bearing(text)
    return {
        "line": number,
        "text": text,
        "place": found.place.key if found.place else None,
        "reason": found.reason or None,
        "instruction": found.instruction or None,
        "evidence": found.evidence or None,
    }


def _document(name: str, reading: Reading, found: list[Explanation]) -> dict[str, object]:
    return {
        "source": name,
        "clean": reading.clean,
        "findings": [explanation.as_json(each) for each in found],
        "unexplained": list(reading.unexplained),
        "likely": [{"line": number, "text": text} for number, text in reading.likely],
        "decisive": _decisive(reading),
        "hint": reading.hint.key if reading.hint else None,
    }
