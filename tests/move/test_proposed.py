"""Every command that ``move`` proposes does what is said, run as it is printed."""

from __future__ import annotations

from datetime import datetime, timezone

from certbot_sectigo.accounts import move_journals
from certbot_sectigo.accounts.move_journals import Move
from certbot_sectigo.machine.dirs import Dirs
from tests.bed.certbot import Certbot
from tests.bed.command import as_json, command
from tests.bed.paste import paste
from tests.bed.sectigo import Sectigo
from tests.move.bed import A, bed


def printed(text: str, end: str) -> str:
    """Find the one line of a message that ends like this."""
    [line] = {line.strip() for line in text.splitlines() if line.endswith(end)}
    return line


def test_they_do_what_is_said(certbot: Certbot, sectigo: Sectigo) -> None:
    with bed(certbot, sectigo, ("a.example",)) as two:
        two.issue(A)
        old = certbot.lineage(A).account
        words = {"FILE": two.to, "NAME": A, "OLD": old, "URL": sectigo.server}
        usage = command(certbot, "move", check=2).output
        for end in ("--cert-name NAME", "--all-of OLD", "--from-server URL"):
            told = paste(certbot, printed(usage, end), words, more="--dry-run").output
            assert f"{A} goes first" in told and "Nothing was changed" in told

        new = as_json(certbot, "accounts", "register", "--credentials", two.to, "--agree-tos",
                      "--email", "a@a.example", "--yes")["result"]["account"]  # fmt: skip
        refused = command(certbot, "accounts", "pin", new, "--cert-name", A, "--yes", check=1)
        told = paste(certbot, printed(refused.output, A), words, more="--dry-run --orders").output
        assert "which the CA has accepted" in told

        nothing = command(certbot, "move", "--continue", check=1).output
        assert "Nothing was moved here" in paste(certbot, printed(nothing, "--status")).output
        dirs = Dirs(*certbot.directories)
        now = datetime.now(timezone.utc)
        move = Move("m", now, two.server, two.pair.kid, str(two.to), (), new, asked=True)
        move_journals.write(dirs, move)
        assert "to go on" in command(certbot, "move", "--status", check=1).output.lower()
        unfinished = command(certbot, "move", *two.words, "--cert-name", A, check=1).output
        told = paste(certbot, printed(unfinished, "--undo"), more="--yes").output
        assert "Taken back" in told
        move_journals.write(dirs, move)
        told = paste(certbot, printed(unfinished, "--continue"), more="--yes", check=1).output
        assert "None of the lineages goes" in told

        # What its renewal file was like is lost: that is told, and never taken for undone.
        command(certbot, "move", *two.words, "--cert-name", A, "--yes")
        (record,) = dirs.backup.glob("move-*.json")
        record.write_text("{")
        told = command(certbot, "move", "--undo", "--yes", check=1).output
        assert "What its renewal file was like is not known" in told
        paste(certbot, printed(told, "--move-server"), more="--yes")
        assert two.pinned(A) == sectigo.server

        (dirs.moves / "m.json").write_text("{")
        standing = as_json(certbot, "move", "--status", check=1)
        assert len(standing["moves"]) == 1 and str(dirs.moves / "m.json") in standing["unread"][0]
        assert str(dirs.moves / "m.json") in as_json(certbot, "accounts", "list")["unread"][0]
        told = command(certbot, "move", "--status", check=1).output
        for way in (("--undo",), ("--continue",), (*two.words, "--cert-name", A)):
            said = command(certbot, "move", *way, "--yes", check=1).output
            assert "How moves stand is not known" in said
            assert printed(said, ".unreadable") == printed(told, ".unreadable")
        paste(certbot, printed(told, ".unreadable"))
        assert as_json(certbot, "move", "--status")["unread"] == []
