from __future__ import annotations

import re
from itertools import permutations

import pytest

from flashdeck.text import enclosed, natural, without_enclosed


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


OPENING, CLOSINGS = re.compile(r"(\()|(\[)"), (re.compile(r"\)"), re.compile(r"\]"))


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("a(b)c[d]e", "a-c-e"),
        ("a(b[c)d]", "a-d]"),
        ("a(b[c]d", "a(b-d"),
        ("a[b(c)d(", "a[b-d("),
        (")(]", ")(]"),
    ],
)
def test_an_enclosed_part_ends_at_the_first_closing_of_its_kind(text, rest):
    assert without_enclosed(text, OPENING, CLOSINGS, "-") == rest


def test_an_enclosed_part_has_at_least_so_many_characters():
    ends = [closed.end() for _, closed in enclosed("()()", OPENING, CLOSINGS, least=1)]
    assert ends == [4]
