"""Ids of notes and cloze numbers of masks and items.

A note's id is its GUID in Anki. Ids come from the sources; the lock adds which ids are taken, and
the kind of each note.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection as Container
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from flashdeck.diagnostics import Diagnostic, Severity, Text
from flashdeck.kinds.items import WHOLE
from flashdeck.limits import LAST_CLOZE
from flashdeck.project.ids import NUMBER_LIKE, base32
from flashdeck.project.lockfile import Lock
from flashdeck.records import dataclass
from flashdeck.source.note import ListItem, Numbered, SourceNote

_ID_LENGTH = 12


def derived_id(
    project_id: str, note: SourceNote, taken: Container[str], tried: dict[str, int]
) -> str:
    """Derive the id of a note that has none, from project id, deck, kind and its first text."""
    return id_from((project_id, note.deck, note.kind.name, note.head), taken, tried)


def made_id(note: SourceNote, row: str) -> str:
    """Derive the id of a note that was made of a row, from the row's id and the pattern's name.

    Another note type makes it another note, since Anki refuses such a change.
    """
    name = note.made.name if note.made is not None else ""
    return id_from((row, name, note.notetype), (), {})


def with_made_id(note: SourceNote) -> SourceNote:
    """Return a note with its id, if it was made of a row with an id."""
    made = note.made
    if made is None or made.row_id is None or note.id is not None:
        return note
    return replace(note, id=Text(made_id(note, made.row_id.value), made.row_id.span))


def ids_of_others(
    project_id: str, projects: Iterable[str], notes: Iterable[Identified]
) -> set[str]:
    """Derive the ids that first builds of other projects gave to these notes."""
    sources = [identified.note for identified in notes]
    ids: set[str] = set()
    for other in projects:
        tried: dict[str, int] = {}
        if other != project_id:
            ids.update(derived_id(other, note, (), tried) for note in sources)
    return ids


def id_from(words: Iterable[str], taken: Container[str], tried: dict[str, int]) -> str:
    """Derive an id from words.

    It is the first 60 bits of SHA-256 over the words and a count, joined by NUL. The count grows
    while the id is taken or looks like a number; `tried` holds it for the next note with the same
    words.
    """
    head = unicodedata.normalize("NFC", "\0".join(words))
    while True:
        count = tried.get(head, 0)
        tried[head] = count + 1
        digest = hashlib.sha256(f"{head}\0{count}".encode()).digest()
        derived = base32(int.from_bytes(digest[:8], "big") >> 4, _ID_LENGTH)
        if derived not in taken and not NUMBER_LIKE.fullmatch(derived):
            return derived


@dataclass(frozen=True, slots=True)
class Identified:
    """A note with its id; `stamped` says whether the id is in the source.

    `was` is the id in the source that a new one replaces. `numbers` are the cloze numbers of its
    masks or items, in order. `row` is the id of the row that it was made of.
    """

    note: SourceNote
    id: str
    stamped: bool
    was: str = ""
    numbers: tuple[int, ...] = ()
    row: str = ""

    @property
    def is_settled(self) -> bool:
        """Whether a build has nothing to write into the source."""
        return self.stamped and not [part for part in self.note.numbered if part.number is None]


def identify(
    notes: Iterable[SourceNote],
    project_id: str,
    known: Mapping[str, str],
    notetype_of: Mapping[str, str],
    others: Container[str] = frozenset(),
    copies: Container[int] = frozenset(),
) -> tuple[list[Identified], list[Diagnostic]]:
    """Assign ids to notes; `others` are ids that are taken by other notes.

    `copies` are the places of notes that do not keep the ids that they share with others.
    `known` maps the ids in the lock to kinds, `notetype_of` kinds to note types. Anki refuses to
    import a note whose note type changed, so it gets a new id. Derived ids do not depend on whether
    they are written.
    """
    notes = list(notes)
    problems: list[Diagnostic] = []
    own = {note.id.value for note in notes if note.id is not None}
    taken = own | set(known) | set(others)
    tried: dict[str, int] = {}
    rows: dict[tuple[str, int], str] = {}
    identified: list[Identified] = []
    for index, note in enumerate(notes):
        if note.id is not None and index not in copies:
            was = known.get(note.id.value)
            if was is None or notetype_of.get(was, was) == note.notetype:
                identified.append(Identified(note, note.id.value, stamped=True))
                continue
            problems.append(_changed_kind(note, was))
        if note.made is not None:
            row = rows.get(note.made.row)
            if row is None:
                words = (project_id, note.deck, "row", note.made.head)
                row = rows[note.made.row] = id_from(words, taken, tried)
                taken.add(row)
            fresh = row if note.made.has_row_id else made_id(note, row)
            identified.append(Identified(note, fresh, stamped=False, row=row))
            continue
        fresh = derived_id(project_id, note, taken, tried)
        taken.add(fresh)
        replaced = note.id.value if note.id is not None else ""
        identified.append(Identified(note, fresh, stamped=False, was=replaced))
    return identified, problems


def _changed_kind(note: SourceNote, was: str) -> Diagnostic:
    assert note.id is not None
    return Diagnostic(
        "changed-kind",
        f"this note was a {_description(was)} and is now a {_description(note.kind.name)}; "
        "it gets a new id",
        note.id.span,
        Severity.WARNING,
        "Anki refuses such a change: the new note has no reviews, and the old note is emptied",
    )


def _description(kind: str) -> str:
    return "note of another note type" if kind.startswith("custom") else f"{kind} note"


def with_numbers(notes: Iterable[Identified], lock: Lock) -> list[Identified]:
    """Assign numbers to masks and items; numbers of removed ones are not used again."""
    return [_numbered(note, lock) if note.note.numbered else note for note in notes]


def _numbered(note: Identified, lock: Lock) -> Identified:
    entry = lock.notes.get(note.id)
    released = [number for number, _ in entry.clozes] if entry is not None else []
    return replace(note, numbers=part_numbers(note.note.numbered, released))


def part_numbers(parts: Sequence[Numbered], released: Iterable[int] = ()) -> tuple[int, ...]:
    """Return the number of each mask or item: its own, that of its group, or a new one.

    New numbers are greater than those in the source and those `released`; if there are none left,
    they are the free ones.
    """
    # The last number is that of the card that asks for all items.
    last = WHOLE - 1 if parts and isinstance(parts[0], ListItem) else LAST_CLOZE
    groups = {part.group: part.number for part in parts if part.group and part.number}
    taken = {part.number for part in parts if part.number} | set(released) - {last + 1}
    highest = max(taken, default=0)
    free = sorted(set(range(1, last + 1)) - taken, key=lambda number: (number < highest, number))
    fresh = iter(free)
    numbers: list[int] = []
    for part in parts:
        number = part.number or groups.get(part.group)
        if number is None:
            number = next(fresh, last)
            if part.group:
                groups[part.group] = number
        numbers.append(number)
    return tuple(numbers)
