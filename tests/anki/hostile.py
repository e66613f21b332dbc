"""Makes packages that no honest program makes: zip files, databases and messages to the byte."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import stat
import struct
import sys
import warnings
import zipfile
import zlib
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from made_collections import SAMPLE

from flashdeck.anki.write.apkg import apkg_bytes

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable

MIB = 1 << 20
SMALL = replace(SAMPLE, notes=SAMPLE.notes[:4])
PACKAGE = apkg_bytes(SMALL)
with zipfile.ZipFile(io.BytesIO(PACKAGE)) as _archive:
    MEMBERS = {name: _archive.read(name) for name in _archive.namelist()}
DATABASE = MEMBERS["collection.anki2"]

_LOCAL = struct.Struct("<4s5H3I2H")
_ENTRY = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_END64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR = struct.Struct("<4sIQI")


# Zip files


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = 0) -> bytes:
    """A zip file of these members, which may repeat a name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def package(**members: bytes) -> bytes:
    """The package with other members; `media_` is `media`, `c2`, `c21` and `c21b` collections."""
    names = {"c2": "collection.anki2", "c21": "collection.anki21", "c21b": "collection.anki21b"}
    changed = {names.get(name, name.strip("_")): data for name, data in members.items()}
    return zipped(*(MEMBERS | changed).items())


def forged(*members: tuple[str, bytes, int], method: int = 8) -> bytes:
    """A zip file of compressed members with the claimed sizes."""
    body, directory = bytearray(), bytearray()
    for name, data, size in members:
        title = name.encode()
        common = (20, 0, method, 0, 33, 0, len(data), size, len(title), 0)
        directory += _ENTRY.pack(b"PK\x01\x02", 20, *common, 0, 0, 0, 0, len(body)) + title
        body += _LOCAL.pack(b"PK\x03\x04", *common) + title + data
    count = min(len(members), 0xFFFF)
    end = _END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), len(body), 0)
    return bytes(body + directory + end)


def zip64(members: int, *, seen: int = 3, comment: bytes = b"") -> bytes:
    """A zip file of empty members whose end record counts only those `seen`; zip64 counts all."""
    data = forged(*((str(at), b"", 0) for at in range(members)), method=0)
    *_, size, start, _ = _END.unpack(data[-_END.size :])
    whole = data[: -_END.size]
    record = _END64.pack(b"PK\x06\x06", 44, 45, 45, 0, 0, members, members, size, start)
    locator = _LOCATOR.pack(b"PK\x06\x07", 0, len(whole), 1)
    end = _END.pack(b"PK\x05\x06", 0, 0, seen, seen, 60 * seen, start, len(comment))
    return whole + record + locator + end + comment


def deflated(size: int) -> bytes:
    """A deflate stream of this many zeros, built from a repeated MiB."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    once = squeeze.compress(bytes(MIB)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    return once * (size // MIB) + squeeze.flush()


def symlink(name: str) -> zipfile.ZipInfo:
    """A member that unpacks to a link."""
    member = zipfile.ZipInfo(name)
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    return member


def flagged_as_encrypted() -> bytes:
    """The package with its first member marked as encrypted."""
    data = bytearray(PACKAGE)
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


def overlapping() -> bytes:
    """The package with a second name for the first member's bytes."""
    data = bytearray(zipped(("media", b"{}"), ("0", b"{}")))
    at = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    struct.pack_into("<I", data, at + 42, 0)
    return bytes(data)


# Databases


def with_sql(*statements: str, image: bytes = DATABASE) -> bytes:
    """The package after statements have been run on its database."""
    return package(c2=changed(image, *statements))


def changed(image: bytes, *statements: str) -> bytes:
    """A database after statements have been run on it."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.create_collation("unicase", lambda a, b: (a > b) - (a < b))
        database.deserialize(image)
        for statement in statements:
            database.execute(statement)
        return database.serialize()


def with_json(column: str, change: Callable[[dict[str, Any]], object]) -> bytes:
    """The package after its note types (`models`) or decks have been changed."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.deserialize(DATABASE)
        ((text,),) = database.execute(f"SELECT {column} FROM col")
        entries = json.loads(text)
        change(entries)
        database.execute(f"UPDATE col SET {column} = ?", (json.dumps(entries),))
        return package(c2=database.serialize())


def first(entries: dict[str, Any]) -> Any:
    """The first of a column's entries, in order of their ids."""
    return entries[min(entries)]


def circular_tree() -> bytes:
    """The package with a table whose pages form a cycle."""
    page = 4096
    image = bytearray(DATABASE)
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(bytes(image))
        ((root,),) = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'cards'")
    start = (root - 1) * page
    cells = 400
    struct.pack_into(">BHHHB", image, start, 5, 0, cells, page - 8 * cells, 0)
    struct.pack_into(">I", image, start + 8, root)
    for cell in range(cells):
        at = page - 8 * (cell + 1)
        struct.pack_into(">H", image, start + 12 + 2 * cell, at)
        struct.pack_into(">IB", image, start + at, root, cell % 127)
    return package(c2=bytes(image))


