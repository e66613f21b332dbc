"""Files that templates and styles name: packed, or reported where they are named."""

from __future__ import annotations

import json

import pytest
from real_anki import Learner

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.diagnostics import Severity

SETTINGS = "id: abcdefgh\nname: X\nmarkup: html\nmedia: verbatim\n"
DECK = "deck: D\nnotetype: N\nnotes:\n  - fields: {F: a, B: b}\n"


def write_type(project, front: str, css: str = "", *, identity: str = "") -> None:
    lines = [
        *("notetype: N", *([f"id: {identity}"] if identity else [])),
        *("fields: [F, B]", "templates:", "  - name: c"),
        f"    front: {json.dumps('{{F}}' + front)}",
        '    back: "{{B}}"',
        f"css: {json.dumps(css)}",
    ]
    project.write("cards/notetypes/n.yaml", "\n".join(lines) + "\n")


def media_problems(project) -> list[tuple[str, Severity, int]]:
    """Give the files that are reported, the severity, and in which line."""
    return [
        (word, problem.severity, problem.span.line)
        for problem in project.check()
        if problem.rule == "template-media"
        for word in problem.message.split()
        if "." in word
    ]


def packed(project) -> list[str]:
    return [media.name for media in read_apkg(project.package).media]


@pytest.fixture
def verbatim(project):
    project.write("flashdeck.yaml", SETTINGS)
    project.write("cards/d.yaml", DECK)
    return project


def test_files_that_are_missing_are_errors_where_they_are_named(verbatim):
    write_type(verbatim, '<img src="_base.png">', ".card { background: url(_bg.png) }")
    assert media_problems(verbatim) == [
        ("_base.png", Severity.ERROR, 5),
        ("_bg.png", Severity.ERROR, 7),
    ]
    problem, _ = verbatim.check()
    assert problem.message == "no file _base.png in cards/notetypes/ or in cards/media/"


def test_files_that_an_imported_note_type_never_had_are_warnings(verbatim):
    write_type(verbatim, '<img src="_base.png">', "a { b: url(_bg.png) }", identity="1600000000000")
    assert media_problems(verbatim) == [
        ("_base.png", Severity.WARNING, 6),
        ("_bg.png", Severity.WARNING, 8),
    ]
    verbatim.built()


def test_a_name_that_anki_passes_over_in_templates_is_a_warning(verbatim):
    verbatim.write("cards/media/other.png", "x")
    write_type(verbatim, '<img src="other.png">')
    (problem,) = verbatim.check()
    assert (problem.rule, problem.severity) == ("template-media", Severity.WARNING)
    assert problem.message == "Anki does not look for other.png here, and would leave it out"
    assert problem.hint == "rename it to _other.png: such files are always packed"


@pytest.mark.parametrize("folder", ["media", "notetypes"])
def test_present_files_are_packed_into_anki(verbatim, folder):
    names = ["_a.png", "_b.png", "_c.mp3", "_d.css", "_e.woff2", "_f g.ttf"]
    for name in names:
        verbatim.write(f"cards/{folder}/{name}", name)
    css = "@IMPORT '_d.css'; a { b: URL( '_e.woff2?#iefix' ) url(_f%20g.ttf) }"
    write_type(verbatim, "<IMG SRC=_a.png><Video SRC='_b.png'></Video>[sound:_c.mp3]", css)
    assert verbatim.check() == []
    verbatim.built()
    assert packed(verbatim) == names
    with Learner() as learner:
        learner.import_package(verbatim.package)
        assert sorted(learner.media()) == names


@pytest.mark.parametrize(
    ("front", "css"),
    [
        ("<!-- <img src=_none.png> url(_none.png) -->", "/* url(_none.png) */"),
        ("<img src='#'>", "b { c: url(data:image/png;base64,_a) }"),
        ("<img src='https://a.b/_none.png'>", "@import url('https://a.b/_none.css');"),
        ("<svg><g fill='url(#_none)'/></svg>", "b { c: url('') }"),
    ],
)
def test_addresses_outside_the_project_are_not_missing_files(verbatim, front, css):
    write_type(verbatim, front, css)
    assert verbatim.check() == []


