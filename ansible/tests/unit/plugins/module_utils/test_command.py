# Copyright (c) certbot-sectigo developers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
# SPDX-License-Identifier: Apache-2.0

"""What certbot-sectigo answers."""

from __future__ import annotations

import pytest
from ansible_collections.certbot_sectigo.fleet.plugins.module_utils.command import Tool


class FailedError(Exception):
    """What fail_json said."""


class Module:
    """Gives one answer."""

    params = {"executable": "/v/certbot-sectigo", "config_dir": "/c", "work_dir": "/w",
              "logs_dir": "/l"}  # fmt: skip

    def __init__(self, code, out):
        self.answer = code, out, "words"

    def run_command(self, command, environ_update):
        self.command = command
        return self.answer

    def fail_json(self, msg, **more):
        raise FailedError({"msg": msg, **more})


@pytest.mark.parametrize("out", ["", "Traceback", "[1]", "null"])
def test_no_answer_is_a_failure(out):
    with pytest.raises(FailedError, match="printed no answer"):
        Tool(Module(0, out)).ask("renewals")


def test_its_error_and_remedy_are_the_tasks():
    said = '{"error": {"message": "bad", "remedy": "mend"}}'
    with pytest.raises(FailedError, match="'bad', 'remedy': 'mend'"):
        Tool(Module(1, said)).ask("renewals", fine=(0, 1))


def test_findings_are_an_answer_where_they_are_one():
    module = Module(1, '{"renewals": []}')
    assert Tool(module).ask("renewals", fine=(0, 1)) == {"renewals": []}
    assert module.command == ["/v/certbot-sectigo", "--config-dir=/c", "--work-dir=/w",
                              "--logs-dir=/l", "--json", "-n", "renewals"]  # fmt: skip
    with pytest.raises(FailedError, match="renewals failed"):
        Tool(module).ask("renewals")
