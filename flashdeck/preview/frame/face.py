"""A card as plain data for its frame: both sides, CSS, sounds and the type-in box."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Any, TypedDict

from flashdeck.anki.template import strip_html, typed_cloze
from flashdeck.anki.template.av import AvTag, Sound, strip_av
from flashdeck.anki.template.render import render, stored_fields
from flashdeck.model import Card, Note, NoteType

BOX = re.compile(r"\[\[type:(?:(.+?)\]\]|.*)")
"""A type-in box with what is typed into it; an unclosed one, without a group, is text."""

_LINE_BREAKS = re.compile(r"(?:\n|<br\s?/?>|</?div>)+", re.IGNORECASE)
_EMPTY_CARDS = "Please run Tools>Empty Cards"


class Typed(TypedDict):
    """The type-in box of a card.

    `box`: whether there is one; if not, the text `instead` replaces it. `expected` is the plain
    text to compare with, `combining` whether accents count; `font` and `size` are the field's.
    """

    box: bool
    instead: str
    expected: str
    combining: bool
    font: str
    size: int


def typed_box(notetype: NoteType, note: Note, card: Card, question: str) -> Typed | None:
    """The type-in box of a rendered question, None if it has none."""
    match = next(filter(lambda box: box[1], BOX.finditer(question)), None)
    if match is None:
        return None
    name, cloze, combining = match[1], False, True
    if name.startswith("cloze:"):
        name, cloze = name.split(":")[1], True
    if name.startswith("nc:"):
        name, combining = name.split(":")[1], False
    for field, text in zip(notetype.fields, stored_fields(note), strict=False):
        if (field.anki or field.name) == name:
            expected = typed_cloze(text, card.ordinal + 1) if cloze else text
            return Typed(
                box=bool(expected),
                instead=_EMPTY_CARDS if cloze and not expected else "",
                expected=_plain(expected),
                combining=combining,
                font=field.font,
                size=field.size,
            )
    instead = _EMPTY_CARDS if cloze else f"Type answer: unknown field {name}"
    return Typed(box=False, instead=instead, expected="", combining=True, font="", size=0)


def _plain(text: str) -> str:
    """Strip a field's HTML as Anki does before the comparison."""
    return strip_html(_LINE_BREAKS.sub(" ", strip_av(text))).strip()


class Face(TypedDict):
    """A rendered card, ready to be sent as JSON.

    `css` is empty for a template error, which Anki shows without it. `number` is the card's ordinal
    plus 1. `sounds` are the targets of `[anki:play:q:0]` and `[anki:play:a:0]`: each a `sound` (a
    media name), or a `text` with its `lang` and `speed`.
    """

    question: str
    answer: str
    css: str
    number: int
    typed: Typed | None
    sounds: dict[str, list[dict[str, Any]]]
    broken: bool


def face(notetype: NoteType, note: Note, card: Card, media: Container[str] = ()) -> Face:
    """Render a card; `media` holds the names of available files."""
    rendered = render(notetype, note, card, media=media)
    return Face(
        question=rendered.question,
        answer=rendered.answer,
        css="" if rendered.broken else notetype.css,
        number=card.ordinal + 1,
        typed=typed_box(notetype, note, card, rendered.question),
        sounds={
            "q": [_sound(tag) for tag in rendered.question_av],
            "a": [_sound(tag) for tag in rendered.answer_av],
        },
        broken=rendered.broken,
    )


def _sound(tag: AvTag) -> dict[str, Any]:
    if isinstance(tag, Sound):
        return {"sound": tag.name}
    return {"text": tag.text, "lang": tag.lang.replace("_", "-"), "speed": tag.speed}
