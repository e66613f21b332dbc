"""Masks over a picture: each keeps its card, whatever is edited, and Anki shows what is meant."""

from __future__ import annotations

import re

import pytest
from real_anki import Learner

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.rendered_cards import cards

DAY = 86_400
DECK = """\
deck: Rivers
notes:
  - image: map.png
    occlude:
      - {label: Rhine, at: [10%, 10%, 20%, 5%]}
      - {label: Elbe, at: [50%, 10%, 20%, 5.50%]}
      - {label: Oder, at: [70%, 10%, 20%, 5%], shape: ellipse}
    q: Which river?
"""


@pytest.fixture
def rivers(project):
    (project.root / "cards/map.png").write_bytes(b"map")
    project.write("cards/rivers.yaml", DECK)
    return project


@pytest.fixture
def learner():
    with Learner() as learner:
        yield learner


def edit(rivers, old, new):
    rivers.now += DAY
    rivers.replace("cards/rivers.yaml", old, new)
    return rivers.built()


def numbers(rivers):
    """Which card each label is."""
    text = rivers.read("cards/rivers.yaml")
    return {label: int(n) for label, n in re.findall(r"label: (\w+),.*\bn: (\d+)", text)}


def the_note(built):
    (note,) = read_apkg(built.packages[0].path).notes
    return note


def test_each_mask_is_a_card_that_shows_it(rivers, learner):
    (package,) = rivers.built().packages
    assert (package.notes, package.cards, package.media) == (1, 3, 1)
    learner.import_package(package.path)
    (guid,) = learner.guids()
    assert [card.ordinal for card in learner.cards(guid)] == [0, 1, 2]
    question, answer = learner.render(guid, 1)
    asked = re.findall(r'<span class="cloze"[^>]*>(.*?)</span>', question)
    hidden = re.findall(r'<span class="cloze-inactive"[^>]*>(.*?)</span></span>', question)
    assert asked == ["[...]"]
    assert [re.sub("<.*?>", "", html) for html in hidden] == ["Rhine", "Oder"]
    assert re.search(r'<span class="cloze" data-ordinal="2"><span[^>]*>Elbe</span>', answer)
    assert 'style="left:50%;top:10%;width:20%;height:5.5%"' in question
    assert 'class="fd-mask fd-ellipse' in question
    assert learner.empty_cards() == []


def test_masks_keep_their_cards_when_they_are_put_in_another_order(rivers):
    before = the_note(rivers.built())
    text = rivers.read("cards/rivers.yaml")
    lines = text.splitlines(keepends=True)
    lines[4], lines[6] = lines[6], lines[4]
    rivers.write("cards/rivers.yaml", "".join(lines))
    rivers.now += DAY
    after = the_note(rivers.built())
    assert numbers(rivers) == {"Rhine": 1, "Elbe": 2, "Oder": 3}
    assert [card.id for card in after.cards] == [card.id for card in before.cards]


def test_a_new_mask_among_the_others_gets_a_new_number(rivers, learner):
    learner.import_package(rivers.built().packages[0].path)
    (guid,) = learner.guids()
    for ordinal in range(3):
        learner.answer(guid, ordinal)
    before = learner.cards(guid)
    line = "      - {label: Weser, at: [40%, 10%, 5%, 5%]}\n"
    built = edit(rivers, "      - {label: Elbe", line + "      - {label: Elbe")
    assert numbers(rivers) == {"Rhine": 1, "Weser": 4, "Elbe": 2, "Oder": 3}
    learner.import_package(built.packages[0].path)
    assert learner.cards(guid)[:3] == before
    assert learner.card(guid, 3).reviews == 0


def test_the_number_of_a_removed_mask_is_not_given_to_a_new_one(rivers):
    rivers.built()
    text = rivers.read("cards/rivers.yaml")
    (line,) = re.findall(r"      - \{label: Oder.*\n", text)
    built = edit(rivers, line, "      - {label: Weser, at: [40%, 10%, 5%, 5%]}\n")
    assert numbers(rivers) == {"Rhine": 1, "Elbe": 2, "Weser": 4}
    assert [problem.rule for problem in built.diagnostics] == ["cloze-removed"]


