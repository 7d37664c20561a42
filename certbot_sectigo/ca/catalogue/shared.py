"""Data: zones of providers below which customers get names, and no say in the zone."""

from __future__ import annotations

import re

_ZONES = (
    *("azure.com", "azurewebsites.net", "azure-api.net", "azurefd.net", "azureedge.net"),
    *("cloudapp.net", "trafficmanager.net", "windows.net", "azurestaticapps.net"),
    *("amazonaws.com", "elasticbeanstalk.com", "cloudfront.net", "awsapprunner.com"),
    *("googleusercontent.com", "appspot.com", "run.app", "web.app", "firebaseapp.com"),
    *("herokuapp.com", "herokudns.com", "github.io", "gitlab.io", "netlify.app", "vercel.app"),
    *("pages.dev", "workers.dev", "onrender.com", "fly.dev", "ondigitalocean.app"),
    *("ngrok.io", "ngrok.app", "ngrok-free.app", "linodeusercontent.com", "members.linode.com"),
    *("vultrusercontent.com", "your-server.de", "vps.ovh.net", "contaboserver.net", "scw.cloud"),
    *("hstgr.cloud", "secureserver.net", "stratoserver.net", "kasserver.com", "synology.me"),
    *("myqnapcloud.com", "myfritz.net", "duckdns.org", "ddns.net", "hopto.org", "zapto.org"),
    *("sytes.net", "dynu.net", "dyndns.org", "dynv6.net", "nip.io", "sslip.io", "ts.net"),
)
"""From the private part of the Public Suffix List (publicsuffix.org) and providers' manuals."""
_BELOW = re.compile(
    r"(?i)(?<![\w*-])[\w*-]{1,63}(?:\.[\w-]{1,63}){0,10}?"
    rf"\.({'|'.join(map(re.escape, _ZONES))})(?![\w-]|\.\w)"
)


def zone_of(text: str) -> str | None:
    """Return the provider's zone that the first such name in a text is below; None if none is."""
    found = _BELOW.search(text)
    return found.group(1).lower() if found else None
