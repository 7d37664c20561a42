#!/usr/bin/python
# Copyright (c) certbot-sectigo developers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
# SPDX-License-Identifier: Apache-2.0

"""What scm_revoke is; its action plugin does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: scm_revoke
short_description: Revoke certificates through Sectigo Certificate Manager
version_added: 0.2.0
author:
  - certbot-sectigo developers (@certbot-sectigo)
description:
  - Revokes certificates by their serial numbers, at the CA too, for good. For those whose account
    or key is gone; else C(certbot-sectigo revoke) on the host needs no log-in to SCM.
  - One that SCM does not show as issued is taken to be revoked or expired, and is no error.
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
  serials:
    description: Serial numbers in hexadecimal digits, with colons or without.
    type: list
    elements: str
    required: true
  reason:
    description: Why, in the words of RFC 5280 that SCM takes.
    type: str
    choices: [unspecified, keycompromise, affiliationchanged, superseded, cessationofoperation]
    default: unspecified
  words:
    description: What SCM keeps as the reason, 1 to 512 characters.
    type: str
    default: revoked with certbot-sectigo
"""

EXAMPLES = r"""
- name: Certificates of a host that is gone
  certbot_sectigo.fleet.scm_revoke:
    serials: "{{ sectigo_serials }}"
    reason: cessationofoperation
  run_once: true
"""

RETURN = r"""
revoked:
  description: What was revoked, or would be.
  returned: success
  type: list
  elements: dict
  contains:
    serial:
      description: Hexadecimal digits.
      type: str
      sample: 5f3c1a
    names:
      description: The certificate's names.
      type: list
      elements: str
      sample: [www.shop.example.org]
not_issued:
  description: Serial numbers that SCM does not show as issued.
  returned: success
  type: list
  elements: str
  sample: []
"""
