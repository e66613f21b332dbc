"""A new note with the cards that Anki would make of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flashdeck.anki.template import ordinals
from flashdeck.model import Card, Note, NoteType


def new_note(
    notetype: NoteType,
    fields: Mapping[str, str],
    *,
    guid: str,
    deck: str,
    tags: Sequence[str] = (),
) -> Note:
    """Make a note of fields by their names, each HTML; those that are not given are empty.

    Anki recognises the note by its `guid` when a package is imported again, so it never changes.
    All cards go into `deck`. Raises `ValueError` for a field that the note type does not have.
    """
    unknown = fields.keys() - {field.name for field in notetype.fields}
    if unknown:
        message = f"the note type {notetype.name!r} has no field {min(unknown)!r}"
        raise ValueError(message)
    texts = tuple(fields.get(field.name, "") for field in notetype.fields)
    cards = tuple(Card(ordinal, deck) for ordinal in ordinals(notetype, texts, tags))
    return Note(guid, notetype.id, texts, tuple(tags), cards)
