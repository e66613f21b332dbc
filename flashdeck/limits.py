"""Limits of Anki's collections and packages, and of names in a project.

Ground module: it imports nothing of flashdeck's.
"""

from __future__ import annotations

LAST_CLOZE = 499
"""Clozes with greater numbers share one card, which Anki's Check Database doubles."""

LAST_ORDINAL = 499
"""The greatest ordinal of a card: the one that clozes above `LAST_CLOZE` share."""

POSITIONS = 2**31
"""How many positions there are for new cards."""

MEDIA_NAME_BYTES = 255
"""The most bytes in the name of a media file: a disk takes no more."""

DECK_NAME = 200
"""The most characters in a deck's full name."""

PROJECT_NAME = 100
"""The most characters in a project's name."""
