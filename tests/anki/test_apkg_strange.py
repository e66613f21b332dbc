"""Valid packages that other programs made."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import genanki
import pytest
from hostile import (
    BELL,
    DATABASE,
    MEMBERS,
    PACKAGE,
    SMALL,
    entry,
    newest,
    package,
    with_sql,
    zip64,
    zipped,
)

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.diagnostics import FlashdeckError
from flashdeck.limits import field_limit, set_limits
from flashdeck.model import Card, Deck, Field, Template

if TYPE_CHECKING:
    from pathlib import Path


def test_a_missing_package_is_reported(tmp_path: Path) -> None:
    with pytest.raises(FlashdeckError, match=r"gone\.apkg can't be opened: no such file"):
        read_apkg(tmp_path / "gone.apkg")


def test_the_newer_of_two_collections_is_read() -> None:
    assert read_apkg(io.BytesIO(package(c2=b"please update Anki", c21=DATABASE))) == SMALL


def test_meta_selects_the_collection() -> None:
    older = package(meta=b"\x08\x01", c21=b"", c21b=b"")
    assert read_apkg(io.BytesIO(older)) == SMALL


def test_a_package_in_the_newest_format_is_read() -> None:
    sound = newest(media=entry("bell.mp3", BELL, 4), files=(b"ding",))
    collection = read_apkg(io.BytesIO(sound))
    (capital,), (europe,), (paris,) = collection.notetypes, collection.decks, collection.notes
    assert (capital.name, capital.css, capital.mod) == ("Capital", ".card {}", 11)
    assert capital.fields == (
        Field("City", font="Arial", size=0),
        Field("Country", -4, font="", size=0),
    )
    assert capital.templates == (Template("Card 1", "{{City}}", "{{Country}}"),)
    assert europe == Deck("Geo::Europe", "*Capitals*", markdown=True)
    assert (paris.guid, paris.fields, paris.tags) == ("paris", ("Paris", "France"), ("geo",))
    assert paris.cards == (Card(0, "Geo::Europe", 3, 6),)
    with collection.media[0].open() as bell:
        assert bell.read() == b"ding"


def test_bytes_before_the_zip_file_are_ignored() -> None:
    assert read_apkg(io.BytesIO(b"#!/bin/sh\n" + PACKAGE)) == SMALL


def test_a_database_with_a_write_ahead_log_is_read_without_the_log() -> None:
    image = bytearray(DATABASE)
    image[18:20] = b"\x02\x02"
    assert read_apkg(io.BytesIO(package(c2=bytes(image)))) == SMALL


def test_compressed_members_are_read() -> None:
    compressed = zipped(*MEMBERS.items(), method=zipfile.ZIP_DEFLATED)
    assert read_apkg(io.BytesIO(compressed)) == SMALL


def test_a_package_without_a_media_list_has_no_media() -> None:
    assert read_apkg(io.BytesIO(zipped(("collection.anki2", DATABASE)))).media == ()


def test_the_default_deck_is_read_if_it_has_cards() -> None:
    decks = read_apkg(io.BytesIO(with_sql("UPDATE cards SET did = 1"))).decks
    assert [deck.name for deck in decks] == ["Default", "Spanish", "Spanish::Verbs", "日本語"]


def test_cards_are_in_order_of_their_ordinals_whatever_their_ids() -> None:
    turned = read_apkg(io.BytesIO(with_sql("UPDATE cards SET id = 9000000000000 - id")))
    assert [[card.ordinal for card in note.cards] for note in turned.notes[:2]] == [[0, 1], [0]]


def test_a_card_in_a_filtered_deck_belongs_to_its_home_deck() -> None:
    visiting = with_sql("UPDATE cards SET odid = did, did = 1")
    assert read_apkg(io.BytesIO(visiting)) == SMALL


def test_a_studied_card_has_no_position() -> None:
    studied = with_sql("UPDATE cards SET type = 2, due = 19000 WHERE ord = 0")
    cards = read_apkg(io.BytesIO(studied)).notes[0].cards
    assert [card.position for card in cards] == [0, 11]


def test_a_card_with_a_fractional_position_has_none() -> None:
    cards = read_apkg(io.BytesIO(with_sql("UPDATE cards SET due = 1.5"))).notes[0].cards
    assert [card.position for card in cards] == [0, 0]


def test_a_package_written_by_genanki_is_read(tmp_path: Path) -> None:
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


@pytest.mark.parametrize(
    "other", [b"", zipped(("media", b"{}")), zip64(70_000)], ids=["empty", "no media", "zip64"]
)
def test_media_of_a_package_that_was_replaced_are_not_opened(tmp_path, other):
    path = tmp_path / "spanish.apkg"
    path.write_bytes(PACKAGE)
    media, *_ = read_apkg(path).media
    path.write_bytes(other)
    with pytest.raises(FlashdeckError, match=r"spanish.apkg was changed while it was read"):
        media.open()


def test_a_field_that_is_too_long_is_an_error_with_its_note_and_how_to_read_it() -> None:
    text = "a" * (field_limit() + 1)
    data = with_sql(f"UPDATE notes SET flds = '{text}' || x'1f' || 'b'")
    with pytest.raises(FlashdeckError, match=r"a field of 4,194,305 characters, and 4,194,304 "):
        read_apkg(io.BytesIO(data))
    try:
        set_limits({"scalar": len(text)})
        assert text in read_apkg(io.BytesIO(data)).notes[0].fields
    finally:
        set_limits({})
