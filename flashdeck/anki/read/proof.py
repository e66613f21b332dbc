"""Verification of a written package: its rows are compared with the collection."""

from __future__ import annotations

from operator import attrgetter
from typing import BinaryIO, Final

from flashdeck.anki.read.apkg import read_media
from flashdeck.anki.read.archive import MIB, Archive, Unreadable
from flashdeck.anki.read.collection import CARDS, NOTES, CollectionReader
from flashdeck.anki.read.container import open_container
from flashdeck.anki.read.database import Database
from flashdeck.model import Collection

_IMAGE: Final = 1024 * MIB  # the limit of a member


def holds(stream: BinaryIO, collection: Collection) -> bool:
    """Whether a package written by `write_apkg` reads back as the collection.

    Rows are compared as they are stored, without the memory limits for untrusted packages. Media
    are not read if name, size and checksum agree.
    """
    try:
        container = open_container(Archive(stream))
        if read_media(container, collection.media) != collection.media:
            return False
        database = Database(container.image(_IMAGE), memory=None)
        try:
            return _agree(database, collection)
        finally:
            database.close()
    except Unreadable:
        return False


def _agree(database: Database, collection: Collection) -> bool:
    reader = CollectionReader(database)
    used = {card.deck for note in collection.notes for card in note.cards}
    decks = reader.decks(used)
    if (reader.notetypes, decks) != (collection.notetypes, collection.decks):
        return False
    ids = {deck.name: deck.id for deck in decks}
    notes = [
        (
            note.id,
            note.guid,
            note.notetype,
            note.mod,
            f" {' '.join(note.tags)} ",
            "\x1f".join(note.fields),
        )
        for note in sorted(collection.notes, key=attrgetter("id"))
    ]
    cards = sorted(
        [
            (card.id, note.id, ids.get(card.deck), 0, card.ordinal, 0, card.position, 0, 0)
            for note in collection.notes
            for card in note.cards
        ]
    )
    return database.holds("notes", NOTES, notes) and database.holds("cards", CARDS, cards)
