"""The input of rules: notes with source and rendered texts, tags, stylesheets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flashdeck.diagnostics import Place, Span, Text, Written
from flashdeck.model import Collection


@dataclass(frozen=True, slots=True)
class FieldText:
    """A text of a note.

    `text` is the source, `html` the rendered field, `words` its visible text on one line, with
    pictures and sounds as their names in brackets.
    """

    text: str
    html: str
    words: str
    place: Place = field(compare=False, repr=False)

    @property
    def span(self) -> Span:
        """The span of the whole text."""
        return self.place(0, len(self.text))


@dataclass(frozen=True, slots=True)
class Entry:
    """A note of the sources.

    `kind` is the kind's name, `passages` are the texts by key ("q", "a", "cloze", or field names of
    custom notes), several for a key with a list. `span` is the place of its first key.
    """

    kind: str
    deck: str
    passages: Mapping[str, tuple[FieldText, ...]]
    reverse: bool
    span: Span

    def passage(self, key: str) -> FieldText | None:
        """Return the text of a key; None without any, or with a list."""
        texts = self.passages.get(key, ())
        return texts[0] if len(texts) == 1 else None

    def words(self, key: str) -> str:
        """Return the visible text of a key, or ''."""
        return " ".join(passage.words for passage in self.passages.get(key, ()))


@dataclass(frozen=True, slots=True)
class LintContext:
    """A project as rules see it: `tags` as written, `styles` of the project and its note types."""

    collection: Collection
    entries: tuple[Entry, ...] = ()
    tags: tuple[Text, ...] = ()
    styles: tuple[Written, ...] = ()
