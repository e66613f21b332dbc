"""What a package holds, to the byte, and what is read back from it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import sqlite3
import subprocess
import sys
import zipfile
import zlib
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import ROOT
from hypothesis import given, settings
from made_collections import BORN, CLOZE, QUESTION, SAMPLE, collections, media, note

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.anki.read.proof import holds
from flashdeck.anki.write.apkg import apkg_bytes, write_apkg
from flashdeck.anki.write.database import canonical_image, new_database
from flashdeck.diagnostics import FlashdeckError
from flashdeck.model import Card, Collection, Deck

if TYPE_CHECKING:
    from collections.abc import Iterator


def read(package: bytes) -> Collection:
    """Read a package from memory."""
    return read_apkg(io.BytesIO(package))


@contextmanager
def opened(package: bytes) -> Iterator[sqlite3.Connection]:
    """Open the database in a package, in memory."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        image = archive.read("collection.anki2")
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(image)
        yield database


def stored_decks(collection: Collection) -> dict[str, int]:
    """The decks that the collection's package holds, with their ids."""
    with opened(apkg_bytes(collection)) as database:
        ((decks,),) = database.execute("SELECT decks FROM col")
    return {deck["name"]: deck["id"] for deck in json.loads(decks).values()}


# What comes back


@pytest.mark.slow
@settings(max_examples=100)
@given(collections())
def test_every_collection_is_read_back_unchanged(collection: Collection) -> None:
    assert read(apkg_bytes(collection)) == collection


def test_a_collection_of_several_pages_is_read_back_unchanged() -> None:
    assert read(apkg_bytes(SAMPLE)) == SAMPLE


def test_an_empty_collection_is_read_back_unchanged() -> None:
    assert read(apkg_bytes(Collection())) == Collection()


def test_media_of_a_package_can_be_opened_after_reading(tmp_path: Path) -> None:
    path = tmp_path / "spanish.apkg"
    path.write_bytes(apkg_bytes(SAMPLE))
    for source in (path, io.BytesIO(path.read_bytes())):
        with read_apkg(source).media[0].open() as bell:
            assert bell.read() == b"ding" * 1000


def test_notes_are_in_study_order_whatever_their_ids() -> None:
    late = note(9, "late", "Spanish", cards=(Card(0, "Spanish", 1, 7),))
    early = note(2, "early", "Spanish", cards=(Card(0, "Spanish", 2, 8),))
    collection = replace(SAMPLE, notes=(late, early))
    assert [note.guid for note in read(apkg_bytes(collection)).notes] == ["guid-9", "guid-2"]


# To the byte

# Changes only when the format of packages changes on purpose.
GOLDEN = "e7063bc7d60abdcb9dc09e4f1e0e0c14c8f443c4a2e9b93050812791e2ab41c8"