def test_the_number_of_a_mask_removed_builds_ago_is_not_given_to_a_new_one(rivers):
    rivers.built()
    mask = "      - {label: Oder, at: [70%, 10%, 20%, 5%], shape: ellipse, n: 3}\n"
    edit(rivers, mask, "")
    edit(rivers, "Which river?", "Which river is it?")
    edit(rivers, "    q:", "      - {label: Main, at: [1%, 1%, 2%, 2%]}\n    q:")
    assert numbers(rivers) == {"Rhine": 1, "Elbe": 2, "Main": 4}


def test_masks_of_one_group_are_one_card(rivers):
    rivers.write("cards/rivers.yaml", DECK.replace("5%]", "5%], group: west", 1))
    rivers.replace("cards/rivers.yaml", "5.50%]", "5.5%], group: west")
    assert rivers.built().packages[0].cards == 2
    assert numbers(rivers) == {"Rhine": 1, "Elbe": 1, "Oder": 2}


def test_a_mask_that_joins_a_group_takes_its_number(rivers):
    rivers.write("cards/rivers.yaml", DECK.replace("5%]", "5%], group: west, n: 7", 1))
    rivers.replace("cards/rivers.yaml", "5.50%]", "5.5%], group: west")
    rivers.built()
    assert numbers(rivers) == {"Rhine": 7, "Elbe": 7, "Oder": 8}


def test_cloze_markup_in_the_texts_of_an_occlusion_is_text(rivers, learner):
    rivers.replace("cards/rivers.yaml", "label: Rhine", 'label: "a::b }} {{c9::x}}"')
    rivers.replace(
        "cards/rivers.yaml", "q: Which river?", 'q: "{{c8::y}}?"\n    extra: "{{c7::z}}"'
    )
    rivers.replace("cards/rivers.yaml", "deck: Rivers", "deck: Rivers\nmarkup: text")
    built = rivers.built()
    assert built.packages[0].cards == 3
    learner.import_package(built.packages[0].path)
    (guid,) = learner.guids()
    shown = learner.render(guid, 0)
    text = re.sub("<.*?>", "", shown.answer).replace("&#123;", "{").replace("&#125;", "}")
    assert text.replace("&#58;", ":").startswith("{{c8::y}}?a::b }} {{c9::x}}Elbe")
    assert "[...]" in shown.question


def test_the_typed_answer_of_a_mask_is_its_label(rivers, learner):
    rivers.replace("cards/rivers.yaml", "q: Which river?", "q: Which river?\n    typed: true")
    learner.import_package(rivers.built().packages[0].path)
    (guid,) = learner.guids()
    assert "[[type:cloze:Text]]" in learner.render(guid, 2).question
    field = learner.note(guid).fields[0]
    expected = learner.collection.extract_cloze_for_typing(field, 3)
    compared = learner.collection.compare_answer(expected, "Oder")
    assert set(re.findall('class="?(type[A-Za-z]+)', compared)) == {"typeGood"}


def test_an_occlusion_that_becomes_a_cloze_note_keeps_its_id(rivers):
    before = the_note(rivers.built())
    text = rivers.read("cards/rivers.yaml")
    cloze = re.sub(r"image:.*?(?=    q: )", 'cloze: "{{c1::Rhine}}"\n', text, flags=re.DOTALL)
    rivers.write("cards/rivers.yaml", cloze.replace("    q: Which river?\n", ""))
    rivers.now += DAY
    assert the_note(rivers.built()).guid == before.guid


@pytest.mark.parametrize(
    ("picture", "rule"),
    [
        ("mop.png", "missing-media"),
        ("https://example.org/map.png", "remote-media"),
        ("map.mp3", "media-kind"),
        ("javascript:alert(1)", "active-content"),
    ],
)
def test_an_invalid_picture_is_reported_at_its_position(rivers, picture, rule):
    rivers.replace("cards/rivers.yaml", "map.png", picture)
    (problem,) = rivers.check()
    assert problem.rule == rule
    assert (problem.span.line, problem.span.column) == (3, 12)


def test_mask_cards_are_the_same_as_in_anki(rivers, learner):
    built = rivers.built()
    learner.import_package(built.packages[0].path)
    for card in cards(read_apkg(built.packages[0].path)):
        rendered = learner.render(card.note.guid, card.card.ordinal)
        assert (rendered.question, rendered.answer) == (card.question, card.answer)
