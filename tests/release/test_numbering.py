"""Ids of notes and cards: blocks that never overlap, and that stay where they are."""

from __future__ import annotations

from itertools import pairwise

from conftest import NOW
from hypothesis import given
from hypothesis import strategies as st
from lock_entries import note

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.project.lockfile import parse_lock
from flashdeck.release.numbering import BLOCK, EARLIEST, Numbers, latest_id, numbers

DAY = 86_400
START = NOW * 1000
# Close together, so that many meet.
ids = st.integers(START - 2000, START) | st.integers(1, 2000)
entries = st.lists(
    st.builds(
        lambda note_id, block: (note_id, note_id if block is None else block), ids, st.none() | ids
    ),
    max_size=30,
).map(
    lambda pairs: [
        note(f"note{number:02}", note_id=note_id, card_block=block)
        for number, (note_id, block) in enumerate(pairs)
    ]
)
new = st.integers(0, 20).map(lambda count: [f"new{number:02}" for number in range(count)])


def gaps(places):
    ordered = sorted(places)
    return [after - before for before, after in pairwise(ordered)]


@given(entries, new)
def test_no_two_blocks_overlap_and_all_ids_are_unique(known, fresh):
    found = numbers(known, fresh, NOW)
    assert set(found) == {one.id for one in known} | set(fresh)
    assert all(gap >= BLOCK for gap in gaps(one.card_block for one in found.values()))
    assert len({one.note_id for one in found.values()}) == len(found)


@given(entries, new)
def test_a_new_note_is_a_block_away_from_every_id_and_never_ahead_of_the_clock(known, fresh):
    found = numbers(known, fresh, NOW)
    places = {place for one in known for place in found[one.id]}
    for guid in fresh:
        assert found[guid].note_id == found[guid].card_block <= latest_id(NOW)
        assert all(abs(found[guid].note_id - place) >= BLOCK for place in places)


@given(entries, new)
def test_assigned_numbers_are_kept(known, fresh):
    found = numbers(known, fresh, NOW)
    after = [
        note(guid, note_id=one.note_id, card_block=one.card_block) for guid, one in found.items()
    ]
    assert numbers(after, [], NOW + DAY) == found
    assert {
        guid: one for guid, one in numbers(after, ["later"], NOW + DAY).items() if guid != "later"
    } == found


@given(st.lists(ids, unique=True, max_size=30))
def test_ids_of_notes_stay(note_ids):
    known = [note(f"note{number:02}", note_id=note_id) for number, note_id in enumerate(note_ids)]
    found = numbers(known, ["new"], NOW)
    assert [found[one.id].note_id for one in known] == note_ids


def test_new_notes_stand_in_their_order_and_end_just_before_now():
    found = numbers([], ["a", "b", "c"], NOW)
    assert [found[guid].note_id for guid in "abc"] == [
        START - 3 * 512,
        START - 2 * 512,
        START - 512,
    ]


def test_of_notes_that_were_numbered_without_gaps_all_but_the_first_get_other_blocks():
    known = [note(name, note_id=START + place) for place, name in enumerate("abc")]
    found = numbers(known, [], NOW + DAY)
    assert found == {
        "a": Numbers(START, START),
        "b": Numbers(START + 1, START - 2 * 512),
        "c": Numbers(START + 2, START - 512),
    }


def test_after_a_merge_the_later_notes_block_moves_by_id_where_both_are_as_early():
    one, other = note("bbbb", note_id=START), note("aaaa", note_id=START + 511)
    assert numbers([one, other], [], NOW + DAY) == {
        "bbbb": Numbers(START, START),
        "aaaa": Numbers(START + 511, START - 512),
    }
    same = note("aaaa", note_id=START)
    assert numbers([one, same], [], NOW + DAY) == {
        "aaaa": Numbers(START, START),
        "bbbb": Numbers(START - 1, START - 512),
    }


def test_blocks_of_notes_with_tiny_ids_move_to_the_present():
    known = [note(name, note_id=place) for place, name in enumerate("abc", 1)]
    found = numbers(known, [], NOW)
    assert [found[name].note_id for name in "abc"] == [1, 2, 3]
    moved = [found[name].card_block for name in "bc"]
    assert all(EARLIEST * 1000 < block <= latest_id(NOW) for block in moved)


def cards(project):
    collection = read_apkg(project.root / "build/flask.apkg")
    return {
        one.fields[0]: (one.id, {card.ordinal: card.id for card in one.cards})
        for one in collection.notes
    }


def test_a_card_has_its_notes_id_and_ordinal_also_one_that_comes_later(two_notes):
    two_notes.built()
    first, _ = cards(two_notes)["Who created Flask?"]
    two_notes.now += DAY
    two_notes.replace(
        "cards/flask.yaml", "a: Armin Ronacher\n", "a: Armin Ronacher\n    reverse: true\n"
    )
    two_notes.built()
    assert cards(two_notes)["Who created Flask?"] == (first, {0: first, 1: first + 1})


def test_an_older_lock_keeps_its_ids_and_the_lock_records_where_cards_moved(two_notes):
    two_notes.built()
    lock = two_notes.read("flashdeck.lock").splitlines()
    lines = []
    for number, line in enumerate(one for one in lock if one.startswith("note\t")):
        parts = line.split("\t")
        lines.append("\t".join([*parts[:8], str(START - number), "-", "-"]))
    two_notes.write("flashdeck.lock", "\n".join(["format\t1", *lines, ""]))
    two_notes.now += DAY
    two_notes.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    two_notes.built()
    found = cards(two_notes).values()
    assert sorted(note_id for note_id, _ in found) == [START - 1, START]
    blocks = sorted(cards[0] for _, cards in found)
    assert blocks == [START - 513, START - 1]
    entries = parse_lock("flashdeck.lock", two_notes.read("flashdeck.lock"))[0].notes.values()
    assert sorted(one.card_block for one in entries) == blocks
