#!/usr/bin/python
# Copyright (c) certbot-sectigo developers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
# SPDX-License-Identifier: Apache-2.0

"""What scm_validations_info is; its action plugin does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: scm_validations_info
short_description: Ask SCM until when domains and organisations are validated
version_added: 0.2.0
author:
  - certbot-sectigo developers (@certbot-sectigo)
description:
  - After the end of a domain's validation the CA asks for a challenge. After the end of an
    organisation's nothing of its level is issued, and no challenge stands in.
extends_documentation_fragment:
  - certbot_sectigo.fleet.scm
  - certbot_sectigo.fleet.attributes
  - certbot_sectigo.fleet.attributes.info
  - certbot_sectigo.fleet.attributes.controller
options:
  within:
    description: Only those that end in so many days, or have ended.
    type: int
"""

EXAMPLES = r"""
- name: Validations that end within 30 days
  certbot_sectigo.fleet.scm_validations_info:
    within: 30
  run_once: true
  register: ending
  failed_when: ending.domains | length > 0
"""

RETURN = r"""
domains:
  description: Domains, those that end first in front.
  returned: success
  type: list
  elements: dict
  contains:
    domain:
      description: The domain.
      type: str
      sample: shop.example.org
    status:
      description: SCM's word, in small letters.
      type: str
      sample: validated
    ends:
      description: Null if it is not validated.
      type: str
      sample: '2027-05-01T00:00:00Z'
organisations:
  description: Organisations, with the level that is validated.
  returned: success
  type: list
  elements: dict
  contains:
    organisation:
      description: Its name.
      type: str
      sample: Department C
    level:
      description: V(OV) or V(EV).
      type: str
      sample: OV
    status:
      description: SCM's word, in small letters.
      type: str
      sample: validated
    ends:
      description: Null if it is not validated.
      type: str
      sample: '2027-05-01T00:00:00Z'
unseen:
  description: Organisations whose own validation SCM does not show to this log-in.
  returned: success
  type: list
  elements: str
  sample: []
"""
