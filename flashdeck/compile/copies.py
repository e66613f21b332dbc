"""Notes with an id that another note has, and files that are copies of others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from typing import NamedTuple

from flashdeck.compile.cache import key_of
from flashdeck.compile.identity import Identified, derived_id
from flashdeck.diagnostics import Diagnostic, Span
from flashdeck.records import dataclass
from flashdeck.source.note import SourceNote
from flashdeck.text import counted

# The most files in which each file's notes are looked up.
_MOST_COMPARED = 8


class Copies(NamedTuple):
    """The places of notes that do not keep their ids, and what is reported of them."""

    places: frozenset[int] = frozenset()
    problems: tuple[Diagnostic, ...] = ()


def find_copies(
    notes: Sequence[SourceNote], project_id: str, likeness: Callable[[SourceNote], int]
) -> Copies:
    """Find the notes whose ids other notes have.

    `likeness` is greater the more a note is like the released one, and 0 for other content. The
    most similar note keeps the id; without one the note whose text the id was derived from, or else
    the first. A file whose notes are all in another file is reported once.
    """
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, note in enumerate(notes):
        if note.id is not None:
            places[note.id.value].append(place)
    shared = {name: holders for name, holders in places.items() if len(holders) > 1}
    if not shared:
        return Copies()
    ranks = {place: likeness(notes[place]) for holders in shared.values() for place in holders}
    files = _Files(notes, shared, (place for place, rank in ranks.items() if rank))
    problems = files.problems()
    copies: set[int] = set()
    for name, holders in shared.items():
        original = max(holders, key=ranks.__getitem__)
        if not ranks[original]:
            derived = (
                place for place in holders if derived_id(project_id, notes[place], (), {}) == name
            )
            original = next(derived, holders[0])
        others = [place for place in holders if place != original]
        copies.update(others)
        problems += [
            _duplicate(notes[place], notes[original])
            for place in others
            if not files.is_known(notes[place], notes[original])
        ]
    # A row's id is that of all notes that were made of it.
    return Copies(frozenset(copies), tuple(dict.fromkeys(problems)))


def _duplicate(note: SourceNote, original: SourceNote) -> Diagnostic:
    assert note.id is not None
    assert original.id is not None
    place = original.id.span
    row = note.made.row_id if note.made is not None else None
    return Diagnostic(
        "duplicate-id",
        f"the id '{(row or note.id)[0]}' is used twice: also at {place.path}:{place.line}",
        note.id.span,
        hint="a copied note? remove this id, and the next build writes a new one",
    )


@dataclass(slots=True)
class _File:
    """A file that shares ids with others: its notes, and how many have the released content."""

    path: str
    order: int
    notes: list[SourceNote] = field(default_factory=list)
    released: int = 0
    by_id: dict[str, SourceNote] = field(default_factory=dict)

    def heads(self) -> set[tuple[str, str]]:
        """The kinds and first texts of its notes."""
        return {(note.kind.name, note.head) for note in self.notes}


class _Files:
    """The files that share ids, and which of them are copies of which."""

    def __init__(
        self,
        notes: Sequence[SourceNote],
        shared: Mapping[str, Sequence[int]],
        released: Iterable[int],
    ) -> None:
        self._files: dict[str, _File] = {}
        for holders in shared.values():
            for place in holders:
                path = notes[place].span.path
                self._files.setdefault(path, _File(path, len(self._files)))
        for note in notes:
            file = self._files.get(note.span.path)
            if file is not None:
                file.notes.append(note)
                if note.id is not None:
                    file.by_id.setdefault(note.id.value, note)
        for place in released:
            self._files[notes[place].span.path].released += 1
        self._holders = {
            name: list(dict.fromkeys(notes[place].span.path for place in holders))
            for name, holders in shared.items()
        }
        self._kept: dict[str, str] = {}

    def problems(self) -> list[Diagnostic]:
        """Report each file that is a copy of another one."""
        problems: list[Diagnostic] = []
        for file in self._files.values():
            other = self._original(file)
            if other is not None:
                self._kept[file.path] = other.path
                problems.append(_copied_file(file, other))
        return problems

    def is_known(self, note: SourceNote, original: SourceNote) -> bool:
        """Whether two notes with one id are in files of which one is reported as a copy."""
        paths = note.span.path, original.span.path
        return paths[0] != paths[1] and self._root(paths[0]) == self._root(paths[1])

    def _root(self, path: str) -> str:
        while (kept := self._kept.get(path, path)) != path:
            self._kept[path] = self._kept.get(kept, kept)
            path = kept
        return path

    def _original(self, file: _File) -> _File | None:
        """Return the file that a file is a copy of.

        Of files with the same ids, this is the one with the most released notes.
        """
        paths = self._holders.get(next(iter(file.by_id)), [])[:_MOST_COMPARED]
        others = [self._files[path] for path in paths if path != file.path]
        others = [other for other in others if _is_copy(file, other)]
        best = max(others, key=_rank, default=None)
        if best is None or (len(best.by_id) == len(file.by_id) and _rank(file) > _rank(best)):
            return None
        return best


def _rank(file: _File) -> tuple[int, int, int]:
    return len(file.by_id), file.released, -file.order


def _is_copy(file: _File, other: _File) -> bool:
    """Whether all ids of a file are in another one, and half of its notes with the same text.

    A copied note with a new text in a file of its own is a copied note only.
    """
    if not file.by_id.keys() <= other.by_id.keys():
        return False
    heads = other.heads()
    same = sum((note.kind.name, note.head) in heads for note in file.notes)
    return same * 2 >= len(file.notes)


def _copied_file(file: _File, other: _File) -> Diagnostic:
    both = len(file.by_id) == len(other.by_id)
    message = f"the notes of {file.path} are also in {other.path}"
    if both:
        message = f"{file.path} and {other.path} have the same notes"
    steps = [*_differing(file, other), *_new(file, other), *(_new(other, file) if both else ())]
    steps.append("delete one of the two files" if both else f"delete {file.path}")
    return Diagnostic("copied-file", message, Span.point(file.path), hint="; ".join(steps))


def _differing(file: _File, other: _File) -> list[str]:
    lines = [
        note.span.line
        for name, note in file.by_id.items()
        if _content(note) != _content(other.by_id[name])
    ]
    if not lines:
        return []
    return [f"compare {counted(len(lines), 'note')} with other content, from line {lines[0]} on"]


def _new(file: _File, other: _File) -> list[str]:
    heads = other.heads()
    lines = [
        note.span.line
        for note in file.notes
        if note.id is None and (note.kind.name, note.head) not in heads
    ]
    if not lines:
        return []
    new = counted(len(lines), "new note")
    return [f"move {new} of {file.path}, from line {lines[0]} on, to the other file"]


def _content(note: SourceNote) -> bytes:
    return key_of(b"", Identified(replace(note, deck=""), "", stamped=True))
