"""Pure: when certbot renews a certificate, by its own rule in each version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from certbot_sectigo.machine import certbot_versions, renewal_values

_SHORT = timedelta(days=10)
_OLD = timedelta(days=30)
"""When certbot before 4.0 renews, whatever the certificate's lifetime."""


def window(
    lifetime: timedelta, options: Mapping[str, str], certbot_version: tuple[int, ...]
) -> timedelta:
    """Tell how long before a certificate's end certbot renews it.

    That is the lifetime's last third (its last half below ten days) since certbot 4.0, 30
    days before, so at every run where the lifetime is shorter; ``renew_before_expiry`` in the
    renewal file comes first, but for 4.0 itself, which takes the longer of the two.
    """
    by_lifetime = certbot_versions.renews_by_lifetime(certbot_version)
    usual = lifetime / (2 if lifetime < _SHORT else 3) if by_lifetime else min(_OLD, lifetime)
    text = options.get("renew_before_expiry")
    if not text:
        return usual
    asked = renewal_values.span(text)
    return max(asked, usual) if certbot_versions.renews_no_later(certbot_version) else asked


def next_try(
    not_before: datetime,
    not_after: datetime,
    options: Mapping[str, str],
    certbot_version: tuple[int, ...],
    now: datetime,
) -> datetime | None:
    """Return when ``certbot renew`` will want to renew a certificate; `now` if that is past.

    A CA that says earlier by ARI (RFC 9773), which certbot asks since 4.1, is not asked here,
    nor whether it was revoked.

    :param options: texts of ``[renewalparams]``, and the file's own ``renew_before_expiry``.
    :returns: None where the renewal is switched off.
    """
    if options.get("autorenew", "").lower() == "false":
        return None
    start = not_after - window(not_after - not_before, options, certbot_version)
    return max(start, now)
