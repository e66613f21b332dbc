"""The plan of a push: what it changes in a collection, and what it leaves alone."""

from __future__ import annotations

from typing import NamedTuple

from flashdeck.anki.read.study import NOTHING, Study
from flashdeck.model import Collection, Note, NoteType
from flashdeck.records import dataclass


class FieldEdit(NamedTuple):
    """A field whose text changes, as HTML."""

    name: str
    before: str
    after: str


class Edit(NamedTuple):
    """A note that changes: from `before`, the learner's, to `after`.

    `fields` are those that change, `added` and `removed` its tags. `conflicts` are fields that both
    changed: `before` is the learner's text, `after` ours; `kept` are fields only the learner
    changed. `cards` are the ordinals of cards that it gets. A `late` edit is one that an import
    would skip, since the learner's note is newer than the package's.
    """

    before: Note
    after: Note
    fields: tuple[FieldEdit, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    conflicts: tuple[FieldEdit, ...] = ()
    kept: tuple[str, ...] = ()
    cards: tuple[int, ...] = ()
    late: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether the note stays as it is."""
        return not (self.fields or self.added or self.removed or self.cards)


class KindChange(NamedTuple):
    """A note that replaces one of another kind, and takes over its reviews.

    `before` is the learner's note, `after` the new one. `reviews` go along; `left` are those of
    further cards, which only stay in the statistics. `keeps_old` says that the learner edited the
    old note, which therefore stays. `again`: the learner has the new note without the reviews.
    `loses_flag`: Anki before 26.09 exports no flags.
    """

    before: Note
    after: Note
    reviews: int
    left: int = 0
    keeps_old: bool = False
    again: bool = False
    loses_flag: bool = False


class Rename(NamedTuple):
    """A deck whose cards all go into a new one with its options; `cards` are their ids."""

    old: str
    new: str
    cards: tuple[int, ...]


class Move(NamedTuple):
    """Cards that go from one deck to another, by their ids."""

    old: str
    new: str
    cards: tuple[int, ...]


class Removal(NamedTuple):
    """A note that is deleted, with its cards; its `reviews` stay in the backup.

    `is_replaced`: the learner has the note of another kind that replaces it.
    """

    note: Note
    reviews: int
    is_replaced: bool = False


class Kept(NamedTuple):
    """A note of which something stays as the learner has it, and what: "you wrote Extra"."""

    note: Note
    why: str


class EmptyCards(NamedTuple):
    """Cards of a note that its new text no longer makes, which Anki's *Empty Cards* removes."""

    note: Note
    notetype: NoteType
    ordinals: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes of a push, in the order in which they are made.

    `notes` are the numbers of notes of the build that the collection has, and of all. `composed`
    is the package to import, with `study`, and `notetypes` are the note types that it changes.
    `obsolete` are decks of earlier builds that have no cards afterwards, subdecks first.
    `postponed` are cards in filtered decks that would move. `kept` and `skipped` notes stay as they
    are: the learner's, and those that can't be imported.
    """

    notes: tuple[int, int]
    composed: Collection = Collection()
    study: Study = NOTHING
    renames: tuple[Rename, ...] = ()
    notetypes: tuple[NoteType, ...] = ()
    new: tuple[Note, ...] = ()
    edits: tuple[Edit, ...] = ()
    kinds: tuple[KindChange, ...] = ()
    moves: tuple[Move, ...] = ()
    removals: tuple[Removal, ...] = ()
    conflicts: tuple[Edit, ...] = ()
    postponed: tuple[Move, ...] = ()
    kept: tuple[Kept, ...] = ()
    skipped: tuple[Kept, ...] = ()
    kept_notetypes: tuple[NoteType, ...] = ()
    empty: tuple[EmptyCards, ...] = ()
    obsolete: tuple[str, ...] = ()

    @property
    def imports(self) -> bool:
        """Whether a package is imported."""
        return bool(self.composed.notes)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.imports or self.moved or self.deleted or self.obsolete)

    @property
    def deleted(self) -> tuple[Note, ...]:
        """The notes that are deleted after the import: removed ones, and those of another kind."""
        replaced = (kind.before for kind in self.kinds if not kind.keeps_old)
        return (*(removal.note for removal in self.removals), *replaced)

    @property
    def moved(self) -> tuple[Move | Rename, ...]:
        """All cards that change their deck."""
        return (*self.renames, *self.moves)
