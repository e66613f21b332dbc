"""Rendered notes, kept in `build/.cache`: what was seen before is not rendered again.

One law: a build with a cache gives what a build without one gives, to the byte. A note is found by
all that decides how it renders: by what its author wrote of it, or, without being read, by the text
of its item and of the head of its document. Only what rendered without diagnostics is kept.

Whoever could write the cache could put any HTML on a card. So it is believed only in the place
where it was written, by the flashdeck that wrote it, and whole.
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
from flashdeck.source.note import Masks, Texts, Value
from flashdeck.yamlnode import ScalarNode

_NAME = ".cache"
_LARGEST = 2**30
KEY_BYTES = 16
# Up to so many times what a compilation used is held for the next: a file that is being typed at
# can't be read for a moment, and comes back.
_SPARE = 2
_TABLES = 3
_PIECE = 2_000  # rows
_EMPTY = marshal.dumps([])


class CachedNote(NamedTuple):
    """A rendered note, undated and without its place.

    `kind` is what the lock calls its kind, `digest` tells an edit of it. `media` are the names of
    files in its texts with their names in the package, '' for a file that may be missing and is;
    `verbatim` says how those were looked up.
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

    def note(self, source: Any) -> Note:
        """Give the note, written at `source`."""
        cards = tuple([Card(ordinal, self.deck) for ordinal in self.ordinals])
        return Note(self.guid, self.notetype, self.fields, self.tags, cards, source=source)


class CachedItem(NamedTuple):
    """An item of a list of notes: the key of its note, and the note's place within it.

    `column`, `lines` (from its first one to its last) and `end_column` are those of its span.
    """

    note: bytes
    column: int
    lines: int
    end_column: int


class CachedHead(NamedTuple):
    """The head of a document: its deck and where that is named in it, if it is; its description."""

    deck: str
    span: tuple[int, int, int, int] | None
    description: str | None
    verbatim: bool


Row = tuple[Any, ...]


class Table:
    """Rows by keys: `held` from before, `used` since then. Plain tuples, as they are written."""

    def __init__(self, held: dict[bytes, Row] | None = None) -> None:
        self.held = held if held is not None else {}
        self.used: dict[bytes, Row] = {}

    def get(self, key: bytes) -> Row | None:
        """Give a row, which is used by that."""
        row = self.used.get(key)
        if row is None and (row := self.held.get(key)) is not None:
            self.used[key] = row
        return row

    def put(self, key: bytes, row: Row) -> None:
        """Keep a row."""
        self.used[key] = tuple(row)  # named ones can't be written

    @property
    def is_changed(self) -> bool:
        """Whether what was used is something else than what was held."""
        return self.used.keys() != self.held.keys()

    def turn(self) -> None:
        """Hold what was used; what was not stays while there is little of it."""
        is_little = len(self.held) < _SPARE * len(self.used)
        self.held = self.held | self.used if is_little else self.used
        self.used = {}


class Cache:
    """Rendered notes by what was written; `items` and `heads` of documents by their text."""

    def __init__(self, *held: dict[bytes, Row]) -> None:
        self.notes, self.items, self.heads = map(Table, held or ({}, {}, {}))

    @property
    def _tables(self) -> tuple[Table, Table, Table]:
        return self.notes, self.items, self.heads

    def turn(self) -> None:
        """Begin the next compilation with what this one used."""
        for table in self._tables:
            table.turn()

    @classmethod
    def load(cls, root: Path) -> Cache:
        """Read the cache of a project; an empty one where it is lost, damaged or of elsewhere."""
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
        """Write it down with all that a build publishes, where it is something else than before."""
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
    """Write tables down in pieces, so that they are never held twice: a length, and so many rows.

    An empty piece ends a table.
    """
    for table in tables:
        rows = iter(table.used.items())
        while True:
            piece = marshal.dumps(list(islice(rows, _PIECE)))
            yield len(piece).to_bytes(4, "big") + piece
            if len(piece) == len(_EMPTY):
                break


def _read(body: memoryview) -> Iterator[dict[bytes, Row]]:
    """Read tables; raises `ValueError`, `TypeError` or `EOFError` for what is none."""
    at = 0
    for _ in range(_TABLES):
        rows: dict[bytes, Row] = {}
        while True:
            size = int.from_bytes(body[at : at + 4], "big")
            piece = body[at + 4 : at + 4 + size]
            at += 4 + size
            if piece == _EMPTY:
                break
            rows.update(marshal.loads(piece))  # noqa: S302 - sealed: nobody else wrote it
        yield rows


def digest_of(data: bytes | memoryview) -> bytes:
    """Tell bytes from all others."""
    return hashlib.blake2b(data, digest_size=KEY_BYTES).digest()


def key_of(context: bytes, note: Identified) -> bytes:
    """Give the key of a note: notes of one key render alike, wherever they stand."""
    source = note.note
    values = [(name, _words(value)) for name, value in source.values.items()]
    words = (note.id, source.kind.name, source.notetype, source.deck, source.tags, source.markup)
    return digest_of(context + repr((words, source.verbatim, note.numbers, values)).encode())


def _words(value: Value) -> object:
    """Give all of a value that is not its place."""
    if isinstance(value, ScalarNode):
        return value.value
    if isinstance(value, bool):
        return value
    if isinstance(value, Texts):
        return [node.value for node in value.nodes]
    if isinstance(value, Masks):
        return [(mask.label and mask.label.value, mask.place, mask.shape) for mask in value.masks]
    return [(name, node.value) for name, node in value.items()]
