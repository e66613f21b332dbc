"""Linear time of the template language, whatever a package's templates and fields repeat."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from doubling import Pattern, assert_linear

from flashdeck.anki.clozes import cloze_numbers, hidden_texts
from flashdeck.anki.html_text import readable, shows_something, strip_html, typable
from flashdeck.anki.template.av import extract_av, strip_av
from flashdeck.anki.template.cloze import cloze_filter, typed_cloze
from flashdeck.anki.template.filters import Place, apply_filters
from flashdeck.anki.template.latex import latex_names
from flashdeck.anki.template.problems import template_problems
from flashdeck.anki.template.render import render
from flashdeck.model import Card, Field, Note, NoteType, Template

_TAGS = [
    *("{{", "}}", "{", "{{#", "{{/", "{{^", "{{Text", "{{Text}}", "{{Other}}", "{{Text}} a"),
    *("{{#Text}}", "{{/Text}}", "{{^Text}}", "{{#Text}}{{/Text}}", "{{#Text}}a{{/Text}}"),
    *("{{#Other}}", "{{#c1}}", "{{#c1}}{{/c1}}", "{{FrontSide}}", "{{Tags}}", "{{hint:Text}}"),
    *("{{cloze:Text}}", "{{type:Text}}", "{{text:Text}}", "{{furigana:Text}}", "{{x:Text}}"),
    *("<!--", "-->", "<!-- -->", "<!--{{Text}}-->", "<%", "<%Text%>", "{{=<% %>=}}", "<", "a", " "),
    *("{{!", "{{! a }}", "{{{Text}}}", "{{ Text }}", "{{Text:", "{{:", "{{#Text}}{{^Text}}"),
    *("[sound:", "[anki:tts lang=en_US]", "[latex]", "[$]", "[[type:Text]]", "\x00", "漢"),
]
TEMPLATES = {tag: Pattern(tag) for tag in _TAGS} | {
    "sections in sections": Pattern("{{#Text}}", "{{/Text}}"),
    "negated sections in sections": Pattern("{{^Text}}", "{{/Text}}"),
    "unknown sections in sections": Pattern("{{#Other}}", "{{/Other}}"),
    "filters of one field": Pattern("text:", before="{{", after="Text}}"),
    "unknown filters of one field": Pattern("x:", before="{{", after="Text}}"),
    "one name": Pattern("a", before="{{", after="}}"),
    "one comment": Pattern("{{Text}}", before="<!--", after="-->"),
}
_UNITS = [
    *("[", "]", "a[b]", " a[b]", "a[", "[b]", "漢[かん]", "a[sound:b]", "&nbsp;", "&nbsp;a[b] "),
    *("[sound:", "[sound:a]", "[sound:a.mp3]", "[anki:", "[anki:tts", "[anki:tts lang=a]"),
    *("[anki:tts lang=a]b[/anki:tts]", "[/anki:tts]", "[anki:tts lang=a voices=b,c]d[/anki:tts]"),
    *("[latex]", "[/latex]", "[latex]a[/latex]", "[$]", "[/$]", "[$]a[/$]", "[$$]", "[$$]a[/$$]"),
    *(
        "{{c1::",
        "}}",
        "{{c1::a}}",
        "{{c1::a::b}}",
        "{{c1::a::",
        "::",
        "{{c",
        "{{c1,2::a}}",
        "{{c1,",
    ),
    *("{{c1::{{c2::a}}", "{{c1::image-occlusion:rect:left=.1}}", "{{c1::image-occlusion:"),
    *(
        "<",
        ">",
        "<b>",
        "</b>",
        "<b",
        "<b a='",
        "<!--",
        "<!-- -->",
        "<script>",
        "<style>",
        "</script>",
    ),
    *(
        "<br>",
        "<div>",
        "<img src=a>",
        "<img src='a",
        "<rt>",
        "<rt>a</rt>",
        "<ruby>",
        "&",
        "&amp;",
        "&#",
        "&a",
    ),
    *("\\(", "\\(a\\)", "\\[", "$", "a", " ", "\n", "漢", "🙂", "\u200b"),
]
FIELDS = {unit: Pattern(unit) for unit in _UNITS} | {
    "clozes in clozes": Pattern("{{c1::", "}}"),
    "clozes in clozes with hints": Pattern("{{c1::a", "::b}}"),
    "clozes with numbers of their own": Pattern("{{c#::a}} ", counted=True),
    "tags in tags": Pattern("<b>", "</b>"),
    "options without an end": Pattern("[anki:tts lang=a", after=" [/anki:tts]"),
    "options that end": Pattern("[anki:tts lang=a", after="]b[/anki:tts]"),
    "options in quotes": Pattern('[anki:tts lang="a', after='"[/anki:tts]'),
    "options of another name": Pattern("[anki:b c=d ", after="][/anki:b"),
    "names in names": Pattern("[anki:a", after="[/anki:x]"),
    "names that differ": Pattern("[anki:a# ", counted=True, after="[/anki:a]"),
    "closings in closings": Pattern("[/anki:", after="a]"),
    "readings": Pattern("<rt>", after="</rtc>"),
    "readings that begin behind the last end": Pattern("<rtc>", before="</rtc>"),
    "formulas behind the last end": Pattern("\\(", before="\\)"),
    "other formulas behind the last end": Pattern("\\[", before="\\]"),
    "sounds behind the last end": Pattern("[sound:", before="]"),
}


def notetype(front: str, back: str = "{{FrontSide}}{{Text}}") -> NoteType:
    fields = (Field("Text"), Field("Empty"))
    return NoteType(1, "Named", fields, (Template("One", front, back),))


def shown(front: str, text: str, back: str = "{{FrontSide}}") -> object:
    """Render one card; each note type is new, since templates are cached."""
    card = Card(0, "Deck")
    note = Note("guid", 1, (text, ""), (), (card,))
    return render(notetype(front, back), note, card)


@pytest.mark.parametrize("name", TEMPLATES, ids=ascii)
def test_templates_take_linear_time(name: str) -> None:
    text = TEMPLATES[name].text
    assert_linear(lambda front: template_problems(notetype(front)), text)
    assert_linear(lambda front: shown(front, "a"), text)


FUNCTIONS: dict[str, Callable[[str], object]] = {
    **{
        name: partial(apply_filters, filters=(name,), place=Place("Text", 1, question=True))
        for name in "text cloze cloze-only kana kanji furigana hint".split()
    },
    "question": lambda text: cloze_filter(text, 1, question=True),
    "typed": lambda text: typed_cloze(text, 1),
    "numbers": cloze_numbers,
    "hidden": hidden_texts,
    "sounds": lambda text: extract_av(text, "q"),
    "without sounds": strip_av,
    "formulas": latex_names,
    "text": strip_html,
    "readable": readable,
    "typable": typable,
    "shows": shows_something,
    "card": lambda text: shown("{{furigana:Text}}{{cloze:Text}}{{hint:Text}}", text),
}


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("name", FIELDS, ids=ascii)
def test_fields_take_linear_time(name: str, function: str) -> None:
    assert_linear(FUNCTIONS[function], FIELDS[name].text)
