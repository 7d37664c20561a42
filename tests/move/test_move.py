"""``certbot-sectigo move`` between two CAs, with the real certbot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from certbot_sectigo.accounts import move_journals, store
from certbot_sectigo.machine.dirs import Dirs
from tests.bed.certbot import Certbot
from tests.bed.command import as_json, command
from tests.bed.components import TREE
from tests.bed.paste import paste
from tests.bed.sectigo import Sectigo
from tests.cli.tool import Tool
from tests.move.bed import SHARED, STRANGER, A, Bed, bed


@pytest.fixture
def two(certbot: Certbot, sectigo: Sectigo) -> Iterator[Bed]:
    with bed(certbot, sectigo, ("a.example", "shared.example")) as found:
        yield found


def dirs(two: Bed) -> Dirs:
    return Dirs(*two.certbot.directories)


def test_a_plan_opens_no_order_and_changes_nothing(two: Bed) -> None:
    two.issue(A, STRANGER)
    before = two.files()
    plan = as_json(two.certbot, "move", *two.words, "--from-server", two.sectigo.server,
                   "--dry-run", "--orders")["plan"]  # fmt: skip
    assert [one["lineage"] for one in plan["going"]] == [A, STRANGER]
    assert (plan["orders"], plan["account"], plan["server"]) == (2, None, two.server)
    told = command(two.certbot, "move", *two.words, "--cert-name", A, check=1).output
    assert "Add --yes" in told and f"{A} goes first" in told
    assert "The issuer changes: now SANDBOX Public Server Authentication CA OV R36" in told
    told = command(two.certbot, "move", *two.words, "--from-server", two.sectigo.server,
                   "--sample", "1", "--dry-run").output  # fmt: skip
    assert "It is asked about 1 of 2 sets of names (--sample): the others stay." in told
    assert not two.new.accounts() and {what for what, _ in two.new.counts()} == {"directory"}
    assert two.files() == before and not dirs(two).moves.exists()


def test_one_first_the_rest_pinned_whom_the_new_ca_refuses_stays_and_back(two: Bed) -> None:
    two.issue(A, STRANGER, SHARED)
    before = {name: two.file(name) for name in (A, STRANGER, SHARED)}
    old = {account.name for account in store.read_all(dirs(two).accounts)}

    told = command(two.certbot, "move", *two.words, "--from-server", two.sectigo.server, "--yes",
                   check=1).output  # fmt: skip

    assert f"{STRANGER} stays: The new CA refuses its names" in told
    assert [len(x.names) for x in two.new.orders()] == [1, 1, 1]  # two were asked about only
    assert [two.of_new(name) for name in (A, SHARED, STRANGER)] == [True, False, False]
    assert [two.pinned(name) == two.server for name in (A, SHARED)] == [True, True]
    assert two.file(STRANGER) == before[STRANGER]
    assert old < {account.name for account in store.read_all(dirs(two).accounts)}
    [move] = as_json(two.certbot, "move", "--status")["moves"]
    stand = {one["lineage"]: one["stands"] for one in move["lineages"]}
    assert stand == {A: "renewed", SHARED: "pinned"}

    command(two.certbot, "revoke", "--cert-name", SHARED, "--yes")  # it is still the old CA's
    command(two.certbot, "revoke", "--cert-name", A, "--yes")
    for ca in (two.sectigo.sandbox, two.new):
        assert sum(bool(certificate.revoked) for certificate in ca.certificates()) == 1
    kept = command(two.certbot, "accounts", "clean", "--idle", "--yes").output
    assert old <= {account.name for account in store.read_all(dirs(two).accounts)}, kept

    two.certbot.run("renew", "--force-renewal", "--cert-name", SHARED)
    assert two.of_new(SHARED)
    paste(two.certbot, next(x for x in told.splitlines() if x.endswith("move --undo")),
          more="--yes")  # fmt: skip
    assert [two.pinned(name) for name in (A, SHARED)] == [two.sectigo.server] * 2
    two.certbot.run("renew", "--force-renewal", "--cert-name", A)
    assert not two.of_new(A)


def test_the_guides_lines_and_undo_of_what_was_only_pinned_brings_back_every_byte(
    two: Bed,
) -> None:
    two.issue(A, SHARED)
    before = two.file(SHARED)
    page = (TREE / "docs/move.md").read_text()
    lines = re.findall(r"^\$ sudo (certbot-sectigo move (?:.*\\\n)*.*)$", page, re.MULTILINE)
    words = {"/etc/letsencrypt/harica.ini": two.to, "https://acme.sectigo.com/v2/OV":
             two.sectigo.server}  # fmt: skip
    for line in lines:
        for printed, here in words.items():
            assert printed in line
            line = line.replace(printed, str(here))
        more = " ".join([*Tool(two.certbot).words()[1:], "--yes"])
        paste(two.certbot, line.replace("\\\n", ""), more=more)
    assert len(lines) == 2 and two.of_new(A) and two.file(SHARED) != before
    assert as_json(two.certbot, "move", "--undo", "--yes")["result"]["restored"] == [A, SHARED]
    assert two.file(SHARED) == before


def test_where_the_first_fails_everything_is_as_before(two: Bed) -> None:
    two.issue(A, SHARED)
    before, serial = two.files(), two.certbot.lineage(A).serial
    two.new.fault("server-error", "finalize", times=9)
    told = command(two.certbot, "move", *two.words, "--from-server", two.sectigo.server, "--yes",
                   check=1).output  # fmt: skip
    assert f"{A} was to go first and could not" in told
    after = two.files()
    assert {name: after[name] for name in before} == before
    assert two.certbot.lineage(A).serial == serial
    [move] = move_journals.read_all(dirs(two))
    assert not move.unfinished
    standing = command(two.certbot, "move", "--status").text
    assert f"{A} stays: Failed to renew certificate {A}" in standing
    two.new.clear_faults()
    paste(two.certbot, next(x for x in told.splitlines() if x.endswith("--continue")), more="--yes")
    assert two.of_new(A) and two.pinned(SHARED) == two.server
    assert command(two.certbot, "move", "--continue", "--yes", check=1).output.startswith(
        "certbot-sectigo: There is no move to go on with"
    )
    assert len(two.new.accounts()) == 1


def test_where_the_new_ca_does_not_answer_it_says_how_to_go_on_or_back(two: Bed) -> None:
    two.issue(A)
    two.new.fault("server-error", "newAccount", times=0, seconds=600)
    told = command(two.certbot, "move", *two.words, "--cert-name", A, "--yes", check=1).output
    undo, on = (next(x for x in told.splitlines() if x.endswith(f"move {way}"))
                for way in ("--undo", "--continue"))  # fmt: skip
    again = command(two.certbot, "move", "--continue", "--yes", check=1).output
    assert on in again and undo in again
    two.new.clear_faults()
    agree = next(x for x in again.splitlines() if x.endswith("--agree-tos"))
    paste(two.certbot, agree, more="--email admin@example.org")
    assert two.of_new(A)


def test_where_its_service_refuses_it_links_and_service_are_as_before(
    two: Bed, tmp_path: Path
) -> None:
    site, broken = tmp_path / "site.pem", tmp_path / "broken"
    two.deploy(A, site, broken)
    two.issue(A, SHARED, more=("--installer", "sectigo-eab"))
    command(two.certbot, "deploy")
    before, served = two.files(), site.read_bytes()
    broken.touch()
    told = command(two.certbot, "move", *two.words, "--from-server", two.sectigo.server, "--yes",
                   check=1).output  # fmt: skip
    assert f"{A} was to go first and could not" in told
    assert site.read_bytes() == served
    after = two.files()
    assert {name: after[name] for name in before} == before
    assert len(two.new.certificates()) == 1  # it was issued, and is in certbot's archive

    broken.unlink()
    command(two.certbot, "move", *two.words, "--cert-name", A, "--yes")
    assert two.of_new(A) and site.read_bytes() != served
