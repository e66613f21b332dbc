"""Selects the diagnostics of some files and decks."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from flashdeck.anki.deck_names import is_within
from flashdeck.diagnostics import Diagnostic, FlashdeckError, Span
from flashdeck.project.project import Project, default_deck, load_project, read_source
from flashdeck.source.decks import read_decks
from flashdeck.source.note import SourceDeck, SourceFile
from flashdeck.text import did_you_mean, nearest
from flashdeck.yamlnode import MappingNode

ALL = "."
"""The path of the project."""


class _Part(NamedTuple):
    """Lines of a file, or of all files in a folder."""

    path: str
    first: int = 1
    last: int = sys.maxsize

    def holds(self, span: Span) -> bool:
        is_in = self.path in (ALL, span.path) or span.path.startswith(f"{self.path}/")
        return is_in and self.first <= span.line <= self.last


class Selection:
    """The files in `paths` and the documents and tables with notes of `decks`; all if neither.

    `sources` include tables. Paths are relative to the project, and may be those of folders.
    Raises `FlashdeckError` for an unknown deck.
    """

    def __init__(
        self, sources: Sequence[SourceFile], paths: Iterable[str] = (), decks: Iterable[str] = ()
    ) -> None:
        self._parts = [_Part(path) for path in paths]
        for deck in decks:
            parts = [part for source in sources for part in _parts(source, deck)]
            if not parts:
                raise unknown_deck(deck, {name for source in sources for name in names(source)})
            self._parts += parts
        self._parts = self._parts or [_Part(ALL)]

    def holds(self, span: Span | None) -> bool:
        """Whether a place is selected; a problem without a place is one of the project."""
        if span is None:
            return _Part(ALL) in self._parts
        return any(part.holds(span) for part in self._parts)

    def of(self, problems: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Return the selected diagnostics."""
        return [problem for problem in problems if self.holds(problem.span)]


def selected_decks(
    root: Path, paths: Iterable[str], decks: Iterable[str], built: Iterable[str]
) -> set[str]:
    """Return the decks of deck files in `paths`, and those that are, or are below, one of `decks`.

    `built` are decks of packages, which the sources may lack: a table can name more. The deck of a
    document may have no notes of its own. Raises `FlashdeckError` for an unknown file or deck.
    """
    project, _ = load_project(root)
    by_path = {project.relative(path): _decks_of(project, path) for path in project.decks}
    known = set(built).union(*by_path.values())
    chosen = list(decks)
    for path in paths:
        inside = [name for name in by_path if _Part(path).holds(Span.point(name))]
        if not inside:
            raise FlashdeckError(f"{path} is not a deck file", "name one, a folder or a deck")
        chosen += [deck for name in inside for deck in by_path[name]]
    result: set[str] = set()
    for deck in chosen:
        inside_deck = {name for name in known if is_within(name, deck)}
        if not inside_deck:
            raise unknown_deck(deck, known)
        result |= inside_deck
    return result


def _decks_of(project: Project, path: Path) -> list[str]:
    file, _ = read_source(project, path)
    if file is None:
        return []
    return list(names(read_decks(file, default_deck(project, path), project.settings.markup)[0]))


def names(source: SourceFile) -> Iterator[str]:
    """Yield the decks of the notes in a file."""
    for deck in source.decks:
        yield from _names(deck)


def unknown_deck(name: str, known: Iterable[str]) -> FlashdeckError:
    """Return the error for a name that is neither a file nor a deck."""
    hint = did_you_mean(nearest(name, known), "name a file, a folder or a deck of this project")
    return FlashdeckError(f"there is no file and no deck '{name}'", hint)


def _names(deck: SourceDeck) -> Iterator[str]:
    yield deck.name.value
    yield from (note.deck for note in deck.notes)


def _parts(source: SourceFile, name: str) -> Iterator[_Part]:
    """Yield the parts of a file that hold notes of a deck or of its subdecks."""
    found = [any(is_within(one, name) for one in _names(deck)) for deck in source.decks]
    starts = [
        node.start.line + 1 for node in source.yaml.documents if isinstance(node, MappingNode)
    ]
    if all(found) or len(starts) != len(found):  # a table has no documents
        yield from [_Part(source.yaml.path)] * any(found)
        return
    for is_found, first, end in zip(
        found, [1, *starts[1:]], [*starts[1:], sys.maxsize], strict=True
    ):
        if is_found:
            yield _Part(source.yaml.path, first, end - 1)
