"""What can go wrong with a portal, each with the way on."""

from __future__ import annotations

from certbot_sectigo.base import errors


class PortalError(errors.Error):
    """The portal cannot be asked, or refuses."""


class UnreachableError(PortalError):
    """No answer, or one that cannot be understood.

    :param sent: whether the request may have been carried out all the same.
    """

    def __init__(self, message: str, remedy: str = "", *, sent: bool = True) -> None:
        super().__init__(message, remedy)
        self.sent = sent


class RefusedError(PortalError):
    """The portal refuses.

    :param status: HTTP status code.
    :param code: the portal's own number; None where it gives none.
    """

    def __init__(self, message: str, remedy: str, status: int, code: int | None) -> None:
        super().__init__(message, remedy)
        self.status = status
        self.code = code


class AbsentError(PortalError):
    """The portal does not show what was named, to this log-in."""


class CannotError(PortalError):
    """The portal has no such function."""


class OutcomeUnknownError(PortalError):
    """A request was sent whose answer was lost; it must not be sent again blindly."""
