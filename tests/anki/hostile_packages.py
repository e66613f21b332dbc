"""Hostile and damaged packages, each with the message that it gets."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from typing import TypeAlias

from hostile import (
    BELL,
    DATABASE,
    MEMBERS,
    MIB,
    NEWEST,
    PACKAGE,
    blob,
    changed,
    circular_tree,
    deflated,
    doubled_page,
    entry,
    first,
    flagged_as_encrypted,
    forged,
    newest,
    number,
    overlapping,
    package,
    symlink,
    wide_notes,
    wide_window,
    with_json,
    with_sql,
    zeros,
    zip64,
    zipped,
    zstd,
)
from hostile_schemas import REFUSED

Table: TypeAlias = dict[str, tuple[Callable[[], bytes], str]]
"""Makers of packages, and messages. One that ends with `(` goes on in the words of a library."""

DAMAGED = "it is damaged or incomplete ("
TORN = "its collection is damaged ("
NAME = "it has a media file whose name is not a plain file name: "
STRANGE = "it contains a file that Anki packages don't have: "
ZIP64 = "it is a zip64 file, which only larger packages than Anki's need to be"
NO_MESSAGE = "can't be read (not a message as Anki writes it)"


def named(name: str) -> Callable[[], bytes]:
    """An older package whose first media file has this name."""
    escaped = name.encode("unicode-escape").decode().replace("\\x", "\\u00").replace('"', '\\"')
    plain = name.replace("\\", "\\\\") if "\\" in name else escaped
    return lambda: package(media_=f'{{"0": "{plain}"}}'.encode())


ARCHIVES: Table = {
    "text": (lambda: b"no zip" * 20, "it is not a zip file, as every Anki package is"),
    "nothing": (lambda: b"", "it is not a zip file, as every Anki package is"),
    "cut off": (lambda: PACKAGE[:-200], "it is not a zip file, as every Anki package is"),
    "a byte changed": (lambda: PACKAGE.replace(b"verbs", b"verbz", 1), DAMAGED),
    "another name inside": (lambda: PACKAGE.replace(b"media", b"medio", 1), DAMAGED),
    "two collections": (
        lambda: zipped(*MEMBERS.items(), ("collection.anki2", b"")),
        "two files in it have the same name",
    ),
    "a way out": (lambda: zipped(("../../evil", b"")), f"{STRANGE}'../../evil'"),
    "a way to the root": (lambda: zipped(("/etc/evil", b"")), f"{STRANGE}'/etc/evil'"),
    "a drive": (lambda: zipped(("C:\\evil", b"")), f"{STRANGE}'C:\\\\evil'"),
    "a folder": (lambda: zipped(("media/", b"")), f"{STRANGE}'media/'"),
    "a hot journal": (
        lambda: package(**{"collection.anki2-journal": b"\xd9\xd5\x05\xf9"}),
        f"{STRANGE}'collection.anki2-journal'",
    ),
    "a link": (lambda: zipped((symlink("0"), b"/etc/passwd")), "its 0 is not a regular file"),
    "a password": (
        flagged_as_encrypted,
        "its collection.anki2 is encrypted, or compressed in a way that Anki does not know",
    ),
    "bzip2": (
        lambda: zipped(*MEMBERS.items(), method=zipfile.ZIP_BZIP2),
        "its collection.anki2 is encrypted, or compressed in a way that Anki does not know",
    ),
    "LZMA": (
        lambda: zipped(*MEMBERS.items(), method=zipfile.ZIP_LZMA),
        "its collection.anki2 is encrypted, or compressed in a way that Anki does not know",
    ),
    "overlapping members": (overlapping, "files in it overlap"),
    "a bomb of 2 GiB": (
        lambda: forged(("collection.anki2", deflated(2048 * MIB), 2048 * MIB)),
        "its collection.anki2 has 2048 MiB or more, and 1024 are allowed",
    ),
    "a bomb of 512 MiB": (
        lambda: forged(("collection.anki2", deflated(512 * MIB), 512 * MIB)),
        "its collection.anki2 would grow more than 200 times when unpacked",
    ),
    "a media list of 1 GiB": (
        lambda: forged(("media", deflated(1024 * MIB), 1024 * MIB)),
        "its media would grow more than 200 times when unpacked",
    ),
    "a bomb that lies about its size": (
        lambda: forged(("collection.anki2", deflated(64 * MIB), 4096), ("media", b"{}", 2)),
        DAMAGED,
    ),
    "many bombs": (
        lambda: forged(*((str(at), deflated(8 * MIB), 8 * MIB) for at in range(100))),
        "unpacked it would be larger than any package for Anki of its size",
    ),
    "many members": (
        lambda: forged(*((str(at), b"", 0) for at in range(200_000)), method=0),
        "it has more than 65000 files in it",
    ),
    "a large directory": (
        lambda: PACKAGE[:-10] + struct.pack("<I", 9 << 20) + PACKAGE[-6:],
        "it has more than 65000 files in it",
    ),
    "many members, counted in a zip64 record": (lambda: zip64(700_000), ZIP64),
    "few members, counted in a zip64 record": (lambda: zip64(3), ZIP64),
    "a zip64 record before a comment": (lambda: zip64(4, comment=b"x" * 0xFFFF), ZIP64),
    "an end record in the comment": (
        lambda: zip64(4)[:-2] + b"\x16\0" + PACKAGE[-22:],
        "it is damaged or incomplete (",
    ),
    "a large media list": (
        lambda: package(media_=b" " * (17 << 20)),
        "its media has 17 MiB or more, and 16 are allowed",
    ),
    "no collection": (lambda: zipped(("media", b"{}")), "it has no collection in it"),
}

NEWEST_FORMAT: Table = {
    "nothing packed": (lambda: newest(b"", raw=True), DAMAGED),
    "a database that is not packed": (lambda: newest(NEWEST, raw=True), DAMAGED),
    "half of what was packed": (lambda: newest(zstd.compress(NEWEST)[:-8], raw=True), DAMAGED),
    "a packed bomb of 2 GiB": (
        lambda: newest(zeros(2048 * MIB), raw=True),
        "its collection.anki21b would grow more than 200 times when unpacked",
    ),
    "a packed bomb as media": (
        lambda: newest(media=entry("a", BELL, 1), files=(bytes(32 * MIB),)),
        "its 0 would grow more than 200 times when unpacked",
    ),
    "a packed bomb as list of media": (
        lambda: newest(media=bytes(20 * MIB)),
        "its media would grow more than 200 times when unpacked",
    ),
    "a window of 2 GiB": (lambda: newest(wide_window(), raw=True), DAMAGED),
    "a format to come": (
        lambda: newest(meta=b"\x08\x04"),
        "its package format is 4, and only those up to 3 are supported",
    ),
    "a meta of nothing": (
        lambda: newest(meta=b""),
        "its package format is 0, and only those up to 3 are supported",
    ),
    "a meta of noise": (lambda: newest(meta=b"\xff" * 30), f"its meta {NO_MESSAGE}"),
    "a meta that is large": (
        lambda: newest(meta=bytes(2 * MIB)),
        "its meta has 2 MiB or more, and 0 are allowed",
    ),
    "a collection that meta names and that is not there": (
        lambda: package(meta=b"\x08\x03"),
        "the collection that its meta names, collection.anki21b, is not in it",
    ),
    "a list of media that is JSON": (
        lambda: newest(media=b'{"0": "a"}'),
        f"its list of media {NO_MESSAGE}",
    ),
    "a list of media with a length too long": (
        lambda: newest(media=b"\x0a\xff\x01a"),
        f"its list of media {NO_MESSAGE}",
    ),
    "a list of media with a number too long": (
        lambda: newest(media=b"\x08" + b"\xff" * 11),
        f"its list of media {NO_MESSAGE}",
    ),
    "a list of media with a million entries": (
        lambda: newest(media=blob(1, b"\x0a\x01a") * 1_000_000),
        f"its list of media {NO_MESSAGE}",
    ),
    "a name that is no text": (
        lambda: newest(media=blob(1, blob(1, b"\xff")), files=(b"",)),
        f"its list of media {NO_MESSAGE}",
    ),
    "another content than listed": (
        lambda: newest(media=entry("bell.mp3", BELL, 4), files=(b"dong",)),
        "the media file 'bell.mp3' is not the one in its list",
    ),
    "another size than listed": (
        lambda: newest(media=entry("bell.mp3", BELL, 5), files=(b"ding",)),
        "the media file 'bell.mp3' is not the one in its list",
    ),
    "a way out of the newest": (
        lambda: newest(media=entry("../../bell.mp3", BELL, 4), files=(b"ding",)),
        f"{NAME}'../../bell.mp3'",
    ),
    "one name twice": (
        lambda: newest(media=entry("a", BELL, 4) * 2, files=(b"ding", b"ding")),
        "it has two media files with the same name",
    ),
    "less media than listed": (
        lambda: newest(media=entry("a", BELL, 4)),
        "the media file 'a' is not in it",
    ),
    "fields with gaps": (
        lambda: newest(changed(NEWEST, "UPDATE fields SET ord = 5 WHERE ord = 1")),
        "its fields are not numbered from 0",
    ),
    "a note type without templates": (
        lambda: newest(changed(NEWEST, "DELETE FROM templates")),
        "it has a note type that lacks fields or templates, or has an impossible id",
    ),
    "a note type to sort by a field that it lacks": (
        lambda: newest(changed(NEWEST, f"UPDATE notetypes SET config = x'{number(2, 9).hex()}'")),
        "it has a note type that lacks fields or templates, or has an impossible id",
    ),
    "a note type of noise": (
        lambda: newest(changed(NEWEST, "UPDATE notetypes SET config = x'ffff'")),
        f"its note type {NO_MESSAGE}",
    ),
    "a note type of text": (
        lambda: newest(changed(NEWEST, "UPDATE notetypes SET config = 'css'")),
        "its table notetypes has a row with values of another type",
    ),
    "a negative deck": (
        lambda: newest(changed(NEWEST, "UPDATE decks SET id = -8")),
        "it has a deck with the impossible id -8",
    ),
    "no table of decks": (
        lambda: newest(changed(NEWEST, "DROP TABLE decks")),
        "its collection has no table decks",
    ),
}

DATABASES: Table = {
    "no database": (
        lambda: package(c2=b"SQLite format 2" * 100),
        "its collection is not a database",
    ),
    "half a database": (lambda: package(c2=DATABASE[:5000]), TORN),
    "no tables": (lambda: package(c2=DATABASE[:100] + bytes(3996)), TORN),
    "notes without end": (
        lambda: with_sql(
            "DROP TABLE notes",
            "CREATE VIEW notes AS WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL "
            "SELECT i + 1 FROM n) SELECT i AS id, 'g' AS guid, 1 AS mid FROM n",
        ),
        "its collection contains more than tables: 'notes'",
    ),
    "a note of 400 MB": (
        lambda: with_sql(
            "DROP TABLE notes", "CREATE VIEW notes AS SELECT hex(zeroblob(400000000)) AS flds"
        ),
        "its collection contains more than tables: 'notes'",
    ),
    "a trigger": (
        lambda: with_sql("CREATE TRIGGER t AFTER INSERT ON notes BEGIN DELETE FROM cards; END"),
        "its collection contains more than tables: 't'",
    ),
    "a virtual table": (
        lambda: with_sql("CREATE VIRTUAL TABLE words USING fts5(word)"),
        "its collection contains more than tables: 'words'",
    ),
    "a computed column": (
        lambda: with_sql("ALTER TABLE notes ADD COLUMN more AS (upper(flds))"),
        "its table notes has computed columns",
    ),
    "a table missing": (
        lambda: with_sql("DROP TABLE cards"),
        "its collection has no table cards",
    ),
    "a column missing": (lambda: with_sql("ALTER TABLE cards DROP COLUMN odid"), TORN),
    "a tree in circles": (circular_tree, TORN),
    "a page of notes twice": (doubled_page, TORN),
    "a format to come inside": (
        lambda: with_sql("UPDATE col SET ver = 999"),
        "its collection is in Anki's format 999, and only 11 and 18 are supported",
    ),
    "two rows": (
        lambda: with_sql(
            "CREATE TABLE other AS SELECT * FROM col",
            "UPDATE other SET id = 2",
            "INSERT INTO col SELECT * FROM other",
        ),
        "its table col has 2 rows instead of one",
    ),
    "bytes for text": (
        lambda: with_sql("UPDATE notes SET flds = CAST(flds AS BLOB)"),
        "its table notes has a row with values of another type",
    ),
    "broken text": (lambda: with_sql("UPDATE notes SET guid = CAST(x'ff' AS TEXT)"), TORN),
    "a text of 65 MiB": (
        lambda: with_sql(
            "UPDATE notes SET flds = hex(zeroblob(33 * 1024 * 1024)) WHERE guid = 'guid-1'"
        ),
        TORN,
    ),
    "more than memory holds": (
        lambda: wide_notes(105),
        "reading its collection would take more than 400 MiB of memory",
    ),
    "a database that is large": (
        lambda: forged(("collection.anki2", bytes(193 * MIB), 193 * MIB), method=0),
        "its collection.anki2 has 193 MiB or more, and 192 are allowed",
    ),
    "a number for an id": (
        lambda: with_sql("UPDATE cards SET ord = 1.5"),
        "its table cards has a row with values of another type",
    ),
    "a field too many": (
        lambda: with_sql("UPDATE notes SET flds = flds || char(31)"),
        "its note 'guid-1' does not fit a note type, or has an impossible id or time",
    ),
    "an unknown note type": (
        lambda: with_sql("UPDATE notes SET mid = 5"),
        "its note 'guid-1' does not fit a note type, or has an impossible id or time",
    ),
    "a negative note id": (
        lambda: with_sql(
            "UPDATE notes SET id = -1 WHERE guid = 'guid-1'",
            "UPDATE cards SET nid = -1 WHERE due IN (10, 11)",
        ),
        "its note 'guid-1' does not fit a note type, or has an impossible id or time",
    ),
    "an unknown deck": (
        lambda: with_sql("UPDATE cards SET did = 5 WHERE id = 1600000000101"),
        "its card 1600000000101 has no deck, or an impossible id or ordinal",
    ),
    "an ordinal too high": (
        lambda: with_sql("UPDATE cards SET ord = 60000 WHERE id = 1600000000101"),
        "its card 1600000000101 has no deck, or an impossible id or ordinal",
    ),
    "one ordinal twice": (
        lambda: with_sql("UPDATE cards SET ord = 0"),
        "its note 'guid-1' has two cards with the same ordinal",
    ),
    "a card without a note": (
        lambda: with_sql("UPDATE cards SET nid = 5"),
        "it has cards without a note",
    ),
}


def _wrong(key: str) -> str:
    return f"it has a note type or deck whose {key!r} is not what Anki writes"


JSON: Table = {
    "note types not JSON": (
        lambda: with_sql("UPDATE col SET models = '{'"),
        "its list of note types can't be read (",
    ),
    "note types a list": (
        lambda: with_sql("UPDATE col SET models = '[]'"),
        "its list of note types can't be read (not a JSON object)",
    ),
    "note types numbers": (
        lambda: with_sql("""UPDATE col SET models = '{"1": 1}'"""),
        "its list of note types is not what Anki writes",
    ),
    "keys given twice": (
        lambda: with_sql("""UPDATE col SET decks = '{"1": {}, "1": {}}'"""),
        "its list of decks can't be read (a key is given twice)",
    ),
    "not a number": (
        lambda: with_sql("""UPDATE col SET decks = '{"1": NaN}'"""),
        "its list of decks can't be read (NaN is not a number)",
    ),
    "half a character": (
        lambda: with_sql("""UPDATE col SET decks = '{"1": "\\ud800"}'"""),
        "its list of decks can't be read (",
    ),
    "deep JSON": (
        lambda: with_sql("UPDATE col SET decks = replace(hex(zeroblob(90000)), '00', '[')"),
        "its list of decks can't be read (",
    ),
    "JSON of millions of parts": (
        lambda: with_sql("UPDATE col SET decks = replace(hex(zeroblob(3000000)), '00', '[],')"),
        "its list of decks can't be read (it is too large)",
    ),
    "no templates": (
        lambda: with_json("models", lambda models: first(models).update(tmpls=[])),
        "it has a note type that lacks fields or templates",
    ),
    "fields that are none": (
        lambda: with_json("models", lambda models: first(models).update(flds=[1])),
        _wrong("flds"),
    ),
    "a nameless deck": (
        lambda: with_json("decks", lambda decks: first(decks).pop("name")),
        _wrong("name"),
    ),
    "a truth for a number": (
        lambda: with_json("models", lambda models: first(models).update(sortf=True)),
        _wrong("sortf"),
    ),
    "a negative time": (
        lambda: with_json("models", lambda models: first(models).update(mod=-1)),
        _wrong("mod"),
    ),
    "a huge id": (
        lambda: with_json("models", lambda models: first(models).update(id=10**30)),
        _wrong("id"),
    ),
    "a huge field id": (
        lambda: with_json("models", lambda models: first(models)["flds"][0].update(id=10**30)),
        _wrong("id"),
    ),
    "two decks of one name": (
        lambda: with_json("decks", lambda decks: [d.update(name="A") for d in decks.values()]),
        "it has two note types with the same id, or two decks with the same name",
    ),
}

MEDIA: Table = {
    "media not JSON": (lambda: package(media_=b"\xff"), "its list of media can't be read ("),
    "media twice": (
        lambda: package(media_=b'{"0": "a", "1": "a"}'),
        "it has two media files with the same name",
    ),
    "media without a name": (
        lambda: package(media_=b'{"0": 5}'),
        "its list of media can't be read (a name that is not text)",
    ),
    "media not there": (lambda: package(media_=b'{"7": "a"}'), "the media file 'a' is not in it"),
    "the collection as media": (
        lambda: package(media_=b'{"media": "a"}'),
        "the media file 'a' is not in it",
    ),
    "a media file outside": (named("../a.png"), f"{NAME}'../a.png'"),
    "a media file at the root": (named("/etc/passwd"), f"{NAME}'/etc/passwd'"),
    "a media file in a folder": (named("a/b.png"), f"{NAME}'a/b.png'"),
    "a media file named nothing": (named(""), f"{NAME}''"),
    "a media file named this folder": (named("."), f"{NAME}'.'"),
    "a media file named the folder above": (named(".."), f"{NAME}'..'"),
    "a media file outside of Windows": (named("..\\a.png"), f"{NAME}'..\\\\a.png'"),
    "a media file on a drive": (named("C:a.png"), f"{NAME}'C:a.png'"),
    "a media file on another machine": (named("\\\\host\\a"), f"{NAME}'\\\\\\\\host\\\\a'"),
    "a media file in a stream": (named("a.png:b"), f"{NAME}'a.png:b'"),
    "a media file that ends early": (named("a.png\x00b"), f"{NAME}'a.png\\x00b'"),
    "a media file of two lines": (named("a\nb"), f"{NAME}'a\\nb'"),
    "a media file with a long name": (
        named("é" * 128),
        f"it has a media file whose name has more than 255 bytes: {'é' * 60!r}",
    ),
}

HOSTILE: Table = {**ARCHIVES, **NEWEST_FORMAT, **DATABASES, **REFUSED, **JSON, **MEDIA}
