"""Note times, revisions and what becomes of removed notes (the rules of identity)."""

from __future__ import annotations

import pytest
from conftest import NOW

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.diagnostics import FlashdeckError
from flashdeck.project.lockfile import parse_lock
from flashdeck.release.result import Counts

DAY = 86_400


def notes(project, file="flask.apkg"):
    """Give the notes of a built package by the text of their first field."""
    collection = read_apkg(project.root / "build" / file)
    return {note.fields[0]: note for note in collection.notes}


def mods(project):
    return {text: note.mod for text, note in notes(project).items()}


@pytest.fixture
def built(two_notes):
    two_notes.built()
    return two_notes


def test_a_note_never_edited_keeps_the_time_of_its_first_build(built):
    before = mods(built)
    built.now += 10 * DAY
    built.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    built.built()
    cloze = next(text for text in before if "Werkzeug" in text)
    assert mods(built)[cloze] == before[cloze]


def test_an_edited_note_takes_the_time_of_the_build_that_brings_the_edit(built):
    built.now += 10 * DAY
    built.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    built.built()
    assert mods(built)["Who created Flask?"] == NOW + 10 * DAY


def test_tags_and_reverse_are_edits_but_deck_and_place_are_not(built):
    built.now += DAY
    built.replace("cards/flask.yaml", "deck: Flask\n", "deck: Flask::Basics\n")
    built.built()
    assert set(mods(built).values()) == {NOW}
    built.now += DAY
    built.replace("cards/flask.yaml", "tags: [web]", "tags: [web, python]")
    built.built()
    assert set(mods(built).values()) == {NOW + 2 * DAY}


@pytest.mark.parametrize(
    ("setting", "days"), [("", 60), ("resend_days: 90\n", 90), ("resend_days: 0\n", 0)]
)
def test_an_edited_note_is_sent_again_with_every_revision_for_some_days(two_notes, setting, days):
    two_notes.write("flashdeck.yaml", setting)
    two_notes.built()
    two_notes.now = edited = NOW + DAY
    two_notes.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    assert counts_of(two_notes).changed == 1
    last = edited
    for later in (10, 50, 61, 89, 100, 500):
        two_notes.now = edited + later * DAY
        two_notes.replace("cards/flask.yaml", "{{c1::", "{{c1::x")
        counts = counts_of(two_notes)
        expected = edited + min(later, days) * DAY
        assert mods(two_notes)["Who created Flask?"] == expected
        is_again = expected > last
        assert counts == Counts(changed=1, sent_again=is_again, unchanged=not is_again)
        last = expected


def counts_of(project):
    (package,) = project.built().packages
    return package.counts


def test_a_moved_note_can_be_sent_again(built):
    built.now += DAY
    built.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    built.built()
    built.now += DAY
    built.replace("cards/flask.yaml", "deck: Flask\n", "deck: Flask::Basics\n")
    assert counts_of(built) == Counts(moved=2, sent_again=1)


def test_other_resend_days_are_built(built):
    built.now += DAY
    built.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    built.built()
    edited, built.now = built.now, built.now + 10 * DAY
    built.replace("cards/flask.yaml", "{{c1::", "{{c1::x")
    built.built()
    assert mods(built)["Who created Flask?"] == edited + 10 * DAY
    built.replace("flashdeck.yaml", "id:", "resend_days: 5\nid:")
    built.built()
    assert mods(built)["Who created Flask?"] == edited + 5 * DAY


def test_an_edited_note_type_has_the_time_of_each_revision_for_as_long(built):
    def times():
        return {entry.mod for entry in read_apkg(built.package).notetypes}

    assert times() == {NOW}
    built.now += 10 * DAY
    built.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    built.built()
    assert times() == {NOW}
    built.now = styled = built.now + DAY
    built.replace("flashdeck.yaml", "id:", 'css: ".card { color: red; }"\nid:')
    built.built()
    assert times() == {styled}
    for later, expected in ((10, 10), (59, 59), (90, 60), (100, 60)):
        built.now = styled + later * DAY
        built.replace("cards/flask.yaml", "a: Armin", "a: Armin R.")
        built.built()
        assert times() == {styled + expected * DAY}


def test_an_edit_of_a_note_type_is_later_than_every_package(built):
    built.replace("flashdeck.yaml", "id:", 'css: ".card { color: red; }"\nid:')
    built.built()
    built.now += DAY
    built.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    built.built()
    before = {entry.mod for entry in read_apkg(built.package).notetypes}
    built.now -= DAY // 2
    built.replace("flashdeck.yaml", "red", "blue")
    built.built()
    assert min(entry.mod for entry in read_apkg(built.package).notetypes) > max(before)


def test_without_changes_nothing_is_written_again(built):
    package, lock = built.package.read_bytes(), built.read("flashdeck.lock")
    built.now += 100 * DAY
    result = built.built()
    assert built.package.read_bytes() == package
    assert built.read("flashdeck.lock") == lock
    assert result.packages[0].counts.unchanged == 2


