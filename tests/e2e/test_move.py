"""A move to another CA and back, with whichever certbot is there."""

from __future__ import annotations

from certbot_sectigo.accounts import move_journals
from certbot_sectigo.machine.dirs import Dirs
from tests.bed.certbot import Certbot
from tests.bed.command import command
from tests.bed.sectigo import Sectigo
from tests.move.bed import SHARED, STRANGER, A, bed


def test_one_is_issued_the_rest_is_pinned_and_all_comes_back(
    certbot: Certbot, sectigo: Sectigo
) -> None:
    names = (A, SHARED, STRANGER)
    with bed(certbot, sectigo, ("a.example", "shared.example")) as two:
        two.issue(*names)
        before = {name: two.file(name) for name in names}
        command(certbot, "move", *two.words, "--from-server", sectigo.server, "--yes", check=1)
        assert [two.of_new(name) for name in names] == [True, False, False]
        assert [two.pinned(name) == two.server for name in names] == [True, True, False]
        assert not two.stranded(names)
        assert move_journals.unfinished(Dirs(*certbot.directories)) is None

        command(certbot, "move", "--undo", "--yes")
        assert [two.file(name) == before[name] for name in names[1:]] == [True, True]
        certbot.run("renew", "--force-renewal", "--cert-name", A)
        assert two.pinned(A) == sectigo.server and not two.of_new(A)
