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
author:
  - certbot-sectigo developers (@certbot-sectigo)
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
  lock_timeout:
    description:
      - Seconds to wait while another certbot is at work, such as the timer's, which may sleep for
        eight minutes, or the one that a play has started that was cut off. Where that one brings
        what is wanted, nothing more is ordered.
    type: int
    default: 600
    version_added: 0.3.0
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
    key:
      description: Such as V(rsa 2048) and V(ecdsa secp256r1).
      type: str
    authenticator:
      description: The plugin that renews it.
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

import os
import time

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.certbot_sectigo.fleet.plugins.module_utils.command import (
    SPEC,
    Tool,
    in_use,
)

_PAUSE = 5.0


def main():
    """Have it as it is wanted."""
    spec = {
        **SPEC,
        "name": {"type": "str", "required": True},
        "domains": {"type": "list", "elements": "str", "required": True},
        "kid": {"type": "str"},
        "server": {"type": "str"},
        "credentials": {"type": "path"},
        "key_type": {"type": "str", "choices": ["rsa", "ecdsa"], "default": "ecdsa"},
        "rsa_key_size": {"type": "int", "default": 2048},
        "elliptic_curve": {
            "type": "str",
            "choices": ["secp256r1", "secp384r1", "secp521r1"],
            "default": "secp256r1",
        },
        "deploy": {"type": "path"},
        "email": {"type": "str"},
        "webroot": {"type": "path"},
        "http_01_port": {"type": "int"},
        "certbot": {"type": "path"},
        "lock_timeout": {"type": "int", "default": 600},
    }
    module = AnsibleModule(
        argument_spec=spec,
        supports_check_mode=True,
        required_one_of=[("kid", "credentials")],
        required_by={"kid": "server"},
    )
    if not module.params["domains"]:
        module.fail_json(msg="domains is empty.")
    tool = Tool(module)
    wanted = _wanted(module)
    there = _read(tool, module.params["name"])
    reasons = _reasons(wanted, there)
    result = {"changed": bool(reasons), "reasons": reasons, "certificate": there}
    if module._diff and reasons:
        result["diff"] = {
            "before_header": f"certificate {module.params['name']}" if there else "no certificate",
            "after_header": f"certificate {module.params['name']}",
            "before": _text(there, wanted) if there else "",
            "after": _text(wanted, wanted),
        }
    if reasons:
        if not module.check_mode:
            if not _order(tool, module, wanted) and module.params["deploy"]:
                _deploy(tool, module, dict(result))
            result["certificate"] = _read(tool, module.params["name"])
            still = _reasons(wanted, result["certificate"])
            if still:
                module.fail_json(
                    msg=f"certbot got a certificate, and yet {', '.join(still)}.",
                    remedy="Repeated, the task would order once more.",
                    **result,
                )
    elif module.params["deploy"]:
        _deploy(tool, module, result)
    module.exit_json(**result)


def _wanted(module):
    """Return the certificate as it is to be, in the form of :func:`_read`."""
    given = module.params
    kid, server = given["kid"], given["server"]
    if given["credentials"] and kid is None:
        kid = _value(module, given["credentials"], "sectigo_eab_kid")
        server = server or _value(module, given["credentials"], "sectigo_eab_server", optional=True)
    if given["key_type"] == "rsa":
        key = f"rsa {given['rsa_key_size']}"
    else:
        key = f"ecdsa {given['elliptic_curve']}"
    return {
        "domains": sorted({name.lower().rstrip(".") for name in given["domains"]}),
        "key": key,
        "kid": kid,
        "server": server,
        "deploy": given["deploy"],
    }


def _value(module, path, key, optional=False):
    """Return a line's value that is no secret from the credentials file."""
    try:
        with open(path, encoding="utf-8") as file:
            for line in file:
                name, sign, value = line.partition("=")
                if sign and name.strip() == key:
                    return value.strip()
    except FileNotFoundError:
        module.fail_json(
            msg=f"{path} is not there.",
            remedy="Give kid and server, which do where an account of the kid is on the host.",
        )
    except (OSError, ValueError) as error:
        module.fail_json(msg=f"{path} cannot be read: {error}")
    if optional:
        return None
    module.fail_json(msg=f"{path} has no line {key} = VALUE.")


def _read(tool, name):
    """Return the certificate that is there; None if there is none."""
    found = tool.ask("renewals", fine=(0, 1))["renewals"]
    one = next((renewal for renewal in found if renewal["lineage"] == name), None)
    if one is None:
        return None
    installs = (one["installer"] or "").rpartition(":")[2] == "sectigo-eab"
    default = os.path.join(tool.module.params["config_dir"], "sectigo-deploy.toml")
    folder = os.path.join(tool.module.params["config_dir"], "live", name)
    return {
        "name": name,
        "domains": sorted(one["names"]),
        "serial": one["serial"],
        "key": one["key"],
        "key_type": (one["key"] or "").partition(" ")[0] or None,
        "kid": one["kid"],
        "server": one["server"],
        "authenticator": one["authenticator"],
        "deploy": (one["deploy_file"] or default) if installs else None,
        "path": folder,
    }


