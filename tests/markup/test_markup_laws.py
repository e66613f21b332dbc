"""Laws that hold for every text: rendering never raises, and loses and adds nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

import pyromark
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markup_html import elements, faults, shown, structure

from flashdeck.html.tags import HARMLESS
from flashdeck.markup import Markup, Rendered, render
from flashdeck.markup.markdown import render_markdown
from flashdeck.markup.rendering import is_plain
from flashdeck.markup.results import Mode

pytestmark = pytest.mark.slow

COMMONMARK = (
    "a b word 7 é . ' \" & &amp; = - + # > * ** *** _ ` `` [ ] ( ) [a] ~~ | \\* \\_ \\ : / &#42;"
    " (/u) ](/u) ![ ![a](b.png) http://x.y ~~~~"
).split(" ")
COMMONMARK += " |  |\t|\n|\n\n|\n- |\n1. |\n7) |\n* |\n> |\n    |\n  |- |1. |> |# ".split("|")
COMMONMARK += [
    "\n---\n",
    "\n===\n",
    "\n***\n",
    "\n```\n",
    "\n~~~\n",
    "\n[a]: /u 't'\n[a]",
    "\n\n\n",
]
COMMONMARK += ["\n\n\n", "|", "\n|-|-|\n", "\n| a | b |\n|---|--:|\n", "# ", "## ", "\\\n", "  \n"]
OURS = (
    "$ $$ $x$ \\( \\) \\[ \\] { } {{c1:: {{c2,3:: }} :: {漢|かん} <b> </b> <i> <div> </div> <li>"
    " </li> <p> <table> <tr> <td> </td> <ul> </ul> <pre> </pre> <code> </code> <script> </script>"
    " <br> <a> </a> <details> <https://a.b> <y> <x:y> [sound:a.mp3] {width=20} <svg> onclick="
    " [latex] [/latex] [$] [/$] ** 他 。 “ ” 「 」 == __init__ __x__ 7*8 *7* ~ א < > ! 🙂 &#92;("
    " \\begin{a} \\end{a} ![](a.mp3) ![[ ]] \\{{c1:: <h1> </h1> <span> </span> <ruby> [type:x]"
    " {{type:x}}"
).split(" ")
OURS += ["<span class=x>", "<img src=a.png>", "<a href='b'>", "![a](b c.png)", "\n```py\n"]
OURS += ["\n<div>\n", "\n</div>\n", "\n<pre>\n", "\n<br>\n", "\r\n", "\r", "<a\nhref='b'>"]
OURS += ["\\begin{align}x\\end{align}", "\n\n$$\n", "\n\n\\[\n", "<a&#32;href=' '>"]
STRANGE = [
    *"\ue000\ue001\uf8ff\ufdd0\ufdd1\x85\x80\x9f\x00\x01\x0b\x0c\x1b\x7f\ufeff\ufffd\ufffe\u2028\u2029",
    *"\u200b\u200f\xad\xa0\u3000\u0301\U00010100\U000f0000\U000f0001\U0010fffd\U0010ffff",
    *"\ud800\udfff",
]
COMMENTS = ["<!-- ", " -->", "<!--", "\n<!--\n"]

commonmark_texts = st.lists(st.sampled_from(COMMONMARK), max_size=16).map("".join)
marked_texts = st.lists(st.sampled_from(COMMONMARK + OURS + COMMENTS), max_size=18).map("".join)
strange_texts = st.lists(st.sampled_from(COMMONMARK + OURS + STRANGE), max_size=14).map("".join)
any_texts = st.one_of(st.text(max_size=60), marked_texts, strange_texts)
any_markup = st.sampled_from(Markup)

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_INTERNAL = re.compile("[\ue000-\uf8ff\ufdd0-\ufdef\U00010100\U000f0000-\U0010ffff]")


def rendered(text: str, markup: Markup = Markup.MARKDOWN, **options: bool) -> Rendered:
    """Render a text; a panic of the engine is no `Exception`."""
    try:
        return render(text, markup, **options)
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        raise AssertionError(f"{type(error).__name__}: {error}") from error


@settings(max_examples=3000)
@given(any_texts, any_markup, st.booleans(), st.booleans(), st.booleans())
def test_nothing_raises_and_places_are_inside_the_text_in_order(
    text: str, markup: Markup, cloze: bool, allow_scripts: bool, join_lines: bool
) -> None:
    problems = rendered(
        text, markup, cloze=cloze, allow_scripts=allow_scripts, join_lines=join_lines
    ).problems
    places = [(problem.start, problem.end) for problem in problems]
    assert all(0 <= start <= end <= len(text) for start, end in places)
    assert places == sorted(places)


@settings(max_examples=3000)
@given(any_texts, st.booleans(), st.booleans())
@example("{{c1::\n<div>\n\n}}", True, False)
def test_markdown_becomes_balanced_html_of_harmless_tags(
    text: str, cloze: bool, join_lines: bool
) -> None:
    html = rendered(text, cloze=cloze, join_lines=join_lines).html
    assert faults(html) == []
    for name, values in elements(html):
        assert name in HARMLESS
        for attribute, value in values:
            assert not attribute.startswith("on")
            assert not re.match(r"[\s\x00-\x20]*(?:javascript|vbscript|data):", value)


@settings(max_examples=3000)
@given(any_texts, st.booleans())
def test_no_character_is_added(text: str, cloze: bool) -> None:
    result = rendered(text, cloze=cloze)
    assert not _CONTROL.search(result.html)
    said = "".join(problem.message + problem.hint for problem in result.problems)
    assert set(_INTERNAL.findall(result.html + said)) <= set(text)


@settings(max_examples=3000)
@given(any_texts, st.booleans())
@example("<table>\n\n    <td>\n", False)
@example("<li>\n```\n\n```\n<div>", False)
def test_no_word_is_added(text: str, cloze: bool) -> None:
    html = re.sub(r"\[sound:[^\]]*\]", " ", rendered(text, cloze=cloze).html)
    written = text + unescape(text) + re.sub(r"</?[a-z]+>", "", text)
    assert [word for word in re.findall("[A-Za-z]{2,}", shown(html)) if word not in written] == []


OWN = [*"\ue000\ue001\uf8ff\U00010100\U000f0000\U0010fffd", "\ue000\ue001", "\U00010100a"]
PLACES = {
    "alone": "{}",
    "in a paragraph": "one {} two\n\nthree",
    "in code": "`{}` $x$ <b>b</b>",
    "in a fence": "$x$\n\n```\n{}\n```\n",
    "in a highlighted fence": "```python\nx = '{}'\n```\n\n$x$",
    "in indented code": "$x$\n\n    {}\n",
    "behind a backslash": "\\{} $x$",
    "in a formula": "$x{}y$ *a*",
    "in a cloze": "{{{{c1::a{}b}}}} <i>c</i>",
    "in a raw block": "<div>\n{} $x$\n</div>",
    "in a raw pre": "<pre>\n{}\n\n$x$</pre>",
    "in a table": "| a |\n|---|\n| {} $x$ |",
    "beside emphasis": "*{}* **{}**{} <b>x</b>",
    "in a label": "[{}](u) $x$",
    "in an alt text": "![{}](a.png) $x$",
}


@pytest.mark.parametrize("own", OWN, ids=ascii)
@pytest.mark.parametrize("place", PLACES)
def test_characters_that_the_engine_uses_are_shown_where_an_author_writes_them(
    own: str, place: str
) -> None:
    text = PLACES[place].replace("{}", own).replace("{{{{", "{{").replace("}}}}", "}}")
    html = rendered(text, cloze=True).html
    assert html.count(own) == text.count(own)


@pytest.mark.parametrize("character", [*"\x85\x00\x1b\x9f\ufdd0\ud800\udfff"], ids=ascii)
@pytest.mark.parametrize("place", PLACES)
def test_characters_that_html_forbids_do_not_reach_a_field(character: str, place: str) -> None:
    text = PLACES[place].replace("{}", f"o{character}x")
    text = text.replace("{{{{", "{{").replace("}}}}", "}}")
    html = rendered(text, cloze=True).html
    assert not _CONTROL.search(html)
    assert len(re.findall("o[^a-z]?x", html)) == text.count(f"o{character}x")


_WORD = re.compile("w[0-9]+x")
_INFO = re.compile(r"^[ \t>]*(?:(?:[-+*]|[0-9]+[.)])[ \t]+)*(?:`{3,}|~{3,})(.*)", re.MULTILINE)


def _with_words(marks: Iterable[str]) -> str:
    return "".join(f"w{index}x{mark}" for index, mark in enumerate(marks))


word_texts = st.lists(st.sampled_from(COMMONMARK + OURS), min_size=1, max_size=16).map(_with_words)


@settings(max_examples=5000)
@given(word_texts, st.booleans(), st.booleans())
@example("w0x\n\n[a]: w1x\n\n[a]: w2x\n\n[a]", False, False)
@example("[a]: /u 'w1x'\n\nw2x", False, False)
@example("| w0x |\n|---|\n| w1x | w2x |", False, False)
@example("w0x\n[w1x]: /u\n\nw2x", False, False)
def test_every_word_is_shown_or_a_problem_is_reported(
    text: str, cloze: bool, join_lines: bool
) -> None:
    result = rendered(text, cloze=cloze, join_lines=join_lines)
    if result.problems:
        return
    # A fence's first word is its language; the rest of that line is for other programs.
    info = set(_WORD.findall(" ".join(_INFO.findall(text))))
    lost = [word for word in _WORD.findall(text) if word not in result.html and word not in info]
    assert lost == []


@settings(max_examples=1000)
@given(any_texts)
def test_html_is_unchanged_when_names_are(text: str) -> None:
    assert rendered(text, Markup.HTML).html == text


_OPTIONS = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH
_OURS = re.compile(
    r"[$<{]|\\[(\[~]|==|\d\*+\d|__\w+__[.(]|\.__\w|(?<!~)~(?!~)|~{3,}[^\n]*\S|&#|!\[[^\]]*\]\([^)]*\.mp3"
    r"|\[[^\[\]]*\]:"
)


@settings(max_examples=5000)
@given(commonmark_texts)
@example("| a | b |\n|---|:-:|\n| `c` | ~~d~~ |\n\n1. x\n   > y\n\n   z\n2. w")
@example("Title\n=====\n\n* a\n  * b\n\n\n* c\n\n---\n")
@example("*a\n\n_b_ **c* d** `e``")
def test_text_without_marks_of_flashdeck_is_commonmark(text: str) -> None:
    text = f"begin\n\n{text}\n\nend\n"  # since a value of one line is one paragraph
    if not _OURS.search(text):
        html = rendered(text, join_lines=True).html
        assert structure(html) == structure(pyromark.html(text, options=_OPTIONS))


@settings(max_examples=2000)
@given(any_texts, st.booleans())
def test_joining_lines_changes_nothing_but_the_breaks(text: str, cloze: bool) -> None:
    kept, joined = (rendered(text, cloze=cloze, join_lines=join) for join in (False, True))
    kept_lines, joined_lines = (
        re.sub("<br>\n?", "\n", result.html).rstrip("\n") for result in (kept, joined)
    )
    assert kept_lines == joined_lines
    assert kept.problems == joined.problems


@settings(max_examples=2000)
@given(any_texts, st.booleans())
def test_a_value_of_one_line_holds_no_block(text: str, cloze: bool) -> None:
    line = re.sub(r"[\r\n]", " ", text)
    blocks = {"ul", "ol", "li", "blockquote", "h1", "h2", "h3", "hr", "table", "pre", "p"}
    written = {name.casefold() for name in re.findall(r"<(\w+)", line)}
    shown = {name for name, _ in elements(rendered(line, cloze=cloze).html)}
    assert not (shown & blocks) - written


_plain_texts = st.text(
    st.one_of(st.sampled_from("ab 5.)-+=>#:|!&~_ \n\t\u3000\xa0'\"<"), st.characters()), max_size=20
)


@settings(max_examples=1500)
@given(text=_plain_texts, cloze=st.booleans())
@example(text="a\n1)b", cloze=False)
@example(text="\u2028a\u3000", cloze=True)
def test_plain_texts_render_as_the_parser_would(text: str, cloze: bool) -> None:
    text = text.strip(" \t\r\n")
    if is_plain(text):
        mode = Mode(lambda name: name, cloze, allow_scripts=False, join_lines=False)
        assert render(text, cloze=cloze) == render_markdown(text, 0, mode)
