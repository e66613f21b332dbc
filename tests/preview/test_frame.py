"""The card frame: its documents, and their rendering compared with Anki's screens."""

from __future__ import annotations

import random
import re

import pytest
from playwright.sync_api import expect

from flashdeck.model import Card, Field, Note, NoteType, Template
from flashdeck.preview.frame import AnkiApp, Screen, Surroundings, card_document, face, frame_script
from flashdeck.preview.frame.document import data
from flashdeck.preview.serve.mathjax import mathjax_files

NIGHT = "nightMode night_mode"


def notetype(front="{{Front}}", back="{{FrontSide}}<hr id=answer>{{Back}}", **more):
    fields = (Field("Front"), Field("Back", font="Courier", size=18))
    return NoteType(1, "Basic", fields, (Template("Card", front, back),), **more)


def made(kind, *fields, ordinal=0):
    return face(kind, Note("g", 1, fields, (), (Card(ordinal, "D"),)), Card(ordinal, "D"))


@pytest.fixture
def show(page):
    """Open one side of a card as a standalone document."""

    def shown(kind, *fields, side="question", typed="", **screen):
        text = card_document(
            made(kind, *fields), Screen(**screen), Surroundings(), side=side, typed=typed
        )
        page.goto("about:blank")
        page.set_content(text)
        expect(page.locator("#qa > style")).to_be_attached()
        return page

    return shown


@pytest.mark.parametrize(
    ("app", "night", "root", "body"),
    [
        (AnkiApp.DESKTOP, False, "linux chrome", "card card1 isLin fancy"),
        (AnkiApp.DESKTOP, True, "night-mode linux chrome", f"card card1 isLin {NIGHT} fancy"),
        (AnkiApp.ANDROID, False, "android mobile chrome", "card card1 mathjax-rendered"),
        (
            AnkiApp.ANDROID,
            True,
            "night-mode android mobile chrome",
            f"card card1 {NIGHT} mathjax-rendered",
        ),
        (AnkiApp.ANDROID_OLD, False, "mobile android linux js", "card card1 chrome"),
        (AnkiApp.ANKIMOBILE, True, "webkit safari mobile iphone js", "card card1 nightMode"),
        (
            AnkiApp.ANDROID_OLD,
            True,
            "mobile android linux js",
            "card card1 night_mode nightMode chrome",
        ),
    ],
)
def test_html_and_body_have_the_classes_of_each_screen(show, app, night, root, body):
    page = show(notetype(), "a", "b", app=app, night=night)
    assert page.evaluate("document.compatMode") == "CSS1Compat"
    expect(page.locator("html")).to_have_class(root)
    expect(page.locator("body")).to_have_class(body)


@pytest.mark.parametrize(
    ("app", "night", "colors"),
    [
        (AnkiApp.DESKTOP, False, ("rgb(245, 245, 245)", "rgb(2, 2, 2)")),
        (AnkiApp.DESKTOP, True, ("rgb(44, 44, 44)", "rgb(252, 252, 252)")),
        (AnkiApp.ANDROID, True, ("rgb(0, 0, 0)", "rgb(255, 255, 255)")),
        (AnkiApp.ANDROID_OLD, True, ("rgb(0, 0, 0)", "rgb(255, 255, 255)")),
        (AnkiApp.ANKIMOBILE, True, ("rgb(0, 0, 0)", "rgb(255, 255, 255)")),
    ],
)
def test_a_card_without_css_has_the_screens_colors(show, app, night, colors):
    page = show(notetype(), "a", "b", app=app, night=night)
    style = "(one => [one.backgroundColor, one.color])(getComputedStyle(document.body))"
    assert tuple(page.evaluate(style)) == colors


def test_in_dark_mode_the_desktop_overrides_a_decks_light_colors(show):
    kind = notetype(css=".card { color: red; background: yellow }")
    day = show(kind, "a", "b")
    expect(day.locator("body")).to_have_css("color", "rgb(255, 0, 0)")
    night = show(kind, "a", "b", night=True)
    expect(night.locator("body")).to_have_css("color", "rgb(252, 252, 252)")
    own = show(notetype(css=".card.nightMode { color: blue }"), "a", "b", night=True)
    expect(own.locator("body")).to_have_css("color", "rgb(0, 0, 255)")


