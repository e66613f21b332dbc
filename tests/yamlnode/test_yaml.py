"""Reading YAML: scalars stay text, spans are exact, and no input crashes it."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flashdeck.diagnostics import Span
from flashdeck.yamlnode import Limits, MappingNode, ScalarNode, SequenceNode, read_yaml


def plain(node):
    """Return a node as lists, dicts and strings."""
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.items]
    if isinstance(node, MappingNode):
        return {key.value: plain(value) for key, value in node.pairs}
    return node


def read(text, **limits):
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return read_yaml("deck.yaml", data, Limits(**limits) if limits else None)


def rules(file):
    return [problem.rule for problem in file.problems]


@pytest.mark.parametrize(
    "text",
    "no yes on ~ null 12:30 1:2:3 017 00123 0x1F 1_000 1.10 2024-01-01 1e3 .inf = < true 0b1 +1 NaN"
    "".split(),
)
def test_every_scalar_stays_text(text):
    file = read(f"q: {text}\n")
    assert file.problems == ()
    assert plain(file.documents[0]) == {"q": text}


def test_keys_are_text_too():
    assert plain(read("no: a\nyes: b\n12: c\n").documents[0]) == {"no": "a", "yes": "b", "12": "c"}


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("notes:\n  - here\n", 2, 5),
        ("😀: x\ny: here\n", 2, 4),
        ("x: 😀😀\n😀😀: here\n", 2, 5),
        ("a: b\r\nc: here\r\n", 2, 4),
        ("\ufeffhere: x\n", 1, 1),
        ("\ufeffx: here\n", 1, 4),
        ("x:\there\n", 1, 4),
        ("- a\n---\n- here\n", 3, 3),
        ("x: é here\n", 1, 4),
    ],
)
def test_lines_and_columns_count_from_one(text, line, column):
    file = read(text)

    def find(node):
        if isinstance(node, ScalarNode):
            return [file.span(node)] if "here" in node.value else []
        items = node.items if isinstance(node, SequenceNode) else [*chain(*node.pairs)]
        return [span for item in items for span in find(item)]

    (span,) = [span for document in file.documents for span in find(document)]
    assert (span.line, span.column) == (line, column)
    assert span.end_line == line
    assert file.text.split("\n")[line - 1][column - 1 : span.end_column - 1].endswith("here")


@pytest.mark.parametrize(
    ("source", "piece"),
    [
        ("q: one two three\n", "two"),
        ("q: 'one two three'\n", "two"),
        ('q: "one two three"\n', "two"),
        ("q: |\n  one\n  two three\n", "two"),
        ("q: |\n\n  one\n    two\n", "two"),
        ("q: >\n  one\n  two three\n", "two"),
        ("q: 'it''s two'\n", "two"),
        ("q: |\r\n  one\r\n  two\r\n", "two"),
    ],
)
def test_a_part_of_a_text_has_its_own_span(source, piece):
    file = read(source)
    node = file.documents[0].pairs[0][1]
    start = node.value.index(piece)
    span = file.span_within(node, start, start + len(piece))
    line = file.text.split("\n")[span.line - 1]
    assert line[span.column - 1 : span.end_column - 1] == piece


def test_bytes_that_are_not_utf_8_are_reported_with_their_place():
    file = read(b"deck: Caf\xe9\nnotes:\n  - q: \xfcber\n    a: x\n")
    assert [(item.rule, item.span[1:3], item.message) for item in file.problems] == [
        ("encoding", (1, 10), "byte 0xe9 is not UTF-8"),
        ("encoding", (3, 8), "byte 0xfc is not UTF-8"),
    ]
    assert len(file.documents) == 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_unicode_encodings_are_named(encoding):
    (problem,) = read("q: a\n".encode(encoding)).problems
    assert problem.rule == "encoding"
    assert "UTF-8" in problem.message + problem.hint


@pytest.mark.parametrize(
    "character",
    [*"\0\a\x0b\x1b\x1f\x7f\x80\x85\x9f\u2028\u2029\ufeff\ufffe\uffff\r"],
)
def test_control_characters_are_reported_with_their_place(character):
    file = read(f"q: one\na: two{character}three\n")
    (problem,) = file.problems
    assert problem.rule == "control-character"
    assert problem.span == Span("deck.yaml", 2, 7, 2, 8)
    assert f"U+{ord(character):04X}" in problem.message


@pytest.mark.parametrize("escape", ["\\0", "\\x1f", "\\u0007", "\\e[1m", "\\L"])
def test_escapes_that_make_control_characters_are_refused(escape):
    (problem,) = read(f'q: "a {escape}"\n').problems
    assert problem.rule in {"control-character", "latex-escape"}
    assert problem.span[1:3] == (1, 7)


def test_a_duplicate_key_names_both_places():
    (problem,) = read("a: 1\nb: 2\na: 3\n").problems
    assert problem.rule == "duplicate-key"
    assert problem.span[1:] == (3, 1, 3, 2)
    assert "line 1" in problem.message


def test_keys_that_differ_only_in_unicode_normalization_are_duplicates():
    assert rules(read("caf\u00e9: 1\ncafe\u0301: 2\n")) == ["duplicate-key"]


@pytest.mark.parametrize("text", ["[" * 40_000, "{" * 100_000, "- " * 100_000, "a: {b: " * 50_000])
def test_deep_nesting_is_reported(text):
    assert rules(read(text))[-1] in {"limit", "more-problems"}


def test_limits_are_reported():
    assert rules(read("q: " + "x" * 100, scalar=50)) == ["limit"]
    assert rules(read("[" + "a, " * 100 + "]", nodes=50)) == ["limit"]
    assert rules(read("q: " + "x" * 100, size=50)) == ["limit"]


def test_alias_bombs_are_refused_without_being_expanded():
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
    file = read(f"a0: &a0 x\n{levels}")
    assert "unquoted-start" in rules(file)


def test_the_number_of_problems_is_limited():
    file = read("".join(f"k{n}: a: b\n" for n in range(200)))
    assert rules(file)[:-1] == ["unquoted-colon"] * 50
    assert file.problems[-1].rule == "more-problems"


texts = st.text("abq:-#'\"[]{}&*!|>%@` \n\t\\xu0,?.\r\u2028😀\xa0\u200b\u3000\ufeff", max_size=60)


@settings(max_examples=500)
@given(st.one_of(texts, st.text(max_size=40)))
def test_reading_never_raises(text):
    file = read(text)
    lines = file.text.split("\n")
    for problem in file.problems:
        assert problem.message
        assert 1 <= problem.span.line <= len(lines)
        assert 1 <= problem.span.column <= len(lines[problem.span.line - 1]) + 2


@settings(max_examples=200)
@given(st.binary(max_size=60))
def test_reading_bytes_never_raises(data):
    read(data)


ODD = st.sampled_from(
    [*"abq:-'\"|{}[], \n\t\xa0\u200b\u3000\ufeff", "\n  - q: ", "\n\t\ta: ", "notes:\n"]
)


@settings(max_examples=300)
@given(st.lists(ODD, max_size=25).map("".join))
@example("a\xa0:")
@example("{a\xa0: b}")
def test_corrected_white_space_moves_no_place(text):
    file = read(text)
    waiting = [node for node in file.documents if node is not None]
    while waiting:
        node = waiting.pop()
        if isinstance(node, MappingNode):
            waiting += chain.from_iterable(node.pairs)
        elif isinstance(node, SequenceNode):
            waiting += node.items
        else:
            source = file.text[node.start.index : node.end.index]
            line = file.text.split("\n")[node.start.line]
            assert line[node.start.column :].startswith(source.split("\n")[0])
            is_plain = not node.style and "\n" not in source and not file.is_damaged(node)
            assert not is_plain or source.replace("\ufeff", "") == node.value
