"""The table of edits in docs/explanation/identity.md is what the real Anki does with each."""

from __future__ import annotations

import pytest
from conftest import ROOT
from proof.scenarios import SCENARIOS, row

pytestmark = pytest.mark.slow

PAGE = ROOT / "docs" / "explanation" / "identity.md"
HEAD = "| you … | reviews | the card shows | learners' own tags and edits of the note |"


def table():
    lines = PAGE.read_text("utf-8").splitlines()
    start = lines.index(HEAD) + 2
    end = next(at for at, line in enumerate(lines[start:], start) if not line.startswith("|"))
    return lines[start:end]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.words)
def test_what_the_table_says_of_an_edit_is_what_happens(scenario):
    found = [line for line in table() if line.startswith(f"| {scenario.words} |")]
    assert found == [row(scenario)]


def test_the_table_has_no_other_rows():
    assert len(table()) == len(SCENARIOS)
