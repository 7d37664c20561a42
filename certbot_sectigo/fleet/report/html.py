"""The page as HTML that needs nothing else.

Whatever comes from hosts, CAs and portals passes one place: :func:`_shown` takes out what is no
text, and Jinja's autoescape escapes it. There is no attribute but numbers and words of ours, and
the page's own policy has nothing run or be fetched beside the style and the script in it, which it
names by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from certbot_sectigo import __version__
from certbot_sectigo.base import printable, reading
from certbot_sectigo.fleet.report import timeline
from certbot_sectigo.fleet.report.page import Page

_FOLDER = Path(__file__).parent / "template"


def render(page: Page) -> bytes:
    """Return the page as UTF-8.

    :raises ImportError: if Jinja2 is not installed; it is the extra ``report``.
    """
    import jinja2
    from markupsafe import Markup

    def shown(value: Any) -> Any:
        return value if isinstance(value, Markup) else _shown(value)

    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=shown,
        loader=jinja2.FileSystemLoader(str(_FOLDER)),
    )
    style, script = (_text(name) for name in ("page.css", "page.js"))
    policy = (
        f"default-src 'none'; img-src data:; style-src {_hash(style)}; "
        f"script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )
    text = environment.get_template("page.html").render(
        page=page,
        policy=policy,
        style=Markup(style),  # noqa: S704 - a file of this package
        script=Markup(script),  # noqa: S704 - likewise
        version=__version__,
        width=timeline.WIDTH,
    )
    return text.encode()


def _shown(value: object) -> object:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    if value is None:
        return "?"
    return printable.lines(value) if isinstance(value, str) else value


def _text(name: str) -> str:
    return reading.read_regular(_FOLDER / name).decode()


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
