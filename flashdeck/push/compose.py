"""Composes the package of a push: only what must change, with what the learner wrote."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from types import MappingProxyType

from flashdeck.anki.deck_names import DEFAULT_DECK, is_within
from flashdeck.anki.read.study import NOTHING, Review, Schedule, Study
from flashdeck.model import Collection, Deck, Note, NoteType
from flashdeck.push.learner import Learner
from flashdeck.push.plan import Edit, KindChange
from flashdeck.release.release import media_of

_NEW, _LEARNING, _REVIEW, _SUSPENDED = 0, 1, 2, -1
_SHIFTS = 997  # a prime: ids of cards are multiples of 512 apart
_NO_DECK = "flashdeck"
_QUEUES = {_NEW: _NEW, _LEARNING: _LEARNING, _REVIEW: _REVIEW, 3: _LEARNING}


class Composer:
    """Puts the notes of a plan into a package for this collection.

    `notetypes` are those to import, by id.
    """

    def __init__(
        self, build: Collection, learner: Learner, notetypes: Mapping[int, NoteType]
    ) -> None:
        self._build = build
        self._learner = learner
        self._notetypes = notetypes

    def compose(
        self,
        new: Sequence[Note],
        edits: Sequence[Edit],
        kinds: Sequence[KindChange],
        changed: Sequence[NoteType],
    ) -> tuple[Collection, Study]:
        """Return the package and the schedules in it. A `changed` note type needs a note."""
        notes = [*new, *(edit.after for edit in edits), *(kind.after for kind in kinds)]
        used = {note.notetype for note in notes}
        for notetype in changed:
            if notetype.id not in used:
                same = (note for note in self._learner.notes.values() if note.cards)
                notes += [note for note in same if note.notetype == notetype.id][:1]
        if not notes:
            return Collection(), NOTHING
        return self.package(notes, {kind.after.guid: kind.before for kind in kinds})

    def package(
        self,
        notes: Iterable[Note],
        replaced: Mapping[str, Note] = MappingProxyType({}),
        restored: Container[str] = (),
    ) -> tuple[Collection, Study]:
        """Return a package of notes, by their GUIDs.

        Some get the first schedule of the note that they replace, restored ones get their own.
        """
        homes = self._homes()
        # Where cards that are there already are in the package is ignored.
        fallback = min(homes & {*self._learner.decks} or homes, default=_NO_DECK)
        placed = [_in_decks(note, homes, fallback) for note in notes]
        unique = _with_unique_ids(placed)
        ordered = tuple(sorted(unique, key=_study_order))
        used = {note.notetype for note in ordered}
        types = tuple(self._notetypes[number] for number in sorted(used))
        media = media_of(self._build, ordered, types)
        taken = {row[0] for rows in self._learner.study.reviews.values() for row in rows}
        schedules: dict[int, Schedule] = {}
        reviews: dict[int, tuple[Review, ...]] = {}
        for note in ordered:
            if note.guid in restored:
                for card in note.cards:
                    schedules[card.id] = at_home(self._learner.study.schedules[card.id])
                    reviews[card.id] = self._learner.study.reviews.get(card.id, ())
            if (old := replaced.get(note.guid)) is not None and old.cards:
                before, first = old.cards[0].id, note.cards[0].id
                schedules[first] = at_home(self._learner.study.schedules[before])
                reviews[first] = self._copied(before, first, taken)
        study = NOTHING
        if schedules:
            study = self._learner.study._replace(schedules=schedules, reviews=reviews)
        return Collection(types, self._decks(ordered), ordered, media), study

    def _copied(self, before: int, card: int, taken: set[int]) -> tuple[Review, ...]:
        """Return copies of a card's reviews for another, with ids that are not `taken`.

        Ids are times in milliseconds. Anki ignores a review whose id it has, and reviews of deleted
        cards are in no export, so the copies are some part of a second away from all others.
        """
        shift = 1 + card % _SHIFTS
        copies = []
        for row in self._learner.study.reviews.get(before, ()):
            number = row[0] + shift
            while number in taken:
                number += 1
            taken.add(number)
            copies.append((number, card, *row[2:]))
        return tuple(copies)

    def _homes(self) -> frozenset[str]:
        """The decks that a package can name."""
        names = {card.deck for note in self._build.notes for card in note.cards}
        return frozenset({*names, *self._learner.decks} - {DEFAULT_DECK})

    def _decks(self, notes: Iterable[Note]) -> tuple[Deck, ...]:
        """Return the decks, those that are there already with the learner's descriptions.

        None has a preset, which would replace the learner's options at every push.
        """
        used = {card.deck for note in notes for card in note.cards}
        known = {name.casefold() for name in self._learner.deck_names}
        decks = {
            deck.name: deck
            for deck in self._build.decks
            if any(is_within(name, deck.name) for name in used)
            and (deck.name in used or deck.name.casefold() not in known)
        }
        decks |= {name: self._learner.decks.get(name, Deck(name)) for name in used - decks.keys()}
        decks |= {name: self._learner.decks[name] for name in used & {*self._learner.decks}}
        plain = (replace(deck, preset=None) for deck in decks.values())
        return tuple(sorted(plain, key=attrgetter("name")))


def at_home(schedule: Schedule) -> Schedule:
    """Return the schedule of a card, outside of a filtered deck."""
    if not schedule.home:
        return schedule
    queue = schedule.queue if schedule.queue <= _SUSPENDED else _QUEUES.get(schedule.kind, _NEW)
    due = schedule.home_due or schedule.due
    return schedule._replace(due=due, queue=queue, home=0, home_due=0)


def _in_decks(note: Note, homes: frozenset[str], fallback: str) -> Note:
    cards = tuple(
        card if card.deck in homes else replace(card, deck=fallback) for card in note.cards
    )
    return replace(note, cards=cards)


def _with_unique_ids(notes: Iterable[Note]) -> list[Note]:
    """Return the notes; ids that an earlier one has are increased."""
    note_ids: set[int] = set()
    card_ids: set[int] = set()
    unique = []
    for note in notes:
        cards = tuple(replace(card, id=_free(card.id, card_ids)) for card in note.cards)
        unique.append(replace(note, id=_free(note.id, note_ids), cards=cards))
    return unique


def _free(number: int, taken: set[int]) -> int:
    while number in taken:
        number += 1
    taken.add(number)
    return number


def _study_order(note: Note) -> tuple[int, int]:
    return note.cards[0].position, note.id
