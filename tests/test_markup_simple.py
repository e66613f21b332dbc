"""Texts that are read without the engine show as the engine shows them, letter by letter."""

from __future__ import annotations

import random

import pytest

from flashdeck import markup
from flashdeck.markup.simple import simple

MANY = 40_000
WORDS = (
    "word a 1 Ä 日 e\u0301 x.y isn't 5% (so) \"q\" a:b a::b c1 - + # > = . ! ? , ; 'x' 3. 2) \u2019"
).split(" ")
MARKS = (
    "* ** *** ` `` _ __ { {{ }} } [ ] < > & $ ~ ~~ | \\ :: : \t \r 🙂 \u0301 ו \x00 \ufeff \xa0"
).split(" ")
SHAPES = (
    "*{}*",
    "**{}**",
    "`{}`",
    "{{{{c1::{}}}}}",
    "{{{{c2::{}::{}}}}}",
    "\n",
    "\n\n",
    "\n- {}",
    "\n\n- {}\n- *{}*",
    " ",
    " ",
    "  ",
    "{}",
    "{} {}",
    "\n    {}",
    "- {}",
    "*{}",
    "{}*",
    "a*{}*b",
    "**{} `{}`**",
    "*{} **{}** {}*",
)


def drawn(dice: random.Random) -> str:
    """Draw a text that is nearly simple."""
    odd = 0.02 if dice.random() < 0.7 else 0.4

    def words(_: object = None) -> str:
        return dice.choice(MARKS) if dice.random() < odd else dice.choice(WORDS)

    shapes = (dice.choice(SHAPES) for _ in range(dice.randint(1, 7)))
    return "".join(shape.format(words(), words(), words()) for shape in shapes)


def by_the_engine(monkeypatch, text: str, *, cloze: bool) -> markup.Rendered:
    with monkeypatch.context() as patch:
        patch.setattr(markup, "simple", lambda *_, **__: None)
        patch.setattr(markup, "is_plain", lambda _: False)
        return markup.render(text, cloze=cloze)


@pytest.mark.parametrize("cloze", [False, True])
def test_what_is_read_without_the_engine_shows_the_same(monkeypatch, cloze):
    dice = random.Random(f"simple {cloze}")
    read = 0
    for _ in range(MANY // 2):
        text = drawn(dice)
        if simple(text.strip(" \t\r\n"), cloze=cloze) is not None:
            read += 1
            rendered = markup.render(text, cloze=cloze)
            assert rendered == by_the_engine(monkeypatch, text, cloze=cloze), repr(text)
    assert read > MANY // 50


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("What is *that* to **this**?", "What is <em>that</em> to <strong>this</strong>?"),
        ("Call `f(x) > 1` twice", "Call <code>f(x) &gt; 1</code> twice"),
        ("one\n\ntwo", "<p>one</p>\n<p>two</p>"),
        ("So:\n\n- *a*\n- b", "<p>So:</p>\n<ul>\n<li><em>a</em></li>\n<li>b</li>\n</ul>"),
        ("The {{c1::cat::an animal}} sat", "The {{c1::cat::an animal}} sat"),
    ],
)
def test_common_texts_take_no_engine(monkeypatch, text, html):
    assert simple(text, cloze=True) == html
    assert by_the_engine(monkeypatch, text, cloze=True).html == html
