"""A learner's collection, as the exports of its decks have it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

from flashdeck.anki.read.study import Review, Schedule, Study, read_studied
from flashdeck.model import Deck, Note, NoteType
from flashdeck.records import dataclass


@dataclass(frozen=True, slots=True)
class Learner:
    """What a learner has of a project's note types.

    Notes are by GUID, with the home decks of their cards; note types by id. `decks` are those of
    the exports, by name, and `deck_ids` the ids of all that the collection has. `study` has the
    schedules and reviews of the cards; `filtered` are the ids of cards in filtered decks.
    """

    notes: Mapping[str, Note]
    notetypes: Mapping[int, NoteType]
    decks: Mapping[str, Deck]
    deck_ids: Mapping[str, int]
    study: Study
    filtered: frozenset[int]

    @property
    def deck_names(self) -> frozenset[str]:
        """The names of all decks."""
        return frozenset(self.deck_ids)

    def reviews(self, note: Note) -> int:
        """The number of reviews of a note's cards."""
        return sum(len(self.study.reviews.get(card.id, ())) for card in note.cards)


def read_learner(exports: Iterable[Path], deck_ids: Mapping[str, int]) -> Learner:
    """Read a collection from exports; a note whose cards are in several of them is one note."""
    names = {number: name for name, number in deck_ids.items()}
    notes: dict[str, Note] = {}
    notetypes: dict[int, NoteType] = {}
    decks: dict[str, Deck] = {}
    schedules: dict[int, Schedule] = {}
    reviews: dict[int, tuple[Review, ...]] = {}
    created, is_new = 0, False
    for path in exports:
        collection, study = read_studied(path, names)
        notetypes |= {notetype.id: notetype for notetype in collection.notetypes}
        decks |= {deck.name: deck for deck in collection.decks}
        for note in collection.notes:
            notes[note.guid] = _joined(notes.get(note.guid, note), note)
        schedules |= study.schedules
        reviews |= study.reviews
        created, is_new = study.created, study.is_new
    filtered = frozenset(card for card, schedule in schedules.items() if schedule.home)
    study = Study(created, is_new, schedules, reviews)
    return Learner(notes, notetypes, decks, deck_ids, study, filtered)


def _joined(first: Note, second: Note) -> Note:
    cards = {card.ordinal: card for card in (*first.cards, *second.cards)}
    return replace(first, cards=tuple(sorted(cards.values(), key=attrgetter("ordinal"))))
