"""Keys of notes, documents and settings: name, type of the value, and meaning.

The checks, the JSON Schema and the reference page are all generated from them.
"""

from __future__ import annotations

import re
from enum import StrEnum

from flashdeck.records import dataclass

SPEECH = re.compile(
    r"^[a-z]{2,3}_[A-Z]{2}"
    r"( +(voices=[^\s\[\]\"=]+|cloze_blank=[^\s\[\]\"=]+|speed=([0-9]+(\.[0-9]+)?|\.[0-9]+)))*$"
)
"""A language of Anki's text-to-speech with its options; also a regular expression of JavaScript."""


EDITION = re.compile("^[a-z0-9]+(-[a-z0-9]+)*$")
"""The name of an edition, a part of file names."""


class Shape(StrEnum):
    """The type of a key's value."""

    TEXT = "text"
    """One scalar, any text."""
    TEXTS = "list of texts"
    """A list of scalars, any text each."""
    ANSWER = "text, or a list of texts"
    """One scalar; for a note with choices also a list of the right ones."""
    FLAG = "true or false"
    """`true` or `false`."""
    TYPED = "true, or text in quotes"
    """`true`, or the text to type."""
    WORD = "one of a few words"
    """One of the key's `words`."""
    MASKS = "list of masks"
    """A list of mappings, each a mask over a picture."""
    ITEMS = "list of texts, or of mappings"
    """A list of texts, or of mappings of a text and its number."""
    PLACE = "four percentages"
    """A list of left, top, width and height, each in percent of a picture."""
    TAGS = "list of tags"
    """A list of Anki tags."""
    FIELDS = "names with text"
    """A mapping of field names to text."""
    NOTES = "list of notes"
    """A list of mappings, each a note."""
    TABLE = "file name, or keys of a table"
    """The name of a CSV file, or a mapping with details."""
    PATTERNS = "list of patterns"
    """A list of mappings, each a note with columns in its texts."""
    COLUMN_NAMES = "column name, or a list of them"
    """A column name, or a list of them."""
    COLUMNS = "keys with column names"
    """A mapping of note keys to column names."""
    CONSTANTS = "keys with values"
    """A mapping of note keys to values for every note."""
    ID = "id"
    """A note's GUID."""
    DECK = "deck name"
    """A deck name, its levels separated by `::`."""
    MARKUP = "markdown, html or text"
    """The markup of texts."""
    PRESET = "deck options"
    """A mapping of deck options."""
    PERCENT = "percentage"
    """A whole number and `%`."""
    STEPS = "list of times"
    """A list of durations, as in `[1m, 10m]`."""
    SPEECH = "language, or keys with languages"
    """A language with options of Anki's speech, or a mapping of keys to such."""
    FIELD_LIST = "list of fields"
    """A list of field names, or of mappings with details."""
    TEMPLATES = "list of templates"
    """A list of mappings, each a card template."""
    COUNT = "number from 0 on"
    """A whole number from 0 on."""
    NUMBER = "number"
    """Digits."""
    WHOLE = "whole number"
    """An integer."""
    RESERVE = "0, or numbers of fields and cards"
    """`0`, or a mapping of `fields` and `cards` to numbers."""
    SCRIPTS = "note types and decks"
    """A mapping of what may run scripts."""
    PACKAGES = "file names with lists of decks"
    """A mapping of package names to lists of decks."""
    EDITIONS = "names with lists of tags"
    """A mapping of names to lists of tags, or to `all`."""
    IDS = "names with numbers"
    """A mapping of names to whole numbers."""
    RULES = "rules with severities"
    """A mapping of rule names to off, info, warning or error."""
    LIMITS = "limits with numbers"
    """A mapping of limits to numbers."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `summary` is a sentence for the reference page and for editors.

    `words` are the values of a key of shape `WORD`; the first is the default.
    """

    name: str
    shape: Shape
    summary: str
    required: bool = False
    words: tuple[str, ...] = ()

    @property
    def holds(self) -> str:
        """Describe the value in words."""
        return " or ".join(self.words) if self.words else str(self.shape)
