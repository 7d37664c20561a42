"""A next certificate that cannot be saved is told beforehand; against certbot itself."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from tests.bed.certbot import Certbot
from tests.bed.paste import paste
from tests.bed.sectigo import Sectigo
from tests.cli.tool import Tool

NAME = "www.a.example"


def test_a_folder_that_nobody_can_write_in(certbot: Certbot, sectigo: Sectigo) -> None:
    if os.geteuid() or shutil.which("chattr") is None:
        pytest.skip("only root sets that attribute")
    certbot.certonly(NAME, credentials=sectigo.a.credentials(certbot.home / "a.ini"))
    config, orders = certbot.config_dir, sectigo.orders
    for folder in (config / "live" / NAME, config / "renewal", config / "archive" / NAME):
        if subprocess.run(["chattr", "+i", folder], check=False).returncode:
            pytest.skip("this file system has no such attribute")
        try:
            [said] = Tool(certbot).json("renewals", check=1)["renewals"]
            assert said["forecast"]["outlook"] == "broken"
            assert f"{folder}," in said["forecast"]["reason"]
            assert str(folder) in certbot.run("renew", "--dry-run", check=1).text
            assert sectigo.orders == orders
            paste(certbot, said["forecast"]["command"])
            if folder.parent.name == "archive":
                certbot.run("renew", "--force-renewal", check=1)
        finally:
            subprocess.run(["chattr", "-i", folder], check=True)
    certbot.run("renew", "--dry-run")
