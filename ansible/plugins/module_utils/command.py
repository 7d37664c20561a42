# Copyright (c) certbot-sectigo developers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
# SPDX-License-Identifier: Apache-2.0

"""certbot-sectigo on the target: its JSON answers; and certbot beside it."""

from __future__ import annotations

import json
import os

SPEC = {
    "executable": {"type": "path", "default": "certbot-sectigo"},
    "config_dir": {"type": "path", "default": "/etc/letsencrypt"},
    "work_dir": {"type": "path", "default": "/var/lib/letsencrypt"},
    "logs_dir": {"type": "path", "default": "/var/log/letsencrypt"},
}


class Tool:
    """The command, on the directories that the task names."""

    def __init__(self, module):
        self.module = module
        self.executable = program(module, module.params["executable"])
        self.folders = [
            f"--{kind}-dir={module.params[kind + '_dir']}" for kind in ("config", "work", "logs")
        ]

    def ask(self, *words, fine=(0,)):
        """Run a subcommand and return its document; fail the task with its words where it fails.

        :param fine: exit codes that are an answer.
        """
        code, document = self.answer(*words)
        if "error" in document:
            error = document["error"]
            self.module.fail_json(msg=error["message"], remedy=error.get("remedy") or "")
        if code not in fine:
            self.module.fail_json(msg=f"certbot-sectigo {' '.join(words)} failed.", answer=document)
        return document

    def answer(self, *words):
        """Run a subcommand; return its exit code and its document."""
        command = [self.executable, *self.folders, "--json", "-n", *words]
        code, out, err = self.module.run_command(command, environ_update=_ENVIRONMENT)
        try:
            document = json.loads(out)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            self.module.fail_json(
                msg=f"{self.executable} {' '.join(words)} ended with {code} and printed no answer.",
                rc=code,
                stderr=err,
            )
        return code, document

    def certbot(self, given, words):
        """Run certbot; return its exit code and what it said.

        :param given: the command; None for the one beside ours.
        """
        path = given or _beside(self.module, self.executable)
        command = [program(self.module, path), *words, "-n", *self.folders]
        code, out, err = self.module.run_command(command, environ_update=_ENVIRONMENT)
        return code, f"{out}\n{err}".strip()


def in_use(said):
    """Return whether certbot did nothing, as another certbot holds its locks."""
    return "Another instance of Certbot is already running" in said


_ENVIRONMENT = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}


def program(module, path):
    """Return where a program is; fail the task where it is not there."""
    return path if os.path.isabs(path) else module.get_bin_path(path, required=True)


def _beside(module, executable):
    """Return the certbot beside a program of ours; where none is there, the one in PATH."""
    path = os.path.join(os.path.dirname(executable), "certbot")
    try:
        os.stat(path)
    except FileNotFoundError:
        return "certbot"
    except OSError as error:
        # Another certbot would have other plugins, and might do something else.
        module.fail_json(msg=f"{path}: {error.strerror}.")
    return path
