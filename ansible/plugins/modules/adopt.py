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
