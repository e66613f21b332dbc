"""Golden cases: what authors write, and the field that Anki gets.

A case in `cases/markup/*.txt` is `=== what it shows`, the source, `--->`, the HTML, and a line
`! severity rule 'place'` for every problem. In `clozes.txt` the text is that of a cloze note.
"""

from __future__ import annotations

import pytest
from conftest import ROOT

from flashdeck.markup import render

FOLDER = ROOT / "tests" / "cases" / "markup"


def cases() -> dict[str, tuple[str, str, str]]:
    found = {}
    for path in sorted(FOLDER.glob("*.txt")):
        for case in path.read_text(encoding="utf-8").split("=== ")[1:]:
            title, _, rest = case.partition("\n")
            source, _, expected = rest.partition("\n--->\n")
            found[f"{path.stem}: {title}"] = path.stem, source, expected.rstrip("\n")
    return found


CASES = cases()


@pytest.mark.parametrize("case", CASES)
def test_a_text_becomes_the_field_its_case_shows(case: str) -> None:
    topic, source, expected = CASES[case]
    rendered = render(source, cloze=topic == "clozes")
    lines = [rendered.html] + [
        f"! {problem.severity} {problem.rule} {source[problem.start : problem.end]!r}"
        for problem in rendered.problems
    ]
    assert "\n".join(lines) == expected
