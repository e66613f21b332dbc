"""Findings of rules, notes without findings, and the settings of rules."""

from __future__ import annotations

import io
import random
from dataclasses import replace

import pytest
from conftest import ROOT
from rule_examples import png

from flashdeck.checking.context import lint_context
from flashdeck.compile.compiler import compile_project
from flashdeck.diagnostics import Severity
from flashdeck.model import Collection, Media
from flashdeck.project.project import load_project
from flashdeck.rules.pictures import large_picture
from flashdeck.rules.registry import LintContext, lint


@pytest.fixture
def rules_of(project):
    """A function that returns the rules with findings in notes, given as lines."""

    def rules_of(*notes, head=""):
        lines = "".join(f"  - {note}\n" for note in notes)
        project.write("cards/deck.yaml", f"{head}notes:\n{lines}")
        problems = project.check()
        assert [problem for problem in problems if problem.severity is Severity.ERROR] == []
        return [problem.rule for problem in problems]

    return rules_of


def cases(name):
    text = (ROOT / "tests/cases/rules" / name).read_text("utf-8")
    return [group.splitlines() for group in text.strip("\n").split("\n\n")]


@pytest.mark.parametrize("notes", cases("good.txt"), ids=lambda notes: notes[0][:40])
def test_good_notes_are_left_alone(rules_of, project, notes):
    (project.root / "cards/a.png").write_bytes(png(10, 10))
    assert [rule for rule in rules_of(*notes) if rule != "unused-media"] == []


@pytest.mark.parametrize("case", cases("flawed.txt"), ids=lambda case: f"{case[0]} {case[1][:40]}")
def test_flaws_are_found(rules_of, case):
    assert set(rules_of(*case[1:])) == {case[0].removeprefix("== ")}


@pytest.mark.parametrize(
    "text",
    [
        "{{c1,2::Werkzeug}} is WSGI; Flask needs {{c2,1::Werkzeug}}.",
        "{{c1,2::Werkzeug::a library}}",
    ],
)
def test_a_cloze_with_several_numbers_is_hidden_on_each_of_its_cards(rules_of, text):
    assert set(rules_of(f"cloze: '{text}'")) == {"cloze-numbers"}


def test_pictures_that_differ_make_other_questions(rules_of, project):
    for name in ("a", "b"):
        (project.root / f"cards/{name}.png").write_bytes(png(10, ord(name)))
    notes = [f'{{q: "![a bird]({one}.png) Which bird is this?", a: bird {one}}}' for one in "ab"]
    assert rules_of(*notes) == []


def test_decks_of_other_learners_are_not_compared(rules_of):
    assert rules_of("{q: dog, a: Hund, deck: German}", "{q: dog, a: perro, deck: Spanish}") == []


def test_rules_of_questions_and_clozes_apply_to_every_kind_with_their_fields(project):
    flawed = [note for case in cases("flawed.txt") for note in case[1:] if "image:" not in note]
    project.write("cards/deck.yaml", "notes:\n" + "".join(f"  - {note}\n" for note in flawed))
    loaded, _ = load_project(project.root)
    context = lint_context(loaded, compile_project(loaded)[0])
    words = {"q": "term", "a": "means", "cloze": "sentence"}
    others = tuple(
        replace(
            entry,
            kind="other",
            passages={words.get(key, key): texts for key, texts in entry.passages.items()},
            fields={field: words.get(key, key) for field, key in entry.fields.items()},
        )
        for entry in context.entries
    )
    expected = [(found.rule, found.span) for found in lint(context, {})]
    assert "answer-in-question" in {rule for rule, _ in expected}
    found = [(found.rule, found.span) for found in lint(replace(context, entries=others), {})]
    assert found == expected


def test_a_note_with_an_error_is_not_judged_by_rules(project):
    project.write("cards/deck.yaml", "notes:\n  - {cloze: '{{c0::x}}'}\n")
    assert [problem.rule for problem in project.check()] == ["cloze-number"]


# Comments and settings


@pytest.mark.parametrize(
    "place", ["over the document", "on the document", "above", "behind", "inside"]
)
def test_a_comment_silences_rules_for_its_note_or_document(project, place):
    places = ["over the document", "on the document", "above", "behind", "inside"]
    comment = "# flashdeck: ignore yes-no, no-referent (it is known)"
    over, on, above, behind, inside = (comment if one == place else "" for one in places)
    project.write(
        "cards/deck.yaml",
        f"{over}\ndeck: A {on}\nnotes:\n  - {{q: a, a: b}}\n  {above}\n"
        f"  - q: Is it? {behind}\n    {inside}\n    a: 'No'\n",
    )
    assert project.check() == []


