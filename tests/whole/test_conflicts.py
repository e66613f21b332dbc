"""A file with git conflict markers is one error, and no command writes to it."""

from __future__ import annotations

import subprocess

import pytest
from conftest import NOW
from terminal import Terminal
from test_fuzz import state

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.checking.fix import fixed_sources, write_fixed
from flashdeck.cli.run import run
from flashdeck.diagnostics import FlashdeckError
from flashdeck.importing.existing import import_into
from flashdeck.importing.result import ImportOptions
from flashdeck.preview.session import PreviewSession
from flashdeck.yamlnode import read_yaml

DECK = """\
deck: Conflict
tags: a b
notes:
  - {q: a3, a: b, id: zyx000000001}
<<<<<<< HEAD
  - {q: mine, a: b, id: zyx000000002}
  - q: `x`
=======
  - {q: theirs, a: b, id: zyx000000002}
    a: see #5
>>>>>>> branch
"""
TABLE = """\
q,a,id
one,two,zyx000000003
<<<<<<< HEAD
three,four,zyx000000004
=======
three,five,zyx000000004
>>>>>>> branch
"""
NOTETYPE = """\
notetype: Word
<<<<<<< HEAD
fields: [Word, Meaning]
keys: {word: Word, meaning: Meaning}
=======
fields: [Word, Sense]
keys: {word: Word, sense: Sense}
>>>>>>> branch
templates:
  - {name: Card, front: "{{Word}}", back: "{{Word}}"}
"""
SETTINGS = """\
<<<<<<< HEAD
name: Ours
media: verbatim
=======
name: Theirs
>>>>>>> branch
id: abcdefgh
nme: x
rules: {yes-no: off}
"""
SIDE = """\
<<<<<<< HEAD
{{Word}} {}
=======
.card { color: red }
>>>>>>> branch
"""
WORD = """\
notetype: Word
css: word.css
fields: [Word, Meaning]
templates:
  - {name: Card, front: word.html, back: "{{Word}} {{Meaning}}"}
"""
WORDS = """\
notetype: Word
notes:
  - {word: one, sense: two}
  - {q: three, a: four}
---
notes:
  - {notetype: Word, fields: {Word: five, Sense: six}}
"""
# A path, its text, and other files that it needs.
FILES = {
    "a deck": ("cards/a.yaml", DECK, {}),
    "a table": ("cards/words.csv", TABLE, {"cards/a.yaml": "deck: T\ntable: words.csv\n"}),
    "settings": ("flashdeck.yaml", SETTINGS, {}),
    "a note type": ("cards/notetypes/word.yaml", NOTETYPE, {"cards/a.yaml": WORDS}),
    "the style of a note type": (
        "cards/notetypes/word.css",
        SIDE,
        {"cards/notetypes/word.yaml": WORD.replace("word.html", "'{{Word}}'")},
    ),
    "a side of a template": (
        "cards/notetypes/word.html",
        SIDE,
        {"cards/notetypes/word.yaml": WORD.replace("css: word.css\n", ""), "cards/a.yaml": WORDS},
    ),
    "a style": ("cards/own.css", SIDE, {"flashdeck.yaml": "id: abcdefgh\ncss: cards/own.css\n"}),
}


@pytest.fixture(params=FILES.values(), ids=FILES)
def path(request, project):
    """A file with a conflict, in a project with a valid deck and one with an error."""
    path, text, beside = request.param
    project.write("cards/good.yaml", "notes:\n  - {q: good, a: b}\n  - q: Flask: what?\n    a: b\n")
    for name, words in {**beside, path: text}.items():
        project.write(name, words)
    return path


def places(project):
    return [(problem.rule, problem.span.path, problem.span.line) for problem in project.check()]


def first_marker(project, path):
    return project.read(path).splitlines().index("<<<<<<< HEAD") + 1


def test_a_file_in_conflict_is_one_error_and_others_are_checked(project, path):
    slip = ("unquoted-colon", "cards/good.yaml", 3)
    conflict = ("merge-conflict", path, first_marker(project, path))
    assert sorted(places(project)) == sorted([conflict, slip])
    assert [
        problem.rule
        for problem in PreviewSession(project.root).compile().problems
        if problem.fix is None
    ] == ["merge-conflict"]


