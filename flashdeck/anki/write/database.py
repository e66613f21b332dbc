"""SQLite databases in memory whose bytes do not depend on the version of SQLite.

The bytes of a database depend on three things besides its content: the settings that SQLite was
compiled with, its version number in the header, and leftovers in the unused parts of pages. A fixed
initial image settles the first, and the others are overwritten. The file format is described on
https://www.sqlite.org/fileformat2.html.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator
from typing import Final

PAGE: Final = 4096

# The version of SQLite in the header, 3.40.0; it does not affect the format.
_LIBRARY: Final = 3_040_000

_FILE_HEADER: Final = struct.Struct(">16sHBBBBBB12I")
_PAGE_HEADER: Final = struct.Struct(">BHHHB")
_PAGE_HEADER_AT: Final = 100  # on page 1, after the file's header
_INTERIOR: Final = frozenset({2, 5})  # of an index, of a table
_LEAF: Final = frozenset({10, 13})


def new_database() -> sqlite3.Connection:
    """Open an empty database in memory, in autocommit mode, without a journal.

    Page size, encoding, reserved bytes, auto-vacuum and schema format are those of the initial
    image, not those that SQLite was compiled with.
    """
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.deserialize(_empty_image())
    for setting in ("journal_mode = OFF", "secure_delete = ON", "cache_size = -65536"):
        connection.execute(f"PRAGMA {setting}")
    return connection


def canonical_image(connection: sqlite3.Connection) -> bytearray:
    """Close the database and return its bytes, equal for the same statements on any SQLite.

    Rows must have been inserted in the order of their ids and never deleted, so that every page is
    in use and has no fragments outside its list of free blocks.
    """
    roots = [root for (root,) in connection.execute("SELECT rootpage FROM sqlite_schema")]
    data = connection.serialize()
    connection.close()  # to have two copies of a large collection, not three
    image = bytearray(data)
    del data
    struct.pack_into(">I", image, 24, 1)  # file change counter
    struct.pack_into(">2I", image, 92, 1, _LIBRARY)  # the counter that the number is valid for
    for page in _tree_pages(image, [1, *roots]):
        _clear_unused(image, page)
    return image


def _empty_image() -> bytes:
    """Return a database of one page: its header and an empty schema table."""
    image = bytearray(PAGE)
    _FILE_HEADER.pack_into(
        image,
        0,
        b"SQLite format 3\x00",
        PAGE,
        *(1, 1),  # written and read with a rollback journal
        0,  # reserved bytes on each page
        *(64, 32, 32),  # payload fractions, fixed by the format
        *(1, 1),  # change counter, size in pages
        *(0, 0),  # no free pages
        0,  # schema cookie
        4,  # schema format
        0,  # suggested cache size
        0,  # no auto-vacuum
        1,  # UTF-8
        *(0, 0, 0),  # user version, no incremental vacuum, application id
    )
    _PAGE_HEADER.pack_into(image, _PAGE_HEADER_AT, 13, 0, 0, PAGE, 0)
    return bytes(image)


def _tree_pages(image: bytearray, roots: list[int]) -> Iterator[int]:
    """Yield all pages of the trees with these roots, without overflow pages.

    SQLite allocates overflow pages zeroed, and since nothing is freed, none is used twice.
    """
    stack = roots
    while stack:
        page = stack.pop()
        yield page
        start, header = _place(page)
        kind, _, cells, _, _ = _PAGE_HEADER.unpack_from(image, header)
        if kind in _INTERIOR:
            pointers = struct.unpack_from(f">{cells}H", image, header + 12)
            stack += (struct.unpack_from(">I", image, start + pointer)[0] for pointer in pointers)
            stack += struct.unpack_from(">I", image, header + 8)
        elif kind not in _LEAF:
            msg = f"page {page} of the new database is not a tree page"
            raise AssertionError(msg)


def _clear_unused(image: bytearray, page: int) -> None:
    """Zero the unused parts of a page: before its cells, and in its free blocks."""
    start, header = _place(page)
    kind, block, cells, content, _ = _PAGE_HEADER.unpack_from(image, header)
    pointers_end = header + (12 if kind in _INTERIOR else 8) + 2 * cells
    _zero(image, pointers_end, start + content)
    while block:
        following, size = struct.unpack_from(">HH", image, start + block)
        _zero(image, start + block + 4, start + block + size)
        block = following


def _place(page: int) -> tuple[int, int]:
    """Return the start of a page, and the start of its header."""
    start = (page - 1) * PAGE
    return start, start if page > 1 else _PAGE_HEADER_AT


def _zero(image: bytearray, start: int, end: int) -> None:
    image[start:end] = bytes(end - start)
