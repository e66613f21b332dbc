"""The rendered cards of a collection."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flashdeck.anki.html_text import display_name, readable_lines
from flashdeck.anki.template.av import Sound
from flashdeck.anki.template.render import Rendered, render
from flashdeck.diagnostics import Span
from flashdeck.model import Card, Collection, Note, NoteType

_PLAYED = re.compile(r"\[anki:play:([qa]):(\d+)\]")
_TYPED = re.compile(r"\[\[type:[^\]]*+\]\]|(\[\[type:[^\]]*+)")
_RULE = re.compile(r"<hr\s+id=[\"']?answer\b[^<>]*+>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RenderedCard:
    """A card with both of its sides as HTML, without the note type's CSS, and as plain text."""

    note: Note
    card: Card
    notetype: NoteType
    rendered: Rendered

    @property
    def question(self) -> str:
        """The question side as HTML."""
        return self.rendered.question

    @property
    def answer(self) -> str:
        """The answer side as HTML."""
        return self.rendered.answer

    @property
    def front_text(self) -> str:
        """The text of the front; sounds and speech are in brackets."""
        return self._text(self.question)

    @property
    def back_text(self) -> str:
        """The text of the back; without the front, if the back repeats it above a rule."""
        return self._text(_RULE.split(self.answer, maxsplit=1)[-1])

    @property
    def source(self) -> Span | None:
        """Where its note is written."""
        return self.note.source

    def _text(self, html: str) -> str:
        return readable_lines(_PLAYED.sub(self._played, _TYPED.sub(r"\1", html)))

    def _played(self, reference: re.Match[str]) -> str:
        """Return the name of a sound, or the text of speech."""
        side, index = reference.groups()
        tags = self.rendered.question_av if side == "q" else self.rendered.answer_av
        if int(index) >= len(tags):
            return ""
        tag = tags[int(index)]
        return f"[{display_name(tag.name) if isinstance(tag, Sound) else tag.text}]"


def cards(collection: Collection) -> Iterator[RenderedCard]:
    """Render the cards of a collection, in study order."""
    notetypes = {notetype.id: notetype for notetype in collection.notetypes}
    media = {file.name for file in collection.media}
    for note in collection.notes:
        notetype = notetypes[note.notetype]
        for card in note.cards:
            yield RenderedCard(note, card, notetype, render(notetype, note, card, media=media))