def test_a_comment_is_for_its_own_note(project):
    text = 'notes:\n  - q: Is Flask small?\n    a: "Yes"\n  # flashdeck: ignore yes-no\n'
    project.write("cards/deck.yaml", text + '  - q: Is Flask big?\n    a: "No"\n')
    assert [(problem.rule, problem.span.line) for problem in project.check()] == [("yes-no", 2)]


def test_a_comment_inside_of_a_text_is_not_a_comment(project):
    text = 'notes:\n  - q: |\n      Is it?\n      # flashdeck: ignore yes-no\n    a: "No"\n'
    project.write("cards/deck.yaml", text)
    assert [problem.rule for problem in project.check()] == ["yes-no"]


def test_a_comment_with_an_unknown_rule_gets_a_suggestion(project):
    project.write("cards/deck.yaml", "notes:\n  - {q: a, a: b} # flashdeck: ignore yes_no\n")
    (problem,) = project.check()
    assert (problem.rule, problem.hint) == ("unknown-rule", "did you mean 'yes-no'?")
    assert problem.span[1:] == (2, 38, 2, 44)


def test_an_unused_comment_is_reported(project):
    project.write("cards/deck.yaml", "notes:\n  - {q: a, a: b} # flashdeck: ignore yes-no\n")
    (problem,) = project.check()
    assert (problem.rule, problem.severity) == ("unused-ignore", Severity.INFO)


def test_errors_of_the_format_can_not_be_ignored(project):
    project.write("cards/deck.yaml", "notes:\n  - {q: a} # flashdeck: ignore missing-key\n")
    assert {problem.rule for problem in project.check()} == {"missing-key", "unused-ignore"}


@pytest.mark.parametrize(("word", "severities"), [
    ("off", []), ("info", ["info"]), ("error", ["error"]),
])  # fmt: skip
def test_settings_set_the_severity_of_a_rule(project, word, severities):
    project.write("cards/deck.yaml", 'notes:\n  - {q: Is Flask small?, a: "Yes"}\n')
    project.write("flashdeck.yaml", f"rules: {{yes-no: {word}}}\n")
    assert [problem.severity for problem in project.check()] == severities


def test_an_unknown_severity_is_an_error_that_lists_all(project):
    project.write("flashdeck.yaml", "rules: {yes-no: note}\n")
    problem = project.check()[0]
    assert (problem.rule, problem.message) == ("severity", "'note' is not a severity")
    assert problem.hint == "severities are off, info, warning, error"


def test_a_rule_that_settings_make_an_error_can_be_ignored_at_a_note(project):
    note = '{q: Is Flask small?, a: "Yes"} # flashdeck: ignore yes-no'
    project.write("cards/deck.yaml", f"notes:\n  - {note}\n")
    project.write("flashdeck.yaml", "rules: {yes-no: error}\n")
    assert project.check() == []


def test_settings_are_obeyed_by_build_as_well(two_notes):
    two_notes.replace("cards/flask.yaml", "a: Armin Ronacher", "a: Armin Ronacher\n    id: short")
    two_notes.write("flashdeck.yaml", "rules: {short-id: off}\n")
    assert two_notes.built().diagnostics == ()


def test_an_unknown_rule_in_the_settings_has_a_place(project):
    project.write("cards/deck.yaml", "notes:\n  - {q: a, a: b}\n")
    project.write("flashdeck.yaml", "name: x\nrules:\n  yesno: off\n")
    (problem,) = project.check()
    assert (problem.rule, problem.hint) == ("unknown-rule", "did you mean 'yes-no'?")
    assert problem.span[:3] == ("flashdeck.yaml", 3, 3)


# Styles and pictures


@pytest.mark.parametrize(
    ("css", "ratio"),
    [
        (".card { color: #777; background: white }", "4.5"),
        (".nightMode b { background: rgb(0, 0, 0); color: hsl(0 0% 40%) !important }", "3.7"),
        ("/* } */ @media (min-width: 1px) { b { color: grey; background: #808080 } }", "1.0"),
        ('b { content: "}"; color: #777; background: white }', "4.5"),
        ('b { content: "; color: #000"; color: #777; background: white }', "4.5"),
        ("b { color: #777; i { margin: 0 } background: white }", "4.5"),
        (".card { &.big { color: #777; background: white } }", "4.5"),
        ("a:hover { color: #777; /* ; color: #000 */ background: white }", "4.5"),
        ("b { c\\6flor: #777; background: white }", "4.5"),
        ("b { color: hwb(0 46.7% 53.3%); background: white }", "4.5"),
        ("b { color: oklch(0.57 0 0); background: white }", "4.5"),
        ("b { color: lab(50 0 0); background: oklab(1 0 0) no-repeat }", "4.5"),
        ("b { color: black; color: #777; background: white", "4.5"),
    ],
)  # fmt: skip
def test_low_contrast_is_reported(project, css, ratio):
    project.write("cards/deck.yaml", "notes:\n  - {q: a, a: b}\n")
    project.write("flashdeck.yaml", "css: style.css\n")
    (project.root / "style.css").write_text(f"\n{css}\n")
    (problem,) = project.check()
    assert problem.span.path == "style.css"
    assert problem.span.line == 2
    assert ratio in problem.message


