# mypy: ignore-errors
"""Writes each task's result as a line of JSON into the file that RESULTS names."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
from pathlib import Path

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: results
type: notification
short_description: Results of tasks as lines of JSON
description: Writes them.
"""


def cut_off(pid: int) -> None:
    """Kill a play with all that it has started: its workers have sessions of their own."""
    children = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            ppid = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # ended meanwhile
        children.setdefault(ppid, []).append(int(entry.parent.name))
    doomed = [pid]
    for one in doomed:
        doomed += children.get(one, [])
    # A worker would be told of an end of its parent; so that goes last.
    for one in reversed(doomed):
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "results"
    CALLBACK_NEEDS_ENABLED = True

    def _write(self, result, **more):
        line = {"task": result._task.get_name(), "host": result._host.get_name(),
                "result": {**result._result, **more}}  # fmt: skip
        with open(os.environ["RESULTS"], "a") as file:  # noqa: PTH123
            file.write(json.dumps(line, default=str) + "\n")
        if line["task"].rpartition(" : ")[2] == os.environ.get("KILL_AFTER"):
            cut_off(os.getpid())

    def v2_playbook_on_task_start(self, task, is_conditional):
        seconds, _, name = os.environ.get("KILL_WITHIN", "0 ").partition(" ")
        if task.get_name().rpartition(" : ")[2] == name:
            threading.Timer(float(seconds), cut_off, [os.getpid()]).start()

    def v2_runner_on_ok(self, result):
        self._write(result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._write(result, failed=True)
