"""Whether a package that was just written holds what was meant, row by row."""

from __future__ import annotations

from itertools import zip_longest
from operator import attrgetter
from typing import BinaryIO, Final

from flashdeck.anki.read.apkg import read_media
from flashdeck.anki.read.archive import MIB, Archive, Unreadable
from flashdeck.anki.read.collection import CollectionReader, NoteRow
from flashdeck.anki.read.container import open_container
from flashdeck.anki.read.database import Database
from flashdeck.model import Collection, Note

_IMAGE: Final = 1024 * MIB  # a member has no more


def holds(stream: BinaryIO, meant: Collection) -> bool:
    """Tell whether a package that we wrote ourselves reads back as a collection.

    As `read_apkg` reads it, but without making every note and card anew, and without the limits on
    memory that strangers' packages have: what was written was in memory, too. Media are taken as
    there where name, size and checksum agree.
    """
    try:
        container = open_container(Archive(stream))
        if read_media(container, meant.media) != meant.media:
            return False
        database = Database(container.image(_IMAGE), memory=None)
        try:
            return _agree(CollectionReader(database), meant)
        finally:
            database.close()
    except Unreadable:
        return False


def _agree(reader: CollectionReader, meant: Collection) -> bool:
    used = {card.deck for note in meant.notes for card in note.cards}
    if (reader.notetypes, reader.decks(used)) != (meant.notetypes, meant.decks):
        return False
    for row, note in zip_longest(reader.note_rows(), sorted(meant.notes, key=attrgetter("id"))):
        if row is None or note is None or row != _row(note):
            return False
    cards = sorted(
        (card.id, note.id, card.deck, card.ordinal, card.position)
        for note in meant.notes
        for card in note.cards
    )
    found = (
        (card.id, note, card.deck, card.ordinal, card.position) for note, card in reader.cards()
    )
    return all(one == other for one, other in zip_longest(found, cards))


def _row(note: Note) -> NoteRow:
    return note.id, note.guid, note.notetype, note.mod, note.tags, "\x1f".join(note.fields)
