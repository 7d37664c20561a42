"""A CA that holds its answers gets the time it needs; one that is not there gets no more."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from certbot_sectigo.machine import certbot_versions
from tests.bed.certbot import Certbot
from tests.bed.sectigo import Sectigo

HELD = (60, 100) if certbot_versions.certbot_version() >= (5,) else (50,)
"""How long the CA holds finalize, in seconds; certbot by itself waits for 45."""


@contextmanager
def nobody_accepts(port: int) -> Iterator[None]:
    """Have connections to a port come to nothing, as behind a firewall that drops packets."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port))
        server.listen(0)
        for _ in range(8):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", port))
        yield


def test_slow_finalizes_and_a_ca_that_is_not_there(tmp_path: Path) -> None:
    """All of them at once, as each waits."""
    with ExitStack() as stack:
        runs = []
        for seconds in HELD:
            sectigo = stack.enter_context(Sectigo(finalize="slow", finalize_seconds=seconds))
            certbot = Certbot(tmp_path / str(seconds))
            credentials = sectigo.b.credentials(certbot.home / "b.ini")
            words = certbot.certonly_words("www.b.example", credentials=credentials)
            runs.append((certbot, certbot.start(*words)))
        gone = Certbot(tmp_path / "gone")
        with Sectigo() as sectigo:
            gone.certonly("www.b.example", credentials=sectigo.b.credentials(gone.home / "b.ini"))
        port = urlsplit(sectigo.server).port or 0
        stack.enter_context(nobody_accepts(port))
        unreachable = gone.start("renew", "--force-renewal")

        result = unreachable.wait(200)
        assert result.returncode == 1
        assert "connect timeout=45" in gone.log
        assert "No connection to the CA's server came about in time" in result.text
        for certbot, run in runs:
            result = run.wait(200)
            assert result.returncode == 0, str(result)
            params = certbot.lineage("www.b.example").params
            assert not {key for key in params if "timeout" in key}


def test_what_certbot_gives_up_on_is_explained(tmp_path: Path) -> None:
    hang = tmp_path / "hang"
    hang.mkdir()
    # Time runs faster here: what waits for 300 seconds waits for two.
    (hang / "sitecustomize.py").write_text(
        "from certbot_sectigo.machine import certbot_versions\n"
        "certbot_versions.PATIENCE = (2.0, 2.0)\n"
    )
    with Sectigo(finalize="slow", finalize_seconds=10) as sectigo:
        certbot = Certbot(tmp_path / "certbot")
        credentials = sectigo.b.credentials(certbot.home / "b.ini")
        words = certbot.certonly_words("www.b.example", credentials=credentials)
        result = certbot.run(*words, check=1, env={"PYTHONPATH": str(hang)})
        _, _, explained = result.stderr.partition("timed out")
        assert "The CA took longer than the client waits" in explained
        assert "www.b.example" in explained
