"""Compiled notes are kept between builds, and never believed where they should not be."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from flashdeck.compile import deck_files
from flashdeck.compile.render import Renderer
from flashdeck.preview.session import PreviewSession

FLASK = """\
deck: Flask
notes:
  - q: What is $x$?
    a: |
      Code:

      ```python
      print(1 < 2)
      ```
    id: aaaaaaaa1
  - cloze: "A {{c1::$y$}} | {{c2::b}}"
    id: aaaaaaaa2
"""
WERKZEUG = "deck: Werkzeug\nnotes:\n  - {q: What does it do?, a: WSGI, id: bbbbbbbb1}\n"


@pytest.fixture
def rendered(monkeypatch):
    """Gather the ids of the notes that were rendered."""
    ids = []
    note = Renderer.note

    def gather(renderer, identified, span):
        ids.append(identified.id)
        return note(renderer, identified, span)

    monkeypatch.setattr(Renderer, "note", gather)
    return ids


@pytest.fixture
def read(monkeypatch):
    """Gather the paths of the decks that were read."""
    paths = []
    read_source = deck_files.read_source

    def gather(project, path, disk):
        paths.append(project.relative(path))
        return read_source(project, path, disk)

    monkeypatch.setattr(deck_files, "read_source", gather)
    return paths


@pytest.fixture
def built(project, rendered, read):
    """A project that was built, and looked at by a second build, which sees the stamps."""
    project.write("cards/flask.yaml", FLASK)
    project.write("cards/werkzeug.yaml", WERKZEUG)
    project.built()
    project.write("cards/other.yaml", "notes:\n  - {q: Q, a: A, id: cccccccc1}\n")
    project.built()
    rendered.clear()
    read.clear()
    return project


def kept(project):
    return project.root / "build" / ".cache"


def same_as_cold(project, tmp_path):
    """Build where something is kept, and in a copy where nothing is; both must give the same."""
    other = tmp_path / "other"
    shutil.copytree(project.root, other)
    shutil.rmtree(other / "build")
    warm = project.build()
    cold = replace(project, root=other).build()
    assert [package.sha256 for package in warm.packages] == [
        package.sha256 for package in cold.packages
    ]
    assert warm.diagnostics == cold.diagnostics
    lock = "flashdeck.lock"
    assert (project.root / lock).read_text() == (other / lock).read_text()
    return warm


def test_an_edit_reads_one_file_and_renders_one_note(built, rendered, read):
    built.replace("cards/flask.yaml", "$x$", "$z$")
    built.built()
    assert (read, rendered) == (["cards/flask.yaml"], ["aaaaaaaa1"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("$x$", "$z$"),
        ("deck: Flask", "deck: Flask\ntags: [web]"),
        ("deck: Flask", "deck: Other"),
        ("deck: Flask", "# a line more\ndeck: Flask"),
        ("  - cloze:", "  - {q: new, a: note, id: dddddddd1}\n  - cloze:"),
        ("  - cloze:", "  - {q: new, a: note}\n  - cloze:"),
        ("notes:\n", "markup: html\nnotes:\n"),
        ("deck: Flask", "deck: Flask\ndescription: About *it*"),
    ],
)
def test_a_cache_makes_the_same_packages(built, tmp_path, old, new):
    built.replace("cards/flask.yaml", old, new)
    same_as_cold(built, tmp_path)
    built.replace("cards/werkzeug.yaml", "WSGI", "much")
    same_as_cold(built, tmp_path / "again")


def test_a_note_that_moves_to_another_file_is_one_note(built, tmp_path):
    built.write("cards/werkzeug.yaml", WERKZEUG.replace("bbbbbbbb1", "bbbbbbbb2"))
    built.write("cards/zz.yaml", WERKZEUG)
    warm = same_as_cold(built, tmp_path)
    assert sum(package.notes for package in warm.packages) == 5


def test_an_id_in_two_files_is_reported_with_both_positions(built):
    built.write("cards/zz.yaml", WERKZEUG)
    problems = built.build().diagnostics
    assert [(problem.rule, problem.span.path) for problem in problems] == [
        ("copied-file", "cards/zz.yaml")
    ]
    built.replace("cards/zz.yaml", "q: ", "q: And ")
    problems = built.build().diagnostics
    assert [(problem.rule, problem.span.path) for problem in problems] == [
        ("duplicate-id", "cards/zz.yaml")
    ]
    assert "cards/werkzeug.yaml:3" in problems[0].message


def test_a_deck_is_spelled_one_way_in_all_files(built):
    built.replace("cards/flask.yaml", "deck: Flask", "deck: werkzeug")
    problems = built.build().diagnostics
    assert [(problem.rule, problem.span.path, problem.span.line) for problem in problems] == [
        ("deck-spelling", "cards/werkzeug.yaml", 1)
    ]


def test_a_changed_setting_renders_all_notes_again(built, rendered, tmp_path):
    settings = built.root / "flashdeck.yaml"
    settings.write_text(settings.read_text("utf-8") + "markup: html\n", "utf-8")
    same_as_cold(built, tmp_path)
    assert len(rendered) == 8


def test_an_edited_note_type_renders_its_notes_again(built, tmp_path):
    text = "notetype: Own\nfields: [One, Two]\ntemplates:\n  - {name: A, front: F, back: B}\n"
    built.write("cards/notetypes/own.yaml", text.replace("F", "'{{One}}'"))
    built.write("cards/own.yaml", "notes:\n  - {notetype: Own, fields: {One: 1}, id: eeeeeeee1}\n")
    built.built()
    built.write("cards/notetypes/own.yaml", text.replace("F", "'{{Two}}'"))
    problems = same_as_cold(built, tmp_path).diagnostics
    assert any(problem.rule == "empty-front" for problem in problems)


def test_removed_notes_leave_the_cache(built):
    built.replace("cards/flask.yaml", "$x$", "x")
    built.built()
    assert b"$x$" not in kept(built).read_bytes()
    assert b"(x)" not in kept(built).read_bytes()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data[: data.rindex(b"\n")],
        lambda data: data.replace(b'"Flask"', b"5"),
        lambda _: b"[]",
        lambda _: b"[" * 100_000,
    ],
)
def test_a_damaged_cache_is_ignored(built, tmp_path, spoil):
    kept(built).write_bytes(spoil(kept(built).read_bytes()))
    built.replace("cards/flask.yaml", "$x$", "$z$")
    same_as_cold(built, tmp_path)


def test_a_copied_cache_is_ignored(built, rendered):
    poisoned = kept(built).read_bytes().replace(b"What does", b"<script>x</script>")
    kept(built).rename(kept(built).with_name("elsewhere"))  # its place on the disk stays taken
    kept(built).write_bytes(poisoned)
    built.replace("cards/flask.yaml", "$x$", "$z$")
    built.built()
    assert len(rendered) == 4


def test_without_the_lock_the_cache_is_ignored(built, rendered):
    (built.root / "flashdeck.lock").unlink()
    built.built()
    assert len(rendered) == 4


def test_problems_are_reported_by_each_build(built, rendered):
    built.replace("cards/flask.yaml", "python", "pyhton")
    for _ in range(2):
        assert [problem.rule for problem in built.built().diagnostics] == ["unknown-language"]
        built.replace("cards/werkzeug.yaml", "do", "do do")
    assert rendered.count("aaaaaaaa1") == 3  # twice where it was not known to need the whole file
    assert rendered.count("aaaaaaaa2") == 0


def test_a_rule_that_is_ignored_in_a_file_stays_ignored(built):
    text = "deck: Flask  # flashdeck: ignore cloze-removed\n"
    built.replace("cards/flask.yaml", "deck: Flask\n", text)
    built.replace("cards/flask.yaml", " | {{c2::b}}", "")
    assert not built.built().diagnostics
    built.replace("cards/werkzeug.yaml", "WSGI", "much")
    assert not built.built().diagnostics


def test_pictures_are_checked_by_each_build(built, tmp_path):
    picture = built.root / "cards" / "map.png"
    picture.write_bytes(b"map")
    built.write("cards/map.yaml", "notes:\n  - {q: '![a map](map.png)', a: 2, id: aaaaaaaa3}\n")
    built.built()
    picture.write_bytes(b"another")
    same_as_cold(built, tmp_path)
    picture.unlink()
    assert [problem.rule for problem in built.build().diagnostics] == ["missing-media"]


def test_which_of_two_pictures_keeps_its_name_is_the_same_each_time(project, tmp_path):
    text = "media: verbatim\nnotes:\n  - {q: '![](map.png)', a: A, id: %s}\n"
    project.write("flashdeck.yaml", "id: keepingtest1\nname: Test\n")
    project.write("cards/one/map.png", "one")
    project.write("cards/one/a.yaml", "notes:\n  - {q: Q, a: A, id: aaaaaaaa1}\n")
    project.write("cards/two/map.png", "two")
    project.write("cards/two/b.yaml", text % "bbbbbbbb1")
    project.built()
    project.write("cards/one/a.yaml", text % "aaaaaaaa1")
    problems = same_as_cold(project, tmp_path).diagnostics
    assert [(problem.rule, problem.span.path) for problem in problems] == [
        ("media-twice", "cards/two/b.yaml")
    ]


def test_an_id_in_two_files_is_two_notes_until_it_is_fixed(project):
    text = "# flashdeck: ignore short-id\nnotes:\n  - {q: %s, a: A, id: aaaaaaaa1}\n"
    project.write("cards/one.yaml", text % "one")
    project.write("cards/two.yaml", text % "two")
    state = PreviewSession(project.root).compile()
    assert len({note.guid for note in state.collection.notes}) == 2
    assert [problem.rule for problem in state.problems] == ["duplicate-id"]


def test_a_kind_that_differs_from_the_lock_is_reported(built):
    lock = built.root / "flashdeck.lock"
    lock.write_text(lock.read_text("utf-8").replace("bbbbbbbb1\tquestion", "bbbbbbbb1\tcloze"))
    assert any(problem.rule == "changed-kind" for problem in built.built().diagnostics)
