"""Every form in which a note names a file: shown, packed, and there once Anki has imported it."""

from __future__ import annotations

import pytest
from real_anki import Learner

from flashdeck.anki.html_text import readable
from flashdeck.anki.read.apkg import read_apkg
from flashdeck.anki.template.references import references

VERBATIM = "id: abcdefgh\nname: X\nmarkup: html\nmedia: verbatim\n"
FORMS = (
    '<img src="x.png">',
    '<IMG SRC="x.png">',
    "<img SRC='x.png'>",
    "<IMG alt=y Src=x.png>",
    '<img\nsrc="x.png">',
    '<img alt="a > b" SRC="x.png">',
    '<Audio SRC="x.png"></Audio>',
    '<VIDEO SRC="x.png"></VIDEO>',
    '<audio><Source SRC="x.png"></audio>',
    "[sound:x.png]",
)
ACTIVE_FORMS = ('<Object DATA="x.png"></Object>', "<OBJECT data=x.png></OBJECT>")
"""Forms that pass only where scripts may run."""


def packed(project) -> list[str]:
    return [media.name for media in read_apkg(project.package).media]


def write_note(project, field: str) -> None:
    project.write("cards/d.yaml", "deck: D\nnotes:\n  - q: |-\n")
    text = field.replace("\n", "\n      ")
    path = project.root / "cards/d.yaml"
    path.write_text(f"deck: D\nnotes:\n  - q: |-\n      {text}\n    a: hydrogen\n", "utf-8")


@pytest.fixture
def verbatim(project):
    project.write("flashdeck.yaml", VERBATIM)
    project.write("cards/x.png", "x")
    return project


@pytest.mark.parametrize("form", [*FORMS, *ACTIVE_FORMS])
def test_a_file_is_found_in_whatever_case_a_field_names_it(form):
    assert references(form) == ["x.png"]


@pytest.mark.parametrize("form", ["<IMG SRC=x.png>", "<Object DATA='x.png'></Object>"])
def test_a_file_stands_as_its_name_in_plain_words_in_whatever_case(form):
    assert readable(form) == "[x.png]"


@pytest.mark.parametrize("form", ["[Sound:x.png]", '<img src = "x.png">', '<img _src="x.png">'])
def test_a_form_that_anki_does_not_find_is_not_a_reference(form):
    assert references(form) == []


@pytest.mark.parametrize("form", [*FORMS, *ACTIVE_FORMS])
def test_a_file_is_packed_in_whatever_case_a_field_names_it(verbatim, form):
    write_note(verbatim, form)
    verbatim.built(allow_scripts=True)
    assert packed(verbatim) == ["x.png"]
    with Learner() as learner:
        learner.import_package(verbatim.package)
        assert "x.png" in learner.media()


@pytest.mark.parametrize("form", [*FORMS, *ACTIVE_FORMS])
def test_a_file_gets_its_name_in_whatever_case_a_field_names_it(project, form):
    project.write("flashdeck.yaml", "id: abcdefgh\nname: X\nmarkup: html\n")
    project.write("cards/x.png", "x")
    write_note(project, form)
    project.built(allow_scripts=True)
    (name,) = packed(project)
    (note,) = read_apkg(project.package).notes
    assert references(note.fields[0]) == [name]


@pytest.mark.parametrize("form", FORMS)
def test_a_question_that_is_a_picture_or_sound_can_be_seen(verbatim, form):
    write_note(verbatim, form)
    problems = [
        problem
        for problem in verbatim.check()
        if problem.rule in {"invisible-front", "unused-media"}
    ]
    assert problems == []


@pytest.mark.parametrize(
    ("picture", "is_reported"),
    [
        ('<IMG SRC="x.png">', True),
        ('<img src="x.png" ALT="a flag">', False),
        ('<img src="x.png" alt = "a flag">', False),
        ('<img src="x.png" data-alt="a flag">', True),
    ],
)
def test_words_for_a_picture_count_in_whatever_case(verbatim, picture, is_reported):
    write_note(verbatim, picture)
    problems = [problem for problem in verbatim.check() if problem.rule == "missing-alt"]
    assert bool(problems) == is_reported


@pytest.mark.parametrize(
    ("field", "place"),
    [('see <img SRC = "x.png"> it', (4, 23)), ("<img src =x.png> then", (4, 17))],
)
def test_a_file_that_anki_would_not_find_is_reported_where_it_is_named(verbatim, field, place):
    write_note(verbatim, field)
    (problem,) = [problem for problem in verbatim.check() if problem.rule == "html-attribute"]
    assert problem.message == "Anki does not find x.png here, so it would not be packed"
    assert problem.span[1:3] == place
    assert problem.hint == "write src=\"x.png\", without a space around '='"


@pytest.mark.parametrize(
    "field",
    [
        '<input type=image SRC="x.png">',
        '<svg><image HREF="x.png"/></svg>',
        '<video><track src="x.png"></video>',
    ],
)
def test_a_tag_into_which_anki_does_not_look_is_reported(verbatim, field):
    write_note(verbatim, field)
    messages = [problem.message for problem in verbatim.check() if problem.rule == "html-attribute"]
    assert len(messages) == 1
    assert messages[0] == "Anki does not look for x.png here, and would leave it out"


@pytest.mark.parametrize(
    "field",
    [
        "<!-- <img src=x.png> -->y",
        "y<script>document.body.innerHTML = '<IMG SRC=\"x.png\">'</script>",
        '<div data-src="x.png">y</div>',
    ],
)
def test_a_file_that_only_anki_finds_is_packed(verbatim, field):
    write_note(verbatim, field)
    verbatim.built(allow_scripts=True)
    assert packed(verbatim) == ["x.png"]


def test_a_file_of_a_script_that_is_added_is_detected(verbatim):
    write_note(verbatim, "y<script>show('<img src=\"later.png\">')</script>")
    verbatim.built(allow_scripts=True)
    assert packed(verbatim) == []
    verbatim.write("cards/media/later.png", "x")
    verbatim.built(allow_scripts=True)
    assert packed(verbatim) == ["later.png"]


def test_a_script_that_names_no_file_is_not_a_missing_picture(verbatim):
    pictures = '<img src="https://a.b/c.png"><img src="none.png">'
    write_note(verbatim, f"y<script>show('{pictures}')</script>")
    assert verbatim.built(allow_scripts=True).diagnostics == ()
