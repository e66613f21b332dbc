"""Lock entries of imported notes, so that the next build reports no changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from flashdeck.compile.compiler import Compiled
from flashdeck.importing.markdown import is_same
from flashdeck.model import Note, NoteType
from flashdeck.project.lockfile import Lock, NoteEntry, NoteTypeEntry
from flashdeck.release.entries import note_entry, notetype_entry
from flashdeck.release.numbering import Numbers, card_block, latest_id


def imported_notes(
    notes: Iterable[Note], compiled: Compiled, packages: Mapping[str, str], now: int
) -> dict[str, NoteEntry]:
    """Return the lock entries of imported notes, as they compile.

    Each note keeps its time from Anki until it is edited here, and later cards get ids after those
    of its cards in Anki, where they leave room. `packages` gives the file of each deck. No time is
    later than `now`, in seconds.
    """
    built = {note.guid: note for note in compiled.collection.notes}
    kinds = {entry.id: entry.note.released_kind for entry in compiled.notes}
    entries = {}
    for note in notes:
        if not note.id:
            continue  # the next build sets it
        own, kind = as_released(built[note.guid], note), kinds[note.guid]
        latest = latest_id(now)
        entries[note.guid] = note_entry(
            own,
            kind,
            packages[own.cards[0].deck],
            compiled.notetypes[kind],
            Numbers(min(note.id, latest), min(card_block(note), latest)),
            max(1, min(note.mod, now)),
        )
    return entries


def as_released(own: Note, theirs: Note) -> Note:
    """Return the note that learners have: the build's, unless its fields were rewritten.

    A rewritten note counts as edited at the next build; another spelling of the same HTML does not.
    """
    if is_same(own.fields, theirs.fields) and sorted(own.tags) == sorted(theirs.tags):
        return own
    return replace(own, fields=theirs.fields, tags=theirs.tags)


def imported_notetypes(
    notetypes: Iterable[NoteType], compiled: Compiled, now: int
) -> dict[int, NoteTypeEntry]:
    """Return the lock entries of imported note types, with their times from Anki."""
    times = {notetype.id: max(1, min(notetype.mod, now)) for notetype in notetypes}
    built = {notetype.id: notetype for notetype in compiled.notetypes.values()}
    return {key: notetype_entry(built[key], time) for key, time in times.items()}


def joined(lock: Lock, notes: dict[str, NoteEntry], notetypes: dict[int, NoteTypeEntry]) -> Lock:
    """Add entries to a lock; existing ones stay."""
    return replace(lock, notes={**notes, **lock.notes}, notetypes={**notetypes, **lock.notetypes})
