"""Redirects of a web server that lead the CA's question for a challenge astray."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Entry

ENTRIES = (
    Entry(
        key="redirect-glued",
        title="A redirect glues the host name to the path: a slash is missing in its target",
        meaning="The CA asked on port 80, was redirected, and the URL that it was sent to has no "
        "slash behind the host name, so that a host is asked for that does not exist. Port 80 "
        "works; DNS records and the client's folder are not what is wrong.",
        causes=(
            "The redirect's target has no slash at its end: Apache's 'Redirect / "
            "https://HOST' puts the rest of the path straight behind it; nginx with 'return 301 "
            "https://HOST$1', a panel or a load balancer with a target of that kind.",
        ),
        steps=(
            "End the target with a slash (Redirect permanent / https://HOST/), or in nginx use "
            "https://HOST$request_uri; then reload the web server.",
            "Or leave /.well-known/acme-challenge/ out of the redirect.",
        ),
        shown=(
            r"(?i)(?:(?<!response from )https?://|connect to |look(?:ing )?up (?:\w{1,4} for )?"
            r"|resolve(?: host)?:? |host \W?)"
            r"[a-z0-9-]{1,63}\.[a-z0-9.-]{0,200}[a-z](?::\d{2,5})?\.?well-known\b(?=[/\"':\s,;]|\Z)",
        ),
        sources=("dehydrated#305", "RFC 8555 section 8.3"),
        step="challenge",
        hides=("http01-connection", "http01-timeout", "http01-wrong-answer", "dns-problem",
               "validation-failed", "name-not-public", "http01-selfcheck", "ca-name-resolution",
               "lacks-authorization"),
    ),
)  # fmt: skip
