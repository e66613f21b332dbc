"""Packages that strangers made: read where they are sound, one sentence where they are not."""

from __future__ import annotations

import io
import json
import sqlite3
import stat
import struct
import warnings
import zipfile
from contextlib import closing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import genanki
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_collections import SAMPLE

from flashdeck.diagnostics import FlashdeckError
from flashdeck.read.apkg import read_apkg
from flashdeck.write.apkg import apkg_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SMALL = replace(SAMPLE, notes=SAMPLE.notes[:4])
PACKAGE = apkg_bytes(SMALL)
with zipfile.ZipFile(io.BytesIO(PACKAGE)) as _archive:
    MEMBERS = {name: _archive.read(name) for name in _archive.namelist()}
DATABASE = MEMBERS["collection.anki2"]


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = 0) -> bytes:
    """A zip file of these members, names given twice included."""
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


def with_sql(*statements: str, image: bytes = DATABASE) -> bytes:
    """The package after statements have been run on its database."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.deserialize(image)
        for statement in statements:
            database.execute(statement)
        return package(c2=database.serialize())


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


def symlink(name: str) -> zipfile.ZipInfo:
    """A member that unpacks to a link."""
    member = zipfile.ZipInfo(name)
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    return member


def flagged_as_encrypted() -> bytes:
    """The package with the flag of a password on its first member."""
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


def circular_tree() -> bytes:
    """The package with a table whose pages lead to one another for ever."""
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


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "text": (lambda: b"no zip" * 20, "it is no zip file"),
    "nothing": (lambda: b"", "it is no zip file"),
    "cut off": (lambda: PACKAGE[:-200], "it is no zip file"),
    "a byte changed": (lambda: PACKAGE.replace(b"verbs", b"verbz", 1), "damaged or incomplete"),
    "another name inside": (
        lambda: PACKAGE.replace(b"media", b"medio", 1),
        "damaged or incomplete",
    ),
    "two collections": (
        lambda: zipped(*MEMBERS.items(), ("collection.anki2", b"")),
        "two files of one name",
    ),
    "a way out": (lambda: zipped(("../../evil", b"")), r"'../../evil'"),
    "a folder": (lambda: zipped(("media/", b"")), "Anki packages don't have"),
    "a link": (lambda: zipped((symlink("0"), b"/etc/passwd")), "no regular file"),
    "a password": (flagged_as_encrypted, "encrypted"),
    "another compression": (
        lambda: zipped(*MEMBERS.items(), method=zipfile.ZIP_LZMA),
        "compressed in a way",
    ),
    "overlapping members": (overlapping, "lie over each other"),
    "a bomb": (
        lambda: zipped(("0", bytes(30 << 20)), method=zipfile.ZIP_DEFLATED),
        "would grow more than 200 times",
    ),
    "many members": (
        lambda: PACKAGE[:-12] + struct.pack("<HI", 0xFFFF, 0) + PACKAGE[-6:],
        "more than 65000 files",
    ),
    "a large directory": (
        lambda: PACKAGE[:-10] + struct.pack("<I", 9 << 20) + PACKAGE[-6:],
        "more than 65000 files",
    ),
    "a large media list": (lambda: package(media_=b" " * (17 << 20)), "media has 17 MiB"),
    "no collection": (lambda: zipped(("media", b"{}")), "no collection"),
    "the newest format": (lambda: package(c21b=b""), "damaged or incomplete"),
    "no database": (lambda: package(c2=b"SQLite format 2" * 100), "is no database"),
    "half a database": (lambda: package(c2=DATABASE[:5000]), "is damaged"),
    "no tables": (lambda: package(c2=DATABASE[:100] + bytes(3996)), "is damaged"),
    "a view": (
        lambda: with_sql(
            "ALTER TABLE notes RENAME TO hidden", "CREATE VIEW notes AS SELECT * FROM hidden"
        ),
        "more than tables: 'notes'",
    ),
    "a trigger": (
        lambda: with_sql("CREATE TRIGGER t AFTER INSERT ON notes BEGIN DELETE FROM cards; END"),
        "more than tables: 't'",
    ),
    "a virtual table": (
        lambda: with_sql("CREATE VIRTUAL TABLE words USING fts5(word)"),
        "more than tables: 'words'",
    ),
    "a computed column": (
        lambda: with_sql("ALTER TABLE notes ADD COLUMN more AS (upper(flds))"),
        "table notes holds columns that are computed",
    ),
    "a table missing": (lambda: with_sql("DROP TABLE cards"), "no table cards"),
    "a column missing": (lambda: with_sql("ALTER TABLE cards DROP COLUMN odid"), "is damaged"),
    "a tree in circles": (circular_tree, "is damaged"),
    "another format": (lambda: with_sql("UPDATE col SET ver = 18"), "has no table fields"),
    "two rows": (
        lambda: with_sql(
            "CREATE TABLE other AS SELECT * FROM col",
            "UPDATE other SET id = 2",
            "INSERT INTO col SELECT * FROM other",
        ),
        "has 2 rows instead of one",
    ),
    "bytes for text": (
        lambda: with_sql("UPDATE notes SET flds = CAST(flds AS BLOB)"),
        "table notes has a row with values of another kind",
    ),
    "broken text": (
        lambda: with_sql("UPDATE notes SET guid = CAST(x'ff' AS TEXT)"),
        "is damaged",
    ),
    "a number for an id": (lambda: with_sql("UPDATE cards SET ord = 1.5"), "of another kind"),
    "a field too many": (
        lambda: with_sql("UPDATE notes SET flds = flds || char(31)"),
        "'guid-1' does not fit a note type",
    ),
    "an unknown note type": (lambda: with_sql("UPDATE notes SET mid = 5"), "does not fit"),
    "a negative note id": (
        lambda: with_sql(
            "UPDATE notes SET id = -1 WHERE guid = 'guid-1'",
            "UPDATE cards SET nid = -1 WHERE due IN (10, 11)",
        ),
        "does not fit",
    ),
    "an unknown deck": (lambda: with_sql("UPDATE cards SET did = 5"), "lies in no deck"),
    "an ordinal too high": (lambda: with_sql("UPDATE cards SET ord = 70000"), "ordinal"),
    "one ordinal twice": (lambda: with_sql("UPDATE cards SET ord = 0"), "two cards of one ordinal"),
    "a card without a note": (lambda: with_sql("UPDATE cards SET nid = 5"), "without a note"),
    "note types not JSON": (lambda: with_sql("UPDATE col SET models = '{'"), "note types can't be"),
    "note types a list": (lambda: with_sql("UPDATE col SET models = '[]'"), "no JSON object"),
    "note types numbers": (lambda: with_sql("""UPDATE col SET models = '{"1": 1}'"""), "not what"),
    "keys given twice": (
        lambda: with_sql("""UPDATE col SET decks = '{"1": {}, "1": {}}'"""),
        "a key is given twice",
    ),
    "not a number": (lambda: with_sql("""UPDATE col SET decks = '{"1": NaN}'"""), "NaN"),
    "half a character": (
        lambda: with_sql("""UPDATE col SET decks = '{"1": "\\ud800"}'"""),
        "surrogates not allowed",
    ),
    "deep JSON": (
        lambda: with_sql("UPDATE col SET decks = replace(hex(zeroblob(90000)), '00', '[')"),
        "list of decks can't be read",
    ),
    "no templates": (lambda: with_json("models", lambda m: first(m).update(tmpls=[])), "lacks"),
    "fields that are none": (
        lambda: with_json("models", lambda m: first(m).update(flds=[1])),
        "'flds'",
    ),
    "a nameless deck": (lambda: with_json("decks", lambda d: first(d).pop("name")), "'name'"),
    "a truth for a number": (
        lambda: with_json("models", lambda m: first(m).update(sortf=True)),
        "'sortf'",
    ),
    "a negative time": (lambda: with_json("models", lambda m: first(m).update(mod=-1)), "'mod'"),
    "a huge id": (lambda: with_json("models", lambda m: first(m).update(id=10**30)), "'id'"),
    "a huge field id": (
        lambda: with_json("models", lambda m: first(m)["flds"][0].update(id=10**30)),
        "'id'",
    ),
    "two decks of one name": (
        lambda: with_json("decks", lambda d: [each.update(name="A") for each in d.values()]),
        "two decks of one name",
    ),
    "media not JSON": (lambda: package(media_=b"\xff"), "list of media can't be read"),
    "media twice": (lambda: package(media_=b'{"0": "a", "1": "a"}'), "two media files of one name"),
    "media outside": (lambda: package(media_=b'{"0": "../a"}'), r"'\.\./a'"),
    "media without a name": (lambda: package(media_=b'{"0": 5}'), "name that is no text"),
    "media not there": (lambda: package(media_=b'{"7": "a"}'), "'a' is not in it"),
    "the collection as media": (lambda: package(media_=b'{"media": "a"}'), "'a' is not in it"),
}


@pytest.mark.parametrize(("make", "words"), HOSTILE.values(), ids=HOSTILE)
def test_a_package_that_is_not_sound_gets_one_sentence(
    make: Callable[[], bytes], words: str, tmp_path: Path
) -> None:
    path = tmp_path / "stranger.apkg"
    path.write_bytes(make())
    with pytest.raises(FlashdeckError, match=words) as caught:
        read_apkg(path)
    message = str(caught.value)
    assert message.startswith(f"{path} can't be read: ")
    assert "\n" not in message


def test_a_package_that_is_not_there_gets_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(FlashdeckError, match=r"gone\.apkg can't be opened: no such file"):
        read_apkg(tmp_path / "gone.apkg")


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_package_with_any_bytes_changed_is_read_or_refused(data: st.DataObject) -> None:
    image = bytearray(DATABASE)
    places = st.integers(0, len(image) - 1)
    for place in data.draw(st.lists(places, max_size=8)):
        image[place] = data.draw(st.integers(0, 255))
    whole = bytearray(package(c2=bytes(image)))
    for place in data.draw(st.lists(st.integers(len(image), len(whole) - 1), max_size=2)):
        whole[place] = data.draw(st.integers(0, 255))
    with suppress(FlashdeckError):
        read_apkg(io.BytesIO(whole))


def test_the_newer_of_two_collections_is_read() -> None:
    assert read_apkg(io.BytesIO(package(c2=b"please update Anki", c21=DATABASE))) == SMALL


def test_a_database_with_a_write_ahead_log_is_read_without_the_log() -> None:
    image = bytearray(DATABASE)
    image[18:20] = b"\x02\x02"
    assert read_apkg(io.BytesIO(package(c2=bytes(image)))) == SMALL


def test_compressed_members_are_read() -> None:
    compressed = zipped(*MEMBERS.items(), method=zipfile.ZIP_DEFLATED)
    assert read_apkg(io.BytesIO(compressed)) == SMALL


def test_a_package_without_a_media_list_has_no_media() -> None:
    assert read_apkg(io.BytesIO(zipped(("collection.anki2", DATABASE)))).media == ()


def test_cards_in_the_default_deck_bring_it_along() -> None:
    decks = read_apkg(io.BytesIO(with_sql("UPDATE cards SET did = 1"))).decks
    assert [deck.name for deck in decks] == ["Default", "Spanish", "Spanish::Verbs", "日本語"]


def test_cards_come_in_order_of_their_ordinals_whatever_their_ids() -> None:
    turned = read_apkg(io.BytesIO(with_sql("UPDATE cards SET id = 9000000000000 - id")))
    assert [[card.ordinal for card in note.cards] for note in turned.notes[:2]] == [[0, 1], [0]]


def test_a_card_on_a_visit_to_a_filtered_deck_belongs_to_its_home_deck() -> None:
    visiting = with_sql("UPDATE cards SET odid = did, did = 1")
    assert read_apkg(io.BytesIO(visiting)) == SMALL


def test_a_card_that_was_studied_has_no_place_among_the_new_ones() -> None:
    studied = with_sql("UPDATE cards SET type = 2, due = 19000 WHERE ord = 0")
    cards = read_apkg(io.BytesIO(studied)).notes[0].cards
    assert [card.position for card in cards] == [0, 11]


def test_a_package_that_genanki_wrote_by_itself_is_read(tmp_path: Path) -> None:
    model = genanki.Model(
        77, "Simple", [{"name": "Front"}], [{"name": "C", "qfmt": "{{Front}}", "afmt": "b"}]
    )
    deck = genanki.Deck(99, "Capitals", "of Europe")
    deck.add_note(genanki.Note(model, ["Paris"], tags=["fr"], guid="paris", due=3))
    path = tmp_path / "capitals.apkg"
    genanki.Package(deck).write_to_file(path, timestamp=1_600_000_000)

    collection = read_apkg(path)

    (notetype,), (capitals,), (paris,) = collection.notetypes, collection.decks, collection.notes
    assert (notetype.name, notetype.latex_pre, notetype.fields[0].id) == ("Simple", None, None)
    assert (capitals.name, capitals.description) == ("Capitals", "of Europe")
    assert (paris.guid, paris.fields, paris.tags) == ("paris", ("Paris",), ("fr",))
    assert [(card.ordinal, card.deck, card.position) for card in paris.cards] == [
        (0, "Capitals", 3)
    ]
