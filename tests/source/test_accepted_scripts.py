"""Scripts of note types and decks that the settings accept."""

from __future__ import annotations

import re

import pytest

from flashdeck.cli.run import run
from flashdeck.diagnostics import Severity
from flashdeck.importing.importer import import_file

NOTETYPE = """\
notetype: Quiz
fields: [F, B]
templates:
  - name: One
    front: "{{F}}"
    back: one.html
  - name: Two
    front: "{{B}}"
    back: "{{F}}"
"""
BACK = "{{B}}\n<b onclick='x()'>!</b><script src=_x.js></script>\n<script>1</script>\n"
DECK = "deck: D\nnotetype: Quiz\nnotes:\n  - fields: {F: a, B: b}\n  - fields: {F: c, B: d}\n"
NOTES = "deck: E::Sub\nmarkup: html\nnotes:\n  - {q: x<script>1</script>, a: y}\n"


@pytest.fixture
def quiz(project):
    """A project with scripts in one template."""
    project.write("flashdeck.yaml", "id: abcdefgh\nname: X\nmarkup: html\nmedia: verbatim\n")
    project.write("cards/notetypes/quiz.yaml", NOTETYPE)
    project.write("cards/notetypes/one.html", BACK)
    project.write("cards/notetypes/_x.js", "x = 1")
    project.write("cards/d.yaml", DECK)
    return project


def problems(project, rule: str) -> list:
    return [problem for problem in project.check() if problem.rule == rule]


def accept(project) -> None:
    """Add the entry that the message shows to the settings."""
    (problem,) = problems(project, "active-content")
    settings = re.sub(r"allow_scripts.*\n", "", project.read("flashdeck.yaml"))
    entry = problem.hint.removeprefix("if you trust it, write in flashdeck.yaml: ")
    project.write("flashdeck.yaml", f"{settings}{entry}\n")


def test_each_template_with_scripts_is_reported_once_at_its_place(quiz):
    (problem,) = quiz.check()
    assert (problem.rule, problem.severity) == ("active-content", Severity.ERROR)
    assert problem.message == (
        "onclick=… on <b> is active content, in 2 more places of this template"
    )
    assert problem.span[:3] == ("cards/notetypes/one.html", 2, 1)
    quiz.replace("cards/notetypes/quiz.yaml", 'back: "{{F}}"', 'back: "{{F}}<script>2</script>"')
    assert [problem.span.line for problem in problems(quiz, "active-content")] == [2, 9]


def test_an_entry_lets_a_build_pack_scripts_and_check_shows_it(quiz):
    accept(quiz)
    (problem,) = quiz.check()
    assert (problem.rule, problem.severity) == ("accepted-scripts", Severity.INFO)
    assert problem.span[:2] == ("flashdeck.yaml", 5)
    assert quiz.built().diagnostics == ()


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [("one.html", "<script>1<", "<script>2<"), ("_x.js", "x = 1", "x = 2")],
)
def test_a_changed_script_asks_again(quiz, path, old, new):
    accept(quiz)
    quiz.replace("cards/notetypes/quiz.yaml", 'front: "{{B}}"', 'front: "{{B}} ?"')
    assert problems(quiz, "active-content") == []
    quiz.replace(f"cards/notetypes/{path}", old, new)
    (problem,) = problems(quiz, "active-content")
    assert problem.message.endswith("the scripts of 'Quiz' changed since they were accepted")
    accept(quiz)
    assert problems(quiz, "active-content") == []


def test_an_entry_without_scripts_is_shown(quiz):
    quiz.write("cards/notetypes/one.html", "{{B}}")
    quiz.write("flashdeck.yaml", quiz.read("flashdeck.yaml") + "allow_scripts: {notetypes: {Q: x}}")
    (problem,) = problems(quiz, "accepted-scripts")
    assert problem.message == "no note type 'Q' runs scripts"


def test_a_deck_may_run_scripts_with_its_subdecks(quiz):
    accept(quiz)
    quiz.write("cards/e.yaml", NOTES)
    (problem,) = problems(quiz, "active-content")
    assert problem.span.path == "cards/e.yaml"
    quiz.replace("flashdeck.yaml", "{notetypes:", "{decks: [E], notetypes:")
    assert problems(quiz, "active-content") == []
    quiz.built()
    quiz.built()


@pytest.mark.parametrize("value", ["true", "[Quiz]", "{decks: E}", "{notetype: {}}"])
def test_other_values_are_errors(quiz, value):
    quiz.write("flashdeck.yaml", quiz.read("flashdeck.yaml") + f"allow_scripts: {value}\n")
    errors = {problem.span.path for problem in quiz.check() if problem.rule != "active-content"}
    assert errors == {"flashdeck.yaml"}


def test_diff_names_changed_scripts(quiz, capsys):
    quiz.built(allow_scripts=True)
    quiz.replace("cards/notetypes/one.html", "<script>1<", "<script>2<")
    capsys.readouterr()
    assert run(["diff", "-C", str(quiz.root)]) == 0
    assert "Quiz: scripts of “One”" in capsys.readouterr().out


def test_an_import_writes_the_entries(quiz, tmp_path):
    quiz.write("cards/e.yaml", NOTES)
    quiz.built(allow_scripts=True)
    for path in sorted((quiz.root / "build").glob("*.apkg")):
        quiz.root = import_file(path, tmp_path / path.stem, now=quiz.now, allow_scripts=True).root
        assert problems(quiz, "active-content") == []
        assert problems(quiz, "accepted-scripts") != []
        quiz.built()
        assert run(["fmt", "--check", "-C", str(quiz.root)]) == 0
