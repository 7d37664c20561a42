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
    Entry(
        key="redirect-loop",
        title="Redirects lead in a circle, so the challenge is never answered (HTTP-01)",
        meaning="Who asks for http://{name}/.well-known/acme-challenge/ is redirected again and "
        "again. Neither DNS nor the way to the CA are at fault.",
        causes=(
            "Port 80 redirects to https, and https back to http or to itself: two rules of web "
            "server, ingress, route or application, or a proxy that ends TLS and asks by http.",
            "A content network before the server speaks http to it (Cloudflare: SSL mode Flexible)"
            ", and the server redirects that to https.",
        ),
        steps=(
            "See the circle: `curl -sIL --max-redirs 5 http://{name}/.well-known/acme-challenge/x`",
            "Have /.well-known/acme-challenge/ answered on port 80 without any redirect; or take "
            "away one of the two rules.",
        ),
        phrases=(
            "stopped after redirects",
            "fetching|well_known|challenge|self_check * too_many redirects",
            "redirect|redirection loop|circle|cycle",
            "maximum * redirects followed",
            "curl 47",
            "redirected too many times",
        ),
        at=(("directory", "not-acme", ""), ("nonce", "not-acme", "")),
        sources=("Go", "curl", "boulder"),
        hides=("http01-selfcheck", "http01-connection", "http01-wrong-answer",
               "validation-failed", "ca-unreachable"),
    ),
)  # fmt: skip
