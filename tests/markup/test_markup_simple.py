"""Texts that are read without the engine show as the engine shows them, letter by letter."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest

from flashdeck import markup
from flashdeck.markup.references import Media
from flashdeck.markup.results import MediaRefusal
from flashdeck.markup.simple import simple

pytestmark = pytest.mark.slow

MANY = 40_000
WORDS = (
    "word a 1 Ä 日 e\u0301 x.y isn't 5% (so) \"q\" a:b a::b c1 - + # > = . ! ? , ; 'x' 3. 2) \u2019"
    " $5 a_b R&D <b 7.5%"
).split(" ")
MARKS = (
    "* ** *** ` `` _ __ { {{ }} } [ ] < > & $ ~ ~~ | \\ :: : \t \r 🙂 \u0301 ו \x00 \ufeff \xa0"
    " $$ \\( \\) \\[ \\] {漢|か} ``` --- :- ~~~ ![ ]( {width=5} [sound:a.mp3] [latex]"
    " <b> &amp; \ufdd0"
).split(" ")
SHAPES = (
    "*{}*",
    "**{}**",
    "`{}`",
    "`{} {}`",
    "{{{{c1::{}}}}}",
    "{{{{c2::{}::{}}}}}",
    "{{{{c1::*{}* `{}`::**{}**}}}}",
    "{{{{c3::${}$}}}}",
    "${}$",
    "${}\n{}$",
    "$$ {}{} $$",
    "\\({} {}\\)",
    "\\[{}\n{}\\]",
    "\\[{}\\]",
    "![{}](a/b.png)",
    "![{}](b.mp3)",
    "![]({})",
    "\n\n![{} {}](no.png)\n\n",
    "\n",
    "\n\n",
    "\n- {}",
    "\n\n- {}\n- *{}*",
    "\n\n1. {}\n2. {}",
    "\n1. {}",
    "\n```python\n{} {}\n```\n",
    "\n\n```\n{}\n\n  {}```\n```",
    "\n\n```sh\n{}\n```\n\n",
    "```{}\n{}\n{}\n```",
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
    " & ",
    " < ",
    " ~",
    "_",
    "!",
)


def names(destination: str) -> str | MediaRefusal:
    """Name files as a package does; one of them is missing."""
    if destination == "no.png":
        return MediaRefusal("there is none")
    return destination.replace("/", '&"\x01')


MEDIA = Media(names)


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
        return markup.render(text, cloze=cloze, media=names)


@pytest.mark.parametrize("cloze", [False, True])
def test_what_is_read_without_the_engine_shows_the_same(monkeypatch, cloze):
    dice = random.Random(f"simple {cloze}")
    read = 0
    for _ in range(MANY // 2):
        text = drawn(dice)
        if simple(text.strip(" \t\r\n"), cloze=cloze, media=MEDIA) is not None:
            read += 1
            rendered = markup.render(text, cloze=cloze, media=names)
            assert rendered == by_the_engine(monkeypatch, text, cloze=cloze), repr(text)
    assert read > MANY // 50


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("What is *that* to **this**?", "What is <em>that</em> to <strong>this</strong>?"),
        ("Call `f(x) > a[1]` twice", "Call <code>f(x) &gt; a[1]</code> twice"),
        ("one\n\ntwo", "<p>one</p>\n<p>two</p>"),
        ("So:\n\n- *a*\n- b", "<p>So:</p>\n<ul>\n<li><em>a</em></li>\n<li>b</li>\n</ul>"),
        ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"),
        ("The {{c1::cat::an animal}} sat", "The {{c1::cat::an animal}} sat"),
        ("{{c1::a `b`::*c*}}", "{{c1::a <code>b</code>::<em>c</em>}}"),
        ("It costs $5, or $n_1$", "It costs $5, or \\(n_1\\)"),
        ("Is a_b < c & d?", "Is a_b &lt; c &amp; d?"),
        ("Look:\n\n![it](a.png)", '<p>Look:</p>\n<p><img src="a.png" alt="it"></p>'),
        (
            "So:\n\n```python\nx\n```",
            '<p>So:</p>\n<pre class="fd-code"><code class="language-python">x\n</code></pre>',
        ),
    ],
)
def test_common_texts_take_no_engine(monkeypatch, text, html):
    assert simple(text, cloze=True, media=MEDIA) == html
    assert by_the_engine(monkeypatch, text, cloze=True).html == html


def test_a_deck_of_common_texts_never_loads_the_engine_nor_the_highlighter():
    program = (
        "import sys; from flashdeck.markup import render;"
        "render('a'); render('*a* `b` $c$\\n\\n- {{c1::d}}\\n\\n```\\ne\\n```', cloze=True);"
        "print(sorted({'markdown_it', 'pygments'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
