"""Opens the tables of deck files. A table is in `cards/`, and belongs to one deck."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import TYPE_CHECKING

from flashdeck.files.files import Refusal, RefusedFileError, read_regular
from flashdeck.project.paths import CARDS_NAME
from flashdeck.project.project import Project
from flashdeck.text import did_you_mean, nearest

if TYPE_CHECKING:
    from flashdeck.source.tables import NoTable, OpenTable, TableFile

_ENDINGS = (".csv", ".tsv", ".txt")


class TableFiles:
    """The tables of a project, and the deck of each one."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._used: dict[Path, str] = {}

    def beside(self, deck: str) -> OpenTable:
        """Return the function that opens tables by their paths relative to a deck file."""
        return lambda name: self._open(deck, name)

    def _open(self, deck: str, name: str) -> TableFile | NoTable:
        from flashdeck.source.tables import NoTable, TableFile  # few projects have a table

        root, cards = self._project.root, self._project.cards
        if Path(name).suffix.lower() not in _ENDINGS or "\\" in name:
            hint = "save the spreadsheet as 'CSV UTF-8'; in a path write /"
            return NoTable(f"'{name}' does not end in .csv or .tsv", hint)
        place = posixpath.normpath(posixpath.join(posixpath.dirname(deck), name))
        path = root / place
        outside = NoTable(f"'{name}' is outside of cards/", "put it beside this file")
        if not place.startswith(f"{CARDS_NAME}/"):
            return outside
        try:
            data = read_regular(path, cards, self._project.settings.limits.size)
        except RefusedFileError as refused:
            if refused.refusal is Refusal.OUTSIDE:
                return outside
            hint = self._meant(path.parent, path.name)
            return NoTable(f"'{name}' can't be read: {refused.why}", hint)
        real = path.resolve()
        if real in self._used:
            hint = "a row is one note, so a table belongs to one deck"
            return NoTable(f"'{name}' is a table of {self._used[real]} already", hint)
        self._used[real] = deck
        return TableFile(place, data)

    def _meant(self, folder: Path, name: str) -> str:
        """Return a hint with the most similar name."""
        try:
            names = [path.name for path in folder.iterdir() if path.suffix.lower() in _ENDINGS]
        except OSError:
            names = []
        return did_you_mean(nearest(name, sorted(names)), "its name is relative to this file")
