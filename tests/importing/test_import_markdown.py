"""Conversion of HTML to Markdown that renders to the same HTML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashdeck.importing.markdown import as_markdown
from flashdeck.markup import Markup, render

PIECES = st.sampled_from(
    [
        *"ab*_`#-[](){}$~|\\!\n <>&\"'1.:é漢",
        *("<b>", "</b>", "<br>", "<em>", "</em>", "<strong>", "</strong>", "<p>", "</p>", "<div>"),
        *("</div>", '<img src="a.png">', "[sound:a.mp3]", "{{c1::", "::", "}}", "\\(", "\\)"),
        *("\\[", "\\]", "&lt;", "&amp;", "&nbsp;", "<code>", "</code>"),
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join), st.booleans(), st.booleans())
def test_markdown_renders_to_the_same_html(html, cloze, scripts):
    markdown = as_markdown(html, cloze=cloze, media={"a.png", "a.mp3"})
    if markdown is not None:
        assert render(markdown, Markup.MARKDOWN, cloze=cloze, allow_scripts=scripts).html == html


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("a &lt; b &amp; c", "a < b & c"),
        ("a*b*c", r"a\*b\*c"),
        ("<strong>x</strong> and <em>y</em>", "**x** and *y*"),
        ("<p>one</p>\n<p>two</p>", "one\n\ntwo"),
        ("1. not a list", "1. not a list"),
        ("1. not<br>\n2. a list", "1\\. not<br>\n2. a list"),
        (r"\(x_1\) and {{c1::a_b}}", r"\(x_1\) and {{c1::a_b}}"),
        ("{{c1,2::<em>a</em>}}", "{{c1,2::*a*}}"),
        ('<img src="a.png">', '<img src="a.png">'),
        ('<img src="gone.png">', None),
        ("x&nbsp;y", None),
        ('say "hi"', 'say "hi"'),
        ("say &quot;hi&quot;", None),
        ("<script>x</script>", None),
    ],
)
def test_markdown_reads_as_people_write_it(html, markdown):
    assert as_markdown(html, cloze=True, media={"a.png"}) == markdown
