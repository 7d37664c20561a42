"""The one base error: what is wrong, and what helps."""

from __future__ import annotations


class Error(Exception):
    """Something a person has to know about, with a way on.

    Every room derives its own errors from this one. The command line prints
    them in one place (``cli.main``), the certbot plugin in another
    (``plugin``); nobody else formats errors.

    :param message: what is wrong, naming the file, account or name concerned.
    :param remedy: what to do about it, best as an exact command; may have
        several lines and may be empty where the message already tells.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n{self.remedy}" if self.remedy else self.message


class UsageError(Error):
    """The words of the call are wrong; the command line exits with 2."""