@pytest.mark.parametrize(("app", "width"), [(AnkiApp.DESKTOP, 800), (AnkiApp.ANDROID, 390)])
def test_boxes_have_the_same_position_as_in_anki(show, app, width):
    page = show(notetype(css=".card { font-size: 20px }"), "a", "b", side="answer", app=app)
    page.set_viewport_size({"width": width, "height": 600})
    box = page.locator("#answer").bounding_box()
    assert (box["x"], box["width"], box["height"]) == (20, width - 40, 1)


def test_the_answer_is_scrolled_to(show):
    long = "<p>line</p>" * 80
    page = show(notetype(), long, "b", side="answer")
    expect(page.locator("#answer")).to_be_in_viewport()
    question = show(notetype(), long, "b")
    assert question.evaluate("scrollY") == 0


def test_a_template_error_is_shown_without_css_as_in_anki(show):
    page = show(notetype("{{Fron}}", css=".card { color: red }"), "a", "b")
    expect(page.locator("#qa")).to_contain_text("Front template has a problem:")
    expect(page.locator("body")).to_have_css("color", "rgb(2, 2, 2)")


def test_a_hint_of_the_template_language_opens(show):
    page = show(notetype("{{hint:Front}}"), "the hint", "b")
    expect(page.get_by_text("the hint")).to_be_hidden()
    page.get_by_role("link", name="Front").click()
    expect(page.get_by_text("the hint")).to_be_visible()
    expect(page.get_by_role("link", name="Front")).to_be_hidden()


def test_sounds_are_buttons_in_place(show):
    page = show(notetype(), "a[sound:x.mp3]b", "c[sound:y.mp3]", side="answer")
    expect(page.locator(".replay-button svg")).to_have_count(2)
    expect(page.locator(".replay-button").first).to_have_css("display", "inline-flex")
    old = show(notetype(), "a[sound:x.mp3]", "c", app=AnkiApp.ANDROID_OLD)
    expect(old.locator(".replay-button")).to_have_count(1)


def test_media_names_are_url_encoded(show):
    page = show(notetype(), '<img src="a b#1.png">', "c")
    expect(page.locator("img")).to_have_attribute("src", "a%20b%231.png")


TYPED = "{{Front}} {{type:Back}}"


def test_the_rule_moves_in_front_of_the_comparison(show):
    page = show(notetype(TYPED), "a", "right", side="answer", typed="rigth")
    html = page.locator("#qa").inner_html()
    assert html.index('id="answer"') < html.index("typeGood") < html.rindex("right")
    assert html.count("<hr") == 1
    expect(page.locator("code#typeans")).to_have_css("font-family", re.compile("Courier|mono"))


@pytest.mark.parametrize(
    ("template", "fields", "text"),
    [
        ("{{type:Nope}}", ("a", "b"), "template has a problem"),
        (TYPED, ("a", ""), "a"),
        ("{{Front}}[[type:Nope]]", ("a", "b"), "aType answer: unknown field Nope"),
    ],
)
def test_an_invalid_type_in_box_is_replaced_with_the_reason(show, template, fields, text):
    page = show(notetype(template), *fields)
    expect(page.locator("#qa")).to_contain_text(text)
    expect(page.locator("input")).to_have_count(0)


def test_each_screen_has_its_own_type_in_box(show):
    desktop = show(notetype(TYPED), "a", "b")
    expect(desktop.locator("center > input#typeans")).to_have_attribute(
        "style", "font-family: 'Courier'; font-size: 18px;"
    )
    iphone = show(notetype(TYPED), "a", "b", app=AnkiApp.ANKIMOBILE)
    expect(iphone.locator("center > input#typeans")).to_be_visible()
    new = show(notetype(TYPED), "a", "b", app=AnkiApp.ANDROID)
    expect(new.locator("#qa")).to_have_text("a")
    old = show(notetype(TYPED), "a", "b", app=AnkiApp.ANDROID_OLD)
    expect(old.locator(".typePrompt")).to_have_text("........")


