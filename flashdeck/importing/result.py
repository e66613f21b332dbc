"""What an import did, and what it was asked to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from flashdeck.diagnostics import Diagnostic

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the author asks of an import.

    `name` stands for what has none, as the cards of Anki's own deck `Default`: the file's. `now` is
    in seconds since 1970. `deck` picks that deck and those below it; '' is all.
    """

    name: str
    now: int
    deck: str = ""
    markdown: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. Numbers count notes, but for `decks`, `notetypes` and `media`."""

    root: Path
    new: int
    changed: int = 0
    unchanged: int = 0
    conflicts: int = 0
    decks: int = 0
    notetypes: int = 0
    media: int = 0
    diagnostics: tuple[Diagnostic, ...] = ()
