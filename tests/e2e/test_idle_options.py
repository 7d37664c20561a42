"""Our options beside a plugin that does not see them: warned of at once, and found later."""

from __future__ import annotations

import os
import shlex

from tests.bed import process
from tests.bed.certbot import Certbot
from tests.bed.command import as_json
from tests.bed.components import BIN
from tests.bed.proposals import ran
from tests.bed.sectigo import Sectigo

NAME = "www.b.example"


def test_the_wrong_department_pays(certbot: Certbot, sectigo: Sectigo) -> None:
    """What a chemist does who takes the options for an account's choice."""
    sectigo.plant(sectigo.a, certbot, certbot.home / "planted")
    chem = sectigo.b.credentials(certbot.home / "chem.ini")
    options = ("--sectigo-eab-credentials", chem, "--sectigo-eab-kid", sectigo.b.kid)
    words = ("certonly", "--standalone", "--server", sectigo.server, "-d", NAME)
    said = certbot.run(*words, *options)
    assert "--sectigo-eab-credentials has no effect here: standalone" in said.output
    assert certbot.lineage(NAME).organisation == sectigo.a.organisation

    found = {f["code"]: f for f in as_json(certbot, "doctor", check=1)["findings"]}
    finding = found["traps/idle-options"]
    assert finding["severity"] == "warning"
    assert NAME in finding["what"]
    path = os.pathsep.join([str(certbot.executable.parent), str(BIN), "/usr/bin", "/bin"])
    env = certbot.environment({"PATH": path})
    line: list[str] = [*shlex.split(ran(finding["command"])), "-n", "--agree-tos"]
    process.run(line, folder=certbot.home / "output", env=env, check=0)
    assert certbot.lineage(NAME).organisation == sectigo.b.organisation
    after = {f["code"] for f in as_json(certbot, "doctor", check=None)["findings"]}
    assert "traps/idle-options" not in after


def test_an_authenticator_of_cli_ini_is_named_at_once(certbot: Certbot, sectigo: Sectigo) -> None:
    sectigo.plant(sectigo.a, certbot, certbot.home / "planted")
    certbot.cli_ini.parent.mkdir(parents=True)
    certbot.cli_ini.write_text("authenticator = standalone\n")
    chem = sectigo.b.credentials(certbot.home / "chem.ini")
    words = ("certonly", "--server", sectigo.server, "-d", NAME)
    said = certbot.run(*words, "--sectigo-eab-credentials", chem)
    assert "--sectigo-eab-credentials has no effect here: standalone" in said.output
