"""What an audit proposes, pasted as it is printed: afterwards the trouble is gone."""

from __future__ import annotations

import json
from typing import Any

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.sandbox import Config, Pair, running
from tests.bed.certbot import Certbot
from tests.bed.paste import paste
from tests.cli.tool import Tool
from tests.portal.conftest import scm_ini
from tests.sandbox.acme_client import Client
from tests.sandbox.scm_client import SCM, Scm

NAME = "web1.c.example"


def test_each_command_ends_the_trouble(certbot: Certbot) -> None:
    with running(Config(**SCM, scm_binding="reusable")) as sandbox:
        certbot.config_dir.mkdir(parents=True)
        scm_ini(sandbox, certbot.config_dir)
        tool, raw = Tool(certbot), Scm(sandbox)

        def found() -> dict[str, list[Any]]:
            codes: dict[str, list[Any]] = {}
            document = json.loads(tool.run("--json", "scm", "audit", check=None).stdout)
            for finding in document["findings"]:
                codes.setdefault(finding["code"], []).append(finding)
            return codes

        def follow(code: str, more: str = "--yes") -> None:
            [finding] = found()[code]
            paste(certbot, finding["command"], more=more)
            assert code not in found()

        # Nobody has used its pair.
        raw.create("an old host's")
        follow("scm/no-host")
        assert raw.ask("GET", "/api/acme/v2/account").json == []

        number = raw.create(NAME)
        path = f"/api/acme/v2/account/{number}"
        raw.ask("POST", f"{path}/domain", {"domains": [{"name": "c.example"}]})
        pair = certbot.home / "web1.ini"
        tool.run("scm", "pair", NAME, "--output", str(pair))
        certbot.run("certonly", "-a", "sectigo-eab", "--sectigo-eab-credentials", str(pair),
                    "--agree-tos", "-m", "x@c.example", "-d", "www.c.example")  # fmt: skip
        assert found() == {}

        raw.ask("POST", f"{path}/domain", {"domains": [{"name": "*.c.example"}]})
        follow("scm/wildcard")
        assert [d["name"] for d in raw.ask("GET", f"{path}/domain").json] == ["c.example"]

        # Somebody who has the pair, and has got a certificate.
        account = raw.ask("GET", path).json
        own = Pair(kid=account["macId"], hmac_key=Secret(account["macKey"]))
        thief = Client(sandbox.directory_url()).register(own)
        thief.issue("shop.c.example")
        follow("scm/unknown-certificate")
        assert [bool(c.revoked) for c in sandbox.certificates()] == [False, True]
        follow("scm/stranger")
        assert found() == {}

        # A client that was there once.
        sandbox.advance(days=-130)
        Client(sandbox.directory_url()).register(own)
        sandbox.advance(days=130)
        follow("scm/silent")
        assert found() == {}
        assert [c["status"] for c in raw.ask("GET", f"{path}/client").json].count("valid") == 1
