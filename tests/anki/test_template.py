"""Examples of Anki's template language: rendering and card generation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from flashdeck.anki.template import (
    cloze_numbers,
    ordinals,
    shown_ordinals,
)
from flashdeck.anki.template.av import Sound, Speech
from flashdeck.anki.template.problems import TemplateProblem, template_problems
from flashdeck.anki.template.render import Rendered, render
from flashdeck.model import Card, Field, Note, NoteType, Template

MORE = "<a href='https://docs.ankiweb.net/templates/errors.html#{}'>More information</a>"
MASK = "{{c1::image-occlusion:rect:width=0}}"
LATEX = (
    '<img class=latex alt="&#x24;x&#x24;" src="latex-26eeb5258ca5099acf8fe96b2a1049c48c89a5e6.png">'
    "LaTeX image generation is disabled in the preferences."
)
NO_LANGUAGE = "[Error in directive '\u2068anki:tts\u2069': \u2068'\u2068lang\u2069' not set\u2069]"
BLANK = f"<div>The front of this card is blank.<br>{MORE.format('front-of-card-is-blank')}</div>"


def error(side: str, sentence: str) -> str:
    """Return Anki's error page; the quotes of the sentence are «these», as they hold isolates."""
    quoted = sentence.replace("«", "&#x27;\u2068").replace("»", "\u2069&#x27;")
    link = MORE.format("template-syntax-error")
    return f"{side} template has a problem:<br>{quoted}<br>{link}"


def unknown(tag: str, name: str, side: str = "Front") -> str:
    return error(side, f"Found «{tag}», but there is no field called «{name}»")


def no_cloze(number: int) -> str:
    link = MORE.format("no-cloze-filter-on-cloze-note-type")
    return (
        f"<div>No cloze \u2068{number}\u2069 found on card.\n"
        f"Please either add a cloze deletion, or use the Empty Cards tool.<br>{link}</div>"
    )


def hint(name: str, text: str, digest: str) -> str:
    return (
        '\n<a class=hint href="#"\nonclick="this.style.display=\'none\';\n'
        f"document.getElementById('hint{digest}').style.display='block';\n"
        f'return false;" draggable=false>\n{name}</a>\n'
        f'<div id="hint{digest}" class=hint style="display: none">{text}</div>\n'
    )


def active(number: int | str, hidden: str, shown: str = "...") -> str:
    return f'<span class="cloze" data-cloze="{hidden}" data-ordinal="{number}">[{shown}]</span>'


def revealed(number: int | str, text: str) -> str:
    return f'<span class="cloze" data-ordinal="{number}">{text}</span>'


def inactive(number: int | str, text: str) -> str:
    return f'<span class="cloze-inactive" data-ordinal="{number}">{text}</span>'


@dataclass(frozen=True)
class Corner:
    """A test case: a side of a template, and its rendering for the fields A and B.

    `number` is that of the card, from 1. The other side shows A.
    """

    name: str
    text: str
    shown: str
    a: str = "a"
    b: str = "b"
    side: str = "front"
    cloze: bool = False
    number: int = 1
    tags: tuple[str, ...] = ()

    @property
    def ordinal(self) -> int:
        return self.number - 1

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.a, self.b)

    @property
    def notetype(self) -> NoteType:
        other = "{{cloze:A}}" if self.cloze else "{{A}}"
        front, back = (self.text, other) if self.side == "front" else (other, self.text)
        before = () if self.cloze else (Template("Other", other, other),) * self.ordinal
        return notetype(*before, Template("Tested", front, back), cloze=self.cloze)


def notetype(*templates: Template, fields: str = "A B", cloze: bool = False) -> NoteType:
    names = tuple(Field(name) for name in fields.split())
    return NoteType(7, "Corner", names, templates, cloze=cloze)


def front(name: str, text: str, shown: str, **more: Any) -> Corner:
    return Corner(name, text, shown, **more)


def back(name: str, text: str, shown: str, **more: Any) -> Corner:
    return Corner(name, text, shown, side="back", **more)


def cloze(name: str, a: str, shown: str, **more: Any) -> Corner:
    return Corner(name, more.pop("text", "{{cloze:A}}"), shown, a=a, cloze=True, **more)


