"""Ids of notes and cards: in milliseconds, from the time of the first build, each given once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from flashdeck.lockfile import Lock
from flashdeck.model import Note


def births(notes: Iterable[Note], lock: Lock, now: int) -> dict[str, int]:
    """Give each note the millisecond of its first build: new ones those just before `now`.

    Never ahead of the clock: Anki 2.1.55 and 2.1.60 refuse a package with such ids.
    """
    known: dict[str, int] = {}
    fresh: list[str] = []
    for note in notes:
        entry = lock.notes.get(note.guid)
        if entry is None:
            fresh.append(note.guid)
        else:
            known[note.guid] = entry.born
    places = _Places(entry.born for entry in lock.notes.values())
    for guid in reversed(fresh):
        known[guid] = places.take(now * 1000)
    return known


def note_and_card_ids(
    notes: Iterable[Note], born: Mapping[str, int]
) -> dict[str, tuple[int, tuple[int, ...]]]:
    """Give every note its id and those of its cards: the first card's equals the note's.

    The further ones lie as close before it as there is room; so a card that is added later takes
    no other card's id away.
    """
    ordered = sorted(notes, key=lambda note: (born[note.guid], note.guid))
    note_places = _Places()
    own = {note.guid: note_places.take(born[note.guid]) for note in ordered}
    card_places = _Places(own.values())
    return {
        note.guid: (
            own[note.guid],
            (own[note.guid], *(card_places.take(own[note.guid]) for _ in note.cards[1:])),
        )
        for note in ordered
    }


def apart(stones: Sequence[Note], living: Iterable[int]) -> list[Note]:
    """Give removed notes ids that are none of `living` notes', in order of the ids."""
    places = _Places(living)
    moved = [replace(stone, id=places.take(stone.id)) for stone in stones]
    return sorted(moved, key=lambda stone: stone.id)


class _Places:
    """Hands out numbers, each once: the greatest free one not above the wanted.

    Chains of taken numbers are shortened as they are followed, so that a million notes of one
    build cost a million steps.
    """

    def __init__(self, taken: Iterable[int] = ()) -> None:
        self._below: dict[int, int] = {number: number - 1 for number in taken}

    def take(self, wanted: int) -> int:
        path: list[int] = []
        found = wanted
        while found in self._below:
            path.append(found)
            found = self._below[found]
        self._below[found] = found - 1
        for number in path:
            self._below[number] = found - 1
        return found
