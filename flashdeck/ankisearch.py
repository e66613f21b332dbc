"""Searches for Anki's browser that find what an import leaves to the learner."""

from __future__ import annotations

import re
from collections.abc import Sequence

# What means something in a search (docs.ankiweb.net/searching.html).
_SPECIAL = re.compile(r'([\\"*_:])')


def find_deck(name: str) -> str:
    """Find the cards of a deck and those below it."""
    levels = "::".join(_escaped(level) for level in name.split("::"))
    return f'"deck:{levels}"'


def find_notes(notetype: str, guids: Sequence[str]) -> str:
    """Find notes of a built-in note type by their ids."""
    ids = " or ".join(
        f'"Id:{_escaped(guid)}"' if _SPECIAL.search(guid) else f"Id:{guid}" for guid in guids
    )
    found = f"({ids})" if len(guids) > 1 else ids
    return f'"note:{_escaped(notetype)}" {found}'


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
