"""What a format for monitoring is."""

from __future__ import annotations

import abc

from certbot_sectigo.doctor.model import Diagnosis


class DoctorFormat(abc.ABC):
    """A way to tell a diagnosis to a program; pure."""

    @abc.abstractmethod
    def text(self, diagnosis: Diagnosis) -> str:
        """Return what is printed on standard output, with its line ends."""

    @abc.abstractmethod
    def exit_code(self, diagnosis: Diagnosis) -> int:
        """Return the exit code that goes with it."""

    @abc.abstractmethod
    def failure(self, message: str) -> tuple[str, int] | None:
        """Return text and exit code where there is no diagnosis; None to report it as an error."""
