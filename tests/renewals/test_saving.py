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
    archive, file = config / "archive" / NAME, certbot.renewal_file(NAME)
    for folder in (config / "live" / NAME, config / "renewal", file, archive):
        if subprocess.run(["chattr", "+i", folder], check=False).returncode:
            pytest.skip("this file system has no such attribute")
        try:
            [said] = Tool(certbot).json("renewals", check=1)["renewals"]
            assert said["forecast"]["outlook"] == "broken"
            assert f"{folder} " in said["forecast"]["reason"]
            assert str(folder) in certbot.run("renew", "--dry-run", check=1).text
            assert sectigo.orders == orders
            paste(certbot, said["forecast"]["command"])
            if folder == archive:
                certbot.run("renew", "--force-renewal", check=1)
        finally:
            subprocess.run(["chattr", "-i", folder], check=True)
    certbot.run("renew", "--dry-run")
    text = file.read_text()
    file.write_text(text.replace(f"archive_dir = {archive}", "archive_dir = /nowhere/at/all"))
    [said] = Tool(certbot).json("renewals", check=1)["renewals"]
    assert "archive_dir" in said["forecast"]["remedy"]
    certbot.run("renew", "--dry-run", check=1)
    certbot.run("renew", "--force-renewal", check=1)


def test_what_a_loss_of_power_left(certbot: Certbot, sectigo: Sectigo) -> None:
    certbot.certonly(NAME, credentials=sectigo.a.credentials(certbot.home / "a.ini"))
    for kind in ("cert", "privkey", "chain", "fullchain"):
        (certbot.config_dir / "archive" / NAME / f"{kind}2.pem").touch()
    [said] = Tool(certbot).json("renewals", check=1)["renewals"]
    assert "certbot leads its links" in said["forecast"]["reason"]
    kept = shutil.copytree(certbot.config_dir, certbot.home / "kept", symlinks=True)
    certbot.run("renew", check=1)
    shutil.rmtree(certbot.config_dir)
    kept.rename(certbot.config_dir)
    paste(certbot, said["forecast"]["command"])
    certbot.run("renew", "--dry-run")


def test_a_link_whose_version_certbot_cannot_tell(certbot: Certbot, sectigo: Sectigo) -> None:
    certonly = Certbot.certonly_words(NAME, credentials=sectigo.a.credentials(certbot.home / "a"))
    certbot.run(*certonly)
    for kind, target in (("chain", "ca.pem"), ("cert", "fullchain1.pem"), ("cert", "..")):
        archive = certbot.config_dir / "archive" / NAME
        (archive / "ca.pem").write_bytes((archive / "chain1.pem").read_bytes())
        link = certbot.config_dir / "live" / NAME / f"{kind}.pem"
        link.unlink()
        link.symlink_to(f"../../archive/{NAME}/{target}")
        [said] = Tool(certbot).json("renewals", check=1)["renewals"]
        certbot.run("renew", "--force-renewal", check=1)
        orders = sectigo.orders
        again = certbot.run(*certonly, "--cert-name", NAME, "--force-renewal", check=1)
        assert said["forecast"]["command"].splitlines()[0].split()[-1] in again.text
        assert sectigo.orders == orders
        paste(certbot, said["forecast"]["command"])
    certbot.run("renew", "--dry-run")
