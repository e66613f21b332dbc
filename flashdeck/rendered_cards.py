"""The rendered cards of a collection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flashdeck.anki.template.render import render
from flashdeck.diagnostics import Span
from flashdeck.model import Card, Collection, Note, NoteType


@dataclass(frozen=True, slots=True)
class RenderedCard:
    """A card with both of its sides as HTML, without the note type's CSS."""

    note: Note
    card: Card
    notetype: NoteType
    question: str
    answer: str

    @property
    def source(self) -> Span | None:
        """Where its note is written."""
        return self.note.source


def cards(collection: Collection) -> Iterator[RenderedCard]:
    """Render the cards of a collection, in study order."""
    notetypes = {notetype.id: notetype for notetype in collection.notetypes}
    media = {file.name for file in collection.media}
    for note in collection.notes:
        notetype = notetypes[note.notetype]
        for card in note.cards:
            sides = render(notetype, note, card, media=media)
            yield RenderedCard(note, card, notetype, sides.question, sides.answer)
