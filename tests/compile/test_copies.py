"""Copied notes and copied files: what is reported, and that no released note loses its id."""

from __future__ import annotations

import pytest
from conftest import ROOT, rest

from flashdeck.checking.fix import fixed_sources, write_fixed

NOTES = """\
deck: Rivers
description: Rivers and *lakes*.
notes:
  - {q: Where is the Nile?, a: Africa, extra: "![the Nile](nile.svg)"}
  - {q: Where is the Rhine?, a: Europe, reverse: true}
  - {cloze: The {{c1::Amazon}} is in {{c2::Brazil}}.}
"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'


@pytest.fixture
def rivers(project):
    """A built deck of three notes."""
    project.write("cards/nile.svg", SVG)
    text = NOTES.replace("{cloze: The", '{cloze: "The').replace("}}.}", '}}."}')
    project.write("cards/rivers.yaml", text)
    project.built()
    rest(project.root)
    (project.root / "build/.state").unlink(missing_ok=True)
    project.built()
    return project


def reported(project):
    """The errors of a build, which are those of a check, by place."""

    def errors(problems):
        return [
            (problem.rule, problem.span.path, problem.span.line)
            for problem in problems
            if problem.severity == "error"
        ]

    built = errors(project.build().diagnostics)
    assert sorted(errors(project.check())) == sorted(built)
    return built


def lines(project, name="rivers"):
    return project.read(f"cards/{name}.yaml").splitlines(keepends=True)


@pytest.mark.parametrize("warm", [True, False])
@pytest.mark.parametrize("place", [3, 4])
@pytest.mark.parametrize(
    ("old", "new"), [("Where is the Nile", "Where was the Nile"), ("Africa", "In Africa"), ("", "")]
)
def test_a_note_with_the_released_content_keeps_its_id(rivers, warm, place, old, new):
    before = lines(rivers)
    copy = before[3].replace(old, new)
    rivers.write("cards/rivers.yaml", "".join([*before[:place], copy, *before[place:]]))
    if not warm:
        (rivers.root / "build/.cache").unlink()
    # Of two equal notes the first is the original.
    line = place + 1 if new else 5
    assert reported(rivers) == [("duplicate-id", "cards/rivers.yaml", line)]
    write_fixed(rivers.root, fixed_sources(rivers.root))
    text = rivers.read("cards/rivers.yaml")
    assert text.splitlines(keepends=True)[8 - line if new else 3] == before[3]
    counts = rivers.built().packages[0].counts
    assert (counts.new, counts.changed, counts.removed) == (1, 0, 0)


def test_a_released_note_of_masks_or_of_a_table_keeps_its_id(project):
    project.write("cards/map.svg", SVG)
    project.write("cards/table.csv", "q,a\none,1\ntwo,2\n")
    project.write("cards/words.yaml", "deck: T\ntable: table.csv\n")
    mask = "  - image: map.svg\n    occlude: [{label: Nile, at: [1%, 1%, 20%, 20%]}]\n"
    project.write("cards/map.yaml", f"deck: M\nnotes:\n{mask}")
    project.built()
    head, row, *rows = project.read("cards/table.csv").splitlines()
    table = "\n".join([head, row.replace("one", "eins"), row, *rows, ""])
    project.write("cards/table.csv", table)
    before = project.read("cards/map.yaml")
    note = before.split("notes:\n")[1]
    project.write("cards/map.yaml", before.replace(note, note.replace("Nile", "Lena") + note))
    assert sorted(reported(project)) == [
        ("duplicate-id", "cards/map.yaml", note.count("\n") + 2),
        ("duplicate-id", "cards/table.csv", 2),
    ]


NAMES = ["rivers (conflicted copy 2026-11-30)", "a", "rivers 2", "zz", "rivers-DESKTOP-AB12"]


@pytest.mark.parametrize("name", NAMES)
def test_a_copied_file_is_one_message_that_names_both_files(rivers, name):
    rivers.write(f"cards/{name}.yaml", rivers.read("cards/rivers.yaml"))
    rest(rivers.root)
    (problem,) = rivers.check()
    both = {f"cards/{name}.yaml", "cards/rivers.yaml"}
    assert problem.rule == "copied-file"
    assert problem.span.path in both
    assert all(path in problem.message for path in both)
    assert problem.message.endswith("have the same notes")
    assert problem.hint == "delete one of the two files"
    assert rivers.build().diagnostics == (problem,)
    assert fixed_sources(rivers.root) == []
    (rivers.root / problem.span.path).unlink()
    counts = rivers.built().packages[0].counts
    assert (counts.new, counts.changed, counts.removed) == (0, 0, 0)


@pytest.mark.parametrize("name", NAMES)
def test_the_copy_is_the_file_that_was_edited(rivers, name):
    text = rivers.read("cards/rivers.yaml")
    edited = text.replace("Africa", "In Africa")
    for path, content in (("rivers", edited), (name, text)):
        rivers.write(f"cards/{path}.yaml", content)
    (problem,) = rivers.check()
    assert (problem.rule, problem.span.path) == ("copied-file", "cards/rivers.yaml")
    assert problem.hint == (
        "compare 1 note with other content, from line 4 on; delete one of the two files"
    )


def test_a_file_with_further_notes_is_not_the_copy(rivers):
    text = rivers.read("cards/rivers.yaml")
    rivers.write("cards/a.yaml", "".join(lines(rivers)[:5]))
    (problem,) = rivers.check()
    assert (problem.span.path, problem.hint) == ("cards/a.yaml", "delete cards/a.yaml")
    assert problem.message == "the notes of cards/a.yaml are also in cards/rivers.yaml"
    rivers.write("cards/a.yaml", text + "  - {q: Where is the Po?, a: Italy}\n")
    (problem,) = rivers.check()
    assert problem.hint == (
        "move 1 new note of cards/a.yaml, from line 7 on, to the other file; "
        "delete one of the two files"
    )


def test_three_files_with_the_same_notes_are_two_messages(rivers):
    text = rivers.read("cards/rivers.yaml")
    rivers.write("cards/a.yaml", text.replace("Nile?", "Nile now?"))
    rivers.write("cards/b.yaml", text.replace("Rhine?", "Rhine now?"))
    problems = rivers.check()
    assert [(problem.rule, problem.span.path) for problem in problems] == [
        ("copied-file", "cards/a.yaml"),
        ("copied-file", "cards/b.yaml"),
    ]
    assert all("cards/rivers.yaml" in problem.message for problem in problems)


def test_copied_notes_in_a_file_of_their_own_are_copied_notes(rivers):
    first = lines(rivers)[3]
    rivers.write("cards/lakes.yaml", "deck: Lakes\nnotes:\n" + first.replace("the Nile", "Chad"))
    assert reported(rivers) == [("duplicate-id", "cards/lakes.yaml", 3)]
    new = "".join(f"  - {{q: Where is lake {number}?, a: There}}\n" for number in range(3))
    rivers.write("cards/lakes.yaml", f"deck: Lakes\nnotes:\n{new}{first}")
    assert reported(rivers) == [("duplicate-id", "cards/lakes.yaml", 6)]


def test_a_note_that_is_copied_from_one_of_two_equal_files_is_reported_as_well(rivers):
    text = rivers.read("cards/rivers.yaml")
    rivers.write("cards/copy.yaml", text)
    copy = lines(rivers)[3].replace("the Nile", "Chad")
    new = "".join(f"  - {{q: Where is lake {number}?, a: There}}\n" for number in range(3))
    rivers.write("cards/lakes.yaml", f"deck: Lakes\nnotes:\n{copy}{new}")
    copied, *others = sorted(reported(rivers))
    assert (copied[0], others) == ("copied-file", [("duplicate-id", "cards/lakes.yaml", 3)])


def test_without_a_lock_the_id_tells_the_original(rivers):
    text = rivers.read("cards/rivers.yaml")
    first = lines(rivers)[3]
    (rivers.root / "flashdeck.lock").unlink()
    for package in (rivers.root / "build").iterdir():
        package.unlink()
    rivers.write("cards/rivers.yaml", text.replace(first, first.replace("Nile?", "Lena?") + first))
    assert reported(rivers) == [("duplicate-id", "cards/rivers.yaml", 4)]


def test_the_tour_copied_as_a_whole_is_one_message(project):
    text = (ROOT / "cards/tour.yaml").read_text("utf-8")
    for name in ("tour", "tour (conflicted copy)"):
        project.write(f"cards/{name}.yaml", text)
    rules = [problem.rule for problem in project.check() if "tour" in problem.span.path]
    assert rules.count("copied-file") == 1
    assert "duplicate-id" not in rules
    assert "duplicate-question" not in rules
