"""A card as plain data for the frame that shows it: both sides, style, sounds, type-in box."""

from __future__ import annotations

from collections.abc import Container
from typing import Any, TypedDict

from flashdeck.anki.template.av import AvTag, Sound
from flashdeck.anki.template.render import render
from flashdeck.model import Card, Note, NoteType
from flashdeck.preview.frame.typed import Typed, typed_box


class Face(TypedDict):
    """One card, rendered, ready to be sent as JSON.

    `css` is empty for a template error, which Anki shows without it. `number` is the card's, from
    1. `sounds` are what `[anki:play:q:0]` and `[anki:play:a:0]` refer to: each a `sound` (a media
    name), or a `text` with its `lang` and `speed`.
    """

    question: str
    answer: str
    css: str
    number: int
    typed: Typed | None
    sounds: dict[str, list[dict[str, Any]]]
    broken: bool


def face(notetype: NoteType, note: Note, card: Card, media: Container[str] = ()) -> Face:
    """Render a card; `media` is the names of the files at hand."""
    shown = render(notetype, note, card, media=media)
    return Face(
        question=shown.question,
        answer=shown.answer,
        css="" if shown.broken else notetype.css,
        number=card.ordinal + 1,
        typed=typed_box(notetype, note, card, shown.question),
        sounds={
            "q": [_sound(tag) for tag in shown.question_av],
            "a": [_sound(tag) for tag in shown.answer_av],
        },
        broken=shown.broken,
    )


def _sound(tag: AvTag) -> dict[str, Any]:
    if isinstance(tag, Sound):
        return {"sound": tag.name}
    return {"text": tag.text, "lang": tag.lang.replace("_", "-"), "speed": tag.speed}