CORNERS = (
    # Tags
    front("a tag shows its field", "{{A}} and {{B}}", "a and b"),
    front("blanks round a tag's inside don't matter", "{{ A }}{{\nA\n}}", "aa"),
    front("blanks inside it do", "{{text: A}}", unknown("{{text: A}}", " A")),
    front("a third brace stays outside", "{{{A}}}", "a}"),
    front("a tag that isn't closed is text", "{{A}} {{B", "a {{B"),
    front("tags in a comment stay as they are", "<!-- {{B}} -->{{A}}", "<!-- {{B}} -->a"),
    front("a comment that isn't closed is text", "<!-- {{A}}", "<!-- a"),
    front("other delimiters can be chosen at the start", "{{=<% %>=}}<%A%>{{B}}", "a{{B}}"),
    front("but not later", "{{A}}{{=<% %>=}}", unknown("{{=&lt;% %&gt;=}}", "=&lt;% %&gt;=")),
    front("field names mind upper and lower case", "{{a}}", unknown("{{a}}", "a")),
    # Sections
    front("a section shows if its field isn't blank", "{{#B}}yes {{/B}}{{A}}", "yes a"),
    front(
        "br, div and spaces are blank", "{{#B}}yes {{/B}}{{A}}", "a", b="<br> <div>\n</div><BR />"
    ),
    front("a no-break space is not", "{{#B}}yes {{/B}}{{A}}", "yes a", b="&nbsp;"),
    front("a negated section shows if its field is blank", "{{^B}}no {{/B}}{{A}}", "no a", b=""),
    front("sections nest", "{{#A}}1{{#B}}2{{/B}}3{{/A}}{{A}}", "13a", b=""),
    front("a section can ask for tags", "{{#Tags}}{{Tags}}{{/Tags}}{{A}}", "x ya", tags=("x", "y")),
    front(
        "a section can ask for the card's number",
        "{{#c1}}one{{/c1}}{{^c2}} not two{{/c2}}{{A}}",
        "one not twoa",
    ),
    front(
        "the card's number counts on each template",
        "{{#c1}}one{{/c1}}{{#c2}}two{{/c2}}{{A}}",
        "twoa",
        number=2,
    ),
    front("the number of a card shows 1", "{{c2}}{{A}}", "1a", number=2),
    front("a section has to be closed", "{{#A}}{{A}}", error("Front", "Missing «{{/A}}»")),
    front(
        "in the right order",
        "{{#A}}{{#B}}{{/A}}",
        error("Front", "Found «{{/A}}», but expected «{{/B}}»"),
    ),
    front(
        "and opened before",
        "{{A}}{{/B}}",
        error("Front", "Found «{{/B}}», but missing «{{#B}}» or «{{^B}}»"),
    ),
    front("a section needs a field", "{{A}}{{^X}}{{/X}}", unknown("{{^X}}", "X")),
    front(
        "filters don't work in sections",
        "{{A}}{{#text:A}}{{/text:A}}",
        unknown("{{#text:A}}", "text:A"),
    ),
    front("mistakes count where nothing is shown", "{{A}}{{^A}}{{X}}{{/A}}", unknown("{{X}}", "X")),
    # Special fields
    front(
        "a card knows where it belongs",
        "{{Type}} {{Card}} {{Deck}} {{CardFlag}}",
        "Corner Tested Default flag0",
    ),
    front("without tags Tags is blank", "[{{Tags}}]{{A}}", "[]a"),
    back(
        "FrontSide is the finished question", "{{FrontSide}}<hr id=answer>{{B}}", "a<hr id=answer>b"
    ),
    back("FrontSide minds no filters", "{{text:FrontSide}}", "<b>a</b>", a="<b>a</b>"),
    front("on the front FrontSide is empty", "{{FrontSide}}{{A}}", "a"),
    back(
        "and never a section",
        "{{#FrontSide}}{{/FrontSide}}",
        unknown("{{#FrontSide}}", "FrontSide", "Back"),
    ),
    # Blank fronts
    front("a front without a filled field is blank", "Q: {{A}}", f"Q: {BLANK}", a=""),
    front("text in a section is no field", "{{#A}}Q{{/A}}", f"Q{BLANK}"),
    back("a blank front leaves no answer", "{{B}}", BLANK, a=""),
    back("nor a page for the back's mistakes", "{{X}}", BLANK, a=""),
    back("a mistake on the back takes both sides", "{{X}}", unknown("{{X}}", "X", "Back")),
    # Filters
    front("text takes out HTML", "{{text:A}}", "x y", a="<b>x</b> y<!-- z --><style>p{}</style>"),
    front("and decodes entities", "{{text:A}}", "< é 😀", a="&lt;&nbsp;&eacute; &#128512;"),
    front(
        "one unknown entity, and none is decoded", "{{text:A}}", "&lt; &foo;", a="<b>&lt;</b> &foo;"
    ),
    front(
        "furigana makes ruby text",
        "{{furigana:A}}",
        "<ruby><rb>日</rb><rt>に</rt></ruby>",
        a="日[に]",
    ),
    front("kana keeps the reading", "{{kana:A}}", "に", a="日[に]"),
    front("kanji keeps the base", "{{kanji:A}}", "日", a="日[に]"),
    front("readings part at blanks, which go", "{{kanji:A}}", "日本", a="日[に]&nbsp;本[ほん]"),
    front("a base reaches back to a blank or a tag", "{{kana:A}}", "x <b>に", a="x <b>日本[に]"),
    front(
        "hint hides the text behind the field's name",
        "{{hint:A}}",
        hint("A", "a", "1c80a7644d08f2ab"),
    ),
    front("a hint without text is nothing", "{{hint:B}}{{A}}", "a", b=""),
    front("type leaves a place for the answer box", "{{type:A}}", "[[type:A]]"),
    front("type:nc ignores accents", "{{type:nc:A}}", "[[type:nc:A]]"),
    front("type eats all other filters to its right", "{{type:text:hint:A}}", "[[type:A]]"),
    front("tts marks a text to be spoken", "{{tts en_US:A}}", "[anki:play:q:0]"),
    front("tts without a language is an error in place", "{{tts :A}}", NO_LANGUAGE),
    front("filters apply from right to left", "{{text:hint:A}}", "\n\nA\na\n"),
    front("an unknown filter drops those to its left", "{{text:foo:A}}", "<b>a</b>", a="<b>a</b>"),
    front("but not those to its right", "{{foo:text:A}}", "a", a="<b>a</b>"),
    front("an empty filter is none", "{{text::A}}", "a", a="<b>a</b>"),
    front("an add-on's filter needs no field", "{{foo:}}{{A}}", "a"),
    front("a tag needs one", "{{}}{{A}}", unknown("{{}}", "")),
    # Clozes
    cloze("a cloze hides its text", "x {{c1::y z}}", "x " + active(1, "y&#x20;z")),
    cloze("the back reveals it", "x {{c1::y}}", "x " + revealed(1, "y"), side="back"),
    cloze("a hint stands in its place", "{{c1::y::who?}}", active(1, "y", "who?")),
    cloze(
        "other clozes are shown",
        "{{c1::y}} {{c2::z}}",
        inactive(1, "y") + " " + active(2, "z"),
        number=2,
    ),
    cloze("clozes nest", "{{c1::x {{c2::y}}}}", inactive(1, f"x {active(2, 'y')}"), number=2),
    cloze(
        "an outer cloze shows the inner",
        "{{c1::{{c2::y}}}}",
        revealed(1, inactive(2, "y")),
        side="back",
    ),
    cloze("a cloze may have several numbers", "{{c2,1::y}}", active("1,2", "y"), number=2),
    cloze(
        "}} in maths ends the cloze",
        r"{{c1::\(x^{{2}}\)}}",
        r'<span class="cloze" data-ordinal="1">\(x^{{2\)}}',
        side="back",
    ),
    cloze(
        "HTML in maths is taken out",
        r"{{c2::\(a<br>b\)}}{{c1::x}}",
        inactive(2, r"\(ab\)") + active(1, "x"),
    ),
    cloze("a cloze that isn't closed is lost", "x {{c1::y}} {{c2::z", "x " + active(1, "y") + " "),
    cloze("a field without this cloze is nothing", "{{c1::y}} x", "", number=2, b="{{c2::z}}"),
    cloze("cloze 0 is never asked", "{{c0::x}}{{c1::y}}", inactive(0, "x") + active(1, "y")),
    cloze("without its cloze a card is blank", "x", no_cloze(1)),
    cloze("without the filter the field is as written", "{{c1::x}}", "{{c1::x}}", text="{{A}}"),
    cloze("a cloze counts in any field", "x", "x", text="{{A}}", b="{{c1::y}}"),
    cloze(
        "cloze-only shows hints, then the answers",
        "x {{c1::y}} {{c1::z::w}}",
        "..., w",
        text="{{cloze-only:A}}",
    ),
    cloze(
        "type:cloze asks for the cloze", "{{c1::y}}", "[[type:cloze:A]]", text="{{type:cloze:A}}"
    ),
    cloze(
        "an image occlusion is a mask",
        MASK,
        '<div class="cloze" data-ordinal="1" data-shape="rect" ></div>',
    ),
    cloze(
        "which the back outlines",
        MASK,
        '<div class="cloze-highlight" data-ordinal="1" data-shape="rect" ></div>',
        side="back",
    ),
    # Sounds, LaTeX
    front(
        "sounds become references",
        "{{A}}[sound:y.mp3]",
        "[anki:play:q:0] [anki:play:q:1]",
        a="[sound:x.mp3] ",
    ),
    back(
        "those of the front stay its own",
        "{{FrontSide}}{{B}}",
        "[anki:play:q:0][anki:play:a:0]",
        a="[sound:x.mp3]",
        b="[sound:y.mp3]",
    ),
    front("LaTeX becomes a picture, which has to be there", "{{A}}", LATEX, a="[$]x[/$]"),
)


