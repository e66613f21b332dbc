"""Clozes: their traps, and that Anki itself makes of a field what was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from anki.collection import Collection

from flashdeck.markup import Markup, cloze_problems, render

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    folder: Path = tmp_path_factory.mktemp("anki")
    opened = Collection(str(folder / "collection.anki2"))
    yield opened
    opened.close()


def sides(collection: Collection, html: str) -> list[tuple[str, str]]:
    """Question and answer of each card that Anki makes of a cloze note."""
    notetype = collection.models.by_name("Cloze")
    assert notetype
    note = collection.new_note(notetype)
    note["Text"] = html
    collection.add_note(note, collection.decks.id("Default"))  # type: ignore[arg-type]
    outputs = [card.render_output() for card in note.cards()]
    return [(output.question_text, output.answer_text) for output in outputs]


@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [
        (
            "a {{c1::*b*::h}}",
            ">[h]</span>",
            '<span class="cloze" data-ordinal="1"><em>b</em></span>',
        ),
        ("{{c1::`std::map`}}", ">[...]</span>", "<code>std:&#58;map</code></span>"),
        ("{{c1::`{{ x }}`::h}} z", ">[h]</span> z", "<code>{{ x }&#125;</code></span> z"),
        ("$\\frac{{{c1::a}}}{b}$", "\\(\\frac{[...]}{b}\\)", "\\(\\frac{a}{b}\\)"),
        ("{{c1::{漢字|かんじ}}}!", ">[...]</span>!", "<rt>かんじ</rt></ruby></span>!"),
        ("{{c1::![](a.png){width=9}}}!", ">[...]</span>!", 'width="9"></span>!'),
        ("{{c1::a&#125;}}!", ">[...]</span>!", ">a&#125;</span>!"),
        ("```py\nx = {{c1::f(1)}}\n```", "x = <span", '>f(<span class="m">1</span>)</span>\n'),
    ],
)
def test_anki_hides_and_shows_what_was_meant(
    collection: Collection, text: str, question: str, answer: str
) -> None:
    rendered = render(text, cloze=True)
    assert rendered.problems == ()
    ((asked, answered),) = sides(collection, rendered.html)
    assert question in asked
    assert answer in answered
    assert "}}" not in answered


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{{c1::\\frac{a}{b}}}", "}}}"),
        ("x $\\frac{1}{{{c1::\\sqrt{2}}}}$", "}}}"),
        ("{{c1::$\\frac{a}{b_{c}}$}}", "}}$"),
        ("a {{c1::{1, 2}}} b", "}}}"),
        ("{{c1::a {{c2::{b}}} c}}", "}}}"),
        (r"a {{c1::$\mathbb{F}_{p^{n}} \supset \mathbb{F}_{p}$}} b", "}} "),
    ],
)
@pytest.mark.parametrize("markup", Markup)
def test_braces_that_end_a_cloze_too_early_are_an_error(
    text: str, place: str, markup: Markup, collection: Collection
) -> None:
    (problem,) = render(text, markup, cloze=True).problems
    assert problem.rule == "cloze-braces"
    assert text[problem.start : problem.end] == place
    assert any("}" in answer.partition("</span>")[2] for _, answer in sides(collection, text))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (r"it is {{c3::$\frac{a}{b}}$ end", "}}$"),
        (r"it is {{c1::\(\frac{a}{b}}\) end", "}}\\"),
        (r"it is {{c1::\[a_{b}}\] end", "}}\\"),
    ],
)
def test_a_cloze_that_ends_inside_of_its_formula_is_an_error(text: str, place: str) -> None:
    (problem,) = render(text, cloze=True).problems
    assert problem.rule == "cloze-braces"
    assert text[problem.start : problem.end] == place


@pytest.mark.parametrize(
    "text",
    [
        "$\\frac{{{c1::a}}}{b}$",
        "{{c1::\\frac{a}{b} }}",
        "{{c1::{}} and {{c2::x}}",
        "{{c1::`{{ a }}`}}",
        "{ {{c1::a}} }",
        "{{c1::{漢|かん}}}",
        "{{c1::{a}} for $5",
        "{{c1::$5 {a}} or more",
    ],
)
def test_other_braces_are_no_error(text: str) -> None:
    assert render(text, cloze=True).problems == ()


def test_braces_are_text_in_a_note_that_is_no_cloze_note() -> None:
    rendered = render("{{c1::\\frac{a}{b}}} *{{c2::x*}}")
    assert rendered.problems == ()
    assert rendered.html == "{{c1::\\frac{a}{b}}} <em>{{c2::x</em>}}"


@pytest.mark.parametrize(
    ("text", "rule", "place", "severity"),
    [
        ("no gap", "cloze-missing", "no gap", "error"),
        ("a {{C1::b}}", "cloze-spelling", "{{C1::", "error"),
        ("a {{c1:b}}", "cloze-spelling", "{{c1:", "error"),
        ("a {c1::b}", "cloze-spelling", "{c1::", "error"),
        ("{{c1::a}} {{c2:b}}", "cloze-spelling", "{{c2:", "warning"),
        ("a {{c1::b", "cloze-unclosed", "{{c1::", "error"),
        ("a {{c0::b}}", "cloze-number", "{{c0::b}}", "error"),
        ("a {{c500::b}}", "cloze-number", "{{c500::b}}", "error"),
        ("a {{c99999999999999999999::b}}", "cloze-number", "{{c99999999999999999999::b}}", "error"),
        ("a {{c1::}}", "cloze-empty", "{{c1::}}", "error"),
        ("a {{c1:: ::hint}}", "cloze-empty", "{{c1:: ::hint}}", "error"),
        ("a {{c1,2::b}}", "cloze-numbers", "{{c1,2::b}}", "warning"),
    ],
)
def test_a_cloze_that_makes_no_card_is_noticed(
    text: str, rule: str, place: str, severity: str
) -> None:
    found = [(p.rule, text[p.start : p.end], p.severity) for p in cloze_problems(text)]
    assert found == [(rule, place, severity)]


def test_good_clozes_have_no_problems() -> None:
    assert cloze_problems("{{c1::a {{c499::b}} {{{c2::c}}}::hint}}") == ()
