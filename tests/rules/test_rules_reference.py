"""Every rule has a page, and its examples are correct."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

import pytest
from rule_examples import said

import flashdeck
from flashdeck.diagnostics import Severity
from flashdeck.rules.pages import pages
from flashdeck.rules.registry import RULES

PACKAGE = Path(flashdeck.__file__).parent
# Calls whose first word is a rule's name, but for refusals, where it is the last.
SAYING = {"Diagnostic", "Problem", "_Flaw", "report", "_warning", "finding", "narrow", "problem"}
SAYING |= {"CodeProblem", "MediaRefusal", "_report_at", "_report"}
# Said in the preview's page alone, of a project that can't be read at all; by `fmt --check`; and by
# `import`, of what is in Anki: no source could be fixed, or have a comment that ignores it.
NO_RULE = {"stopped", "not-formatted", "import", "import-conflict"}


@pytest.mark.parametrize("page", pages().values(), ids=pages())
def test_the_failing_example_fails_and_the_passing_one_passes(page, tmp_path):
    failing = said(page, page.fails, tmp_path / "fails")
    assert page.name in {problem.rule for problem in failing}, failing
    (problem, *_) = [problem for problem in failing if problem.rule == page.name]
    assert problem.severity is page.severity or page.name == "cloze-spelling"
    passing = said(page, page.passes, tmp_path / "passes")
    grave = [problem for problem in passing if problem.severity is Severity.ERROR]
    assert [*grave, *(problem for problem in passing if problem.rule == page.name)] == []


def test_every_name_that_flashdeck_uses_has_a_page():
    assert sorted(_names() - set(pages()) - NO_RULE) == []


def test_every_page_is_of_something_that_flashdeck_says():
    composed = {"missing-media", "unknown-key", "unknown-field", "yaml-anchors", "yaml-tags"}
    assert sorted(set(pages()) - _names() - {rule.name for rule in RULES} - composed) == []


def test_each_rules_name_is_its_functions():
    assert [rule.name for rule in RULES] == [rule.find.__name__.replace("_", "-") for rule in RULES]


def test_the_page_on_good_cards_names_rules_that_there_are():
    text = (PACKAGE.parent / "docs/explanation/good-cards.md").read_text("utf-8")
    named = set(re.findall(r"`([a-z-]+)`", text)) & set(pages())
    advice = {rule.name for rule in RULES if ".text." not in rule.find.__module__}
    advice -= {"invisible-front", "tag-plural", "tag-spelling"}
    assert named == advice


@functools.cache
def _names() -> set[str]:
    """The names in calls that report something, read from the sources."""
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        if path.parent.name == "comparison":
            continue  # advice to learners, which `diff` gives
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
                called = node.func.id if isinstance(node.func, ast.Name) else called
                if called in SAYING:
                    found |= _words(node)
    return found


def _words(call: ast.Call) -> set[str]:
    words = [
        one.value
        for one in (*call.args, *(keyword.value for keyword in call.keywords))
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]
    named = [one for one in words if re.fullmatch(r"[a-z]+(-[a-z]+)*", one)]
    return set(named) - {str(one) for one in Severity}
