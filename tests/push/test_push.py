"""Pushes into a real Anki backend, through a double of AnkiConnect."""

from __future__ import annotations

import pytest
from ankiconnect import IS_NEW, AnkiConnectDouble
from pushing import DAY, GEO, Pusher
from real_anki import Learner

from flashdeck.anki.read.study import Schedule, Study, read_studied
from flashdeck.anki.write.apkg import write_apkg
from flashdeck.diagnostics import FlashdeckError
from flashdeck.model import Card, Collection, Deck, Field, Note, NoteType, Template


@pytest.fixture
def double():
    with Learner() as learner:
        yield AnkiConnectDouble(learner)


@pytest.fixture
def pusher(project, double):
    project.write("cards/geo.yaml", GEO)
    with double.running() as port:
        yield Pusher(project, double, port)


@pytest.fixture
def pushed(pusher):
    """A deck that was pushed once, with a review of each card."""
    plan, different = pusher.push(first=True)
    assert (len(plan.new), different) == (4, [])
    pusher.study()
    pusher.project.now += DAY
    return pusher


def test_schedules_and_reviews_are_read_as_they_were_written(tmp_path):
    field, template = Field("Front"), Template("One", "{{Front}}", "{{Front}}")
    card = Card(0, "Deck", 0, 1_700_000_000_001)
    note = Note("guid", 7, ("text",), (), (card,), 1_700_000_000_000, 1_700_000_000)
    collection = Collection(
        (NoteType(7, "Type", (field,), (template,), mod=1),), (Deck("Deck"),), (note,)
    )
    number = card.id
    schedule = Schedule(number, 0, 9, 2, 2, 30, 12, 2500, 4, 1, 0, 0, 0, 3, '{"s":1.5}')
    reviews = ((1_700_000_000_500, number, -1, 3, 12, 6, 2500, 4000, 1),)
    study = Study(1_600_000_000, False, {number: schedule}, {number: reviews})
    path = tmp_path / "one.apkg"
    with path.open("wb") as stream:
        write_apkg(collection, stream, study=study)
    read, found = read_studied(path)
    assert read.notes == collection.notes
    assert found.schedules[number]._replace(deck=0) == schedule
    assert (found.created, found.reviews) == (study.created, study.reviews)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(FlashdeckError, match=r"one\.apkg can't be read"):
        read_studied(path)


def test_a_second_push_does_nothing(pushed):
    before = len(pushed.double.requests)
    plan, different = pushed.push()
    assert (plan.is_empty, different) == (True, [])
    writing = {"importPackage", "guiImportFile", "changeDeck", "deleteNotes", "createDeck"}
    assert not writing & {*pushed.double.requests[before:]}


def test_an_edit_arrives_and_what_the_learner_wrote_stays(pushed):
    learner = pushed.learner
    learner.add_tag("france000001", "mine")
    learner.edit("france000001", 2, "my own")
    pushed.project.replace("cards/geo.yaml", "a: Paris", "a: Paris!")
    plan, different = pushed.push()
    assert different == []
    (edit,) = plan.edits
    assert [(field.name, field.after) for field in edit.fields] == [("Answer", "Paris!")]
    note = learner.note("france000001")
    assert note.fields[1:3] == ("Paris!", "my own")
    assert note.tags == ("geo", "mine")
    assert [kept.why for kept in plan.kept] == ["you wrote Extra"]
    assert learner.review_log("france000001") == [4]
    assert pushed.push()[0].is_empty


def test_a_late_edit_arrives_though_an_import_would_skip_it(pushed):
    pushed.project.replace("cards/geo.yaml", "a: Paris", "a: Paris!")
    pushed.learner.touch("france000001", pushed.project.now + 10)
    (edit,) = pushed.push()[0].edits
    assert edit.late
    assert pushed.learner.note("france000001").fields[1] == "Paris!"


def test_what_both_changed_stays_unless_asked_and_is_named(pushed):
    pushed.learner.edit("france000001", 1, "my Paris")
    pushed.project.replace("cards/geo.yaml", "a: Paris", "a: Paris!")
    plan, different = pushed.push()
    (conflict,) = plan.conflicts
    assert conflict.conflicts[0][1:] == ("my Paris", "Paris!")
    assert (plan.is_empty, different) == (True, [])
    assert pushed.learner.note("france000001").fields[1] == "my Paris"
    # From now on only the learner has changed it.
    assert not pushed.push()[0].conflicts


def test_ours_decides_what_both_changed(pushed):
    pushed.learner.edit("france000001", 1, "my Paris")
    pushed.learner.edit("spain0000001", 1, "my Madrid")
    pushed.project.replace("cards/geo.yaml", "a: Paris", "a: Paris!")
    assert pushed.push(overwrite=True)[1] == []
    assert pushed.learner.note("france000001").fields[1] == "Paris!"
    assert pushed.learner.note("spain0000001").fields[1] == "my Madrid"


