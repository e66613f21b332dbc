"""Import options and result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from flashdeck.diagnostics import Diagnostic

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with the name of a step, the amount done, and the total."""


class Rewriting(StrEnum):
    """What Markdown must keep of the HTML."""

    SAME = "same"
    """Tags and text; only their spelling may differ."""
    REWRITE = "rewrite"
    """What people see: text, lines, lists, formatting."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """The options of an import.

    `name`, that of the file, replaces Anki's deck name `Default`. `now` is in seconds since 1970.
    `deck` selects a deck and its subdecks; '' is all. `markdown` converts fields to Markdown. With
    `keys`, note types with the usual fields of a question or a cloze text get short keys. With
    `allow_scripts` the settings of a new project accept all scripts. `delete_missing` removes notes
    that the package no longer holds, many only with `accept_removals`. Without times (`has_times`),
    notes are as new as the import, and note types are known by their names.
    """

    name: str
    now: int
    deck: str = ""
    markdown: Rewriting | None = None
    keys: bool = False
    allow_scripts: bool = False
    delete_missing: bool = False
    accept_removals: bool = False
    has_times: bool = True


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of an import. Numbers count notes, except `decks`, `notetypes` and `media`."""

    root: Path
    new: int
    changed: int = 0
    unchanged: int = 0
    conflicts: int = 0
    missing: int = 0
    decks: int = 0
    notetypes: int = 0
    media: int = 0
    diagnostics: tuple[Diagnostic, ...] = ()
