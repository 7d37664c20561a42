#!/usr/bin/python
# Copyright (c) certbot-sectigo developers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
# SPDX-License-Identifier: Apache-2.0

"""What the next renewal of each certificate will do."""

from __future__ import annotations

DOCUMENTATION = r"""
module: renewals_info
short_description: Tell what the next renewal of each certificate on the host will do
version_added: 0.2.0
author:
  - certbot-sectigo developers (@certbot-sectigo)
description:
  - Reads certbot's files and logs; with O(order) it asks the CA with an order for each certificate
    that is never finalised.
extends_documentation_fragment:
  - certbot_sectigo.fleet.target
  - certbot_sectigo.fleet.attributes
  - certbot_sectigo.fleet.attributes.info
options:
  cert_names:
    description: Only these certificates, by certbot's names for them.
    type: list
    elements: str
    default: []
  order:
    description: Whether the CA is asked; not in check mode.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Will everything renew
  certbot_sectigo.fleet.renewals_info:
    order: true
  become: true
  register: renewals
  failed_when: not renewals.ready
"""

RETURN = r"""
renewals:
  description: The forecasts, as C(certbot-sectigo --json renewals) prints them.
  returned: success
  type: list
  elements: dict
ready:
  description: Whether the command found nothing that a person has to look at.
  returned: success
  type: bool
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.certbot_sectigo.fleet.plugins.module_utils.command import SPEC, Tool


def main():
    """Answer."""
    spec = {
        **SPEC,
        "cert_names": {"type": "list", "elements": "str", "default": []},
        "order": {"type": "bool", "default": False},
    }
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    words = [word for name in module.params["cert_names"] for word in ("--cert-name", name)]
    # An order is opened at the CA and never finished, which check mode leaves out all the same.
    if module.params["order"] and not module.check_mode:
        words.append("--order")
    found = Tool(module).ask("renewals", *words, fine=(0, 1))["renewals"]
    ready = not any(renewal["forecast"]["fails"] for renewal in found)
    module.exit_json(changed=False, renewals=found, ready=ready)


if __name__ == "__main__":
    main()
