"""Two runs at once: certbot's own lock holds while ours is at work."""

from __future__ import annotations

from pathlib import Path

from tests.bed.certbot import Certbot
from tests.bed.sectigo import Sectigo


def test_a_second_certbot_is_refused_while_ours_runs(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    credentials = sectigo.a.credentials(tmp_path / "a.ini")
    # certbot runs this hook when plugins are prepared and the account is settled.
    at_work, go_on = tmp_path / "at-work", tmp_path / "go-on"
    hook = f"touch {at_work}; until [ -e {go_on} ]; do sleep 0.1; done"
    words = certbot.certonly_words(
        "www.a.example", credentials=credentials, more=["--pre-hook", hook]
    )
    with certbot.start(*words) as ours:
        ours.until(at_work.exists, "its hook")
        assert sectigo.accounts_of(sectigo.a.kid)

        for shared in ("config_dir", "work_dir", "logs_dir"):
            # Each of the three is locked by itself; one in common is enough.
            other = Certbot(tmp_path / shared)
            setattr(other, shared, getattr(certbot, shared))
            second = other.run("certificates", check=1)
            assert "Another instance of Certbot is already running" in second.text
        assert ours.running
        go_on.touch()
        assert ours.wait().returncode == 0
    assert certbot.lineage("www.a.example").organisation == sectigo.a.organisation