def test_scripts_and_styles_of_a_template_are_checked(verbatim):
    write_type(verbatim, "<script src=_a.js></script><LINK rel=stylesheet HREF='_b.css'>")
    messages = [problem.message for problem in verbatim.build(allow_scripts=True).diagnostics]
    missing = [words.split()[2] for words in messages if words.startswith("no file")]
    assert missing == ["_a.js", "_b.css"]


def test_files_that_a_css_file_names_are_checked(verbatim):
    verbatim.write("cards/media/_a.css", "b { c: url('_b.png') } d { e: url(_c%20d.png#f) }")
    write_type(verbatim, "", "@import '_a.css';")
    (problem,) = verbatim.check()
    assert problem.message.startswith("in _a.css: no file _b.png")
    verbatim.write("cards/media/_b.png", "b")
    verbatim.write("cards/media/_c d.png", "c")
    assert verbatim.check() == []
    verbatim.built()
    assert packed(verbatim) == ["_a.css", "_b.png", "_c d.png"]


def test_a_css_file_can_name_no_file_that_gets_another_name(project):
    project.write("cards/d.yaml", DECK)
    project.write("cards/notetypes/b.png", "b")
    project.write("cards/notetypes/a.css", "b { c: url('b.png') }")
    write_type(project, "", "@import 'a.css';")
    messages = [problem.message for problem in project.check()]
    assert "in a.css: b.png has another name in the package" in messages


@pytest.mark.parametrize("settings", [SETTINGS, "name: X\nmarkup: html\n"])
def test_names_that_a_template_composes_of_fields_are_checked(project, settings):
    project.write("flashdeck.yaml", settings)
    project.write("cards/d.yaml", DECK.replace("B: b", "B: Peru"))
    write_type(project, "<img src='_{{B}}.png'>[sound:{{B}}.mp3]")
    messages = sorted(problem.message for problem in project.check())
    assert [message.partition("; ")[0] for message in messages] == [
        "Anki does not look for Peru.mp3 here, and would leave it out",
        "no file _Peru.png beside cards/d.yaml or in cards/media/",
    ]
    project.replace("cards/notetypes/n.yaml", "[sound:{{B}}.mp3]", "")
    project.write("cards/_Peru.png", "flag")
    project.built()
    assert packed(project) == ["_Peru.png"]
    with Learner() as learner:
        learner.import_package(project.package)
        assert sorted(learner.media()) == ["_Peru.png"]


def test_the_project_stylesheet_is_checked(verbatim):
    verbatim.write("flashdeck.yaml", SETTINGS + 'css: "b { c: url(_bg.png) }"\n')
    verbatim.write("cards/d.yaml", "deck: D\nnotes:\n  - {q: a, a: b}\n")
    assert media_problems(verbatim) == [("_bg.png", Severity.ERROR, 5)]


def test_names_in_any_case_are_packed_under_hashed_names(project):
    project.write("cards/d.yaml", DECK)
    for name in ("a.png", "b.css", "c.js", "d.png"):
        project.write(f"cards/notetypes/{name}", name)
    css = "/* url(none.png) */ @IMPORT 'b.css'; a { b: URL(a.png) }"
    write_type(project, "<SCRIPT SRC=c.js></SCRIPT><IMG SRC=d.png>", css)
    project.built(allow_scripts=True)
    endings = sorted(name.partition(".")[2] for name in packed(project))
    assert endings == ["css", "js", "png", "png"]
    (notetype,) = read_apkg(project.package).notetypes
    texts = notetype.css + notetype.templates[0].front
    assert [name for name in packed(project) if name not in texts] == []


NAMES_NOTHING = """\
@namespace svg url(http://www.w3.org/2000/svg);
/* url(none.png) @import "none.css"; */
.card { content: "url(none.png)"; &:hover { color: red /* { */ } }
"""


