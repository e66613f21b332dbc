"""Which card each mask of a picture is: its cloze number, stable whatever else changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from flashdeck.compile.identity import Identified
from flashdeck.limits import LAST_CLOZE
from flashdeck.project.lockfile import Lock
from flashdeck.source.note import Mask


def with_numbers(notes: Iterable[Identified], lock: Lock) -> list[Identified]:
    """Give every mask its number, those that the lock remembers of removed ones left out."""
    return [_numbered(one, lock) if one.note.masks else one for one in notes]


def _numbered(one: Identified, lock: Lock) -> Identified:
    entry = lock.notes.get(one.id)
    released = [number for number, _ in entry.clozes] if entry is not None else []
    return replace(one, numbers=mask_numbers(one.note.masks, released))


def mask_numbers(masks: Sequence[Mask], released: Iterable[int] = ()) -> tuple[int, ...]:
    """Give the number of each mask: the one it has, that of its group, or a new one.

    New ones are greater than all that stand in the source or were `released`; only when there are
    no greater ones, those that are free.
    """
    groups = {mask.group: mask.number for mask in masks if mask.group and mask.number}
    taken = {mask.number for mask in masks if mask.number} | set(released)
    highest = max(taken, default=0)
    free = sorted(set(range(1, LAST_CLOZE + 1)) - taken, key=lambda one: (one < highest, one))
    fresh = iter(free)
    found: list[int] = []
    for mask in masks:
        number = mask.number or groups.get(mask.group)
        if number is None:
            number = next(fresh, LAST_CLOZE)
            if mask.group:
                groups[mask.group] = number
        found.append(number)
    return tuple(found)
