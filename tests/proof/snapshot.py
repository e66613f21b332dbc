"""A learner's collection at one moment: everything that an import could damage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from real_anki import Learner

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class NoteState:
    """A note in the learner's collection: its id, note type, fields and tags."""

    id: int
    notetype: int
    fields: tuple[str, ...]
    tags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A collection at one moment.

    `doubled` lists duplicates; `cards` maps GUID and ordinal to a card's row: its id, deck and
    scheduling; `empty` maps GUIDs to the card ids that *Empty Cards* lists, and `deletes` holds
    the GUIDs of notes that it would delete.
    """

    notes: dict[str, NoteState]
    cards: dict[tuple[str, int], Row]
    reviews: dict[int, Row]
    empty: dict[str, frozenset[int]]
    deletes: frozenset[str]
    doubled: tuple[str, ...]

    def ordinals(self, guid: str) -> frozenset[int]:
        """The ordinals of a note's cards."""
        return frozenset(ordinal for owner, ordinal in self.cards if owner == guid)


def snapshot(learner: Learner) -> Snapshot:
    """Take a snapshot of the collection."""
    rows = learner.collection.db
    notes = rows.all("select guid, id, mid, flds, tags from notes")
    cards = rows.all(
        "select n.guid, c.ord, c.id, c.did, c.type, c.queue, c.due, c.ivl, c.factor, c.reps,"
        " c.lapses, c.left, c.odue, c.odid, c.flags from cards c left join notes n on n.id = c.nid"
    )
    reviews = rows.all("select id, cid, ease, ivl, lastIvl, factor, time, type from revlog")
    guids = {row[1]: row[0] for row in notes}
    listed = learner.empty_cards()
    return Snapshot(
        notes={
            guid: NoteState(id_, notetype, tuple(fields.split("\x1f")), frozenset(tags.split()))
            for guid, id_, notetype, fields, tags in notes
        },
        cards={(row[0], row[1]): tuple(row[2:]) for row in cards},
        reviews={row[0]: tuple(row) for row in reviews},
        empty={guids[entry.note]: frozenset(entry.cards) for entry in listed},
        deletes=frozenset(guids[entry.note] for entry in listed if entry.deletes_note),
        doubled=(
            *_twice("note", [row[0] for row in notes]),
            *_twice("card", [(row[0], row[1]) for row in cards]),
        ),
    )


def _twice(what: str, keys: list[Any]) -> list[str]:
    return sorted({f"{what} {key}" for key in keys if keys.count(key) > 1})
