# Copyright (c) certbot-sectigo developers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
# SPDX-License-Identifier: Apache-2.0

"""What the action plugins share: SCM, asked by the installed certbot_sectigo, in this process."""

from __future__ import annotations

import os
from pathlib import Path
from traceback import format_exc

from ansible.errors import AnsibleActionFail
from ansible.module_utils.basic import missing_required_lib

from ansible.plugins.action import ActionBase

try:
    from certbot_sectigo import __version__
    from certbot_sectigo.base import errors
    from certbot_sectigo.machine import commands as machine_commands
    from certbot_sectigo.machine.dirs import Dirs
    from certbot_sectigo.portal import commands, credentials
    from certbot_sectigo.portal.scm import Scm
    from certbot_sectigo.portal.transport import Transport
except ImportError:
    PROBLEM = format_exc()
else:
    PROBLEM = ""

COMMON = {
    "scm_credentials": {"type": "path"},
    "controller_dir": {"type": "path"},
}


class PortalAction(ActionBase):
    """Asks SCM on the controller; no module is sent anywhere."""

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    SPEC: dict = {}

    def run(self, tmp=None, task_vars=None):
        """Do it; see ActionBase."""
        result = super().run(tmp, task_vars)
        if PROBLEM:
            raise AnsibleActionFail(missing_required_lib("certbot-sectigo"))
        args = self.validate_argument_spec({**COMMON, **self.SPEC})[1]
        try:
            result.update(self.act(args))
        except errors.Error as error:
            result.update(failed=True, msg=error.message, remedy=error.remedy)
        except OSError as error:
            result.update(failed=True, msg=f"{error.filename}: {error.strerror}")
        return result

    def act(self, args):
        """Do the plugin's own work; return what it tells.

        :param args: the task's arguments, validated.
        :raises errors.Error: if it cannot be done.
        """
        raise NotImplementedError

    def connect(self, args):
        """Return SCM and certbot's directories on the controller; nothing is asked yet."""
        folder = args["controller_dir"] or os.environ.get("CERTBOT_SECTIGO_CONTROLLER_DIR")
        dirs = Dirs(Path(folder)) if folder else Dirs()
        given = Path(args["scm_credentials"]) if args["scm_credentials"] else None
        machine_commands.remember(dirs.options)
        commands.remember(given)
        found = credentials.read(given or dirs.portal_credentials, dirs.owner)
        return Scm(Transport(found, f"certbot-sectigo/{__version__} (Ansible)")), dirs


def time(moment):
    """Return a time as our JSON has it; None for None."""
    from certbot_sectigo.cli.format import document

    return document.time(moment)
