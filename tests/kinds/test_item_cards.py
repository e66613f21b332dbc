"""Lists and sets: what each card shows, in every generation of web views."""

from __future__ import annotations

import re

import pytest
from real_anki import Learner

from flashdeck.anki.read.apkg import read_apkg

DECK = """\
deck: Flask
notes:
  - q: Steps?
    list:
      - one
      - |
        two

        ```python
        x = {1: {2: "a::b"}}
        ```
      - three **bold**
      - four
    extra: more
"""
SET = """\
deck: Flask
notes:
  - set: [one, two, three]
"""
WHOLE = 498
# What releases before 2.1.56 make of the clozes that a card does not ask for.
PLAIN = """() => document.querySelectorAll(".cloze-inactive")
    .forEach((cloze) => cloze.replaceWith(...cloze.childNodes))"""


@pytest.fixture
def learner():
    with Learner() as learner:
        yield learner


@pytest.fixture(params=["today", "before 2.1.56"])
def shown(request, project, learner, page):
    """A function that returns the visible lines of both sides of a card of a deck."""

    def lines(text, ordinal):
        project.write("cards/a.yaml", text)
        project.built()
        learner.import_package(project.package)
        css = read_apkg(project.package).notetypes[0].css
        (guid,) = learner.guids()
        sides = []
        for html in learner.render(guid, ordinal):
            page.set_content(f"<style>{css}</style><body class=card>{html}</body>")
            if request.param != "today":
                page.evaluate(PLAIN)
            text = page.inner_text("body")
            sides.append([line.strip() for line in text.split("\n") if line.strip()])
        return tuple(sides)

    return lines


CODE = 'x = {1: {2: "a::b"}}'


def test_a_card_of_a_list_shows_what_precedes_its_item_and_nothing_after_it(shown):
    question, answer = shown(DECK, 2)
    assert question == ["Steps?", "one", "two", CODE, "[...]"]
    assert answer == ["Steps?", "one", "two", CODE, "three bold", "more"]


def test_the_first_card_of_a_list_shows_its_question_only(shown):
    assert shown(DECK, 0) == (["Steps?", "[...]"], ["Steps?", "one", "more"])


def test_a_card_shows_as_many_items_before_it_as_wanted(shown):
    few = DECK + "    context: 1\n"
    question, answer = shown(few, 3)
    assert question == ["Steps?", "three bold", "[...]"]
    assert answer == ["Steps?", "one", "two", CODE, "three bold", "four", "more"]


def test_one_card_may_ask_for_all_items(shown):
    whole = DECK + "    context: 1\n    whole: true\n"
    everything = ["Steps?", "one", "two", CODE, "three bold", "four", "more"]
    assert shown(whole, WHOLE) == (["Steps?", "[...]"], everything)


def test_beside_a_card_for_all_the_others_are_as_before(shown):
    assert shown(DECK + "    whole: true\n", 2) == (
        ["Steps?", "one", "two", CODE, "[...]"],
        ["Steps?", "one", "two", CODE, "three bold", "more"],
    )


def test_a_card_of_a_set_shows_all_others(shown):
    assert shown(SET, 1) == (["one", "[...]", "three"], ["one", "two", "three"])


def test_one_card_may_ask_for_the_whole_set(shown):
    assert shown(SET + "    whole: true\n", WHOLE) == (["[...]"], ["one", "two", "three"])


def test_items_are_numbered_by_their_place(project, learner):
    project.write("cards/a.yaml", DECK + "    context: 1\n")
    project.built()
    learner.import_package(project.package)
    (guid,) = learner.guids()
    assert re.findall(r'start="(\d)"', learner.render(guid, 3).question.partition("[<")[2]) == [
        "3",
        "4",
    ]


def test_what_is_typed_is_the_item_or_all_of_them(project, learner):
    project.write("cards/a.yaml", SET + "    whole: true\n    typed: true\n")
    project.built()
    learner.import_package(project.package)
    (guid,) = learner.guids()
    for ordinal, typed in ((0, "one"), (WHOLE, "one, two, three")):
        card = learner.collection.get_card(learner.card(guid, ordinal).id)
        answers = learner.collection.extract_cloze_for_typing(card.note().fields[0], ordinal + 1)
        assert re.sub("<.*?>", "", answers) == typed


def test_a_list_becomes_a_set_and_a_cloze_note_and_stays_the_same_note(project, learner):
    project.write("cards/a.yaml", SET)
    project.built()
    learner.import_package(project.package)
    (guid,) = learner.guids()
    learner.answer(guid, 1)
    card = learner.card(guid, 1)
    project.replace("cards/a.yaml", "set:", "list:")
    project.now += 86_400
    assert project.built().diagnostics == ()
    learner.import_package(project.package)
    assert learner.guids() == [guid]
    assert learner.card(guid, 1) == card
