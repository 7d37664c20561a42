"""What this machine calls itself."""

from __future__ import annotations

import os


def own() -> str:
    """Return the machine's name: what ``socket.gethostname`` says, without loading all of that.

    certbot writes it beside each account that it makes.
    """
    return os.uname().nodename
