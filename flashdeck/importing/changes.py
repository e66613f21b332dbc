"""What a package says of notes that a project holds: what to take, and what to ask about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from flashdeck.model import Note, NoteType
from flashdeck.project.digest import note_digest
from flashdeck.project.lockfile import Lock
from flashdeck.release.release import last_time


@dataclass(frozen=True, slots=True)
class Pair:
    """A note as it compiles here, and as it is there."""

    own: Note
    theirs: Note


@dataclass(frozen=True, slots=True)
class Conflict:
    """A note that can't be taken over, and why."""

    own: Note
    why: str


@dataclass(slots=True)
class Changes:
    """The notes of a package, sorted by what is to be done with them."""

    new: list[Note] = field(default_factory=list)
    edited: list[Pair] = field(default_factory=list)
    same: list[Note] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    removed: list[Note] = field(default_factory=list)
    refused: list[Note] = field(default_factory=list)
    moved: int = 0


def changes(
    theirs: Iterable[Note], own: Iterable[Note], notetypes: Iterable[NoteType], lock: Lock
) -> Changes:
    """Compare notes with a project's, by what its lock remembers of the last build.

    Taken is what was edited there since, and not here. What is older there than the last build was
    edited here. Notes that were removed here stay so. `notetypes` are the project's.
    """
    built = {note.guid: note for note in own}
    widths = {notetype.id: len(notetype.fields) for notetype in notetypes}
    found = Changes()
    for note in theirs:
        width = widths.get(note.notetype, len(note.fields))
        if len(note.fields) > width and not any(note.fields[width:]):
            note = replace(note, fields=note.fields[:width])  # noqa: PLW2901 - fields new there
        if len(note.fields) != width:
            why = "its note type has other fields in Anki"
            found.conflicts.append(Conflict(built.get(note.guid, note), why))
        elif note.guid in built:
            _compare(Pair(built[note.guid], note), lock, found)
        else:
            (found.removed if note.guid in lock.notes else found.new).append(note)
    return found


def _compare(pair: Pair, lock: Lock, found: Changes) -> None:
    own, theirs = pair.own, pair.theirs
    found.moved += own.cards[0].deck != theirs.cards[0].deck
    entry = lock.notes.get(own.guid)
    digest = note_digest(theirs)
    if digest == note_digest(own) or (entry is not None and digest == entry.content):
        found.same.append(theirs)
    elif entry is None:
        found.conflicts.append(Conflict(own, "it was never built here, and differs in Anki"))
    elif own.notetype != theirs.notetype:
        found.conflicts.append(Conflict(own, "it is of another note type in Anki"))
    elif theirs.mod <= last_time(entry, lock):
        found.same.append(theirs)
    elif note_digest(own) != entry.content:
        found.conflicts.append(Conflict(own, "it was edited here, and in Anki as well"))
    else:
        found.edited.append(pair)


def changed_fields(pair: Pair, names: Iterable[str]) -> Mapping[str, str]:
    """Give the fields that differ by their names, with the text that they have there."""
    rows = zip(names, pair.own.fields, pair.theirs.fields, strict=True)
    return {name: theirs for name, own, theirs in rows if own != theirs}
