# Copyright (c) certbot-sectigo developers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
# SPDX-License-Identifier: Apache-2.0

"""Revoke certificates through SCM."""

from __future__ import annotations

import re

from ansible_collections.certbot_sectigo.fleet.plugins.plugin_utils import portal as shared

if shared.PROBLEM:
    REVOCATION_REASONS = {}  # run() says why
else:
    from certbot_sectigo.base import errors
    from certbot_sectigo.portal import parsing
    from certbot_sectigo.portal.model import REVOCATION_REASONS


class ActionModule(shared.PortalAction):
    """The action plugin."""

    SPEC = {
        "serials": {"type": "list", "elements": "str", "required": True},
        "reason": {
            "type": "str",
            "choices": list(REVOCATION_REASONS),
            "default": "unspecified",
        },
        "words": {"type": "str", "default": "revoked with certbot-sectigo"},
    }

    def act(self, args):
        """Revoke what is issued."""
        if not 1 <= len(args["words"]) <= 512:
            raise errors.Error("words: give 1 to 512 characters.")
        numbers = list(dict.fromkeys(map(_serial, args["serials"])))
        if not numbers:
            return {"changed": False, "revoked": [], "not_issued": []}
        scm, _dirs = self.connect(args)
        issued = {one.serial: one for one in scm.certificates()}
        live = [issued[number] for number in numbers if number in issued]
        if not self._task.check_mode:
            for one in live:
                scm.revoke(one.serial, REVOCATION_REASONS[args["reason"]], args["words"])
        result = {
            "changed": bool(live),
            "revoked": [{"serial": f"{c.serial:x}", "names": list(c.names)} for c in live],
            "not_issued": [f"{number:x}" for number in numbers if number not in issued],
        }
        if self._task.diff and live:
            text = "".join(f"{c.serial:x} {', '.join(c.names)}\n" for c in live)
            result["diff"] = {
                "before_header": "issued",
                "after_header": "revoked",
                "before": text,
                "after": "",
            }
        return result


def _serial(text):
    if not re.fullmatch(r"[0-9a-fA-F:]+", text) or parsing.serial(text) == 0:
        raise errors.Error(f"{text} is no serial number in hexadecimal digits.")
    return parsing.serial(text)