def test_the_message_names_the_lines_and_the_span_is_the_first_of_them(project):
    project.write("cards/a.yaml", DECK)
    (problem,) = project.check()
    assert problem.span[1:] == (5, 1, 5, 13)
    assert problem.message == "an unresolved merge conflict: git's markers are on lines 5, 8 and 11"
    project.write("cards/a.yaml", DECK * 5)
    (problem,) = project.check()
    lines = "5, 8, 11, 16, 19, 22 and 9 more"
    assert problem.message == f"5 unresolved merge conflicts: git's markers are on lines {lines}"


@pytest.mark.usefixtures("path")
def test_a_build_stops_and_writes_nothing(project):
    project.write("cards/good.yaml", "notes:\n  - {q: good, a: b}\n")
    before = state(project.root)
    built = project.build()
    assert [problem.rule for problem in built.diagnostics] == ["merge-conflict"]
    assert built.packages == ()
    assert state(project.root) == before


def test_fix_writes_into_other_files_only(project, path):
    write_fixed(project.root, fixed_sources(project.root))
    assert '  - q: "Flask: what?"\n' in project.read("cards/good.yaml")
    assert fixed_sources(project.root) == []
    assert project.read(path) == {name: text for name, text, _ in FILES.values()}[path]


def test_fmt_leaves_it_alone(project, path, monkeypatch, capsys):
    project.write("cards/good.yaml", "notes:\n  - q:   good\n    a: b\n")
    before = project.read(path)
    monkeypatch.chdir(project.root)
    code = run(["fmt"])
    errors = capsys.readouterr().err
    assert project.read(path) == before
    assert project.read("cards/good.yaml") == "notes:\n  - q: good\n    a: b\n"
    is_formatted = path.endswith(".yaml") and path.startswith("cards/")
    assert (code, errors.count("[merge-conflict]")) == ((1, 1) if is_formatted else (0, 0))
    assert "was not formatted" not in errors


def test_an_import_leaves_the_project_alone(two_notes):
    package = read_apkg(two_notes.built().packages[0].path)
    two_notes.write("cards/a.yaml", DECK)
    before = state(two_notes.root)
    with pytest.raises(FlashdeckError, match=r"has 1 error$"):
        import_into(package, two_notes.root, ImportOptions("x", NOW), lambda *_: None)
    assert state(two_notes.root) == before


def test_watch_waits_until_the_conflict_is_resolved(two_notes):
    text = two_notes.read("cards/flask.yaml")
    terminal = Terminal(two_notes.root)
    try:
        assert terminal.line().endswith("(2 new)")
        terminal.line()
        before = state(two_notes.root)
        two_notes.write("cards/flask.yaml", text.replace("  - cloze", f"{DECK}  - cloze"))
        lines = [terminal.line() for _ in range(6)]
        assert "[merge-conflict]" in lines[0]
        assert lines[-2:] == ["1 error", "1 error; nothing was built"]
        conflicted = two_notes.read("cards/flask.yaml")
        assert state(two_notes.root) == before | {"cards/flask.yaml": conflicted.encode()}
        two_notes.write("cards/flask.yaml", before["cards/flask.yaml"].decode())
        assert terminal.line() == "nothing new"
    finally:
        terminal.process.kill()
        terminal.process.communicate()


def test_no_cache_hides_a_conflict(project):
    project.write("cards/a.yaml", "notes:\n  - {q: a, a: b}\n  - q: |\n      x\n    a: b\n")
    project.write("cards/words.csv", "q,a\none,two\n")
    project.write("cards/b.yaml", "table: words.csv\n")
    session = PreviewSession(project.root)
    for _ in range(2):
        project.built()
        good = state(project.root)
        assert session.compile().problems == ()
        for name, marked in {
            "cards/a.yaml": ("notes:\n", "notes:\n<<<<<<< HEAD\n=======\n>>>>>>> b\n"),
            "cards/words.csv": ("two", "two\n<<<<<<< HEAD\n=======\nx,y\n>>>>>>> b"),
        }.items():
            path = project.root / name
            project.replace(name, *marked)
            assert [problem.rule for problem in project.build().diagnostics] == ["merge-conflict"]
            (problem,) = session.compile([path]).problems
            assert problem.rule == "merge-conflict"
            project.replace(name, *reversed(marked))
            assert session.compile([path]).problems == ()
        assert state(project.root) == good