def show(notetype: NoteType, *fields: str, ordinal: int = 0, **more: Any) -> Rendered:
    card = Card(ordinal, "Default", id=1)
    tags = more.pop("tags", ())
    return render(notetype, Note("guid", notetype.id, fields, tags, (card,)), card, **more)


@pytest.mark.parametrize("corner", CORNERS, ids=lambda corner: corner.name)
def test_a_card_shows(corner: Corner) -> None:
    rendered = show(corner.notetype, *corner.fields, ordinal=corner.ordinal, tags=corner.tags)
    shown = rendered.question if corner.side == "front" else rendered.answer
    assert shown == corner.shown


def test_empty_cards_are_those_with_a_blank_front() -> None:
    kind = notetype(Template("1", "{{A}}", ""), Template("2", "{{#B}}{{A}}{{/B}}", ""))
    assert ordinals(kind, ("a", "b")) == (0, 1)
    assert ordinals(kind, ("a", "<br>")) == (0,)
    assert ordinals(kind, ("", "")) == (0,)
    assert 0 in shown_ordinals(kind, ("a", ""))
    assert 1 not in shown_ordinals(kind, ("a", ""))
    assert 0 not in shown_ordinals(kind, ("", ""))


def test_a_front_hidden_by_a_negated_section_makes_no_card() -> None:
    kind = notetype(Template("1", "{{^B}}{{#A}}{{A}}{{/A}}{{/B}}{{^A}}{{B}}{{/A}}", ""))
    assert 0 in shown_ordinals(kind, ("a", ""))
    assert 0 in shown_ordinals(kind, ("", "b"))
    assert 0 not in shown_ordinals(kind, ("a", "b"))


