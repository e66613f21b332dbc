"""What differs between two collections: content only, never ids of cards, times or positions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flashdeck.model import Note, NoteType


@dataclass(frozen=True, slots=True)
class Entry:
    """A note with its note type, as one of the two collections holds it."""

    note: Note
    notetype: NoteType

    @property
    def deck(self) -> str:
        """The deck of its first card; '' where it has none."""
        return self.note.cards[0].deck if self.note.cards else ""

    @property
    def removed(self) -> bool:
        """Whether it only stands there to be emptied for those who have it."""
        return not self.note.cards and "flashdeck::removed" in self.note.tags


class Edit(StrEnum):
    """What of a field changed: its words, its pictures and sounds, or nothing but markup."""

    TEXT = "text"
    MEDIA = "media"
    MARKUP = "markup"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field before and after, as HTML. `shown` says whether any card shows that field."""

    name: str
    edit: Edit
    old: str
    new: str
    shown: bool


@dataclass(frozen=True, slots=True)
class Renumbered:
    """A cloze that kept its text and got another number: reviews stay with the old number."""

    old: int
    new: int
    text: str


@dataclass(frozen=True, slots=True)
class ChangedNote:
    """A note whose content changed. Cards are given by their ordinals, counted from 0.

    Ordinals of added cards are those of the new note type, of vanished ones those of the old.
    """

    old: Entry
    new: Entry
    fields: tuple[FieldChange, ...]
    tags_added: tuple[str, ...]
    tags_removed: tuple[str, ...]
    cards_added: tuple[int, ...]
    cards_vanished: tuple[int, ...]
    renumbered: tuple[Renumbered, ...]


@dataclass(frozen=True, slots=True)
class RemovedNote:
    """A note that is gone. `emptied` says whether its package empties it for learners."""

    entry: Entry
    emptied: bool


@dataclass(frozen=True, slots=True)
class MovedNote:
    """A note with a card in another deck, beyond what a rename of its deck explains."""

    old: Entry
    new: Entry
    from_deck: str
    to_deck: str


@dataclass(frozen=True, slots=True)
class RetypedNote:
    """A note that has the same GUID and another note type: Anki refuses to update it."""

    old: Entry
    new: Entry


@dataclass(frozen=True, slots=True)
class RenamedDeck:
    """A deck whose notes are now in a deck that is new; decks below it follow.

    `notes` counts the notes that go along.
    """

    old: str
    new: str
    notes: int


@dataclass(frozen=True, slots=True)
class DescriptionChange:
    """A deck's description before and after, as HTML; `deck` is its name now."""

    deck: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class PartsChange:
    """How the fields, or the templates, of a note type changed: by their names."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    reordered: bool = False

    @property
    def refused(self) -> bool:
        """Whether Anki refuses it unless note types are merged."""
        return bool(self.added or self.removed) or self.reordered


@dataclass(frozen=True, slots=True)
class NoteTypeChange:
    """A note type with the same id that is not as it was.

    `texts` are the templates whose front or back changed, `details` other settings: the fields'
    fonts and directions, LaTeX, browser templates.
    """

    old: NoteType
    new: NoteType
    fields: PartsChange
    templates: PartsChange
    texts: tuple[str, ...]
    css: bool
    details: bool

    @property
    def sort_changed(self) -> bool:
        """Whether another field is the sort field."""
        before, after = self.old.fields[self.old.sort], self.new.fields[self.new.sort]
        renamed = (before.name, after.name) in self.fields.renamed
        return before.name != after.name and not renamed

    @property
    def kind_changed(self) -> bool:
        """Whether it became a cloze note type, or ceased to be one."""
        return self.old.cloze != self.new.cloze

    @property
    def refused(self) -> bool:
        """Whether Anki refuses its notes' updates unless note types are merged."""
        return self.fields.refused or self.templates.refused or self.sort_changed


@dataclass(frozen=True, slots=True)
class ReplacedMedia:
    """A file with other content.

    The names differ where a name holds its content's digest. `reaches` says whether an import
    brings it to those who have the old one.
    """

    old: str
    new: str
    reaches: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that differs; all of it empty where the content is the same.

    New, changed, moved, restored and retyped notes are in the study order of the new collection,
    removed ones in that of the old. `reordered` counts the notes that change places within their
    deck.
    """

    new: tuple[Entry, ...] = ()
    changed: tuple[ChangedNote, ...] = ()
    removed: tuple[RemovedNote, ...] = ()
    restored: tuple[Entry, ...] = ()
    moved: tuple[MovedNote, ...] = ()
    retyped: tuple[RetypedNote, ...] = ()
    reordered: int = 0
    decks_renamed: tuple[RenamedDeck, ...] = ()
    descriptions: tuple[DescriptionChange, ...] = ()
    notetypes_added: tuple[NoteType, ...] = ()
    notetypes_removed: tuple[NoteType, ...] = ()
    notetypes_changed: tuple[NoteTypeChange, ...] = ()
    media_added: tuple[str, ...] = ()
    media_removed: tuple[str, ...] = ()
    media_replaced: tuple[ReplacedMedia, ...] = ()

    def __bool__(self) -> bool:
        return self != Changes()
