"""A collection that was made in code, with the ids, times and order that a package needs."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter

from flashdeck.model import Card, Collection, Deck, Note, NoteType
from flashdeck.project.digest import note_digest, notetype_digest
from flashdeck.release.numbering import EARLIEST, free_blocks, position_gap


def dated(collection: Collection, now: int, before: Collection | None = None) -> Collection:
    """Give every note, card and note type the ids and times that it lacks, and sort all of it.

    `now` is in seconds since 1970. Notes are learned in the order in which they stand, and decks
    that only cards name are added. `before` is the last version of the same deck, as `read_apkg`
    gives it: what is unchanged since keeps its ids and times, and only what was edited is newer. An
    import then updates these notes alone, and learners' tags and edits on all others stay. Raises
    `ValueError` where `now` is no time in seconds.
    """
    if not EARLIEST <= now < EARLIEST * 1000:
        message = f"`now` is {now}: give the time in seconds since 1970"
        raise ValueError(message)
    old = before if before is not None else Collection()
    times = [*(note.mod for note in old.notes), *(one.mod for one in old.notetypes)]
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
    known = {(one.id, notetype_digest(one)): one.mod for one in before}
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
    gap = position_gap(len(known))
    found = [
        _dated(_complete(note, block, place * gap, taken), before.get(note.guid), revision)
        for place, (note, block) in enumerate(zip(known, blocks, strict=True), 1)
    ]
    # What has no cards stands behind what is learned.
    empty = sorted((note for note in found if not note.cards), key=attrgetter("id"))
    return (*(note for note in found if note.cards), *empty)


def _numbered(note: Note, before: Note | None) -> Note:
    """Give a note and its cards the ids that they have in the version before."""
    if before is None:
        return note
    ids = {card.ordinal: card.id for card in before.cards}
    cards = tuple(replace(card, id=card.id or ids.get(card.ordinal, 0)) for card in note.cards)
    return replace(note, id=note.id or before.id, cards=cards)


def _ids(note: Note) -> set[int]:
    return {note.id, *(card.id for card in note.cards)} - {0}


def _complete(note: Note, block: int, position: int, taken: Container[int]) -> Note:
    """Give a note and its cards the ids that they lack; a new card's is beside the others'."""
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