def test_a_section_ends_where_it_is_closed() -> None:
    kind = notetype(Template("1", "{{#A}}{{#A}}{{/A}}{{/A}}{{B}}", ""))
    assert 0 in shown_ordinals(kind, ("", "b"))
    assert 0 not in shown_ordinals(kind, ("a", ""))


def test_special_fields_make_cards_as_well() -> None:
    kind = notetype(
        *(Template(name, f"{{{{{name}}}}}", "") for name in ("Tags", "Deck", "FrontSide", "c1"))
    )
    assert ordinals(kind, ("", "")) == (1,)
    assert ordinals(kind, ("", ""), ("a-tag",)) == (0, 1)


def test_a_field_named_like_a_special_one_wins() -> None:
    kind = notetype(Template("1", "{{Tags}}{{Deck}}", ""), fields="Tags Deck")
    assert 0 not in shown_ordinals(kind, ("", ""), ("a-tag",))
    assert show(kind, "mine", "", tags=("a-tag",)).question == "mine"


def test_an_invalid_template_makes_no_card() -> None:
    kind = notetype(Template("1", "{{#A}}{{A}}", ""), Template("2", "{{A}}", ""))
    assert ordinals(kind, ("a", "")) == (1,)


def test_every_cloze_number_in_any_field_makes_a_card() -> None:
    kind = notetype(Template("1", "{{cloze:A}}", "{{cloze:A}}"), cloze=True)
    assert ordinals(kind, ("{{c3::x {{c1,2::y}}}}", "{{c5::z}}")) == (0, 1, 2, 4)
    assert ordinals(kind, ("{{c0::x}}", "")) == (0,)
    assert ordinals(kind, ("{{c501::x}} {{c999::y}} {{c65536::z}}", "")) == (499,)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("{{c2::x}} {{c1::y}} {{c2::z}}", (1, 2)),
        ("{{c1::x {{c2::y}} z}}", (1, 2)),
        ("{{c1,3::x}} {{c,::y}} {{c02,::z}}", (1, 2, 3)),
        ("{{c1::open {{c2::lost}}", ()),
        ("{{c0::x}} {{c65536::y}} {{C1::z}} {{c1:x}} {c1::x}", ()),
        ("".join(f"{{{{c{n}::" for n in range(1, 13)) + "}}" * 12, tuple(range(1, 11))),
    ],
)
def test_cloze_numbers_of_a_text(text: str, numbers: tuple[int, ...]) -> None:
    assert cloze_numbers(text) == numbers


