"""A learner between imports: answers, suspends, flags, tags and edits at simulated times.

Anki reads the real clock, and our histories take years. So they lie in the past, and whatever Anki
stamps by itself gets the time that the history has come to.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from real_anki import Imported, Learner

from proof.snapshot import Snapshot, snapshot

# Times this close to the real clock were set by Anki itself.
_REAL = 86_400
LATEST = int(time.time()) - 2 * _REAL
"""Histories end here at the latest."""


class Student:
    """A learner with a real Anki.

    `touched` says when the learner last changed a note, by GUID, and `stamped` when an import last
    did so and gave the note the time of that import, as releases before 25.02 do.
    """

    def __init__(self) -> None:
        self.anki = Learner()
        self.touched: dict[str, int] = {}
        self.stamped: dict[str, int] = {}
        self.got: dict[str, int] = {}
        """The number of the build last imported, by GUID."""
        self.reviews = 0

    def close(self) -> None:
        """Close and delete the collection."""
        self.anki.close()

    def look(self) -> Snapshot:
        """Take a snapshot of the collection."""
        return snapshot(self.anki)

    def take(self, package: Path, now: int) -> Imported:
        """Import a package."""
        done = self.anki.import_package(package)
        self._settle(now, self.stamped)
        return done

    def act(self, name: str, which: int, how: int, now: int) -> bool:
        """Run an act by name on a card; returns whether there was a suitable one."""
        cards = self.anki.collection.db.all(
            "select n.guid, c.ord, c.queue from cards c join notes n on n.id = c.nid"
            " order by n.id, c.ord"
        )
        guid, ordinal, queue = cards[which % len(cards)] if cards else ("", 0, -1)
        suits = bool(cards) and (queue >= 0 or name not in {"answer", "leech"})
        if suits:
            ACTS[name](self, guid, ordinal, how)
            self._settle(now, self.touched)
        return suits

    def tag_note(self, guid: str, tag: str, now: int) -> None:
        """Give a note a tag of the learner's own."""
        self.anki.add_tag(guid, tag)
        self._settle(now, self.touched)

    def answer(self, guid: str, ordinal: int, how: int) -> None:
        """Answer a card."""
        self.anki.answer(guid, ordinal, 1 + how % 4)
        self.reviews += 1

    def leech(self, guid: str, ordinal: int, _: int) -> None:
        """Fail a card until Anki tags its note as a leech."""
        self.anki.answer(guid, ordinal, 4)
        card = self.anki.card(guid, ordinal)
        self.anki.collection.db.execute("update cards set lapses = 7 where id = ?", card.id)
        self.anki.answer(guid, ordinal, 1)
        self.reviews += 2

    def suspend(self, guid: str, ordinal: int, _: int) -> None:
        """Suspend a card."""
        self.anki.suspend(guid, ordinal)

    def bury(self, guid: str, ordinal: int, _: int) -> None:
        """Bury a card."""
        self.anki.bury(guid, ordinal)

    def flag(self, guid: str, ordinal: int, how: int) -> None:
        """Flag a card."""
        self.anki.flag(guid, ordinal, how % 5)

    def tag(self, guid: str, _: int, how: int) -> None:
        """Give a note a tag of the learner's own."""
        self.anki.add_tag(guid, f"mine{how % 2}")

    def mark(self, guid: str, _: int, __: int) -> None:
        """Mark a note."""
        self.anki.add_tag(guid, "marked")

    def move(self, guid: str, ordinal: int, how: int) -> None:
        """Move a card into a deck of the learner, or into another deck of the project."""
        self.anki.move(guid, ("Mine", "Art", "Bio::Two")[how % 3], ordinal)

    def edit(self, guid: str, _: int, how: int) -> None:
        """Edit a field of a note."""
        field = how % 2
        text = self.anki.note(guid).fields[field]
        self.anki.edit(guid, field, f"{text} (mine)")

    def tidy(self, _: str, __: int, ___: int) -> None:
        """Delete what *Empty Cards* lists."""
        self.anki.delete_empty_cards()

    def check(self, _: str, __: int, ___: int) -> None:
        """Run *Check Database*, which also runs ANALYZE."""
        self.anki.check_database()

    def optimize(self, _: str, __: int, ___: int) -> None:
        """Optimize the database, as Anki's window does every two weeks."""
        self.anki.optimize()

    def _settle(self, now: int, stamps: dict[str, int]) -> None:
        """Replace the real times set by Anki with the simulated time."""
        rows = self.anki.collection.db
        for guid in rows.list("select guid from notes where mod > ?", LATEST):
            stamps[guid] = now
        rows.execute("update notes set mod = ? where mod > ?", now, LATEST)


Act = Callable[[Student, str, int, int], None]
# Frequent acts are listed more often.
ACTS: dict[str, Act] = {
    act.__name__: act
    for act in (
        Student.answer,
        Student.edit,
        Student.tag,
        Student.mark,
        Student.leech,
        Student.suspend,
        Student.bury,
        Student.flag,
        Student.move,
        Student.tidy,
        Student.check,
        Student.optimize,
    )
}