def test_notes_of_a_note_type_in_conflict_are_reported_again_when_it_is_gone(project):
    project.write("cards/notetypes/word.yaml", NOTETYPE)
    project.write("cards/a.yaml", "notetype: Word\nnotes:\n  - {word: one, id: zyx000000001}\n")
    session = PreviewSession(project.root)
    assert [problem.rule for problem in session.compile().problems] == ["merge-conflict"]
    (project.root / "cards/notetypes/word.yaml").unlink()
    assert "unknown-notetype" in [problem.rule for problem in session.compile().problems]


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_conflicts_written_by_git_are_detected(project, style, end):
    git = ("git", "-c", f"merge.conflictStyle={style}", "-c", "user.name=x", "-c", "user.email=x@x")

    def commit(answer, *, branch):
        text = f"notes:\n  - q: a\n    a: |\n{answer}    extra: c\n".replace("\n", end)
        project.write("cards/a.yaml", text)
        subprocess.run(["git", "add", "."], cwd=project.root, check=True)
        commands = [[*git, "commit", "-qm", "x"], [*git, "switch", "-qc", branch]]
        for command in commands if branch else commands[:1]:
            subprocess.run(command, cwd=project.root, check=True)

    subprocess.run(["git", "init", "-q"], cwd=project.root, check=True)
    commit("      one\n", branch="theirs")
    commit("      two\n      b\n", branch="")
    subprocess.run([*git, "switch", "-qc", "ours", "HEAD~"], cwd=project.root, check=True)
    commit("      three\n      c\n", branch="")
    subprocess.run([*git, "merge", "-q", "theirs"], cwd=project.root, check=False)
    assert places(project) == [("merge-conflict", "cards/a.yaml", 4)]


@pytest.mark.parametrize(
    "data",
    [
        DECK.encode(),
        b"\xef\xbb\xbf" + DECK.encode(),
        DECK.replace("deck: Conflict\ntags: a b\nnotes:\n", "").encode(),
        DECK.encode() + b"\xff \x00 \t",
        DECK.replace("=======\n", "").encode(),
        DECK.replace("=======\n", "||||||| 1234567\n=======\n").encode(),
        ("a: |\n" + DECK).encode(),
    ],
)
def test_conflict_markers_are_detected(data):
    file = read_yaml("cards/a.yaml", data)
    assert [problem.rule for problem in file.problems] == ["merge-conflict"]
    assert file.documents == ()


@pytest.mark.parametrize(
    "text",
    [
        "notes:\n  - q: |\n      Flask\n      =======\n    a: b\n",
        "notes:\n  - q: b\n    a: |\n      <<<<<<< HEAD\n      =======\n      >>>>>>> x\n",
        "q: a\n=======\nb: c\n",
        "q: a\n>>>>>>> x\nb: c\n<<<<<<< HEAD\nd: e\n",
        "q: a\n<<<<<<< HEAD\nb: c\n",
        "q: a\n<<<<<<<< HEAD\nb: c\n>>>>>>>> x\n",
        "q: a\n<<<<<<<\nb: c\n>>>>>>>\n",
        "q: a # <<<<<<< HEAD\nb: c # >>>>>>> x\n",
    ],
)
def test_other_text_is_not_a_conflict(text):
    assert "merge-conflict" not in [
        problem.rule for problem in read_yaml("a.yaml", text.encode()).problems
    ]


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "||||||| 1234567", "=======", ">>>>>>> x"])
def test_a_single_marker_is_not_quoted(project, marker):
    text = f"notes:\n  - q: a\n    a: b\n{marker}\n  - q: c\n    a: d\n"
    project.write("cards/a.yaml", text)
    assert fixed_sources(project.root) == []
    assert [problem for problem in project.check() if problem.severity == "error"]


def test_conflicts_are_detected_in_tables_from_excel(project):
    project.write("cards/a.yaml", "table: words.csv\n")
    (project.root / "cards/words.csv").write_bytes(b"\xff\xfe" + TABLE.encode("utf-16-le"))
    assert places(project) == [("merge-conflict", "cards/words.csv", 3)]
