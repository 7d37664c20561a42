"""Free TCP ports that two test processes, or two test runs, never both take."""

from __future__ import annotations

import random
import socket

# Below the range from which Linux gives ports to outgoing connections.
_RANGE = range(10_000, 32_000)

_reserved: list[socket.socket] = []


def free_port() -> int:
    """Give a TCP port on loopback that nobody listens on and no other test run was given.

    The reservation is a name in the abstract socket namespace: it belongs to the same
    network namespace as the port does, and ends with this process by itself.
    """
    for port in random.sample(_RANGE, len(_RANGE)):
        reservation = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            reservation.bind(f"\0certbot-sectigo-test-port-{port}")
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            reservation.close()
            continue
        _reserved.append(reservation)
        return port
    raise RuntimeError("no free port on loopback")
