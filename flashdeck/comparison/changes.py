"""Differences between two collections: their content, and notes with a newer time only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flashdeck.model import Deck, Note, NoteType


@dataclass(frozen=True, slots=True)
class Entry:
    """A note of one of the two collections, with its note type."""

    note: Note
    notetype: NoteType

    @property
    def deck(self) -> str:
        """The deck of its first card; '' where it has none."""
        return self.note.cards[0].deck if self.note.cards else ""

    @property
    def removed(self) -> bool:
        """Whether it is a removed note, which is only in the package to be emptied by an import."""
        return not self.note.cards and "flashdeck::removed" in self.note.tags


class Edit(StrEnum):
    """The kind of a field's change: its text, its media, or its markup only."""

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
    """A cloze deletion with the same text and another number; reviews stay with the old number."""

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
    """A removed note. `emptied` says whether its package empties it for learners."""

    entry: Entry
    emptied: bool


@dataclass(frozen=True, slots=True)
class MovedNote:
    """A note with a card in another deck, apart from renames of its deck."""

    old: Entry
    new: Entry
    from_deck: str
    to_deck: str


@dataclass(frozen=True, slots=True)
class RetypedNote:
    """A note with the same GUID and another note type, which Anki refuses to update."""

    old: Entry
    new: Entry


@dataclass(frozen=True, slots=True)
class RenamedDeck:
    """A deck whose notes are now in a new deck; its subdecks follow.

    `notes` counts the notes that follow the rename.
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
    """Changes of a note type's fields, or of its templates, by name.

    `carried` are added and removed ones that are reserves in Anki, which an import carries over.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    reordered: bool = False
    carried: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether Anki refuses the change unless note types are merged."""
        return not {*self.added, *self.removed} <= {*self.carried} or self.reordered


@dataclass(frozen=True, slots=True)
class NoteTypeChange:
    """A note type with the same id and other contents.

    `texts` are the templates whose front or back changed, `fronts` those of them whose front did,
    `details` other settings: the fields' fonts and directions, LaTeX, browser templates. `scripts`
    are the templates whose active content changed.
    """

    old: NoteType
    new: NoteType
    fields: PartsChange
    templates: PartsChange
    texts: tuple[str, ...]
    css: bool
    details: bool
    fronts: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()

    @property
    def sort_changed(self) -> bool:
        """Whether another field is the sort field."""
        before, after = self.old.fields[self.old.sort], self.new.fields[self.new.sort]
        renamed = (before.name, after.name) in self.fields.renamed
        return before.name != after.name and not renamed

    @property
    def kind_changed(self) -> bool:
        """Whether it became a cloze type, or a standard type."""
        return self.old.cloze != self.new.cloze

    @property
    def refused(self) -> bool:
        """Whether Anki refuses its notes' updates unless note types are merged."""
        return self.fields.refused or self.templates.refused or self.sort_changed


@dataclass(frozen=True, slots=True)
class ReplacedMedia:
    """A media file with other content.

    The names differ where a name has a digest of the content. `reaches` says whether an import
    replaces the old file.
    """

    old: str
    new: str
    reaches: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """All differences; empty where the content is the same.

    New, changed, moved, restored and retyped notes are in the study order of the new collection,
    removed ones in that of the old. `sent_again` are unchanged notes with a newer time: an import
    replaces learners' own tags and edits of them. `reordered` counts the notes with another
    position within their deck. `presets` are the decks with a new preset.
    """

    new: tuple[Entry, ...] = ()
    changed: tuple[ChangedNote, ...] = ()
    removed: tuple[RemovedNote, ...] = ()
    restored: tuple[Entry, ...] = ()
    moved: tuple[MovedNote, ...] = ()
    retyped: tuple[RetypedNote, ...] = ()
    sent_again: tuple[Entry, ...] = ()
    reordered: int = 0
    decks_renamed: tuple[RenamedDeck, ...] = ()
    descriptions: tuple[DescriptionChange, ...] = ()
    presets: tuple[Deck, ...] = ()
    notetypes_added: tuple[NoteType, ...] = ()
    notetypes_removed: tuple[NoteType, ...] = ()
    notetypes_changed: tuple[NoteTypeChange, ...] = ()
    media_added: tuple[str, ...] = ()
    media_removed: tuple[str, ...] = ()
    media_replaced: tuple[ReplacedMedia, ...] = ()

    def __bool__(self) -> bool:
        return self != Changes()
