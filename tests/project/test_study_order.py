"""The order of deck files, in which new cards are studied and in which everything is listed."""

from __future__ import annotations

import json

import pytest

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.cli.run import run


@pytest.fixture
def lessons(project):
    for number in ("10", "2", "1", "02"):
        project.write(
            f"cards/lesson-{number}.yaml", f"deck: Course\nnotes:\n  - {{q: Word {number}, a: x}}\n"
        )
    project.write("cards/part 10/a.yaml", "deck: Course\nnotes:\n  - {q: Part 10, a: x}\n")
    project.write("cards/part 9/b.yaml", "deck: Course\nnotes:\n  - {q: Part 9, a: x}\n")
    return project


ORDER = ["Word 1", "Word 02", "Word 2", "Word 10", "Part 9", "Part 10"]


def test_new_cards_are_in_natural_order_of_their_files(lessons):
    lessons.built()
    assert [note.fields[0] for note in read_apkg(lessons.package).notes] == ORDER


def test_cards_are_listed_in_natural_order_of_their_files(lessons, capsys):
    assert run(["cards", "--json", "-C", str(lessons.root)]) == 0
    files = [card["file"] for card in json.loads(capsys.readouterr().out)]
    assert files[:4] == [f"cards/lesson-{number}.yaml" for number in ("1", "02", "2", "10")]


def test_problems_are_listed_in_natural_order_of_their_files(lessons, capsys):
    for number in ("10", "2"):
        lessons.replace(f"cards/lesson-{number}.yaml", "a: x", "b: x")
    assert run(["check", "-C", str(lessons.root)]) == 1
    shown = capsys.readouterr().out
    assert 0 <= shown.index("lesson-2.yaml") < shown.index("lesson-10.yaml")


def test_packages_and_tags_are_listed_in_natural_order(project, capsys):
    for number in (10, 9):
        project.write(
            f"cards/{number}.yaml",
            f"deck: Unit {number}\ntags: [week{number}]\nnotes:\n  - {{q: Word {number}, a: x}}\n",
        )
    result = project.built()
    assert [package.path.name for package in result.packages] == ["unit-9.apkg", "unit-10.apkg"]
    assert run(["stats", "--json", "-C", str(project.root)]) == 0
    stats = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in stats["tags"]] == ["week9", "week10"]
    assert [row["name"] for row in stats["decks"]] == ["Unit 9", "Unit 10"]


def test_the_later_of_two_similar_notes_is_reported(project):
    for number in (10, 9):
        project.write(
            f"cards/{number}.yaml",
            "deck: D\nnotes:\n"
            f"  - {{q: Which language is Flask written in{'?' * (number - 8)}, a: Python}}\n",
        )
    problems = [problem for problem in project.check() if "duplicate" in problem.rule]
    assert [problem.span.path for problem in problems] == ["cards/10.yaml"]
