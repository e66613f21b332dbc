"""Which note is which: ids of notes, note types, fields and templates, and where they come from.

A note's id is its GUID in Anki, verbatim. Everything here follows from what is stamped in the
sources; the lock only adds which ids are taken and what kind of note each one was.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection as Container
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from flashdeck.diagnostics import Diagnostic, Severity, Span
from flashdeck.limits import LAST_CLOZE
from flashdeck.project.ids import NUMBER_LIKE, base32
from flashdeck.project.lockfile import Lock
from flashdeck.source.note import Mask, SourceNote

_ID_LENGTH = 12


def derived_id(
    project_id: str, note: SourceNote, taken: Container[str], tried: dict[str, int]
) -> str:
    """Derive the id of a note that has none.

    The first 60 bits of SHA-256 over project id, deck, kind, the text that opens the note and a
    count, joined by NUL; the count grows while the id is taken or looks like a number. `tried`
    keeps each count for the next note that opens alike: what was taken once stays so.
    """
    words = (project_id, note.deck, note.kind.name, note.head)
    head = unicodedata.normalize("NFC", "\0".join(words))
    while True:
        count = tried.get(head, 0)
        tried[head] = count + 1
        digest = hashlib.sha256(f"{head}\0{count}".encode()).digest()
        found = base32(int.from_bytes(digest[:8], "big") >> 4, _ID_LENGTH)
        if found not in taken and not NUMBER_LIKE.fullmatch(found):
            return found


@dataclass(frozen=True, slots=True)
class Identified:
    """A note with its id. `stamped` is False when the id does not stand in the source (yet).

    `was` is the id it has in the source when a change of kind makes it another note. `numbers` are
    the cloze numbers of the masks over its picture, in their order.
    """

    note: SourceNote
    id: str
    stamped: bool
    was: str = ""
    numbers: tuple[int, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether all that a build writes into the source stands there."""
        return self.stamped and all(mask.number is not None for mask in self.note.masks)


def identify(
    notes: Iterable[SourceNote],
    project_id: str,
    known: Mapping[str, str],
    notetype_of: Mapping[str, str],
    others: Container[str] = frozenset(),
) -> tuple[list[Identified], list[Diagnostic]]:
    """Give every note its id; `others` are ids of notes that are not among them.

    `known` maps the ids of the lock to the kind that each note had, `notetype_of` kinds to note
    types: Anki refuses a note that comes back with another note type, so it gets a new id. Derived
    ids are the same whether or not they will be written.
    """
    notes = list(notes)
    problems: list[Diagnostic] = []
    first: dict[str, Span] = {}
    twice: set[int] = set()
    for index, note in enumerate(notes):
        if note.id is None:
            continue
        if note.id.value in first:
            problems.append(_duplicate(note.id.value, note.id.span, first[note.id.value]))
            twice.add(index)
        else:
            first[note.id.value] = note.id.span
    taken = set(first) | set(known) | set(others)
    tried: dict[str, int] = {}
    found: list[Identified] = []
    for index, note in enumerate(notes):
        if note.id is not None and index not in twice:
            was = known.get(note.id.value)
            if was is None or notetype_of.get(was, was) == note.notetype:
                found.append(Identified(note, note.id.value, stamped=True))
                continue
            problems.append(_changed_kind(note, was))
        fresh = derived_id(project_id, note, taken, tried)
        taken.add(fresh)
        replaced = note.id.value if note.id is not None else ""
        found.append(Identified(note, fresh, stamped=False, was=replaced))
    return found, problems


def _duplicate(name: str, span: Span, first: Span) -> Diagnostic:
    return Diagnostic(
        "duplicate-id",
        f"the id '{name}' is used twice: also at {first.path}:{first.line}",
        span,
        hint="a copied note? remove this id, and the next build writes a new one",
    )


def _changed_kind(note: SourceNote, was: str) -> Diagnostic:
    assert note.id is not None
    return Diagnostic(
        "changed-kind",
        f"this note was a {_kind_words(was)} and is now a {_kind_words(note.kind.name)}; "
        "it gets a new id",
        note.id.span,
        Severity.WARNING,
        "Anki refuses such a change, so it begins anew and the old note is emptied",
    )


def _kind_words(kind: str) -> str:
    return "note of another note type" if kind.startswith("custom") else f"{kind} note"


def with_numbers(notes: Iterable[Identified], lock: Lock) -> list[Identified]:
    """Give every mask its number, those that the lock remembers of removed ones left out."""
    return [_numbered(one, lock) if one.note.masks else one for one in notes]


def _numbered(one: Identified, lock: Lock) -> Identified:
    entry = lock.notes.get(one.id)
    released = [number for number, _ in entry.clozes] if entry is not None else []
    return replace(one, numbers=mask_numbers(one.note.masks, released))


def mask_numbers(masks: Sequence[Mask], released: Iterable[int] = ()) -> tuple[int, ...]:
    """Give the number of each mask: the one it has, that of its group, or a new one.

    New ones are greater than all that stand in the source or were `released`; only when there are
    no greater ones, those that are free.
    """
    groups = {mask.group: mask.number for mask in masks if mask.group and mask.number}
    taken = {mask.number for mask in masks if mask.number} | set(released)
    highest = max(taken, default=0)
    free = sorted(set(range(1, LAST_CLOZE + 1)) - taken, key=lambda one: (one < highest, one))
    fresh = iter(free)
    found: list[int] = []
    for mask in masks:
        number = mask.number or groups.get(mask.group)
        if number is None:
            number = next(fresh, LAST_CLOZE)
            if mask.group:
                groups[mask.group] = number
        found.append(number)
    return tuple(found)
