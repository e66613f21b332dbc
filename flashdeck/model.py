"""The data model in Anki's terms: collections, note types, notes, cards, decks and media.

Readers create a `Collection` and writers consume one. All classes are frozen, without rendering or
I/O. Fields hold HTML as Anki stores it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from flashdeck.diagnostics import Span
from flashdeck.records import dataclass

if TYPE_CHECKING:
    import os


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a note type.

    `id` is the constant JSON id by which Anki 23.10 and later recognise a renamed field;
    None if a package of another program has none. `plain_text`, `collapsed` and
    `exclude_from_search` are settings of Anki's editor and search. `tag` and `prevent_deletion`
    mark the fields that Anki's own note types rely on.

    `spare` marks a reserve that is not in use. A field that took one has the reserve's name in
    Anki, in `anki`; '' where that is `name`.
    """

    name: str
    id: int | None = None
    rtl: bool = False
    font: str = "Arial"
    size: int = 20
    sticky: bool = False
    description: str = ""
    plain_text: bool = False
    collapsed: bool = False
    exclude_from_search: bool = False
    tag: int | None = None
    prevent_deletion: bool = False
    anki: str = ""
    spare: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """A card template: front and back in Anki's template language; `id` as for fields.

    The `browser_` attributes are for Anki's card browser; size 0 is the default. `deck` is the id,
    in the original collection, of the deck for new cards; None for the deck of the note. `anki` and
    `spare` are as for fields.
    """

    name: str
    front: str
    back: str
    id: int | None = None
    browser_front: str = ""
    browser_back: str = ""
    browser_font: str = ""
    browser_size: int = 0
    deck: int | None = None
    anki: str = ""
    spare: bool = False


@dataclass(frozen=True, slots=True)
class NoteType:
    """A note type. `mod` is in seconds since 1970; 0 until it is dated.

    `sort` is the index of the sort field. `stock` is Anki's `originalStockKind`, None if the note
    type is not derived from a stock note type. Texts of templates have the names of fields in the
    sources, as `name`; `anki.template.reserves` puts in the names in Anki.
    """

    id: int
    name: str
    fields: tuple[Field, ...]
    templates: tuple[Template, ...]
    css: str = ""
    cloze: bool = False
    sort: int = 0
    latex_pre: str | None = None
    latex_post: str | None = None
    stock: int | None = None
    mod: int = 0
    latex_svg: bool = False


class Preset(NamedTuple):
    """A preset of deck options. The defaults are Anki's for a new preset.

    `id` is 0 until it is derived from the other values: Anki never updates a preset. `retention` is
    in percent, `steps` in seconds. `order` is how new cards are gathered. `leeches` is what happens
    to leeches.
    """

    name: str
    id: int = 0
    new_per_day: int = 20
    reviews_per_day: int = 200
    retention: int = 90
    order: str = "deck"
    steps: tuple[int, ...] = (60, 600)
    relearning_steps: tuple[int, ...] = (600,)
    leech_threshold: int = 8
    leeches: str = "tag"
    bury: bool = False

    @property
    def chosen(self) -> dict[str, Any]:
        """The values that are not the defaults, without the id and the name."""
        defaults = self._field_defaults.items()
        return {
            name: getattr(self, name)
            for name, default in defaults
            if name != "id" and getattr(self, name) != default
        }


@dataclass(frozen=True, slots=True)
class Deck:
    """A deck, by its full name with `::`; the description is HTML, or Markdown for Anki to render.

    `id` is that in the package it was read from, else 0. Anki matches decks by name, so `id` is
    ignored in comparisons.
    """

    name: str
    description: str = ""
    markdown: bool = False
    id: int = field(default=0, compare=False)
    preset: Preset | None = None


class Seen(NamedTuple):
    """The status of a file when it was read, to detect later changes.

    Its size in bytes, its modification and change time in ns (on Windows, the creation time), and
    its inode.
    """

    size: int
    written: int
    changed: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Seen:
        """Return the recorded part of a status."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


@dataclass(frozen=True, slots=True)
class Media:
    """A media file of a package: flat name, content digest (hex SHA-256), size in bytes.

    `open` returns its content as a new binary stream. `crc32` is the checksum of zip files, None if
    not known. `seen` is the status of the file when it was read: while it is the same, the content
    is, too. None if there is no such file.
    """

    name: str
    sha256: str
    size: int
    open: Callable[[], BinaryIO] = field(compare=False, repr=False)
    crc32: int | None = field(default=None, compare=False, repr=False)
    seen: Seen | None = field(default=None, compare=False, repr=False)

    @classmethod
    def from_bytes(cls, name: str, data: bytes) -> Media:
        """Create a media file from bytes in memory."""
        from hashlib import sha256  # most commands hash no media

        return cls(name, sha256(data).hexdigest(), len(data), partial(BytesIO, data))


@dataclass(frozen=True, slots=True)
class Card:
    """A card of a note. `ordinal` counts from 0: the template's, or the cloze number minus one.

    `position` is its place among the new cards (Anki's `due`); `id` is in milliseconds since 1970,
    0 until it is dated.
    """

    ordinal: int
    deck: str
    position: int = 0
    id: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """A note. `guid` is what Anki recognises it by when a package is imported again.

    `notetype` is the note type's id. `id` (milliseconds, the time it was first built) and `mod`
    (seconds, the time that decides whether Anki takes an edit) are 0 until it is dated.
    `source` is its place in the sources.
    """

    guid: str
    notetype: int
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    cards: tuple[Card, ...]
    id: int = 0
    mod: int = 0
    source: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Collection:
    """The content of a package.

    Notes are in study order, note types ordered by id, decks and media by name, so that equal
    content means equal values.
    """

    notetypes: tuple[NoteType, ...] = ()
    decks: tuple[Deck, ...] = ()
    notes: tuple[Note, ...] = ()
    media: tuple[Media, ...] = ()
