"""Data written as YAML reads back the same, and is formatted as by `flashdeck fmt`."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from yaml_texts import NAMES, TEXTS
from yamlvalues import as_json

from flashdeck.diagnostics import Severity
from flashdeck.formatting import formatted
from flashdeck.formatting.writer import file_text, notes_text, pair_text
from flashdeck.yamlnode import MappingNode, Node, ScalarNode, read_yaml
from flashdeck.yamlnode.written import block_text, is_plain, is_wordlike, one_line


def read(text: str) -> Node:
    """Read a file of one document without problems."""
    file = read_yaml("x.yaml", text.encode(), control=True)
    assert [problem for problem in file.problems if problem.severity is Severity.ERROR] == [], text
    assert formatted(file) == text
    (document,) = file.documents
    assert isinstance(document, MappingNode)
    return document


def value_of(node: Node) -> object:
    """The value of a node; every scalar is text."""
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, MappingNode):
        return {key.value: value_of(value) for key, value in node.pairs}
    return [value_of(item) for item in node.items]


@given(TEXTS, TEXTS, st.lists(NAMES, max_size=12), st.dictionaries(NAMES, TEXTS, max_size=3))
@example("\x92\n\\nu\nx\n\n", "a\tb\x07", ["x" * 60, "y" * 60], {"": "", "1": "2"})
def test_every_text_reads_back_the_same_and_is_laid_out(text, other, tags, fields):
    note = {"notetype": other, "fields": fields, "tags": tags, "id": text}
    deck = {"deck": text, "description": other, "notes": [{"q": text, "a": other}, note]}
    assert value_of(read(file_text([deck]))) == deck
    kind = {"notetype": text, "fields": [{"name": other, "font": text}], "templates": [fields]}
    assert value_of(read(file_text([kind]))) == kind


@given(st.dictionaries(NAMES, TEXTS, min_size=1, max_size=3), st.integers(1, 6))
def test_pairs_and_notes_may_be_indented(pairs, column):
    margin = "\n" + " " * column
    written = margin.join(pair_text(*pair, column) for pair in pairs.items())
    for text, expected in (
        (f"a:{margin}{written}\n", pairs),
        (f"a:\n{notes_text([pairs, pairs], column)}", [pairs, pairs]),
    ):
        file = read_yaml("x.yaml", text.encode(), control=True)
        assert [problem for problem in file.problems if problem.severity is Severity.ERROR] == [], (
            text
        )
        assert file.documents[0] is not None
        assert value_of(file.documents[0]) == {"a": expected}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Who created Flask?", "Who created Flask?"),
        ("<b>漢字</b> and more", "<b>漢字</b> and more"),
        ("Flask: what is it?", '"Flask: what is it?"'),
        ('a "b": c', "'a \"b\": c'"),
        ("{{c1::x}}", '"{{c1::x}}"'),
        ("a {{c1::x}}", "a {{c1::x}}"),
        ("-4#=CuYoo", "-4#=CuYoo"),
        ("no", '"no"'),
        ("2024-01-01", '"2024-01-01"'),
        ("1.2.3", "1.2.3"),
        ("...", '"..."'),
        ("a\tb", "a\tb"),
        ("", '""'),
        ("two\nlines", "|-\n      two\n      lines"),
        ("two\nlines\n", "|\n      two\n      lines"),
        (" two\nlines", "|2-\n       two\n      lines"),
        ("x: " * 20 + "\x07", '"' + "x: " * 20 + '\\x07"'),
        ("a\nu\x92\n", '"a\\x0au\\x92\\n"'),
        ("x: " * 40 + "y", ">-\n      " + "x: " * 30 + "x:\n      " + "x: " * 9 + "y"),
    ],
)
def test_quotes_are_written_only_where_necessary(text, written):
    assert pair_text("a", text, 4) == f"a: {written}"


def test_a_long_list_is_written_in_block_style():
    assert pair_text("tags", ["a", "b::c"], 4) == "tags: [a, b::c]"
    long = pair_text("tags", ["w" * 50, "x" * 50], 4)
    assert long == f"tags:\n      - {'w' * 50}\n      - {'x' * 50}"


# Values that other YAML parsers don't read as text

ODD = st.text("0123456789abcdefoxABEFOXtTzZ+-._,:~=<> nulNyYsSrR", min_size=1, max_size=12)
WORDS = st.sampled_from(
    [
        *("yes", "No", "ON", "off", "y", "True", "false", "NULL", "~", "=", "<<", ".inf", "-.INF"),
        *(
            ".NaN",
            "1_000",
            "-0x1F",
            "+0b11",
            "0o17",
            "017",
            "1:30",
            "-1:30:15.5",
            "1e5",
            ".5",
            "5.",
        ),
        *("2001-12-14t21:59:43.10-05:00", "2001-1-1", "1,000", "+.5e+3", "-.5", "6.02E23"),
    ]
)


def yaml_1_1(text: str) -> object:
    """The value of a text in PyYAML: YAML 1.1."""
    return yaml.safe_load(f"[{text}]")[0]


def yaml_1_2(text: str) -> object:
    """The value of a text in editors: YAML 1.2's core schema."""
    return as_json(read_yaml("x.yaml", text.encode()).documents[0])


@given(WORDS | ODD)
def test_text_without_quotes_is_text_to_every_parser(text):
    if not is_plain(text, flow=True) or is_wordlike(text):
        return
    try:
        assert yaml_1_1(text) == text
    except ValueError:  # an invalid date, as 2001-13-01
        pytest.fail(text)
    assert yaml_1_2(text) == text


@pytest.mark.parametrize("text", ["1.2.3", "e5", "_", "+", "1f", "0b", "o", "12-3", "yesterday"])
def test_text_similar_to_a_number_needs_no_quotes(text):
    assert pair_text("a", text) == f"a: {text}"
    assert yaml_1_1(text) == text == yaml_1_2(text)


# Line wrapping


def test_a_long_text_is_wrapped_between_words_and_never_inside_a_tag():
    text = 'The <img alt="a rather long one" src="x y.png"> and <b class="x y">more</b> of it ' * 5
    block = block_text(text.strip(), 40, folded=False)
    assert block is not None
    assert " ".join(block.lines) == text.strip()
    assert len(block.lines) > 5
    for line in block.lines:
        assert line.count("<") == line.count(">")


def test_less_than_is_not_a_tag():
    block = block_text("a < b and c > d " * 5 + "x", 20, folded=False)
    assert block is not None
    assert max(map(len, block.lines)) <= 20


@given(TEXTS)
def test_a_text_on_one_line_reads_back_the_same_inside_brackets_and_outside(text):
    for flow, whole in ((False, "a: {}\n"), (True, "a: [{}]\n")):
        written = one_line(text, flow=flow)
        assert "\n" not in written
        document = read_yaml("x.yaml", whole.format(written).encode(), control=True).documents[0]
        assert document is not None
        assert value_of(document) == {"a": [text] if flow else text}
