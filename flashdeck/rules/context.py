"""The input of rules: notes with source and rendered texts, tags, stylesheets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from flashdeck.diagnostics import Fix, Place, Span, Text, Written
from flashdeck.markup.prose import Prose, prose
from flashdeck.model import Collection


@dataclass(frozen=True)
class FieldText:
    """A text of a note.

    `text` is the source, `html` the rendered field, `words` its visible text on one line, with
    pictures and sounds as their names in brackets. `markup` is "markdown", "html" or "text";
    `cloze`: clozes in it are active.
    """

    text: str
    html: str
    words: str
    place: Place = field(compare=False, repr=False)
    markup: str = "markdown"
    cloze: bool = False

    @cached_property
    def prose(self) -> Prose:
        """The words of a Markdown text without code, formulas and tags."""
        return prose(self.text, cloze=self.cloze)

    @property
    def span(self) -> Span:
        """The span of the whole text."""
        return self.place(0, len(self.text))

    def fix(self, start: int, end: int, replacement: str) -> Fix | None:
        """Return the edit that replaces `text[start:end]`, on one line; None if escapes hide it."""
        span = self.place(start, end)
        is_exact = span.line == span.end_line and span.end_column - span.column == end - start
        return Fix(span, replacement, in_text=True) if is_exact and start < end else None


@dataclass(frozen=True, slots=True)
class Entry:
    """A note of the sources.

    `kind` is the kind's name, `passages` are the texts by key ("q", "a", "cloze", or field names of
    custom notes), several for a key with a list. `span` is the place of its first key. `flags` are
    the spans of keys that are `true`. `fields` are the kind's: the keys of fields of its built-in
    note type. `pair` returns a key and its value as written, None without that key.
    """

    kind: str
    deck: str
    passages: Mapping[str, tuple[FieldText, ...]]
    span: Span
    flags: Mapping[str, Span]
    fields: Mapping[str, str]
    pair: Callable[[str], Text | None] = field(default=lambda _: None, compare=False, repr=False)

    @property
    def reverse(self) -> bool:
        """Whether a second card asks the other way round."""
        return "reverse" in self.flags

    def texts(self, field: str) -> tuple[FieldText, ...]:
        """Return the texts of a field of a built-in note type, whatever key has them."""
        return self.passages.get(self.fields.get(field, ""), ())

    def field(self, field: str) -> FieldText | None:
        """Return the text of such a field; None without any, or with a list."""
        texts = self.texts(field)
        return texts[0] if len(texts) == 1 else None


@dataclass(frozen=True, slots=True)
class LintContext:
    """A project as rules see it: `tags` as written, `styles` of the project and its note types."""

    collection: Collection
    entries: tuple[Entry, ...] = ()
    tags: tuple[Text, ...] = ()
    styles: tuple[Written, ...] = ()

    def markdown(self, *marks: str) -> Iterator[tuple[Entry, str, FieldText]]:
        """Return the Markdown texts that contain one of the marks, with their notes and keys."""
        for entry in self.entries:
            for key, passages in entry.passages.items():
                for passage in passages:
                    if passage.markup == "markdown" and any(map(passage.text.__contains__, marks)):
                        yield entry, key, passage
