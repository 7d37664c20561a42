# Copyright (c) certbot-sectigo developers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
# SPDX-License-Identifier: Apache-2.0

"""Ask SCM for accounts, their domains and clients."""

from __future__ import annotations

from ansible_collections.certbot_sectigo.fleet.plugins.plugin_utils import portal as shared

if not shared.PROBLEM:
    from concurrent.futures import ThreadPoolExecutor

    from certbot_sectigo.cli.scm.accounts import client_as_json, domain_as_json
    from certbot_sectigo.portal import pair, survey
    from certbot_sectigo.portal.words import ScmWords


class ActionModule(shared.PortalAction):
    """The action plugin."""

    SPEC = {"names": {"type": "list", "elements": "str"}}

    def act(self, args):
        """Ask."""
        scm, _dirs = self.connect(args)
        words = ScmWords.ask(scm)
        names = args["names"]
        found = [
            account
            for account in scm.accounts()
            if names is None or account.name in names or str(account.id) in names
        ]

        def told(account):
            clients = pair.clients(scm, account)
            return {
                "name": account.name,
                "id": account.id,
                "kid": account.kid,
                "status": account.status,
                "organisation": words.organisation(account.organisation),
                "server": words.server(account.server),
                "domains": [dict(domain_as_json(d)) for d in pair.domains(scm, account) or ()],
                "clients": None if clients is None else [dict(client_as_json(c)) for c in clients],
            }

        with ThreadPoolExecutor(survey.IN_FLIGHT) as pool:
            return {"changed": False, "accounts": list(pool.map(told, found))}
