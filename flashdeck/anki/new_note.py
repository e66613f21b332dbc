"""Notes made from field values, with the cards that Anki generates."""

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
    """Create a note from HTML by field name; other fields are empty.

    Anki matches notes by `guid` on import, so it must never change. All cards go into `deck`.
    Raises `ValueError` for a field that the note type does not have.
    """
    unknown = fields.keys() - {field.name for field in notetype.fields}
    if unknown:
        message = f"the note type {notetype.name!r} has no field {min(unknown)!r}"
        raise ValueError(message)
    texts = tuple(fields.get(field.name, "") for field in notetype.fields)
    cards = tuple(Card(ordinal, deck) for ordinal in ordinals(notetype, texts, tags))
    return Note(guid, notetype.id, texts, tuple(tags), cards)
