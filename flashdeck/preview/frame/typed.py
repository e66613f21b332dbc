"""What a type-in box expects: `[[type:Field]]` on a question, and the text to compare with."""

from __future__ import annotations

import re
from typing import TypedDict

from flashdeck.anki.template import strip_html, typed_cloze
from flashdeck.anki.template.av import strip_av
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
