#!/usr/bin/python
# Copyright (c) certbot-sectigo developers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
# SPDX-License-Identifier: Apache-2.0

"""What scm_credentials is; its action plugin does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: scm_credentials
short_description: Put the EAB pair of an account in SCM into a file on the target
version_added: 0.2.0
author:
  - certbot-sectigo developers (@certbot-sectigo)
description:
  - Fetches one pair from Sectigo Certificate Manager and writes it to the target, mode 0600, in one
    step. The pair is never a variable, an argument, a fact or a temporary file that others can
    read, and is not printed at any verbosity.
  - Before it is written, the account's domains are compared with O(names). A pair on the wrong host
    is burnt by its first use, so it is refused where they do not cover the names.
  - A pair that was used already is refused, unless O(reusable).
extends_documentation_fragment:
  - certbot_sectigo.fleet.scm
  - certbot_sectigo.fleet.attributes
  - certbot_sectigo.fleet.attributes.controller
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - The diff has the kid and the server, never the key.
  idempotent:
    support: full
notes:
  - The pair goes to the target on the standard input of a command, so the connection has to be one
    that takes input (ssh, local and most others do).
options:
  name:
    description: The account's name, or its number.
    type: str
    required: true
  names:
    description: The names of this host's certificates; wildcards are allowed.
    type: list
    elements: str
    required: true
  dest:
    description:
      - The credentials file on the target. Its folder has to be there.
      - It belongs to the user that writes it.
    type: path
    default: /etc/letsencrypt/sectigo-eab.ini
  bound_kids:
    description:
      - Kids that the target's accounts were bound with already (see
        M(certbot_sectigo.fleet.account_info)). If the account's kid is one of them, nothing is
        written, as nothing is needed.
    type: list
    elements: str
    default: []
  replace:
    description: Whether a file with another account's pair may be replaced.
    type: bool
    default: false
  reusable:
    description: This pair binds more than once, as SCM's staff have set it.
    type: bool
    default: false
  force:
    description: Place the pair although SCM does not show whether it was used.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: The host's pair
  certbot_sectigo.fleet.scm_credentials:
    name: "{{ inventory_hostname }}"
    names: "{{ sectigo_certificates | map(attribute='domains') | flatten }}"
    dest: /etc/letsencrypt/sectigo-eab.ini
    bound_kids: "{{ known.accounts | map(attribute='kid') | select('string') }}"
  become: true
  register: pair
"""

RETURN = r"""
kid:
  description: The pair's key id, which is no secret.
  returned: success
  type: str
  sample: 6kQ3vNfTVl9mXx0YzQ
server:
  description: The ACME directory's URL.
  returned: success
  type: str
  sample: https://acme.sectigo.com/v2/OV
dest:
  description: The file on the target.
  returned: success
  type: str
  sample: /etc/letsencrypt/sectigo-eab.ini
placed:
  description: Whether the pair is in the file, or would be; V(false) where it is bound already.
  returned: success
  type: bool
"""
