# Copyright (c) certbot-sectigo developers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
# SPDX-License-Identifier: Apache-2.0

"""Put the EAB pair of an account in SCM into a file on the target.

The pair goes from SCM's answer to the standard input of one command on the target. It is no
argument of a module, as those are in temporary files and, at -vvv, on the screen.
"""

from __future__ import annotations

import shlex

from ansible.errors import AnsibleActionFail
from ansible_collections.certbot_sectigo.fleet.plugins.plugin_utils import portal as shared

if not shared.PROBLEM:
    from certbot_sectigo.base import errors
    from certbot_sectigo.portal import handing, pair, plan
    from certbot_sectigo.portal.listed import Listed
    from certbot_sectigo.portal.words import ScmWords

# Only what a shell has built in sees the pair, so that it is in no list of processes.
_SCRIPT = r"""
set -eu
umask 077
LC_ALL=C
dest=$1 kid=$2 length=$3 replace=$4 act=$5
new=$(cat)
folder=$(dirname -- "$dest")
[ "${#new}" = "$length" ] || { echo incomplete; exit 0; }
[ -d "$folder" ] || { echo no-folder; exit 0; }
owner=$(stat -L -c %u -- "$folder")
me=$(id -u)
[ "$owner" = "$me" ] || [ "$owner" = 0 ] || { echo strange-folder; exit 0; }
if [ -L "$dest" ]; then echo link; exit 0; fi
there=
if [ -e "$dest" ]; then
    [ -f "$dest" ] || { echo other; exit 0; }
    there=$(sed -n 's/^[[:space:]]*sectigo_eab_kid[[:space:]]*=[[:space:]]*//p' "$dest")
    [ -n "$there" ] || { echo other; exit 0; }
    if [ "$there" != "$kid" ] && [ "$replace" = no ]; then echo another "$there"; exit 0; fi
    if [ "$(cat "$dest")" = "$new" ] && [ "$(stat -c '%u %a' -- "$dest")" = "$me 600" ]; then
        echo same
        exit 0
    fi
fi
if [ "$act" = yes ]; then
    rm -f -- "$dest".new.??????
    staged=$(mktemp -- "$dest.new.XXXXXX")
    trap 'rm -f -- "$staged"' EXIT
    printf '%s\n' "$new" > "$staged"
    sync -- "$staged" 2>/dev/null || sync
    mv -f -- "$staged" "$dest"
fi
echo differs "$there"
"""
_PROBLEMS = {
    "incomplete": ("The pair did not reach the target whole; nothing was written.",
                   "Repeat the play."),
    "no-folder": ("The folder of {dest} is not there.", "Make it first, or give another dest."),
    "strange-folder": ("The folder of {dest} belongs to another user, who could exchange the "
                       "pair there.", "Give another dest, or become root."),
    "link": ("{dest} is a link, which is not written through.",
             "Give the file that it leads to, or another dest."),
    "other": ("{dest} is there and is no credentials file, so it stays as it is.",
              "Give another dest."),
    "another": ("{dest} has the pair of another account, kid {there}.",
                "If that one is not needed any more, set replace."),
}  # fmt: skip


class ActionModule(shared.PortalAction):
    """The action plugin."""

    _requires_connection = True

    SPEC = {
        "name": {"type": "str", "required": True},
        "names": {"type": "list", "elements": "str", "required": True},
        "dest": {"type": "path", "default": "/etc/letsencrypt/sectigo-eab.ini"},
        "bound_kids": {"type": "list", "elements": "str", "default": []},
        "replace": {"type": "bool", "default": False},
        "reusable": {"type": "bool", "default": False},
        "force": {"type": "bool", "default": False},
    }

    def act(self, args):
        """Take the pair, and place it."""
        if not args["names"]:
            raise errors.Error("names is empty: a pair is placed for the names of its host only.")
        dest = args["dest"]
        scm, _dirs = self.connect(args)
        listed = Listed(scm)
        account = plan.named(args["name"], listed.accounts())
        if account.kid is not None and account.kid in args["bound_kids"]:
            server = ScmWords.ask(scm).server(account.server)
            return {"changed": False, "kid": account.kid, "server": server, "dest": dest,
                    "placed": False}  # fmt: skip
        given = handing.take(listed, args["name"], args["names"], reusable=args["reusable"],
                             force=args["force"])  # fmt: skip
        if given.unchecked:
            raise errors.Error(f"SCM does not tell what {args['name']} may issue for.")
        state, there = self._place(args, given)
        if state in _PROBLEMS:
            message, remedy = _PROBLEMS[state]
            raise errors.Error(message.format(dest=dest, there=there), remedy)
        kid = given.account.kid
        result = {"changed": state == "differs", "kid": kid, "server": given.server, "dest": dest,
                  "placed": True}  # fmt: skip
        if self._task.diff and result["changed"]:
            result["diff"] = {
                "before_header": dest,
                "after_header": dest,
                "before": f"sectigo_eab_kid = {there}\n" if there else "",
                "after": f"sectigo_eab_kid = {kid}\nsectigo_eab_server = {given.server}\n",
            }
        return result

    def _place(self, args, given):
        """Write the file on the target, or in check mode tell what that would do."""
        connection = self._connection
        if not connection.has_pipelining or (
            connection.become and not connection.become.pipelining
        ):
            raise AnsibleActionFail(
                f"The connection {connection.transport}, or its way to become another user, takes "
                "no standard input, and the pair goes no other way.",
            )
        content = pair.text(given.account, given.server).encode()
        words = [
            args["dest"],
            given.account.kid,
            str(len(content) - 1),  # a shell drops the last line's end
            "yes" if args["replace"] else "no",
            "no" if self._task.check_mode else "yes",
        ]
        command = shlex.join(["/bin/sh", "-c", _SCRIPT, "sh", *words])
        answer = self._low_level_execute_command(command, in_data=content)
        lines = (answer.get("stdout") or "").split("\n")
        said = next((line for line in reversed(lines) if line.strip()), "").split()
        if answer.get("rc") != 0 or not said or said[0] not in (*_PROBLEMS, "same", "differs"):
            why = (answer.get("stderr") or "").strip().splitlines()[-1:] or ["no reason given"]
            raise errors.Error(f"{args['dest']} could not be written on the target: {why[0]}")
        return said[0], " ".join(said[1:])