def test_the_type_in_box_has_the_focus_anywhere_on_the_card(show):
    page = show(notetype(TYPED), "<p>line</p>" * 80, "b")
    expect(page.locator("input#typeans")).to_be_focused()
    expect(page.locator("input#typeans")).to_be_in_viewport()


def test_a_background_begins_behind_the_toolbar_of_the_desktop(show):
    kind = notetype(css=".card { background: linear-gradient(red, blue) }")
    for app in AnkiApp:
        body = show(kind, "a", "b", app=app).locator("body")
        top = "-37px" if app is AnkiApp.DESKTOP else "0%"
        expect(body).to_have_css("background-position-y", top)


def test_the_expected_answer_of_a_cloze_is_its_hidden_text():
    kind = notetype("{{cloze:Front}}{{type:cloze:Front}}", cloze=True)
    assert made(kind, "{{c1::a&amp;b}} {{c2::c}} {{c1::d}}", "")["typed"]["expected"] == "a&b, d"
    assert made(kind, "{{c1::a}} {{c1::a}}", "")["typed"]["expected"] == "a"
    assert made(notetype("{{Front}}{{type:nc:Back}}"), "x", "é")["typed"]["combining"] is False


COMPARE = """([pairs, combining]) =>
    pairs.map(([expected, typed]) => compareAnswer(expected, typed, combining))"""


ALPHABETS = [
    "ab",
    "abc d",
    "aéèn\u0303ñ",
    "日本語かな",
    "<&>\"'",
    "한글",
    "xyz" * 3,
    "😀👩\u200d👩",
    "ﬁ①²İß",
    "\u0301\u0300a",
]
MARKUP = ["<br>", "<b>", "</div>", "&nbsp;", "&lt;", "\n", "[sound:x.mp3]", "[anki:play:q:0]", "<"]


def letters(rng):
    alphabet = rng.choice(ALPHABETS) + rng.choice(["", rng.choice(ALPHABETS)])
    return "".join(rng.choice(alphabet) for _ in range(rng.choice([0, 1, 3, 8, 30, 230])))


def a_field(rng):
    parts = [rng.choice([letters(rng).replace("&", "&amp;"), rng.choice(MARKUP)]) for _ in range(4)]
    return "".join(parts) or "a"


def asked(field):
    """The expected answer of a typed card."""
    return made(notetype(TYPED), "x", field)["typed"]["expected"]


def test_answers_are_compared_as_anki_compares_them(page, tmp_path):
    from anki.collection import Collection as AnkiCollection

    rng = random.Random(7)
    pairs = [
        ("404", "504"),
        ("x", ""),
        ("ab", "ba"),
        ("naïve", "naive"),
        ("e\u0301", "é"),
        ("a", "\u0301"),
        # In a long text, rare letters match only next to frequent ones.
        ("か" * 250 + "語ab", "か" * 250 + "ab"),
    ]
    for _ in range(400):
        field = a_field(rng)
        expected = asked(field)
        typed = letters(rng)
        if rng.random() < 0.6 and expected:
            at = rng.randrange(len(expected))
            typed = expected[:at] + rng.choice(["", "a", "x", "é"]) + expected[at + 1 :]
        pairs.append((field, typed))
    page.set_content("<!doctype html>")
    page.add_script_tag(content=frame_script().split("// One card on one screen.")[0])
    collection = AnkiCollection(str(tmp_path / "c.anki2"))
    try:
        for combining in (True, False):
            plain = [(asked(field), typed) for field, typed in pairs]
            ours = page.evaluate(COMPARE, [plain, combining])
            theirs = [collection.compare_answer(*pair, combining) for pair in pairs]
            different = [
                (pair, one, other)
                for pair, one, other in zip(pairs, ours, theirs, strict=True)
                if one != other
            ]
            assert different == []
    finally:
        collection.close()


def test_data_is_safe_in_a_script_element():
    assert "</script" not in data({"a": "</script><!--\u2028"})


def test_mathjax_is_the_version_of_anki():
    files = mathjax_files()
    assert len(files["tex-chtml-full.js"]) == 1_327_522
    assert sum(name.endswith(".woff") for name in files) == 23
