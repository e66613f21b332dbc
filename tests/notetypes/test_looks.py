"""How cards look in a browser: what is visible, and where."""

from __future__ import annotations

from itertools import pairwise

import pytest
from card_page import DESKTOP, FORMULAS, LETTERS, PHONE, box, choices, drawn, formulas
from playwright.sync_api import expect

from flashdeck.kinds.kind import with_hint
from flashdeck.kinds.question import answer_list
from flashdeck.preview.frame import AnkiApp
from flashdeck.preview.frame.document import Sources, frame_policy

LISTS = {
    "one line": '<ol start="1986"><li>{text}</li><li>{text}</li></ol>',
    "paragraphs": '<ol start="1986"><li><p>{text}</p></li><li><p>{text}</p><p>{text}</p></li></ol>',
    "long numbers": '<ol start="123456789"><li>{text}</li></ol>',
    "growing numbers": '<ol start="999"><li>{text}</li><li>{text}</li></ol>',
    "empty items": '<ol start="1986"><li></li><li></li><li>{text}</li></ol>',
    "code": '<ol start="1986"><li><pre style="{hidden}">{text}</pre></li></ol>',
    "one number": '<ol><li value="1986">{text}</li></ol>',
    "in a list": '<ol start="1986"><li>{text}<ol start="1500"><li>{text}</li></ol></li></ol>',
    "in bullets": '<ul><li>{text}<ol start="1500"><li>{text}</li></ol></li></ul>',
    "short numbers": '<ol start="3"><li>{text}</li></ol>',
    "from one": "<ol><li>{text}</li></ol>",
}
WORDS = {"left to right": "museum " * 12, "right to left": "מוזיאון " * 12}


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("direction", WORDS)
@pytest.mark.parametrize("kind", LISTS)
def test_the_numbers_of_lists_are_beside_their_texts_and_on_the_card(look, kind, direction, width):
    # The texts have their place but are not drawn: what is drawn are the numbers.
    hidden = "visibility: hidden; white-space: pre-wrap"
    text = f'<span style="{hidden}">{WORDS[direction]}</span>'
    page = look("When?", LISTS[kind].format(text=text, hidden=hidden), width=width)
    answer = box(page.locator(".fd-answer"))
    for item in page.locator(".fd-answer li:not(:empty)").all():
        first, *letters = item.evaluate(LETTERS)
        number = drawn(page, top=first["top"], bottom=first["bottom"])
        assert answer.left <= number.left
        assert number.right <= answer.right
        if direction == "left to right":
            assert number.right <= first["left"]
        else:
            assert number.left >= first["right"]
        for letter in letters:
            assert letter["letter"] == " " or answer.left <= letter["left"]
            assert letter["letter"] == " " or letter["right"] <= answer.right


def test_a_list_from_three_looks_like_one_from_one(look):
    places = []
    for start in ("", ' start="3"'):
        page = look("When?", f"<ol{start}><li>museum</li><li>museum <b>two</b></li></ol>")
        letters = page.locator(".fd-answer").evaluate(LETTERS)
        first = letters[0]
        number = drawn(page, top=first["top"], bottom=first["bottom"], right=first["left"])
        places.append((number.right, [(one["left"], one["top"]) for one in letters]))
    assert places[0] == places[1]


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("entered", ["", "שלום!", "שלוM", "!שלום", "akuo"])
def test_answers_from_right_to_left_are_compared_from_right_to_left(look, entered, width):
    page = look("Hello?", "שלום!", typed="שלום!", entered=entered, width=width)
    compared = box(page.locator("code#typeans"))
    *_, first, _, _, _, mark = page.locator("code#typeans").evaluate(LETTERS)
    assert (first["letter"], mark["letter"]) == ("ש", "!")
    assert mark["right"] < first["left"]
    assert compared.right - first["right"] < mark["left"] - compared.left


def test_what_is_typed_runs_in_its_own_direction(look):
    page = look("Hello?", "שלום!", typed="שלום!", side="question")
    for text, at_the_right in (("שלום!", True), ("Hello!", False)):
        page.locator("input#typeans").fill(text)
        page.evaluate("document.activeElement.blur()")
        field = box(page.locator("input#typeans"))
        letters = drawn(
            page,
            left=field.left + 3,
            top=field.top + 3,
            right=field.right - 3,
            bottom=field.bottom - 3,
        )
        assert (field.right - letters.right < letters.left - field.left) is at_the_right


