# Copyright (c) certbot-sectigo developers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
# SPDX-License-Identifier: Apache-2.0

"""What a plugin supports."""

from __future__ import annotations


class ModuleDocFragment:
    """Fragments of documentation."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying
      the target.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in
      C(check_mode)), when in diff mode.
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second
      run reports no change.
  platform:
    description: Target operating system on which it works.
    platforms: posix
    support: full
  action_group:
    description: Use C(group/certbot_sectigo.fleet.scm) or C(group/certbot_sectigo.fleet.target) in
      C(module_defaults) to set options of all plugins of the controller or of the target.
    support: full
    membership:
      - certbot_sectigo.fleet.scm
      - certbot_sectigo.fleet.target
"""

    INFO = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - It changes nothing.
  diff_mode:
    support: N/A
    details:
      - It changes nothing.
  idempotent:
    support: full
    details:
      - It changes nothing.
"""

    CONTROLLER = r"""
options: {}
attributes:
  action:
    description: Has an action plugin, which does all the work on the controller.
    support: full
  async:
    description: Supports being used with the C(async) keyword.
    support: none
  bypass_host_loop:
    description: Forces one run for all hosts of a play.
    support: none
"""
