"""Linear time of every regular expression, with the texts that are the worst for each.

Each takes a text twice as long in about twice the time. `FLASHDECK_DOUBLING=1000000` measures with
texts of a million characters.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
from doubling import SIZE, Pattern, assert_linear
from patterns import Expression, expressions, worst
from rich.console import Console

import flashdeck
from flashdeck.anki.html_text import (
    readable,
    readable_lines,
    strip_html,
    typable,
    without_speech,
)
from flashdeck.anki.template.av import extract_av
from flashdeck.anki.template.cloze import cloze_filter
from flashdeck.anki.template.render import render as render_card
from flashdeck.html.tags import browser_tag, read_tag
from flashdeck.markup import Markup, render
from flashdeck.model import Card, Field, Note, NoteType, Template
from flashdeck.preview.serve.rows import both_sides, words
from flashdeck.preview.terminal.draw import draw
from flashdeck.rendered_cards import RenderedCard
from flashdeck.source.csv_table import parse_table

pytestmark = pytest.mark.slow

EXPRESSIONS = dict(expressions())
WORST = {name: list(worst(each)) for name, each in EXPRESSIONS.items()}
LARGE = "FLASHDECK_DOUBLING" in os.environ
# Literals of JavaScript, whose expressions backtrack as Python's do.
_SCRIPT = re.compile(
    r"(?<=[(,=!] |.[(!])/(?![*/])((?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)/([dgimsuy]*)"
)

# What is only applied to texts of flashdeck's own.
OURS = ("flashdeck.checking.explain:", "flashdeck.rules.pages:", "flashdeck.scaffold.start:")


def _tags(text: str) -> None:
    at = 0
    while (at := text.find("<", at)) >= 0:
        read_tag(text, at, len(text))
        _, end = browser_tag(text, at)
        at = max(end, at + 1)


def _in_cloze(text: str) -> str:
    return cloze_filter("{{c1::a}}" + text, 1, question=True)


# Expressions that look for an end which may be missing, and the functions that look first whether
# one is left.
GUARDED: dict[str, tuple[Callable[[str], object], ...]] = {
    "flashdeck.anki.html_text:_MARKUP": (strip_html,),
    "flashdeck.anki.html_text:_HIDING": (strip_html,),
    "flashdeck.anki.html_text:_SPEECH": (without_speech,),
    "flashdeck.anki.html_text:_SOUND": (readable, readable_lines, typable),
    "flashdeck.anki.html_text:_READINGS": (typable,),
    "flashdeck.anki.html_text:_READINGS#1": (typable,),
    "flashdeck.anki.template.av:_START": (lambda text: extract_av(text, "q"),),
    "flashdeck.anki.template.av:_OPTION": (lambda text: extract_av("[anki:tts " + text, "q"),),
    "flashdeck.anki.template.cloze:_MATHS": (_in_cloze,),
    "flashdeck.html.tags:_ATTRIBUTES": (_tags,),
    "flashdeck.source.csv_table:__init__ compile#1": (lambda text: parse_table(text, 10**6),),
}
# Applied to masked text, at places that are known: measured by rendering.
MARKUP = "flashdeck.markup."
PACKAGE = Path(flashdeck.__file__).parent


def _size(pattern: Pattern, most: int = SIZE if LARGE else 30_000) -> int:
    """Enough characters for a clear result: some thousands of repetitions."""
    return most if LARGE else min(most, max(12_000, 2_000 * len(pattern.unit)))


@pytest.mark.parametrize(
    "name", [name for name in EXPRESSIONS if WORST[name] and not name.startswith((*OURS, MARKUP))]
)
def test_an_expression_takes_linear_time(name: str) -> None:
    for run in GUARDED.get(name, (EXPRESSIONS[name].run,)):
        for pattern in WORST[name]:
            assert_linear(run, pattern.text, _size(pattern))


# Matched only at a place that is known; the test can't see it in the source.
PLACED = ("flashdeck.yamlnode.spaces:_CLOSED", "flashdeck.yamlnode.spaces:_CLOSED#1")
EXPRESSIONS |= {name: replace(EXPRESSIONS[name], anchored=True) for name in PLACED}


def _in_scripts() -> dict[str, Expression]:
    """The expressions of the preview's page and of the cards' scripts."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.js")):
        if "assets" not in path.parts:
            for match in _SCRIPT.finditer(path.read_text("utf-8")):
                source = re.compile(match[1].replace(r"\p{M}", r"\u0301"))
                found[f"{path.name}: {match[1]}"] = Expression(source, anchored="y" in match[2])
    return found