def test_packages_are_reproducible_on_every_machine_python_and_sqlite() -> None:
    assert hashlib.sha256(apkg_bytes(SAMPLE)).hexdigest() == GOLDEN


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8"},
        {"PYTHONHASHSEED": "2", "TZ": "America/St_Johns", "LC_ALL": "C", "PYTHONUTF8": "0"},
    ],
    ids=["kathmandu", "st-johns"],
)
def test_packages_do_not_depend_on_the_environment(environment: dict[str, str]) -> None:
    script = (
        "from hashlib import sha256; from made_collections import SAMPLE;"
        "from flashdeck.anki.write.apkg import apkg_bytes;"
        "print(sha256(apkg_bytes(SAMPLE)).hexdigest())"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT / "tests",
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == GOLDEN


def test_zip_members_are_stored_with_fixed_dates_and_modes() -> None:
    with zipfile.ZipFile(io.BytesIO(apkg_bytes(SAMPLE))) as archive:
        members = archive.infolist()
        assert [member.filename for member in members] == ["collection.anki2", "media", "0", "1"]
        assert json.loads(archive.read("media")) == {"0": "bell-89ab.mp3", "1": "sun-0123.png"}
    for member in members:
        assert member.compress_type == zipfile.ZIP_STORED
        assert member.date_time == (1980, 1, 1, 0, 0, 0)
        assert (member.create_system, member.external_attr >> 16) == (3, 0o100644)
        assert not member.extra


def test_the_media_list_is_written_even_if_empty() -> None:
    with zipfile.ZipFile(io.BytesIO(apkg_bytes(Collection()))) as archive:
        assert archive.read("media") == b"{}"


def test_the_database_is_valid_and_has_no_free_pages() -> None:
    with opened(apkg_bytes(SAMPLE)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA freelist_count").fetchall() == [(0,)]


def test_deleted_content_is_not_in_the_image() -> None:
    with closing(new_database()) as database:
        database.execute("PRAGMA secure_delete = OFF")
        database.execute("CREATE TABLE words (word TEXT)")
        database.executemany("INSERT INTO words VALUES (?)", [("first",), ("secret",), ("last",)])
        database.execute("DELETE FROM words WHERE word = 'secret'")
        assert b"secret" in database.serialize()
        image = canonical_image(database)
    assert b"first" in image
    assert b"secret" not in image


def test_deck_ids_depend_on_names_and_are_never_that_of_default() -> None:
    alone = replace(SAMPLE, decks=SAMPLE.decks[:1], notes=(), media=())
    ids = [stored_decks(collection)["Spanish"] for collection in (SAMPLE, alone)]
    assert ids[0] == ids[1]
    assert all(
        10**12 <= id_ < 16 * 10**11
        for name, id_ in stored_decks(SAMPLE).items()
        if name != "Default"
    )


def test_the_sort_field_is_never_converted_to_a_number() -> None:
    with opened(apkg_bytes(SAMPLE)) as database:
        rows = dict(database.execute("SELECT guid, sfld FROM notes WHERE id < ?", (BORN + 501,)))
    assert rows == {
        "guid-1": "🌞",
        "guid-2": "x" * 20_000,
        "guid-3": "",
        "guid-4": "",
        "guid-5": "question 5",
    }


def test_progress_counts_notes_and_media_up_to_their_total() -> None:
    calls: list[tuple[int, int]] = []
    write_apkg(SAMPLE, io.BytesIO(), progress=lambda done, total: calls.append((done, total)))
    assert calls == [(900, 902), (901, 902), (902, 902)]


# What is not written

ONE = SAMPLE.notes[0]
CARD = ONE.cards[0]


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ({"notetypes": (CLOZE, QUESTION)}, "note types are not in order"),
        ({"decks": (Deck("b"), Deck("a"))}, "decks are not in order"),
        ({"decks": (Deck("Default"), *SAMPLE.decks)}, "Default"),
        ({"media": (media("a", b""), media("a", b""))}, "one is there twice"),
        ({"notetypes": (replace(QUESTION, mod=0), CLOZE)}, "is not dated"),
        ({"notetypes": (replace(QUESTION, templates=()), CLOZE)}, "lacks"),
        ({"notetypes": (replace(QUESTION, sort=2), CLOZE)}, "field to sort by"),
        ({"notes": (replace(ONE, id=0),)}, "is not dated"),
        ({"notes": (replace(ONE, mod=0),)}, "is not dated"),
        ({"notes": (replace(ONE, guid=""),)}, "no GUID"),
        ({"notes": (replace(ONE, notetype=1),)}, "note type that is not in the collection"),
        ({"notes": (replace(ONE, fields=("a",)),)}, "not as many fields"),
        ({"notes": (replace(ONE, fields=("a", "b\x1fc")),)}, r"U\+001F"),
        ({"notes": (replace(ONE, tags=("two words",)),)}, "not one word"),
        ({"notes": (replace(ONE, tags=("two\u3000words",)),)}, "not one word"),
        ({"notes": (replace(ONE, cards=(replace(CARD, id=0),)),)}, "is not dated"),
        ({"notes": (replace(ONE, cards=(replace(CARD, position=-1),)),)}, "has no place"),
        (
            {"notes": (replace(ONE, cards=(replace(CARD, deck="Nowhere"),)),)},
            "'Nowhere', which is not in",
        ),
        ({"notes": (replace(ONE, cards=ONE.cards[::-1]),)}, "order of their ordinals"),
        ({"notes": (ONE, replace(ONE, guid="other", cards=()))}, "two have the note id"),
        ({"notes": (ONE, replace(ONE, id=7, cards=()))}, "two have the GUID"),
        ({"notes": (ONE, replace(ONE, id=7, guid="other"))}, "two have the card id"),
        ({"notes": (SAMPLE.notes[1], ONE)}, "not in study order"),
        ({"notes": (SAMPLE.notes[-1], ONE)}, "not in study order"),
        ({"notetypes": (replace(QUESTION, latex_post="\\end{document}"), CLOZE)}, "LaTeX"),
        ({"notes": (replace(ONE, fields=("\ud800", "")),)}, "surrogates"),
    ],
)
def test_an_invalid_collection_is_not_written(broken: dict[str, Any], words: str) -> None:
    out = io.BytesIO()
    with pytest.raises(ValueError, match=words):
        write_apkg(replace(SAMPLE, **broken), out)
    assert out.getvalue() == b""


