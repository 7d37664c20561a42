"""Speaks to SCM with cert-manager of PyPI; run by its own Python, tells what it saw as JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

from cert_manager import ACMEAccount, Client, Domain, Organization, Report, SSL  # type: ignore[import-not-found,unused-ignore]  # isort: skip


def main(given: dict[str, Any]) -> dict[str, Any]:
    """Do what is asked and tell what came of it."""
    client = Client(
        base_url=given["url"],
        login_uri="sandbox",
        username=given["login"],
        password=given["password"],
    )
    accounts = ACMEAccount(client, api_version="v2")
    old = ACMEAccount(client, api_version="v1")
    number = Organization(client).find(org_name="Department C")[0]["id"]
    told: dict[str, Any] = {"organisation": number}
    if "create" in given:
        made = accounts.create(given["create"], given["server"], number)
        told["made"] = made["id"]
        told["added"] = accounts.add_domains(made["id"], given["domains"])
        old.add_domains(made["id"], ["v1.c.example"])
        told["removed"] = old.remove_domains(made["id"], ["v1.c.example"])
        accounts.update(made["id"], given["create"] + ".")
        accounts.update(made["id"], given["create"])
    told["names"] = sorted(account["name"] for account in accounts.find(number))
    told["domains"] = {a["name"]: [d["name"] for d in a["domains"]] for a in old.find(number)}
    told["delegated"] = sorted(domain["name"] for domain in Domain(client).all())
    ssl = SSL(client)
    told["count"] = ssl.count()
    told["certificates"] = [
        {
            "serial": row["serialNumber"],
            "status": ssl.get(row["sslId"])["status"],
            "pem": ssl.collect(row["sslId"], "x509CO"),
        }
        for row in ssl.list()
    ]
    told["report"] = [row["serialNumber"] for row in Report(client).get_ssl_certs()["reports"]]
    if "delete" in given:
        (doomed,) = (a for a in accounts.find(number) if a["name"] == given["delete"])
        told["deleted"] = accounts.delete(doomed["id"])
    return told


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.stdin.read()))))
