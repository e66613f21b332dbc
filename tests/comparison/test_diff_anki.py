"""Manual steps for learners, run in real Anki."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import ProjectFolder
from real_anki import Learner
from spanish import CLOZE, QUESTION, question

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.anki.write.apkg import apkg_bytes
from flashdeck.comparison.advice import Advice, When, advise
from flashdeck.comparison.changes import Changes, Entry
from flashdeck.comparison.compare import diff
from flashdeck.comparison.search import deck_search, note_searches
from flashdeck.comparison.versions import read_built, read_sources
from flashdeck.model import Card, Collection, Deck, Field, Note

ODD = (
    "plain",
    'a "quoted" word',
    "a*b",
    "a_b",
    "axb",
    "x:y",
    "re:abc",
    "nc:abc",
    "back\\slash",
    "end\\",
    "<b>html</b> &amp; &lt;",
    "(in) -minus or",
    "line\nbreak\ttab",
    "日本\u3000語 🌞",
    "long " * 60,
)
DECKS = ("A b", "A*", "A_c", "Axc", 'Q"x', "D-(1)", "re:x", "current", "Filtered", "日本::x", "b\\")


@pytest.fixture
def learner():
    with Learner() as one:
        yield one


def collection(*notes: Note, notetypes=(QUESTION, CLOZE)) -> Collection:
    used = {note.notetype for note in notes}
    decks = sorted({card.deck for note in notes for card in note.cards})
    return Collection(
        tuple(one for one in notetypes if one.id in used), tuple(map(Deck, decks)), notes
    )


@pytest.fixture
def take(learner, tmp_path):
    """Import a collection as a package."""

    def taken(one: Collection, **options):
        path = tmp_path / "taken.apkg"
        path.write_bytes(apkg_bytes(one))
        return learner.import_package(path, **options)

    return taken


def only(changes: Changes, rule: str) -> Advice:
    (step,) = (step for step in advise(changes) if step.rule == rule)
    return step


def found_notes(learner: Learner, advice: Advice) -> set[int]:
    return {
        note_id for search in advice.searches for note_id in learner.collection.find_notes(search)
    }


def found_cards(learner: Learner, advice: Advice) -> set[int]:
    return {
        card_id for search in advice.searches for card_id in learner.collection.find_cards(search)
    }


def test_a_note_is_found_by_whatever_its_first_field_holds(learner, take):
    notes = [question(at, text) for at, text in enumerate(ODD, 1)]
    take(collection(*notes))
    for note in notes:
        (search,) = note_searches([Entry(replace(note, id=0), QUESTION)])
        assert list(learner.collection.find_notes(search)) == [learner.note(note.guid).id], search


@pytest.mark.parametrize("name", ["Note", "Tag", "Fr_nt x", "re"])
def test_a_note_is_found_whatever_its_first_field_is_called(learner, take, name):
    notetype = replace(QUESTION, fields=(Field(name), *QUESTION.fields[1:]), templates=())
    notetype = replace(
        notetype, templates=(replace(QUESTION.templates[0], front="{{" + name + "}}"),)
    )
    one, other = question(1, "one", "first"), question(2, "two", "second")
    take(collection(one, other, notetypes=(notetype,)))
    (search,) = note_searches([Entry(replace(one, id=0), notetype)])
    assert list(learner.collection.find_notes(search)) == [learner.note("q1").id], search


@pytest.mark.parametrize("guid", ["f3k9x2m7qa8w", "a b", 'k"q;7[2^*_:\\', "re:x"])
def test_a_note_that_holds_its_id_is_found_by_it(learner, take, guid):
    notetype = replace(QUESTION, fields=(*QUESTION.fields[:2], Field("Id")))
    one = replace(question(1, "one", "a"), guid=guid, fields=("one", "a", guid))
    other = replace(question(2, "one", "a"), fields=("one", "a", "other"))
    take(collection(one, other, notetypes=(notetype,)))
    for entry in (Entry(one, notetype), Entry(replace(one, id=0), notetype)):
        (search,) = note_searches([entry])
        assert list(learner.collection.find_notes(search)) == [learner.note(guid).id], search
    learner.copy(guid)
    (search,) = note_searches([Entry(one, notetype)])
    assert list(learner.collection.find_notes(search)) == [learner.note(guid).id], search


def test_a_deck_is_found_whatever_its_name(learner, take):
    notes = [question(at, f"in {name}", deck=name) for at, name in enumerate(DECKS, 1)]
    take(collection(*notes))
    for note in notes:
        search = deck_search(note.cards[0].deck)
        assert list(learner.collection.find_cards(search)) == [learner.card(note.guid).id], search


def test_many_notes_are_found_by_several_searches(learner, take):
    notes = [question(at, f"text {at}") for at in range(1, 260)]
    take(collection(*notes))
    searches = note_searches([Entry(note, QUESTION) for note in notes], within='"deck:Spanish"')
    found = [one for search in searches for one in learner.collection.find_notes(search)]
    assert (len(searches), len(found), len(set(found))) == (3, 259, 259)


def test_a_note_is_found_by_its_number_and_a_copy_or_an_edit_does_not_matter(learner, take):
    one, other = question(1, "one", "a"), question(2, "two", "a")
    take(collection(one, other))
    learner.copy("q1")
    learner.edit("q1", 0, "my own words")
    (search,) = note_searches([Entry(one, QUESTION)])
    assert list(learner.collection.find_notes(search)) == [learner.note("q1").id], search


def test_a_note_with_another_number_in_a_later_package_is_found(learner, take):
    one = question(1, "one", "a", "1")
    new = replace(one, id=one.id + 7, fields=("one", "a", ""), cards=one.cards[:1], mod=one.mod + 9)
    before, after = collection(one), collection(new)
    take(before)
    take(after)
    found = found_cards(learner, only(diff(before, after), "empty-cards"))
    assert found == {learner.card("q1", 1).id}


def test_moved_cards_are_found_in_the_deck_where_they_stay(learner, take):
    one, other = question(1, "one", "a", "1", deck="A"), question(2, "two", deck="A")
    new = replace(one, cards=tuple(replace(card, deck="B") for card in one.cards))
    before, after = collection(one, other), collection(new, other)
    take(before)
    take(after)
    assert {card.deck for card in learner.cards("q1")} == {"A"}
    found = found_cards(learner, only(diff(before, after), "moved-notes"))
    assert found == {card.id for card in learner.cards("q1")}


def test_a_deck_renamed_beforehand_stays_in_one_piece(learner, take):
    one, two = question(1, "one", deck="A::x"), question(2, "two", deck="A::y")
    new = [
        replace(each, cards=(replace(each.cards[0], deck=deck),))
        for each, deck in ((one, "B::C::x"), (two, "B::C::y"))
    ]
    before, after = collection(one, two), collection(*new)
    (rename,) = diff(before, after).decks_renamed
    take(before)
    assert found_cards(learner, only(diff(before, after), "renamed-deck")) == {
        learner.card("q1").id,
        learner.card("q2").id,
    }
    learner.rename_deck(rename.old, rename.new)
    take(after)
    assert [learner.card(guid).deck for guid in ("q1", "q2")] == ["B::C::x", "B::C::y"]
    assert not {name for name in learner.decks() if name.startswith("A")}


def test_notes_of_another_type_arrive_once_the_old_ones_are_deleted(learner, take):
    one, other = question(1, "one"), question(2, "two")
    new = replace(one, notetype=CLOZE.id, fields=("{{c1::one}}", ""), mod=one.mod + 9)
    before, after = collection(one, other), collection(new, other)
    take(before)
    assert take(after).conflicting == 1
    found = found_notes(learner, only(diff(before, after), "retyped-notes"))
    assert found == {learner.note("q1").id}
    learner.collection.remove_notes(list(found))
    assert take(after).new == 1
    assert learner.note("q1").fields == ("{{c1::one}}", "")


NOTES_FIELD = Field("Note", id=999)


@pytest.mark.parametrize(
    "notetype",
    [
        replace(QUESTION, fields=(*QUESTION.fields, NOTES_FIELD)),
        replace(QUESTION, fields=QUESTION.fields[:2], templates=QUESTION.templates[:1]),
        replace(QUESTION, fields=(QUESTION.fields[1], QUESTION.fields[0], QUESTION.fields[2])),
        replace(QUESTION, sort=1),
    ],
    ids=["added", "removed", "reordered", "sorted"],
)
def test_a_refused_note_type_passes_with_the_options_that_are_named(learner, take, notetype):
    old = question(1, "one", "a")
    values = {"Question": "edited", "Answer": "a", "Note": "new"}
    new = replace(
        old, fields=tuple(values.get(one.name, "") for one in notetype.fields), mod=old.mod + 50
    )
    notetype = replace(notetype, mod=old.mod + 50)
    before, after = collection(old), collection(new, notetypes=(notetype,))
    assert only(diff(before, after), "changed-note-type").when is When.IMPORTING
    take(before)
    learner.answer("q1")
    assert take(after).updated == 0
    assert take(after, merge=True, notes="always", notetypes="always").updated == 1
    names = [one["name"] for one in learner.notetype(learner.note("q1").notetype)["flds"]]
    assert dict(zip(names, learner.note("q1").fields, strict=True))["Question"] == "edited"
    assert learner.review_log("q1") == [3]


def test_a_field_renamed_by_its_id_needs_nothing_but_changes_a_front(take):
    old = question(1, "one", "a")
    front = replace(QUESTION.fields[0], name="Front")
    notetype = replace(
        QUESTION,
        fields=(front, *QUESTION.fields[1:]),
        templates=(replace(QUESTION.templates[0], front="{{Front}}"), QUESTION.templates[1]),
        mod=QUESTION.mod + 50,
    )
    new = replace(old, fields=("edited", "a", ""), mod=old.mod + 50)
    before, after = collection(old), collection(new, notetypes=(notetype,))
    assert [step.rule for step in advise(diff(before, after))] == ["doubled-cards"]
    take(before)
    assert take(after).updated == 1


def test_renumbered_clozes_are_found_by_their_cards(learner, take):
    def gaps(text: str, mod: int) -> Note:
        cards = tuple(Card(at, "Spanish", 10, 1_600_000_000_010 + at) for at in range(3))
        return Note("c", CLOZE.id, (text, ""), (), cards, 1_600_000_000_001, mod)

    before = collection(gaps("{{c1::a}} {{c2::b}} {{c3::c}}", 1_600_000_000))
    after = collection(gaps("{{c2::a}} {{c1::b}} {{c3::c}}", 1_600_000_050))
    take(before)
    take(after)
    found = found_cards(learner, only(diff(before, after), "renumbered-clozes"))
    assert found == {learner.card("c", 0).id, learner.card("c", 1).id}


def test_empty_cards_deletes_the_reported_cards(two_notes: ProjectFolder, learner):
    two_notes.write(
        "cards/more.yaml", "deck: More\nnotes:\n  - {q: both, a: ways, reverse: true}\n"
    )
    two_notes.built()
    for path in (two_notes.root / "build").glob("*.apkg"):
        learner.import_package(path)
    before = read_built(two_notes.root)
    source = two_notes.read("cards/flask.yaml")
    start = source.index("  - q: Who")
    two_notes.write("cards/flask.yaml", source[:start] + source[source.index("  - cloze") :])
    two_notes.replace("cards/flask.yaml", "{{c2::Jinja2}}", "Jinja2")
    two_notes.replace("cards/more.yaml", ", reverse: true", "")
    after = read_sources(two_notes.root)
    advice = only(
        diff(before.collection, after.collection, empties_removed=after.empties_removed),
        "empty-cards",
    )
    assert "1 removed note and 2 cards that their notes no longer make" in advice.words
    two_notes.now += 100
    for package in two_notes.built().packages:
        learner.import_package(package.path)
    empty = {card for entry in learner.empty_cards() for card in entry.cards}
    assert len(empty) == 3
    assert found_cards(learner, advice) == empty


def test_what_a_build_ships_is_what_was_compared(two_notes: ProjectFolder):
    two_notes.built()
    package = read_apkg(two_notes.package)
    two_notes.now += 100
    two_notes.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    sources = read_sources(two_notes.root).collection
    two_notes.built()
    expected, shipped = diff(package, sources), diff(package, read_apkg(two_notes.package))
    assert len(shipped.changed) == len(expected.changed) == 1
    assert not diff(read_apkg(two_notes.package), sources)
