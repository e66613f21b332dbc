"""Comparison of a package's notes with those of a project: edits to import, and conflicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from flashdeck.model import Note, NoteType
from flashdeck.project.digest import note_digest
from flashdeck.project.project import Project
from flashdeck.release.release import last_time


@dataclass(frozen=True, slots=True)
class Pair:
    """A note of the project, and the same note in the package."""

    own: Note
    theirs: Note


@dataclass(frozen=True, slots=True)
class Conflict:
    """A note that can't be imported, and the reason."""

    own: Note
    why: str


@dataclass(slots=True)
class Changes:
    """The notes of a package, grouped by what the import does with them.

    `written` are those of `same` whose edits in Anki are in the sources, but not in the lock.
    """

    new: list[Note] = field(default_factory=list)
    edited: list[Pair] = field(default_factory=list)
    same: list[Note] = field(default_factory=list)
    written: list[Note] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    removed: list[Note] = field(default_factory=list)
    refused: list[Note] = field(default_factory=list)
    moved: int = 0


def changes(
    theirs: Iterable[Note], own: Iterable[Note], notetypes: Iterable[NoteType], project: Project
) -> Changes:
    """Compare notes with a project's, by the contents that its lock recorded at the last build.

    Edits made in Anki since then are imported, unless the note was edited here as well. Notes that
    were removed here stay removed. `notetypes` are the project's.
    """
    built = {note.guid: note for note in own}
    widths = {notetype.id: len(notetype.fields) for notetype in notetypes}
    result = Changes()
    for note in theirs:
        width = widths.get(note.notetype, len(note.fields))
        if len(note.fields) > width and not any(note.fields[width:]):
            note = replace(note, fields=note.fields[:width])  # noqa: PLW2901 - without the fields that Anki added
        if len(note.fields) != width:
            why = "its note type has other fields in Anki"
            result.conflicts.append(Conflict(built.get(note.guid, note), why))
        elif note.guid in built:
            _compare(Pair(built[note.guid], note), project, result)
        else:
            (result.removed if note.guid in project.lock.notes else result.new).append(note)
    return result


def _compare(pair: Pair, project: Project, result: Changes) -> None:
    own, theirs = pair.own, pair.theirs
    lock, resend_days = project.lock, project.settings.resend_days
    result.moved += own.cards[0].deck != theirs.cards[0].deck
    entry = lock.notes.get(own.guid)
    digest = note_digest(theirs)
    is_newer = entry is not None and entry.is_older(theirs.mod, last_time(entry, lock, resend_days))
    if digest == note_digest(own) or (entry is not None and digest == entry.content):
        result.same.append(theirs)
        if is_newer and entry is not None and digest != entry.content:
            result.written.append(theirs)
    elif entry is None:
        result.conflicts.append(Conflict(own, "it was never built here, and differs in Anki"))
    elif own.notetype != theirs.notetype:
        result.conflicts.append(Conflict(own, "it is of another note type in Anki"))
    elif not is_newer:
        result.same.append(theirs)
    elif note_digest(own) != entry.content:
        result.conflicts.append(Conflict(own, "it was edited here, and in Anki as well"))
    else:
        result.edited.append(pair)


def changed_fields(pair: Pair, names: Iterable[str]) -> Mapping[str, str]:
    """Return the fields that differ, by name, with their text in the package."""
    rows = zip(names, pair.own.fields, pair.theirs.fields, strict=True)
    return {name: theirs for name, own, theirs in rows if own != theirs}