def test_tags_are_merged_one_by_one(pushed):
    learner, project = pushed.learner, pushed.project
    learner.add_tag("france000001", "mine")
    note = learner.collection.get_note(learner.note("spain0000001").id)
    note.tags = ["own"]  # without the deck's tag
    learner.collection.update_note(note)
    project.replace("cards/geo.yaml", "tags: [geo]", "tags: [geo, europe]")
    pushed.push()
    assert learner.note("france000001").tags == ("europe", "geo", "mine")
    assert learner.note("spain0000001").tags == ("europe", "own")
    project.now += DAY
    project.replace("cards/geo.yaml", "tags: [geo, europe]", "tags: [europe]")
    pushed.push()
    assert learner.note("france000001").tags == ("europe", "mine")


def test_a_moved_note_moves_and_one_that_the_learner_moved_stays(pushed):
    learner, project = pushed.learner, pushed.project
    learner.move("france000001", "My own")
    text = "id: {}{}}}"
    for guid in ("france000001", "spain0000001"):
        project.replace(
            "cards/geo.yaml", text.format(guid, ""), text.format(guid, ", deck: '::West'")
        )
    plan, different = pushed.push()
    assert different == []
    assert learner.card("spain0000001").deck == "Geo::West"
    assert learner.card("france000001").deck == "My own"
    assert [kept.why for kept in plan.kept] == ["you moved it to “My own”"]
    assert learner.review_log("spain0000001") == [4]
    assert pushed.push()[0].is_empty


def test_a_renamed_deck_keeps_its_cards_and_options(pushed):
    learner, project = pushed.learner, pushed.project
    decks = learner.collection.decks
    preset = decks.add_config_returning_id("Gentle")
    deck = decks.by_name("Geo")
    deck["conf"] = preset
    decks.save(deck)
    project.replace("cards/geo.yaml", "deck: Geo", "deck: Geography")
    plan, different = pushed.push()
    assert [rename[:2] for rename in plan.renames] == [("Geo", "Geography")]
    assert different == []
    assert learner.decks() == {"Default": 0, "Geography": 5}
    assert learner.collection.decks.by_name("Geography")["conf"] == preset
    assert pushed.push()[0].is_empty


def test_a_removed_note_is_deleted_unless_the_learner_wrote_in_it(pushed):
    learner, project = pushed.learner, pushed.project
    learner.edit("norway000001", 1, "Oslo, once Christiania")
    for line in ("Spain, a: Madrid, id: spain0000001", "Norway, a: Oslo, id: norway000001"):
        project.replace("cards/geo.yaml", f"  - {{q: {line}}}\n", "")
    plan, different = pushed.push(accept_removals=True)
    assert different == []
    assert [(one.note.guid, one.reviews) for one in plan.removals] == [("spain0000001", 1)]
    assert "spain0000001" not in learner.guids()
    assert learner.note("norway000001").fields[1] == "Oslo, once Christiania"
    assert pushed.push()[0].is_empty


def test_a_question_that_becomes_a_cloze_keeps_its_reviews(pushed):
    learner, project = pushed.learner, pushed.project
    before = learner.card("france000001")
    learner.add_tag("france000001", "mine")
    learner.flag("france000001", colour=2)
    project.replace(
        "cards/geo.yaml", "q: France, a: Paris, extra", 'cloze: "{{c1::Paris}}: France", extra'
    )
    plan, different = pushed.push()
    assert different == []
    ((kind),) = plan.kinds
    assert (kind.reviews, kind.left) == (1, 0)
    guid = kind.after.guid
    assert "france000001" not in learner.guids()
    after = learner.card(guid)
    assert after.history[:-1] == before.history[:-1]
    assert (after.flag == 2, kind.loses_flag) == (IS_NEW, not IS_NEW)
    assert learner.review_log(guid) == [4]
    assert learner.note(guid).tags == ("geo", "mine")
    assert pushed.push()[0].is_empty


def test_a_style_arrives_and_one_of_the_learner_stays(pushed):
    learner, project = pushed.learner, pushed.project
    types = learner.collection.models
    cloze = types.by_name("Geo Cloze")
    cloze["css"] += ".mine { color: red }"
    types.update_dict(cloze)
    project.write("flashdeck.yaml", project.read("flashdeck.yaml") + "css: '.card {color: teal}'\n")
    plan, different = pushed.push()
    assert different == []
    assert [one.name for one in plan.notetypes] == ["Geo Question"]
    assert [one.name for one in plan.kept_notetypes] == ["Geo Cloze"]
    assert "teal" in learner.notetype("Geo Question")["css"]
    assert ".mine" in learner.notetype("Geo Cloze")["css"]
    assert pushed.push()[0].is_empty


