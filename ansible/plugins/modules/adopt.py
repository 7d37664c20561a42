#!/usr/bin/python
# Copyright (c) certbot-sectigo developers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
# SPDX-License-Identifier: Apache-2.0

"""Have certificates of plain certbot renewed by sectigo-eab."""

from __future__ import annotations

DOCUMENTATION = r"""
module: adopt
short_description: Have certificates that certbot got without the plugin renewed by sectigo-eab
version_added: 0.2.0
author:
  - certbot-sectigo developers (@certbot-sectigo)
description:
  - Writes certbot's renewal files, after a dry run of each renewal; nothing is ordered.
  - Those that are adopted already stay as they are.
extends_documentation_fragment:
  - certbot_sectigo.fleet.target
  - certbot_sectigo.fleet.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  cert_names:
    description: The certificates, by certbot's names for them. Without it, all that can be adopted.
    type: list
    elements: str
    default: []
  dry_run:
    description: Whether each renewal is tried with C(--dry-run), and put back where that fails.
    type: bool
    default: true
"""

EXAMPLES = r"""
- name: Adopt what is there
  certbot_sectigo.fleet.adopt:
  become: true
"""

RETURN = r"""
adopted:
  description: The certificates that were adopted, or would be.
  returned: success
  type: list
  elements: str
  sample: [www.shop.example.org]
left:
  description: Those that were left as they are, with the reason.
  returned: success
  type: list
  elements: dict
  contains:
    lineage:
      description: The certificate's name in certbot.
      type: str
    reason:
      description: Why.
      type: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.certbot_sectigo.fleet.plugins.module_utils.command import SPEC, Tool


def main():
    """Adopt."""
    spec = {
        **SPEC,
        "cert_names": {"type": "list", "elements": "str", "default": []},
        "dry_run": {"type": "bool", "default": True},
    }
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    names = module.params["cert_names"]
    words = [word for name in names for word in ("--cert-name", name)] or ["--all"]
    if not module.params["dry_run"]:
        words.append("--no-dry-run")
    tool = Tool(module)
    planned = tool.ask("adopt", *words, fine=(0, 1))
    plan = planned["plan"]
    refused = [x for x in plan["left"] if x["lineage"] in names and "already" not in x["reason"]]
    if refused:
        text = "; ".join(f"{x['lineage']}: {x['reason']}" for x in refused)
        module.fail_json(msg=f"Not to be adopted: {text}.", left=plan["left"])
    result = {
        "changed": bool(plan["lineages"]),
        "adopted": [one["lineage"] for one in plan["lineages"]],
        "left": plan["left"],
    }
    if module._diff:
        result["diff"] = [_diff(one) for one in plan["lineages"]]
    if result["changed"] and not module.check_mode:
        code, done = tool.answer("adopt", *words, "--yes")
        outcome = done.get("result") or {}
        if code:
            error = done.get("error") or {}
            failed = ", ".join(outcome.get("put_back", []))
            module.fail_json(
                msg=error.get("message") or f"The dry run failed, so it was put back: {failed}.",
                remedy=error.get("remedy") or "",
                changed=bool(outcome.get("adopted")),
                dry_runs=outcome.get("dry_runs", []),
            )
        result["adopted"] = outcome["adopted"]
    module.exit_json(**result)


def _diff(one):
    def text(side):
        return "".join(f"{c['key']} = {c[side]}\n" for c in one["changes"] if c[side] is not None)

    return {
        "before_header": one["file"],
        "after_header": one["file"],
        "before": text("old"),
        "after": text("new"),
    }


if __name__ == "__main__":
    main()
