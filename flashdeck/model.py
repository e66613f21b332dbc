"""The nouns, in Anki's own words: what every reader makes and every writer takes.

`Collection` is the waist of the hourglass. All of it is frozen data that never renders, reads or
writes itself. Fields hold HTML as Anki stores it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from flashdeck.diagnostics import Span

if TYPE_CHECKING:
    import os


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a note type.

    `id` is the constant JSON id by which Anki 23.10 and later recognise the field after it was
    renamed; None where a foreign package has none. `plain_text`, `collapsed` and
    `exclude_from_search` are settings of Anki's editor and search. `tag` and `prevent_deletion`
    mark the fields that Anki's own note types rely on.
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


@dataclass(frozen=True, slots=True)
class Template:
    """A card template: front and back in Anki's template language; `id` as for fields.

    What begins with `browser` is for Anki's table of cards; a size of 0 is the usual one. `deck` is
    the id, in the collection that it came from, of the deck that new cards go into; None where they
    go where the note goes.
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


@dataclass(frozen=True, slots=True)
class NoteType:
    """A note type. `mod` is in seconds since 1970; 0 as long as it is not dated.

    `sort` is the index of the sort field. `stock` is Anki's `originalStockKind`, None where the
    note type does not descend from one of Anki's own.
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


@dataclass(frozen=True, slots=True)
class Deck:
    """A deck, by its full name with `::`; the description is HTML, or Markdown for Anki to render.

    `id` is its number in the package that it was read from, else 0. Anki takes decks by their
    names, so two decks that differ only in it are equal.
    """

    name: str
    description: str = ""
    markdown: bool = False
    id: int = field(default=0, compare=False)


class Seen(NamedTuple):
    """How a file looked when it was read, which tells whether it has been written since.

    Its size in bytes, when it was written and when anything about it changed (in ns; nobody can set
    the latter, but on Windows it is when the file was made), and its place on the disk.
    """

    size: int
    written: int
    changed: int
    inode: int

    @classmethod
    def of(cls, found: os.stat_result) -> Seen:
        """Take down how a file looks."""
        return cls(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


@dataclass(frozen=True, slots=True)
class Media:
    """A media file as a package holds it: flat name, content digest (hex SHA-256), size in bytes.

    `open` gives its bytes as a fresh binary stream, read from wherever they lie. `crc32` is their
    checksum as zip files hold it, None where nobody has counted it yet. `seen` is how the file that
    `open` opens looked when all that was counted: as long as it looks so, it holds these bytes.
    None where that can't be said.
    """

    name: str
    sha256: str
    size: int
    open: Callable[[], BinaryIO] = field(compare=False, repr=False)
    crc32: int | None = field(default=None, compare=False, repr=False)
    seen: Seen | None = field(default=None, compare=False, repr=False)

    @classmethod
    def from_bytes(cls, name: str, data: bytes) -> Media:
        """Make a media file of bytes in memory."""
        from hashlib import sha256  # most commands have no media to count

        return cls(name, sha256(data).hexdigest(), len(data), partial(BytesIO, data))


@dataclass(frozen=True, slots=True)
class Card:
    """A card of a note. `ordinal` counts from 0: the template's, or a cloze's number less one.

    `position` is its place among the new cards (Anki's `due`); `id` is in milliseconds since 1970,
    0 as long as it is not dated.
    """

    ordinal: int
    deck: str
    position: int = 0
    id: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """A note. `guid` is what Anki recognises it by when a package is imported again.

    `notetype` is the note type's id. `id` (milliseconds, the time it was first built) and `mod`
    (seconds, the time that decides whether Anki takes an edit) are 0 as long as it is not dated.
    `source` is where its author wrote it.
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
    """Everything a package holds, or will hold.

    Notes stand in study order; note types in order of their ids, decks and media in order of their
    names, so that equal content means equal values.
    """

    notetypes: tuple[NoteType, ...] = ()
    decks: tuple[Deck, ...] = ()
    notes: tuple[Note, ...] = ()
    media: tuple[Media, ...] = ()
