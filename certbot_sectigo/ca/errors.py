"""What can come of asking a CA besides an answer."""

from __future__ import annotations

from certbot_sectigo.base import errors
from certbot_sectigo.ca import problems
from certbot_sectigo.ca.problems import NOTHING, About, Meaning, Problem


class CaError(errors.Error):
    """The CA could not be asked, or did not do what it was asked."""


class Unreachable(CaError):  # noqa: N818 - what happened, not the category
    """No usable answer: whether the CA did anything is not known."""


class Refused(CaError):  # noqa: N818 - what happened, not the category
    """The CA answered with a problem document; its remedy is the catalogue's.

    :param url: what was asked.
    :param problem: the answer.
    :param server: the CA's ACME directory URL.
    :param about: what is known of the request.
    """

    def __init__(
        self, url: str, problem: Problem, server: str | None = None, about: About = NOTHING
    ) -> None:
        server = server or url
        super().__init__(f"{url} answered: {problem}", problems.remedy(problem, server, about))
        self.problem = problem
        self.server = server

    @property
    def meaning(self) -> Meaning:
        """What the refusal says."""
        return problems.meaning(self.problem, self.server)
