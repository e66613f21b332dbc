"""Text written as YAML reads back the same, and as people would write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashdeck.diagnostics import Severity
from flashdeck.yamlnode import MappingNode, ScalarNode, SequenceNode, read_yaml, scalar, words

PIECES = st.sampled_from(
    [
        *"ab:#-{}[]'\"\\<>&*!|%@` \n\t,?~=05é漢😀\xa0\u3000\u200f\x0b\x92\u2028\x00",
        *("{{c1::", "}}", ": ", " #", "\\theta", "\\nu", "\n\n", "- ", "no"),
    ]
)
TEXTS = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=30).filter(
    lambda text: text.isprintable()
)


def read_back(text: str) -> tuple[str, list[str]]:
    """Write a text into a note, read that again; give it and the words of the list behind it."""
    tags = text.split()[:5] or ["x"]
    file = f"notes:\n  - a: {scalar(text, 4)}\n    tags: {words(tags, 4)}\n    id: abc\n"
    parsed = read_yaml("x.yaml", file.encode(), control=True)
    assert [one for one in parsed.problems if one.severity is Severity.ERROR] == [], file
    (document,) = parsed.documents
    assert isinstance(document, MappingNode)
    notes = document.get("notes")
    assert isinstance(notes, SequenceNode)
    (note,) = notes.items
    assert isinstance(note, MappingNode)
    value, listed = note.get("a"), note.get("tags")
    assert isinstance(value, ScalarNode)
    assert isinstance(listed, SequenceNode)
    assert [item.value for item in listed.items if isinstance(item, ScalarNode)] == tags
    return value.value, tags


@given(TEXTS)
def test_every_text_reads_back_the_same(text):
    assert read_back(text)[0] == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Who created Flask?", "Who created Flask?"),
        ("<b>漢字</b> and more", "<b>漢字</b> and more"),
        ("Flask: what is it?", '"Flask: what is it?"'),
        ('a "b": c', "'a \"b\": c'"),
        ("no", '"no"'),
        ("2024-01-01", '"2024-01-01"'),
        ("", '""'),
        ("two\nlines", "|-\n      two\n      lines"),
        ("two\nlines\n", "|\n      two\n      lines"),
        (" two\nlines", "|2-\n       two\n      lines"),
        ("x: " * 40 + "y", "|-\n      " + "x: " * 40 + "y"),
    ],
)
def test_quotes_stand_only_where_they_are_needed(text, written):
    assert scalar(text, 4) == written


def test_a_long_list_stands_in_lines():
    assert words(["a", "b::c"], 4) == "[a, b::c]"
    assert words(["w" * 50, "x" * 50], 4) == f"\n      - {'w' * 50}\n      - {'x' * 50}"