def test_media_that_change_during_packing_leave_no_valid_package() -> None:
    bell = SAMPLE.media[0]
    grown = replace(bell, open=partial(io.BytesIO, b"ding" * 1001))
    out = io.BytesIO()
    with pytest.raises(FlashdeckError, match=f"{bell.name} has changed while it was packed"):
        write_apkg(replace(SAMPLE, media=(grown,)), out)
    assert not zipfile.is_zipfile(out)


def test_known_media_are_hashed_again_only_if_their_checksum_differs() -> None:
    bell, *others = SAMPLE.media
    package = io.BytesIO(apkg_bytes(SAMPLE))
    known = replace(bell, sha256="as the caller says", crc32=zlib.crc32(b"ding" * 1000))
    assert holds(package, replace(SAMPLE, media=(known, *others)))
    other = replace(known, crc32=7)
    assert not holds(package, replace(SAMPLE, media=(other, *others)))
    assert holds(package, replace(SAMPLE, media=(replace(bell, crc32=7), *others)))


def differing() -> Iterator[Collection]:
    """Yield collections that differ from the sample in one way each."""
    note, *notes = SAMPLE.notes
    card, *cards = note.cards
    for other in (
        replace(note, guid="another"),
        replace(note, fields=(*note.fields[:-1], "another")),
        replace(note, fields=(" ".join(note.fields[:2]), *note.fields[1:])),
        replace(note, tags=("another",)),
        replace(note, mod=note.mod + 1),
        replace(note, id=note.id + 1),
        replace(note, notetype=SAMPLE.notetypes[-1].id),
        replace(note, cards=(*cards,)),
        *(
            replace(note, cards=(changed, *cards))
            for changed in (
                replace(card, id=card.id + 1),
                replace(card, ordinal=card.ordinal + 9),
                replace(card, position=card.position + 1),
                replace(card, deck="another"),
            )
        ),
    ):
        yield replace(SAMPLE, notes=(other, *notes))
    yield replace(SAMPLE, notes=(*notes,))
    yield replace(SAMPLE, notes=(note, *notes, replace(note, guid="more", id=1, cards=())))
    kind, *kinds = SAMPLE.notetypes
    yield replace(SAMPLE, notetypes=(replace(kind, css="another"), *kinds))
    deck, *decks = SAMPLE.decks
    yield replace(SAMPLE, decks=(replace(deck, description="another"), *decks))
    yield replace(SAMPLE, decks=(*decks,))
    yield replace(SAMPLE, media=())
    medium, *media = SAMPLE.media
    yield replace(SAMPLE, media=(replace(medium, name="another.mp3"), *media))


@pytest.mark.parametrize("other", [*differing()])
def test_a_package_holds_only_the_collection_that_was_written(other: Collection) -> None:
    package = io.BytesIO(apkg_bytes(SAMPLE))
    assert other != SAMPLE
    assert holds(package, SAMPLE)
    assert not holds(package, other)


def test_a_damaged_package_holds_nothing() -> None:
    package = apkg_bytes(SAMPLE)
    assert not holds(io.BytesIO(package[:-30]), SAMPLE)
    assert not holds(io.BytesIO(package.replace(b"SQLite format 3", b"SQLite format 4")), SAMPLE)


def test_known_media_are_read_if_their_header_differs() -> None:
    package = apkg_bytes(SAMPLE)
    known = replace(SAMPLE.media[0], sha256="as the caller says", crc32=zlib.crc32(b"ding" * 1000))
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        at = archive.getinfo("0").header_offset
    for place in (8, 14, 18, 22, 30):  # method, checksum, packed and whole size, name
        damaged = bytearray(package)
        damaged[at + place] ^= 1
        damaged[at + 31] ^= 1  # the first byte of the content
        assert not holds(io.BytesIO(damaged), replace(SAMPLE, media=(known, *SAMPLE.media[1:])))
