#!/usr/bin/python
# Copyright (c) certbot-sectigo developers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
# SPDX-License-Identifier: Apache-2.0

"""What scm_clients_info is; its action plugin does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: scm_clients_info
short_description: Ask Sectigo Certificate Manager for accounts, their domains and clients
version_added: 0.2.0
author:
  - certbot-sectigo developers (@certbot-sectigo)
description:
  - A client is an ACME account that was bound with the pair of an account in SCM.
extends_documentation_fragment:
  - certbot_sectigo.fleet.scm
  - certbot_sectigo.fleet.attributes
  - certbot_sectigo.fleet.attributes.info
  - certbot_sectigo.fleet.attributes.controller
options:
  names:
    description: The accounts, by name or number. Without it, all that the log-in sees.
    type: list
    elements: str
"""

EXAMPLES = r"""
- name: Who has bound these accounts' pairs
  certbot_sectigo.fleet.scm_clients_info:
    names: "{{ ansible_play_hosts_all }}"
  run_once: true
  register: scm
"""

RETURN = r"""
accounts:
  description: The accounts; of O(names) only those that are there.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The account's name.
      type: str
      sample: web1.example.org
    id:
      description: SCM's number of it.
      type: int
      sample: 4711
    kid:
      description: The key id of its EAB pair, which is no secret.
      type: str
      sample: 6kQ3vNfTVl9mXx0YzQ
    status:
      description: V(pending) until the pair is bound, then V(valid); null where SCM does not say.
      type: str
      sample: pending
    organisation:
      description: The organisation's or department's name.
      type: str
      sample: Department C
    server:
      description: The ACME directory's URL.
      type: str
      sample: https://acme.sectigo.com/v2/OV
    domains:
      description: What it may issue for, and until when SCM takes the domain as validated.
      type: list
      elements: dict
      contains:
        name:
          description: The domain.
          type: str
        valid_until:
          description: Null if it is not validated.
          type: str
      sample: [{name: shop.example.org, valid_until: '2027-05-01T00:00:00Z'}]
    clients:
      description: Null where SCM does not show them to this log-in.
      type: list
      elements: dict
      contains:
        id:
          description: The end of its account URL.
          type: str
        status:
          description: Such as V(valid) and V(deactivated).
          type: str
        user_agent:
          description: What it called itself.
          type: str
        address:
          description: Where it last came from.
          type: str
        contacts:
          description: Its e-mail addresses.
          type: str
        last_activity:
          description: When it last asked for something.
          type: str
"""
