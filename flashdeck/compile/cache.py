"""Cache of rendered notes, in `build/.cache`.

A build with a cache gives the same bytes as a build without one. The key of a note covers all that
decides how it renders: its source, or, without parsing it, the text of its item and of the head of
its document. Only notes that rendered without diagnostics are cached.

Write access to the cache means any HTML on a card. So a cache is read only in the project in which
it was written, by the flashdeck that wrote it, and only if it is complete.
"""

from __future__ import annotations

import hashlib
import json
import marshal
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from flashdeck.compile.identity import Identified
from flashdeck.files.files import Publication, RefusedFileError, read_regular
from flashdeck.files.seal import seal
from flashdeck.model import Card, Note
from flashdeck.project.paths import BUILD_NAME
from flashdeck.source.note import Items, Masks, Texts, Value
from flashdeck.yamlnode import ScalarNode

_NAME = ".cache"
_LARGEST = 2**30
KEY_BYTES = 16
# A table keeps unused rows up to this multiple of the used ones: a file that is being edited may
# be invalid for a moment.
_SPARE = 2
_TABLES = 3
_PIECE = 2_000  # rows
_EMPTY = marshal.dumps([])


class CachedNote(NamedTuple):
    """A rendered note without times and position.

    `kind` is its kind in the lock, `digest` changes with its content. `media` maps the file names
    in its texts to names in the package, '' for an optional file that is missing; `verbatim` is
    how they were looked up.
    """

    guid: str
    kind: str
    notetype: int
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    deck: str
    ordinals: tuple[int, ...]
    digest: str
    verbatim: bool
    media: tuple[tuple[str, str], ...]

    @classmethod
    def of(
        cls,
        note: Note,
        kind: str,
        digest: str,
        media: tuple[tuple[str, str], ...],
        *,
        verbatim: bool,
    ) -> CachedNote:
        """Return the row of a note."""
        ordinals = tuple([card.ordinal for card in note.cards])
        head = note.guid, kind, note.notetype, note.fields, note.tags, note.cards[0].deck
        return cls(*head, ordinals, digest, verbatim, media)

    def note(self, source: Any) -> Note:
        """Return the note, with its position in the sources."""
        cards = tuple([Card(ordinal, self.deck) for ordinal in self.ordinals])
        return Note(self.guid, self.notetype, self.fields, self.tags, cards, source=source)


class CachedItem(NamedTuple):
    """An item of a list of notes: the key of its note, and the note's span within the item.

    `lines` is the distance from the first line to the last.
    """

    note: bytes
    column: int
    lines: int
    end_column: int


class CachedHead(NamedTuple):
    """The head of a document: its deck, the span of the deck's name if any, its description.

    `preset` is a plain tuple.
    """

    deck: str
    span: tuple[int, int, int, int] | None
    description: str | None
    verbatim: bool
    preset: tuple[Any, ...] | None


Row = tuple[Any, ...]


class Table:
    """Rows by keys: `held` from the last compilation, `used` by this one. Rows are plain tuples."""

    def __init__(self, held: dict[bytes, Row] | None = None) -> None:
        self.held = held if held is not None else {}
        self.used: dict[bytes, Row] = {}

    def get(self, key: bytes) -> Row | None:
        """Return a row and mark it as used."""
        row = self.used.get(key)
        if row is None and (row := self.held.get(key)) is not None:
            self.used[key] = row
        return row

    def put(self, key: bytes, row: Row) -> None:
        """Add a row."""
        self.used[key] = tuple(row)  # `marshal` refuses named tuples

    @property
    def is_changed(self) -> bool:
        """Whether the used rows differ from the held ones."""
        return self.used.keys() != self.held.keys()

    def turn(self) -> None:
        """Start the next compilation; unused rows stay if they are few, or the only ones."""
        is_little = not self.used or len(self.held) < _SPARE * len(self.used)
        self.held = self.held | self.used if is_little else self.used
        self.used = {}


