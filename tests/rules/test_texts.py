"""Rules for texts whose meaning was lost: what is reported, where, and what is not.

Each file of `tests/cases/rules/texts/` is named after a rule. A line is a note, or `a: ` and an
answer of several lines with `⏎` between them. In reported notes `«…»` is round the place; nothing
else is reported of them by any of these rules.
"""

from __future__ import annotations

import re

import pytest
from conftest import ROOT
from rule_examples import png

from flashdeck.rules.registry import RULES

FILES = sorted((ROOT / "tests/cases/rules/texts").glob("*.txt"))
NAMES = {rule.name for rule in RULES if ".text." in rule.find.__module__} | {"choices-reverse"}


def cases(kind):
    params = []
    for file in FILES:
        reported, fine = file.read_text("utf-8").split("== not reported\n")
        lines = reported.removeprefix("== reported\n") if kind == "reported" else fine
        params.append(pytest.param(file.stem, lines.splitlines(), id=file.stem))
    return params


def written(line):
    """A note in block style."""
    if line.startswith("{"):
        return f"  - {line}\n"
    text = line.removeprefix("a: ").replace("⏎", "\n      ")
    return f"  - q: a\n    a: |\n      {text}\n"


def place(text, at):
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


@pytest.fixture
def found(project):
    """A function that returns the findings in a deck: the rule, and the place as `«…»` shows it."""
    (project.root / "cards/x.png").write_bytes(png(60, 40))

    def found(notes):
        marked = "notes:\n" + "".join(map(written, notes))
        text = marked.replace("«", "").replace("»", "")
        project.write("cards/deck.yaml", text)
        problems = project.check()
        assert [problem for problem in problems if problem.severity == "error"] == []
        return text, {
            (problem.rule, problem.span[1:]) for problem in problems if problem.rule in NAMES
        }

    return found


@pytest.mark.parametrize(("rule", "lines"), cases("reported"))
def test_what_was_lost_is_reported_at_its_place(found, rule, lines):
    text, actual = found(lines)
    expected = set()
    written_so_far = "notes:\n"
    for line in lines:
        first, inside, behind = re.split("[«»]", written(line))
        start = len(written_so_far + first)
        written_so_far += first + inside + behind
        expected.add((rule, (*place(text, start), *place(text, start + len(inside)))))
    source = text.splitlines()
    assert {(source[span[0] - 1], name, span) for name, span in actual ^ expected} == set()
    assert len(lines) >= 10


@pytest.mark.parametrize(("rule", "lines"), cases("not reported"))
def test_what_was_meant_is_not_reported(found, rule, lines):
    text, actual = found(lines)
    source = text.splitlines()
    assert [(source[span[0] - 1], name) for name, span in actual] == [], rule
    assert len(lines) >= 10


def test_each_rule_for_texts_has_cases():
    assert {file.stem for file in FILES} == NAMES - {"hard-wrapped"}  # has tests of its own
