"""Golden cases: a source, and all its problems, with positions, rules and hints."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import ROOT

from flashdeck.diagnostics import Diagnostic
from flashdeck.report import in_order
from flashdeck.source.decks import read_decks
from flashdeck.yamlnode import read_yaml

CASES = ROOT / "tests" / "cases" / "problems"


def _cases() -> Iterator[object]:
    for path in sorted(CASES.glob("*.txt")):
        for section in path.read_text("utf-8").split("=== ")[1:]:
            title, _, rest = section.partition("\n")
            source, _, expected = rest.partition("--- expect\n")
            yield pytest.param(source, expected.strip("\n"), id=f"{path.stem}: {title}")


def _shown(problem: Diagnostic) -> str:
    span = problem.span
    assert span is not None
    place = f"{span.line}:{span.column}-"
    place += f"{span.end_line}:" if span.end_line != span.line else ""
    severity = "" if problem.severity == "error" else f"{problem.severity} "
    hint = f"\n  {problem.hint}" if problem.hint else ""
    return f"{place}{span.end_column} {severity}{problem.rule}: {problem.message}{hint}"


@pytest.mark.parametrize(("source", "expected"), list(_cases()))
def test_every_problem_is_reported_at_its_position(source, expected):
    file = read_yaml("deck.yaml", source.encode())
    _, problems = read_decks(file, "Deck", "markdown")
    assert "\n".join(_shown(problem) for problem in in_order(problems)) == expected


@pytest.mark.parametrize("path", ["flashdeck.yaml", "cards/notetypes/word.yaml"])
def test_only_a_deck_lacks_its_notes(path):
    (problem,) = read_yaml(path, b"name: Word\n- front: one\n  back: two\n").problems
    assert problem.rule == "indentation"
