"""A sandbox whose SCM has two departments, and the client under test."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from certbot_sectigo.portal import credentials
from certbot_sectigo.portal.scm import Scm
from certbot_sectigo.portal.transport import Transport
from certbot_sectigo.sandbox import Admin, Config, RunningSandbox, running
from certbot_sectigo.sandbox.protocol.paths import TOKEN
from tests.sandbox.scm_client import CLERK, SCM

Start = Callable[..., RunningSandbox]


@pytest.fixture
def start() -> Iterator[Start]:
    with contextlib.ExitStack() as stack:

        def starter(*, tls: bool = False, **fields: Any) -> RunningSandbox:
            return stack.enter_context(running(Config(**{**SCM, **fields}), tls=tls))

        yield starter


@pytest.fixture
def sandbox(start: Start) -> RunningSandbox:
    return start()


@pytest.fixture
def scm(sandbox: RunningSandbox, tmp_path: Path) -> Scm:
    return Scm(transport(sandbox, tmp_path))


def scm_ini(sandbox: RunningSandbox, folder: Path, admin: Admin = CLERK) -> Path:
    """Write the log-in of an administrator."""
    path = folder / "sectigo-scm.ini"
    path.touch(mode=0o600)
    path.write_text(
        f"sectigo_scm_url = {sandbox.url}/api\n"
        f"sectigo_scm_customer_uri = {admin.customer_uri}\n"
        f"sectigo_scm_login = {admin.login}\n"
        f"sectigo_scm_password = {admin.password.reveal()}\n"
    )
    return path


def oauth_ini(sandbox: RunningSandbox, folder: Path, admin: Admin = CLERK) -> Path:
    """Write the log-in of an administrator by OAuth2 client credentials."""
    path = folder / "oauth.ini"
    path.touch(mode=0o600)
    assert admin.client_secret is not None
    path.write_text(
        f"sectigo_scm_url = {sandbox.url}/api\n"
        f"sectigo_scm_client_id = {admin.client_id}\n"
        f"sectigo_scm_client_secret = {admin.client_secret.reveal()}\n"
        f"sectigo_scm_token_url = {sandbox.url}{TOKEN}\n"
    )
    return path


def a_minute_later(config_dir: Path) -> None:
    """Make what was begun older than SCM's lists may lag."""
    for path in (config_dir / "sectigo" / "scm").glob("*.json"):
        found = json.loads(path.read_text())
        path.write_text(json.dumps({**found, "begun": found["begun"] - 61}))


def transport(
    sandbox: RunningSandbox,
    folder: Path,
    *,
    admin: Admin = CLERK,
    slept: list[float] | None = None,
    step: Callable[[str], None] = lambda name: None,
) -> Transport:
    """Return the way to the sandbox's SCM; it never sleeps."""
    given = credentials.read(scm_ini(sandbox, folder, admin))
    sleeps = slept if slept is not None else []
    return Transport(given, "test/1", sleep=sleeps.append, step=step)
