"""Pure: when certbot renews a certificate, by its own rule in each version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from certbot_sectigo.machine import certbot_versions, renewal_values

_OLD_BEFORE_EXPIRY = timedelta(days=30)
"""When certbot before 4.0 renews, whatever the certificate's lifetime."""


def window(
    lifetime: timedelta, options: Mapping[str, str], certbot_version: tuple[int, ...]
) -> timedelta:
    """Tell how long before a certificate's end certbot renews it.

    That is the lifetime's last third (its last half below ten days) since certbot 4.0, 30
    days before; ``renew_before_expiry`` in the renewal file comes first.
    """
    asked = options.get("renew_before_expiry")
    if asked:
        return renewal_values.span(asked)
    last = lifetime / (2 if lifetime < timedelta(days=10) else 3)
    return (
        last
        if certbot_versions.renews_by_lifetime(certbot_version)
        else min(last, _OLD_BEFORE_EXPIRY)
    )


def next_try(
    not_before: datetime,
    not_after: datetime,
    options: Mapping[str, str],
    certbot_version: tuple[int, ...],
    now: datetime,
) -> datetime | None:
    """Return when ``certbot renew`` will want to renew a certificate; `now` if that is past.

    A CA that says earlier by ARI (RFC 9773), which certbot asks since 4.1, is not asked here.

    :param options: texts of ``[renewalparams]``, and the file's own ``renew_before_expiry``.
    :returns: None where the renewal is switched off.
    """
    if options.get("autorenew", "").lower() == "false":
        return None
    start = not_after - window(not_after - not_before, options, certbot_version)
    return max(start, now)