def test_changing_a_note_type_changes_its_cards() -> None:
    for front_text, expected in (("{{A}}", (0,)), ("{{#B}}{{A}}{{/B}}", ()), ("{{A}}", (0,))):
        kind = notetype(Template("1", front_text, ""))
        assert [n for n in (0, 1) if n in shown_ordinals(kind, ("a", ""))] == list(expected)


def test_more_note_types_than_fit_in_the_cache_get_the_right_cards() -> None:
    kinds = [notetype(Template("1", "{{A}}" if n % 2 else "{{B}}", "")) for n in range(200)]
    shown = [0 in shown_ordinals(kind, ("a", "")) for kind in kinds + kinds]
    assert shown == [n % 2 == 1 for n in range(200)] * 2


def test_more_sets_of_fields_than_fit_in_the_cache_get_the_right_cards() -> None:
    names = [f"F{n}" for n in range(13)]
    kind = notetype(Template("1", "{{F0}}", ""), fields=" ".join(names))
    for mask in range(2**13):
        fields = ["x" if mask >> n & 1 else "" for n in range(13)]
        assert (0 in shown_ordinals(kind, fields)) == bool(mask & 1)


def test_sounds_and_speech_are_numbered_by_side() -> None:
    kind = notetype(
        Template("1", "{{A}}{{tts en_US voices=X,Y speed=1.5:B}}", "{{FrontSide}}{{B}}")
    )
    rendered = show(kind, "[sound:dir/a&amp;b.mp3]", "so [...]<br>[sound:x.mp3]")
    assert rendered.question == "[anki:play:q:0][anki:play:q:1]"
    assert rendered.question_av == (
        Sound("a&b.mp3"),
        Speech("so blank [sound:x.mp3]", "en_US", ("X", "Y"), 1.5),
    )
    assert rendered.answer_av == (Sound("x.mp3"),)


def test_an_invalid_speed_is_normal() -> None:
    rendered = show(notetype(Template("1", "{{tts de speed=fast:A}}", "")), "a", "")
    assert rendered.question_av == (Speech("a", "de", (), 1.0),)


def test_unknown_directives_stay() -> None:
    kind = notetype(Template("1", "{{A}}", ""))
    text = '[anki:foo a="b c"]x[/anki:foo] [anki:foo a=b] [anki:foo] [sound:]'
    assert show(kind, text, "").question == text


