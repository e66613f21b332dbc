"""Where the parts of a card are, and which of them is the most prominent."""

from __future__ import annotations

import base64

import pytest
from card_page import DESKTOP, FORMULAS, LETTERS, PHONE, box, choices, formulas

from flashdeck.css import contrast, rules
from flashdeck.kinds.kind import with_hint


def measured(page, selector):
    """The boxes of the letters of a part, without spaces."""
    return [one for one in page.locator(selector).evaluate(LETTERS) if one["letter"].strip()]


def middle(letters):
    """The middle of letters, horizontally."""
    left, right = min(one["left"] for one in letters), max(one["right"] for one in letters)
    return (left + right) / 2


STYLE = """(element) => {
  const style = getComputedStyle(element);
  return {
    ink: style.color, paper: style.backgroundColor, size: parseFloat(style.fontSize),
    weight: Number(style.fontWeight),
  };
}"""


def ratio(ink, paper):
    """The contrast ratio of two computed colors."""
    *_, rule = rules(f"p {{ color: {ink}; background: {paper} }}")
    return contrast(*rule.declarations.values())


SHORT = ["Bonjour", "漢", "שלום", "<code>flask run</code>", "In which year was that?"]
LONG = {"left": "a museum of art " * 12, "right": "מוזיאון לאמנות " * 12}


@pytest.mark.parametrize("width", [390, DESKTOP, 1400])
@pytest.mark.parametrize("text", SHORT)
def test_texts_shorter_than_a_line_are_in_the_middle_of_the_card(look, text, width):
    for side in ("question", "answer"):
        page = look(text, text, side=side, width=width)
        assert middle(measured(page, ".fd-question")) == pytest.approx(width / 2, abs=1.5)
    assert middle(measured(page, ".fd-answer")) == pytest.approx(width / 2, abs=1.5)


@pytest.mark.parametrize("width", [390, DESKTOP])
@pytest.mark.parametrize("edge", LONG)
def test_texts_longer_than_a_line_begin_at_the_edge_of_their_direction(look, edge, width):
    page = look(LONG[edge], LONG[edge], width=width)
    rule = box(page.locator("hr"))
    for part in (".fd-question", ".fd-answer"):
        first = measured(page, part)[0]
        assert first[edge] == pytest.approx(getattr(rule, edge), abs=3)


def test_the_lines_of_a_short_list_begin_below_each_other(look):
    page = look("Which?", "<ul><li>one</li><li>twenty</li></ul>")
    letters = measured(page, ".fd-answer")
    assert letters[0]["left"] == pytest.approx(letters[3]["left"], abs=3)
    assert letters[0]["left"] > PHONE / 3


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_question_begins_where_its_choices_do(look, width):
    page = look(f"Prime?{choices(['two'])}", "two", width=width)
    rows = box(page.locator(".fd-choices"))
    assert measured(page, ".fd-question")[0]["left"] == pytest.approx(rows.left, abs=3)
    assert rows.right - rows.left > 0.85 * min(width, 36 * 20)


@pytest.mark.parametrize("question", ["Prime?", LONG["left"], "<p>Is it</p><p>a prime?</p>"])
def test_the_question_stays_in_its_place_when_the_card_is_turned(look, question):
    places = [
        measured(look(question, "yes", side=side), ".fd-question")
        for side in ("question", "answer")
    ]
    assert places[0] == places[1]


@pytest.mark.parametrize("width", [PHONE, DESKTOP, 1400])
@pytest.mark.parametrize("question", ["漢", "שלום", LONG["left"], LONG["right"]])
@pytest.mark.parametrize("hint", ["short", LONG["left"], LONG["right"]])
def test_a_hint_moves_no_question_and_stays_on_the_screen(look, question, hint, width):
    page = look(
        f"<span>{with_hint(f'{question}</span>', hint)}", "yes", side="question", width=width
    )
    places = [measured(page, ".fd-question > span")]
    page.locator("summary").click()
    places.append(measured(page, ".fd-question > span"))
    assert places[0] == places[1]
    shown = box(page.locator(".fd-hint > div"))
    assert shown.left >= 0
    assert shown.right <= width
    assert middle(measured(page, "summary")) == pytest.approx(width / 2, abs=1.5)


@pytest.mark.parametrize("night", [False, True])
def test_the_answer_is_more_prominent_than_the_question(look, night):
    page = look("Rome, or <strong>Roma</strong>?", "Roma", night=night)
    parts = (".fd-question", ".fd-question strong", ".fd-answer")
    question, emphasis, answer = (page.locator(part).evaluate(STYLE) for part in parts)
    assert answer["size"] > question["size"]
    assert answer["weight"] > question["weight"]
    paper = page.locator("body").evaluate(STYLE)["paper"]
    assert ratio(question["ink"], paper) == ratio(emphasis["ink"], paper)
    assert ratio(question["ink"], paper) < ratio(answer["ink"], paper)


def picture(size):
    """The address of an SVG picture, twice as wide as high."""
    text = f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 40 20"><path/></svg>'
    return f"data:image/svg+xml;base64,{base64.b64encode(text.encode()).decode()}"


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("around", ["{}", "<p>A map:</p><p>{}</p>", "Rome {}"])
def test_pictures_without_a_size_are_as_wide_as_the_card(look, around, width):
    page = look("Where?", around.format(f'<img src="{picture("")}">'), width=width)
    rule, shown = box(page.locator("hr")), box(page.locator("img"))
    assert shown.right - shown.left == pytest.approx(rule.right - rule.left, abs=1)


@pytest.mark.parametrize("around", ["{} Rome", "<table><tr><td>{}</td><td>Rome</td></tr></table>"])
def test_pictures_with_a_size_take_no_more_space(look, around):
    size = 'width="40" height="20"'
    page = look("Where?", around.format(f'<img src="{picture(size)}">'))
    shown = box(page.locator("img"))
    assert shown.right - shown.left == 40
    assert measured(page, ".fd-answer")[0]["left"] - shown.right < 40


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_alone_is_not_cut_off(look, formula):
    page = look("f", rf"\({formula}\)")
    for one in formulas(page, 1).all():
        assert one.evaluate("one => one.scrollWidth - one.clientWidth") == 0
