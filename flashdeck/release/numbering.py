"""Unique ids of notes and cards, in milliseconds, from the time of the first build.

The cards of a note share a block of ids: the id of a card is the first id of the block plus the
card's ordinal, also for cards that are added later. So the cards of a note are adjacent in the
order of card ids. Anki 25.07 to 26.9.3 needs that: when the front of a template changes, it reads
the cards in that order, and duplicates those of a note whose cards are not adjacent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from flashdeck.model import Note
from flashdeck.project.lockfile import NoteEntry

BLOCK = 512
"""The number of ids in a block; Anki's ordinals end at 499."""

# Anki's first release came in 2006, so an earlier clock is wrong. Small ids make Anki's Check
# Database fail.
EARLIEST = 1_136_073_600
# Positions of new cards are ten apart, so that cards can be inserted later between those that
# learners have. Anki's Check Database moves positions above a million.
_STEP, _LAST_POSITION = 10, 1_000_000


class Numbers(NamedTuple):
    """The id of a note, and the first id of its cards' block."""

    note_id: int
    card_block: int


def card_block(note: Note) -> int:
    """Return the first id of the block that a note's first card is in, as learners have it."""
    return note.cards[0].id - note.cards[0].ordinal if note.cards else note.id


def latest_id(now: int) -> int:
    """Return the latest possible note id at the time `now`, in seconds.

    Its block ends before that time: Anki 2.1.55 and 2.1.60 refuse packages with ids in the future.
    """
    return now * 1000 - BLOCK


def numbers(entries: Iterable[NoteEntry], new: Sequence[str], now: int) -> dict[str, Numbers]:
    """Assign ids and blocks to all `entries` of the lock, also removed ones, and to `new` GUIDs.

    Ids and blocks in the lock are kept. If two notes share an id or their blocks overlap, the
    earlier note keeps it, or the one with the smaller GUID. Moved blocks are the latest free ones
    before the note's id, those of new notes the latest free ones before `now`.
    """
    entries = list(entries)
    known = {entry.id: Numbers(entry.note_id, entry.card_block) for entry in entries}
    if not _are_apart(known.values()):
        known = _apart(entries, now)
    taken = {number for both in known.values() for number in both}
    fresh = free_blocks(len(new), taken, now)
    return known | {
        guid: Numbers(block, block) for guid, block in zip(reversed(new), fresh, strict=True)
    }


def _are_apart(numbers: Collection[Numbers]) -> bool:
    """Whether no ids are equal, and no blocks overlap."""
    note_ids, blocks = zip(*numbers, strict=True) if numbers else ((), ())
    return len(set(note_ids)) == len(note_ids) and all(
        second - first >= BLOCK for first, second in pairwise(sorted(blocks))
    )


def _apart(entries: Iterable[NoteEntry], now: int) -> dict[str, Numbers]:
    """Assign ids and blocks to entries of which some share theirs."""
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
    return {guid: Numbers(note_id, card_blocks[guid]) for guid, note_id in note_ids.items()}


def position_step(count: int) -> int:
    """Return the distance between the positions of `count` notes."""
    return max(1, min(_STEP, _LAST_POSITION // (count + 1)))


def free_blocks(count: int, taken: Iterable[int], now: int) -> list[int]:
    """Return the first ids of `count` free blocks before `now`, latest first."""
    return _free_before([latest_id(now)] * count, taken)


def _free_before(wanted: Sequence[int], taken: Iterable[int]) -> list[int]:
    """Return the latest free id up to each wanted one; `wanted` is in descending order.

    An id is free if it is at least one block away from all ids that are taken or returned.
    """
    descending = sorted(taken, reverse=True)
    places: list[int] = []
    at = 0
    for place in wanted:
        free = min(place, places[-1] - BLOCK) if places else place
        while at < len(descending) and descending[at] > free - BLOCK:
            if descending[at] < free + BLOCK:
                free = descending[at] - BLOCK
            at += 1
        places.append(free)
    return places


class _Blocks:
    """Blocks in use. They do not overlap, so at most one begins in each cell of the same width."""

    def __init__(self) -> None:
        self._cells: dict[int, int] = {}

    def claim(self, block: int) -> bool:
        """Take a block; returns whether it was free."""
        cell = block // BLOCK
        for near in (cell - 1, cell, cell + 1):
            if abs(self._cells.get(near, block + BLOCK) - block) < BLOCK:
                return False
        self._cells[cell] = block
        return True


class _Ids:
    """Allocates unique ids. Chains of used ids are compressed, as in a union-find structure."""

    def __init__(self) -> None:
        self._below: dict[int, int] = {}

    def take(self, wanted: int) -> int:
        """Take the greatest free id up to the wanted one."""
        path: list[int] = []
        free = wanted
        while free in self._below:
            path.append(free)
            free = self._below[free]
        self._below[free] = free - 1
        for number in path:
            self._below[number] = free - 1
        return free
