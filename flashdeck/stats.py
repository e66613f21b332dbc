"""Counts what is in a collection, and how long it takes to learn. Nothing here prints."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from flashdeck.anki.clozes import with_clozes_as
from flashdeck.anki.html_text import readable
from flashdeck.model import Collection, NoteType

# Chinese and Japanese are written without blanks: each character counts as a word.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+(?:['’][^\W_{_UNSPACED}]+)*")
_MEDIA_NAME = re.compile(r"\[[^\[\]]+\.[a-zA-Z0-9]+\]")
# What the built-in note types keep beside an author's texts.
_HELPERS = frozenset({"Typed", "Reverse", "Id"})
# Days from one review to the next while every answer is right: Anki's classic scheduler with its
# defaults (a first interval of one day, then 2.5 times the one before, rounded up).
_GAPS = (1, 3, 8, 20, 50, 125, 313)


@dataclass(frozen=True, slots=True)
class Count:
    """How many notes and cards there are of something that has a name."""

    name: str
    notes: int
    cards: int


@dataclass(frozen=True, slots=True)
class Stats:
    """What is in a collection. `media_size` is in bytes; a note counts for each of its tags."""

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
    """Learning all cards, some new ones a day. `days` is how long until each was seen once.

    `loads` are the cards of each day until then, new ones and reviews together, as long as every
    answer is right: the least that there is to do.
    """

    per_day: int
    days: int
    loads: tuple[int, ...]

    @property
    def busiest(self) -> int:
        """The most cards on one day."""
        return max(self.loads, default=0)


def count(collection: Collection, kinds: Mapping[str, str], built_in: Iterable[int]) -> Stats:
    """Count everything.

    `kinds` are the kinds of notes by their ids, where they are known; else it is the note type's
    name. `built_in` are the ids of the built-in note types.
    """
    notetypes = {one.id: one for one in collection.notetypes}
    own = frozenset(built_in)
    decks, of_kind, tags = _Table(), _Table(), _Table()
    words = notes = cards = 0
    for note in collection.notes:
        if not note.cards:
            continue  # a removed note, which only keeps its place
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
        media_size=sum(one.size for one in collection.media),
        decks=decks.in_order(),
        kinds=of_kind.by_size(),
        tags=tags.by_size(),
    )


def study(cards: int, per_day: int) -> Study:
    """Say how long so many cards take, with so many new ones a day (at least one)."""
    days = -(-cards // per_day)
    new = [min(per_day, cards - day * per_day) for day in range(days)]
    loads = list(new)
    since = 0
    for gap in _GAPS:
        since += gap
        for day in range(since, days):
            loads[day] += new[day - since]
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
        return tuple(sorted(self.in_order(), key=lambda one: (-one.cards, one.name)))


def _words(fields: Iterable[str], notetype: NoteType, *, has_helpers: bool) -> int:
    names = (field.name for field in notetype.fields)
    return sum(
        len(_WORD.findall(_MEDIA_NAME.sub(" ", _revealed(readable(text)))))
        for name, text in zip(names, fields, strict=False)
        if text and not (has_helpers and name in _HELPERS)
    )


# Masks of a picture stand side by side, without a space between them.
_revealed = partial(with_clozes_as, lambda _cloze, inside: f" {inside} ")