class Cache:
    """Rendered notes by their sources; `items` and `heads` of documents by their text.

    `files` are rendered files by their paths, where a project is compiled again and again.
    """

    def __init__(self, *held: dict[bytes, Row]) -> None:
        self.notes, self.items, self.heads = map(Table, held or ({}, {}, {}))
        self.files: Table | None = None

    @property
    def _tables(self) -> tuple[Table, Table, Table]:
        return self.notes, self.items, self.heads

    def sizes(self) -> list[int]:
        """Return the number of rows of each table that were used so far."""
        return [len(table.used) for table in self._tables]

    def used_since(self, sizes: Iterable[int]) -> tuple[dict[bytes, Row], ...]:
        """Return the rows of each table that were used first after it had these sizes."""
        pairs = zip(self._tables, sizes, strict=True)
        return tuple([dict(islice(table.used.items(), size, None)) for table, size in pairs])

    def hold(self, used: Iterable[dict[bytes, Row]]) -> None:
        """Hold rows of each table that were used before."""
        for table, rows in zip(self._tables, used, strict=True):
            table.held.update(rows)

    def turn(self) -> None:
        """Start the next compilation."""
        for table in self._tables if self.files is None else (*self._tables, self.files):
            table.turn()

    @classmethod
    def load(cls, root: Path) -> Cache:
        """Read the cache of a project; an empty one if it is missing, damaged or copied."""
        path = root / BUILD_NAME / _NAME
        try:
            data = read_regular(path, root, _LARGEST)
            head, _, _ = data.partition(b"\n")
            sealed, digest = json.loads(head)
            body = memoryview(data)[len(head) + 1 :]
            if sealed == seal(path.stat()) and digest == digest_of(body).hex():
                return cls(*_read(body))
        except (RefusedFileError, OSError, ValueError, TypeError, EOFError, RecursionError):
            pass
        return cls()

    def save(self, root: Path, publication: Publication) -> None:
        """Add the cache to a publication, if it has changed."""
        if not any(table.is_changed for table in self._tables):
            return
        stream = publication.stage(root / BUILD_NAME / _NAME, root)
        total = hashlib.blake2b(digest_size=KEY_BYTES)
        sealed = seal(os.fstat(stream.fileno()))
        stream.write(_head(sealed, bytes(KEY_BYTES)))
        for piece in _pieces(self._tables):
            total.update(piece)
            stream.write(piece)
        stream.seek(0)
        stream.write(_head(sealed, total.digest()))


def _head(sealed: list[object], digest: bytes) -> bytes:
    return json.dumps([sealed, digest.hex()]).encode() + b"\n"


def _pieces(tables: Iterable[Table]) -> Iterator[bytes]:
    """Serialise tables in pieces of a length and rows; an empty piece ends a table."""
    for table in tables:
        rows = iter(table.used.items())
        while True:
            piece = marshal.dumps(list(islice(rows, _PIECE)))
            yield len(piece).to_bytes(4, "big") + piece
            if len(piece) == len(_EMPTY):
                break


def _read(body: memoryview) -> Iterator[dict[bytes, Row]]:
    """Parse tables; raises `ValueError`, `TypeError` or `EOFError` for invalid data."""
    at = 0
    for _ in range(_TABLES):
        rows: dict[bytes, Row] = {}
        while True:
            size = int.from_bytes(body[at : at + 4], "big")
            piece = body[at + 4 : at + 4 + size]
            at += 4 + size
            if piece == _EMPTY:
                break
            rows.update(marshal.loads(piece))  # noqa: S302 - sealed
        yield rows


def digest_of(data: bytes | memoryview) -> bytes:
    """Return the digest of some bytes."""
    return hashlib.blake2b(data, digest_size=KEY_BYTES).digest()


def key_of(context: bytes, note: Identified) -> bytes:
    """Return the key of a note; notes with the same key render the same."""
    source = note.note
    values = [(name, _plain(value)) for name, value in source.values.items()]
    head = (note.id, source.kind.name, source.notetype, source.deck, source.tags, source.markup)
    speak = sorted(source.speak.items())
    parts = (head, source.join_lines, source.verbatim, note.numbers, values, speak)
    # Since version 3 the bytes depend on how often an object is referred to.
    return digest_of(context + marshal.dumps(parts, 2))


def _plain(value: Value) -> object:
    """Return a value without its positions."""
    if isinstance(value, ScalarNode):
        return value.value
    if isinstance(value, bool):
        return value
    if isinstance(value, Texts):
        return [node.value for node in value.nodes]
    if isinstance(value, Masks):
        return [(mask.label and mask.label.value, mask.place, mask.shape) for mask in value.masks]
    if isinstance(value, Items):
        return [item.text.value for item in value.items]
    return [(name, node.value) for name, node in value.items()]
