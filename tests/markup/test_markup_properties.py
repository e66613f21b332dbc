"""Laws that hold for every text: never raises, equals CommonMark, well-formed, inert, in time."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pyromark
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flashdeck.html.tags import HARMLESS, VOID
from flashdeck.markup import Markup, render
from flashdeck.markup.markdown import render_markdown
from flashdeck.markup.rendering import is_plain
from flashdeck.markup.results import Media

pytestmark = pytest.mark.slow

COMMONMARK = (
    "a|b |word| |  |\n|\n\n|*|**|_|`|``|[|](|]|(|)|#|# |- |1. |> |    |---\n|===\n|~~|&|&amp;|\"|'"
    "|:|http://x.y|[a]: /u\n|[a]|\t|+ |```\n|~~~\n|é|漢|.|=|5|\\*|\\\n"
).split("|")
COMMONMARK += ["|", "|-|-|\n", "\\"]
OURS = (
    "$ $$ \\( \\) \\[ \\] { } {{c1:: {{c2,3:: }} :: {漢|かん} <b> </b> <div> </div> <li> </li> <p> "
    "<table> <tr> <td> </td> <ul> </ul> <pre> </pre> <code> <!-- --> <script> </script> <br> </a> "
    "<details> <https://a.b> <y> <x:y> ![ ![a](b.mp3) [sound:a.mp3] {width=20} <svg> onclick= "
    "<a&#32;href=' '> [latex] [/latex] \u05d0 \x00 \x85 \ud800 \r\n \ufdd0 < > !"
).split(" ")
OURS += ["<span class=x>", "<img src=a.png>", "![a](b c.png)", "```py\n"]

commonmark_texts = st.lists(st.sampled_from(COMMONMARK), max_size=14).map("".join)
any_texts = st.one_of(
    st.text(max_size=60), st.lists(st.sampled_from(COMMONMARK + OURS), max_size=16).map("".join)
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@settings(max_examples=1500)
@given(commonmark_texts)
@example("| a | b |\n|---|:-:|\n| `c` | **d** |\n\n1. x\n   > y\n\n   z\n2. w")
@example("Title\n=====\n\n* a\n  * b\n\n\n* c\n\n---\n[x]: /y 'z'\n[x] [x][] [q][x]")
def test_text_without_our_marks_is_commonmark(text: str) -> None:
    text = text.strip(" \t\r\n")
    if (
        "\n" not in text
        or not text.isascii()
        or re.search(r"> ?(```|~~~)|[$<{!~=:]|\\[(\[]|http|<br />|&quot;", text)
    ):
        return
    expected = pyromark.html(text + "\n", options=pyromark.Options.ENABLE_TABLES).rstrip("\n")
    if expected.startswith("<p>") and expected.find("</p>") == len(expected) - 4:
        expected = expected[3:-4]
    expected = expected.replace("<br />", "<br>").replace("<hr />", "<hr>")
    assert render(text, join_lines=True).html == expected


class _Balance(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not any(name.startswith("on") for name, _ in attrs)
        self.names.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes the card's own frame"
        assert self.open.pop() == tag


@settings(max_examples=1500)
@given(any_texts, st.booleans())
def test_any_markdown_gives_wellformed_html_of_harmless_tags(text: str, cloze: bool) -> None:
    rendered = render(text, cloze=cloze)
    reader = _Balance()
    reader.feed(rendered.html)
    reader.close()
    assert reader.open == []
    assert reader.names <= HARMLESS.keys()
    assert not _CONTROL.search(rendered.html)


@settings(max_examples=500)
@given(any_texts, st.sampled_from(Markup), st.booleans(), st.booleans())
def test_nothing_raises_and_every_place_is_in_the_text(
    text: str, markup: Markup, cloze: bool, allow_scripts: bool
) -> None:
    rendered = render(text, markup, cloze=cloze, allow_scripts=allow_scripts)
    places = [(problem.start, problem.end) for problem in rendered.problems]
    assert all(0 <= start <= end <= len(text) for start, end in places)
    assert places == sorted(places)


@settings(max_examples=300)
@given(any_texts)
def test_html_is_unchanged_when_names_are(text: str) -> None:
    assert render(text, Markup.HTML).html == text


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
        masked = render_markdown(
            text,
            0,
            Media(lambda name: name),
            cloze=cloze,
            allow_scripts=False,
            join_lines=False,
        )
        assert render(text, cloze=cloze) == masked


HOSTILE = (
    "<a_ [ *a_ {{c1:: ` $ | <b> ![ ![]( >_ \\( \\[ $$_ <!--_ <!--\n <script> {漢| }} {{c1::` "
    "[sound: <a_b=' $a$_$$ a\n=\n {{c1::{{ \\(_{{c1:: <div>\n {{c1::<!-- "
    "<li> a|b\n-|-\n ![a](b_c [latex]"
).split(" ")


@pytest.mark.parametrize("unit", [unit.replace("_", " ") for unit in HOSTILE])
def test_hostile_repetition_is_rendered(unit: str) -> None:
    """Quadratic time would take minutes here, and show as a test-suite that hangs."""
    text = (unit * (65_536 // len(unit)))[:65_536]
    for markup in (Markup.MARKDOWN, Markup.HTML):
        assert render(text, markup, cloze=True).html
