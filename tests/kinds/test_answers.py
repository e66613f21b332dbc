"""Choices and typed answers: the fields, and how Anki renders them."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from real_anki import Learner

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.notetypes.built_in import script_sources, scripts

DAY = 86_400
CHOICES = """\
deck: Flask
notes:
  - q: Which library is the WSGI layer?
    choices: [Jinja, Werkzeug, "`Click`"]
    a: Werkzeug
"""


@pytest.fixture
def learner():
    with Learner() as learner:
        yield learner


@pytest.fixture
def deck(project):
    project.write("cards/flask.yaml", CHOICES)
    return project


def fields(built):
    (note,) = read_apkg(built.packages[0].path).notes
    return note.fields


def choices(question):
    """The choices in the field, and whether each is right."""
    items = re.findall(r"<li( class=\"fd-right\")?><label.*?<span[^>]*>(.*?)</span>", question)
    return [(html, bool(right)) for right, html in items]


def test_choices_are_in_the_order_of_the_source(deck):
    question, answer, *_ = fields(deck.built())
    expected = [("Jinja", False), ("Werkzeug", True), ("<code>Click</code>", False)]
    assert choices(question) == expected
    assert 'type="radio"' in question
    assert answer == "Werkzeug"


def test_with_a_list_of_answers_several_can_be_ticked(deck):
    deck.replace("cards/flask.yaml", "a: Werkzeug", 'a: ["`Click`", Jinja]')
    question, answer, *_ = fields(deck.built())
    assert [right for _, right in choices(question)] == [True, False, True]
    assert 'type="checkbox"' in question
    assert re.findall("<li[^>]*>(.*?)</li>", answer) == ["<code>Click</code>", "Jinja"]


def test_turning_choices_typed_and_reverse_on_and_off_keeps_the_note_and_its_reviews(deck, learner):
    (package,) = deck.built().packages
    learner.import_package(package.path)
    (guid,) = learner.guids()
    learner.answer(guid)
    reviews = learner.review_log(guid)
    schema = learner.schema_time()
    with_choices = '    choices: [Jinja, Werkzeug, "`Click`"]\n'
    for old, new in (
        (with_choices, "    typed: true\n"),
        ("    typed: true\n", "    typed: true\n    reverse: true\n"),
        ("    typed: true\n    reverse: true\n", "    reverse: true\n" + with_choices),
        ("    reverse: true\n", ""),
    ):
        deck.now += DAY
        deck.replace("cards/flask.yaml", old, new)
        (package,) = deck.built().packages
        assert learner.import_package(package.path) == (0, 1, 0, 0)
        assert learner.guids() == [guid]
        assert learner.review_log(guid) == reviews
        assert learner.schema_time() == schema


@pytest.mark.parametrize(
    ("answer", "typed", "expected"),
    [
        ("404 Not Found", '"404"', "404"),
        ("404 Not Found", "true", "404 Not Found"),
        ('"**flask** `run`"', "true", "flask run"),
        ('"a < b & c"', "true", "a < b & c"),
        ('"{漢字|かんじ}"', "true", "漢字"),
        ('"- one\\n- two"', "true", "one two"),
        ("x", '"<b> &amp; x"', "<b> &amp; x"),
    ],
)
def test_anki_accepts_the_expected_answer(deck, learner, answer, typed, expected):
    deck.write(
        "cards/flask.yaml", f"deck: D\nnotes:\n  - q: one\n    a: {answer}\n    typed: {typed}\n"
    )
    learner.import_package(deck.built().packages[0].path)
    (guid,) = learner.guids()
    assert "[[type:Typed]]" in learner.render(guid).question
    compared = learner.collection.compare_answer(learner.note(guid).fields[3], expected)
    assert set(re.findall('class="?(type[A-Za-z]+)', compared)) == {"typeGood"}


@pytest.mark.parametrize("answer", ['"$x^2$"', '"![](map.png)"', '"[sound:word.mp3]"'])
def test_an_answer_that_cannot_be_typed_is_an_error(deck, answer):
    (deck.root / "cards/map.png").write_bytes(b"map")
    (deck.root / "cards/word.mp3").write_bytes(b"word")
    deck.write("cards/flask.yaml", f"notes:\n  - q: one\n    a: {answer}\n    typed: true\n")
    (problem,) = deck.check()
    assert problem.rule == "typed-nothing"
    assert problem.span.line == 3


@pytest.mark.parametrize(
    "text",
    [
        "A «{{c1::![](map.png)}}» here",
        "A «{{c1::[sound:word.mp3]}}» here",
        "A «{{c1::$x^2$}}» here",
        "A {{c1::word}} and «{{c2::![a map](map.png)::what?}}»",
        "A «{{c1::![](map.png)}}» and {{c1::word}}",
    ],
)
def test_a_typed_cloze_without_words_is_an_error_at_the_cloze(deck, text):
    (deck.root / "cards/map.png").write_bytes(b"map")
    (deck.root / "cards/word.mp3").write_bytes(b"word")
    line = f"  - {{cloze: '{text}', typed: true}}"
    start, end = line.index("«"), line.index("»") - 1
    deck.write("cards/flask.yaml", f"notes:\n{line.replace('«', '').replace('»', '')}\n")
    problems = [problem for problem in deck.check() if problem.rule == "typed-nothing"]
    assert [problem.span[1:] for problem in problems] == [(2, start + 1, 2, end + 1)]


@pytest.mark.parametrize(
    "note",
    [
        "{cloze: 'A {{c1::![](map.png)}} here'}",
        "{cloze: 'A {{c1::![](map.png) map}} here', typed: true}",
        "{cloze: 'A {{c1::**word**}} ![](map.png)', typed: true}",
        "{cloze: 'A {{c1::word {{c2::inside}}}}', typed: true}",
    ],
)
def test_a_typed_cloze_with_words_is_no_error(deck, note):
    (deck.root / "cards/map.png").write_bytes(b"map")
    deck.write("cards/flask.yaml", f"notes:\n  - {note}\n")
    assert "typed-nothing" not in {problem.rule for problem in deck.check()}


def test_a_missing_image_in_a_choice_is_reported_once(deck):
    deck.replace("cards/flask.yaml", "[Jinja,", '["![](nope.png)",')
    assert [problem.rule for problem in deck.check()] == ["missing-media"]


def test_a_cloze_can_be_typed(deck, learner):
    deck.write(
        "cards/flask.yaml", 'notes:\n  - cloze: "{{c1::Jinja}} makes pages"\n    typed: true\n'
    )
    learner.import_package(deck.built().packages[0].path)
    (guid,) = learner.guids()
    assert learner.render(guid).question.endswith('<div class="fd-typed">[[type:cloze:Text]]</div>')
    field = learner.note(guid).fields[0]
    assert learner.collection.extract_cloze_for_typing(field, 1) == "Jinja"


def test_the_answer_side_shows_the_choices_before_the_rule(deck, learner):
    learner.import_package(deck.built().packages[0].path)
    (guid,) = learner.guids()
    answer = learner.render(guid).answer
    assert answer.startswith('<div class="fd-back"><div class="fd-question"')
    assert answer.index("fd-choices") < answer.index("<hr id=answer>") < answer.index("fd-answer")


def test_the_hashes_of_the_scripts_are_those_of_the_templates(deck, learner):
    learner.import_package(deck.built().packages[0].path)
    (guid,) = learner.guids()
    for side, number in zip(learner.render(guid), (1, 2), strict=True):
        scripts = re.findall("<script>(.*?)</script>", side, re.DOTALL)
        digests = [hashlib.sha256(script.encode()).digest() for script in scripts]
        sources = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
        assert sources == list(script_sources()[:number])


@pytest.mark.parametrize(
    "words", ["{{", "}}", r"\(", r"\[", "[sound:", "[latex]", "</", "font-weight:600", "<!--"]
)
def test_the_scripts_have_no_syntax_that_is_special_in_anki(words):
    assert words not in "".join(scripts())


@pytest.mark.parametrize(
    "word", ["let ", "const ", "=>", "`", "...", "?.", "class ", "for (var x of"]
)
def test_the_scripts_use_only_javascript_of_old_phones(word):
    assert word not in "".join(scripts())
