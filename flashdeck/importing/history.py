"""What the lock has to know of imported notes, so that the next build is no news to anybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from flashdeck.compile.compiler import Compiled
from flashdeck.model import Note, NoteType
from flashdeck.project.lockfile import Lock, NoteEntry, NoteTypeEntry
from flashdeck.release.entries import note_entry, notetype_entry
from flashdeck.release.numbering import Numbers, latest_id


def imported_notes(
    notes: Iterable[Note], compiled: Compiled, packages: Mapping[str, str], now: int
) -> dict[str, NoteEntry]:
    """Give the lock's lines for imported notes, as they compile.

    Each keeps the time that it has in Anki until it is edited here. `packages` gives the file of
    each deck. Nothing is later than `now`, in seconds: some clocks were wrong once.
    """
    built = {note.guid: note for note in compiled.collection.notes}
    kinds = {one.id: one.note.released_kind for one in compiled.notes}
    entries = {}
    for note in notes:
        if not note.id:
            continue  # not dated there: it is born with the next build
        own, kind = built[note.guid], kinds[note.guid]
        note_id = min(note.id, latest_id(now))
        entries[note.guid] = note_entry(
            own,
            kind,
            packages[own.cards[0].deck],
            compiled.notetypes[kind],
            Numbers(note_id, note_id),
            max(1, min(note.mod, now)),
        )
    return entries


def imported_notetypes(
    notetypes: Iterable[NoteType], compiled: Compiled, now: int
) -> dict[int, NoteTypeEntry]:
    """Give the lock's lines for imported note types, with the times that they have in Anki."""
    built = {one.id: one for one in compiled.notetypes.values()}
    return {one.id: notetype_entry(built[one.id], max(1, min(one.mod, now))) for one in notetypes}


def joined(lock: Lock, notes: dict[str, NoteEntry], notetypes: dict[int, NoteTypeEntry]) -> Lock:
    """Add lines to a lock; what it knows already stays."""
    return replace(lock, notes={**notes, **lock.notes}, notetypes={**notetypes, **lock.notetypes})