SCRIPTS = _in_scripts()


@pytest.mark.parametrize("name", SCRIPTS)
def test_an_expression_of_a_script_takes_linear_time(name: str) -> None:
    for pattern in worst(SCRIPTS[name]):
        assert_linear(SCRIPTS[name].run, pattern.text, _size(pattern))


def test_expressions_are_found_in_modules_classes_functions_and_scripts() -> None:
    assert len(EXPRESSIONS) > 350
    assert len(SCRIPTS) > 20
    assert {"flashdeck.source.csv_table:__init__ compile#1", "flashdeck.text:slug sub"} < {*WORST}


# A field of one unit, as a package may have it, and what shows its card.
_UNITS = (
    *("[", "\\(", "\\[", "[$]", "[latex]", "{{", "<style>", "<script>", "[sound:", "[anki:"),
    *("[[type:", "<", "<<", "</", "<?", "<details>", "<pre>", "<hr id=answer", "{{c1::"),
)
_FRONT = "{{furigana:Text}} {{kanji:Text}} {{kana:Text}} {{type:Text}} {{hint:Text}}"


def _cards(text: str, media: str = "") -> list[tuple[NoteType, Note, Card]]:
    """The card of a plain note, and that of a cloze note; new note types, since they are cached."""
    fields, card = (Field("Text"), Field("Media")), Card(0, "Deck")
    plain = NoteType(1, "Plain", fields, (Template("One", _FRONT, "{{FrontSide}}{{Media}}"),))
    cloze = NoteType(2, "Cloze", fields, (Template("One", "{{cloze:Text}}", ""),), cloze=True)
    return [
        (plain, Note("a", 1, (text, media), (), (card,)), card),
        (cloze, Note("b", 2, ("{{c1::a}}" + text, media), (), (card,)), card),
    ]


def _as_text(text: str) -> None:
    for shown in _cards(text):
        notetype, note, card = shown
        rendered = RenderedCard(note, card, notetype, render_card(*shown))
        assert isinstance(rendered.front_text + rendered.back_text, str)


def _in_gallery(text: str) -> None:
    for shown in _cards(text):
        both_sides(*shown)
        words(shown[1])


def _in_terminal(text: str) -> None:
    for notetype, note, card in _cards(text):
        Console(file=StringIO(), width=80).print(draw(note, card, notetype))


@pytest.mark.parametrize("run", [_as_text, _in_gallery, _in_terminal])
@pytest.mark.parametrize("unit", _UNITS)
def test_a_field_of_a_package_is_shown_in_linear_time(
    unit: str, run: Callable[[str], object]
) -> None:
    assert_linear(run, Pattern(unit).text, SIZE if LARGE else 10_000)


MASKED = list(
    dict.fromkeys(pattern for name in WORST if name.startswith(MARKUP) for pattern in WORST[name])
)[:: 1 if LARGE else 30]


def test_markup_takes_linear_time_for_the_worst_texts_of_its_expressions() -> None:
    for pattern in [*MASKED, *(Pattern(space, before="![](", after="a") for space in " \t")]:
        for markup in (Markup.MARKDOWN, Markup.HTML):
            assert_linear(partial(render, markup=markup, cloze=True), pattern.text, _size(pattern))
