"""What a key of a note, a document or the settings is called, holds and means, as data.

Checking, the JSON Schema and the reference page are all made from these, so they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Shape(StrEnum):
    """What a key's value looks like."""

    TEXT = "text"
    """One scalar, any text."""
    TEXTS = "list of texts"
    """A list of scalars, any text each."""
    ANSWER = "text, or a list of texts"
    """One scalar; where the note has choices also a list of those that are right."""
    FLAG = "true or false"
    """`true` or `false`."""
    TYPED = "true, or text in quotes"
    """`true`, or the text that the learner is to type."""
    WORD = "one of a few words"
    """One of the key's `words`."""
    MASKS = "list of masks"
    """A list of mappings, each a mask over a picture."""
    PLACE = "four percentages"
    """A list of left, top, width and height, each in percent of a picture."""
    TAGS = "list of tags"
    """A list of Anki tags."""
    FIELDS = "names with text"
    """A mapping of field names to text."""
    NOTES = "list of notes"
    """A list of mappings, each a note."""
    TABLE = "file name, or keys of a table"
    """A CSV file's name, or a mapping that says more of it."""
    COLUMNS = "keys with column names"
    """A mapping of a note's keys to the names of columns."""
    CONSTANTS = "keys with values"
    """A mapping of a note's keys to what they hold in every note."""
    ID = "id"
    """A note's GUID."""
    DECK = "deck name"
    """A deck's name, levels parted by `::`."""
    MARKUP = "markdown, html or text"
    """How text is to be read."""
    FIELD_LIST = "list of fields"
    """A list of field names, or of mappings that say more of a field."""
    TEMPLATES = "list of templates"
    """A list of mappings, each a card template."""
    NUMBER = "number"
    """Digits."""
    WHOLE = "whole number"
    """Digits, below zero with a minus."""
    PACKAGES = "file names with lists of decks"
    """A mapping of package names to lists of decks."""
    RULES = "rules with severities"
    """A mapping of rule names to off, note, warning or error."""
    LIMITS = "limits with numbers"
    """A mapping of limits to numbers."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `summary` is a sentence for the reference page and for editors.

    `words` are all that a key of the shape `WORD` takes; the first is what is meant without it.
    """

    name: str
    shape: Shape
    summary: str
    required: bool = False
    words: tuple[str, ...] = ()

    @property
    def holds(self) -> str:
        """Say in words what the value looks like."""
        return " or ".join(self.words) if self.words else str(self.shape)