def _reasons(wanted, there):
    """Return why an order is needed; empty where all is as it is wanted."""
    if there is None:
        return ["there is no certificate"]
    found = []
    if there["domains"] != wanted["domains"]:
        found.append("the names differ")
    if there["key"] != wanted["key"]:
        found.append("the key is of another kind")
    if there["kid"] != wanted["kid"]:
        found.append("it is another account's")
    elif wanted["server"] and not _same_server(there["server"], wanted["server"]):
        found.append("it is another server's")
    elif (there["authenticator"] or "").rpartition(":")[2] != "sectigo-eab":
        found.append("another plugin renews it")
    if wanted["deploy"] and there["deploy"] != wanted["deploy"]:
        found.append("it is deployed by another file")
    return found


def _same_server(one, other):
    return (one or "").rstrip("/") == other.rstrip("/")


def _text(certificate, wanted):
    lines = [f"name: {name}" for name in certificate["domains"]]
    lines += [f"{what}: {certificate[what]}" for what in ("key", "kid", "server")]
    if wanted["deploy"] or certificate["deploy"]:
        lines.append(f"deploy: {certificate['deploy']}")
    return "".join(f"{line}\n" for line in lines)


def _order(tool, module, wanted):
    """Have certbot get it; return False where another certbot did."""
    given = module.params
    listed = tool.ask("accounts", "list")["accounts"]
    bound = any(
        account["kid"] == wanted["kid"]
        and account["loads"]
        and (wanted["server"] is None or _same_server(account["server"], wanted["server"]))
        for account in listed
    )
    words = ["run" if given["deploy"] else "certonly", "-a", "sectigo-eab"]
    if given["deploy"]:
        words += ["-i", "sectigo-eab", "--sectigo-eab-deploy", given["deploy"]]
    if bound or not given["credentials"]:
        words += ["--sectigo-eab-kid", wanted["kid"]]
    else:
        words += ["--sectigo-eab-credentials", given["credentials"]]
    if wanted["server"]:
        words += ["--sectigo-eab-server", wanted["server"]]
    words += ["--cert-name", given["name"], "--key-type", given["key_type"]]
    if given["key_type"] == "rsa":
        words += ["--rsa-key-size", str(given["rsa_key_size"])]
    else:
        words += ["--elliptic-curve", given["elliptic_curve"]]
    for name in given["domains"]:
        words += ["-d", name]
    if given["webroot"]:
        words += ["--sectigo-eab-webroot", given["webroot"]]
    if given["http_01_port"]:
        words += ["--http-01-port", str(given["http_01_port"])]
    if given["email"]:
        words += ["--email", given["email"]]
    # The names, the key or the account differ, so what is there is not to be kept.
    words += ["--agree-tos", "--no-eff-email", "--renew-with-new-domains", "--force-renewal"]
    end = time.monotonic() + given["lock_timeout"]
    while True:
        code, said = tool.certbot(given["certbot"], words)
        if not code:
            return True
        if not in_use(said) or time.monotonic() >= end:
            module.fail_json(msg=f"certbot got no certificate {given['name']}: {said}", rc=code)
        time.sleep(_PAUSE)
        if not _reasons(wanted, _read(tool, given["name"])):
            return False


def _deploy(tool, module, result):
    """Have the targets as the deploy file has them; nothing is ordered for it."""
    words = ["deploy", "--cert-name", module.params["name"]]
    code, seen = tool.answer(*words, "--check")
    targets = [target for one in seen.get("certificates", ()) for target in one["targets"]]
    differ = [target["name"] for target in targets if target.get("differences")]
    if not differ:
        if "error" in seen or seen.get("errors"):
            module.fail_json(msg="\n".join(seen.get("errors", ())) or seen["error"]["message"])
        return
    result["changed"] = True
    result["reasons"] = [f"target {name} differs" for name in differ]
    if module._diff:
        lines = [line for target in targets for line in target.get("differences", ())]
        result["diff"] = {
            "before_header": "targets",
            "after_header": "targets",
            "before": "".join(f"{line}\n" for line in lines),
            "after": "",
        }
    if not module.check_mode:
        code, done = tool.answer(*words)
        if code:
            bad = [
                t["text"]
                for one in done.get("certificates", ())
                for t in one["targets"]
                if not t["ok"]
            ]
            bad += done.get("errors", [])
            module.fail_json(msg="\n".join(bad) or done["error"]["message"])


if __name__ == "__main__":
    main()
