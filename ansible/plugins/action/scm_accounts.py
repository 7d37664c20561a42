# Copyright (c) certbot-sectigo developers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
# SPDX-License-Identifier: Apache-2.0

"""Have the ACME accounts of a fleet in SCM as they are wanted."""

from __future__ import annotations

from collections import Counter

from ansible_collections.certbot_sectigo.fleet.plugins.plugin_utils import portal as shared

if not shared.PROBLEM:
    from certbot_sectigo.base import errors
    from certbot_sectigo.machine import owners
    from certbot_sectigo.portal import plan, retire
    from certbot_sectigo.portal.ensure import Ensurer
    from certbot_sectigo.portal.journal import ScmJournal
    from certbot_sectigo.portal.listed import Listed
    from certbot_sectigo.portal.words import ScmWords

_LOCK_SECONDS = 60.0


class ActionModule(shared.PortalAction):
    """The action plugin."""

    SPEC = {
        "accounts": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {
                "name": {"type": "str", "required": True},
                "state": {
                    "type": "str",
                    "choices": ["present", "renamed", "deactivated", "absent"],
                    "default": "present",
                },
                "organisation": {"type": "str"},
                "server": {"type": "str"},
                "domains": {"type": "list", "elements": "str", "default": []},
                "exact": {"type": "bool", "default": False},
                "kid": {"type": "str"},
                "new_name": {"type": "str"},
            },
            "required_if": [
                ["state", "present", ["organisation", "server", "domains"]],
                ["state", "renamed", ["new_name"]],
            ],
        },
    }

    def act(self, args):
        """Plan all of it, then do all of it."""
        _refuse_twins(args["accounts"])
        scm, dirs = self.connect(args)
        if not self._task.check_mode:
            owners.refuse(dirs)
        words = ScmWords.ask(scm)
        listed = Listed(scm)
        journal = ScmJournal(dirs.portal)
        # Names that others are to have are freed first.
        order = sorted(range(len(args["accounts"])),
                       key=lambda at: args["accounts"][at]["state"] == "present")  # fmt: skip
        planned, problems = {}, []
        for at in order:
            wanted = args["accounts"][at]
            kind = _Present if wanted["state"] == "present" else _End
            try:
                planned[at] = kind(wanted, scm, listed, words, journal)
            except errors.Error as error:
                problems.append((wanted["name"], error))
        if problems:
            # Nothing was changed, so all that is wrong can be told at once.
            remedies = dict.fromkeys(error.remedy for _, error in problems if error.remedy)
            text = "\n".join(f"{name}: {error.message}" for name, error in problems)
            raise errors.Error(text, "\n".join(remedies))
        if not self._task.check_mode:
            for at in order:
                if planned[at].changed:
                    with journal.locked(_LOCK_SECONDS):
                        planned[at].carry_out()
        done = [planned[at] for at in sorted(planned)]
        result = {
            "changed": any(one.changed for one in done),
            "accounts": [one.told() for one in done],
        }
        if self._task.diff:
            result["diff"] = [one.diff() for one in done if one.changed]
        missing = [text for one in done for text in one.not_done]
        if missing:
            raise errors.Error(
                "\n".join(missing),
                "See in SCM whether the domains are delegated to the organisation for SSL "
                "certificates, then repeat the play.",
            )
        return result


class _Present:
    """An account that is to be there."""

    def __init__(self, wanted, scm, listed, words, journal):
        self._ensurer = Ensurer(scm, journal, list(words.servers))
        asked = words.wanted(wanted["name"], wanted["organisation"], wanted["server"],
                             wanted["domains"], exact=wanted["exact"])  # fmt: skip
        if not asked.domains:
            raise errors.Error(
                "domains is empty, so it could issue nothing.",
                "Name the domains; the role host takes them from sectigo_certificates.",
            )
        self._plan = Ensurer(listed, journal, list(words.servers)).plan(asked)
        self._account = self._plan.account
        had = [domain.name for domain in listed.domains(self._account.id)] if self._account else []
        self._before = sorted(had)
        self._after = sorted({*had, *self._plan.add} - set(self._plan.remove))
        self.changed = not self._plan.nothing
        self.not_done = []

    def carry_out(self):
        done = self._ensurer.carry_out(self._plan)
        self._account = done.account
        self._after = sorted({*self._after, *done.kept} - set(done.missing))
        for what, names in (("added", done.missing), ("removed", done.kept)):
            if names:
                self.not_done.append(f"SCM has not {what} {', '.join(names)} of "
                                     f"{done.account.name}, and does not say why.")  # fmt: skip

    def told(self):
        account, wanted = self._account, self._plan.wanted
        return {
            "name": wanted.name,
            "id": account.id if account else None,
            "kid": account.kid if account else None,
            "status": account.status if account else None,
            "server": wanted.server.url,
            "domains": self._after,
            "state": "present",
            "changed": self.changed,
        }

    def diff(self):
        def text(domains):
            return "".join(f"{domain}\n" for domain in domains)

        name = self._plan.wanted.name
        there = self._plan.account is not None
        return {
            "before_header": f"ACME account {name}" if there else f"no ACME account {name}",
            "after_header": f"ACME account {name}",
            "before": text(self._before),
            "after": text(self._after),
        }