def test_two_builds_in_one_second_still_count_as_two(built):
    built.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    built.built()
    first = mods(built)["Who created Flask?"]
    built.replace("cards/flask.yaml", "a: Armin", "a: Ronacher")
    built.built()
    assert mods(built)["Who created Flask?"] > first


def test_times_never_go_back_when_the_clock_does(built):
    built.now += DAY
    built.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    built.built()
    first = mods(built)["Who created Flask?"]
    built.now -= DAY // 2
    built.replace("cards/flask.yaml", "a: Armin", "a: Ronacher")
    built.built()
    assert mods(built)["Who created Flask?"] > first


def test_a_clock_more_than_a_day_behind_the_lock_is_an_error(built):
    built.now -= 2 * DAY
    with pytest.raises(FlashdeckError, match=r"days behind flashdeck\.lock"):
        built.build()


@pytest.mark.parametrize("now", [0, 1, 1_000_000])
def test_a_clock_that_was_never_set_is_an_error(two_notes, now):
    two_notes.now = now
    with pytest.raises(FlashdeckError, match="seconds since 1970"):
        two_notes.build()
    assert not two_notes.root.joinpath("flashdeck.lock").exists()


def test_ids_of_notes_and_cards_are_unique_and_never_ahead_of_the_clock(project):
    items = "".join(f"  - q: question {n}\n    a: x\n    reverse: true\n" for n in range(500))
    project.write("cards/many.yaml", f"deck: Flask\nnotes:\n{items}")
    project.built()
    released = notes(project).values()
    card_ids = [card.id for note in released for card in note.cards]
    assert len(set(card_ids)) == len(card_ids) == 1000
    assert len({note.id for note in released}) == 500
    assert max(*card_ids, *(note.id for note in released)) <= NOW * 1000
    by_place = sorted(released, key=lambda note: note.cards[0].position)
    assert [note.id for note in by_place] == sorted(note.id for note in released)


def test_a_card_that_is_added_takes_no_other_cards_id(built):
    before = {card.id for note in notes(built).values() for card in note.cards}
    built.now += DAY
    built.replace("cards/flask.yaml", "a: Armin Ronacher", "a: Armin Ronacher\n    reverse: true")
    built.built()
    after = {card.id for note in notes(built).values() for card in note.cards}
    assert before < after


def test_positions_leave_gaps_and_follow_the_source(built):
    order = [note.cards[0].position for note in notes(built).values()]
    assert order == [10, 20]


def test_a_removed_note_stays_as_an_empty_one_without_cards(built):
    guid = notes(built)["Who created Flask?"].guid
    built.now += DAY
    source = built.read("cards/flask.yaml")
    start, end = source.index("  - q: Who"), source.index("  - cloze:")
    built.write("cards/flask.yaml", source[:start] + source[end:])
    result = built.built()
    stone = notes(built)[""]
    assert (stone.guid, stone.cards, stone.tags) == (guid, (), ("flashdeck::removed",))
    assert stone.mod == NOW + DAY
    counts = result.packages[0].counts
    assert (counts.removed, counts.tombstones, result.packages[0].notes) == (1, 1, 1)

    built.now += DAY
    built.write("cards/flask.yaml", source)
    built.built()
    restored = notes(built)["Who created Flask?"]
    assert (restored.guid, restored.mod) == (guid, NOW + 2 * DAY)


def test_an_empty_note_is_dropped_after_180_days_together_with_another_change(built):
    source = built.read("cards/flask.yaml")
    built.write("cards/flask.yaml", source[: source.index("  - cloze:")])
    built.now += DAY
    built.built()
    built.now += 180 * DAY
    built.replace("cards/flask.yaml", "Armin Ronacher", "Ronacher")
    built.built()
    assert "" in notes(built)
    built.now += 365 * DAY
    built.built()
    assert "" in notes(built)
    built.replace("cards/flask.yaml", "Ronacher", "Armin")
    built.built()
    assert list(notes(built)) == ["Who created Flask?"]


def test_when_a_fifth_of_a_package_vanishes_the_build_stops(project):
    def deck(count):
        items = "".join(f"  - q: question {n}\n    a: x\n    id: id-{n:08}\n" for n in range(count))
        project.write("cards/many.yaml", f"deck: Flask\nnotes:\n{items}")

    deck(50)
    project.built()
    package = project.package.read_bytes()
    deck(39)
    project.now += DAY
    (problem,) = project.build().diagnostics
    assert problem.rule == "many-removals"
    assert project.check() == [problem]
    assert problem.message == (
        "11 of 50 notes of flask.apkg are gone from the sources: 'question 39', 'question 40', "
        "'question 41', 'question 42', 'question 43', …"
    )
    assert project.package.read_bytes() == package
    (project.root / "build/flask.apkg").rename(project.root / "moved")
    (problem,) = project.build().diagnostics
    assert "'id-00000039', 'id-00000040'" in problem.message
    (project.root / "moved").rename(project.root / "build/flask.apkg")
    project.write("flashdeck.yaml", project.read("flashdeck.yaml") + "removed: keep\n")
    assert project.check() == []
    project.replace("flashdeck.yaml", "removed: keep", "removed: empty")
    project.built(accept_removals=True)
    assert project.check() == []
    assert len(notes(project)) == 40  # the empty ones all have the same, empty text