@pytest.mark.parametrize("settings", [SETTINGS, "name: X\nmarkup: html\n"])
def test_names_that_css_does_not_load_are_ignored(project, settings):
    project.write("flashdeck.yaml", settings + "css: style.css\n")
    project.write("style.css", NAMES_NOTHING)
    project.write("cards/d.yaml", DECK)
    front = (
        f"<style>{NAMES_NOTHING}</style>Write url(none.png), not <b title='url(none.png)'>x</b>."
    )
    write_type(project, front, NAMES_NOTHING)
    assert project.check() == []


def test_names_with_escapes_and_queries_are_packed(project):
    project.write("cards/d.yaml", DECK)
    for name in ("my font.woff2", "a.png", "b.png", "it's.png"):
        project.write(f"cards/notetypes/{name}", name)
    css = r"a { b: url( my\20 font.woff2 ) url('it\'s.png'); c: image-set('a.png' 1x) }"
    css += " @font-face { src: url(my%20font.woff2?#iefix) }"
    write_type(project, '<p style="background: url(&quot;b.png&quot;) red">', css)
    project.built(allow_scripts=True)
    (notetype,) = read_apkg(project.package).notetypes
    by_ending = {name.rpartition(".")[2]: name for name in packed(project)}
    assert len(packed(project)) == 4
    assert notetype.css.count(by_ending["woff2"]) == 2
    assert [word for word in ("my", "it", "'a.png", "iefix") if word in notetype.css] == []
    assert '<p style="background: url(&quot;_fd-' in notetype.templates[0].front
    assert '.png&quot;) red">' in notetype.templates[0].front


def test_missing_media_of_a_file_are_reported_in_that_file(project):
    project.write("flashdeck.yaml", "name: X\ncss: look/style.css\n")
    project.write("look/style.css", "b {}\n@font-face { src: url('none.woff2') }\n")
    project.write("cards/d.yaml", "deck: D\nnotetype: N\nnotes:\n  - fields: {F: a}\n")
    lines = ["notetype: N", "fields: [F]", "templates:", "  - {name: c, front: f.html, back: x}"]
    css = ["css: |", "  b {", "    c: url(none.png);", "    d: url(none.png);", "  }"]
    project.write("cards/notetypes/n.yaml", "\n".join([*lines, *css]) + "\n")
    front = "{{F}}\n<style>b { c: url(d.png) }</style>\n<img alt=é src='e.png'>\n"
    project.write("cards/notetypes/f.html", front)
    assert sorted((problem.message.split()[2], *problem.span) for problem in project.check()) == [
        ("d.png", "cards/notetypes/f.html", 2, 19, 2, 24),
        ("e.png", "cards/notetypes/f.html", 3, 17, 3, 22),
        ("none.png", "cards/notetypes/n.yaml", 7, 12, 7, 20),
        ("none.woff2", "look/style.css", 2, 24, 2, 34),
    ]


def test_a_style_that_is_too_long_is_a_warning_at_its_start(project):
    project.write("cards/d.yaml", DECK)
    write_type(project, "", "")
    project.replace("cards/notetypes/n.yaml", 'css: ""', "css: n.css")
    project.write("cards/notetypes/n.css", "a { b: url(data:,) }\n" * 90_000)
    (problem,) = project.check()
    assert (problem.severity, problem.span[:3]) == (
        Severity.WARNING,
        ("cards/notetypes/n.css", 1, 1),
    )
    font = "x" * 2_000_000
    project.write("cards/notetypes/n.css", f"a {{ b: url(data:{font}) url(none.png) }}")
    assert [problem.message for problem in project.check()] == [
        "no file none.png in cards/notetypes/"
    ]


def test_a_template_file_that_is_added_is_detected(verbatim):
    write_type(verbatim, '<img src="_a.png">', identity="1600000000000")
    assert packed_after_build(verbatim) == []
    verbatim.write("cards/notetypes/_a.png", "x")
    assert packed_after_build(verbatim) == ["_a.png"]


def packed_after_build(project) -> list[str]:
    project.built()
    return packed(project)
