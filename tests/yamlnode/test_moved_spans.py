"""Spans of a text after edits of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashdeck.diagnostics import Span, places_in
from flashdeck.yamlnode import Edit, MovedSpans, splice

TEXT = "one: two\nthree: four\n\nfive\n"


@pytest.mark.parametrize(
    ("edits", "word", "expected"),
    [
        ([], "four", (2, 8, 2, 12)),
        ([Edit(9, 9, "id: x\n")], "one", (1, 1, 1, 4)),
        ([Edit(9, 9, "id: x\n")], "three", (3, 1, 3, 6)),
        ([Edit(9, 9, "id: x\n"), Edit(20, 20, ", id: y")], "four", (3, 8, 3, 12)),
        ([Edit(16, 16, "a, ")], "four", (2, 11, 2, 15)),
        ([Edit(5, 8, "longer")], "two", (1, 6, 1, 12)),
        ([Edit(5, 8, "longer")], "five", (4, 1, 4, 5)),
    ],
)
def test_spans_move_with_their_characters(edits, word, expected):
    start = TEXT.index(word)
    span = places_in("a.yaml", TEXT)(start, start + len(word))
    assert MovedSpans(TEXT, edits)(span) == Span("a.yaml", *expected)


@given(st.data())
def test_inserted_text_does_not_change_what_a_span_shows(data):
    text = data.draw(st.text("ab\nü", min_size=1))
    edits = data.draw(
        st.lists(
            st.builds(
                lambda at, new: Edit(at, at, new), st.integers(0, len(text)), st.text("xy\n")
            ),
            max_size=4,
        )
    )
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    moved = MovedSpans(text, edits)(places_in("a", text)(start, end))
    lines = splice(text, edits).split("\n")
    shown = lines[moved.line - 1 : moved.end_line]
    shown[-1] = shown[-1][: moved.end_column - 1]
    shown[0] = shown[0][moved.column - 1 :]
    rest = iter("\n".join(shown))
    assert all(character in rest for character in text[start:end])
