"""Statistics of a collection, and estimates of its study time. Nothing here prints."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from flashdeck.anki.clozes import with_clozes_as
from flashdeck.anki.html_text import readable
from flashdeck.model import Collection, NoteType
from flashdeck.text import natural

# Chinese and Japanese are written without spaces: each character counts as a word.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+(?:['’][^\W_{_UNSPACED}]+)*")
_MEDIA_NAME = re.compile(r"\[[^\[\]]+\.[a-zA-Z0-9]+\]")
# Fields of the built-in note types that are not an author's text.
_HELPERS = frozenset({"Typed", "Reverse", "Id"})
# Days from one review to the next while every answer is right: Anki's classic scheduler with its
# defaults (a first interval of one day, then 2.5 times the one before, rounded up).
_INTERVALS = (1, 3, 8, 20, 50, 125, 313)


@dataclass(frozen=True, slots=True)
class Count:
    """The number of notes and cards with a name: a deck, a kind or a tag."""

    name: str
    notes: int
    cards: int


@dataclass(frozen=True, slots=True)
class Stats:
    """The size of a collection. `media_size` is in bytes; a note counts for each of its tags."""

    notes: int
    cards: int
    words: int
    media: int
    media_size: int
    decks: tuple[Count, ...]
    kinds: tuple[Count, ...]
    tags: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Study:
    """An estimate for learning all cards, with a number of new cards a day.

    `days` is the time until each card was seen once. `loads` are the new cards and reviews of each
    of these days if every answer is right, which is the minimum.
    """

    per_day: int
    days: int
    loads: tuple[int, ...]

    @property
    def busiest(self) -> int:
        """The most cards on one day."""
        return max(self.loads, default=0)


def count(collection: Collection, kinds: Mapping[str, str], built_in: Iterable[int]) -> Stats:
    """Count notes, cards, words and media.

    `kinds` are the known kinds of notes by GUID; other notes count under their note type's name.
    `built_in` are the ids of the built-in note types.
    """
    notetypes = {notetype.id: notetype for notetype in collection.notetypes}
    own = frozenset(built_in)
    decks, of_kind, tags = _Table(), _Table(), _Table()
    words = notes = cards = 0
    for note in collection.notes:
        if not note.cards:
            continue  # a removed note
        notetype = notetypes[note.notetype]
        notes += 1
        cards += len(note.cards)
        words += _words(note.fields, notetype, has_helpers=notetype.id in own)
        of_kind.add(kinds.get(note.guid, notetype.name), len(note.cards))
        for tag in note.tags:
            tags.add(tag, len(note.cards))
        for deck, number in Counter(card.deck for card in note.cards).items():
            decks.add(deck, number)
    return Stats(
        notes=notes,
        cards=cards,
        words=words,
        media=len(collection.media),
        media_size=sum(file.size for file in collection.media),
        decks=decks.in_order(),
        kinds=of_kind.by_size(),
        tags=tags.by_size(),
    )


def study(cards: int, per_day: int) -> Study:
    """Estimate the study time of cards, with at least one new card a day."""
    days = -(-cards // per_day)
    new = [min(per_day, cards - day * per_day) for day in range(days)]
    loads = list(new)
    first = 0
    for interval in _INTERVALS:
        first += interval
        for day in range(first, days):
            loads[day] += new[day - first]
    return Study(per_day, days, tuple(loads))


class _Table:
    def __init__(self) -> None:
        self._notes: Counter[str] = Counter()
        self._cards: Counter[str] = Counter()

    def add(self, name: str, cards: int) -> None:
        self._notes[name] += 1
        self._cards[name] += cards

    def in_order(self) -> tuple[Count, ...]:
        return tuple(Count(name, self._notes[name], self._cards[name]) for name in self._notes)

    def by_size(self) -> tuple[Count, ...]:
        return tuple(sorted(self.in_order(), key=lambda count: (-count.cards, natural(count.name))))


def _words(fields: Iterable[str], notetype: NoteType, *, has_helpers: bool) -> int:
    names = (field.name for field in notetype.fields)
    return sum(
        len(_WORD.findall(_MEDIA_NAME.sub(" ", _revealed(readable(text)))))
        for name, text in zip(names, fields, strict=False)
        if text and not (has_helpers and name in _HELPERS)
    )


# Masks of a picture are side by side, without a space between them.
_revealed = partial(with_clozes_as, lambda _cloze, inside: f" {inside} ")