def test_a_rendered_card_is_marked_as_blank_or_broken() -> None:
    kind = notetype(Template("1", "{{A}}", "{{X}}"))
    assert show(notetype(Template("1", "{{A}}", "")), "a", "") == Rendered("a", "")
    assert show(kind, "", "").is_empty
    assert not show(kind, "", "").broken
    assert show(kind, "a", "").broken


def test_a_card_without_a_template_is_an_error_page() -> None:
    rendered = show(notetype(Template("1", "{{A}}", "")), "a", "", ordinal=4)
    assert rendered.question == "Card 5 has no template: the note type has 1."
    assert rendered.broken


def test_an_existing_latex_image_has_no_message() -> None:
    name = "latex-26eeb5258ca5099acf8fe96b2a1049c48c89a5e6.png"
    kind = notetype(Template("1", "{{A}}", ""))
    assert show(kind, "[$]x[/$]", "", media={name}).question.endswith(f'src="{name}">')


def test_sections_may_nest_deeper_than_the_recursion_limit() -> None:
    deep = 5_000
    text = "{{#A}}" * deep + "{{A}}" + "{{/A}}" * deep
    assert show(notetype(Template("1", text, "")), "a", "").question == "a"


def test_a_lone_surrogate_in_a_hint_or_formula_is_rendered() -> None:
    rendered = show(notetype(Template("1", "{{hint:A}}{{B}}", "")), "\ud83d", "[$]\ud83d[/$]")
    assert 'display: none">\ud83d</div>' in rendered.question
    assert "<img class=latex" in rendered.question


def test_a_note_type_without_mistakes_has_no_problems() -> None:
    kind = notetype(
        Template("1", "{{#c2}}{{hint:A}}{{/c2}}{{edit:}}", "{{FrontSide}}{{Tags}}{{B}}"),
        Template("2", "{{Card}}{{A}}", "{{B}}"),
        Template("3", "{{Card}}{{A}}", "{{B}}"),
    )
    assert template_problems(kind) == ()


@pytest.mark.parametrize(
    ("front_text", "back_text", "problems"),
    [
        (
            "{{X}}{{X}}{{#Y}}{{/Y}}",
            "",
            [
                ("front", "Found '{{X}}', but there is no field called 'X'"),
                ("front", "Found '{{#Y}}', but there is no field called 'Y'"),
            ],
        ),
        ("{{A}}", "{{text:X}}", [("back", "Found '{{text:X}}', but there is no field called 'X'")]),
        (
            "{{A}}{{#B}}",
            "{{/B}}",
            [
                ("front", "Missing '{{/B}}'"),
                ("back", "Found '{{/B}}', but missing '{{#B}}' or '{{^B}}'"),
            ],
        ),
        ("{{#c1}}text{{/c1}}", "", [("front", "no field is shown")]),
        (
            "{{#FrontSide}}{{A}}{{/FrontSide}}",
            "",
            [
                ("front", "Found '{{#FrontSide}}', but there is no field called 'FrontSide'"),
            ],
        ),
        ("{{c1}}", "", [("front", "Found '{{c1}}', but there is no field called 'c1'")]),
        ("{{}}", "", [("front", "Found '{{}}', but there is no field called ''")]),
    ],
)
def test_a_problem_names_the_side_and_the_mistake(
    front_text: str, back_text: str, problems: list[tuple[Any, str]]
) -> None:
    kind = notetype(Template("T", front_text, back_text))
    assert template_problems(kind) == tuple(TemplateProblem("T", *p) for p in problems)


def test_two_templates_with_one_front_are_a_problem() -> None:
    kind = notetype(Template("Left", "{{A}}", ""), Template("Right", "{{A}}", "{{B}}"))
    same = TemplateProblem("Right", "front", "the same as the front of 'Left'")
    assert template_problems(kind) == (same,)


def test_a_cloze_note_type_needs_the_filter_on_both_sides() -> None:
    kind = notetype(Template("Cloze", "{{A}}", "{{type:cloze:A}}"), cloze=True)
    (problem,) = template_problems(kind)
    assert (problem.side, problem.message.split(",")[0]) == (
        "front",
        "no field is shown with the filter 'cloze'",
    )
