"""Ids: derived the same way for ever, unique, and never a number to another tool."""

from __future__ import annotations

import re

import pytest

from flashdeck.compile import identity
from flashdeck.compile.compiler import compile_project
from flashdeck.project.ids import new_project_id, stable_id
from flashdeck.project.project import load_project


def deck(project, text, project_id="0123456789abcdef"):
    project.write("flashdeck.yaml", f"id: {project_id}\nname: Test\n")
    project.write("cards/deck.yaml", text)
    loaded, _ = load_project(project.root)
    compiled, problems = compile_project(loaded)
    return [note.id for note in compiled.notes], problems


QUESTION = "deck: Flask\nnotes:\n  - q: Who created Flask?\n    a: Armin Ronacher\n"


def test_derived_ids_are_frozen(project):
    # Should this fail, every unstamped deck of every user would get other ids: don't change it.
    ids, _ = deck(project, QUESTION)
    assert ids == ["nmhxz552pn09"]


def test_note_type_ids_are_frozen():
    assert stable_id("0123456789abcdef", "notetype", "Question") == 1_243_633_963_557


def test_the_id_that_is_shown_is_the_id_that_is_stamped(project):
    ids, _ = deck(project, QUESTION)
    project.built()
    assert re.findall(r"id: (\w+)", project.read("cards/deck.yaml")) == ids


def test_answers_can_be_edited_before_the_first_build(project):
    ids, _ = deck(project, QUESTION)
    edited, _ = deck(project, QUESTION.replace("Armin Ronacher", "Armin"))
    assert edited == ids


def test_projects_decks_kinds_and_questions_give_other_ids(project):
    variants = [
        (QUESTION, "0123456789abcdef"),
        (QUESTION, "fedcba9876543210"),
        (QUESTION.replace("deck: Flask", "deck: Python"), "0123456789abcdef"),
        (QUESTION.replace("Who created", "Who made"), "0123456789abcdef"),
    ]
    ids = [deck(project, *variant)[0][0] for variant in variants]
    assert len(set(ids)) == len(ids)


def test_equal_notes_get_different_ids(project):
    ids, _ = deck(project, QUESTION + QUESTION.split("notes:\n")[1])
    assert len(set(ids)) == 2


def test_an_id_in_the_lock_is_not_assigned_again(project):
    (first,), _ = deck(project, QUESTION)
    project.built()
    project.write("cards/deck.yaml", QUESTION.replace("Flask\nnotes", "Flask\ntags: []\nnotes"))
    loaded, _ = load_project(project.root)
    compiled, _ = compile_project(loaded)
    assert compiled.notes[0].id != first


@pytest.mark.parametrize("number", ["123456789012", "12345e678901", "0x1234567890", "0b0101010101"])
def test_no_derived_id_reads_as_a_number(monkeypatch, project, number):
    given = iter([number, "abcdefghjkmn"])
    monkeypatch.setattr(identity, "base32", lambda *_: next(given))
    ids, _ = deck(project, QUESTION)
    assert ids == ["abcdefghjkmn"]


def test_project_ids_are_random_and_not_numbers():
    made = {new_project_id() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch("[0-9a-hjkmnp-tv-z]{16}", project_id) for project_id in made)


def test_a_copied_id_is_an_error_that_shows_both_places(project):
    text = QUESTION.rstrip() + "\n    id: abcdefghijkl\n"
    _, problems = deck(project, text + text.split("notes:\n")[1])
    (problem,) = problems
    assert problem.rule == "duplicate-id"
    assert problem.span.line == 8
    assert "cards/deck.yaml:5" in problem.message
    assert "remove this id" in problem.hint


def test_a_short_id_is_a_warning(project):
    _, problems = deck(project, QUESTION.rstrip() + "\n    id: one\n")
    assert [(problem.rule, problem.severity) for problem in problems] == [("short-id", "warning")]


def test_an_id_written_by_hand_is_the_guid_verbatim(project):
    ids, problems = deck(project, QUESTION.rstrip() + "\n    id: 'k#9|<é>&x!'\n")
    assert (ids, problems) == (["k#9|<é>&x!"], [])
