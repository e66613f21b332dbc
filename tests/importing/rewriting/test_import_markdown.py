"""Conversion of HTML to Markdown that renders to HTML of the same meaning, or that looks alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashdeck.importing.markdown import as_markdown, is_same, is_shown_alike
from flashdeck.importing.result import Rewriting
from flashdeck.markup import Markup, render

SAME, REWRITE = Rewriting
PIECES = st.sampled_from(
    [
        *"ab*_`#-[](){}$~|\\!\n <>&\"'1.:é漢",
        *("<b>", "</b>", "<br>", "<em>", "</em>", "<strong>", "</strong>", "<p>", "</p>", "<div>"),
        *("</div>", '<img src="a.png">', "[sound:a.mp3]", "{{c1::", "::", "}}", "\\(", "\\)"),
        *("\\[", "\\]", "&lt;", "&amp;", "&nbsp;", "<code>", "</code>", "<ul>", "</ul>", "<li>"),
        *(
            "</li>",
            "<pre>",
            "</pre>",
            "[$]",
            "[/$]",
            "<u>",
            "</u>",
            "<table>",
            "<tr>",
            "<td>",
            "</p>",
        ),
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join), st.booleans(), st.booleans())
def test_markdown_renders_to_html_of_the_same_meaning(html, cloze, scripts):
    for rewriting, is_alike in ((SAME, is_same), (REWRITE, is_shown_alike)):
        markdown = as_markdown(html, cloze=cloze, media={"a.png", "a.mp3"}, rewriting=rewriting)
        if markdown is not None:
            made = render(markdown, Markup.MARKDOWN, cloze=cloze, allow_scripts=scripts).html
            assert is_alike([made], [html])


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("a &lt; b &amp; c", "a < b & c"),
        ("a*b*c", r"a\*b\*c"),
        ("<strong>x</strong> and <em>y</em>", "**x** and *y*"),
        ("<p>one</p>\n<p>two</p>", "one\n\ntwo"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<ul><li>one</li><li><em>two</em></li></ul>", "- one\n- *two*"),
        ("one<br />two", "one\ntwo"),
        ("\none", "one"),
        ("1. not a list", "1. not a list"),
        ("1. not<br>\n2. a list", "1\\. not\n2\\. a list"),
        (r"\(x_1\) and {{c1::a_b}}", r"\(x_1\) and {{c1::a_b}}"),
        ("{{c1,2::<em>a</em>}}", "{{c1,2::*a*}}"),
        ('<img src="a.png">', '<img src="a.png">'),
        ('<img alt="" src="a.png" />', "![](a.png)"),
        ('<img src="gone.png">', None),
        ("x&nbsp;y", "x&nbsp;y"),
        ("<b>x</b>", "<b>x</b>"),
        ("&#91;sound:a.mp3]", "&#91;sound:a.mp3]"),
        ('say "hi"', 'say "hi"'),
        ("say &quot;hi&quot;", 'say "hi"'),
        ("<script>x</script>", None),
    ],
)
def test_markdown_reads_as_people_write_it(html, markdown):
    assert as_markdown(html, cloze=True, media={"a.png"}) == markdown


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<b>x</b> and <i>y</i>", "**x** and *y*"),
        ("<b>x: </b>y <i><b>z</b></i>", "**x:** y ***z***"),
        ("<b>x</b>y<b>z:</b>y", "**x**y<b>z:</b>y"),
        ("<b>x</b><i>y</i>", "**x**<i>y</i>"),
        ("\\(x\\)<b>(y)</b>", "\\(x\\)<b>(y)</b>"),
        ("one<div>two</div>", "one\ntwo"),
        ("one<br><br>two", "one\n\\\ntwo"),
        ("one<div><br></div><div>two<br></div>", "one\n\\\ntwo"),
        ("<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>d", "- a\n  1. b\n- c\n\nd"),
        ("a:<ol><li>b<br>c</li></ol>", "a:\n\n1. b\n   c"),
        ("<ul><li>a</li></ul><ul><li>b</li></ul>", "- a\n\n* b"),
        ("<ul><li>only one</li></ul>", "<ul><li>only one</li></ul>"),
        ("<table><tr><th>a<th>b<tr><td>1|2<td></table>", "| a | b |\n| --- | --- |\n| 1\\|2 |  |"),
        ("<table><tr><td>1</td></tr></table>", "<table><tr><td>1</td></tr></table>"),
        ("<pre>if a:\n    *b*</pre>", "```\nif a:\n    *b*\n```"),
        ("<code>a*b</code>", "`a*b`"),
        ('<a href="https://x.org/(a)">x</a>', "[x](<https://x.org/(a)>)"),
        ("<h2>x</h2><blockquote>y<br>z</blockquote>", "## x\n\n> y\n> z"),
        ("[$]x_1 &lt; 2[/$]", "\\(x_1 < 2\\)"),
        (
            "[latex]\\begin{align}a&amp;=b\\end{align}[/latex]",
            "\\[\\begin{align}a&=b\\end{align}\\]",
        ),
        ("[latex]\\chemfig{a}[/latex]", None),
        ("<u>x</u>", "<u>x</u>"),
        ("{{c1::<b>x</b>::a}} <div>{{c2::y}}</div>", "{{c1::**x**::a}}\n{{c2::y}}"),
        ('<img src="a.png" width="3">', '<img src="a.png" width="3">'),
        ("[sound:a.mp3]", "![](a.mp3)"),
        ("a*b*_c_", r"a\*b\*\_c\_"),
        ("<b>not closed", "**not closed**"),
        ("<b>not <i>well</b> closed</i>", None),
        ("<font color=red>x</font>", '<font color="red">x</font>'),
    ],
)
def test_rewritten_tags_become_markdown(html, markdown):
    rewritten = as_markdown(html, cloze=True, media={"a.png", "a.mp3"}, rewriting=REWRITE)
    assert rewritten == markdown


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a<br>b", "a<br><br>b"),
        ("<p>a</p>b", "a<br>b"),
        ("<ul><li>a</ul>", "<ol><li>a</ol>"),
        ("<u>a</u>", "a"),
        ("a&nbsp;b", "a b"),
        ("<pre>a  b</pre>", "<pre>a b</pre>"),
        ("<ul><li>a</li></ul><ul><li>b</li></ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("&#91;latex]", "[latex]"),
    ],
)
def test_what_looks_different_is_not_alike(one, other):
    assert not is_shown_alike([one], [other])