def test_colors_are_shown_at_the_declaration_of_the_rule_that_sets_them(project):
    project.write("cards/deck.yaml", "notes:\n  - {q: a, a: b}\n")
    project.write(
        "flashdeck.yaml",
        """\
        css: |
          .card { background: white;
            & > b , i { margin: 0; color : #777 !important ; background: white } }
        """,
    )
    (problem,) = project.check()
    assert problem.message.startswith("the text of '& > b , i' has a contrast of 4.5")
    assert problem.span == ("flashdeck.yaml", 3, 28, 3, 51)


@pytest.mark.parametrize(
    "css",
    [
        ".card { color: #767676; background: white }",
        "b { color: #999; background: white; font-size: 40px; color: #888 }",
        "b { color: #999 }",
        "b { color: var(--x); background: white }",
        "b { color: rgba(0, 0, 0, 0.1); background: white }",
        "b { color: #999; background: linear-gradient(white, black) }",
        "b { color: white; background: linear-gradient(black, white) }",
        "b { color: #999; background: white url(data:,) }",
        "b { color: color-mix(in srgb, white, #999); background: white }",
        "b { color: light-dark(#999, #ccc); background: white }",
        "b { color: color(display-p3 0.6 0.6 0.6); background: white }",
        "b { color: rgb(from red r g b); background: white }",
        "b { color: color(); background: rgb() }",
        "b { color: oklch(1e300 1e300 1e300); background: white }",
        "b { color: currentcolor; background: transparent }",
        "b { color: #999; i { background: white } }",
        "b { color: #999; /* background: white */ }",
        "{{{{ }}} ;;: color",
    ],
)
def test_what_can_not_be_measured_is_not_guessed(project, css):
    project.write("cards/deck.yaml", "notes:\n  - {q: a, a: b}\n")
    project.write("flashdeck.yaml", f"css: '{css}'\n")
    assert project.check() == []


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box of ISO's media files."""
    return (8 + sum(map(len, parts))).to_bytes(4, "big") + kind + b"".join(parts)


def avif(width: int, height: int) -> bytes:
    size = box(b"ispe", bytes(4), width.to_bytes(4, "big"), height.to_bytes(4, "big"))
    first = box(b"ipma", bytes(4), b"\0\0\0\1\0\1\1\1")
    properties = box(b"iprp", box(b"ipco", size), first)
    meta = box(b"meta", bytes(4), box(b"pitm", bytes(5), b"\1"), properties)
    return box(b"ftyp", b"avif\0\0\0\0mif1") + meta + box(b"mdat", bytes(99))


JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(10) + b"\xff\xc2\x00\x11\x08\x07\xd0\x0b\xb8"
VP8L = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + (2999 | 1999 << 14).to_bytes(4, "little")
VP8X = b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + b"\xb7\x0b\x00\xcf\x07\x00"
VP8 = b"RIFF\0\0\0\0WEBPVP8 " + bytes(10) + b"\xb8\x0b\xd0\x07"
BMP = b"BM" + bytes(16) + (3000).to_bytes(4, "little") + (-2000).to_bytes(4, "little", signed=True)
TIFF = b"II*\0\x08\0\0\0\2\0" + b"".join(
    tag.to_bytes(2, "little") + b"\4\0\1\0\0\0" + value.to_bytes(4, "little")
    for tag, value in ((256, 3000), (257, 2000))
)
LARGE = {
    "png": png(3000, 2000),
    "jpeg": JPEG,
    "gif": b"GIF89a\xb8\x0b\xd0\x07",
    "bmp": BMP,
    "vp8l": VP8L,
    "vp8x": VP8X,
    "vp8": VP8,
    "avif": avif(3000, 2000),
    "tiff": TIFF,
}


class Counted(io.BytesIO):
    """A file that knows how much of it was read."""

    total = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.total += len(data)
        return data


