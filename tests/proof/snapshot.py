"""All that an import could harm in a learner's collection, at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from real_anki import Learner

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A note as the learner holds it: its row's id, its note type, fields and tags."""

    id: int
    notetype: int
    fields: tuple[str, ...]
    tags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A collection at one moment.

    `doubled` lists what stands twice; `cards` gives the row of each card by GUID and ordinal:
    its id, deck and whole history; `empty` the ids of cards that *Empty Cards* lists by GUID, and
    `deletes` the GUIDs that it would delete wholly.
    """

    notes: dict[str, Held]
    cards: dict[tuple[str, int], Row]
    reviews: dict[int, Row]
    empty: dict[str, frozenset[int]]
    deletes: frozenset[str]
    doubled: tuple[str, ...]

    def ordinals(self, guid: str) -> frozenset[int]:
        """The ordinals of a note's cards."""
        return frozenset(ordinal for one, ordinal in self.cards if one == guid)


def snapshot(learner: Learner) -> Snapshot:
    """Look at everything."""
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
            guid: Held(id_, notetype, tuple(fields.split("\x1f")), frozenset(tags.split()))
            for guid, id_, notetype, fields, tags in notes
        },
        cards={(row[0], row[1]): tuple(row[2:]) for row in cards},
        reviews={row[0]: tuple(row) for row in reviews},
        empty={guids[one.note]: frozenset(one.cards) for one in listed},
        deletes=frozenset(guids[one.note] for one in listed if one.deletes_note),
        doubled=(
            *_twice("note", [row[0] for row in notes]),
            *_twice("card", [(row[0], row[1]) for row in cards]),
        ),
    )


def _twice(what: str, found: list[Any]) -> list[str]:
    return sorted({f"{what} {one}" for one in found if found.count(one) > 1})
