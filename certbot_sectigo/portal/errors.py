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


class CannotError(PortalError):
    """The portal has no such function."""


class OutcomeUnknownError(PortalError):
    """A request was sent whose answer was lost; it must not be sent again blindly."""


_LOG_IN = (
    "Compare login, password and customer URI with SCM; the password may have expired, and a new "
    "administrator has to change the first one in SCM's web page."
)
_PRIVILEGE = "In SCM, give this administrator the privilege, and the organisation Web API access."
_SCOPE = "In SCM, see which organisations this administrator may manage."
_PASSING = "It may be passing: try again; then ask SCM's support with the time and this text."
_REMEDIES = (
    # (code, a word of the text, remedy): the same number has several texts [D].
    (-16, "", _LOG_IN),
    (-970, "", _LOG_IN),
    (-3, "", _PRIVILEGE),
    (-25, "", _PRIVILEGE),
    (-37, "", _SCOPE),
    (-738, "", _SCOPE),
    (-1023, "", "Compare the organisation with those that this administrator sees in SCM."),
    (-715, "", "Have the domain activated in SCM."),
    (-727, "", "Have the domain entered in SCM and delegated to the organisation."),
    (-1010, "", "Have the domain delegated to the organisation in SCM."),
    (-102, "", "Only a certificate that is issued can be revoked."),
    (-159, "", "There is nothing left to do."),
    (-124, "", "The certificate may be another organisation's."),
    (-7306, "", "Set a new password in SCM."),
    (-1, "pending", "Bind the account first, or have SCM's staff delete it."),
    (-1, "internal", _PASSING),
    (-2, "", _PASSING),
    (-14, "", _PASSING),
)


def remedy(status: int, code: int | None, text: str) -> str:
    """Return what helps against a refusal; empty where nothing is known."""
    for known, word, advice in _REMEDIES:
        if code == known and word in text.lower():
            return advice
    if status == 401:
        return _LOG_IN
    if status == 403:
        return _PRIVILEGE
    return ""
