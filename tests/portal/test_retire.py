"""An account's end: what is not shown is not taken for done."""

from __future__ import annotations

from typing import Any, cast

import pytest

from certbot_sectigo.portal import retire
from certbot_sectigo.portal.errors import PortalError, RefusedError
from certbot_sectigo.portal.model import PortalAccount
from certbot_sectigo.portal.port import Portal


class _Silent:
    """A portal that shows no clients."""

    def clients(self, ident: int) -> Any:
        raise _refused()


def _refused() -> RefusedError:
    error = RefusedError.__new__(RefusedError)
    PortalError.__init__(error, "no")
    error.status = 403
    return error


@pytest.mark.parametrize("delete", [True, False])
def test_clients_that_are_not_shown_are_not_called_ended(delete: bool) -> None:
    account = PortalAccount.__new__(PortalAccount)
    object.__setattr__(account, "id", 1)
    object.__setattr__(account, "name", "web1")
    with pytest.raises(PortalError, match="does not show the clients of web1"):
        retire.plan(cast(Portal, _Silent()), account, delete=delete)
