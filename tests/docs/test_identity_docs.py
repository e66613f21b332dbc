"""The table of edits in docs/explanation/identity.md is what the real Anki does with each."""

from __future__ import annotations

import pytest
from proof.scenarios import SCENARIOS, row, table

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.words)
def test_what_the_table_says_of_an_edit_is_what_happens(scenario):
    found = [line for line in table() if line.startswith(f"| {scenario.words} |")]
    assert found == [row(scenario)]


def test_the_table_has_no_other_rows():
    assert len(table()) == len(SCENARIOS)
