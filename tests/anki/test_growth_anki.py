"""Note types that grow: later fields and templates reach learners of the real Anki."""

from __future__ import annotations

import shutil

import pytest
from growing import DAY, FLAG, FRANCE, KIND, SPAIN, add_anthem, add_flag, begin, later
from real_anki import Imported, Learner

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.rendered_cards import cards


@pytest.fixture
def world(project):
    return begin(project)


@pytest.fixture
def learner():
    with Learner() as learner:
        yield learner


def test_a_new_note_type_has_reserves_that_make_no_cards(world, learner):
    built = world.built()
    assert [problem.rule for problem in built.diagnostics] == []
    assert learner.import_package(world.package) == Imported(2)
    kind = learner.notetype("Country")
    names = [field["name"] for field in kind["flds"]]
    assert names == ["Country", "Capital", "Region", "Extra 1", "Extra 2", "Card 3 on"]
    spare = kind["flds"][3]
    hidden = spare["collapsed"], spare["excludeFromSearch"], spare["preventDeletion"]
    assert hidden == (True, True, True)
    assert "don't delete" in spare["description"]
    assert [part["name"] for part in kind["tmpls"]][2:] == ["Card 3"]
    assert [card.ordinal for card in learner.cards(FRANCE)] == [0, 1]
    assert learner.empty_cards() == []
    assert learner.check_database() == ""
    assert learner.card_count() == 4


def test_two_fields_and_a_card_reach_learners_in_two_releases(world, learner):
    world.built()
    learner.import_package(world.package)
    for guid in (FRANCE, SPAIN):
        for ordinal in (0, 1):
            learner.answer(guid, ordinal)
        learner.add_tag(guid, "mine")
        learner.touch(guid, world.now + 1)
    learner.optimize()
    before, schema = learner.cards(FRANCE), learner.schema_time()
    flag, template = add_flag(world)
    assert "'Flag' is 'Extra 1' in Anki" in flag
    assert "which has 1 field and 0 cards left" in flag
    assert "'Flag → Country' is 'Card 3' in Anki" in template
    assert learner.import_package(world.package) == Imported(0, updated=1, duplicate=1)
    learner.optimize()
    ((_, anthem),) = add_anthem(world)
    assert "0 fields and 0 cards left" in anthem
    assert learner.import_package(world.package).conflicting == 0
    france = learner.note(FRANCE)
    assert france.fields == ("France", "Paris", "Europe", "tricolore", "", "")
    assert learner.note(SPAIN).fields[4] == "Marcha"
    assert learner.cards(FRANCE)[:2] == before
    assert [card.ordinal for card in learner.cards(FRANCE)] == [0, 1, 2]
    assert [card.ordinal for card in learner.cards(SPAIN)] == [0, 1]
    assert learner.render(FRANCE, 2).question == "tricolore"
    assert learner.render(SPAIN).answer == "Spain<hr id=answer>Madrid Marcha"
    assert all(learner.review_log(guid, at) == [3] for guid in (FRANCE, SPAIN) for at in (0, 1))
    assert learner.schema_time() == schema
    assert learner.notetypes() & {"Country+", "Country++"} == set()
    assert learner.doubled_cards() == learner.empty_cards() == []
    assert learner.check_database() == ""
    assert later(world) == []


def test_a_template_alone_leaves_notes_and_learners_tags_alone(world, learner):
    world.built()
    learner.import_package(world.package)
    learner.add_tag(FRANCE, "mine")
    later(world, (KIND, "templates:\n", "templates:\n" + FLAG.replace("Flag", "Region")))
    assert learner.import_package(world.package) == Imported(0, duplicate=2)
    assert [card.ordinal for card in learner.cards(FRANCE)] == [0, 1, 2]
    assert learner.render(FRANCE, 2).question == "Europe"
    assert learner.note(FRANCE).tags == ("mine",)


def test_a_learner_who_fills_the_gate_gets_a_card_that_can_be_used(world, learner):
    world.built()
    learner.import_package(world.package)
    learner.edit(FRANCE, 5, "Which country is in the west?")
    assert learner.render(FRANCE, 2).question == "Which country is in the west?"
    assert learner.render(FRANCE, 2).answer.endswith("France<br>\nParis<br>\nEurope")


