"""The only place that knows sentences of CAs and clients: what each means and what helps.

Words of this room: an *entry* is one meaning with all the ways to say it; a *phrase* is
one of these; a *profile* is what is peculiar to a CA. Data, one module per speaker;
:mod:`~certbot_sectigo.ca.catalogue.matching` finds entries in a text,
:func:`match` looks one problem document up, :func:`advise` fills an entry in.
"""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.entries import ENTRIES, PROFILES, SPEAKERS
from certbot_sectigo.ca.catalogue.lookup import (
    ANY,
    Advice,
    advise,
    entry,
    holds,
    look_up,
    match,
    of_server,
    pieces,
    profile,
    spoken_of,
    tells_more,
)
from certbot_sectigo.ca.catalogue.model import PLACEHOLDERS, Entry, Profile, Weight

__all__ = [
    "ANY",
    "ENTRIES",
    "PLACEHOLDERS",
    "PROFILES",
    "SPEAKERS",
    "Advice",
    "Entry",
    "Profile",
    "Weight",
    "advise",
    "entry",
    "holds",
    "look_up",
    "match",
    "of_server",
    "pieces",
    "profile",
    "spoken_of",
    "tells_more",
]