def doubled_page() -> bytes:
    """A package of many notes with one page twice in the tree and another one missing."""
    with zipfile.ZipFile(io.BytesIO(apkg_bytes(SAMPLE))) as archive:
        image = bytearray(archive.read("collection.anki2"))
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(bytes(image))
        ((root,),) = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'notes'")
    start = (root - 1) * 4096
    cells = struct.unpack_from(">2H", image, start + 12)
    image[start + cells[1] : start + cells[1] + 4] = image[start + cells[0] : start + cells[0] + 4]
    return package(c2=bytes(image))


def wide_notes(count: int) -> bytes:
    """The package with this many more notes, each of 1 MiB on disk and 4 MiB in memory."""
    return with_sql(
        "PRAGMA journal_mode = OFF",
        f"WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
        "INSERT INTO notes SELECT i, i, mid, mod, usn, tags, "
        f"hex(zeroblob({MIB // 2})) || '🌞' || char(31), '', csum, notes.flags, data "
        "FROM n, notes WHERE guid = 'guid-1'",
    )


# The newest format

BELL = hashlib.sha1(b"ding", usedforsecurity=False).digest()


def number(field: int, value: int) -> bytes:
    """A protobuf field of a number."""
    return varint(field << 3) + varint(value % (1 << 64))


def blob(field: int, value: bytes) -> bytes:
    """A protobuf field of bytes, a string or a message."""
    return varint(field << 3 | 2) + varint(len(value)) + value


def varint(value: int) -> bytes:
    """A protobuf varint."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def entry(name: str, sha1: bytes, size: int) -> bytes:
    """An entry of the media list in the latest format."""
    return blob(1, blob(1, name.encode()) + number(2, size) + blob(3, sha1))


def newest_image() -> bytes:
    """A database of the latest schema: one note type, one deck, one note."""
    script = """
        CREATE TABLE col (id integer PRIMARY KEY, ver integer, models text, decks text, dconf text);
        CREATE TABLE notes (
            id integer PRIMARY KEY, guid text, mid integer, mod integer, tags text, flds text
        );
        CREATE TABLE cards (
            id integer PRIMARY KEY, nid integer, did integer, odid integer, ord integer,
            type integer, due integer, queue integer, flags integer
        );
        CREATE TABLE notetypes (
            id integer PRIMARY KEY, name text COLLATE unicase, mtime_secs integer, config blob
        );
        CREATE UNIQUE INDEX names ON notetypes (name);
        CREATE TABLE fields (
            ntid integer, ord integer, name text COLLATE unicase, config blob,
            PRIMARY KEY (ntid, ord)
        ) WITHOUT ROWID;
        CREATE TABLE templates (
            ntid integer, ord integer, name text COLLATE unicase, config blob,
            PRIMARY KEY (ntid, ord)
        ) WITHOUT ROWID;
        CREATE TABLE decks (id integer PRIMARY KEY, name text COLLATE unicase, kind blob);
        CREATE TABLE deck_config (id integer PRIMARY KEY, name text COLLATE unicase);
        CREATE TABLE revlog (id integer PRIMARY KEY, cid integer);
        INSERT INTO col VALUES (1, 18, '', '', '');
        INSERT INTO notes VALUES (5, 'paris', 7, 9, ' geo ', 'Paris' || char(31) || 'France');
        INSERT INTO cards VALUES (6, 5, 8, 0, 0, 0, 3, 0, 0);
    """
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.create_collation("unicase", lambda a, b: (a > b) - (a < b))
        database.executescript(script)
        rows = {
            "notetypes": [(7, "Capital", 11, blob(3, b".card {}"))],
            "fields": [(7, 0, "City", blob(3, b"Arial")), (7, 1, "Country", number(9, -4))],
            "templates": [(7, 0, "Card 1", blob(1, b"{{City}}") + blob(2, b"{{Country}}"))],
            "decks": [(8, "Geo\x1fEurope", blob(1, blob(4, b"*Capitals*") + number(5, 1)))],
        }
        for table, values in rows.items():
            marks = ", ".join("?" for _ in values[0])
            database.executemany(f"INSERT INTO {table} VALUES ({marks})", values)
        return database.serialize()


NEWEST = newest_image()


def newest(
    image: bytes = NEWEST,
    *,
    meta: bytes = b"\x08\x03",
    media: bytes = b"",
    files: tuple[bytes, ...] = (),
    raw: bool = False,
) -> bytes:
    """A package in the newest format; with `raw` the image is what lies in it."""
    return zipped(
        ("meta", meta),
        ("collection.anki21b", image if raw else zstd.compress(image)),
        ("collection.anki2", DATABASE),
        ("media", zstd.compress(media)),
        *((str(at), zstd.compress(data)) for at, data in enumerate(files)),
    )


def zeros(size: int) -> bytes:
    """A Zstandard stream of this many zeros."""
    return zstd.compress(bytes(64 * MIB)) * (size // (64 * MIB))


def wide_window() -> bytes:
    """A Zstandard stream with a window of 2 GiB."""
    parameter = zstd.CompressionParameter
    options = {parameter.window_log: 31, parameter.enable_long_distance_matching: 1}
    squeeze = zstd.ZstdCompressor(options=options)
    return squeeze.compress(DATABASE) + squeeze.flush()
