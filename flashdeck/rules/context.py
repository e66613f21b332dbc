"""What a rule sees: the notes with their texts as written and as rendered, tags, styles, places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flashdeck.diagnostics import Place, Span, Text, Written
from flashdeck.model import Collection


@dataclass(frozen=True, slots=True)
class FieldText:
    """One text of a note.

    `text` is what the author wrote, `html` what Anki will store of it, `words` what people read of
    that, on one line, with a picture or a sound as its name in brackets.
    """

    text: str
    html: str
    words: str
    place: Place = field(compare=False, repr=False)

    @property
    def span(self) -> Span:
        """Where all of it stands."""
        return self.place(0, len(self.text))


@dataclass(frozen=True, slots=True)
class Entry:
    """A note as its author wrote it.

    `kind` is the kind's name, `passages` holds the texts by their keys ("q", "a", "cloze", for
    custom notes the fields' names), more than one where a key was given a list. `span` is the place
    of its first key.
    """

    kind: str
    deck: str
    passages: Mapping[str, tuple[FieldText, ...]]
    reverse: bool
    span: Span

    def passage(self, key: str) -> FieldText | None:
        """Give the text under a key; None where there is none, or a list of them."""
        found = self.passages.get(key, ())
        return found[0] if len(found) == 1 else None

    def words(self, key: str) -> str:
        """Give the words under a key, '' where there are none."""
        return " ".join(passage.words for passage in self.passages.get(key, ()))


@dataclass(frozen=True, slots=True)
class LintContext:
    """A project, as rules see it: `tags` as they are written, `styles` of the author's own."""

    collection: Collection
    entries: tuple[Entry, ...] = ()
    tags: tuple[Text, ...] = ()
    styles: tuple[Written, ...] = ()
