#!/usr/bin/python
# Copyright (c) certbot-sectigo developers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
# SPDX-License-Identifier: Apache-2.0

"""A certificate by certbot with the plugin sectigo-eab."""

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate
short_description: Have a certificate by certbot with the plugin sectigo-eab
version_added: 0.2.0
description:
  - Runs certbot if the certificate is missing, or has other names, another kind of key, another
    account or other deploy targets than wanted. Else nothing is ordered. Renewal is certbot's own
    business and none of this module.
  - certbot has no way to say what an order would bring, so check mode compares and orders nothing.
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
  name:
    description: The certificate's name in certbot (C(--cert-name)).
    type: str
    required: true
  domains:
    description: The certificate's names; the first is the common name. Wildcards are allowed.
    type: list
    elements: str
    required: true
  kid:
    description:
      - The key id of the account that is to order and renew it.
      - Without it, the one in O(credentials).
    type: str
  server:
    description: The ACME directory's URL. Without it, the one in O(credentials).
    type: str
  credentials:
    description:
      - The credentials file on the target. It is needed as long as there is no account of its kid
        on the host; afterwards O(kid) and O(server) will do, and the file may be gone.
    type: path
  key_type:
    description: The kind of key.
    type: str
    choices: [rsa, ecdsa]
    default: ecdsa
  rsa_key_size:
    description: Bits of an RSA key.
    type: int
    default: 2048
  elliptic_curve:
    description: The curve of an ECDSA key.
    type: str
    choices: [secp256r1, secp384r1, secp521r1]
    default: secp256r1
  deploy:
    description:
      - The deploy file on the target. certbot's installer is sectigo-eab then, so the certificate
        reaches its services now and at each renewal.
    type: path
  email:
    description: The contact of a new account.
    type: str
  webroot:
    description: The web root for challenges over HTTP, where the CA asks for any.
    type: path
  http_01_port:
    description: The port for challenges over HTTP, where there is no web root.
    type: int
  certbot:
    description: The command certbot on the target. Without it, the one beside O(executable).
    type: path
"""

EXAMPLES = r"""
- name: The shop's certificate
  certbot_sectigo.fleet.certificate:
    executable: /opt/certbot-sectigo/bin/certbot-sectigo
    name: www.shop.example.org
    domains: [www.shop.example.org, shop.example.org]
    kid: "{{ pair.kid }}"
    server: "{{ pair.server }}"
    credentials: /etc/letsencrypt/sectigo-eab.ini
    deploy: /etc/letsencrypt/sectigo-deploy.toml
  become: true
"""

RETURN = r"""
certificate:
  description: The certificate afterwards; null in check mode where there is none yet.
  returned: success
  type: dict
  contains:
    name:
      description: Its name in certbot.
      type: str
    domains:
      description: Its names.
      type: list
      elements: str
    serial:
      description: Hexadecimal digits.
      type: str
    key_type:
      description: V(rsa) or V(ecdsa).
      type: str
    kid:
      description: The kid of the account that renews it.
      type: str
    server:
      description: The ACME directory's URL.
      type: str
    deploy:
      description: The deploy file; null without one.
      type: str
    path:
      description: The folder with C(fullchain.pem) and C(privkey.pem).
      type: str
reasons:
  description: Why certbot was run, or would be; empty where nothing is changed.
  returned: success
  type: list
  elements: str
  sample: [the names differ]
"""
