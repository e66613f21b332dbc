"""Ids of notes and cards, in milliseconds: from the time of the first build, each given once.

A note's cards lie in a block of their own: the id of a card is the first one of its note's block
plus the card's ordinal, also where the note gets the card later. So a note's cards are neighbours
in the order of card ids. Anki 25.07 to 26.9.3 needs that: when the front of a template changes, it
reads the cards in that order, and doubles those of a note that other notes' cards lie between.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flashdeck.project.lockfile import NoteEntry

BLOCK = 512
"""How many ids a note's block has; Anki's ordinals end at 499."""

# Anki's first release came in 2006; an earlier clock is a clock that was never set. Small ids make
# Anki's Check Database fail.
EARLIEST = 1_136_073_600
# Positions of new cards: with gaps, so that what is inserted later finds its place among what
# learners have. Anki's Check Database moves positions above a million.
_GAP, _LAST_POSITION = 10, 1_000_000


class Numbers(NamedTuple):
    """A note's id, and the first id of the block for its cards."""

    note_id: int
    card_block: int


def latest_id(now: int) -> int:
    """Give the latest id that a note may have at the time `now`, in seconds.

    Its whole block lies before that: Anki 2.1.55 and 2.1.60 refuse a package with ids ahead of the
    clock.
    """
    return now * 1000 - BLOCK


def numbers(entries: Iterable[NoteEntry], new: Sequence[str], now: int) -> dict[str, Numbers]:
    """Give all notes their numbers: `entries` of the lock, living and removed, and `new` GUIDs.

    What the lock says stays, as far as it is free: of two notes with one id, and of two whose
    blocks overlap, the earlier keeps it (by GUID where both are as early). A block that moves lies
    before its note's id, a new note's before `now`; each is the latest that is free.
    """
    ids = _Ids()
    blocks = _Blocks()
    note_ids: dict[str, int] = {}
    card_blocks: dict[str, int] = {}
    moving: list[tuple[int, str]] = []
    latest = latest_id(now)
    for entry in sorted(entries, key=lambda entry: (entry.note_id, entry.id)):
        note_ids[entry.id] = ids.take(entry.note_id)
        if blocks.claim(entry.card_block):
            card_blocks[entry.id] = entry.card_block
        else:
            too_small = entry.note_id < EARLIEST * 1000
            moving.append((latest if too_small else min(entry.note_id, latest), entry.id))
    moving.sort(reverse=True)
    places = _free_before([place for place, _ in moving], card_blocks.values())
    card_blocks |= dict(zip([guid for _, guid in moving], places, strict=True))
    taken = {*note_ids.values(), *card_blocks.values()}
    fresh = free_blocks(len(new), taken, now)
    given = dict(zip(reversed(new), fresh, strict=True))
    return {
        guid: Numbers(note_id, card_blocks.get(guid, note_id))
        for guid, note_id in (note_ids | given).items()
    }


def position_gap(count: int) -> int:
    """Give how far the positions of so many notes lie apart."""
    return max(1, min(_GAP, _LAST_POSITION // (count + 1)))


def free_blocks(count: int, taken: Iterable[int], now: int) -> list[int]:
    """Give the first ids of so many blocks before `now`, the latest one first."""
    return _free_before([latest_id(now)] * count, taken)


def _free_before(wanted: Sequence[int], taken: Iterable[int]) -> list[int]:
    """Give each wanted place, in falling order, the latest free one that is not after it.

    Free is what is a whole block away from all that is taken, and from those given before.
    """
    falling = sorted(taken, reverse=True)
    places: list[int] = []
    at = 0
    for place in wanted:
        free = min(place, places[-1] - BLOCK) if places else place
        while at < len(falling) and falling[at] > free - BLOCK:
            if falling[at] < free + BLOCK:
                free = falling[at] - BLOCK
            at += 1
        places.append(free)
    return places


class _Blocks:
    """Which blocks are taken: no two of them overlap, so a cell of a block's width begins one."""

    def __init__(self) -> None:
        self._cells: dict[int, int] = {}

    def claim(self, block: int) -> bool:
        """Take a block if it is free."""
        cell = block // BLOCK
        for near in (cell - 1, cell, cell + 1):
            if abs(self._cells.get(near, block + BLOCK) - block) < BLOCK:
                return False
        self._cells[cell] = block
        return True


class _Ids:
    """Hands out ids, each once: the greatest free one not above the wanted.

    Chains of taken ids are shortened as they are followed, so that a million notes of one build
    cost a million steps.
    """

    def __init__(self) -> None:
        self._below: dict[int, int] = {}

    def take(self, wanted: int) -> int:
        """Take the id that is wanted, or the next one below it that is free."""
        path: list[int] = []
        free = wanted
        while free in self._below:
            path.append(free)
            free = self._below[free]
        self._below[free] = free - 1
        for number in path:
            self._below[number] = free - 1
        return free
