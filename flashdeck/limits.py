"""Limits of Anki and of names in a project."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LAST_CLOZE = 499
"""The greatest cloze number with a card of its own; Check Database duplicates the shared card."""

LAST_ORDINAL = 499
"""The greatest ordinal of a card, shared by clozes above `LAST_CLOZE`."""

POSITIONS = 2**31
"""The number of positions for new cards."""

MEDIA_NAME_BYTES = 255
"""The maximal length of a media file name in bytes, as in file systems."""

DECK_NAME = 200
"""The maximal length of a deck's full name."""

PROJECT_NAME = 100
"""The maximal length of a project's name."""

TEXT = 2**20
"""The greatest limit of a text in a project, in characters."""

CEILINGS: Mapping[str, int] = MappingProxyType(
    {
        "size": 256 * 2**20,
        "nodes": 12_000_000,
        "depth": 32,
        "scalar": TEXT,
        "key": 1_024,
        "problems": 1_000,
    }
)
"""The greatest limits that a project's settings can set: they may be a stranger's."""

_FIELD_RATIO = 4  # a text becomes longer as HTML
_raised: dict[str, int] = {}


def set_limits(sizes: Mapping[str, int]) -> None:
    """Set limits for the rest of this process, by the user's own command line."""
    _raised.clear()
    _raised.update(sizes)


def own_limits() -> Mapping[str, int]:
    """Return the limits that the user set, which replace those of projects."""
    return MappingProxyType(_raised)


def field_limit() -> int:
    """Return how many characters a field of a package may have."""
    return _FIELD_RATIO * max(TEXT, _raised.get("scalar", 0))