class _End:
    """An account that is to be renamed, deactivated or absent, if it is there."""

    def __init__(self, wanted, scm, listed, words, journal):
        self._wanted, self._scm, self._words = wanted, scm, words
        self._account = _find(wanted, listed, words)
        self._retirement = None
        self.changed = False
        self.not_done = []
        if self._account is None:
            return
        if wanted["state"] == "renamed":
            new = plan.account_name(wanted["new_name"])
            self.changed = self._account.name != new
            if self.changed:
                plan.refuse_taken(self._account, new, listed.accounts())
            listed.take_for(self._account, new)
            return
        gone = wanted["state"] == "absent"
        self._retirement = retire.plan(scm, self._account, delete=gone)
        self.changed = not self._retirement.nothing
        if gone:
            listed.take_for(self._account, None)

    def carry_out(self):
        if self._retirement is None:
            self._scm.rename(self._account.id, self._wanted["new_name"])
        else:
            retire.carry_out(self._scm, self._retirement)

    def told(self):
        account, state = self._account, self._wanted["state"]
        name = account.name if account else self._wanted["name"]
        return {
            "name": self._wanted["new_name"] if account and state == "renamed" else name,
            "id": account.id if account else None,
            "kid": account.kid if account else self._wanted["kid"],
            "status": account.status if account else None,
            "server": self._words.server(account.server) if account else None,
            "domains": [],
            "state": state,
            "changed": self.changed,
        }

    def diff(self):
        name, state = self._account.name, self._wanted["state"]
        found = {
            "before_header": f"ACME account {name}",
            "after_header": f"ACME account {name}, {state}",
            "before": f"name: {name}\n",
            "after": "",
        }
        if self._retirement is None:
            found["after"] = f"name: {self._wanted['new_name']}\n"
        else:
            found["before"] += "".join(f"client: {c}\n" for c in self._retirement.clients)
            found["before"] += "".join(f"domain: {d}\n" for d in self._retirement.domains)
            found["after"] = "" if self._retirement.delete else f"name: {name}\n"
        return found


def _find(wanted, listed, words):
    """Return the account that an entry means; None if there is none."""
    found = [
        account
        for account in listed.accounts()
        if (account.kid == wanted["kid"] if wanted["kid"] else account.name == wanted["name"])
        and wanted["organisation"] in (None, words.organisation(account.organisation),
                                       str(account.organisation))
        and (wanted["server"] is None or words.server(account.server)
             == plan.which_server(wanted["server"], words.servers).url.rstrip("/"))
    ]  # fmt: skip
    if wanted["kid"] and any(
        account.name not in (wanted["name"], wanted["new_name"]) for account in found
    ):
        raise errors.Error(
            f"The account of kid {wanted['kid']} is called {found[0].name}, not {wanted['name']}.",
            "See which one is meant.",
        )
    return plan.named(wanted["name"], found) if len(found) > 1 else next(iter(found), None)


def _refuse_twins(accounts):
    """See that no account is wanted twice in different ways."""
    keys = Counter((a["name"], a["organisation"], a["server"], a["state"] == "present", a["kid"])
                   for a in accounts)  # fmt: skip
    twice = sorted({key[0] for key, count in keys.items() if count > 1})
    if twice:
        raise errors.Error(
            f"More than one entry is about the account {', '.join(twice)}.",
            "Give each account once; hosts that share one are one entry with the names of all.",
        )
