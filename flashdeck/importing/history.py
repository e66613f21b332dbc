"""Lock entries of imported notes, so that the next build reports no changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from flashdeck.compile.compiler import Compiled
from flashdeck.diagnostics import Diagnostic, Severity
from flashdeck.importing.markdown import is_same
from flashdeck.model import Collection, Note, NoteType
from flashdeck.project.digest import schema
from flashdeck.project.lockfile import Lock, NoteEntry, NoteTypeEntry
from flashdeck.release.entries import note_entry, notetype_entry
from flashdeck.release.numbering import Numbers, card_block, latest_id
from flashdeck.text import counted


def imported_notes(
    notes: Iterable[Note], compiled: Compiled, packages: Mapping[str, str], now: int
) -> dict[str, NoteEntry]:
    """Return the lock entries of imported notes, as they compile.

    Each note keeps its time from Anki until it is edited here, and later cards get ids after those
    of its cards in Anki, where they leave room. `packages` gives the file of each deck. A time that
    is later than `now`, in seconds, is recorded as being ahead of it.
    """
    built = {note.guid: note for note in compiled.collection.notes}
    kinds = {entry.id: entry.note.released_kind for entry in compiled.notes}
    entries = {}
    for note in notes:
        if not note.id:
            continue  # the next build sets it
        own, kind = as_released(built[note.guid], note), kinds[note.guid]
        latest = latest_id(now)
        entry = note_entry(
            own,
            kind,
            packages[own.cards[0].deck],
            compiled.notetypes[kind],
            Numbers(min(note.id, latest), min(card_block(note), latest)),
            max(1, min(note.mod, now)),
        )
        entries[note.guid] = entry._replace(ahead=ahead(note, now))
    return entries


def as_released(own: Note, theirs: Note) -> Note:
    """Return the note that learners have: the build's, unless its fields were rewritten.

    A rewritten note counts as edited at the next build; another spelling of the same HTML does not.
    """
    if is_same(own.fields, theirs.fields) and sorted(own.tags) == sorted(theirs.tags):
        return own
    return replace(own, fields=theirs.fields, tags=theirs.tags)


def ahead(part: Note | NoteType, now: int) -> int:
    """Return by how much a time is later than `now`: some programs write milliseconds."""
    return max(0, part.mod - now)


def ahead_problems(collection: Collection, now: int) -> Iterator[Diagnostic]:
    """Report notes and note types whose times are in the future."""
    counts = {
        "note(s)": sum(ahead(note, now) > 0 for note in collection.notes),
        "note type(s)": sum(ahead(notetype, now) > 0 for notetype in collection.notetypes),
    }
    parts = [counted(count, what) for what, count in counts.items() if count]
    if parts:
        message = f"times in the future, such as milliseconds: {' and '.join(parts)}"
        hint = "each edit gets a later time, since Anki would not take it otherwise"
        yield Diagnostic("import", message, None, Severity.INFO, hint)


def imported_notetypes(
    notetypes: Sequence[NoteType], compiled: Compiled, now: int
) -> dict[int, NoteTypeEntry]:
    """Return the lock entries of imported note types, with their times from Anki."""
    built = {notetype.id: notetype for notetype in compiled.notetypes.values()}
    entries = {}
    for notetype in notetypes:
        own = built[notetype.id]
        same = schema(own) == schema(notetype)  # the style may be of another release
        entry = notetype_entry(notetype if same else own, max(1, min(notetype.mod, now)))
        entries[notetype.id] = entry._replace(ahead=ahead(notetype, now))
    return entries


def joined(lock: Lock, notes: dict[str, NoteEntry], notetypes: dict[int, NoteTypeEntry]) -> Lock:
    """Add entries to a lock; existing ones stay."""
    return replace(lock, notes={**notes, **lock.notes}, notetypes={**notetypes, **lock.notetypes})
