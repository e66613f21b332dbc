"""Rules that a collection must follow to be written to a package and read back unchanged."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NoReturn

from flashdeck.anki.deck_names import DEFAULT_DECK
from flashdeck.limits import POSITIONS
from flashdeck.model import Collection, Note, NoteType


def require_writable(collection: Collection) -> None:
    """Raise `ValueError` for the first rule that the collection breaks.

    - Note types ascend by id, decks and media by name, each only once.
    - `decks` are exactly those of the package, without `Default`, which every package has.
    - Notes are in study order: by the position of their first card, then by id. Notes without
      cards come last, by id.
    - A note type's `latex_pre` and `latex_post` are None if they are Anki's defaults (checked in
      `apkg`).
    - Everything is dated: ids and times are greater than 0, and no two notes or cards share an id,
      no two notes a GUID.
    - A note has as many fields as its note type, none with the separator U+001F. Its tags are
      single words. Its cards ascend by ordinal and are in decks of the collection.
    """
    _require_ascending("note types", [notetype.id for notetype in collection.notetypes])
    _require_ascending("decks", [deck.name for deck in collection.decks])
    _require_ascending("media", [media.name for media in collection.media])
    for notetype in collection.notetypes:
        _require_notetype(notetype)
    decks = {deck.name for deck in collection.decks}
    if DEFAULT_DECK in decks:
        _fail("the deck Default can't be written: Anki has its own")
    fields = {notetype.id: len(notetype.fields) for notetype in collection.notetypes}
    for note in collection.notes:
        _require_note(note, fields)
        _require_cards(note, decks)
    _require_unique("GUID", [note.guid for note in collection.notes])
    _require_unique("note id", [note.id for note in collection.notes])
    _require_unique("card id", [card.id for note in collection.notes for card in note.cards])
    _require_study_order(collection.notes)


def _require_notetype(notetype: NoteType) -> None:
    if notetype.id <= 0 or notetype.mod <= 0:
        _fail(f"the note type {notetype.name!r} is not dated")
    if not (notetype.name and notetype.templates):
        _fail(f"the note type {notetype.name!r} lacks a name or templates")
    if not 0 <= notetype.sort < len(notetype.fields):
        _fail(f"the note type {notetype.name!r} has no field to sort by")


def _require_note(note: Note, fields: dict[int, int]) -> None:
    if not note.guid or note.id <= 0 or note.mod <= 0:
        _fail(f"the note {note.guid!r} has no GUID or is not dated")
    if note.notetype not in fields:
        _fail(f"the note {note.guid!r} has a note type that is not in the collection")
    if len(note.fields) != fields[note.notetype]:
        _fail(f"the note {note.guid!r} has not as many fields as its note type")
    if "\x1f" in "".join(note.fields):
        _fail(f"the note {note.guid!r} holds the character that separates fields, U+001F")
    for tag in note.tags:
        if not tag or " " in tag or "\u3000" in tag:  # Anki splits tags at both kinds of space
            _fail(f"the note {note.guid!r} has a tag that is not one word")


def _require_cards(note: Note, decks: set[str]) -> None:
    ordinal = -1
    for card in note.cards:
        if card.id <= 0 or not 0 <= card.position < POSITIONS:
            _fail(f"card {card.ordinal} of the note {note.guid!r} is not dated, or has no place")
        if card.deck not in decks:
            _fail(f"the note {note.guid!r} has a card in {card.deck!r}, which is not in `decks`")
        if card.ordinal <= ordinal:
            _fail(f"the cards of the note {note.guid!r} are not in order of their ordinals")
        ordinal = card.ordinal


def _require_study_order(notes: tuple[Note, ...]) -> None:
    places = [
        (False, note.cards[0].position, note.id) if note.cards else (True, 0, note.id)
        for note in notes
    ]
    if places != sorted(places):
        _fail("the notes are not in study order")


def _require_ascending(what: str, keys: list[int] | list[str]) -> None:
    if not all(key < following for key, following in pairwise(keys)):  # type: ignore[operator]
        _fail(f"the {what} are not in order, or one is there twice")


def _require_unique(what: str, keys: Iterable[int | str]) -> None:
    seen: set[int | str] = set()
    for key in keys:
        if key in seen:
            _fail(f"two have the {what} {key!r}")
        seen.add(key)


def _fail(message: str) -> NoReturn:
    raise ValueError(message)
