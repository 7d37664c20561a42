"""How a diagnosis is printed for machines; text and JSON for people are the command line's."""

from __future__ import annotations

from certbot_sectigo.doctor.format.interface import DoctorFormat
from certbot_sectigo.doctor.format.nagios import Nagios
from certbot_sectigo.doctor.format.prometheus import Prometheus

__all__ = ["FORMATS", "Format", "Nagios", "Prometheus"]

FORMATS: dict[str, DoctorFormat] = {"nagios": Nagios(), "prometheus": Prometheus()}
"""By the name that ``--format`` takes."""
