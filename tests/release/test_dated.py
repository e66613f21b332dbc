"""Decks that are made in code: they get what a package needs, and edits reach learners."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from conftest import NOW
from hypothesis import given
from made_collections import SAMPLE, collections
from real_anki import Learner

from flashdeck import Collection, Field, NoteType, Template, dated, new_note, read_apkg, write_apkg

DAY = 86_400
COUNTRY = NoteType(
    id=1_500_000_000_000,
    name="Country",
    fields=(Field("Country", id=1), Field("Capital", id=2)),
    templates=(
        Template("Capital", "{{Country}}", "{{Capital}}", id=1),
        Template("Country", "{{#Capital}}{{Capital}}{{/Capital}}", "{{Country}}", id=2),
    ),
)


def countries(now=NOW, before=None, **capitals):
    notes = tuple(
        new_note(
            COUNTRY, {"Country": name, "Capital": capital}, guid=f"the country {name}", deck="World"
        )
        for name, capital in capitals.items()
    )
    return dated(Collection((COUNTRY,), notes=notes), now, before)


@pytest.fixture
def learner(tmp_path):
    with Learner() as learner:

        def imported(collection):
            path = tmp_path / "deck.apkg"
            with path.open("wb") as file:
                write_apkg(collection, file)
            return learner.import_package(path)

        learner.imported = imported
        yield learner


def undated(collection):
    notes = tuple(
        replace(
            note, id=0, mod=0, cards=tuple(replace(card, id=0, position=0) for card in note.cards)
        )
        for note in collection.notes
    )
    notetypes = tuple(replace(notetype, mod=0) for notetype in reversed(collection.notetypes))
    return replace(
        collection, notetypes=notetypes, decks=(), notes=notes, media=collection.media[::-1]
    )


@given(collections())
def test_missing_ids_and_times_are_added(collection):
    made = dated(undated(collection), NOW)
    out = io.BytesIO()
    write_apkg(made, out)
    assert read_apkg(out) == made


def test_existing_ids_and_times_are_kept():
    def known(collection):
        return [(note.id, note.mod, [card.id for card in note.cards]) for note in collection.notes]

    made = dated(SAMPLE, NOW)
    assert known(made) == known(SAMPLE)
    assert replace(made, notes=()) == replace(SAMPLE, notes=())


def test_a_second_version_without_edits_is_equal_to_the_first():
    first = countries(France="Paris", Chile="Santiago")
    assert countries(NOW + DAY, first, France="Paris", Chile="Santiago") == first


def test_only_what_was_edited_is_new_to_anki(learner):
    first = countries(France="Paris", Chile="San", Spain="Madrid")
    assert learner.imported(first) == (3, 0, 0, 0)
    for guid in learner.guids():
        learner.answer(guid)
        learner.add_tag(guid, "mine")
        learner.touch(guid, NOW + 60)
    second = countries(NOW + DAY, first, France="Paris", Chile="Santiago", Peru="Lima")
    assert learner.imported(second) == (1, 1, 1, 0)
    assert learner.note("the country Chile").fields == ("Chile", "Santiago")
    assert "mine" in learner.note("the country France").tags
    assert all(
        learner.review_log(f"the country {country}") for country in ("France", "Chile", "Spain")
    )


def test_a_later_card_is_adjacent_to_its_notes_others(learner):
    first = countries(France="Paris", Chile="")
    learner.imported(first)
    second = countries(NOW + DAY, first, France="Paris", Chile="Santiago")
    assert learner.imported(second) == (0, 1, 1, 0)
    assert len(learner.cards("the country Chile")) == 2
    ids = [card.id for card in second.notes[1].cards]
    assert ids == [first.notes[1].cards[0].id, first.notes[1].cards[0].id + 1]


def test_an_edit_is_newer_than_the_version_before_even_on_a_slow_clock():
    first = countries(France="Paris")
    second = countries(NOW - DAY, first, France="Paris?")
    assert second.notes[0].mod > first.notes[0].mod


@pytest.mark.parametrize("now", [0, -5, NOW * 1000])
def test_a_time_that_is_not_in_seconds_is_refused(now):
    with pytest.raises(ValueError, match="seconds since 1970"):
        dated(SAMPLE, now)


def test_a_field_that_the_note_type_does_not_have_is_refused():
    with pytest.raises(ValueError, match="'Country' has no field 'Flag'"):
        new_note(COUNTRY, {"Flag": "x"}, guid="the country France", deck="World")
