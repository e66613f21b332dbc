from __future__ import annotations

from itertools import permutations

import pytest

from flashdeck.text import natural


@pytest.mark.parametrize(
    "names",
    [
        ["lesson-1", "lesson-2", "lesson-10"],
        ["1 start", "2 words", "10 end", "a"],
        ["lesson", "lesson2", "lesson10"],
        ["a01", "a1", "a2"],
        ["v1.2.9", "v1.2.10", "v1.10.1"],
        ["a/2.yaml", "a/10.yaml", "a-2/1.yaml", "a-10/1.yaml", "b.yaml"],
        ["Course::2", "Course::10::a", "Course 2"],
        ["第٢", "第９", "第10"],
        ["x²", "x³"],
        ["", "0", "1"],
    ],
)
def test_numbers_in_names_are_in_natural_order(names):
    for shuffled in permutations(names):
        assert sorted(shuffled, key=natural) == names


def test_long_numbers_are_in_natural_order():
    nines, power = "9" * 5_000, "1" + "0" * 5_000
    assert sorted([power, nines, "1"], key=natural) == ["1", nines, power]