@pytest.mark.parametrize(
    ("expected", "entered", "at_the_right"), [("שלום", "שלומ", True), ("hello", "hellp", False)]
)
def test_the_arrow_is_between_the_lines(look, expected, entered, at_the_right):
    page = look("Hello?", expected, typed=expected, entered=entered)
    letters = page.locator("code#typeans").evaluate(LETTERS)
    above, arrow, below = (letters[at] for at in (0, len(expected), -1))
    assert above["bottom"] <= arrow["top"] + 1
    assert arrow["bottom"] <= below["top"] + 1
    assert below["top"] - above["top"] < 3 * (above["bottom"] - above["top"])
    compared = box(page.locator("code#typeans"))
    near = compared.right - arrow["right"] < arrow["left"] - compared.left
    assert near is at_the_right


RUBY = "<ruby>{}<rt>{}</rt></ruby>"


@pytest.mark.parametrize("around", ["{}", "<b>{}</b>", "<li>{}</li>"])
def test_readings_wider_than_their_texts_are_apart(look, around):
    readings = [("你", "nei5"), ("好", "hou2"), ("廣", "gwong2"), ("東", "dung1"), ("話", "waa2")]
    page = look("hello", around.format("".join(RUBY.format(*pair) for pair in readings)))
    boxes = [rt.evaluate(LETTERS) for rt in page.locator("rt").all()]
    for one, other in pairwise(boxes):
        space = other[0]["left"] - one[-1]["right"]
        letter = one[-1]["right"] - one[-1]["left"]
        assert space > letter / 2


def test_readings_narrower_than_their_texts_take_no_space(look):
    page = look("Japan", f"{RUBY.format('Japanese', 'nihongo')}<br><span>Japanese</span>")
    ruby, text = box(page.locator("ruby")), box(page.locator(".fd-answer > span"))
    assert ruby.right - ruby.left == pytest.approx(text.right - text.left)


SUM = "+".join(f"a_{{{number}}}" for number in range(1, 13))
# Where each formula is drawn, measured from the text before it.
PLACES = """() => [...document.querySelectorAll("#qa p")].map((one) => {
  const text = document.createRange();
  text.selectNode(one.firstChild);
  const { left, top } = text.getBoundingClientRect();
  const formula = one.querySelector("mjx-math").getBoundingClientRect();
  return [formula.left - left, formula.top - top];
})"""


@pytest.mark.parametrize("width", [PHONE, 1280])
@pytest.mark.parametrize(
    "around",
    ["sum \\({}\\) end", "<p>\\({}\\)</p>", "<ul><li>sum \\({}\\)</li></ul>", "\\({}\\), \\({}\\)"],
)
def test_wide_formulas_in_a_line_scroll_on_the_card(look, around, width):
    page = look("sum", around.replace("{}", "+".join([SUM] * 4)), width=width)
    answer = box(page.locator(".fd-answer"))
    for formula in formulas(page, around.count("{}")).all():
        assert formula.evaluate("one => { one.scrollLeft = 1e6; return one.scrollLeft; }") > 0
        assert box(formula).right <= answer.right + 12
        assert box(formula).left >= answer.left - 12
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("zoom", [1, 1.1, 1.25, 1.5])
def test_formulas_that_fit_do_not_scroll(look, zoom):
    page = look("f", "".join(f"<p>f \\({one}\\) f</p>" for one in FORMULAS), zoom=zoom, width=500)
    for formula in formulas(page, len(FORMULAS)).all():
        assert formula.evaluate("one => one.scrollWidth - one.clientWidth") == 0


def test_formulas_are_not_cut_off(look):
    page = look("f", "".join(f"<p>f \\({one}\\) f</p>" for one in FORMULAS), width=500)
    formulas(page, len(FORMULAS))
    pictures = [page.screenshot()]
    page.add_style_tag(content="#qa mjx-container { overflow: visible !important }")
    pictures.append(page.screenshot())
    assert pictures[0] == pictures[1]


def test_formulas_are_on_the_line_of_their_text(look):
    page = look("f", "".join(f"<p>f \\({one}\\) f</p>" for one in FORMULAS), width=500)
    formulas(page, len(FORMULAS))
    places = [page.evaluate(PLACES)]
    page.add_style_tag(
        content="#qa mjx-container { display: inline !important; margin: 0 !important;"
        " padding: 0 !important; overflow: visible !important }"
    )
    places.append(page.evaluate(PLACES))
    for one, other in zip(*places, strict=True):
        assert one == pytest.approx(other, abs=1)


