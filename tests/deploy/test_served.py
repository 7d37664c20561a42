from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from certbot_sectigo.deploy import served
from certbot_sectigo.deploy.targets import parse
from tests.bed.ports import free_port
from tests.deploy.lineages import issue, lay


@pytest.mark.parametrize(
    ("names", "domains", "asked"),
    [
        (("www.example.org",), (), "www.example.org"),
        (("*.example.org", "example.org"), (), "www.example.org"),
        (("a.example.org", "b.example.org"), ("b.example.org",), "b.example.org"),
        (("192.0.2.1", "2001:db8::1"), (), None),
    ],
)
def test_name_that_is_asked_for(
    names: tuple[str, ...], domains: tuple[str, ...], asked: str | None, tmp_path: Path
) -> None:
    ((target,), _) = parse(
        '[[target]]\nname = "t"\ncert_name = "w"\nformat = "bundle"\npath = "/x/y"\n'
    )
    offered = replace(lay(tmp_path, "w", issue("x.example.org")), names=names)
    assert served.server_name(replace(target, domains=domains), offered) == asked


def test_nobody_there_and_somebody_without_tls(tmp_path: Path) -> None:
    port = free_port()
    text = (
        '[[target]]\nname = "t"\ncert_name = "w"\nformat = "bundle"\npath = "/x/y"\ntimeout = 1\n'
    )
    ((target,), _) = parse(text + f'connect = "127.0.0.1:{port}"\n')
    offered = lay(tmp_path, "w", issue("x.example.org"))
    said = served.problem(target, offered, 0)
    assert said == f"127.0.0.1:{port} cannot be asked over TLS: Connection refused"
    assert served.silent(target, offered, 0) == f"nothing answers at 127.0.0.1:{port}"
    with socket.create_server(("127.0.0.1", port)):
        said = served.problem(target, offered, 0)
        assert said is not None
        assert "timed out" in said
    assert served.problem(replace(target, connect=None), offered, 0) is None
