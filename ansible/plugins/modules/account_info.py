#!/usr/bin/python
# Copyright (c) certbot-sectigo developers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
# SPDX-License-Identifier: Apache-2.0

"""What ACME accounts certbot has on a host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: account_info
short_description: Tell which ACME accounts certbot has on the host, their kids and certificates
version_added: 0.2.0
author:
  - certbot-sectigo developers (@certbot-sectigo)
description:
  - Reads certbot's files and logs.
extends_documentation_fragment:
  - certbot_sectigo.fleet.target
  - certbot_sectigo.fleet.attributes
  - certbot_sectigo.fleet.attributes.info
options:
  online:
    description: Whether the CA is asked for the state of each account.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: What is here already
  certbot_sectigo.fleet.account_info:
    executable: /opt/certbot-sectigo/bin/certbot-sectigo
  become: true
  register: known

- name: The kids that are bound here
  ansible.builtin.debug:
    msg: "{{ known.accounts | map(attribute='kid') | select('string') }}"
"""

RETURN = r"""
accounts:
  description: The accounts, as C(certbot-sectigo --json accounts list) prints them.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Name of its folder.
      type: str
    server:
      description: The ACME directory's URL.
      type: str
    kid:
      description: The key id it was bound with; null if that is not known.
      type: str
    account_url:
      description: The account's URL at the CA, whose end is the client's id in SCM.
      type: str
    uses:
      description: What makes it look used, its certificates above all.
      type: list
      elements: dict
    verdict:
      description: What it is, such as V(in use).
      type: str
certificates:
  description: The certificates on the host, for M(certbot_sectigo.fleet.scm_revoke) and an audit.
  returned: success
  type: list
  elements: dict
  contains:
    lineage:
      description: The certificate's name in certbot.
      type: str
      sample: www.shop.example.org
    names:
      description: The certificate's names.
      type: list
      elements: str
      sample: [www.shop.example.org]
    serial:
      description: Hexadecimal digits.
      type: str
      sample: 5f3c1a
    account:
      description: The id of the account that renews it.
      type: str
facts:
  description: What C(certbot-sectigo scm facts) prints, as C(scm audit) takes it.
  returned: success
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.certbot_sectigo.fleet.plugins.module_utils.command import SPEC, Tool


def main():
    """Answer."""
    spec = {**SPEC, "online": {"type": "bool", "default": False}}
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    tool = Tool(module)
    online = ["--online"] if module.params["online"] else []
    listed = tool.ask("accounts", "list", *online)
    facts = tool.ask("scm", "facts")
    module.exit_json(
        changed=False,
        accounts=listed["accounts"],
        certificates=facts["certificates"],
        facts=facts,
    )


if __name__ == "__main__":
    main()
