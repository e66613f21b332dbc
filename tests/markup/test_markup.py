"""Rendering one field: media and their places, HTML and plain text."""

from __future__ import annotations

import pytest

from flashdeck.markup import Markup, MediaRefusal, Problem, Rendered, render
from flashdeck.markup.rendering import is_plain


def packed(destination: str) -> str | MediaRefusal:
    """A project with every file but `gone.png`; `Ä & b.png` shows that names are escaped."""
    if destination == "gone.png":
        return MediaRefusal("no file gone.png", hint="did you mean done.png?")
    return f"Ä & {destination}"


def places(text: str, rendered: Rendered) -> list[tuple[str, str]]:
    return [(problem.rule, text[problem.start : problem.end]) for problem in rendered.problems]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("![a](x.png)", '<img src="Ä &amp; x.png" alt="a">'),
        ("![](x.mp3)", "[sound:Ä &amp; x.mp3]"),
        ("![](x.MKV)", "[sound:Ä &amp; x.MKV]"),
        ("[sound:x.mp3]", "[sound:Ä &amp; x.mp3]"),
        ('<img width=3 src="x.png">', '<img width="3" src="Ä &amp; x.png">'),
        ('<audio src="x.mp3" controls>', '<audio src="Ä &amp; x.mp3" controls></audio>'),
        ("<center>\n<img src=x.png>\n</center>", '<center>\n<img src="Ä &amp; x.png">\n</center>'),
        (
            "![](data:image/png;base64,AA==)",
            '<img src="Ä &amp; data:image/png;base64,AA==" alt="">',
        ),
    ],
)
def test_media_get_the_name_they_have_in_the_package(text: str, html: str) -> None:
    assert render(text, media=packed) == Rendered(html)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("  see ![](gone.png)", "gone.png"),
        ("a\n\n> - b\n>   ![x]( <gone.png> 'T')", "gone.png"),
        ("| gone.png | a |\n|--|--|\n| b | gone.png ![](gone.png) |", "gone.png"),
        ("# A\n\n<div>\n<img\n src='gone.png'></div>", "gone.png"),
        ("é\r\n\r\n漢 [sound:gone.png]", "gone.png"),
        ("![x][ref]\n\n[ref]: gone.png", "![x][ref]"),
    ],
)
def test_a_missing_file_is_shown_at_its_place(text: str, place: str) -> None:
    rendered = render(text, media=packed)
    start = text.rindex(place)
    assert rendered.problems == (
        Problem(
            "missing-media",
            "no file gone.png",
            start,
            start + len(place),
            hint="did you mean done.png?",
        ),
    )
    assert "<img src" not in rendered.html


def test_equal_cells_of_a_table_are_told_apart() -> None:
    text = "| a | b |\n|--|--|\n| ![](gone.png) | ![](gone.png) |"
    starts = [problem.start for problem in render(text, media=packed).problems]
    assert starts == [text.index("gone"), text.rindex("gone")]


@pytest.mark.parametrize("markup", [Markup.MARKDOWN, Markup.HTML])
@pytest.mark.parametrize(
    "address",
    ["http://a.b/x.png", "//a.b/x.png", r"\\a\x.png", "HTTPS:a.b/x.png", " ftp://a.b/x.png"],
)
def test_media_on_other_machines_are_refused(markup: Markup, address: str) -> None:
    text = f'<img src="{address}">'
    rendered = render(text, markup, media=packed)
    assert places(text, rendered) == [("remote-media", address)]


def test_html_stays_byte_for_byte_but_for_names_of_media() -> None:
    text = (
        "<!-- <img src=x.png> --><IMG  Src='x.png' alt=\"a>b\"><p>a<br/>&nbsp;&amp; *b* {{c1::x}}"
        "<video><source src=x.mp4></video>[sound:x&amp;y.mp3]<x-y>\\(a\\)</b> \t\r\n"
    )
    names = {"x.png": "p.png", "x.mp4": "v.mp4", "x&y.mp3": "s&t.mp3"}
    html = render(text, Markup.HTML, media=lambda name: names[name]).html
    assert html == (
        "<!-- <img src=x.png> --><IMG  Src='p.png' alt=\"a>b\"><p>a<br/>&nbsp;&amp; *b* {{c1::x}}"
        "<video><source src=v.mp4></video>[sound:s&amp;t.mp3]<x-y>\\(a\\)</b> \t\r\n"
    )
    assert render(text, Markup.HTML).html == text


def test_html_that_loads_from_elsewhere_is_an_error() -> None:
    text = "<style>a{background:url('https://a.b/c')}</style><input type=image src=//a.b>"
    assert [rule for rule, _ in places(text, render(text, Markup.HTML))] == [
        "active-content",
        "remote-media",
    ]


def test_a_missing_file_in_html_is_shown_at_its_place() -> None:
    text = "<b>é</b><img src='gone.png'>"
    assert places(text, render(text, Markup.HTML, media=packed)) == [("missing-media", "gone.png")]


def test_text_is_shown_as_it_is() -> None:
    text = '*a* <b> & "c"\n$x$ [sound:a.mp3] [latex]\r\n{{c1::d}}'
    assert render(text, Markup.TEXT) == Rendered(
        '*a* &lt;b&gt; &amp; "c"<br>$x$ &#91;sound:a.mp3] &#91;latex]<br>{{c1::d}}'
    )


@pytest.mark.parametrize(
    "text",
    ["Who created Flask?", "C# isn't F#", "a > b: (c), d; e!", "漢字\nかな", "5 + 3 = 8", ""],
)
def test_plain_texts_are_noticed(text: str) -> None:
    assert is_plain(text)


@pytest.mark.parametrize(
    "text",
    "*a*|- a\nb|+ a\nb|1. a\nb|2) a\nb|# a\nb|> a\nb|a\n===|a\n---|a\n\nb|a  \nb|&amp;|`a`|<b>"
    "|$a$|\\*|~~a~~|{a|[a]|\x07| a|a ".split("|"),
)
def test_texts_that_may_hold_markup_are_not_plain(text: str) -> None:
    assert not is_plain(text)


def test_a_table_is_not_plain() -> None:
    assert not is_plain("a|b\n:-|-")


def test_what_is_nested_too_deep_is_an_error() -> None:
    text = "a\n\n" + "> " * 61 + "deep"
    rendered = render(text)
    assert "deep" in rendered.html
    (problem,) = rendered.problems
    assert (problem.rule, text[problem.start : problem.end].rstrip()) == ("nesting", "> deep")


def test_nested_lists_of_nine_levels_are_shown() -> None:
    rendered = render("\n".join("  " * depth + f"- {depth}" for depth in range(9)))
    assert rendered.problems == ()
    assert "8" in rendered.html