def sizes(data: bytes, name: str = "a.png") -> list[str]:
    """The messages about a picture, of which little is read."""
    stream = Counted(data)
    media = Media(name, "", len(data), lambda: stream)
    context = LintContext(Collection(media=(media,)))
    messages = [problem.message for problem in large_picture(context)]
    assert stream.total <= 2**16
    return messages


@pytest.mark.parametrize("kind", LARGE)
def test_a_picture_of_any_kind_can_be_too_large(kind):
    picture = LARGE[kind] + bytes(30)
    assert sizes(picture) == ["a.png has 3,000 by 2,000 pixels"]
    for cut in range(0, len(LARGE[kind]), 3):
        assert sizes(picture[:cut]) in ([], ["a.png has 3,000 by 2,000 pixels"])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('"What? ![m](big map.png)"', "big map.png"),
        ("'![m](<big map.png>) x'", "big map.png"),
        ("'![m](big map.png \"The map\")'", "big map.png"),
        ("'![m](./big map.png)'", "./big map.png"),
        ("'<img alt=x src=\"big map.png\">'", "big map.png"),
    ],
)
def test_a_large_picture_is_reported_at_its_name(project, text, name):
    (project.root / "cards/big map.png").write_bytes(png(3000, 2000))
    line = f"  - q: {text}"
    project.write("cards/deck.yaml", f"notes:\n{line}\n    a: Chile\n")
    (problem,) = [one for one in project.check() if one.rule == "large-picture"]
    column = line.index(name) + 1
    assert problem.span[1:] == (2, column, 2, column + len(name))
    assert problem.message == f"{name} has 3,000 by 2,000 pixels"


def test_a_large_picture_with_masks_is_named_without_its_digest(project):
    (project.root / "cards/big map.png").write_bytes(png(3000, 2000))
    note = "{image: big map.png, occlude: [{label: x, at: [1%, 1%, 9%, 9%]}]}"
    project.write("cards/deck.yaml", f"notes:\n  - {note}\n")
    (problem,) = [one for one in project.check() if one.rule == "large-picture"]
    assert problem.message == "big-map.png has 3,000 by 2,000 pixels"
    assert problem.span.line == 2


def test_a_drawing_has_no_pixels():
    assert sizes(b'<svg width="3000" height="2000"/>', "a.svg") == []


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8" + bytes(10_000_000),
        b"\xff\xd8" + b"\xff\xe1\0\2" * 2_000_000,
        b"P5 #" + b"x" * 10_000_000,
        b"P5 " + b"9" * 10_000_000,
        b"<svg width='9" + b"9" * 900 + b"'  height='9" + b"9" * 90 + b"'>",
        box(b"ftyp", b"heic" * 1_000_000),
        box(b"ftyp", b"avif", bytes(4)) + box(b"free") * 1_000_000,
        box(b"ftyp", b"avif", bytes(4))
        + box(
            b"meta", bytes(4), box(b"iloc", b"\0\0\0\0\0\0\xff\xff" + b"\0\0\0\0\xff\xff" * 65_535)
        ),
        box(b"ftyp", b"avif", bytes(4))
        + box(b"meta", bytes(4), box(b"iprp", box(b"ipma", bytes(10**7)))),
        b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0" + b"\xff" * 8 + bytes(10_000_000),
        b"II+\0\x08\0\0\0" + b"\xff" * 8,
        b"\0\0\0\x0cjP  \r\n\x87\n" + box(b"free") * 1_000_000,
        b"BM" + bytes(16) + b"\xff" * 8,
        b"GIF89a" + b"\xff\xff" * 9,
    ],
    ids=lambda data: repr(data[:12]),
)
def test_a_picture_that_is_none_is_no_problem(data):
    assert sizes(data) == []


def test_hostile_texts_end_in_time(project):
    """Bounded by construction; a rule that went wild would hang here."""
    rng = random.Random(1)
    words = ["{{c1::", "}}", "::", "a", "it", "<b>", "{", "\\\\", ", ", "[", "x" * 30]
    texts = ["".join(rng.choices(words, k=2_000)) for _ in range(20)]
    texts += [word * 3_000 for word in words]
    notes = "".join(f"  - {{q: '{one}', a: '{one}'}}\n  - {{cloze: '{one}'}}\n" for one in texts)
    project.write("cards/deck.yaml", f"notes:\n{notes}")
    compiled, _ = compile_project(load_project(project.root)[0])
    assert lint(lint_context(load_project(project.root)[0], compiled), {}) is not None


def test_tags_with_three_colons_are_compared_by_level(project):
    project.write("cards/a.yaml", 'notes:\n  - {q: Who?, a: b, tags: ["a:::b", "A:::b"]}\n')
    assert "tag-spelling" in [problem.rule for problem in project.check()]