def test_every_answer_begins_as_far_below_the_rule(look):
    tops = set()
    for tag in ("p", "ul", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"):
        page = look("Rome?", f"<{tag}>Roma</{tag}>")
        tops.add(box(page.locator(f".fd-answer {tag}")).top)
    assert len(tops) == 1


def test_headings_are_larger_than_those_below_them_and_not_smaller_than_code(look):
    tags = [f"h{level}" for level in range(1, 7)]
    page = look("Rome?", "".join(f"<{tag}>Roma</{tag}>" for tag in tags) + "<pre>Roma</pre>")
    heights = [page.locator(f".fd-answer {tag}").evaluate(LETTERS)[0] for tag in (*tags, "pre")]
    sizes = [letter["bottom"] - letter["top"] for letter in heights]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("app", AnkiApp)
@pytest.mark.parametrize(
    ("answer", "typed", "entered"),
    [
        ("1969", "1969", ""),
        ("1969", "1969", "1969"),
        ("1969", "1969", "1996"),
        ("<b>flask</b> <code>run</code>", "flask run", "flask"),
        ("a &lt; b &amp; c", "a &lt; b &amp; c", "a"),
        ("ก\u0e49า", "ก\u0e49า", "ก"),
        ("שלום!", "שלום!", "שלו"),
    ],
)
def test_an_answer_that_is_compared_is_not_shown_again(look, answer, typed, entered, app):
    page = look("When?", answer, typed=typed, entered=entered, app=app)
    expect(page.locator("code#typeans")).to_be_visible()
    expect(page.locator(".fd-answer")).to_be_hidden()
    expect(page.locator("hr:visible")).to_have_count(1)


@pytest.mark.parametrize(
    ("answer", "typed"),
    [
        ("404 Not Found", "404"),
        ("4", "404"),
        ("<ul><li>one</li><li>two</li></ul>", "one two"),
        ("H<sub>2</sub>O", "H2O"),
        ("<ruby>漢<rt>かん</rt></ruby>", "漢"),
        ('flask <img src="flask.png">', "flask"),
        ("flask [sound:flask.mp3]", "flask"),
        (r"\(x\)", "x"),
        ("ice cream", "icecream"),
    ],
)
def test_an_answer_that_says_more_than_what_is_typed_is_shown(look, answer, typed):
    for entered in ("", typed, "x"):
        page = look("What?", answer, typed=typed, entered=entered)
        expect(page.locator("code#typeans")).to_be_visible()
        expect(page.locator(".fd-answer")).to_be_visible()


def test_an_answer_is_shown_where_nothing_is_compared(look):
    expect(look("When?", "1969").locator(".fd-answer")).to_be_visible()
    # Some apps and windows leave out what is for typing.
    page = look("When?", "1969", typed="1969", can_type=False)
    expect(page.locator("#typeans")).to_have_count(0)
    expect(page.locator(".fd-answer")).to_be_visible()


@pytest.mark.parametrize("app", AnkiApp)
@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (choices(["two"]), "two"),
        (choices(["<code>a</code> &amp; b"]), "<code>a</code> &amp; b"),
        (choices(["<p>two</p><p>lines</p>"]), "<p>two</p><p>lines</p>"),
        (choices([r"\(x\)"]), r"\(x\)"),
        (choices(["two", "three"]), answer_list(["three", "two"])),
        (with_hint(choices(["two", "three"]), "tip"), answer_list(["two", "three"])),
    ],
)
def test_an_answer_among_the_choices_is_not_shown_again(look, question, answer, app):
    page = look(f"Prime?{question}", answer, app=app)
    expect(page.locator(".fd-right").first).to_be_visible()
    expect(page.locator(".fd-answer")).to_be_hidden()
    expect(page.locator("hr:visible")).to_have_count(0)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (choices(["two"]), "two, as it has no other divisor"),
        (choices(["two", "three"]), answer_list(["two"])),
        (choices(["two", "three"]), answer_list(["two", "three"]) + "and five"),
        (choices(["two"]), "six"),
    ],
)
def test_an_answer_that_says_more_than_the_choices_is_shown(look, question, answer):
    page = look(f"Prime?{question}", answer)
    expect(page.locator(".fd-answer")).to_be_visible()
    expect(page.locator("hr:visible")).to_have_count(1)


@pytest.mark.parametrize(
    ("question", "typed"), [("When?", "1969"), (f"When?{choices(['1969'])}", "")]
)
def test_without_scripts_every_answer_is_shown(look, question, typed):
    page = look(question, "1969", typed=typed, policy=frame_policy(Sources()))
    expect(page.locator(".fd-answer")).to_be_visible()


def test_a_reversed_card_shows_its_question(look):
    page = look(f"Prime?{choices(['two'])}", "two", reverse="1")
    expect(page.locator(".fd-answer")).to_be_visible()