def date_type(learner, time):
    """Set the time of a learner's own change of the note type."""
    query = "update notetypes set mtime_secs = ? where name = 'Country'"
    learner.collection.db.execute(query, time)
    learner.collection.models._clear_cache()


def test_a_note_type_that_was_edited_before_the_import_is_whole_with_the_next_build(world, learner):
    world.built()
    learner.import_package(world.package)
    learner.collection.models.update_dict(learner.notetype("Country"))
    date_type(learner, world.now + 2 * DAY)
    add_flag(world)
    assert learner.import_package(world.package).conflicting == 0
    assert learner.note(FRANCE).fields[3] == "tricolore"
    assert "The front of this card is blank" in learner.render(FRANCE, 2).question
    world.now += 2 * DAY
    add_anthem(world)
    learner.import_package(world.package)
    assert learner.render(FRANCE, 2).question == "tricolore"


def delete_a_reserve(learner):
    """Delete a spare field, as releases before 23.10 and AnkiDroid allow."""
    kind = learner.notetype("Country")
    models = learner.collection.models
    field = next(field for field in kind["flds"] if field["name"] == "Extra 2")
    models.remove_field(kind, field)
    models.update_dict(kind)


def test_who_deleted_a_reserve_gets_nothing_until_an_import_with_always(world, learner):
    world.built()
    learner.import_package(world.package)
    learner.answer(FRANCE)
    delete_a_reserve(learner)
    add_flag(world)
    assert learner.import_package(world.package).conflicting == 2
    assert "tricolore" not in learner.note(FRANCE).fields
    learner.import_package(world.package, merge=True, notes="always", notetypes="always")
    assert "tricolore" in learner.note(FRANCE).fields
    assert learner.review_log(FRANCE) == [3]


def test_what_a_learner_wrote_into_a_reserve_goes_with_an_edit_only(world, learner):
    world.built()
    learner.import_package(world.package)
    for guid in (FRANCE, SPAIN):
        learner.edit(guid, 3, "mine")
        learner.touch(guid, world.now + 1)
    add_flag(world)
    learner.import_package(world.package)
    assert learner.note(FRANCE).fields[3] == "tricolore"
    assert learner.note(SPAIN).fields[3] == "mine"


def test_learners_can_edit_a_note_type_with_reserves(world, learner):
    world.built()
    learner.import_package(world.package)
    kind = learner.notetype("Country")
    kind["css"] += "\n.mine { }"
    learner.collection.models.update_dict(kind)
    assert ".mine" in learner.notetype("Country")["css"]


def test_a_cloze_type_grows_fields(project, learner):
    project.write(
        KIND,
        "notetype: Facts\nkind: cloze\nfields: [Text]\ntemplates:\n"
        '  - {name: Cloze, front: "{{cloze:Text}}", back: "{{cloze:Text}}"}\n',
    )
    project.write(
        "cards/facts.yaml",
        "deck: Facts\nnotetype: Facts\nnotes:\n"
        '  - {fields: {Text: "{{c1::x}}"}, id: fact00000000}\n',
    )
    project.built()
    learner.import_package(project.package)
    kind = learner.notetype("Facts")
    assert [field["name"] for field in kind["flds"]] == ["Text", "Extra 1", "Extra 2"]
    assert len(kind["tmpls"]) == 1
    learner.answer("fact00000000")
    later(
        project,
        (KIND, "[Text]", "[Text, Source]"),
        (KIND, 'back: "{{cloze:Text}}', 'back: "{{cloze:Text}} {{Source}}'),
        ("cards/facts.yaml", "{{c1::x}}", "{{c1::x}} {{c2::y}}"),
        ("cards/facts.yaml", '}}"}', '}}", Source: a book}'),
    )
    assert learner.import_package(project.package) == Imported(0, updated=1)
    assert learner.render("fact00000000").answer.endswith("</span> a book")
    assert [card.ordinal for card in learner.cards("fact00000000")] == [0, 1]
    assert learner.review_log("fact00000000") == [3]


