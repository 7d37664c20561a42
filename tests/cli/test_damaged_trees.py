"""200 damaged trees: no command that reads falls over, and none changes anything."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from certbot_sectigo.cli.main import main
from tests.bed import schema, tree
from tests.bed.certbot import Certbot
from tests.cli import trees
from tests.cli.tool import Tool

TREES = 100
BATCH = 20
# Command -> the exit codes it may have: looking never fails, asking for one thing may.
COMMANDS = (
    (("accounts", "list"), {0}),
    (("--json", "accounts", "list"), {0}),
    (("--json", "accounts", "list", "--server", "https://ca.example/v2/OV"), {0}),
    (("accounts", "show", "{id}"), {0, 1}),
    (("--json", "accounts", "show", "{id}"), {0, 1}),
    (("accounts", "pick", "-d", "site0.example"), {0, 1}),
    (("--json", "accounts", "pick", "--server", "https://ca.example/v2/OV"), {0, 1}),
    (("accounts", "pick", "--eab-kid", "K", "--server", "https://never.example"), {1}),
    (("-n", "accounts", "probe", "-d", "a.example"), {1}),
    (("--json", "accounts", "archived"), {0, 1}),
)


def call(config: Path, words: tuple[str, ...]) -> tuple[int, str, str]:
    """Run the command in this process, which is a hundred times faster than in another."""
    out, err = io.StringIO(), io.StringIO()
    options = [f"--config-dir={config}", f"--work-dir={config}/w", f"--logs-dir={config}/l",
               f"--system-root={config}"]  # fmt: skip
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main([*options, *words])
        except SystemExit as end:
            return int(end.code or 0), out.getvalue(), err.getvalue()
    raise AssertionError("did not exit")


def look(config: Path) -> Iterator[str]:
    """Run every command that reads; gives what is wrong, and what has changed."""
    before = tree.Snapshot.of(config)
    yield from run_all(config)
    yield from before.changes(tree.Snapshot.of(config))


def run_all(config: Path) -> Iterator[str]:
    """Run every command that reads; gives what is wrong."""
    account = "0"
    for words, codes in COMMANDS:
        filled = tuple(word.format(id=account) for word in words)
        try:
            code, out, err = call(config, filled)
        except BaseException:
            yield f"{filled}: {traceback.format_exc()}"
            continue
        if code not in codes:
            yield f"{filled}: exit code {code}\n{out}{err}"
        if "--json" in words and (out or code == 0):
            document = schema.document(out)
            if document.get("accounts"):
                account = document["accounts"][-1]["id"]
        elif "\x1b" in out + err:
            yield f"{filled}: lets a file steer the terminal"


def as_nobody(deed: Callable[[], object]) -> int:
    """Do something in a child whom file modes bind; gives its exit code."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    code = 1
    try:  # the child must never get back into pytest
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        deed()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


@pytest.mark.parametrize("first", range(0, TREES, BATCH))
def test_whatever_state_a_tree_is_in(first: int, tmp_path: Path) -> None:
    for seed in range(first, first + BATCH):
        config = trees.grow(tmp_path / str(seed), seed)
        assert list(look(config)) == [], f"tree of seed {seed}"


@pytest.mark.skipif(os.geteuid() != 0, reason="modes bind every user but root, whom this test is")
def test_the_same_for_a_user_whom_modes_bind(tmp_path: Path) -> None:
    # pytest's own temporary folders are closed to other users
    top = Path(tempfile.mkdtemp())
    try:
        configs = [trees.grow(top / str(seed), seed) for seed in range(20)]
        os.chown(top, 65534, 65534)
        for parent, names, files in os.walk(top):
            for name in [*names, *files]:
                os.chown(Path(parent, name), 65534, 65534, follow_symlinks=False)
        assert list(look(trees.grow(tmp_path / "warm", 1))) == []  # imports all it needs
        before = tree.Snapshot.of(top)
        with (tmp_path / "said").open("w+") as said:

            def look_at_all() -> None:
                wrong = [line for config in configs for line in run_all(config)]
                print("\n".join(wrong), file=said, flush=True)

            code = as_nobody(look_at_all)
            said.seek(0)
            assert (code, said.read().strip()) == (0, "")
        assert before.changes(tree.Snapshot.of(top)) == []
    finally:
        shutil.rmtree(top)


def test_in_a_process_of_its_own(certbot: Certbot) -> None:
    for seed in (3, 14, 159):
        config = trees.grow(certbot.home / str(seed), seed)
        shutil.rmtree(certbot.config_dir, ignore_errors=True)
        config.rename(certbot.config_dir)
        before = certbot.snapshot(logs=True)
        for env in ({"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii", "LC_ALL": "C.UTF-8"}):
            assert Tool(certbot).run("accounts", "list", env=env).stdout
        Tool(certbot).json("accounts", "list")
        assert before.changes(certbot.snapshot(logs=True)) == []


def test_who_may_not_look_is_told_so() -> None:
    top = Path(tempfile.mkdtemp())
    try:
        config = trees.grow(top, 5)
        accounts = config / "accounts"
        assert call(config, ("accounts", "list"))[0] == 0
        top.chmod(0o755)
        accounts.chmod(0o700 if os.geteuid() == 0 else 0)

        def look_in() -> None:
            code, out, err = call(config, ("accounts", "list"))
            assert code == 1 and out == "", out
            assert str(accounts) in err and "sudo" in err, err

        assert as_nobody(look_in) == 0
    finally:
        (top / "config" / "accounts").chmod(0o700)
        shutil.rmtree(top)
