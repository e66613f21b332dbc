"""The invariants of every import."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from real_anki import VERSION, Imported, Learner

from proof.drafts import GROWN, Content
from proof.ledger import DAY, RESENT, Ledger, Record
from proof.snapshot import Snapshot

REMOVED = frozenset({"flashdeck::removed"})
# Older importers set a deck's description only together with new cards.
_DESCRIPTIONS = (2, 1, 55)


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken promise and its details."""

    promise: str
    what: str

    def __str__(self) -> str:
        return f"{self.promise}: {self.what}"


@dataclass(slots=True)
class Check:
    """One import, compared with the published content and the learner's work.

    `touched`, `stamped` and `got` are the student's before the import. `late` collects the notes
    that are outdated by the only exception, an edit by the learner between build and import;
    `current` collects all others, and `kept` edited notes that are no longer sent again, with what
    the learner did to them since.
    """

    name: str
    ledger: Ledger
    before: Snapshot
    after: Snapshot
    touched: Mapping[str, int]
    stamped: Mapping[str, int]
    got: Mapping[str, int]
    late: set[str] = field(default_factory=set)
    current: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)

    def violations(self, learner: Learner, imported: Imported) -> list[Violation]:
        """Every broken promise."""
        return [
            *self._nothing_lost(),
            *self._nothing_doubled(imported),
            *(violation for guid in sorted(self.ours) for violation in self._note(guid)),
            *self._others(),
            *self._media(learner),
            *self._styling(learner),
        ]

    @property
    def ours(self) -> frozenset[str]:
        """The GUIDs in the package."""
        return self.ledger.members(self.name)

    def _nothing_lost(self) -> Iterator[Violation]:
        for review, row in self.before.reviews.items():
            if self.after.reviews.get(review) != row:
                yield Violation("no review lost", f"review {row}")
        for card, row in self.before.cards.items():
            now = self.after.cards.get(card)
            if now != row:
                yield Violation("no review lost", f"card {card} was {row} and is {now}")
        cards = {row[0] for row in self.after.cards.values()}
        for row in self.after.reviews.values():
            if row[1] not in cards and row[0] not in self.before.reviews:
                yield Violation("no review lost", f"review {row} of no card")

    def _nothing_doubled(self, imported: Imported) -> Iterator[Violation]:
        for what in self.after.doubled:
            yield Violation("nothing twice", what)
        for guid in sorted(set(self.after.notes) - set(self.before.notes) - self.ours):
            yield Violation("nothing twice", f"note {guid} came from nowhere")
        for guid in sorted(set(self.before.notes) - set(self.after.notes)):
            yield Violation("no review lost", f"note {guid}")
        if imported.conflicting:
            yield Violation("text as in the source", f"{imported.conflicting} notes were refused")

    def _note(self, guid: str) -> Iterator[Violation]:
        record = self.ledger.notes.get(guid)
        if record is None:
            yield Violation("text as in the source", f"note {guid} is in no source")
            return
        had, has = self.before.notes.get(guid), self.after.notes.get(guid)
        if has is None:
            yield Violation("text as in the source", f"note {guid} did not arrive")
            return
        yield from self._cards(guid, record.content)
        expected = _expected(record, len(has.fields))
        is_current = (has.fields, has.tags) == expected
        own = record.edited is None and self.got.get(guid, -1) >= record.born
        if had is not None and own:
            if (has.fields, has.tags) != (had.fields, had.tags):
                yield Violation("learners keep their work", f"note {guid}: {had} became {has}")
        elif had is not None and self._is_no_longer_sent(guid, record):
            if has != had:
                yield Violation("learners keep their work", f"note {guid}: {had} became {has}")
            self.kept.add(guid)
            return
        elif not is_current and self._excused(guid, record):
            self.late.add(guid)
            if has != had:
                yield Violation(
                    "text as in the source", f"note {guid}: neither {expected} nor {had}"
                )
            return
        elif not is_current:
            yield Violation("text as in the source", f"note {guid}: {has}, not {expected}")
        self.current.add(guid)
        yield from self._empty_cards(guid, record.content)

    def _excused(self, guid: str, record: Record) -> bool:
        """Whether the learner edited the note after the build, by the build's clock."""
        due = record.due(self.ledger.revised[self.name])
        times = [self.touched.get(guid, 0)]
        if self.name in self.ledger.early:
            times.append(self.stamped.get(guid, 0))
        return guid in self.before.notes and max(times) >= due

    def _is_no_longer_sent(self, guid: str, record: Record) -> bool:
        """Whether the learner changed a note after the time up to which an edit is sent again.

        Clocks may differ by two days.
        """
        touched, edited = self.touched.get(guid, 0), record.edited
        return edited is not None and touched > edited + RESENT + 2 * DAY

    def _cards(self, guid: str, content: Content | None) -> Iterator[Violation]:
        expected = self.before.ordinals(guid) | (content.ordinals if content else frozenset())
        ordinals = self.after.ordinals(guid)
        if ordinals != expected:
            yield Violation(
                "no card doubled", f"note {guid} has {set(ordinals)}, not {set(expected)}"
            )

    def _empty_cards(self, guid: str, content: Content | None) -> Iterator[Violation]:
        """*Empty Cards* lists exactly the cards that the source no longer has."""
        gone = self.after.ordinals(guid) - (content.ordinals if content else frozenset())
        expected = frozenset(self.after.cards[guid, ordinal][0] for ordinal in gone)
        listed = self.after.empty.get(guid, frozenset())
        if guid in self.ledger.scattered and listed <= expected:
            return  # Anki 25.07 and later may list only some cards with scattered ids
        if listed != expected:
            yield Violation("Empty Cards", f"note {guid}: {set(listed)}, not {set(expected)}")
        deletes = content is None and bool(expected)
        if (guid in self.after.deletes) != deletes:
            yield Violation("Empty Cards", f"note {guid} would {'not ' * deletes}be deleted")

    def _others(self) -> Iterator[Violation]:
        """Notes that are not in the package are unchanged.

        The new front of a note type that grew makes the new card of all its notes.
        """
        for guid, note in self.before.notes.items():
            if guid in self.ours:
                continue
            if self.after.notes.get(guid) != note:
                yield Violation("learners keep their work", f"note {guid} of another package")
            came = self.after.ordinals(guid) ^ self.before.ordinals(guid)
            if came and not (came == {GROWN} and self._has_grown(guid)):
                yield Violation("no card doubled", f"note {guid} of another package")
            if self.after.empty.get(guid) != self.before.empty.get(guid):
                yield Violation("Empty Cards", f"note {guid} of another package")

    def _has_grown(self, guid: str) -> bool:
        """Whether a note has the card that the custom note type gained."""
        record = self.ledger.notes.get(guid)
        content = record.content if record is not None else None
        return content is not None and content.kind == "custom" and GROWN in content.ordinals

    def _media(self, learner: Learner) -> Iterator[Violation]:
        media = learner.media()
        for guid in sorted(self.current):
            content = self.ledger.notes[guid].content
            for name, data in (content.media if content else {}).items():
                if media.get(name) != data:
                    yield Violation("media as in the source", f"{name} of note {guid}")

    def _styling(self, learner: Learner) -> Iterator[Violation]:
        living = {
            guid: record.content
            for guid, record in self.ledger.notes.items()
            if guid in self.ours & set(self.after.notes) and record.content is not None
        }
        for guid, content in living.items():
            for ordinal in content.ordinals - self.before.ordinals(guid):
                if (guid, ordinal) in self.after.cards:
                    place = self.after.cards[guid, ordinal][1]
                    deck = learner.collection.decks.name(place)
                    # Anki makes the card of a reserve beside the others of its note.
                    beside = {
                        self.before.cards[other][1]
                        for other in self.before.cards
                        if other[0] == guid and ordinal == GROWN
                    }
                    if deck != content.deck and place not in beside:
                        what = f"the new card {ordinal} of {guid} is in {deck}"
                        yield Violation("decks as in the source", what)
        for name in sorted({content.kind for content in living.values()}):
            guid = next(guid for guid, content in living.items() if content.kind == name)
            notetype = learner.notetype(learner.note(guid).notetype)
            texts = [notetype["css"], *(template["qfmt"] for template in notetype["tmpls"])]
            if not any(self.ledger.styling[name] in text for text in texts):
                what = f"{name} lacks {self.ledger.styling[name]}"
                yield Violation("note types as in the source", what)
        for deck in sorted({content.deck for content in living.values()}):
            text = self.ledger.descriptions.get(deck, "")
            if VERSION >= _DESCRIPTIONS and text and learner.description(deck) != text:
                yield Violation("description as in the source", f"{deck} lacks {text}")


def _expected(record: Record, count: int) -> tuple[tuple[str, ...], frozenset[str]]:
    if record.content is None:
        return ("",) * count, REMOVED
    fields = record.content.fields
    return (*fields, *("",) * (count - len(fields))), record.content.tags  # spare ones are empty
