# Copyright (c) certbot-sectigo developers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
# SPDX-License-Identifier: Apache-2.0

"""Ask SCM until when domains and organisations are validated."""

from __future__ import annotations

from datetime import timedelta

from ansible_collections.certbot_sectigo.fleet.plugins.plugin_utils import portal as shared

if not shared.PROBLEM:
    from certbot_sectigo.portal.organisations import Organisations
    from certbot_sectigo.portal.words import ScmWords


class ActionModule(shared.PortalAction):
    """The action plugin."""

    SPEC = {"within": {"type": "int"}}

    def act(self, args):
        """Ask."""
        scm, _dirs = self.connect(args)
        now = scm.now()
        limit = None if args["within"] is None else now + timedelta(days=args["within"])

        def wanted(one):
            return limit is None or one.ends is None or one.ends < limit

        words = ScmWords.ask(scm)
        domains = sorted(scm.validations(), key=lambda v: (v.ends or now, v.domain))
        organisations = Organisations(scm, words.organisations, words.servers)
        own = organisations.every()
        return {
            "changed": False,
            "domains": [
                {"domain": v.domain, "status": v.status, "ends": shared.time(v.ends)}
                for v in domains
                if wanted(v)
            ],
            "organisations": [
                {"organisation": v.organisation, "level": v.level, "status": v.status,
                 "ends": shared.time(v.ends)}
                for v in own
                if wanted(v)
            ],
            "unseen": organisations.unseen,
        }  # fmt: skip