def test_a_note_that_moves_to_another_package_is_not_removed(built):
    guid = notes(built)["Who created Flask?"].guid
    built.replace("cards/flask.yaml", "a: Armin Ronacher", "a: Armin Ronacher\n    deck: Python")
    built.now += DAY
    result = built.built()
    assert notes(built, "python.apkg")["Who created Flask?"].guid == guid
    assert "" not in notes(built)
    assert [package.counts.removed for package in result.packages] == [0, 0]


def test_removed_notes_may_be_kept_as_they_are(built):
    built.replace("flashdeck.yaml", "name:", "removed: keep\nname:")
    source = built.read("cards/flask.yaml")
    built.write("cards/flask.yaml", source[: source.index("  - cloze:")])
    built.now += DAY
    (package,) = built.built().packages
    assert (package.counts.tombstones, list(notes(built))) == (0, ["Who created Flask?"])
    before = built.read("flashdeck.lock")
    built.write("cards/flask.yaml", source)
    built.now += DAY
    built.built()
    assert len(mods(built)) == 2
    assert NOW in mods(built).values()  # what came back unchanged is no edit
    assert before != built.read("flashdeck.lock")


def test_a_changed_kind_makes_a_new_note_and_empties_the_old(built):
    guid = notes(built)["Who created Flask?"].guid
    built.replace(
        "cards/flask.yaml", "q: Who created Flask?", "cloze: '{{c1::Who}} created Flask?'"
    )
    built.replace("cards/flask.yaml", "    a: Armin Ronacher\n", "")
    built.now += DAY
    result = built.built()
    assert [problem.rule for problem in result.diagnostics] == ["changed-kind"]
    released = notes(built)
    assert released[""].guid == guid
    fresh = released["{{c1::Who}} created Flask?"].guid
    assert fresh != guid
    assert f"id: {fresh}" in built.read("cards/flask.yaml")
    assert guid not in built.read("cards/flask.yaml")


def entries(project):
    return parse_lock("flashdeck.lock", project.read("flashdeck.lock"))[0].notes


def test_the_lock_remembers_the_versions_that_learners_may_have(built):
    guid = notes(built)["Who created Flask?"].guid
    first = entries(built)[guid]
    for old, new in (("Armin Ronacher", "Armin"), ("deck: Flask\n", "deck: Flask::Basics\n")):
        built.now += DAY
        built.replace("cards/flask.yaml", old, new)
        built.built()
    entry = entries(built)[guid]
    assert (first.earlier, len(entry.earlier)) == ((), 2)
    assert entry.earlier[-1] == first.version
    built.replace(
        "cards/flask.yaml", f"  - q: Who created Flask?\n    a: Armin\n    id: {guid}", ""
    )
    built.now += DAY
    built.built()
    assert entries(built)[guid].earlier[0] == entry.version


def test_a_lock_without_versions_changes_only_in_the_lines_of_edited_notes(built):
    lines = [line.partition("\ttags=")[0] for line in built.read("flashdeck.lock").splitlines()]
    old = "\n".join(lines).replace("format\t3", "format\t2") + "\n"
    built.write("flashdeck.lock", old)
    built.built(frozen=True)
    built.now += DAY
    built.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    built.built()
    changed = {*built.read("flashdeck.lock").splitlines()} - {*old.splitlines()}
    guid = notes(built)["Who created Flask?"].guid
    assert {line.split("\t")[0] for line in changed} == {"format", "note", "package"}
    assert [line.split("\t")[1] for line in changed if line.startswith("note")] == [guid]


def test_the_lock_links_a_note_of_another_kind_to_the_one_it_replaces(built):
    old = notes(built)["Who created Flask?"].guid
    built.replace("cards/flask.yaml", "q: Who created Flask?", "cloze: '{{c1::Who}} made Flask?'")
    built.replace("cards/flask.yaml", "    a: Armin Ronacher\n", "")
    built.built()
    fresh = notes(built)["{{c1::Who}} made Flask?"].guid
    assert entries(built)[fresh].was == old
    built.replace("cards/flask.yaml", "made Flask", "created Flask")
    built.now += DAY
    built.built()
    assert entries(built)[fresh].was == old


def test_a_lost_lock_keeps_every_id(built):
    before = {note.guid for note in notes(built).values()}
    built.root.joinpath("flashdeck.lock").unlink()
    built.now += DAY
    built.built()
    assert {note.guid for note in notes(built).values()} == before