def test_a_cloze_that_vanished_leaves_an_empty_card_that_is_named(pushed):
    pushed.project.replace("cards/geo.yaml", "{{c2::Italy}}", "Italy")
    plan, different = pushed.push()
    assert different == []
    ((_, _, ordinals),) = plan.empty
    assert ordinals == (1,)
    assert pushed.learner.review_log("italy0000001", 1) == [4]


def test_a_default_import_of_the_same_and_the_next_package_has_no_conflict(pushed):
    pushed.project.replace("cards/geo.yaml", "a: Paris", "a: Paris!")
    pushed.push()
    assert pushed.learner.import_package(pushed.project.package)[1:] == (0, 4, 0)
    pushed.project.now += 20 * DAY
    pushed.project.replace("cards/geo.yaml", "a: Madrid", "a: Madrid!")
    pushed.project.built()
    imported = pushed.learner.import_package(pushed.project.package)
    assert (imported.new, imported.conflicting) == (0, 0)
    assert pushed.learner.note("spain0000001").fields[1] == "Madrid!"


def test_a_package_imported_by_hand_is_known_without_a_push(pusher):
    learner, project = pusher.learner, pusher.project
    project.built()
    learner.import_package(project.package)
    learner.touch("france000001", project.now + 2 * DAY)
    learner.edit("norway000001", 1, "Oslo, once Christiania")
    project.now += DAY
    for old, new in (("a: Paris", "a: Paris!"), ("a: Oslo", "a: Oslo!")):
        project.replace("cards/geo.yaml", old, new)
    plan, different = pusher.push()
    assert different == []
    assert [(edit.after.guid, edit.late) for edit in plan.edits] == [("france000001", True)]
    assert [edit.after.guid for edit in plan.conflicts] == ["norway000001"]


def test_a_field_that_the_learner_added_keeps_its_text(pushed):
    learner = pushed.learner
    models = learner.collection.models
    notetype = models.by_name("Geo Question")
    models.add_field(notetype, models.new_field("Mine"))
    models.update_dict(notetype)
    learner.edit("france000001", len(notetype["flds"]) - 1, "my own")
    pushed.project.replace("cards/geo.yaml", "a: Paris", "a: Paris!")
    assert pushed.push()[1] == []
    fields = learner.note("france000001").fields
    assert (fields[1], fields[-1]) == ("Paris!", "my own")
    assert learner.notetypes() & {"Geo Question+", "Geo Question-1"} == set()
    assert pushed.push()[0].is_empty


def test_notes_of_a_note_type_that_lacks_a_field_are_left_alone_and_named(pushed):
    models = pushed.learner.collection.models
    notetype = models.by_name("Geo Question")
    models.remove_field(notetype, notetype["flds"][2])
    models.update_dict(notetype)
    pushed.project.replace("cards/geo.yaml", "a: Paris", "a: Paris!")
    plan, different = pushed.push()
    assert different == []
    assert {one.why for one in plan.skipped} == {"its note type has other fields or cards in Anki"}
    assert pushed.learner.note("france000001").fields[1] == "Paris"


def test_a_card_in_a_filtered_deck_is_moved_later(pushed):
    collection = pushed.learner.collection
    filtered = collection.sched.get_or_create_filtered_deck(0)
    filtered.config.search_terms[0].search = "France"
    del filtered.config.search_terms[1:]
    filtered.config.reschedule = False
    number = collection.sched.add_or_update_filtered_deck(filtered).id
    pushed.project.replace("cards/geo.yaml", "deck: Geo", "deck: Geography")
    plan, different = pushed.push()
    assert different == []
    assert [move[:2] for move in plan.postponed] == [("Geo", "Geography")]
    assert pushed.push()[0].is_empty
    collection.sched.empty_filtered_deck(number)
    assert pushed.learner.card("france000001").deck == "Geo"
    assert pushed.push()[1] == []
    assert pushed.learner.card("france000001").deck == "Geography"
    assert "Geo" not in pushed.learner.decks()


def test_a_copy_that_the_learner_made_stays_as_it_is(pushed):
    pushed.learner.copy("france000001")
    (copy,) = (
        {*pushed.learner.guids()}
        - {f"{name}000001" for name in ("france", "norway")}
        - {
            "spain0000001",
            "italy0000001",
        }
    )
    pushed.project.replace("cards/geo.yaml", "a: Paris", "a: Paris!")
    assert pushed.push()[1] == []
    assert pushed.learner.note(copy).fields[1] == "Paris"
    assert pushed.learner.note("france000001").fields[1] == "Paris!"


def test_a_deleted_note_comes_back_only_as_new(pushed):
    pushed.learner.delete("france000001")
    plan, different = pushed.push()
    assert [note.guid for note in plan.new] == ["france000001"]
    assert different == []
