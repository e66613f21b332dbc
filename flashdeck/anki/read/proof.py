"""Verification of a written package: its rows are compared with the collection."""

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

_IMAGE: Final = 1024 * MIB  # the limit of a member


def holds(stream: BinaryIO, collection: Collection) -> bool:
    """Whether a package written by `write_apkg` reads back as the collection.

    Reads as `read_apkg` does, but without creating notes, and without the memory limits for
    untrusted packages. Media are not read if name, size and checksum agree.
    """
    try:
        container = open_container(Archive(stream))
        if read_media(container, collection.media) != collection.media:
            return False
        database = Database(container.image(_IMAGE), memory=None)
        try:
            return _agree(CollectionReader(database), collection)
        finally:
            database.close()
    except Unreadable:
        return False


def _agree(reader: CollectionReader, collection: Collection) -> bool:
    used = {card.deck for note in collection.notes for card in note.cards}
    if (reader.notetypes, reader.decks(used)) != (collection.notetypes, collection.decks):
        return False
    for row, note in zip_longest(
        reader.note_rows(), sorted(collection.notes, key=attrgetter("id"))
    ):
        if row is None or note is None or row != _row(note):
            return False
    cards = sorted(
        (card.id, note.id, card.deck, card.ordinal, card.position)
        for note in collection.notes
        for card in note.cards
    )
    read_cards = (
        (card.id, note, card.deck, card.ordinal, card.position) for note, card in reader.cards()
    )
    return all(read_card == card for read_card, card in zip_longest(read_cards, cards))


def _row(note: Note) -> NoteRow:
    return note.id, note.guid, note.notetype, note.mod, note.tags, "\x1f".join(note.fields)
