"""docs/other-clients.md: the lines that run here, as printed: a key goes out and comes back."""

from __future__ import annotations

import re
from pathlib import Path

from tests.bed.certbot import Certbot
from tests.bed.components import TREE
from tests.bed.paste import paste
from tests.bed.sectigo import Sectigo
from tests.cli.tool import Tool
from tests.safety.machine import Machine

PAGE = (TREE / "docs/other-clients.md").read_text()


def test_the_key_goes_along_and_comes_back(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    machine, tool = Machine(certbot, sectigo), Tool(certbot)
    account = machine.account(sectigo.b)
    (known,) = sectigo.accounts
    out, back = re.findall(r"^sudo (certbot-sectigo .*)$", PAGE, re.MULTILINE)
    more = f"{' '.join(tool.words()[1:])} --yes"
    words = {
        "ID": account, "URL": sectigo.server, "KID": sectigo.b.kid,
        "root/account.pem": f"{tmp_path}/account.pem"[1:],
    }  # fmt: skip
    paste(certbot, out, words, more=more)
    assert "PRIVATE KEY" in (tmp_path / "account.pem").read_text()
    (tmp_path / "account.pem.json").unlink()  # another client writes no such file
    for path in sorted(machine.folder(account).rglob("*"), reverse=True):
        path.unlink()
    machine.folder(account).rmdir()
    paste(certbot, back, words, more=more)
    found = tool.accounts()[account]
    assert (found["account_url"], found["kid"]) == (known, sectigo.b.kid)