def test_cards_are_shown_as_anki_shows_them(world, learner):
    world.built()
    add_flag(world)
    later(
        world,
        (KIND, 'front: "{{Capital}}"', 'front: "{{Capital}} {{Card}} {{hint:Flag}} {{type:Flag}}"'),
    )
    learner.import_package(world.package)
    collection = read_apkg(world.package)
    shown = {
        (card.note.guid, card.card.ordinal): (card.question, card.answer)
        for card in cards(collection)
    }
    rendered = {
        (guid, card.ordinal): tuple(learner.render(guid, card.ordinal))
        for guid in (FRANCE, SPAIN)
        for card in learner.cards(guid)
    }
    assert shown == rendered
    assert "[[type:Extra 1]]" in shown[FRANCE, 1][0]


def test_branches_that_used_one_reserve_for_two_fields_meet(world, learner):
    world.built()
    learner.import_package(world.package)
    learner.answer(FRANCE)
    first = {path: world.read(path) for path in (KIND, "cards/world.yaml", "flashdeck.lock")}
    add_flag(world)  # the learner has this branch's package
    learner.import_package(world.package)
    learner.answer(FRANCE, 2)
    ours = world.read("flashdeck.lock")
    for path, text in first.items():
        world.write(path, text)
    (world.root / "build/.published").unlink()  # the other branch is built elsewhere
    add_anthem(world)
    theirs = world.read("flashdeck.lock")
    merged = f"<<<<<<< ours\n{ours}=======\n{theirs}>>>>>>> theirs\n"
    world.write("flashdeck.lock", merged)
    (world.root / "build/.published").unlink()
    world.replace(KIND, "Extra 1}]", "Extra 1}, {name: Flag, anki: Extra 1}]")
    world.write(KIND, world.read(KIND) + FLAG + "    anki: Card 3\n")
    world.replace("cards/world.yaml", "Country: France", "Country: France\n      Flag: tricolore")
    built = later(world)
    assert {rule for rule, _ in built} == {"lock-merged", "reserve-used"}
    fields = "{name: Anthem, anki: Extra 1}, {name: Flag, anki: Extra 2}"
    assert fields in world.read(KIND)
    assert learner.import_package(world.package).conflicting == 0
    assert learner.note(FRANCE).fields[3:] == ("", "tricolore", "")
    assert learner.note(SPAIN).fields[3:] == ("Marcha", "", "")
    assert learner.render(FRANCE, 2).question == "tricolore"
    assert learner.review_log(FRANCE, 2) == [3]


def test_growth_that_is_taken_back_and_comes_again_keeps_reviews(world, learner):
    world.built()
    first = {path: world.read(path) for path in (KIND, "cards/world.yaml")}
    add_flag(world)
    grown = {path: world.read(path) for path in (KIND, "cards/world.yaml")}
    learner.import_package(world.package)
    learner.answer(FRANCE, 2)
    for path, text in first.items():
        world.write(path, text)
    assert {rule for rule, _ in later(world)} == {"card-removed"}
    assert learner.import_package(world.package).conflicting == 0
    assert learner.note(FRANCE).fields[3] == ""
    assert len(learner.empty_cards()) == 1
    for path, text in grown.items():
        world.write(path, text)
    assert later(world) == []
    assert learner.import_package(world.package).conflicting == 0
    assert learner.render(FRANCE, 2).question == "tricolore"
    assert learner.review_log(FRANCE, 2) == [3]
    assert learner.empty_cards() == []


def test_a_grown_note_type_is_the_same_without_lock_packages_and_history(world, learner):
    world.built()
    add_flag(world)
    learner.import_package(world.package)
    for ordinal in range(3):
        learner.answer(FRANCE, ordinal)
    (world.root / "flashdeck.lock").unlink()
    shutil.rmtree(world.root / "build")
    ((rule, _),) = later(world, ("cards/world.yaml", "tricolore", "blue, white, red"))
    assert rule == "lock-lost"
    imported = learner.import_package(world.package)
    assert (imported.conflicting, imported.new) == (0, 0)
    assert learner.note(FRANCE).fields[3] == "blue, white, red"
    assert [learner.review_log(FRANCE, ordinal) for ordinal in range(3)] == [[3]] * 3
    assert learner.render(FRANCE, 2).question == "blue, white, red"
    assert learner.notetypes() & {"Country+", "Country++"} == set()
    add_anthem(world)
    assert learner.import_package(world.package).conflicting == 0
    assert learner.note(SPAIN).fields[4] == "Marcha"
