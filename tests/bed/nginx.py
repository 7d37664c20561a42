"""A real nginx under certbot's own nginx plugin, both with directories of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bed.components import require
from tests.bed.ports import free_port
from tests.bed.process import Process
from tests.deploy.daemons import open_folder


@dataclass(frozen=True)
class Nginx:
    """A running nginx with a server block for one name."""

    https: int
    """The port that certbot is to let it serve TLS on."""
    words: tuple[str | Path, ...]
    """certbot's options to find it."""
    env: dict[str, str]
    """What lends certbot its nginx plugin."""


@contextmanager
def running(name: str, http: int) -> Iterator[Nginx]:
    """Start it.

    :param name: the server block's name.
    :param http: the port that it listens on.
    """
    nginx = require("nginx")
    packages = require("certbot-nginx/bin/certbot").parent.parent
    (path,) = packages.glob("lib/python*/site-packages")
    with open_folder() as root:
        https = free_port()
        (root / "run").mkdir()
        (root / "www").mkdir()
        config = root / "nginx.conf"
        config.write_text(
            f"""pid {root}/run/pid; error_log {root}/run/error.log; worker_processes 1;
events {{}}
http {{
    access_log off;
    client_body_temp_path {root}/run/t1; proxy_temp_path {root}/run/t2;
    fastcgi_temp_path {root}/run/t3; uwsgi_temp_path {root}/run/t4; scgi_temp_path {root}/run/t5;
    server {{ listen 127.0.0.1:{http}; server_name {name}; root {root}/www; }}
}}
"""
        )
        control = root / "ctl"
        control.write_text(f'#!/bin/sh\nexec {nginx} -p {root} "$@"\n')
        control.chmod(0o755)
        start: list[str | Path] = [nginx, "-p", root, "-c", config, "-e", root / "run/error.log"]
        with Process([*start, "-g", "daemon off;"], folder=root / "output") as server:
            server.until(lambda: (root / "run" / "pid").exists(), "nginx's pid file")
            where = ("--nginx-server-root", root, "--nginx-ctl", control)
            yield Nginx(
                https,
                (*where, "--https-port", str(https)),
                {"CERTBOT_PLUGIN_PATH": str(path)},
            )
