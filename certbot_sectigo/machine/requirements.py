"""Which requirement of ours is not met, and what helps; imports none of them.

certbot up to 2.1 at least looks its plugins up with pkg_resources, which refuses a plugin
one of whose requirements, or one of theirs, is missing or too old. That certbot then ends
with ``pkg_resources.DistributionNotFound`` or ``VersionConflict`` whatever it was told to
do, and does not say which plugin it is about.
"""

from __future__ import annotations

import importlib.metadata
import re
import shlex
import sys
import warnings
from dataclasses import dataclass

from certbot_sectigo.base import proposed

DISTRIBUTION = "certbot-sectigo"


@dataclass(frozen=True)
class Unmet:
    """A requirement that is not met."""

    requirement: str
    """As pip takes it, such as ``rich>=9.11``."""
    found: str | None
    """What is there instead, such as ``rich 9.2.0``; None for nothing."""

    @property
    def message(self) -> str:
        """Say what is wrong and what it means."""
        instead = f", but {self.found} is what Python finds" if self.found else ", which is missing"
        return (
            f"{DISTRIBUTION} needs the Python package {self.requirement}{instead}.\n"
            "Older certbots (Debian 12's 2.1 for one) refuse every command until this is mended, "
            "also for certificates that are not ours."
        )

    @property
    def pip(self) -> str:
        """The words that start this environment's pip, for a shell."""
        return f"{shlex.quote(sys.executable)} -m pip"

    @property
    def install(self) -> str:
        """Return the command that brings it."""
        return proposed.line(f"{self.pip} install {shlex.quote(self.requirement)}")

    @property
    def remedy(self) -> str:
        """Return the commands that help."""
        install = self.install
        uninstall = proposed.line(f"{self.pip} uninstall {DISTRIBUTION}")
        return (
            f"Run:  {install}\n"
            f"To have certbot run without this plugin meanwhile:  {uninstall}\n"
            "Where the plugin came into a folder of its own by  pip install --target FOLDER : "
            "give the first command  --upgrade --target FOLDER  too, or unset CERTBOT_PLUGIN_PATH."
        )


def first_unmet(distribution: str = DISTRIBUTION) -> Unmet | None:
    """Find the requirement that certbot would stumble over, as certbot itself finds it.

    :returns: None if all are met, also those of our requirements in turn; where
        pkg_resources is not installed no certbot asks it, and only our own are looked at.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pkg_resources
    except ImportError:
        return _first_missing(distribution)
    try:
        pkg_resources.require(distribution)
    except pkg_resources.VersionConflict as error:
        return Unmet(str(error.req), f"{error.dist.project_name} {error.dist.version}")
    except pkg_resources.DistributionNotFound as error:
        if error.req.project_name == distribution:
            return None  # it is not installed itself
        return Unmet(str(error.req), None)
    except pkg_resources.ResolutionError:
        return None
    return None


def missing_module(module: str) -> Unmet | None:
    """Find the requirement that brings a module which cannot be imported.

    :param module: the name in a ModuleNotFoundError.
    :returns: None if no requirement of ours has that name.
    """
    top = module.partition(".")[0]
    for requirement in _requirements(DISTRIBUTION):
        if _name(requirement) == top:
            return Unmet(requirement, None)
    return None


def of_extra(extra: str) -> Unmet:
    """Return the requirement of an extra, which is not met.

    :param extra: one with a single requirement, such as ``report``.
    """
    for line in importlib.metadata.requires(DISTRIBUTION) or ():
        requirement, _, marker = (part.strip() for part in line.partition(";"))
        if re.fullmatch(rf"extra\s*==\s*[\"']{re.escape(extra)}[\"']", marker):
            return Unmet(requirement, None)
    return Unmet(f"{DISTRIBUTION}[{extra}]", None)  # its metadata have lost it


def _first_missing(distribution: str) -> Unmet | None:
    try:
        requirements = _requirements(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None
    for requirement in requirements:
        try:
            importlib.metadata.version(_name(requirement))
        except importlib.metadata.PackageNotFoundError:
            return Unmet(requirement, None)
    return None


def _requirements(distribution: str) -> list[str]:
    """Return the requirements that apply here, without extras and markers."""
    found = []
    for line in importlib.metadata.requires(distribution) or ():
        requirement, _, marker = (part.strip() for part in line.partition(";"))
        # The one marker of ours that is no extra's asks for an older Python.
        older = re.fullmatch(r'python_version\s*<\s*"3\.(\d+)"', marker)
        if not marker or (older and sys.version_info < (3, int(older[1]))):
            found.append(requirement)
    return found


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    return found[0].lower() if found else requirement
