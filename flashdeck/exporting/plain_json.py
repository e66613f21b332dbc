"""A collection as plain JSON, for programs without knowledge of Anki or flashdeck.

The format is stable: `docs/reference/json.md` describes it.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Final

from flashdeck.model import Card, Collection, Deck, Field, Media, Note, NoteType, Template

_VERSION: Final = 1


def plain_json(collection: Collection) -> str:
    """Write all but times and positions; notes with cards, in study order."""
    notetypes = {notetype.id: notetype for notetype in collection.notetypes}
    whole = {
        "format": "flashdeck",
        "version": _VERSION,
        "notetypes": [_notetype(notetype) for notetype in collection.notetypes],
        "decks": [_deck(deck) for deck in collection.decks],
        "notes": [_note(note, notetypes[note.notetype]) for note in collection.notes if note.cards],
        "media": [_media(media) for media in collection.media],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _deck(deck: Deck) -> dict[str, Any]:
    preset = deck.preset
    return {
        "name": deck.name,
        "description": deck.description,
        "markdown": deck.markdown,
        "preset": None if preset is None else {**preset._asdict(), "id": _id(preset.id)},
    }


def _notetype(notetype: NoteType) -> dict[str, Any]:
    return {
        "id": str(notetype.id),
        "name": notetype.name,
        "kind": "cloze" if notetype.cloze else "normal",
        "sort": notetype.fields[notetype.sort].name,
        "css": notetype.css,
        "latex_pre": notetype.latex_pre,
        "latex_post": notetype.latex_post,
        "latex_svg": notetype.latex_svg,
        "stock": notetype.stock,
        "fields": [_part(field) for field in notetype.fields],
        "templates": [_template(template) for template in notetype.templates],
    }


def _template(template: Template) -> dict[str, Any]:
    """Drop the deck override, an id that is valid in the original collection only."""
    plain = _part(template)
    del plain["deck"]
    return plain


def _part(part: Field | Template) -> dict[str, Any]:
    """Drop what is only about reserves."""
    plain = {**asdict(part), "id": _id(part.id)}
    del plain["anki"], plain["spare"]
    return plain


def _note(note: Note, notetype: NoteType) -> dict[str, Any]:
    names = [field.name for field in notetype.fields]
    return {
        "guid": note.guid,
        "notetype": str(note.notetype),
        "fields": dict(zip(names, note.fields, strict=True)),
        "tags": list(note.tags),
        "cards": [_card(card, notetype) for card in note.cards],
    }


def _card(card: Card, notetype: NoteType) -> dict[str, Any]:
    template = 0 if notetype.cloze else card.ordinal
    known = template < len(notetype.templates)
    return {
        "ordinal": card.ordinal,
        "template": notetype.templates[template].name if known else None,
        "deck": card.deck,
    }


def _media(media: Media) -> dict[str, Any]:
    return {"name": media.name, "size": media.size, "sha256": media.sha256}


def _id(number: int | None) -> str | None:
    """Write an id as text: it has 64 bits, JavaScript numbers have 53."""
    return None if number is None else str(number)
