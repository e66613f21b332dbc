"""Adds ids, times and order to a collection that was made in code."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter

from flashdeck.model import Card, Collection, Deck, Note, NoteType
from flashdeck.project.digest import note_digest, notetype_digest
from flashdeck.release.numbering import EARLIEST, free_blocks, position_step


def dated(collection: Collection, now: int, before: Collection | None = None) -> Collection:
    """Add missing ids and times to notes, cards and note types, and sort all of them.

    `now` is in seconds since 1970. Notes keep their order, and decks that only cards name are
    added. `before` is the last version of the same deck, from `read_apkg`: unchanged notes keep
    their ids and times, so that an import updates only the others, and learners keep their tags and
    edits. Raises `ValueError` if `now` is not a time in seconds.
    """
    if not EARLIEST <= now < EARLIEST * 1000:
        message = f"`now` is {now}: give the time in seconds since 1970"
        raise ValueError(message)
    old = before if before is not None else Collection()
    times = [*(note.mod for note in old.notes), *(notetype.mod for notetype in old.notetypes)]
    revision = max([now, *(time + 1 for time in times)])
    named = {deck.name for deck in collection.decks}
    used = {card.deck for note in collection.notes for card in note.cards}
    added = (Deck(name) for name in used - named)
    return Collection(
        notetypes=_notetypes(collection.notetypes, old.notetypes, revision),
        decks=tuple(sorted((*collection.decks, *added), key=attrgetter("name"))),
        notes=_notes(collection.notes, {note.guid: note for note in old.notes}, now, revision),
        media=tuple(sorted(collection.media, key=attrgetter("name"))),
    )


def _notetypes(
    notetypes: Sequence[NoteType], before: Sequence[NoteType], revision: int
) -> tuple[NoteType, ...]:
    known = {(notetype.id, notetype_digest(notetype)): notetype.mod for notetype in before}
    return tuple(
        replace(
            notetype,
            mod=known.get((notetype.id, notetype_digest(notetype)), revision)
            if before
            else notetype.mod or revision,
        )
        for notetype in sorted(notetypes, key=attrgetter("id"))
    )


def _notes(
    notes: Sequence[Note], before: Mapping[str, Note], now: int, revision: int
) -> tuple[Note, ...]:
    known = [_numbered(note, before.get(note.guid)) for note in notes]
    taken = {number for note in (*known, *before.values()) for number in _ids(note)}
    blocks = reversed(free_blocks(len(known), taken, now))
    step = position_step(len(known))
    numbered = [
        _dated(_complete(note, block, place * step, taken), before.get(note.guid), revision)
        for place, (note, block) in enumerate(zip(known, blocks, strict=True), 1)
    ]
    # Notes without cards come last.
    empty = sorted((note for note in numbered if not note.cards), key=attrgetter("id"))
    return (*(note for note in numbered if note.cards), *empty)


def _numbered(note: Note, before: Note | None) -> Note:
    """Add the ids of a note and its cards in the last version."""
    if before is None:
        return note
    ids = {card.ordinal: card.id for card in before.cards}
    cards = tuple(replace(card, id=card.id or ids.get(card.ordinal, 0)) for card in note.cards)
    return replace(note, id=note.id or before.id, cards=cards)


def _ids(note: Note) -> set[int]:
    return {note.id, *(card.id for card in note.cards)} - {0}


def _complete(note: Note, block: int, position: int, taken: Container[int]) -> Note:
    """Add missing ids to a note and its cards; a new card's id is next to the others."""
    first = next((card.id - card.ordinal for card in note.cards if card.id), block)
    cards: list[Card] = []
    for card in sorted(note.cards, key=attrgetter("ordinal")):
        beside = first + card.ordinal
        fresh = block + card.ordinal if beside in taken else beside
        cards.append(Card(card.ordinal, card.deck, position, card.id or fresh))
    return replace(note, cards=tuple(cards), id=note.id or block)


def _dated(note: Note, before: Note | None, revision: int) -> Note:
    if before is None:
        return replace(note, mod=note.mod or revision)
    is_same = note_digest(note) == note_digest(before)
    return replace(note, mod=before.mod if is_same else revision)
