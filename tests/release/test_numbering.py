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
    result = numbers(known, fresh, NOW)
    assert set(result) == {entry.id for entry in known} | set(fresh)
    assert all(gap >= BLOCK for gap in gaps(assigned.card_block for assigned in result.values()))
    assert len({assigned.note_id for assigned in result.values()}) == len(result)


@given(entries, new)
def test_a_new_note_is_a_block_away_from_every_id_and_never_ahead_of_the_clock(known, fresh):
    result = numbers(known, fresh, NOW)
    places = {place for entry in known for place in result[entry.id]}
    for guid in fresh:
        assert result[guid].note_id == result[guid].card_block <= latest_id(NOW)
        assert all(abs(result[guid].note_id - place) >= BLOCK for place in places)


@given(entries, new)
def test_assigned_numbers_are_kept(known, fresh):
    result = numbers(known, fresh, NOW)
    after = [
        note(guid, note_id=assigned.note_id, card_block=assigned.card_block)
        for guid, assigned in result.items()
    ]
    assert numbers(after, [], NOW + DAY) == result
    assert {
        guid: assigned
        for guid, assigned in numbers(after, ["later"], NOW + DAY).items()
        if guid != "later"
    } == result


@given(st.lists(ids, unique=True, max_size=30))
def test_ids_of_notes_stay(note_ids):
    known = [note(f"note{number:02}", note_id=note_id) for number, note_id in enumerate(note_ids)]
    result = numbers(known, ["new"], NOW)
    assert [result[entry.id].note_id for entry in known] == note_ids


def test_new_notes_stand_in_their_order_and_end_just_before_now():
    result = numbers([], ["a", "b", "c"], NOW)
    assert [result[guid].note_id for guid in "abc"] == [
        START - 3 * 512,
        START - 2 * 512,
        START - 512,
    ]


def test_of_notes_that_were_numbered_without_gaps_all_but_the_first_get_other_blocks():
    known = [note(name, note_id=START + place) for place, name in enumerate("abc")]
    result = numbers(known, [], NOW + DAY)
    assert result == {
        "a": Numbers(START, START),
        "b": Numbers(START + 1, START - 2 * 512),
        "c": Numbers(START + 2, START - 512),
    }


def test_after_a_merge_the_later_notes_block_moves_by_id_where_both_are_as_early():
    first, other = note("bbbb", note_id=START), note("aaaa", note_id=START + 511)
    assert numbers([first, other], [], NOW + DAY) == {
        "bbbb": Numbers(START, START),
        "aaaa": Numbers(START + 511, START - 512),
    }
    same = note("aaaa", note_id=START)
    assert numbers([first, same], [], NOW + DAY) == {
        "aaaa": Numbers(START, START),
        "bbbb": Numbers(START - 1, START - 512),
    }


def test_blocks_of_notes_with_tiny_ids_move_to_the_present():
    known = [note(name, note_id=place) for place, name in enumerate("abc", 1)]
    result = numbers(known, [], NOW)
    assert [result[name].note_id for name in "abc"] == [1, 2, 3]
    moved = [result[name].card_block for name in "bc"]
    assert all(EARLIEST * 1000 < block <= latest_id(NOW) for block in moved)


def cards(project):
    collection = read_apkg(project.root / "build/flask.apkg")
    return {
        released.fields[0]: (released.id, {card.ordinal: card.id for card in released.cards})
        for released in collection.notes
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
    for number, line in enumerate(row for row in lock if row.startswith("note\t")):
        parts = line.split("\t")
        lines.append("\t".join([*parts[:8], str(START - number), "-", "-"]))
    two_notes.write("flashdeck.lock", "\n".join(["format\t1", *lines, ""]))
    two_notes.now += DAY
    two_notes.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    two_notes.built()
    numbered = cards(two_notes).values()
    assert sorted(note_id for note_id, _ in numbered) == [START - 1, START]
    blocks = sorted(cards[0] for _, cards in numbered)
    assert blocks == [START - 513, START - 1]
    entries = parse_lock("flashdeck.lock", two_notes.read("flashdeck.lock"))[0].notes.values()
    assert sorted(entry.card_block for entry in entries) == blocks
