"""What needs no play: the program beside ours, and words that are said twice."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any, NoReturn

import pytest

from certbot_sectigo.portal.model import REVOCATION_REASONS

PLUGINS = Path(__file__).parents[2] / "ansible" / "plugins"


class _Module:
    def fail_json(self, msg: str) -> NoReturn:
        raise SystemExit(msg)


def test_the_certbot_beside_ours(tmp_path: Path) -> None:
    beside: Any = runpy.run_path(str(PLUGINS / "module_utils" / "command.py"))["_beside"]
    ours, certbot = str(tmp_path / "certbot-sectigo"), tmp_path / "certbot"
    assert beside(_Module(), ours) == "certbot"
    certbot.symlink_to(certbot)
    # What cannot be looked at is not taken for not there.
    with pytest.raises(SystemExit, match=f"{certbot}: "):
        beside(_Module(), ours)
    certbot.unlink()
    certbot.touch()
    assert beside(_Module(), ours) == str(certbot)


def test_the_reasons_for_revoking_are_those_that_scm_takes() -> None:
    text = (PLUGINS / "modules" / "scm_revoke.py").read_text()
    [said] = re.findall(r"choices: \[(.*)\]", text)
    assert said.split(", ") == list(REVOCATION_REASONS)
