# Copyright (c) certbot-sectigo developers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
# SPDX-License-Identifier: Apache-2.0

"""What the plugins that ask Sectigo Certificate Manager share."""

from __future__ import annotations


class ModuleDocFragment:
    """Fragments of documentation."""

    DOCUMENTATION = r"""
requirements:
  - certbot-sectigo in the Python that runs Ansible on the controller
notes:
  - It runs on the controller, in Ansible's own process. The log-in to SCM is in no argument, no
    temporary file and on no target.
options:
  scm_credentials:
    description:
      - File on the controller with the log-in to SCM, readable for its owner alone.
      - Without it, C(sectigo-scm.ini) in O(controller_dir).
    type: path
  controller_dir:
    description:
      - certbot's configuration directory on the controller. The notes that keep a run which was
        cut off from making an account twice lie in it, too.
      - Without it, the environment variable E(CERTBOT_SECTIGO_CONTROLLER_DIR), else
        C(/etc/letsencrypt).
    type: path
"""
