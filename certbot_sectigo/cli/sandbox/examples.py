"""What one types, by subcommand of ``sandbox``; each needs one that runs."""

from __future__ import annotations

from certbot_sectigo.cli.shared.options import Example


def _both(words: str, what: str) -> tuple[Example, ...]:
    return (
        (what, f"certbot-sectigo sandbox {words}"),
        (
            "of the one that serves https on port 9000",
            f"certbot-sectigo sandbox --port 9000 --tls {words}",
        ),
    )


EXAMPLES: dict[str, tuple[Example, ...]] = {
    "requests": (
        ("what clients asked so far", "certbot-sectigo sandbox requests"),
        ("begin to count anew", "certbot-sectigo sandbox requests --clear"),
    ),
    "accounts": _both("accounts", "who has registered, with which pair"),
    "orders": _both("orders", "what was ordered, by whom, and how it ended"),
    "certificates": _both("certificates", "what was issued"),
    "pairs": _both("pairs", "which pairs there are, and which are bound"),
    "fault": (
        (
            "hold the next finalize for a minute",
            "certbot-sectigo sandbox fault hold --endpoint finalize --seconds 60",
        ),
        ("be busy for three requests", "certbot-sectigo sandbox fault rate-limit --times 3"),
        ("behave again", "certbot-sectigo sandbox fault none"),
    ),
    "scm": (
        ("what staff do for a while", "certbot-sectigo sandbox scm suspend physics-kid"),
        ("and take back", "certbot-sectigo sandbox scm resume physics-kid"),
    ),
    "advance": _both("advance 60", "it is two months later"),
}
