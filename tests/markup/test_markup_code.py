"""Highlighted code: what is coloured, what is not, and that the colours can be read."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashdeck.highlighting.highlight import highlight
from flashdeck.highlighting.palette import BACKGROUND, COLOURS, FOREGROUND, code_css
from flashdeck.markup import render
from flashdeck.markup.clozes.find import find_clozes


def marks_of(code: str) -> tuple[tuple[int, int], ...]:
    """The marks of the clozes in a code, which are no code."""
    clozes = find_clozes(code, markdown=False)
    return tuple(span for c in clozes for span in ((c.start, c.body), (c.hint, c.end + 2)))


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", COLOURS)
def test_every_colour_has_enough_contrast_by_day_and_by_night(name: str) -> None:
    by_day, by_night = COLOURS[name]
    assert contrast(by_day, BACKGROUND["day"]) >= 4.5
    assert contrast(by_night, BACKGROUND["night"]) >= 4.5


@pytest.mark.parametrize("light", ["day", "night"])
def test_uncoloured_code_has_enough_contrast(light: str) -> None:
    assert contrast(FOREGROUND[light], BACKGROUND[light]) >= 4.5


def test_every_class_in_highlighted_code_is_in_the_css() -> None:
    css = code_css()
    code = {
        "python": "@d\nclass A(E):\n  '''x'''\n  b = f'{1}' # c\n  def f(self): return None",
        "c": "#include <a>\nint main() { return 0x1; }",
        "html": '<a href="x">y</a>',
        "diff": "--- a\n+++ b\n@@ 1 @@\n-x\n+y",
        "console": "$ ls -l\nout",
        "pycon": '>>> 1/0\nTraceback (most recent call last):\n  File "x", line 1\nE: x',
        "php": "<?php $a = 1; ?>",
    }
    for language, text in code.items():
        for name in re.findall('class="([^"]+)"', highlight(language, text)):
            assert f".fd-code .{name}{{" in css
            assert f".nightMode .fd-code .{name}," in css or name in {"ge", "gs"}


def test_code_of_any_known_language_keeps_its_text() -> None:
    code = "\n\n  a = \"b\" <c> & 'd'\n\tif x: {y}  \n\n"
    for language in ("python", "c++", "js", "bash", "sql", "yaml", "tex", "html+jinja", "make"):
        html = render(f"```{language}\n{code}```").html
        assert unescape(re.sub("<[^>]+>", "", html)) == code


def test_an_unknown_language_is_said_at_its_place_with_the_nearest_known() -> None:
    text = "Look:\n\n- a\n\n  ```pythn\n  x\n  ```"
    (problem,) = render(text).problems
    assert (problem.rule, problem.severity) == ("unknown-language", "warning")
    assert text[problem.start : problem.end] == "pythn"
    assert problem.hint == "did you mean python?"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("x\n" * 2001, "code of more than 4,000 characters is not highlighted"),
        (f"x{' ' * 101}y\n", "code with more than 100 spaces in a row is not highlighted"),
        ("x" + "\n" * 101, "code with more than 100 spaces in a row is not highlighted"),
    ],
)
def test_code_that_would_take_long_to_highlight_is_shown_plain(code: str, said: str) -> None:
    text = f"```csharp\n{code}```"
    rendered = render(text)
    assert rendered.html == f'<pre><code class="language-csharp">{code}</code></pre>'
    (problem,) = rendered.problems
    assert (problem.rule, problem.severity, problem.message) == ("long-code", "info", said)
    assert text[problem.start : problem.end] == "csharp"
    assert render(f"```text\n{code}```").problems == ()


def test_code_of_the_greatest_length_is_highlighted() -> None:
    rendered = render(f"```csharp\n{'int x;' * 666}{' ' * 3}\n```")
    assert 'class="fd-code"' in rendered.html
    assert rendered.problems == ()


@pytest.mark.parametrize("language", ["mermaid", "fen"])
def test_no_language_is_guessed_from_afar(language: str) -> None:
    (problem,) = render(f"```{language}\nx\n```").problems
    assert problem.hint == "write text for none"


def test_code_looks_the_same_however_much_there_is_of_it() -> None:
    code = "@a\ndef f{}(x):\n    return 'x' + f'{{x}}'  # c"
    first, *others = (highlight("python", code.format(n)) for n in range(100, 200))
    assert {other.replace(f"f{n}<", "f100<") for n, other in enumerate(others, 101)} == {first}


def test_code_looks_the_same_whatever_stood_before_it() -> None:
    first = highlight("xquery", "'s'}1")
    highlight("xquery", "validate {return's';")
    highlight.cache_clear()
    assert highlight("xquery", "'s'}1") == first


def test_the_language_is_never_guessed() -> None:
    assert render("```\nimport os\n```").html == "<pre><code>import os\n</code></pre>"


_MARKS = st.sampled_from(
    ["{{c1::", "{{c12::", "}}", "::", "def f(", ")", ":", "'", '"', "\n", " ", "a"]
)


@given(st.lists(_MARKS, max_size=20).map("".join))
def test_clozes_in_highlighted_code_keep_every_character(code: str) -> None:
    html = highlight("python", code, marks_of(code))
    assert unescape(re.sub("<[^>]+>", "", html)) == code
    assert re.sub(r"</?span[^>]*>", "", html) == highlight("text", code, marks_of(code))
    assert html.count("<span") == html.count("</span>")


def test_a_cloze_is_not_cut_by_a_colour() -> None:
    code = "x = 'a{{c1::b}}c'"
    html = highlight("python", code, marks_of(code))
    assert html == (
        'x = <span class="s">&#x27;a</span>{{c1::<span class="s">b</span>}}'
        '<span class="s">c&#x27;</span>'
    ).replace("&#x27;", "'")
