#!/usr/bin/python
# Copyright (c) certbot-sectigo developers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
# SPDX-License-Identifier: Apache-2.0

"""What scm_accounts is; its action plugin does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: scm_accounts
short_description: Have the ACME accounts of a fleet in SCM as they are wanted
version_added: 0.2.0
author:
  - certbot-sectigo developers (@certbot-sectigo)
description:
  - Makes, completes, renames and ends ACME accounts in Sectigo Certificate Manager, all of a play
    in one pass. Use it with C(run_once).
  - An account is known by its name, organisation and server. SCM does not keep names apart, so two
    of the same are an error that names both.
  - A run that is cut off at any moment is finished by the next one, and makes no second account.
  - It never returns, prints or keeps the HMAC key.
extends_documentation_fragment:
  - certbot_sectigo.fleet.scm
  - certbot_sectigo.fleet.attributes
  - certbot_sectigo.fleet.attributes.controller
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  accounts:
    description: The accounts, each as it is to be; each once.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The account's name, best the host's full name.
        type: str
        required: true
      state:
        description:
          - V(present) makes the account, or adds what it lacks.
          - V(renamed) gives it O(accounts[].new_name), so that its name is free for another.
          - V(deactivated) deactivates its clients for good; they can neither renew nor revoke then.
          - V(absent) deactivates its clients, takes its domains away and deletes it, in this order.
            Revoke its certificates first.
          - An account that is not there is no error, but for V(present).
        type: str
        choices: [present, renamed, deactivated, absent]
        default: present
      organisation:
        description: The organisation or department, by name or number. Needed by V(present).
        type: str
      server:
        description: The ACME server, by URL or name. Needed by V(present).
        type: str
      domains:
        description:
          - What it may issue for, each with all names below it; no wildcards. Needed by V(present).
        type: list
        elements: str
        default: []
      exact:
        description: Whether domains are taken away that are not named.
        type: bool
        default: false
      kid:
        description:
          - Only the account of this kid is renamed, deactivated or deleted. Whatever else has its
            name stays as it is, so that a play that is repeated does not meet the successor.
        type: str
      new_name:
        description: The new name. Needed by V(renamed).
        type: str
"""

EXAMPLES = r"""
- name: An account of its own for each host, with just its domains
  certbot_sectigo.fleet.scm_accounts:
    accounts: >-
      {{ ansible_play_hosts_all | map('extract', hostvars) | map(attribute='sectigo_account') }}
  run_once: true
  register: accounts

- name: One account
  certbot_sectigo.fleet.scm_accounts:
    accounts:
      - name: web1.example.org
        organisation: Department C
        server: https://acme.sectigo.com/v2/OV
        domains: [shop.example.org]
  run_once: true

- name: Take a host's account away
  certbot_sectigo.fleet.scm_accounts:
    accounts:
      - name: web1.example.org
        kid: 6kQ3vNfTVl9mXx0YzQ
        state: absent
  run_once: true
"""

RETURN = r"""
accounts:
  description: An entry for each of O(accounts), in their order.
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
    server:
      description: The ACME directory's URL.
      type: str
      sample: https://acme.sectigo.com/v2/OV
    domains:
      description: Its domains afterwards.
      type: list
      elements: str
      sample: [shop.example.org]
    state:
      description: V(present), V(renamed), V(deactivated) or V(absent), as was asked for.
      type: str
      sample: present
    changed:
      description: Whether this account was changed.
      type: bool
"""
