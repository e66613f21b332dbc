"""A card as plain data for the frame that shows it: both sides, style, sounds, type-in box."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Any, TypedDict

from flashdeck.anki.template import strip_html, typed_cloze
from flashdeck.anki.template.av import AvTag, Sound, strip_av
from flashdeck.anki.template.render import render
from flashdeck.model import Card, Note, NoteType

_BOX = re.compile(r"\[\[type:(.+?)\]\]")
_LINE_BREAKS = re.compile(r"(?:\n|<br\s?/?>|</?div>)+", re.IGNORECASE)
_EMPTY_CARDS = "Please run Tools>Empty Cards"


class Typed(TypedDict):
    """The type-in box of a card.

    `box`: whether there is one; if not, `instead` stands in its place. `expected` is the plain
    text to compare with, `combining` whether accents count; `font` and `size` are the field's.
    """

    box: bool
    instead: str
    expected: str
    combining: bool
    font: str
    size: int


def typed_box(notetype: NoteType, note: Note, card: Card, question: str) -> Typed | None:
    """Find what the type-in box of a rendered question expects; None where it has none."""
    found = _BOX.search(question)
    if found is None:
        return None
    name, gap, combining = found[1], False, True
    if name.startswith("cloze:"):
        name, gap = name.split(":")[1], True
    if name.startswith("nc:"):
        name, combining = name.split(":")[1], False
    for field, text in zip(notetype.fields, note.fields, strict=False):
        if field.name == name:
            wanted = typed_cloze(text, card.ordinal + 1) if gap else text
            return Typed(
                box=bool(wanted),
                instead=_EMPTY_CARDS if gap and not wanted else "",
                expected=_plain(wanted),
                combining=combining,
                font=field.font,
                size=field.size,
            )
    instead = _EMPTY_CARDS if gap else f"Type answer: unknown field {name}"
    return Typed(box=False, instead=instead, expected="", combining=True, font="", size=0)


def _plain(text: str) -> str:
    """Strip a field as Anki does before it compares."""
    return strip_html(_LINE_BREAKS.sub(" ", strip_av(text))).strip()


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
