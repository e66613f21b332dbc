"""Limits of Anki and of names in a project."""

from __future__ import annotations

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
