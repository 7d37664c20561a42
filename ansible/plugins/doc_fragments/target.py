# Copyright (c) certbot-sectigo developers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
# SPDX-License-Identifier: Apache-2.0

"""What the modules that run on the target share."""

from __future__ import annotations


class ModuleDocFragment:
    """Fragments of documentation."""

    DOCUMENTATION = r"""
requirements:
  - certbot-sectigo on the target
options:
  executable:
    description:
      - The command C(certbot-sectigo) on the target, such as
        C(/opt/certbot-sectigo/bin/certbot-sectigo).
    type: path
    default: certbot-sectigo
  config_dir:
    description: certbot's configuration directory.
    type: path
    default: /etc/letsencrypt
  work_dir:
    description: certbot's working directory.
    type: path
    default: /var/lib/letsencrypt
  logs_dir:
    description: certbot's directory of logs.
    type: path
    default: /var/log/letsencrypt
"""
