"""A row for each card: what the page needs to list, search, filter and count it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple, TypedDict

from flashdeck.anki.clozes import MARK
from flashdeck.anki.html_text import readable
from flashdeck.anki.template import cloze_filter, typed_cloze
from flashdeck.model import Card, Note, NoteType
from flashdeck.preview.serve.snapshot import Edit, Known

_TAG = re.compile(r"\{\{(?![#^/!=])([^{}]*)\}\}")
_ASIDE = re.compile(r"<details\b.*?</details>|(<details\b.*)", re.DOTALL)
_TITLE = 160
_SEARCHED = 4_000
_SPECIAL_FIELDS = frozenset(
    {"FrontSide", "Tags", "Type", "Deck", "Subdeck", "Card", "CardFlag", "CardID"}
)


class Row(TypedDict):
    """A card in a list.

    `key` identifies the card while the preview runs, `version` grows whenever it must be drawn
    again. `number` is the note's id in Anki, 0 if it was never built; `ordinal` counts its cards
    from 1. `title` and `answer` are the beginnings of both sides as plain text, `text` is the text
    of its note, `length` the number of characters of the answer. `file` and `line` are '' and 0 for
    a card without a source. `edit` is what happened to the note since the last build.
    """

    key: int
    version: int
    id: str
    number: int
    ordinal: int
    title: str
    answer: str
    text: str
    length: int
    deck: str
    tags: Sequence[str]
    kind: str
    notetype: str
    card: str
    file: str
    line: int
    edit: Edit | Literal[""]
    problems: int


class Content(NamedTuple):
    """All that a card's row is made of; `problems` is their number in its note."""

    note: Note
    card: Card
    notetype: NoteType
    known: Known
    problems: int

    def is_still(self, other: Content) -> bool:
        """Whether the row of the other is the same, with the same place in the sources."""
        return self.note.source == other.note.source and self == other


def make_row(key: int, version: int, content: Content) -> Row:
    """Create the row of a card."""
    note, card, notetype, known, problems = content
    title, answer = both_sides(notetype, note, card)
    index = 0 if notetype.cloze else card.ordinal
    has_template = index < len(notetype.templates)
    return Row(
        key=key,
        version=version,
        id=note.guid,
        number=known.number or note.id,
        ordinal=card.ordinal + 1,
        title=title[:_TITLE],
        answer=answer[:_TITLE],
        text=words(note),
        length=len(answer),
        deck=card.deck,
        tags=note.tags,
        kind=known.kind or notetype.name,
        notetype=notetype.name,
        card=notetype.templates[index].name if has_template else "",
        file=note.source.path if note.source else "",
        line=note.source.line if note.source else 0,
        edit=known.edit,
        problems=problems,
    )


def both_sides(notetype: NoteType, note: Note, card: Card) -> tuple[str, str]:
    """The question and the answer of a card as plain text."""
    index = 0 if notetype.cloze else card.ordinal
    if index >= len(notetype.templates):
        return "", ""
    template = notetype.templates[index]
    fields = dict(zip((field.name for field in notetype.fields), note.fields, strict=False))
    front = [fields[name] for name in names(template.front) if name in fields]
    if notetype.cloze:
        number = card.ordinal + 1
        shown = [cloze_filter(text, number, question=True) for text in front if "{{c" in text]
        hidden = " ".join(typed_cloze(text, number) for text in front if "{{c" in text)
        return readable(_ASIDE.sub(r"\1", " ".join(shown))), readable(hidden)
    only_back = [name for name in names(template.back) if name not in names(template.front)]
    back = " ".join(fields[name] for name in only_back if name in fields)
    return readable(_ASIDE.sub(r"\1", " ".join(front))), readable(back)


def words(note: Note) -> str:
    """The text of a note, for the search."""
    text = " ".join(note.fields)
    return readable(MARK.sub("", text) if "}}" in text else text)[:_SEARCHED]


@lru_cache(maxsize=1024)
def names(side: str) -> tuple[str, ...]:
    """The fields that one side of a template shows, in order."""
    fields = (tag.rpartition(":")[2].strip() for tag in _TAG.findall(side))
    return tuple(dict.fromkeys(name for name in fields if name and name not in _SPECIAL_FIELDS))
