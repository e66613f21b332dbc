"""Changes that an import won't carry over are reported, with a search that works."""

from __future__ import annotations

import re

import pytest
from real_anki import Learner

DAY = 86_400


@pytest.fixture
def built(two_notes):
    two_notes.write("flashdeck.yaml", "name: Flask_1 *\n")
    two_notes.replace(
        "cards/flask.yaml", "a: Armin Ronacher", "a: Armin Ronacher\n    reverse: true"
    )
    two_notes.built()
    two_notes.now += DAY
    return two_notes


@pytest.fixture
def learner(built):
    with Learner() as learner:
        learner.import_package(built.package)
        yield learner


def reported(project):
    """Return the warnings of `build`, and check that `check` has the same."""
    checked = [(problem.rule, problem.message, problem.hint) for problem in project.check()]
    built = reported_by_build(project)
    assert checked == built
    return built


def reported_by_build(project):
    """Return the warnings of `build`, some of which `check` does not have."""
    return [
        (problem.rule, problem.message, problem.hint) for problem in project.built().diagnostics
    ]


def cards_found(learner, hint):
    (search,) = re.findall(r'(?:"deck:|Id:).*$', hint.split(", and move")[0])
    return sorted(learner.collection.find_cards(search))


def test_a_build_after_edits_reports_nothing(built):
    built.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    built.replace("cards/flask.yaml", "{{c1::Werkzeug}}", "{{c1::*Werkzeug*::WSGI}}")
    assert reported(built) == []


def test_a_moved_note_is_reported_with_the_search_for_its_old_deck(built, learner):
    built.replace("cards/flask.yaml", "a: Armin Ronacher", "a: Armin Ronacher\n    deck: Python")
    ((rule, message, hint),) = reported(built)
    assert rule == "deck-moved"
    assert "1 note of 'Flask' moved to 'Python'" in message
    assert len(cards_found(learner, hint)) == 4


def test_a_renamed_deck_is_reported_with_what_to_do_first(built):
    built.replace("cards/flask.yaml", "deck: Flask", "deck: Web")
    ((rule, message, hint),) = reported(built)
    assert (rule, "the deck 'Flask' is now 'Web'" in message) == ("deck-moved", True)
    assert "rename 'Flask' to 'Web' in Anki before they import" in hint


def test_a_removed_cloze_is_reported_with_its_cards(built, learner):
    guid = next(
        note_id for note_id in learner.guids() if "Werkzeug" in learner.note(note_id).fields[0]
    )
    built.replace("cards/flask.yaml", "{{c2::Jinja2}}", "Jinja2")
    ((rule, message, hint),) = reported(built)
    assert (rule, "cloze 2 is gone" in message) == ("cloze-removed", True)
    assert cards_found(learner, hint) == sorted(card.id for card in learner.cards(guid))


def test_renumbered_clozes_are_reported(built):
    built.replace("cards/flask.yaml", "{{c1::Werkzeug}}", "{{c3::Werkzeug}}")
    built.replace("cards/flask.yaml", "{{c2::", "{{c1::")
    assert [rule for rule, _, _ in reported(built)] == ["cloze-renumbered"]


def test_a_new_cloze_is_not_reported(built):
    built.replace("cards/flask.yaml", "relies on", "{{c3::relies}} on")
    assert reported(built) == []


def test_a_reverse_card_that_is_turned_off_is_reported(built, learner):
    built.replace("cards/flask.yaml", "    reverse: true\n", "")
    ((rule, message, hint),) = reported(built)
    assert (rule, "'Answer → Question'" in message) == ("card-removed", True)
    assert len(cards_found(learner, hint)) == 2


def test_a_learners_copy_of_a_note_is_not_found(built, learner):
    copies = {learner.copy(guid) for guid in learner.guids()}
    built.replace("cards/flask.yaml", "    reverse: true\n", "")
    built.replace("cards/flask.yaml", "{{c2::Jinja2}}", "Jinja2")
    hints = [hint for _, _, hint in reported(built)]
    assert len(hints) == 2
    for hint in hints:
        found = cards_found(learner, hint)
        notes = {learner.collection.get_card(card).nid for card in found}
        assert (len(found), len(notes), notes & copies) == (2, 1, set())


def test_consequences_are_reported_once(built):
    built.replace("cards/flask.yaml", "{{c2::Jinja2}}", "Jinja2")
    built.built()
    built.now += DAY
    assert reported(built) == []


TYPE = """\
notetype: Fact
fields: [Name, Value]
css: ".fact {}"
templates:
  - {name: Forth, front: "{{Name}}", back: "{{Value}}"}
  - {name: Back, front: "{{Value}}", back: "{{Name}}"}
"""


@pytest.fixture
def facts(built):
    built.write("cards/notetypes/fact.yaml", TYPE)
    built.write("cards/facts.yaml", "notetype: Fact\nnotes:\n  - fields: {Name: a, Value: b}\n")
    built.built()
    built.now += DAY
    return built


def test_a_changed_front_is_reported_once_with_what_doubled_cards_need(facts):
    facts.replace("cards/notetypes/fact.yaml", '"{{Value}}", back', '"Value: {{Value}}", back')
    (problem,) = facts.check()
    place = problem.span
    assert (place.path, place.line, place.column) == ("cards/notetypes/fact.yaml", 1, 11)
    ((rule, message, hint),) = reported(facts)
    assert (rule, "the front of 'Back' in the note type 'Fact' changed" in message) == (
        "front-changed",
        True,
    )
    assert "Check Database" in hint
    assert reported(facts) == []


def test_a_renamed_field_in_a_front_changes_it(facts):
    facts.write(
        "cards/notetypes/fact.yaml",
        TYPE.replace("[Name,", "[{name: Title, was: Name},").replace("{{Name}}", "{{Title}}"),
    )
    facts.replace("cards/facts.yaml", "Name: a", "Title: a")
    messages = {rule: message for rule, message, _ in reported_by_build(facts)}
    assert "'Forth'" in messages["front-changed"]
    assert "'Back'" not in messages["front-changed"]


@pytest.mark.parametrize(
    ("old", "new"),
    [('back: "{{Value}}"', 'back: "{{Value}}."'), (".fact {}", ".fact { color: red }")],
)
def test_a_changed_back_or_style_is_not_reported(facts, old, new):
    facts.replace("cards/notetypes/fact.yaml", old, new)
    assert reported(facts) == []


def test_the_front_of_a_type_with_one_card_may_change(built):
    one = "\n".join(TYPE.splitlines()[:-1])
    built.write("cards/notetypes/fact.yaml", f"{one}\n")
    built.write("cards/facts.yaml", "notetype: Fact\nnotes:\n  - fields: {Name: a, Value: b}\n")
    built.built()
    built.replace("cards/notetypes/fact.yaml", 'front: "{{Name}}', 'front: "{{Name}}?')
    assert reported(built) == []
