"""DNS names as people write them, and as certificates have them."""

from __future__ import annotations


def to_ascii(name: str) -> str:
    """Return a DNS name with its U-labels as A-labels (RFC 5890); an ASCII name stays as it is.

    By IDNA 2008 with UTS 46, as browsers do, so that ``straße`` is not taken for ``strasse``.

    :param name: a star as its first label may stand.
    :raises ValueError: if it is no name that way.
    """
    if name.isascii():
        return name
    # Comes with requests, which acme requires.
    import idna

    star, rest = ("*.", name[2:]) if name.startswith("*.") else ("", name)
    return star + idna.encode(rest, uts46=True).decode("ascii")
