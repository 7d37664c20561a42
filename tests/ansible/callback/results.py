# mypy: ignore-errors
"""Writes each task's result as a line of JSON into the file that RESULTS names."""

from __future__ import annotations

import json
import os
import signal
import threading

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: results
type: notification
short_description: Results of tasks as lines of JSON
description: Writes them.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "results"
    CALLBACK_NEEDS_ENABLED = True

    def _write(self, result, **_):
        line = {"task": result._task.get_name(), "host": result._host.get_name(),
                "result": result._result}  # fmt: skip
        with open(os.environ["RESULTS"], "a") as file:  # noqa: PTH123
            file.write(json.dumps(line, default=str) + "\n")
        if line["task"].rpartition(" : ")[2] == os.environ.get("KILL_AFTER"):
            os.kill(os.getpid(), signal.SIGKILL)

    def v2_playbook_on_task_start(self, task, is_conditional):
        seconds, _, name = os.environ.get("KILL_WITHIN", "0 ").partition(" ")
        if task.get_name().rpartition(" : ")[2] == name:
            threading.Timer(float(seconds), os.killpg, (0, signal.SIGKILL)).start()

    def v2_runner_on_ok(self, result):
        self._write(result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._write(result)
