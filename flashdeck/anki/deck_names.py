"""Hierarchical names of decks and tags: `Languages::Spanish`."""

from __future__ import annotations

import re
from collections.abc import Iterable

DEFAULT_DECK = "Default"
"""Anki's default deck, which packages can't contain."""

PLAIN = re.compile(r"[^\W\d_][\w./+-]*(?:::[\w./+-]+)*")
"""Names that need no quotes in YAML."""

_SEPARATOR = "::"


def levels(name: str) -> list[str]:
    """Return the levels of a name, the root first."""
    return name.split(_SEPARATOR)


def join(levels: Iterable[str]) -> str:
    """Join levels to a name."""
    return _SEPARATOR.join(levels)


def root(name: str) -> str:
    """Return the first level of a name."""
    return name.partition(_SEPARATOR)[0]


def leaf(name: str) -> str:
    """Return the last level of a name."""
    return levels(name)[-1]


def parent(name: str) -> str:
    """Return a name without its last level, '' for a root."""
    return join(levels(name)[:-1])


def with_parents(name: str) -> list[str]:
    """Return a name and its parents, the root first."""
    parts = levels(name)
    return [join(parts[:depth]) for depth in range(1, len(parts) + 1)]


def is_within(name: str, above: str) -> bool:
    """Whether a name is `above` or below it, ignoring case as Anki does."""
    return f"{name}::".casefold().startswith(f"{above}::".casefold())
