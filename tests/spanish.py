"""Note types and notes of a deck that the real Anki imports."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from made_collections import BORN

from flashdeck.model import Card, Field, Note, NoteType, Template

QUESTION = NoteType(
    id=BORN,
    name="Spanish Question",
    fields=(
        Field("Question", id=101, font="Noto Sans", size=24, rtl=True),
        Field("Answer", id=102, description="What it means", sticky=True),
        Field("Reverse", id=103),
    ),
    templates=(
        Template(
            "Question → Answer", "{{Question}}", "{{FrontSide}}<hr>{{Answer}}", 201, "{{Answer}}"
        ),
        Template("Answer → Question", "{{#Reverse}}{{Answer}}{{/Reverse}}", "{{Question}}", 202),
    ),
    css=".card { color: navy }",
    mod=1_600_000_000,
)
CLOZE = NoteType(
    id=BORN + 1,
    name="Spanish Cloze",
    fields=(Field("Text", id=104), Field("Extra", id=105)),
    templates=(Template("Cloze", "{{cloze:Text}}", "{{cloze:Text}}<p>{{Extra}}", 203),),
    cloze=True,
    mod=1_600_000_000,
)


def question(number: int, *fields: str, deck: str = "Spanish", **others: Any) -> Note:
    """A question; with a third field it is asked in both directions."""
    texts = (*fields, "", "", "")[:3]
    born = BORN + 100 * number
    cards = [Card(at, deck, 10 * number + at, born + 1 + at) for at in range(2 if texts[2] else 1)]
    made = Note(f"q{number}", QUESTION.id, texts, ("lang::es",), tuple(cards), born, 1_600_000_000)
    return replace(made, **others)
